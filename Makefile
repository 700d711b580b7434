# Every target does its own set-up: a Rust toolchain, make, a C linker, Python 3.11 or newer with its venv, and Node 20.5 or newer with its npm are enough.

CARGO ?= cargo
DENY_VERSION := 0.20.2
DENY := $(or $(shell command -v cargo-deny),target/tools/bin/cargo-deny)

PYTHON ?= python3
VENV := target/python/venv
PANDAS2 := target/python/pandas2
PYTHON_MODULE := bindings-python/python/twin/_twin.abi3.so

.PHONY: demo test fmt lint unit doc deny bench hosts python python-module node node-addon dist dist-python dist-node bench-bindings bench-node bench-graph portal

# Shows a live twin of the example estate. Says what it builds: the first time takes minutes.
demo:
	@$(CARGO) build --release --locked -p examples --bin tour
	@$(CARGO) run --release --locked -q -p examples --bin tour

# Everything that must hold.
test: fmt lint unit doc deny hosts

fmt:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# Unit, integration and documentation tests.
unit:
	$(CARGO) test --workspace --locked --no-fail-fast

# What hosts and users of the crates read.
doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --exclude benches --exclude examples --no-deps --locked

deny: $(DENY)
	$(DENY) check bans licenses sources

# The debug profile, because building the tool costs more than running it.
target/tools/bin/cargo-deny:
	$(CARGO) install cargo-deny --debug --locked --version $(DENY_VERSION) --root target/tools

# Both hosts beside each other: what each tests is one process at a time. They are built once before.
hosts: python-module node-addon
	$(MAKE) $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) -j2 python node

# The Python host: builds the module beside its package, and runs its tests.
python: $(VENV)/ready $(PANDAS2)/ready python-module
	cd bindings-python && ../$(VENV)/bin/python -m pytest

# All libraries together, so that the core and its connectors have the features with which tests are built, and are built once for all.
python-module:
	$(CARGO) build --locked --lib --workspace
	@cmp -s target/debug/lib_twin.so $(PYTHON_MODULE) || install target/debug/lib_twin.so $(PYTHON_MODULE)

$(VENV)/ready: bindings-python/requirements-test.txt
$(PANDAS2)/ready: bindings-python/requirements-pandas2.txt

# The checkout's package is found from within, so that what is tested is what lies here.
target/python/%/ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@echo "$(CURDIR)/bindings-python/python" > "$$($(@D)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/twin-checkout.pth"
	@touch $@

# Packages as users get them: built, installed into clean environments, and tried there.
dist: dist-python dist-node

# The wheel, and the README's example run by an environment that knows nothing else.
dist-python: $(VENV)/ready
	rm -rf out/python && mkdir -p out/python
	cd bindings-python && ../$(VENV)/bin/python -m maturin build --locked --profile dist --out ../out/python
	$(PYTHON) -m venv --clear target/python/clean
	target/python/clean/bin/python -m pip install -q --disable-pip-version-check --no-index out/python/*.whl
	target/python/clean/bin/python bindings-python/tests/clean.py
	@ls -l out/python/*.whl | awk '{ printf "%s: %.1f MB\n", $$NF, $$5 / 1e6 }'

# The same questions through the core and through Python: one JSON line each.
bench-bindings: $(VENV)/ready
	$(CARGO) build --locked --release -p twin-python -p benches --lib --bin bindings
	rm -rf target/python/release && mkdir -p target/python/release && cp -r bindings-python/python/twin target/python/release/
	cp target/release/lib_twin.so target/python/release/twin/_twin.abi3.so
	target/release/bindings
	PYTHONPATH=target/python/release $(VENV)/bin/python bindings-python/benches/questions.py

bench:
	$(CARGO) bench --locked -p benches

# Ours beside other graph libraries on the data of a folder, `make bench-graph DATA=path WORKLOAD=W2`: a table in Markdown.
WORKLOAD ?= all
PEERS := target/peers/venv
bench-graph: $(PEERS)/ready
	@test -n "$(DATA)" || { echo "DATA names no folder with nodes.csv (id,kind,name,cost_cents) and edges.csv (from,to,kind)"; exit 2; }
	$(CARGO) run --release --locked -q -p benches --bin graph -- $(DATA) $(WORKLOAD)

$(PEERS)/ready: benches/peers/requirements.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

# The Node host: its addon beside its facade, its types, and its tests.
NODE ?= node
NPM ?= npm
ADDON := bindings-node/lib/twin.node
ADDON_BUILT := $(if $(filter Darwin,$(shell uname)),libtwin_node.dylib,libtwin_node.so)

node: bindings-node/node_modules/ready node-addon
	cd bindings-node && $(NPM) test --silent

node-addon:
	$(CARGO) build --locked --lib --workspace
	@cmp -s target/debug/$(ADDON_BUILT) $(ADDON) || install target/debug/$(ADDON_BUILT) $(ADDON)

# The examples find the package as a user's project does.
bindings-node/node_modules/ready: bindings-node/package-lock.json
	cd bindings-node && $(NPM) ci --no-audit --no-fund
	mkdir -p examples/node_modules && ln -sfn ../../bindings-node examples/node_modules/software-twin
	@touch $@

# The portal on a folder of one's own: `make portal FOLDER=path`; the example estate if none is named.
FOLDER ?= examples/estate
portal: bindings-node/node_modules/ready node-addon
	$(NODE) examples/portal/server.mjs $(FOLDER)

# The npm package, and the README's example run in a folder that knows nothing else.
dist-node: bindings-node/node_modules/ready
	$(CARGO) build --locked --profile dist --lib -p twin-node
	$(NODE) bindings-node/pack.mjs target/dist/$(ADDON_BUILT) out/node

# The same questions through Node as through the core: one JSON line each.
bench-node: bindings-node/node_modules/ready
	$(CARGO) build --locked --release --lib -p twin-node
	$(NODE) bindings-node/benches/questions.mjs target/release/$(ADDON_BUILT)
