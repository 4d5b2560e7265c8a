# `make` alone lists what there is to run.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
# How many processes run the tests at once, each with a database, a server and a browser of its own.
WORKERS ?= 3

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# The node of the wheel, where it had to be installed, goes before the machine's own.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
NODE_DOES := node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
# What the caller's shell says about some other database must not reach the demo or the checks.
ALONE := env -u DATABASE_URL -u GRANTS_ENV -u SECRET_KEY

.PHONY: help setup demo demo-reset test test-fast pictures bench check promises assets lock
.DELETE_ON_ERROR:

help:
	@echo 'make setup       install everything and build the styles, without serving'
	@echo 'make demo        serve the demo on http://127.0.0.1:$(PORT)/ (another port: make demo PORT=8001)'
	@echo 'make demo-reset  throw the demo'"'"'s data away; the next make demo starts over'
	@echo 'make test        every test but the slow ones (some of them: make test ARGS="-k money")'
	@echo 'make test-fast   without the browser, walks of the whole site and whole rounds, for work'
	@echo 'make pictures    take the pictures of the guides anew'
	@echo 'make bench       what pages and calls cost at 83, 830 and 8,300 bids'
	@echo 'make promises    the slow fault and race tests'
	@echo 'make check       lint, formatting, types, structure, missing migrations, JavaScript tests'
	@echo 'make assets      build styles, script and fonts'
	@echo 'make lock        write the lock files anew (newer versions: make lock ARGS=--upgrade)'

setup: $(BIN)/.runtime build/.static

assets: build/.assets

demo: setup
	@$(ALONE) $(BIN)/python devdb.py env demo >/dev/null
	@$(ALONE) PORT=$(PORT) $(BIN)/python manage.py demo

demo-reset:
	@python=$(BIN)/python; [ -x $$python ] || python=$(PYTHON); $$python devdb.py reset demo
	@rm -f .demo/loaded
	@echo 'The demo has no data any more. make demo starts over.'

# What was compiled of the code and of the tests is kept, whatever the caller's shell says: to compile them anew takes each
# worker several seconds.
unexport PYTHONDONTWRITEBYTECODE

# A module stays with one worker, because some share what is slow to set up.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test: $(BIN)/.dev build/.assets
	@$(PYTEST) -m 'not promises' $(ARGS)

test-fast: $(BIN)/.dev build/.assets
	@$(PYTEST) -m 'not promises and not browser and not walk' $(ARGS)

promises: $(BIN)/.dev build/.assets
	@$(BIN)/pytest -m promises $(ARGS)

pictures: $(BIN)/.dev build/.assets
	@$(BIN)/pytest tests/journeys/pictures.py

bench: $(BIN)/.dev build/.assets
	@$(ALONE) $(BIN)/python -m tests.bench

check: $(BIN)/.dev check-js
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	@$(ALONE) GRANTS_ENV=test $(MAKE) --no-print-directory check-code

# The tests run the built scripts, which are what a browser gets.
.PHONY: check-js
check-js: build/.assets
	$(WITH_NODE) node --disable-warning=ExperimentalWarning --test --test-reporter=dot tests/assets/*.test.mjs

.PHONY: check-code
check-code:
	$(BIN)/mypy grants bids approvals
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

# The environment. Each stamp is younger than the lock file that it was installed from.

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo 'Python is missing. Install Python 3.11 or newer.' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1 | cut -d' ' -f2)." \
	         'Name a newer one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	    || { echo 'The venv module of Python is missing. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv

$(BIN)/.runtime: requirements.lock | $(BIN)/python
	@echo 'Installing the application ...'
	@$(PIP) -r requirements.lock
	@touch $@

$(BIN)/.dev: requirements-dev.lock $(BIN)/.runtime
	@echo 'Installing the tools of the tests and checks ...'
	@$(PIP) -r requirements-dev.lock
	@touch $@

# Styles, script and fonts.

node_modules/.installed: package.json package-lock.json .npmrc requirements-node.lock | $(BIN)/python
	@$(WITH_NODE); export PATH; if ! { command -v npm && $(NODE_DOES); } >/dev/null 2>&1; then \
	    echo 'This machine has no npm with node 20.19 or newer: installing one into .venv ...'; \
	    $(PIP) -r requirements-node.lock; fi
	@echo 'Installing what the styles are made of ...'
	@$(WITH_NODE) npm ci --ignore-scripts --omit=optional --silent
	@touch $@

FRONTEND := node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js
FONTS := node_modules/@expo-google-fonts/source-sans-3
FONT_FILES := $(FONTS)/400Regular/SourceSans3_400Regular.ttf $(FONTS)/700Bold/SourceSans3_700Bold.ttf \
    $(FONTS)/400Regular_Italic/SourceSans3_400Regular_Italic.ttf
# The scripts that the typeface has not, in a folder of their own: what was frozen before is drawn without them.
SCRIPTS := arabic bengali devanagari gujarati gurmukhi hebrew sc tamil
SCRIPT_FONTS := $(foreach script,$(SCRIPTS),node_modules/@expo-google-fonts/noto-sans-$(script))
WEB_FONTS := node_modules/@fontsource/source-sans-3
WEB_FONT_FILES := $(foreach face,400-normal 400-italic 700-normal,\
    $(foreach subset,latin latin-ext,$(WEB_FONTS)/files/source-sans-3-$(subset)-$(face).woff2))

build/.assets: node_modules/.installed $(wildcard assets/*)
	@echo 'Building styles, script and fonts ...'
	@rm -rf build/assets build/fonts build/script-fonts
	@mkdir -p build/assets build/fonts build/script-fonts
	@$(WITH_NODE) node node_modules/sass/sass.js --load-path=node_modules --style=compressed --no-source-map \
	    assets/styles.scss:build/assets/styles.css assets/admin.scss:build/assets/admin.css
	@cp assets/*.js assets/*.svg build/assets/
	@# The map is not served, and collectstatic refuses a reference to a file that is not there.
	@sed 's|//# sourceMappingURL=.*$$||' $(FRONTEND) >build/assets/govuk-frontend.min.js
	@cp $(FONT_FILES) $(FONTS)/LICENSE_FONT build/fonts/
	@for font in $(SCRIPT_FONTS); do cp $$font/400Regular/*.ttf $$font/700Bold/*.ttf build/script-fonts/ \
	    && cp $$font/LICENSE_FONT build/script-fonts/$${font##*/}-licence.txt || exit 1; done
	@cp $(WEB_FONT_FILES) build/assets/
	@cp $(WEB_FONTS)/LICENSE build/assets/source-sans-3-licence.txt
	@touch $@

build/.static: build/.assets $(BIN)/.runtime grants/settings.py
	@$(ALONE) GRANTS_ENV=demo DJANGO_SETTINGS_MODULE=grants.settings \
	    $(BIN)/python -m django collectstatic --noinput --clear --verbosity 0
	@touch $@

# Lock files, for every platform and with the hash of every file, but without saying where the files come from.

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links $(ARGS)

lock: UV = $(if $(shell command -v uv),uv,$(BIN)/uv)
lock: | $(BIN)/python
	@command -v uv >/dev/null || [ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) --group demo pyproject.toml -o requirements.lock
	$(COMPILE) --group s3 --constraint requirements.lock pyproject.toml -o requirements-s3.lock
	$(COMPILE) --group dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) --group node -o requirements-node.lock
	$(WITH_NODE) npm install --package-lock-only --ignore-scripts
