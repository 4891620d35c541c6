"""Error rates and the statistics that compare two classifiers."""

from cnnkit.metrics.mcnemar import McNemarResult, mcnemar
from cnnkit.metrics.top_k_error import TopKError, top_k_error

__all__ = ["McNemarResult", "TopKError", "mcnemar", "top_k_error"]
