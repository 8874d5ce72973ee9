# shopscore: the commands that people use. `make help` lists them.

# Build output and the Python environments live outside the checkout, so that a fresh clone reuses them.
CACHE ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/shopscore
export CARGO_TARGET_DIR ?= $(CACHE)/target

# One profile for the demo, the tests and the lints: the dependencies are compiled once.
CARGO_FLAGS = --release --locked
SHOPSCORE = $(CARGO_TARGET_DIR)/release/shopscore
PYTHON_ENVIRONMENT = $(CACHE)/python-$(shell cksum tests/python/requirements.txt | cut -d' ' -f1)
# Writers of extracts, Spark among them, have another: it takes 1.5 GiB, and make test needs none of them.
WRITERS_ENVIRONMENT = $(CACHE)/writers-python-$(shell cksum tests/python/writers-requirements.txt | cut -d' ' -f1)
# Airflow has its own: it brings 130 packages. So has what reads Kubernetes manifests, which takes seconds.
AIRFLOW_ENVIRONMENT = $(CACHE)/airflow-python-$(shell cksum tests/python/airflow-requirements.txt | cut -d' ' -f1)
KUBERNETES_ENVIRONMENT = $(CACHE)/kubernetes-python-$(shell cksum tests/python/kubernetes-requirements.txt | cut -d' ' -f1)
# The second engine, Spark (1.3 GiB), and what runs the laws and the mutants on it. Sail has another, since it refuses Spark 4.3.
CLUSTER_ENVIRONMENT = $(CACHE)/cluster-python-$(shell cksum tests/python/cluster-requirements.txt | cut -d' ' -f1)
SAIL_ENVIRONMENT = $(CACHE)/sail-python-$(shell cksum tests/python/sail-requirements.txt | cut -d' ' -f1)
# What opens a report as a browser does has its own, with a driver of 130 MiB.
REPORT_ENVIRONMENT = $(CACHE)/report-python-$(shell cksum tests/python/report-requirements.txt | cut -d' ' -f1)
# Superset, too.
SUPERSET_ENVIRONMENT = $(CACHE)/superset-python-$(shell cksum jobs/bi/superset-requirements.txt | cut -d' ' -f1)
# The engines to measure beside have their own: their wheels take 1.3 GiB, and no test needs them.
BENCH_ENVIRONMENT = $(CACHE)/bench-python-$(shell cksum benches/requirements.txt | cut -d' ' -f1)
# Each run syncs its file system: hundreds of small ones are quick where that lies in memory.
IN_MEMORY = $(if $(wildcard /dev/shm),TMPDIR=/dev/shm)
LOOK_AT = $(REPORT_ENVIRONMENT)/bin/python tests/python/report_page.py
REPORT_PICTURES = $(CACHE)/report-page
# A few shops, and more than one page has, whose pages lie beside it.
FEW = $(REPORT_PICTURES)/few
MANY = $(REPORT_PICTURES)/many
# A marketplace of the folder $(1) with so many shops, some with ids that browsers round, and the report of its second night.
define report-of
	rm -rf $(1) && mkdir -p $(1)
	$(SHOPSCORE) sample --out $(1)/extracts --from 2022-02-13 --to $(DEMO_DATE) --shops $(2) --rows-per-day $(3) --seed 1
	$(REPORT_ENVIRONMENT)/bin/python tests/python/report_ids.py $(1)/extracts
	for night in 2022-02-28 $(DEMO_DATE); do SHOPSCORE_HISTORY_STARTS_ON=2022-02-13 SHOPSCORE_MAX_UNSCORED_PERCENT=100 \
		$(SHOPSCORE) nightly --date $$night --extracts $(1)/extracts --state $(1)/state --out $(1)/out --set report=true || exit; done
	$(LOOK_AT) $(1)/out $(DEMO_DATE) $(1)/pictures
endef
SCHEDULES = tests/python/schedules
# The program with the feature `cluster` has a name of its own, so that a build without it meanwhile does not replace it.
SHOPSCORE_CLUSTER = $(CARGO_TARGET_DIR)/release/shopscore-cluster
WITH_SAIL = $(SAIL_ENVIRONMENT)/bin/python tests/python/cluster
CLUSTER = $(CLUSTER_ENVIRONMENT)/bin/python tests/python/cluster
ENGINES = $(CLUSTER)/engines.py $(SHOPSCORE_CLUSTER) jobs/rules
# The first night of the demo month, and a month of made-up rows.
CLUSTER_FIRST = 2022-02-14
# Late rewrites spoil a twentieth of a table-day.
SPOILT = --set max_quarantined_percent=100 --set max_unknown_shop_percent=100
CLUSTER_ROWS = $(or $(ROWS),3000000)
CLUSTER_MONTH = $(CACHE)/cluster-$(CLUSTER_ROWS)-rows
PREFIX = /usr/local
INSTALLED = $(DESTDIR)$(PREFIX)
# What make install has put there, one path a line below PREFIX.
LIST = share/shopscore/installed
JOBS = jobs/nightly.toml $(wildcard jobs/rules/*.csv jobs/schedule/*.* jobs/bi/*.*) $(shell find jobs/bi/superset -name '*.yaml' | sort)
# The inner ones first.
OUR_FOLDERS = $(addprefix share/shopscore/,jobs/rules jobs/schedule \
	$(addprefix jobs/bi/superset/,databases datasets/shopscore datasets charts dashboards) jobs/bi/superset jobs/bi jobs) share/shopscore
BENCH = $(BENCH_ENVIRONMENT)/bin/python benches
DEMO_DATE = 2022-03-15
DEMO_MONTH_END = 2022-02-28
RESTATED = $(CARGO_TARGET_DIR)/restated
# A test adds a line to this file where it could not run: its name and the reason.
TESTS_NOT_RUN = $(abspath $(CARGO_TARGET_DIR))/tests-not-run

.DEFAULT_GOAL := help
.PHONY: help build demo nightly backfill restate settle install uninstall sample fixture test lint unit readers restated readers-all bi-views bi-superset bench-layout concurrent crash reference cases queries answers operating reports report-page writers mutants cluster cluster-build cluster-sample cluster-sail soak schedule-cron schedule-systemd schedule-airflow schedule-kubernetes fuzz bench bench-growth bench-large bench-cluster bench-pieces bench-report bench-instructions bench-partials clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 20

build: ## build the program
	cargo build $(CARGO_FLAGS) --bin shopscore

demo: build ## build, score the sample data from 2022-01-01 to 2022-03-15, settle 2022, show what was published, and make its report
	$(SHOPSCORE) backfill --from 2022-01-01 --to $(DEMO_DATE)
	$(SHOPSCORE) settle --year 2022
	$(SHOPSCORE) summary --date $(DEMO_DATE)
	$(SHOPSCORE) summary --year 2022
	$(SHOPSCORE) report --date $(DEMO_DATE)

nightly: ## score one day with jobs/nightly.toml: make nightly DATE=2022-03-15; needs cargo only where the program is not built yet
	@test -n "$(DATE)" || { echo "usage: make nightly DATE=YYYY-MM-DD" >&2; exit 2; }
	@test -x $(SHOPSCORE) || $(MAKE) build
	$(SHOPSCORE) nightly --date $(DATE)

backfill: ## publish the days of a range that are not published and current: make backfill FROM=2022-03-01 TO=2022-03-15
	@test -n "$(FROM)" -a -n "$(TO)" || { echo "usage: make backfill FROM=YYYY-MM-DD TO=YYYY-MM-DD" >&2; exit 2; }
	@test -x $(SHOPSCORE) || $(MAKE) build
	$(SHOPSCORE) backfill --from $(FROM) --to $(TO)

restate: ## replace the frozen scores of a month end: make restate DATE=2022-02-28 BECAUSE="appeals of March"
	@test -n "$(DATE)" -a -n "$(BECAUSE)" || { echo "usage: make restate DATE=YYYY-MM-DD BECAUSE=TEXT" >&2; exit 2; }
	@test -x $(SHOPSCORE) || $(MAKE) build
	$(SHOPSCORE) restate --month-end $(DATE) --because "$(BECAUSE)"

settle: ## settle the annual fees of a year: make settle YEAR=2022
	@test -n "$(YEAR)" || { echo "usage: make settle YEAR=YYYY" >&2; exit 2; }
	@test -x $(SHOPSCORE) || $(MAKE) build
	$(SHOPSCORE) settle --year $(YEAR)

install: build ## put program, manual pages, completions and jobs below PREFIX=/usr/local (below DESTDIR, for packages)
	@if [ -e $(INSTALLED)/$(LIST) ]; then cd $(INSTALLED) && grep -v '^bin/' $(LIST) | xargs rm -f; fi
	@install -D $(SHOPSCORE) $(INSTALLED)/bin/shopscore
	@for file in $(JOBS); do install -D -m 644 $$file $(INSTALLED)/share/shopscore/$$file || exit; done
	@umask 022; $(SHOPSCORE) manual --out $(INSTALLED) >$(INSTALLED)/$(LIST)
	@printf '%s\n' bin/shopscore $(JOBS:%=share/shopscore/%) $(LIST) >>$(INSTALLED)/$(LIST)
	@echo "installed below $(INSTALLED) what $(INSTALLED)/$(LIST) lists"

uninstall: ## take away what make install put below PREFIX=/usr/local, and nothing else
	@test -e $(INSTALLED)/$(LIST) || { echo "nothing is installed below $(INSTALLED)" >&2; exit 2; }
	@cd $(INSTALLED) && xargs rm -f <$(LIST)
	@cd $(INSTALLED) && rmdir --ignore-fail-on-non-empty $(OUR_FOLDERS)
	@echo "uninstalled from $(INSTALLED)"

sample: build ## write sample_data/ anew, byte for byte as it is committed
	rm -rf sample_data
	$(SHOPSCORE) sample --out sample_data --from 2021-12-03 --to 2022-03-15 --shops 120 --rows-per-day 1800 \
		--seed 1 --dirty --demo-cases

fixture: build ## what this release leaves in STATE and OUT, for later ones to serve: once a release, make fixture RELEASE=0.2.0
	@test -n "$(RELEASE)" || { echo "usage: make fixture RELEASE=X.Y.Z" >&2; exit 2; }
	tests/fixtures/write.sh $(SHOPSCORE) tests/fixtures/$(RELEASE)

test: lint unit ## format, lints, documentation, unit and integration tests; names tests that could not run here

lint:
	cargo fmt --check
	cargo clippy $(CARGO_FLAGS) --all-targets -- -D warnings
	cargo clippy $(CARGO_FLAGS) --features cluster -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc $(CARGO_FLAGS) --no-deps --document-private-items

unit:
	@mkdir -p $(dir $(TESTS_NOT_RUN)) && : >$(TESTS_NOT_RUN)
	@TESTS_NOT_RUN=$(TESTS_NOT_RUN) cargo test $(CARGO_FLAGS); status=$$?; \
		if [ -s $(TESTS_NOT_RUN) ]; then \
			echo "$$(wc -l <$(TESTS_NOT_RUN)) tests could not run here:"; sort $(TESTS_NOT_RUN); \
		else echo "0 tests could not run here: all ran"; fi; exit $$status

readers: demo $(PYTHON_ENVIRONMENT)/ready ## open the published folders in DuckDB, Polars, pandas and pyarrow
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/readers.py out $(DEMO_DATE) $(DEMO_MONTH_END) 2022

# What the demo published, beside it, with rows of a month end replaced: the one table that the demo does not publish.
restated: demo
	@rm -rf $(RESTATED) && mkdir -p $(RESTATED) && cp -a out state $(RESTATED)
	$(SHOPSCORE) restate --month-end $(DEMO_MONTH_END) --because appeals --out $(RESTATED)/out --state $(RESTATED)/state

readers-all: restated $(WRITERS_ENVIRONMENT)/ready ## the same, of all folders, and in Spark 4 (needs Java) and ClickHouse (chDB) besides
	$(WRITERS_ENVIRONMENT)/bin/python tests/python/readers.py $(RESTATED)/out $(DEMO_DATE) $(DEMO_MONTH_END) 2022 spark clickhouse

bi-views: restated $(WRITERS_ENVIRONMENT)/ready ## make the views of the tables and of jobs/bi in DuckDB, Spark (needs Java) and ClickHouse, and compare their rows and sums
	$(WRITERS_ENVIRONMENT)/bin/python tests/python/bi_views.py $(SHOPSCORE) $(RESTATED)/out

bi-superset: demo $(SUPERSET_ENVIRONMENT)/ready ## import jobs/bi/superset into a real Superset (PyPI once), and compare its charts with DuckDB; a picture in the cache folder
	$(SUPERSET_ENVIRONMENT)/bin/python jobs/bi/database.py $(SHOPSCORE) out $(CACHE)/bi.duckdb
	$(SUPERSET_ENVIRONMENT)/bin/python tests/python/bi_superset.py $(CACHE)/bi.duckdb $(CACHE)/superset $(CACHE)/superset.png

bench-layout: build $(WRITERS_ENVIRONMENT)/ready ## questions of dashboards over three years of nights in several layouts, six readers (needs Java, 6 GiB of memory), into benches/RESULTS.md: BEFORE=BINARY RUNS=3
	$(WRITERS_ENVIRONMENT)/bin/python benches/layout/bench_layout.py --shopscore $(SHOPSCORE) $(if $(BEFORE),--before $(BEFORE)) \
		--cache $(CACHE) --shops $(or $(SHOPS),20000) --rows $(or $(ROWS),1650000) --runs $(or $(RUNS),3) --threads $(or $(THREADS),2)

concurrent: build $(PYTHON_ENVIRONMENT)/ready ## read all outputs in four tools while they are published anew: PUBLICATIONS=200
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/concurrent_readers.py $(SHOPSCORE) jobs/rules $(or $(PUBLICATIONS),200)

crash: build ## kill and fail runs at every system call that changes a folder (needs strace): CRASH_EVERY=1
	python3 tests/python/crash.py $(SHOPSCORE) jobs/rules $(or $(CRASH_EVERY),1)
	python3 tests/python/reads_once.py $(SHOPSCORE) jobs/rules sample_data 2022-01-01 $(DEMO_DATE)

reference: build $(PYTHON_ENVIRONMENT)/ready ## compare nights and years with a second implementation, over random extracts: SEEDS=40 HISTORIES=12
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/test_reference_assessments.py
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/compare_seeds.py $(SHOPSCORE) 1 $(or $(SEEDS),40)
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/compare_history_seeds.py $(SHOPSCORE) jobs/rules 1 $(or $(HISTORIES),12)

cases: build $(PYTHON_ENVIRONMENT)/ready ## situations from public bug reports (tests/cases.tsv), each built and run: CASES=names, default all
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/real_cases.py $(SHOPSCORE) sample_data jobs/rules $(CASES)

answers: build ## the questions of a category manager, each answered by one command (docs/ANSWERS.md): RENEW=1 writes it anew
	python3 tests/python/answers.py $(SHOPSCORE) sample_data jobs/rules docs/ANSWERS.md $(if $(RENEW),renew)

reports: build $(PYTHON_ENVIRONMENT)/ready ## records, metrics and events of runs that end in every way, read by the libraries of their formats
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/reports.py $(SHOPSCORE) sample_data jobs/rules docs

report-page: demo $(REPORT_ENVIRONMENT)/ready ## the reports of the demo, of 60 and of 25,000 shops in a headless Chromium (PyPI once): figures, widths, dark, print, axe-core, search, CSV
	$(LOOK_AT) out $(DEMO_DATE) $(REPORT_PICTURES)/demo
	$(call report-of,$(FEW),60,600)
	$(call report-of,$(MANY),25000,60000)

operating: build ## the first days step by step, in a scratch folder (docs/OPERATING_TRANSCRIPT.md): RENEW=1 writes it anew
	python3 tests/python/operating.py . $(SHOPSCORE) docs/OPERATING_TRANSCRIPT.md $(if $(RENEW),renew)

writers: build $(WRITERS_ENVIRONMENT)/ready ## write the sample with Spark (needs Java), Hive's layout, pandas, DuckDB and others; all must score to the same bytes: WRITERS=names
	$(WRITERS_ENVIRONMENT)/bin/python tests/python/writers.py $(SHOPSCORE) sample_data jobs/rules $(WRITERS)

mutants: build $(PYTHON_ENVIRONMENT)/ready ## spoil extracts in thousands of ways; each is refused, or scored as the second implementation does: MUTANTS=3000 SEED=1
	$(IN_MEMORY) $(PYTHON_ENVIRONMENT)/bin/python tests/python/mutants.py $(SHOPSCORE) jobs/rules \
		$(or $(SEED),1) $$(( $(or $(SEED),1) + $(or $(MUTANTS),3000) - 1 ))

queries: build $(PYTHON_ENVIRONMENT)/ready ## run what `shopscore sql` prints in DuckDB, over the sample and random extracts, beside what nights store: SEEDS=20
	$(PYTHON_ENVIRONMENT)/bin/python tests/python/sql_queries.py $(SHOPSCORE) sample_data jobs/rules $(DEMO_DATE) 1 $(or $(SEEDS),20)

cluster-build: # the program with another engine, Spark Connect
	cargo build $(CARGO_FLAGS) --bin shopscore --features cluster
	install $(SHOPSCORE) $(SHOPSCORE_CLUSTER)

$(CLUSTER_MONTH): | cluster-build
	rm -rf $@.unfinished
	$(SHOPSCORE_CLUSTER) sample --out $@.unfinished --from 2022-01-28 --to $(DEMO_DATE) --shops 5000 --rows-per-day $$(( $(CLUSTER_ROWS) / 30 )) \
		--seed 1 --dirty
	mv $@.unfinished $@

cluster: cluster-build $(CLUSTER_ENVIRONMENT)/ready $(SAIL_ENVIRONMENT)/ready $(CLUSTER_MONTH) ## nights on a real Spark Connect (PyPI once, Java 17) and on Sail beside our own engine, byte by byte, and with both killed, after the client's own tests: ROWS=3000000
	cargo test $(CARGO_FLAGS) --features cluster --lib cluster::
	$(ENGINES) sample_data $(CLUSTER_FIRST) $(DEMO_DATE)
	$(ENGINES) sample_data $(CLUSTER_FIRST) $(DEMO_DATE) --stream-seconds 10
	$(CLUSTER_ENVIRONMENT)/bin/python tests/python/sql_queries.py $(SHOPSCORE_CLUSTER) sample_data jobs/rules $(DEMO_DATE) --spark
	$(CLUSTER)/odd_files.py $(SHOPSCORE_CLUSTER) jobs/rules sample_data $(DEMO_DATE)
	$(WITH_SAIL)/engines.py $(SHOPSCORE_CLUSTER) jobs/rules sample_data $(CLUSTER_FIRST) $(DEMO_DATE) --sail
	$(WITH_SAIL)/odd_files.py $(SHOPSCORE_CLUSTER) jobs/rules sample_data $(DEMO_DATE) --sail
	$(ENGINES) $(CLUSTER_MONTH) $(DEMO_MONTH_END) $(DEMO_DATE) $(SPOILT)
	$(ENGINES) $(CLUSTER_MONTH) $(DEMO_MONTH_END) $(DEMO_DATE) $(SPOILT) --stream-seconds 10
	$(CLUSTER)/faults.py $(SHOPSCORE_CLUSTER) jobs/rules $(CLUSTER_MONTH) $(DEMO_DATE)

cluster-sample: cluster-build ## the sample, the printed queries, some laws and some mutants on a real Spark Connect, where Java and PyPI can be had: SEEDS=40 MUTANTS=100
	@mkdir -p $(dir $(TESTS_NOT_RUN))
	@if ! command -v java >/dev/null; then echo "make cluster-sample: there is no java" | tee -a $(TESTS_NOT_RUN); \
	elif ! $(MAKE) $(CLUSTER_ENVIRONMENT)/ready; then echo "make cluster-sample: no wheels of pyspark" | tee -a $(TESTS_NOT_RUN); \
	else $(IN_MEMORY) $(CLUSTER)/sample.py $(SHOPSCORE_CLUSTER) jobs/rules sample_data $(CLUSTER_FIRST) $(DEMO_DATE) $(or $(SEEDS),40) $(or $(MUTANTS),100); fi

cluster-sail: cluster-build ## the same on Sail, a second server of the protocol that is quick, where PyPI can be had: SEEDS=100 MUTANTS=300
	@mkdir -p $(dir $(TESTS_NOT_RUN))
	@if ! $(MAKE) $(SAIL_ENVIRONMENT)/ready; then echo "make cluster-sail: no wheels of pysail" | tee -a $(TESTS_NOT_RUN); \
	else $(IN_MEMORY) $(WITH_SAIL)/sample.py $(SHOPSCORE_CLUSTER) jobs/rules sample_data $(CLUSTER_FIRST) $(DEMO_DATE) $(or $(SEEDS),100) $(or $(MUTANTS),300) --sail; fi

soak: build $(PYTHON_ENVIRONMENT)/ready ## nights in random order with late rewrites, kills and restatements, then a clean run: NIGHTS=400 SEED=1
	$(IN_MEMORY) $(PYTHON_ENVIRONMENT)/bin/python tests/python/soak.py $(SHOPSCORE) jobs/rules $(or $(NIGHTS),400) $(or $(SEED),1)

schedule-cron: build ## jobs/schedule/shopscore.cron in a real cron, in the foreground (root, two minutes): a night, and a refusal that is mailed
	python3 $(SCHEDULES)/with_cron.py $(SHOPSCORE) jobs/rules

schedule-systemd: build ## jobs/schedule/shopscore.service and .timer in systemd-analyze, and nights in a systemd of their own (root, systemd-nspawn)
	python3 $(SCHEDULES)/with_systemd.py $(SHOPSCORE) jobs/rules

schedule-airflow: build $(AIRFLOW_ENVIRONMENT)/ready ## jobs/schedule/shopscore_dag.py in a real Airflow (PyPI once): nights that end with 0, 3, 4 and 75, and what each leaves
	$(AIRFLOW_ENVIRONMENT)/bin/python $(SCHEDULES)/with_airflow.py $(SHOPSCORE) jobs/rules

schedule-kubernetes: build $(KUBERNETES_ENVIRONMENT)/ready ## jobs/schedule/cronjob.yaml against the schemas of Kubernetes, and a night with its settings and user
	$(KUBERNETES_ENVIRONMENT)/bin/python $(SCHEDULES)/with_kubernetes.py $(SHOPSCORE) jobs/rules

fuzz: ## odd rule tables, settings and part files, CASES=20000 for each of eight targets
	PROPTEST_CASES=$(or $(CASES),20000) cargo test $(CARGO_FLAGS) --test integration fuzz::

$(PYTHON_ENVIRONMENT)/ready: tests/python/requirements.txt
$(WRITERS_ENVIRONMENT)/ready: tests/python/writers-requirements.txt
$(AIRFLOW_ENVIRONMENT)/ready: tests/python/airflow-requirements.txt
$(CLUSTER_ENVIRONMENT)/ready: tests/python/cluster-requirements.txt
$(SAIL_ENVIRONMENT)/ready: tests/python/sail-requirements.txt
$(REPORT_ENVIRONMENT)/ready: tests/python/report-requirements.txt
$(KUBERNETES_ENVIRONMENT)/ready: tests/python/kubernetes-requirements.txt
$(SUPERSET_ENVIRONMENT)/ready: jobs/bi/superset-requirements.txt
$(BENCH_ENVIRONMENT)/ready: benches/requirements.txt
$(PYTHON_ENVIRONMENT)/ready $(WRITERS_ENVIRONMENT)/ready $(AIRFLOW_ENVIRONMENT)/ready $(KUBERNETES_ENVIRONMENT)/ready $(REPORT_ENVIRONMENT)/ready \
$(BENCH_ENVIRONMENT)/ready $(SUPERSET_ENVIRONMENT)/ready $(CLUSTER_ENVIRONMENT)/ready $(SAIL_ENVIRONMENT)/ready:
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --requirement $<
	touch $@

bench: build $(BENCH_ENVIRONMENT)/ready ## nights beside four engines and bare decoding, into benches/RESULTS.md: SHOPS=20000 ROWS=1650000 RUNS=5
	$(BENCH)/bench.py --shopscore $(SHOPSCORE) --cache $(CACHE) --shops $(or $(SHOPS),20000) \
		--rows $(or $(ROWS),1650000) --runs $(or $(RUNS),5) --threads $(or $(THREADS),2)

bench-growth: build $(BENCH_ENVIRONMENT)/ready ## nights with more history, rows and shops, into benches/RESULTS.md: RUNS=5
	$(BENCH)/growth.py --shopscore $(SHOPSCORE) --cache $(CACHE) --runs $(or $(RUNS),5) --threads $(or $(THREADS),2)

bench-large: build $(BENCH_ENVIRONMENT)/ready ## a rebuild of ten times the rows (7 GiB, up to an hour to make), into benches/RESULTS.md: ROWS=1650000 RUNS=3
	$(BENCH)/large.py --shopscore $(SHOPSCORE) --cache $(CACHE) --rows $(or $(ROWS),1650000) --runs $(or $(RUNS),3) \
		--threads $(or $(THREADS),2)

bench-instructions: build ## instructions of small runs beside the committed figures (needs valgrind): RENEW=1 writes these anew
	python3 benches/test_instructions.py
	python3 benches/instructions.py --shopscore $(SHOPSCORE) $(if $(RENEW),--renew)

bench-cluster: cluster-build $(CLUSTER_ENVIRONMENT)/ready ## nights on Spark with one and two executors beside our own engine, as Markdown for docs/SCALING.md: RUNS=3
	$(CLUSTER_ENVIRONMENT)/bin/python benches/cluster.py --shopscore $(SHOPSCORE_CLUSTER) --cache $(CACHE) --runs $(or $(RUNS),3)

bench-pieces: build $(BENCH_ENVIRONMENT)/ready ## what is made by hand (record index, sums by group) beside what would stand in its place, into benches/RESULTS.md
	$(BENCH)/pieces.py --shopscore $(SHOPSCORE) --cache $(CACHE) --shops $(or $(SHOPS),20000) \
		--rows $(or $(ROWS),1650000) --runs $(or $(RUNS),5) --threads $(or $(THREADS),2)

bench-report: build $(REPORT_ENVIRONMENT)/ready ## the reports of 20,000 and a million shops, made and opened in a headless Chromium, into benches/RESULTS.md: SHOPS= RUNS=5
	$(REPORT_ENVIRONMENT)/bin/python benches/report.py --shopscore $(SHOPSCORE) --cache $(CACHE) \
		--shops $(or $(SHOPS),20000 1000000) --runs $(or $(RUNS),5) --threads $(or $(THREADS),2)

bench-partials: ## seconds of each table's partials beside bare decoding: make bench-partials EXTRACTS=DIR DATE=DAY
	EXTRACTS=$(or $(EXTRACTS),sample_data) DATE=$(or $(DATE),$(DEMO_DATE)) cargo bench --locked --bench partials

clean: ## remove what the demo published, and its state
	rm -rf out state
