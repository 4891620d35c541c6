"""Small changes that make a classifier say something else."""

from dataclasses import dataclass

import numpy as np
from keras import ops

from cnnkit.layers._arguments import positive_integer
from cnnkit.synthesis._gradients import value_and_gradient
from cnnkit.synthesis._scores import scores

FAR = 1e9  # below all scores


@dataclass(frozen=True)
class Adversarial:
    """Images before and after, and what the classifier says of them.

    Attributes:
        images: float32 array `(n, height, width, channels)`, as they were.
        changed: float32 array of the same shape, in [0, 1].
        before: int array `(n,)`, the classes that were said.
        after: int array `(n,)`, the classes that are said now.
        labels: int array `(n,)`, the right ones.
    """

    images: np.ndarray
    changed: np.ndarray
    before: np.ndarray
    after: np.ndarray
    labels: np.ndarray

    @property
    def fooled(self):
        """Bool array `(n,)`, who was right before and is wrong now."""
        return (self.before == self.labels) & (self.after != self.labels)

    @property
    def rate(self):
        """The share of those that were right before which are wrong now."""
        right = (self.before == self.labels).sum()
        return float(self.fooled.sum() / right) if right else 0.0

    def __repr__(self):
        most = np.abs(self.changed - self.images).max(initial=0)
        return (
            f"Adversarial(images={len(self.images)}, fooled={self.rate:.1%}, "
            f"change={most:.3f})"
        )


def adversarial(
    images, labels, model, epsilon=0.03, steps=1, step_size=None, target=None
):
    """Change each pixel by at most ε, so that the right answer becomes less likely.

    With one step it is the fast gradient sign method: each pixel goes by ε the way in
    which the loss rises. With more steps they are smaller, and after each the image is
    brought back to within ε and to [0, 1].

    Args:
        images: floats in [0, 1], `(n, height, width, channels)`.
        labels: integers `(n,)`, the right classes.
        model: a `keras.Model` from such images to probabilities `(batch, classes)`.
        epsilon: float in (0, 1], the largest change of a pixel.
        steps: int of at least 1.
        step_size: float above 0, the change by one step; `None` for ε with one step,
            2.5·ε / steps with more.
        target: int, a class that is to be said instead; `None` for any other.

    Returns:
        An `Adversarial`.

    Raises:
        ValueError: if an argument is not as above.

    Reference:
        - Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial
          examples", 2015, section 4; Madry and others, "Towards deep learning models
          resistant to adversarial attacks", 2018, section 2.1, for the steps.

    Taught in: notebooks/week4_faces_and_style/10_dreams_and_adversarial_examples.ipynb
    """
    images, labels = _checked(images, labels, model)
    classes = model.output_shape[-1]
    if not 0 < epsilon <= 1:
        raise ValueError(
            f"`epsilon` must be above 0 and up to 1. Received: epsilon={epsilon!r}."
        )
    steps = positive_integer(steps, "steps")
    if target is not None and target not in range(classes):
        raise ValueError(
            f"`target` must be from 0 to {classes - 1}. Received: target={target!r}."
        )
    if step_size is None:
        step_size = epsilon if steps == 1 else 2.5 * epsilon / steps
    if not step_size > 0:
        raise ValueError(
            f"`step_size` must be above 0. Received: step_size={step_size!r}."
        )
    wanted = labels if target is None else np.full(len(labels), target)
    uphill = 1 if target is None else -1
    one_hot = np.eye(classes, dtype="float32")[wanted]
    before_softmax = scores(model)

    def loss(x):
        """The cross-entropy is softplus of this: its slope has the same signs.

        But it is flat where the classifier is sure, and this is not.
        """
        said = before_softmax(x, training=False)
        chosen = ops.convert_to_tensor(one_hot)
        others = ops.logsumexp(said - FAR * chosen, axis=-1)
        return ops.sum(others - ops.sum(said * chosen, axis=-1))

    changed = images
    if len(images):
        climb = value_and_gradient(loss)
        for _ in range(steps):
            step = uphill * step_size * np.sign(climb(changed)[1])
            near = np.clip(changed + step, images - epsilon, images + epsilon)
            changed = np.clip(near, 0, 1).astype("float32")
    before, after = (_said(model, x) for x in (images, changed))
    return Adversarial(images, changed, before, after, labels)


def _said(model, images):
    if not len(images):
        return np.zeros(0, np.int64)
    return model.predict(images, verbose=0).argmax(axis=1)


def _checked(images, labels, model):
    images, labels = np.asarray(images, np.float32), np.asarray(labels)
    if len(model.output_shape) != 2 or images.ndim != 4:
        raise ValueError(
            "`model` must give (batch, classes) and `images` be (n, height, width, "
            f"channels). Received: {model.output_shape} and shape {images.shape}."
        )
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be {len(images)} integers. Received: shape {labels.shape}, "
            f"{labels.dtype}."
        )
    if labels.size and not (
        0 <= labels.min() and labels.max() < model.output_shape[-1]
    ):
        raise ValueError(
            f"`labels` must be from 0 to {model.output_shape[-1] - 1}. "
            f"Received: from {labels.min()} to {labels.max()}."
        )
    if (
        not np.isfinite(images).all()
        or images.size
        and (images.min() < 0 or images.max() > 1)
    ):
        raise ValueError("`images` must be finite and in [0, 1].")
    return images, labels.astype(np.int64)
