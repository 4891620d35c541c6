"""Honest notebooks in every state that people and tools leave them in: full marks."""

import json

import pytest

DOUBLE = "def double(x):\n    return np.asarray(x) * 2"
SQUARE = "def square(x):\n    return x * x"
IMPORT = "import numpy as np"


def code(source, **more):
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        **more,
    }


def text(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


CELLS = [code(IMPORT), code(DOUBLE), code(SQUARE)]
COLAB = {
    "colab": {"provenance": [], "toc_visible": True},
    "accelerator": "GPU",
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
}
LINES = [IMPORT + "\n", DOUBLE + "\n", "\n", SQUARE]

NOTEBOOKS = {
    "no metadata": {"cells": [{"cell_type": "code", "source": LINES}]},
    "Colab's metadata": {
        "cells": [{**x, "metadata": {"id": "x", "cellView": "form"}} for x in CELLS],
        "metadata": COLAB,
        "nbformat": 4,
        "nbformat_minor": 0,
    },
    "doubled cells": {"cells": [*CELLS, *CELLS]},
    "checks deleted, text and raw cells between": {
        "cells": [text("# Title"), CELLS[0], text(""), CELLS[1], code(""), CELLS[2]]
    },
    "reordered": {"cells": [CELLS[0], CELLS[2], CELLS[1]]},
    "a cell that fails": {"cells": [CELLS[0], code("1 / 0"), *CELLS[1:]]},
    "a cell that is no Python": {"cells": [CELLS[0], code("def ("), *CELLS[1:]]},
    "a first try that was wrong": {
        "cells": [CELLS[0], code("def square(x): return 0"), *CELLS[1:]]
    },
    "magics": {
        "cells": [
            code("%matplotlib inline\n%load_ext autoreload\n%autoreload 2"),
            code("!pip install numpy\n!nvidia-smi"),
            code("%%time\n" + IMPORT),
            code("%%html\n<b>x</b>"),
            code("%env A=1\n" + DOUBLE),
            code(SQUARE + "\n%timeit square(3)"),
            code("square?\nnp.ones??"),
        ]
    },
    "Colab's own modules": {
        "cells": [
            code("from google.colab import drive\ndrive.mount('/content/drive')"),
            *CELLS,
        ]
    },
    "as before 2015": {
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "code", "input": LINES, "language": "python"},
                    {"cell_type": "heading", "source": "x", "level": 1},
                ]
            }
        ],
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
    },
    "outputs of many kinds": {
        "cells": [
            {**CELLS[0], "outputs": [{"output_type": "error", "traceback": ["x"]}]},
            {**CELLS[1], "outputs": "broken", "execution_count": "9"},
            CELLS[2],
        ]
    },
    "await": {"cells": [code("import asyncio\nawait asyncio.sleep(0)"), *CELLS]},
    "display and widgets": {
        "cells": [
            code("from IPython.display import display, HTML\ndisplay(HTML('x'))"),
            *CELLS,
        ]
    },
    "input": {"cells": [*CELLS, code("name = input('Your name: ')")]},
    "plots": {
        "cells": [
            code("import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.show()"),
            *CELLS,
        ]
    },
    "warnings as errors": {
        "cells": [code("import warnings\nwarnings.simplefilter('error')"), *CELLS]
    },
    "a class and a lambda": {
        "cells": [
            CELLS[0],
            code("class D:\n    def __call__(self, x): return 2 * x\ndouble = D()"),
            code("square = lambda number: number ** 2"),
        ]
    },
    "float32 and integers": {
        "cells": [
            CELLS[0],
            code("def double(x): return (x * 2).astype('float32')"),
            code("def square(x): return np.int64(x * x)"),
        ]
    },
    "a main guard": {"cells": [*CELLS, code("assert __name__ == '__main__'")]},
    "dataclasses, pickles and typing": {
        "cells": [
            code(
                "from dataclasses import dataclass\nimport pickle, typing\n"
                "@dataclass\nclass P:\n    x: int\n"
                "assert pickle.loads(pickle.dumps(P(3))) == P(3)"
            ),
            *CELLS,
        ]
    },
    "threads and processes": {
        "cells": [
            code(
                "from concurrent.futures import ThreadPoolExecutor\n"
                "from multiprocessing import get_context\n"
                "assert list(ThreadPoolExecutor(2).map(abs, [-1])) == [1]\n"
                "with get_context('fork').Pool(2) as pool:\n"
                "    assert pool.map(abs, [-1, -2]) == [1, 2]"
            ),
            *CELLS,
        ]
    },
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_full_marks(name, marks):
    record = marks(json.dumps(NOTEBOOKS[name]).encode())
    assert record["points"] == 20, record
    assert record["flags"] == []
    told = {
        "a cell that fails",
        "a cell that is no Python",
        "input",
        "Colab's own modules",
    }
    assert bool(record["cells"]) is (name in told), record["cells"]


def test_a_byte_order_mark(marks):
    data = b"\xef\xbb\xbf" + json.dumps(NOTEBOOKS["reordered"]).encode()
    assert marks(data)["points"] == 20


def test_keras(shared, assignment, notebook):
    import numpy as np

    from cnnkit.grading import Assignment, Case, Question
    from cnnkit.grading.grade import draw_paper, grade
    from cnnkit.grading.requests import filled, layers, model, predict, value
    from cnnkit.grading.sandbox import place

    def judge(found):
        kinds = [layer["type"] for layer in found]
        return None if kinds == ["Conv2D", "Dense"] else "other layers were due"

    def hidden(rng):
        image = rng.normal(size=(2, 6, 6, 1)).astype("float32")
        inner = filled(model("block", (6, 6, 1), 3), 1)
        return [
            Case("layers", layers(value("net")), judge=judge),
            Case(
                "block", predict(inner, image), judge=lambda x: x.shape[3] != 3 or None
            ),
        ]

    whole = Assignment(
        "k",
        "K",
        1,
        (Question("net", 2, list, hidden),),
        call_seconds=60,
        cell_seconds=120,
    )
    data = notebook(
        "import keras\nfrom keras import layers\n"
        "net = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 3), "
        "layers.Dense(2)])\n"
        "def block(x, n): return layers.Conv2D(n, 3)(x)"
    )
    paper = draw_paper(whole, "s")
    assert np.isclose(grade(paper, data, shared)["points"], 2)
    with place(preload=["keras"]) as warm:
        assert np.isclose(grade(paper, data, warm)["points"], 2)
