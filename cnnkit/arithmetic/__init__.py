"""Shapes, parameters, multiply-adds and receptive fields, and a table of any model."""

from cnnkit.arithmetic.describe import describe
from cnnkit.arithmetic.formulas import (
    conv_parameters,
    dense_multiply_adds,
    dense_parameters,
    multiply_adds,
    output_size,
    padding_amounts,
)
from cnnkit.arithmetic.receptive_field import (
    ReceptiveField,
    receptive_field,
    receptive_fields,
)
from cnnkit.arithmetic.table import LayerRow, ModelTable, Totals

__all__ = [
    "LayerRow",
    "ModelTable",
    "ReceptiveField",
    "Totals",
    "conv_parameters",
    "dense_multiply_adds",
    "dense_parameters",
    "describe",
    "multiply_adds",
    "output_size",
    "padding_amounts",
    "receptive_field",
    "receptive_fields",
]
