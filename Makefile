# `make` alone lists what there is. Every target sets up what it needs, once, in .venv.

PYTHON ?=
WEEK ?=
LESSON ?= $(WEEK)
LAB_ARGS ?=
TEST_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
LAB := $(VENV)/.installed-lab
DEV := $(VENV)/.installed-dev
BENCH := $(VENV)/.installed-bench

# One thread each: the numbers stay the same however many lessons run side by side.
ONE_THREAD := TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 OMP_NUM_THREADS=1
PYTEST := $(ONE_THREAD) $(PY) -m pytest -p no:benchmark \
	--numprocesses auto --maxprocesses 4 --dist loadfile
NBVAL := --nbval --nbval-current-env --nbval-kernel-startup-timeout 300 \
	--nbval-sanitize-with tests/notebooks/sanitise.cfg

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help lab course test test-fast test-real notebooks assignments bench lint colab-check clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: $(LAB)  ## Open the lessons in JupyterLab
	@$(PY) -m cnnkit lab $(LAB_ARGS)

course: $(LAB)  ## Run every lesson and leave pages to read in build/course (WEEK=1, LESSON=1/03)
	@$(ONE_THREAD) $(PY) -m cnnkit run --html --workers 2 $(LESSON)

test: $(DEV)  ## Test the package and the lessons
	@$(PYTEST) $(NBVAL) --nbval-cell-timeout 600 --durations 20 --durations-min 10 \
		--ignore-glob '*_real_data.ipynb' --ignore-glob '*/assignments/a*.ipynb' tests cnnkit notebooks $(TEST_ARGS)

test-fast: $(DEV)  ## Test the package alone
	@$(PYTEST) tests cnnkit $(TEST_ARGS)

test-real: $(DEV)  ## Test all, the lessons on downloaded data too
	@$(PYTEST) $(NBVAL) --nbval-cell-timeout 1800 \
		--ignore-glob '*/assignments/a*.ipynb' tests cnnkit notebooks $(TEST_ARGS)

notebooks: $(DEV)  ## Run the lessons again and save them, normalised (WEEK=1, LESSON=1/03)
	@$(ONE_THREAD) $(PY) -m cnnkit run --save --workers 2 $(LESSON)
	@$(PY) -m cnnkit.lessons.normalise

assignments: $(DEV)  ## Build the learners' assignments from their masters, and prove them
	@$(PY) -m cnnkit assign build notebooks/assignments/masters/*.ipynb

bench: $(BENCH)  ## Measure beside what people would use; writes benchmarks/RESULTS.md
	@$(PY) benchmarks/run.py

lint: $(DEV)  ## Check the style of code and lessons
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m cnnkit.lessons.normalise --check

colab-check: $(DEV)  ## Check that installing cnnkit changes nothing that Colab ships
	@$(PY) tests/colab/check.py

clean:  ## Remove what was built, .venv included
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .benchmarks

# A virtual environment whose Python is gone (moved, upgraded) is made anew.
$(PY): ;

$(LAB): EXTRAS := lab
$(DEV): EXTRAS := lab dev
$(BENCH): EXTRAS := lab bench
$(LAB) $(DEV) $(BENCH): $(PY) pyproject.toml tools/requirements.py
	@PYTHON="$(PYTHON)" sh tools/set_up.sh $(VENV) $@ $(EXTRAS)
