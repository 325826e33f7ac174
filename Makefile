# What can be done with Headway. ARGS passes on: make demo ARGS=--exit, make test ARGS="-k upload".
.PHONY: install demo run test check bench storm chaos lock
.DEFAULT_GOAL := install

PYTHON ?=
ARGS ?=
bin := .venv/bin

install:
	@PYTHON="$(PYTHON)" .ci/install

demo: install
	@$(bin)/headway demo $(ARGS)

run: install
	@$(bin)/headway up $(ARGS)

test: install
	@$(bin)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: install
	@.ci/check $(ARGS)

bench: install
	@$(bin)/python -m tests.benchmarks $(ARGS)

storm: install
	@$(bin)/python -m tests.faults $(ARGS)

chaos: install
	@$(bin)/python -m tests.faults.chaos $(ARGS)

lock: install
	@.ci/lock/make $(ARGS)
