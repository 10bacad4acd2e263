# Every goal sets up what it needs; a second run starts at once.
.DEFAULT_GOAL := help
.PHONY: help serve test check mutations bench ask clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Test processes, each with a copy of the embedding model; a file's tests share one, and its servers.
# One more than CI has cores: half of a test's time is spent waiting for processes, pauses and Postgres.
WORKERS ?= 3
# Further words for the command at hand: `make test ARGS="-k chunk"`.
ARGS ?=

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

serve: $(VENV)/.installed ## Run Lumen here; its settings come from the environment
	@exec $(BIN)/lumen serve $(ARGS)

ask: $(VENV)/.installed ## Ask files in the terminal: make ask FILES="report.pdf" Q="What changed?"
	@$(if $(FILES),,echo 'Name the files: make ask FILES="report.pdf" Q="What changed?"'; exit 2;) \
	  exec $(BIN)/lumen ask $(FILES) "$$LUMEN_QUESTION"
ask: export LUMEN_QUESTION = $(Q)

test: $(VENV)/.installed-dev ## Run the tests
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || echo "No chromium here: the browser tests, and just those, are skipped."
	@command -v tesseract >/dev/null \
	  || echo "No tesseract here: the tests that read scanned pages, and just those, are skipped."
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.installed-dev ## Lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

mutations: $(VENV)/.installed-dev ## Take each access check out and see a test fail
	@exec $(BIN)/python -m tests.authorization.mutations $(ARGS)

bench: $(VENV)/.installed-dev ## Measure everything, or one: make bench NAME=search
	@for program in benchmarks/$(or $(NAME),[a-z]*).py; do \
	  grep -q '^if __name__' "$$program" || continue; \
	  name=$$(basename "$$program" .py); echo "== $$name"; \
	  $(BIN)/python -m "benchmarks.$$name" $(ARGS) || exit 1; \
	done

clean: ## Remove what was made here; the data folder is left alone
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@for python in "$$PYTHON" python3 python3.13 python3.12 python3.11; do \
	  command -v "$$python" >/dev/null 2>&1 || continue; \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old="$$python"; continue; }; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare="$$python"; continue; }; \
	  echo "Setting up with $$("$$python" --version) in $(VENV)"; \
	  "$$python" -m venv $(VENV) && touch $@ && exit 0; exit 1; \
	done; \
	if [ -n "$$bare" ]; then echo "$$bare has no venv module: install it (Debian, Ubuntu: apt install python3-venv)."; \
	elif [ -n "$$old" ]; then echo "$$("$$old" --version) is too old: Lumen needs Python 3.11 or newer (or set PYTHON=/path/to/python3.11)."; \
	else echo "No Python found: Lumen needs Python 3.11 or newer."; fi >&2; exit 1

# torch comes first and by its exact version: chosen by another package, it may come as another build.
$(VENV)/.installed: $(VENV)/.python pyproject.toml constraints.txt
	@echo "Installing what Lumen needs; the first time takes some minutes."
	$(PIP) install torch==2.13.0
	$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need."
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $@
