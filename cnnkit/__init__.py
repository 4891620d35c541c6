"""A course on convolutional neural networks that runs.

The rooms of the package are imported when they are first used, so that
`import cnnkit` costs next to nothing:

>>> import cnnkit
>>> cnnkit.arithmetic.output_size(6, f=3)
4
"""

import importlib
import pkgutil

__version__ = "0.1.0"

_ROOMS = {
    module.name
    for module in pkgutil.iter_modules(__path__)
    if not module.name.startswith("_")
}


def __getattr__(name):
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(_ROOMS | set(globals()))
