"""Pruning: the weights that a network can do without.

`weights`, `units` and `fisher` set weights to zero and return `Masks`, a callback that
keeps them there while the network trains on. `GradualPruning` does it little by little.
`sparsity` reports, `shrink` removes pruned units, `strip` copies what is to be kept.
"""

from cnnkit.training.prune.criteria import fisher, fisher_information, units, weights
from cnnkit.training.prune.gradual_pruning import GradualPruning
from cnnkit.training.prune.masks import Masks, keep_zeros
from cnnkit.training.prune.report import Sparsity, sparsity, strip
from cnnkit.training.prune.shrink import shrink

__all__ = [
    "GradualPruning",
    "Masks",
    "Sparsity",
    "fisher",
    "fisher_information",
    "keep_zeros",
    "shrink",
    "sparsity",
    "strip",
    "units",
    "weights",
]
