"""SHA-256 of what tells a model from others: its weights and its architecture."""

import hashlib
import json

import numpy as np
from keras import ops


def of_weights(model):
    """Return the SHA-256 of all weights of a model, in order."""
    digest = hashlib.sha256()
    for weight in model.weights:
        values = np.ascontiguousarray(ops.convert_to_numpy(weight))
        digest.update(f"{values.dtype}{values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def of_config(model):
    """Return the SHA-256 of the architecture, whatever the layers are called."""
    try:
        config = json.loads(model.to_json())
    except (NotImplementedError, TypeError) as error:
        raise ValueError(
            "The model must be one that can be saved, so that it can be recognised; "
            "give its class a `get_config`. "
            f"Received: {model.name!r}, a {type(model).__name__}."
        ) from error
    numbers = {}
    text = json.dumps(_without_names(config["config"], numbers), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_names(value, numbers):
    """Replace each layer's name by the number of its first mention."""
    if isinstance(value, dict):
        own = value.get("name")
        if isinstance(own, str):
            numbers.setdefault(own, f"#{len(numbers)}")
        return {
            key: _without_names(inner, numbers)
            for key, inner in value.items()
            if key not in ("build_config", "compile_config", "seed")
        }
    if isinstance(value, list):
        return [_without_names(inner, numbers) for inner in value]
    return numbers.get(value, value) if isinstance(value, str) else value
