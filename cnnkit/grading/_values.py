"""Values that may cross into the sandbox and back: plain data and numeric arrays.

A message is a small JSON text and a block of bytes that its arrays lie in. Nothing else
is understood, so nothing of a learner's is ever run or unpickled by who reads it. The
module stands alone: the process inside the sandbox reads the same file.
"""

import json
import math

import numpy as np

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
DTYPES += ("uint64", "float16", "float32", "float64")
TEXT_LIMIT = 1_000_000  # bytes of JSON
DATA_LIMIT = 64_000_000  # bytes of arrays
DEPTH_LIMIT = 20


def pack(value):
    """Turn a value into two strings of bytes.

    Args:
        value: `None`, bool, number, string, list, tuple, dict with strings or integers
            as keys, numeric array or tensor, nested at will.

    Returns:
        A pair: JSON text as bytes, and the bytes of the arrays.

    Raises:
        TypeError: if the value is something else; the message names it.
        ValueError: if it is too large or too deep.
    """
    blocks = []
    plain = _to_plain(value, blocks, 0)
    text = json.dumps(plain).encode()
    data = b"".join(blocks)
    if len(text) > TEXT_LIMIT or len(data) > DATA_LIMIT:
        raise ValueError("it is too large to be sent")
    return text, data


def _to_plain(value, blocks, depth):
    if depth > DEPTH_LIMIT:
        raise ValueError("it is nested too deep to be sent")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return _array_to_plain(value, blocks)
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        return [_to_plain(x, blocks, depth + 1) for x in value]
    if isinstance(value, tuple):
        return {"tuple": [_to_plain(x, blocks, depth + 1) for x in value]}
    if isinstance(value, dict):
        return {"dict": [_pair(key, value[key], blocks, depth) for key in value]}
    if hasattr(value, "__array__"):
        return _array_to_plain(np.asarray(value), blocks)
    raise TypeError(
        f"a value of type {type(value).__name__} cannot be sent; numbers, strings, "
        "lists, tuples, dicts and arrays of numbers can"
    )


def _pair(key, value, blocks, depth):
    if not isinstance(key, int | str):
        raise TypeError("the keys of a dict must be strings or integers to be sent")
    return [key, _to_plain(value, blocks, depth + 1)]


def _array_to_plain(array, blocks):
    array = np.asarray(array)
    if array.dtype.name not in DTYPES:
        raise TypeError(f"an array of {array.dtype.name} cannot be sent")
    start = sum(map(len, blocks))
    blocks.append(array.tobytes())
    return {"array": [array.dtype.name, list(array.shape), start]}


def unpack(text, data):
    """Read what `pack` wrote, trusting nothing of it.

    Args:
        text: bytes, the JSON.
        data: bytes of the arrays.

    Returns:
        The value, made of Python's own types and of plain arrays. A NumPy scalar comes
        back as an array of no dimensions.

    Raises:
        ValueError: if it is not of the form.
    """
    try:
        return _from_plain(json.loads(text), data, 0)
    except (RecursionError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a message: {type(error).__name__}") from None


def _from_plain(plain, data, depth):
    if depth > DEPTH_LIMIT:
        raise ValueError("nested too deep")
    if isinstance(plain, list):
        return [_from_plain(x, data, depth + 1) for x in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) != 1:
        raise ValueError("not a message: one tag was expected")
    ((tag, body),) = plain.items()
    if tag == "tuple":
        return tuple(_from_plain(x, data, depth + 1) for x in body)
    if tag == "dict":
        return {_key(key): _from_plain(value, data, depth + 1) for key, value in body}
    if tag == "array":
        return _array_from_plain(*body, data)
    raise ValueError("not a message: an unknown tag")


def _key(key):
    if type(key) not in (str, int):
        raise ValueError("not a message: a key is neither a string nor an integer")
    return key


def _array_from_plain(dtype, shape, start, data):
    sizes = [*shape, start]
    if dtype not in DTYPES or any(type(x) is not int or x < 0 for x in sizes):
        raise ValueError("not a message: an array has no proper type or shape")
    count = math.prod(shape)
    if len(shape) > 16 or start + count * np.dtype(dtype).itemsize > len(data):
        raise ValueError("not a message: an array is larger than its bytes")
    return np.frombuffer(data, dtype, count, start).reshape(shape).copy()
