# make lab       set up .venv once, open JupyterLab on course/   (LAB_ARGS=--no-browser is passed on)
# make test      the same set-up, then the tests, one process a core
# make test-slow the tests that take minutes, but for the corpus, which make mutants judges
# make notebooks build and execute solutions/*.ipynb and course/*.ipynb from the sources; the points table
# make mutants   the table of wrong solutions that the checks reject
# make nbval     run the executed notebooks again, NBVAL_JOBS at once, and compare
# make check     lint, format, types
# make bench     the benchmarks: benchmarks/RESULTS.md, IMAGES.md and CLAIMS.md (an hour or two; GANLAB_DATA has MNIST; a GPU is used where there is one)

PYTHON ?= python3
VENV   ?= .venv
LAB_ARGS ?=
TEST_ARGS ?=
PIP_ARGS ?=
NBVAL_JOBS ?= 2
BIN := $(VENV)/bin

.PHONY: lab test test-slow test-all notebooks nbval mutants check bench clean

# One stamp for students, one for contributors: each is made again only when what it installs changes.
$(VENV)/.course: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/python -m pip install $(PIP_ARGS) -c constraints.txt -e ".[course]"
	touch $@

$(VENV)/.dev: $(VENV)/.course
	$(BIN)/python -m pip install $(PIP_ARGS) -c constraints.txt -e ".[dev]"
	touch $@

lab: $(VENV)/.course
	$(BIN)/ganlab lab $(LAB_ARGS)

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow" -n auto $(TEST_ARGS)

test-slow: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow -n auto --ignore=tests/mutants --ignore=tests/grading/test_answers.py $(TEST_ARGS)

test-all: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto $(TEST_ARGS)

notebooks: $(VENV)/.dev
	$(BIN)/ganlab build
	$(BIN)/ganlab points --write

nbval: $(VENV)/.dev
	ls solutions/*/*.ipynb | OMP_NUM_THREADS=1 xargs -n 1 -P $(NBVAL_JOBS) \
		$(BIN)/python -m pytest --nbval-lax --nbval-cell-timeout=300 -p no:cacheprovider -W default

mutants: $(VENV)/.dev
	$(BIN)/python -m tests.mutants

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.layers
	$(BIN)/python -m benchmarks.ablation
	$(BIN)/python -m benchmarks.gpu
	$(BIN)/python -m benchmarks.grading --class-size 300 --stock 10 --workers 2 --write
	$(BIN)/python -m benchmarks.images
	$(BIN)/python -m benchmarks.claims

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
