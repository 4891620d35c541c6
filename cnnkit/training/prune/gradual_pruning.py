"""Pruning little by little while the network trains."""

import keras

from cnnkit.training import _arguments
from cnnkit.training.prune import criteria
from cnnkit.training.prune.masks import Masks, synchronise

CRITERIA = ("weight", "unit", "fisher")


class GradualPruning(keras.callbacks.Callback):
    """Prunes in steps, fast at first and slower towards the end.

    After step t the sparsity is `final + (initial − final)(1 − (t − begin)/(end −
    begin))³`: much goes while plenty is left, and the network recovers in between. From
    `end` on the masks stay. If the training is over before, so is the pruning.

    Args:
        final: float from 0 to below 1, the sparsity in the end.
        begin: int, the step (batch) after which pruning begins.
        end: int, the step at which the final sparsity is reached.
        every: int, how many steps lie between two cuts.
        initial: float, the sparsity of the first cut.
        by: "weight", "unit" or "fisher", see `weights`, `units` and `fisher`.
        scope: "layer" or "global".
        layers: names of the layers to prune, or `None`.
        data: for "fisher", a pair of images and labels.
        loss: for "fisher", as in `fisher_information`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> schedule = GradualPruning(final=0.8, begin=0, end=100, every=10)
    >>> [round(schedule.sparsity(step), 3) for step in (0, 50, 100, 200)]
    [0.0, 0.7, 0.8, 0.8]

    Reference:
        - Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of pruning
          for model compression", 2018, equation 1.

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """

    def __init__(
        self,
        final,
        end,
        begin=0,
        every=1,
        initial=0.0,
        by="weight",
        scope="layer",
        layers=None,
        data=None,
        loss=None,
    ):
        super().__init__()
        self.final = criteria.checked_sparsity(final, "final")
        self.initial = criteria.checked_sparsity(initial, "initial")
        self.begin = _arguments.whole(begin, "begin", least=0)
        self.end = _arguments.whole(end, "end", least=self.begin + 1)
        self.every = _arguments.whole(every, "every")
        self.by = _arguments.one_of(by, "by", CRITERIA)
        self.scope = _arguments.one_of(scope, "scope", criteria.SCOPES)
        if self.initial > self.final:
            raise ValueError(
                "`initial` must not be above `final`; what is pruned stays so. "
                f"Received: initial={initial}, final={final}."
            )
        if (by == "fisher") != (data is not None):
            raise ValueError(
                '`data` must be a pair of images and labels with by="fisher", and '
                f"`None` otherwise. Received: by={by!r}, data of type "
                f"{type(data).__name__}."
            )
        self.layers = layers
        self.data = data
        self.loss = loss
        self.masks = None
        self.step = 0

    def sparsity(self, step):
        """Return the share that is pruned after `step` batches.

        Args:
            step: int.

        Returns:
            float; 0 before `begin`.
        """
        if step < self.begin:
            return 0.0
        left = 1 - min(1.0, (step - self.begin) / (self.end - self.begin))
        return self.final + (self.initial - self.final) * left**3

    def on_train_begin(self, logs=None):
        """Make the first cut if it comes before the first step."""
        if self.step == self.begin == 0 and self.initial > 0:
            self.masks = self._cut()

    def on_train_batch_end(self, batch, logs=None):
        """Cut, or keep what was cut."""
        self.step += 1
        synchronise(self.model)
        within = self.begin <= self.step <= self.end
        due = (self.step - self.begin) % self.every == 0 or self.step == self.end
        if within and due:
            self.masks = self._cut()
        elif self.masks is not None:
            self.masks.apply()

    def _cut(self) -> Masks:
        share = self.sparsity(self.step)
        options = {"scope": self.scope, "layers": self.layers}
        if self.masks is not None:
            self.masks.apply()
        if self.by == "weight":
            return criteria.weights(self.model, share, **options)
        if self.by == "unit":
            return criteria.units(self.model, share, **options)
        information = criteria.fisher_information(self.model, *self.data, self.loss)
        return criteria.fisher(self.model, share, information, **options)
