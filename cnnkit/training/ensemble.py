"""Several networks asked at once, their answers averaged."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="cnnkit")
class Ensemble(keras.Model):
    """Averages what several models say of the same images.

    Networks that were trained apart err on different images, so the average errs
    less. It is a Keras model: it predicts, evaluates, trains and saves like any other,
    the members with it. All of them must be kept, and run, at test time.

    Args:
        models: list of built `keras.Model`, with inputs and outputs of the same shape.
        from_logits: bool, whether the members end in logits; then each gets a softmax
            before the average.
        **kwargs: Keras's own arguments, such as `name`.

    Raises:
        ValueError: if the models do not fit together.

    Example:

    >>> members = [
    ...     keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    ...     for _ in range(5)
    ... ]
    >>> Ensemble(members).output_shape
    (None, 3)

    Reference:
        - Hansen and Salamon, "Neural network ensembles", 1990.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """

    def __init__(self, models, from_logits=False, **kwargs):
        super().__init__(**kwargs)
        models = list(models)
        if not models or not all(
            isinstance(m, keras.Model) and m.built for m in models
        ):
            raise ValueError(
                "`models` must be a list of built Keras models, at least one. "
                f"Received: models={models!r}."
            )
        shapes = {(_shape(m.input_shape), _shape(m.output_shape)) for m in models}
        if len(shapes) > 1:
            raise ValueError(
                "`models` must take and give the same shapes. Received, as (input, "
                f"output): {', '.join(map(str, sorted(shapes, key=str)))}."
            )
        self.models = models
        self.from_logits = bool(from_logits)
        self.build(models[0].input_shape)

    @property
    def input_shape(self):
        """Tuple, what every member takes."""
        return self.models[0].input_shape

    @property
    def output_shape(self):
        """Tuple, what every member gives."""
        return self.models[0].output_shape

    def build(self, input_shape):
        """Do nothing: the members are built already."""
        self.built = True

    def call(self, inputs, training=False):
        """Return the average of the members' answers."""
        answers = [model(inputs, training=training) for model in self.models]
        if self.from_logits:
            answers = [ops.softmax(answer) for answer in answers]
        return sum(answers[1:], answers[0]) / len(answers)

    def compute_output_shape(self, input_shape):
        """Return the shape of the answers to inputs of a shape."""
        return self.models[0].compute_output_shape(input_shape)

    def get_config(self):
        """Return what `from_config` makes the same ensemble of."""
        return {
            **super().get_config(),
            "models": [keras.saving.serialize_keras_object(m) for m in self.models],
            "from_logits": self.from_logits,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Make the ensemble of what `get_config` gave."""
        models = [
            keras.saving.deserialize_keras_object(m, custom_objects=custom_objects)
            if isinstance(m, dict)
            else m
            for m in config["models"]
        ]
        return cls(**{**config, "models": models})


def _shape(shape):
    return tuple(shape) if isinstance(shape, (tuple, list)) else shape
