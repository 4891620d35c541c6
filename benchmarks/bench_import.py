"""`import cnnkit` beside `import keras`, each in a fresh process."""

import os
import subprocess
import sys

import pytest

ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.mark.asked("within 1.1")
@pytest.mark.benchmark(group="import", warmup=False)
@pytest.mark.parametrize("who", ["cnnkit", "keras"])
def test_import(benchmark, who):
    benchmark.pedantic(
        subprocess.run,
        args=([sys.executable, "-c", f"import {who}"],),
        kwargs={"check": True, "env": ENVIRONMENT, "stderr": subprocess.DEVNULL},
        rounds=5,
        warmup_rounds=1,
    )


@pytest.mark.asked("within 1.1")
@pytest.mark.benchmark(group="import with the layers", warmup=False)
@pytest.mark.parametrize("who", ["cnnkit.layers", "keras"])
def test_import_with_layers(benchmark, who):
    test_import(benchmark, who)
