"""`import cnnkit` beside `import keras`, each in a fresh process."""

import os
import subprocess
import sys

import pytest

ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.mark.benchmark(group="import", warmup=False)
@pytest.mark.parametrize(
    "role, code",
    [("ours", "import cnnkit"), ("peer", "import keras")],
    ids=["cnnkit", "keras"],
)
def test_import(benchmark, role, code):
    benchmark.extra_info.update(role=role, name="import keras", asked="within 1.1")
    benchmark.pedantic(
        subprocess.run,
        args=([sys.executable, "-c", code],),
        kwargs={"check": True, "env": ENVIRONMENT, "stderr": subprocess.DEVNULL},
        rounds=5,
        warmup_rounds=1,
    )


@pytest.mark.benchmark(group="import with the layers", warmup=False)
@pytest.mark.parametrize(
    "role, code",
    [("ours", "import cnnkit.layers"), ("peer", "import keras")],
    ids=["cnnkit", "keras"],
)
def test_import_with_layers(benchmark, role, code):
    test_import(benchmark, role, code)
