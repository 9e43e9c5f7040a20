#!/usr/bin/env bash
# Test what ships: build the wheel, install it in an environment of its own, lint, type-check, and
# run every test against it, those in a real browser too. What depends on FFmpeg, SoX, FluidSynth or
# Firefox is run twice, with these tools and without. The code of js/ is checked where Node is.
#
#   bash tests/run.sh                 everything
#   bash tests/run.sh -k rules        arguments go to pytest
#
# PYTHON names the interpreter (default python3), TEST_VENV the environment (default .venv-tests).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
venv=${TEST_VENV:-.venv-tests}
say() { printf '\n== %s\n' "$*"; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { echo "Python 3.11 or later is needed; name one with PYTHON=..." >&2; exit 1; }

[ $# -gt 0 ] ||
  say "everything: 15 to 45 minutes on an idle machine with two cores, after the downloads"

say "environment $venv"
[ -e "$venv/pyvenv.cfg" ] || "$python" -m venv "$venv"
bin="$venv/bin"
[ -d "$bin" ] || bin="$venv/Scripts"
pip() { "$bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

say "build and install the wheel"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip wheel --no-deps --wheel-dir "$work" .
wheel=$(echo "$work"/auralise_jax-*.whl)
pip install "auralise-jax[dev] @ file://$wheel"
pip install --force-reinstall --no-deps "$wheel"
ls -l "$wheel" | awk '{ print $5, "bytes" }'

# Tools that tests use: what is there; else Debian's, where we may install it without asking a
# person. Tests whose tool is missing are skipped.
wanted=()
"$bin/python" tests/browser/find_browser.py >/dev/null || wanted+=(chromium)
command -v firefox >/dev/null || command -v firefox-esr >/dev/null || wanted+=(firefox-esr)
command -v ffmpeg >/dev/null || wanted+=(ffmpeg)
command -v sox >/dev/null || wanted+=(sox)
"$bin/python" -c 'import fluidsynth' 2>/dev/null || wanted+=(libfluidsynth3)
if [ ${#wanted[@]} -gt 0 ]; then
  say "other programs: ${wanted[*]}"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get -qq update || true
    for one in "${wanted[@]}"; do
      DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$one" >/dev/null ||
        echo "$one could not be installed; tests that need it are skipped" >&2
    done
  else
    echo "not installed here; tests that need them are skipped" >&2
  fi
fi

say "lint"
"$bin/ruff" check .
"$bin/ruff" format --check .
say "types"
"$bin/mypy"

if [ $# -eq 0 ]; then
  say "page code"
  if node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && command -v npm >/dev/null; then
    (cd js && npm ci --silent --no-audit --no-fund && npm run --silent check)
    export AURALISE_TESTS_PAGE_CODE=checked
  else
    echo "Node 20 or later is not installed; types, lint, tests and bundles of js/ are skipped" >&2
  fi
fi

# Plain pytest: `python -m pytest` would put the source tree before the installed wheel.
export AURALISE_TESTS_WHEEL=1
# Compiling is a large part of a run. What is compiled is kept for the next ones, for a fortnight.
compiled=$(cd "$venv" && pwd)/compiled
trap 'rm -rf "$compiled"; exit 130' INT TERM  # of what was being written only half is there
mkdir -p "$compiled"
find "$compiled" -type f -mtime +14 -delete
export JAX_COMPILATION_CACHE_DIR=$compiled
unset PYTHONDONTWRITEBYTECODE  # or every worker and every process compiles the tests again
# One worker more than cores: a test that drives a browser mostly waits for it.
workers=$("$bin/python" -c 'import os; print((os.cpu_count() or 1) + 1)')
tests() { "$bin/pytest" -n "$workers" --dist worksteal --doctest-modules --pyargs auralise_jax tests "$@"; }

say "tests"
tests "$@"
[ $# -eq 0 ] || exit 0

# Its Python and its half in the page, before those of the environment.
oldest=$(sed -n 's/.*"anywidget>=\([^"]*\)".*/\1/p' pyproject.toml)
say "a notebook and an app with anywidget $oldest"
pip install --no-deps --target "$work/oldest" "anywidget==$oldest"
PYTHONPATH="$work/oldest" JUPYTER_PATH="$work/oldest/share/jupyter" AURALISE_TESTS_ANYWIDGET=$oldest \
  "$bin/pytest" -n 2 tests/browser/test_lab.py tests/browser/test_voila.py

say "tests without FFmpeg, SoX, FluidSynth and Firefox"
# The course is left out: it has run without FluidSynth above.
AURALISE_TESTS_WITHOUT_TOOLS=1 tests -m "tools and not browser" --ignore tests/test_notebooks.py
