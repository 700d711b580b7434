# Every target does its own set-up: a Rust toolchain, make and a C linker are enough.

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
