"""What models of several kinds have in common, beside `keras.Model`."""

import keras


class OwnLoss:
    """For a model that brings its own loss, `default_loss`."""

    def default_loss(self):
        """Return the loss that `compile` uses where none is given."""
        raise NotImplementedError

    def compile(self, optimizer="adam", loss="auto", **kwargs):
        """Configure the model for training, by default with its own loss.

        Args:
            optimizer: as for `keras.Model`.
            loss: as for `keras.Model`; "auto" for `default_loss()`.
            **kwargs: as for `keras.Model`.
        """
        if isinstance(loss, str) and loss == "auto":
            loss = self.default_loss()
        super().compile(optimizer=optimizer, loss=loss, **kwargs)

    def compile_from_config(self, config):
        """Configure a loaded model for training as it was when it was saved."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)


class OnBackbone:
    """For a Functional model that is built on another one, and keeps it when saved."""

    def keep_backbone(self, backbone):
        """Remember where the backbone ends; `__init__` calls it last."""
        self._backbone_output = backbone.outputs[0]._keras_history.operation.name

    def get_config(self):
        """Return the arguments, the backbone as a configuration of its own."""
        backbone = keras.Model(
            self.inputs[0], self.get_layer(self._backbone_output).output
        )
        return {
            "name": self.name,
            "backbone": keras.saving.serialize_keras_object(backbone),
        }

    @classmethod
    def from_config(cls, config):
        """Build the model of a configuration that `get_config` gave."""
        config = dict(config)
        config["backbone"] = keras.saving.deserialize_keras_object(config["backbone"])
        return cls(**config)
