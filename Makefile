# Every target readies what it needs first, and skips what is ready (scripts/set_up.py).

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
endif
ifeq ($(PYTHON),)
$(error Parley needs Python 3.11 or newer; name it with `make PYTHON=/path/to/python3.11 …`)
endif

ready = @$(PYTHON) -m scripts.set_up
bin := .venv/bin
compile := $(bin)/uv pip compile --quiet --universal --generate-hashes --no-header \
	--no-emit-index-url $(if $(UPGRADE),--upgrade)
npm_lock := PATH="$(CURDIR)/$(bin):$$PATH" npm install --package-lock-only --no-audit --no-fund

.PHONY: help run test bench soak fuzz conformance conformance-saboteurs lint types format schema generate check-generated graphiql react swift packages check-contract doctor lock clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the API and the Gradio page
	$(ready) run
	@exec $(bin)/parley run

# A file's tests stay in one process: they share servers and browsers.
side_by_side := --numprocesses auto --maxprocesses 4 --dist loadfile

test: ## Run the tests, as many at a time as there are cores (4 at most); ARGS go to pytest
	$(ready) test
	@$(bin)/python -m pytest $(side_by_side) $(ARGS)

soak: ## Load a real server with everything for MINUTES (30), with faults; WORKERS, RATE
	$(ready) test
	@$(bin)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(WORKERS),--workers $(WORKERS)) $(if $(RATE),--rate $(RATE)) $(ARGS)

conformance: ## Play every scenario on every frontend and write the matrix; FRONTEND=name: one
	$(ready) test
	@$(bin)/python -m conformance $(FRONTEND) $(ARGS)

conformance-saboteurs: ## Test the conformance kit: broken frontends must be caught
	$(ready) test
	@$(bin)/python -m conformance.saboteurs $(ARGS)

fuzz: ## Send bad input of every kind by the thousand; KIND=name: one; ARGS="--seed N --count N"
	$(ready) test
	@$(bin)/python -m tests.fuzz $(KIND) $(ARGS)

bench: ## Measure the speed beside other servers (10 minutes); PEERS=all: beside two more
	$(ready) test
	@$(bin)/python -m bench $(if $(PEERS),--peers $(PEERS)) $(ARGS)

lint: ## Check style and formatting
	$(ready) tools
	@$(bin)/ruff check .
	@$(bin)/ruff format --check .

types: ## Check types
	$(ready) tools
	@$(bin)/mypy

format: ## Bring the code into the house's form
	$(ready) tools
	@$(bin)/ruff check --fix .
	@$(bin)/ruff format .

schema: ## Print the contract from the Python types into schema.graphql
	$(ready) tools
	@$(bin)/parley schema > schema.graphql.new && mv schema.graphql.new schema.graphql

generate: schema ## Regenerate the clients from schema.graphql and the operations
	@$(bin)/python -m clients.codegen

check-generated: ## Fail where schema.graphql or a generated client is stale
	$(ready) tools
	@$(bin)/parley schema | diff -u schema.graphql - || \
		{ echo 'schema.graphql is stale: run `make generate`' >&2; exit 1; }
	@$(bin)/python -m clients.codegen --check

check-contract: ## Fail where clients of a released contract would notice a change
	$(ready) tools
	@$(bin)/python -m scripts.contract_changes

graphiql: ## Build the explorer, as `make run` does where it has changed
	$(ready) graphiql

react: ## Build the React page, as `make run` does where it has changed
	$(ready) react

packages: ## Build the Python and TypeScript clients for other repositories, into dist/
	$(ready) test
	@$(bin)/python -m scripts.packages

swift: ## Build and test the Swift client, in a Debian of its own where there is no Swift (3 GB)
	$(ready) test
	@$(bin)/python -m scripts.swift
	@$(bin)/python -m pytest -o addopts="-ra -p no:dash" tests/clients_swift $(ARGS)

doctor: ## Check Python, settings, model, data directory and ports
	$(ready) run
	@$(bin)/parley doctor

lock: ## Lock the dependencies again; UPGRADE=1 takes the newest
	$(ready) tools
	@$(compile) --group pyproject.toml:installer --output-file requirements/uv.txt
	@$(compile) pyproject.toml --extra embedded --extra gradio --group setup \
		--output-file requirements/run.txt
	@$(compile) pyproject.toml --all-extras --group setup --constraints requirements/run.txt \
		--output-file requirements/dev.txt
	@cd clients/graphiql && $(npm_lock)
	@cd clients && $(npm_lock)

clean: ## Remove what was installed and built, but no data and no downloaded model
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	rm -rf api/transport/static clients/node_modules clients/typescript/dist
	rm -rf clients/graphiql/node_modules tests/clients_js/node_modules
	find api clients scripts tests -name __pycache__ -prune -exec rm -rf {} +
