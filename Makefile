# Each target is one command that also works without make; `./manage.py` prepares what it needs.
PYTHON ?= python3
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check run test lint format types arch checks migrate-check bench storm \
  lock ci

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## Make .venv and install the locked requirements
	@$(PYTHON) manage.py setup

demo: ## Run the whole shop on this machine, with demo data; Ctrl-C stops it
	@$(PYTHON) manage.py demo

demo-check: ## Start the same on free ports, buy one computer, report, stop
	@$(PYTHON) manage.py demo --check

run: ## Run only the web server, reloading on change
	@DEBUG=true $(PYTHON) manage.py runserver

test: ## Run all tests (ARGS="tests/shop -k cart" for some)
	@$(PYTHON) manage.py test $(ARGS)

lint: setup ## Style of Python and templates
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) djlint --quiet --lint templates
	$(RUN) djlint --quiet --lint --profile html config/mailsink/templates

format: setup ## Put Python and templates into the house style
	$(RUN) ruff check --fix
	$(RUN) ruff format

types: setup ## Static types
	$(RUN) mypy .

arch: setup ## Who may import whom
	.venv/bin/lint-imports

migrate-check: setup ## Whether every model change has its migration
	@$(PYTHON) manage.py makemigrations --check --dry-run

checks: setup ## Deployment checks and the API description, as production sees them
	@bash .ci/checks

bench: ## CPU and SQL of every page and of one whole order
	@$(PYTHON) manage.py bench order

storm: ## The whole shop, killed piece by piece under customers who misbehave (ARGS="--orders 1000")
	@$(PYTHON) manage.py storm $(ARGS)

lock: setup ## Renew requirements*.txt from requirements*.in
	.venv/bin/uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
	  requirements-dev.in -o requirements-dev.txt
	.venv/bin/uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
	  requirements.in -o requirements.txt -c requirements-dev.txt

ci: ## Everything that CI runs
	@bash .ci/run
