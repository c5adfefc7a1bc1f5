# Ledger Console on a fresh machine: Python 3.11 to 3.13 is all it needs. `make help` lists the targets.
# PYTHON=/path/to/python3.12 makes the environment with that Python.

VENV := .venv
BIN := $(VENV)/bin
# The stamp bears the checksum of what is installed, so a second run costs nothing and a changed lock is noticed.
STAMP := $(VENV)/installed-$(shell cat requirements.lock pyproject.toml | cksum | cut -d ' ' -f 1)
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

# Without a display Qt draws into memory. Slowest tests are printed, so that a slow one is seen when it comes.
PYTEST = QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} $(BIN)/python -m pytest -q --durations=10
# A worker for each processor, with a server of its own; a file's tests stay together, for they share fixtures.
ON_ALL_CORES := --numprocesses=logical --dist=loadfile

.PHONY: help run test test-15 check soak lint tour first-start bench build sbom installer test-installer test-reproducible bench-start lock clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: $(STAMP) ## open the console on a demo ledger; without a display, draw its tour into ./tour
	@$(BIN)/ledger-console --demo --or-tour tour

test: $(STAMP) ## run all tests: on all cores, then by itself what is timed or wants the machine
	@$(PYTEST) tests $(ON_ALL_CORES) -m 'not alone'
	@$(PYTEST) tests -m alone

test-15: $(STAMP) ## run all tests that ask the database on Debian's PostgreSQL 15, with passwords
	@.ci/on-postgres-15 $(MAKE) --no-print-directory sql

# For another server: LEDGER_TEST_DATABASE_URL=postgresql+psycopg://owner:password@host/postgres make sql
# One test at a time: a seal waits for the transactions of the whole server, those of another test too.
.PHONY: sql
sql: $(STAMP)
	@$(PYTEST) tests -m sql

check: lint ## lint, and run the tests that the change since BASE touches (BASE=HEAD: what is not committed)
	@$(PYTEST) $$($(BIN)/python -m tests.house.touched $(BASE)) $(ON_ALL_CORES) -m 'not alone' -k 'not tools_find'

soak: $(STAMP) ## let the ledger burn for hours: tests/faults with long runs, the bank under fire for 30 min
	@LEDGER_SOAK=1 $(BIN)/python -m pytest tests/faults -q --timeout=21600

.PHONY: soak-keeper
soak-keeper: $(STAMP) ## let two keepers and eight consoles run until 500 of them were killed
	@LEDGER_SOAK=1 $(BIN)/python -m pytest tests/faults/keeper -q --timeout=21600

lint: $(STAMP) ## check style, types and the borders between the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tour: $(STAMP) ## draw every screen into ./tour, with no display
	@QT_QPA_PLATFORM=offscreen $(BIN)/ledger-console --tour tour

first-start: $(STAMP) ## draw the first start into ./first-start: every way to a ledger, and every failure of one
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.ui.start.pictures first-start

bench: $(STAMP) ## measure this machine against the figures in docs
	@$(BIN)/ledgerctl bench pages
	@$(BIN)/ledgerctl bench investigate
	@$(BIN)/ledgerctl bench batch
	@$(BIN)/ledgerctl bench capture
	@$(BIN)/ledgerctl bench writers
	@$(BIN)/ledgerctl bench transfers
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks.graph
	@$(BIN)/ledgerctl bench recorder
	@$(BIN)/ledgerctl bench seals
	@$(BIN)/ledgerctl bench statements

# The same commit gives the same bytes: no order of a hash, no time but the commit's.
MADE_AT := $(shell git log -1 --format=%ct 2>/dev/null || echo 1700000000)
AS_COMMITTED := PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$(MADE_AT)}

build: $(STAMP) ## freeze both commands into dist/ledger-console
	@$(BIN)/python -m resources.installer.licences build/licenses
	@$(BIN)/python -m resources.installer.icons build/icons
	@$(AS_COMMITTED) PYINSTALLER_ZLIB_COMPRESSION_LEVEL=0 $(BIN)/python -m PyInstaller --noconfirm --log-level WARN --distpath dist \
	  --workpath build/pyinstaller build.spec

sbom: $(STAMP) ## write what the bundle is made of, as CycloneDX, into dist/ledger-console.cdx.json
	@$(AS_COMMITTED) $(BIN)/python -m resources.installer.sbom dist/ledger-console.cdx.json

# Who publishes the package names himself: make installer MAINTAINER='Name <name@example.org>'
export MAINTAINER

installer: build sbom ## make the .deb and the .tar.xz of this commit, in dist
	@$(AS_COMMITTED) $(BIN)/python -m resources.installer.linux.debian dist/ledger-console dist
	@$(AS_COMMITTED) $(BIN)/python -m resources.installer.linux.archive dist/ledger-console dist
	@cd dist && sha256sum ledger-console_*.deb ledger-console-*.tar.xz ledger-console.cdx.json | tee SHA256SUMS

# Wants root, debootstrap and Xvfb: it makes a Debian without Python in a folder, installs there, and takes all away.
test-installer: $(STAMP) ## install the .deb in dist on a fresh Debian, use it as a user, remove it
	@$(BIN)/python -m pytest -q -s -p no:cacheprovider tests/e2e/installer/fresh_root.py

# In two folders, each with an environment of its own, and ended after an hour.
test-reproducible: $(STAMP) ## build the installers of HEAD twice and compare every byte
	@$(BIN)/python -m pytest -q -s -p no:cacheprovider tests/e2e/installer/same_bytes.py

bench-start: $(STAMP) ## compare the start of dist/ledger-console with that from source
	@$(BIN)/python -m resources.installer.start dist/ledger-console

lock: $(STAMP) ## resolve requirements.lock anew, for every supported Python and system
	@[ -x build/uv/bin/uv ] || { $(BIN)/python -m venv build/uv && build/uv/bin/python -m pip install -q uv; }
	@printf 'hatchling>=1.27\neditables>=0.5\n' | build/uv/bin/uv pip compile pyproject.toml - \
	  --group test --group build --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
	  --no-annotate --no-emit-index-url --custom-compile-command 'make lock' --output-file requirements.lock

clean: ## remove everything that was made here
	rm -rf $(VENV) build dist tour .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The wheels' hashes are checked and nothing is built, but for the few lines that put this checkout on the path.
$(STAMP): requirements.lock pyproject.toml
	@if ! $(BIN)/python -c '$(SUPPORTED)' 2>/dev/null; then \
	  found=; bare=; \
	  for candidate in $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3); do \
	    "$$candidate" -c '$(SUPPORTED)' 2>/dev/null || continue; \
	    if "$$candidate" -c 'import ensurepip, venv' 2>/dev/null; then found=$$candidate; break; fi; \
	    bare=$$candidate; \
	  done; \
	  if [ -z "$$found" ] && [ -n "$$bare" ]; then \
	    echo "$$bare cannot make a virtual environment: install its venv module (Debian, Ubuntu: apt install $$bare-venv)." >&2; \
	    exit 1; \
	  elif [ -z "$$found" ]; then \
	    echo "Ledger Console needs Python 3.11, 3.12 or 3.13, and none was found (name one with PYTHON=...)." >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$found."; \
	  rm -rf $(VENV) && "$$found" -m venv $(VENV) || exit 1; \
	fi
	@echo "Installing the locked packages into $(VENV)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	  --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/installed-*
	@touch $@
