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


class Clock(keras.callbacks.Callback):
    """Sets the learning rate by the time that is gone, and stops when it is over.

    The time is that of the processor, in minutes of one core: the same work gets the
    same share of it whether the machine does something else beside or not.

    Args:
        rate: function from the share of the time that is gone to a rate.
        minutes: float.
        optimizers: which optimisers; `None` for the model's own.
    """

    def __init__(self, rate, minutes, optimizers=None):
        super().__init__()
        self.rate, self.seconds = rate, 60 * minutes
        self.optimizers = optimizers
        self.begin = time.process_time()

    @property
    def done(self):
        """The share of the time that is gone, up to 1."""
        return min(1, (time.process_time() - self.begin) / self.seconds)

    def on_train_batch_begin(self, batch, logs=None):
        """Set it."""
        for optimizer in self.optimizers or [self.model.optimizer]:
            optimizer.learning_rate = self.rate(self.done)

    def on_train_batch_end(self, batch, logs=None):
        """Stop, perhaps."""
        self.model.stop_training = self.done == 1


def train_by_the_clock(model, minutes, rate, vary, batch_size, log, digits):
    """Train until the time is over.

    Args:
        model: a compiled Keras model.
        minutes: float, of one core.
        rate: as for `Clock`.
        vary: function without arguments that returns images and targets of one epoch.
        batch_size: int.
        log: `Log`.
        digits: int, the decimals of the loss in the log.
    """
    clock, epoch = Clock(rate, minutes), 0
    while clock.done < 1:
        images, y = vary()
        fit = model.fit(images, y, batch_size=batch_size, callbacks=[clock], verbose=0)
        epoch += 1
        log.note(f"epoch {epoch:2d}: loss {fit.history['loss'][0]:.{digits}f}")


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
