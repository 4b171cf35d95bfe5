#!/usr/bin/env bash
# Makes .venv with a Python 3.10 from wherever there is one, and installs a lock file into it.
set -euo pipefail
lock=$1
cd "$(dirname "$0")/.."

is_310() { "$@" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }

find_python() {
  if [ -n "${PYTHON:-}" ]; then
    if is_310 "$PYTHON"; then echo "$PYTHON"; return; fi
    echo "PYTHON=$PYTHON is not a Python 3.10; looking for another." >&2
  fi
  local candidate
  for candidate in python3.10 python3 python; do
    if is_310 "$candidate"; then command -v "$candidate"; return; fi
  done
  for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python; do
    if is_310 "$candidate"; then echo "$candidate"; return; fi
  done
  if command -v uv >/dev/null 2>&1; then
    if candidate=$(uv python find 3.10 2>/dev/null) && is_310 "$candidate"; then echo "$candidate"; return; fi
    if uv python install 3.10 >&2 && candidate=$(uv python find 3.10 2>/dev/null); then echo "$candidate"; return; fi
  fi
  return 1
}

if ! is_310 .venv/bin/python; then
  if ! python=$(find_python); then
    cat >&2 <<'EOF'
Marrow needs Python 3.10 (Rasa Open Source ends there), and none was found. Any one of these will do:
  - install uv, then run `uv python install 3.10`
  - with pyenv: `pyenv install 3.10`
  - your system's package, such as python3.10 with python3.10-venv
  - PYTHON=/path/to/python3.10 make run
EOF
    exit 1
  fi
  echo "Making .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
fi

echo "Installing from $lock ..."
if command -v uv >/dev/null 2>&1; then
  uv pip install -q --python .venv/bin/python --no-deps --require-hashes -r "$lock"
else
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-compile --use-pep517 --no-deps --require-hashes -r "$lock"
fi
