"""What the scripts beside it share: a log, a learning rate, weights alone."""

import time

import keras
import numpy as np


class Log:
    """Prints lines and keeps them in a file, with the minutes since the start.

    Args:
        path: `Path` of the file; what was in it goes.
        processor: bool, whether to tell the minutes of the processor as well.
    """

    def __init__(self, path, processor=False):
        self.path, self.processor = path, processor
        self.start, self.processor_start = time.monotonic(), time.process_time()
        path.write_text("")

    def note(self, line):
        """Add a line."""
        minutes = f"{(time.monotonic() - self.start) / 60:5.1f} min"
        if self.processor:
            used = (time.process_time() - self.processor_start) / 60
            minutes += f" ({used:5.1f} of a core)"
        line = f"{minutes}  {line}"
        print(line, flush=True)
        with self.path.open("a") as file:
            file.write(line + "\n")


class Rate(keras.callbacks.Callback):
    """Sets the learning rate of each step.

    Args:
        rate: function from the share of the training that is done to a rate.
        steps: int, how many steps there will be.
    """

    def __init__(self, rate, steps):
        super().__init__()
        self.rate, self.steps, self.step = rate, steps, 0

    def on_train_batch_begin(self, batch, logs=None):
        """Set it."""
        self.model.optimizer.learning_rate = self.rate(self.step / self.steps)
        self.step += 1


def rise_and_fall(peak, rise, least=1 / 1000):
    """Return a rate that rises for a share of the time, then falls in a straight line.

    Args:
        peak: float.
        rise: float, the share; the rate begins at a tenth of the peak.
        least: float, the share of the peak that is left at the end.
    """

    def rate(done):
        return float(np.interp(done, [0, rise, 1], [peak / 10, peak, peak * least]))

    return rate


def train_by_the_clock(model, minutes, rate, vary, batch_size, rng, log, digits):
    """Train until the time is over; the rate follows the clock, not the steps.

    Args:
        model: a compiled Keras model.
        minutes: float.
        rate: function from the share of the time that is gone to a rate.
        vary: function without arguments that returns images and targets of one epoch.
        batch_size: int.
        rng: `numpy.random.Generator`, for the order.
        log: `Log`.
        digits: int, the decimals of the loss in the log.
    """
    begin, epoch, done = time.monotonic(), 0, 0.0
    while done < 1:
        images, y = vary()
        order, losses = rng.permutation(len(images)), []
        for part in np.array_split(order, max(1, len(order) // 500)):
            done = min(1, (time.monotonic() - begin) / (60 * minutes))
            model.optimizer.learning_rate = rate(done)
            history = model.fit(images[part], y[part], batch_size=batch_size, verbose=0)
            losses += history.history["loss"]
        epoch += 1
        log.note(f"epoch {epoch:2d}: loss {np.mean(losses):.{digits}f}")


def save_alone(trained, fresh, path):
    """Save what was learned without what the optimiser remembers, and return it.

    Args:
        trained: a Keras model.
        fresh: the same model, never compiled.
        path: `Path` of the .weights.h5 file.
    """
    fresh.set_weights(trained.get_weights())
    fresh.save_weights(path)
    return fresh
