# Every target does its own set-up: a Rust toolchain, make, a C linker, and Node 20.5 or newer with its npm are enough.

CARGO ?= cargo
DENY_VERSION := 0.20.2
DENY := $(or $(shell command -v cargo-deny),target/tools/bin/cargo-deny)

.PHONY: demo test fmt lint unit doc deny bench

# Shows a live twin of the example estate. Says what it builds: the first time takes minutes.
demo:
	@$(CARGO) build --release --locked -p examples --bin tour
	@$(CARGO) run --release --locked -q -p examples --bin tour

# Everything that must hold.
test: fmt lint unit doc deny

fmt:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# Unit, integration and documentation tests.
unit:
	$(CARGO) test --workspace --locked --no-fail-fast

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

deny: $(DENY)
	$(DENY) check bans licenses sources

# The debug profile, because building the tool costs more than running it.
target/tools/bin/cargo-deny:
	$(CARGO) install cargo-deny --debug --locked --version $(DENY_VERSION) --root target/tools

bench:
	$(CARGO) bench --locked -p benches

# The Node host: its addon beside its facade, its types, and its tests.
NODE ?= node
NPM ?= npm
ADDON := bindings-node/lib/twin.node
ADDON_BUILT := $(if $(filter Darwin,$(shell uname)),libtwin_node.dylib,libtwin_node.so)

.PHONY: node node-addon dist dist-node bench-node

test: node

node: bindings-node/node_modules/ready node-addon
	cd bindings-node && $(NPM) test --silent

# Together with `benches`, so that the core and its connectors are built with the features that other tests use as well.
node-addon:
	$(CARGO) build --locked --lib -p twin-node -p benches
	@cmp -s target/debug/$(ADDON_BUILT) $(ADDON) || install target/debug/$(ADDON_BUILT) $(ADDON)

# The examples find the package as a user's project does.
bindings-node/node_modules/ready: bindings-node/package-lock.json
	cd bindings-node && $(NPM) ci --no-audit --no-fund
	mkdir -p examples/node_modules && ln -sfn ../../bindings-node examples/node_modules/software-twin
	@touch $@

# Packages as users get them: built, installed into clean folders, and tried there.
dist: dist-node

dist-node: bindings-node/node_modules/ready
	$(CARGO) build --locked --profile dist --lib -p twin-node
	$(NODE) bindings-node/pack.mjs target/dist/$(ADDON_BUILT) out/node

# The same questions through Node as through the core: one JSON line each.
bench-node: bindings-node/node_modules/ready
	$(CARGO) build --locked --release --lib -p twin-node
	$(NODE) bindings-node/benches/questions.mjs target/release/$(ADDON_BUILT)
