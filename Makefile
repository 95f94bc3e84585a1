# Each command works on a fresh machine: what it needs it sets up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Each server, worker and command is a process of its own: where nothing may be written beside the modules,
# every one of them would compile 400 files again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check soak fuzz bench clients docs wheel image clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

run: setup
	$(BIN)/ormolu serve --with-demo

# Tests wait for servers, and servers for disks: three at a time keep two cores at work.
test: setup
	tests/install_peers
	$(BIN)/pytest -n 3 --dist loadscope --no-loadscope-reorder -m 'not slow'

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The campaigns have an hour and more, where a test of the suite has minutes.
soak: setup
	tests/install_peers
	$(BIN)/pytest --timeout 7200 -m slow

# FUZZ_SECONDS bounds the campaign against a real server; what went wrong names its seed.
FUZZ_SECONDS ?= 120

fuzz: setup
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

bench: setup
	tests/install_peers
	$(BIN)/python -m benchmarks

clients: setup
	tests/install_peers
	$(BIN)/python -m clients.check

docs: setup
	@find README.md docs clients -name '*.md' -not -path 'docs/decisions/*' -not -path '*/.venv/*' -not -path '*/node_modules/*' | sort
	$(BIN)/pytest -q tests/docs

wheel: setup
	$(BIN)/pip wheel --quiet --no-deps -w dist .

image:
	docker build -t ormolu .

clean:
	rm -rf $(VENV) build dist *.egg-info
