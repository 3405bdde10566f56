# What people do with this checkout. CI calls the same targets: .ci/run.

# A folder of labelled pages, and a file of labels for the lines of scraped text, which lie beside the
# checkout; they are not part of it.
DATASET ?= ../shared/pages/wcxb-dev
LABELS ?= ../shared/seeds/labels.jsonl
# A folder of labelled pages beside the checkout, and which of the datasets in it the model is fitted on.
# They are named, so that a test set beside them is not fitted on by accident.
PAGES ?= ../shared/pages
SETS ?= wcxb-dev news
# Running text by language, LANG.txt each, as `train/words/corpora.py` gathers it.
TEXTS ?= $(OUT)/words/text
# Clean text of many kinds, KIND.LANG.txt each, as `train/repair_corpora.py` gathers it.
CLEAN ?= $(OUT)/repair/clean
# Where `make run` writes.
OUT ?= out
# Where `make peers` puts what other extractors make of the pages: TOOL/SET/ID.txt. `make train` fits on it too,
# and `make quality` measures it.
PEERS ?= $(OUT)/train/peers

VENV = $(OUT)/train/venv
# Where `make test-python` and `make bench-python` install the Python package.
PYTHON_VENV = $(abspath $(or $(CARGO_TARGET_DIR),target))/python
# Further files of blocks with their clutter class, in the form of train/classes.jsonl, for `make train`.
CLASS_LABELS ?=
COPYDESK = $(or $(CARGO_TARGET_DIR),target)/release/copydesk
# What `make run` builds: not optimised like a release, and built in less than half the time.
COPYDESK_DEV = $(or $(CARGO_TARGET_DIR),target)/debug/copydesk

.DEFAULT_GOAL := help
.PHONY: help run test test-browser test-python check deny package dist bench bench-batch bench-sites bench-crawl bench-fetch bench-warc bench-python interop eval eval-lines train peers quality repair-quality install fmt clean rust cargo-deny chromium datasets venv python-venv

help: ## List the targets
	@echo 'Copydesk: clean text from web pages, and from text that another scraper already extracted.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: rust ## Build the command, clean the example inputs into out/, show before and after
	@[ -x '$(COPYDESK_DEV)' ] || echo 'The first build takes about 4 minutes on two cores. Later runs take seconds.'
	cargo build -p copydesk
	@sh examples/show.sh $(COPYDESK_DEV) $(OUT)

# Generated inputs are the same in every run, so that a change fails for what it does; `cargo test` makes new ones.
test: export PROPTEST_RNG_SEED ?= 20260901
test: rust ## Run every test but those of Python, doctests included (with cargo-nextest, if there is one)
	@if cargo nextest --version >/dev/null 2>&1; then \
	    set -x; cargo nextest run --workspace --exclude copydesk-py --lib --bins --tests --no-fail-fast; \
	else \
	    set -x; cargo test --workspace --exclude copydesk-py --lib --bins --tests --no-fail-fast; \
	fi
	cargo test --workspace --exclude copydesk-py --doc

test-browser: rust chromium ## Look at the status page and at inspectors in headless Chromium; screenshots in out/
	cargo build -p copydesk-crawl --example status_demo
	python3 tests/browser/status.py '$(or $(CARGO_TARGET_DIR),target)/debug/examples/status_demo' '$(OUT)/browser'
	cargo build -p copydesk
	@mkdir -p '$(OUT)/browser'
	@[ -s '$(OUT)/browser/package/axe.min.js' ] || { cd '$(OUT)/browser' && npm pack axe-core@4 --silent >/dev/null \
	    && tar xzf axe-core-*.tgz package/axe.min.js; } || echo 'axe-core was not downloaded (npm), so its rules are not checked'
	python3 tests/browser/inspector.py '$(or $(CARGO_TARGET_DIR),target)/debug/copydesk' '$(OUT)/browser' \
	    $$(test -s '$(OUT)/browser/package/axe.min.js' && echo --axe '$(OUT)/browser/package/axe.min.js')

test-python: rust python-venv ## Build the Python package into a virtual environment, and run its tests
	VIRTUAL_ENV='$(PYTHON_VENV)' '$(PYTHON_VENV)/bin/maturin' develop -q -m crates/py/Cargo.toml
	'$(PYTHON_VENV)/bin/python' -m pytest -q -c crates/py/pyproject.toml crates/py/tests $(ARGS)

check: rust ## Check formatting, lints, docs and the contents of the packages; a warning is an error
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p copydesk --no-default-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --workspace
	@set -e; for script in scripts/check_*.py; do echo "python3 $$script"; python3 "$$script"; done
	@if cargo deny --version >/dev/null 2>&1; then $(MAKE) --no-print-directory deny; \
	    else echo 'cargo-deny is missing, so licences, advisories and duplicates were not checked: make deny'; fi

deny: rust cargo-deny ## Check licences, advisories and duplicates of the crates that we depend on
	cargo deny --log-level error check licenses bans sources
	@# The database of advisories is a repository on GitHub, which cannot be reached from everywhere.
	@if cargo deny --log-level off fetch db; then \
	    set -x; cargo deny --log-level error check --disable-fetch advisories; \
	else echo 'The database of advisories cannot be reached: advisories were not checked.'; fi

package: rust ## Build each crate from the package that would be published (ARGS=--allow-dirty: with changes)
	CARGO_PROFILE_DEV_DEBUG=0 cargo package --workspace --exclude copydesk-tests --exclude copydesk-testkit --exclude copydesk-py --locked $(ARGS)

dist: rust ## Build a release archive with manual pages and completions in out/dist/
	cargo build --release --locked -p copydesk
	sh scripts/archive.sh $(COPYDESK) $(OUT)/dist

bench: rust ## Time cleaning against parsing alone, and repair (pages: COPYDESK_BENCH_PAGES=folder)
	cargo bench -p copydesk-clean --bench clean
	cargo bench -p copydesk-clean --bench repair

bench-batch: rust venv ## Time cleaning a folder of pages beside other extractors (DATASET=folder)
	cargo build --release -p copydesk
	'$(VENV)/bin/pip' install -q resiliparse==2.0.1 rs-trafilatura==0.1.1
	'$(VENV)/bin/python' crates/cli/benches/batch.py $(COPYDESK) '$(DATASET)/html' $(ARGS)

bench-sites: rust ## Clean made-up sites without and with site profiles: word F1 by kind and number of pages
	cargo test -p copydesk-eval --test site_profiles -- --nocapture

bench-fetch: rust venv ## Time fetching beside curl and Scrapy, from a server on loopback
	cargo build --release -p copydesk-fetch --examples
	'$(VENV)/bin/pip' install -q scrapy==2.19.0
	'$(VENV)/bin/python' crates/fetch/benches/load.py '$(or $(CARGO_TARGET_DIR),target)/release/examples' \
	    --scrapy '$(VENV)/bin/python' $(ARGS)

bench-warc: rust venv ## Time reading archives beside fastwarc
	cargo build --release -p copydesk-fetch --example warc
	'$(VENV)/bin/pip' install -q fastwarc==2.0.1
	'$(VENV)/bin/python' crates/fetch/benches/warc_read.py '$(or $(CARGO_TARGET_DIR),target)/release/examples/warc' $(ARGS)

bench-python: rust python-venv ## Time the Python package, beside resiliparse (DATASET=folder)
	VIRTUAL_ENV='$(PYTHON_VENV)' '$(PYTHON_VENV)/bin/maturin' develop -q --release -m crates/py/Cargo.toml
	'$(PYTHON_VENV)/bin/python' -m pip install -q resiliparse==2.0.1
	'$(PYTHON_VENV)/bin/python' crates/py/benches/python.py '$(DATASET)/html' $(ARGS)

bench-crawl: rust ## Crawl 10,000 pages of 200 hosts, kill crawls 200 times, a day in minutes, 5,000,000 URLs in a state
	COPYDESK_CRAWL_PAGES=10000 COPYDESK_CRAWL_HOSTS=200 cargo test --release -p copydesk --test main crawl::coverage -- --nocapture --test-threads 1
	COPYDESK_CRAWL_KILLS=200 cargo test --release -p copydesk --test main crawl::kills -- --nocapture
	cargo run --release -p copydesk-crawl --example crawl_day
	cargo run --release -p copydesk-crawl --example frontier_load

interop: rust venv ## Check that warcio and wget read and write the archives that we write and read
	cargo build --release -p copydesk-fetch --example warc
	'$(VENV)/bin/pip' install -q warcio==1.8.1
	'$(VENV)/bin/python' tests/interop/warc.py '$(or $(CARGO_TARGET_DIR),target)/release/examples/warc'

eval: rust ## Measure against labelled pages (DATASET=folder, ARGS='--worst 20')
	@if [ ! -d '$(DATASET)/html' ] || [ ! -d '$(DATASET)/ground-truth' ]; then \
	    echo 'There are no labelled pages in $(DATASET): html/ID.html.gz and ground-truth/ID.json are missing.'; \
	    echo 'The model was fitted on the development split of WCXB (CC-BY-4.0):'; \
	    echo '  git clone https://github.com/Murrough-Foley/web-content-extraction-benchmark'; \
	    echo 'Then name the folder that holds `html` and `ground-truth`: make eval DATASET=folder'; \
	    exit 1; \
	fi >&2
	cargo run --release -q -p copydesk -- eval '$(DATASET)' $(ARGS)

eval-lines: rust ## Measure against labelled lines of scraped text (LABELS=labels.jsonl)
	@if [ ! -f '$(LABELS)' ]; then \
	    echo 'There is no $(LABELS). A label file has one JSON object a line, with the fields'; \
	    echo '  file, line, label (title, keep, mixed:*, optional:*, drop:CLASS), text,'; \
	    echo '  joins (true if it continues the line before), clutter (a list: what must go from inside it)'; \
	    echo 'and stands beside the text files that it names: make eval-lines LABELS=file'; \
	    exit 1; \
	fi >&2
	cargo run --release -q -p copydesk -- eval --lines '$(LABELS)' $(ARGS)

train: rust datasets venv ## Fit config/model.bin on labelled pages (PAGES=folder of datasets)
	cargo build --release -p copydesk
	'$(VENV)/bin/pip' install -q -r train/requirements.txt
	OPENBLAS_NUM_THREADS=2 '$(VENV)/bin/python' train/fit.py '$(PAGES)' '$(OUT)/train' --sets $(SETS) \
	    --copydesk $(COPYDESK) $(if $(wildcard $(PEERS)),--peers '$(PEERS)') --out config/model.bin $(ARGS)
	'$(VENV)/bin/python' train/classes.py '$(PAGES)' '$(OUT)/train' $(CLASS_LABELS) train/classes.jsonl \
	    --copydesk $(COPYDESK) --out config/model.bin --cross-validate

peers: rust datasets venv ## Write what other extractors make of the labelled pages (PAGES=folder)
	'$(VENV)/bin/pip' install -q -r train/requirements-peers.txt
	set -e; for peer in trafilatura resiliparse; do for set in $(SETS); do \
	    [ -f "$(PEERS)/$$peer/$$set/peer.json" ] || '$(VENV)/bin/python' train/peers.py \
	        "$(PAGES)/$$set" "$(PEERS)/$$peer/$$set" --with $$peer; \
	done; done

quality: peers ## Measure everything, other extractors too, and write docs/quality.md (PAGES=folder)
	cargo build --release -p copydesk
	'$(VENV)/bin/python' train/quality.py --copydesk $(COPYDESK) --pages '$(PAGES)' \
	    --sets $(SETS) --peers '$(PEERS)' --labels '$(LABELS)' --out docs/quality.md

repair-quality: rust ## Measure what repair changes in good text, three ways, and restores of damaged (CLEAN=, TEXTS=folder)
	@[ -d '$(CLEAN)' ] || { \
	    echo 'There is no $(CLEAN). It should have clean text of many kinds in it (from Debian packages):'; \
	    echo '  python3 train/repair_corpora.py --out folder'; \
	    echo '  make repair-quality CLEAN=folder'; exit 1; } >&2
	@[ -d '$(TEXTS)' ] || { \
	    echo 'There is no $(TEXTS). It should have running text in it, LANG.txt for each language:'; \
	    echo '  python3 train/words/corpora.py --out folder'; \
	    echo '  make repair-quality TEXTS=folder/text'; exit 1; } >&2
	cargo build --release -p copydesk
	python3 train/repair.py false --copydesk $(COPYDESK) --out '$(OUT)/repair/false.txt' \
	    '$(CLEAN)' '$(TEXTS)' $(wildcard $(addprefix $(PAGES)/,$(SETS))) $(ARGS)
	python3 train/repair.py restore --copydesk $(COPYDESK) '$(TEXTS)' $(ARGS)

install: rust ## Install the command into cargo's bin folder
	cargo install --locked --path crates/cli

fmt: rust ## Format the code
	cargo fmt --all

clean: ## Delete what was built, and out/
	cargo clean
	rm -rf out

rust:
	@command -v cargo >/dev/null && command -v rustc >/dev/null || { \
	    echo 'Rust is missing. To install it for this user (see https://rustup.rs):'; \
	    echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"; \
	    echo '  . "$$HOME/.cargo/env"'; \
	    echo 'A C compiler is needed too (Debian: apt-get install build-essential).'; \
	    exit 1; } >&2

cargo-deny:
	@cargo deny --version >/dev/null 2>&1 || { \
	    echo 'cargo-deny is missing. To install it, which takes some minutes:'; \
	    echo '  cargo install --locked cargo-deny'; \
	    exit 1; } >&2

chromium:
	@for program in chromium chromium-browser google-chrome; do \
	    command -v $$program >/dev/null && exit 0; \
	done; \
	{ echo 'Chromium is missing. To install it (Debian): apt-get install chromium'; exit 1; } >&2

datasets:
	@missing=; for set in $(SETS); do for part in html ground-truth; do \
	    [ -d "$(PAGES)/$$set/$$part" ] || { echo "There is no $(PAGES)/$$set/$$part."; missing=1; }; \
	done; done; \
	if [ "$$missing" ]; then \
	    echo 'A dataset is a folder with html/ID.html.gz and ground-truth/ID.json. wcxb-dev is the development'; \
	    echo 'split of WCXB, which is published at'; \
	    echo '  https://github.com/Murrough-Foley/web-content-extraction-benchmark (CC-BY-4.0)'; \
	    echo 'The news pages are not part of it. To use other datasets (and get another model, other figures):'; \
	    echo '  make $(MAKECMDGOALS) PAGES=folder SETS="wcxb-dev"'; \
	    exit 1; \
	fi >&2

venv:
	@[ -x '$(VENV)/bin/python' ] || python3 -m venv '$(VENV)'

python-venv:
	@command -v python3 >/dev/null && python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' || { \
	    echo 'Python 3.10 or newer is missing, or its module venv. To install them (Debian): apt-get install python3-venv'; \
	    exit 1; } >&2
	@[ -x '$(PYTHON_VENV)/bin/python' ] || python3 -m venv '$(PYTHON_VENV)'
	'$(PYTHON_VENV)/bin/python' -m pip install -q -r crates/py/tests/requirements.txt
