"""Change an image until a cost is small."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize as scipy_minimize

from cnnkit.layers._arguments import positive_integer
from cnnkit.synthesis._gradients import value_and_gradient

METHODS = ("adam", "l-bfgs")
FIRST_STEP = 0.05  # of L-BFGS, in pixel values


@dataclass(frozen=True)
class Picture:
    """What came of it.

    Attributes:
        image: float32 array `(height, width, 3)` in [0, 1]: the best of all steps.
        costs: float array `(steps + 1,)`, before the first step and after each.
        finished: bool, False if it was interrupted.
    """

    image: np.ndarray
    costs: np.ndarray
    finished: bool = True

    def __repr__(self):
        share = self.costs.min() / self.costs[0] if self.costs[0] else 0
        state = "" if self.finished else ", interrupted"
        return (
            f"Picture(image={self.image.shape}, steps={len(self.costs) - 1}, "
            f"cost={share:.2%} of the start{state})"
        )


class _Enough(Exception):
    """The steps are done."""


def minimize(cost, start, steps, method="adam", learning_rate=0.02, callback=None):
    """Minimise the cost of an image, with all pixels kept in [0, 1].

    Args:
        cost: function from a tensor `(1, height, width, channels)` to a scalar.
        start: float32 array `(height, width, channels)`.
        steps: int, how many times the cost and its gradient are computed after the
            first time.
        method: "adam" or "l-bfgs".
        learning_rate: float, for Adam.
        callback: function `callback(step, image, cost)`, or `None`; if it returns True
            no further step is made.

    Returns:
        A `Picture`. If interrupted from the keyboard, the best one so far.

    Raises:
        ValueError: if an argument is not as above, or the cost is not finite.
    """
    steps = positive_integer(steps, "steps")
    if method not in METHODS:
        raise ValueError(
            f"`method` must be {' or '.join(METHODS)}. Received: method={method!r}."
        )
    if not learning_rate > 0:
        raise ValueError(
            f"`learning_rate` must be above 0. Received: {learning_rate!r}."
        )
    both, costs, best = value_and_gradient(cost), [], [np.inf, start]

    def look(image):
        value, gradient = both(image[None])
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            raise ValueError(
                f"After {len(costs)} steps the cost or its slope is not finite. Make "
                "the weights or the learning rate smaller."
            )
        if value < best[0]:
            best[:] = value, image.copy()
        costs.append(value)
        asked_to_stop = callback is not None and callback(len(costs) - 1, image, value)
        if asked_to_stop or len(costs) > steps:
            raise _Enough
        return value, gradient[0]

    finished = True
    try:
        descend = _by_adam if method == "adam" else _by_lbfgs
        descend(look, np.array(start, np.float32), learning_rate, steps)
    except _Enough:
        pass
    except KeyboardInterrupt:
        finished = False
        if not costs:
            raise
    return Picture(best[1], np.array(costs), finished)


def _by_adam(look, image, rate, steps):
    """Kingma and Ba, 2015, algorithm 1; pixels are cut off at 0 and 1."""
    first, second = np.zeros_like(image), np.zeros_like(image)
    for step in range(1, steps + 2):
        _, gradient = look(image)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        size = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        image = np.clip(image - rate * first / (1 - 0.9**step) / size, 0, 1)


def _by_lbfgs(look, image, rate, steps):
    shape, scale = image.shape, None

    def flat(x):
        nonlocal scale
        value, gradient = look(x.reshape(shape).astype("float32"))
        gradient = gradient.ravel().astype("float64")
        if scale is None:
            # It starts with a step of one gradient, which may be next to nothing, and
            # would take dozens of steps to find out how far it can go.
            scale = FIRST_STEP / (np.sqrt(np.mean(gradient**2)) or 1.0)
        return scale * value, scale * gradient

    scipy_minimize(
        flat,
        image.ravel().astype("float64"),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, 1)] * image.size,
        options={"maxiter": steps + 1, "maxfun": steps + 1, "ftol": 0, "gtol": 0},
    )
