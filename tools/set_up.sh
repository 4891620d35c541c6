#!/bin/sh
# Make the virtual environment, where there is none that works, and install into it.
# Usage: PYTHON=python3 set_up.sh FOLDER STAMP EXTRA ...
set -eu

folder=$1
stamp=$2
shift 2

works() {
    command -v "$1" > /dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1
}

make_environment() {
    if [ -n "${PYTHON-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.13 python3.12 python3.11 python
    fi
    for python in "$@"; do
        if works "$python"; then
            "$python" -m venv --clear "$folder"
            return
        fi
    done
    echo "The course needs Python 3.11 or newer. Looked for: $*." >&2
    echo "Install it, or name yours: make PYTHON=/path/to/python3.13 ..." >&2
    exit 1
}

pip() {
    "$folder/bin/python" -m pip --disable-pip-version-check "$@"
}

if ! works "$folder/bin/python" || ! pip --version > /dev/null 2>&1; then
    make_environment
fi
echo "Installing into $folder, once. This can take a few minutes ..."
"$folder/bin/python" tools/requirements.py "$@" > "$folder/requirements.txt"
pip install --quiet -r "$folder/requirements.txt"
# JupyterLab would ask each learner, first of all, whether to fetch news. The course
# works as well where this fails.
"$folder/bin/python" -m jupyterlab.labextensions disable --level=sys_prefix \
    "@jupyterlab/apputils-extension:announcements" > /dev/null 2>&1 || true
pip install --quiet --no-deps --editable .
# Last of all: a set-up that was interrupted has no stamp and is taken up again.
touch "$stamp"
