"""Architectures, in the manner of `keras.applications`."""

from cnnkit.models.convnet import ConvNet1D, ConvNet3D
from cnnkit.models.lenet5 import LeNet5, LeNet5Original

__all__ = ["ConvNet1D", "ConvNet3D", "LeNet5", "LeNet5Original"]
