#!/usr/bin/env bash
# Test what ships: build the wheel, install it in an environment of its own, lint, type-check, and
# run every test against it, those in a real browser too.
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

say "environment $venv"
[ -e "$venv/pyvenv.cfg" ] || "$python" -m venv "$venv"
bin="$venv/bin"
[ -d "$bin" ] || bin="$venv/Scripts"
pip() { "$bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

say "build and install the wheel"
dist=$(mktemp -d)
trap 'rm -rf "$dist"' EXIT
pip wheel --no-deps --wheel-dir "$dist" .
wheel=$(echo "$dist"/auralise_jax-*.whl)
pip install "auralise-jax[dev] @ file://$wheel"
pip install --force-reinstall --no-deps "$wheel"
ls -l "$wheel" | awk '{ print $5, "bytes" }'

# A browser: whatever is there; else Debian's, where we may install it without asking a person.
if ! "$bin/python" tests/browser/find_browser.py >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "install Chromium"
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null ||
      echo "Chromium could not be installed" >&2
  fi
fi

# FluidSynth's library, for the tests of the music generator; without it they are skipped.
if ! "$bin/python" -c 'import fluidsynth' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "install FluidSynth"
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y libfluidsynth3 >/dev/null ||
      echo "FluidSynth could not be installed" >&2
  fi
fi

say "lint"
"$bin/ruff" check .
"$bin/ruff" format --check .
say "types"
"$bin/mypy"

say "tests"
# Plain pytest: `python -m pytest` would put the source tree before the installed wheel.
AURALISE_TESTS_WHEEL=1 "$bin/pytest" -n auto --dist worksteal --doctest-modules --pyargs auralise_jax tests "$@"
