"""Architectures, in the manner of `keras.applications`."""

from cnnkit.models.alexnet import AlexNet
from cnnkit.models.cifar_resnet import CifarResNet
from cnnkit.models.cifar_vgg import CifarVGG
from cnnkit.models.convnet import ConvNet1D, ConvNet3D
from cnnkit.models.convolutionalize import convolutionalize
from cnnkit.models.googlenet import GoogLeNet, side_losses
from cnnkit.models.inception import InceptionModule
from cnnkit.models.landmark_net import LandmarkNet
from cnnkit.models.lenet5 import LeNet5, LeNet5Original
from cnnkit.models.localizer import Localizer
from cnnkit.models.mobilenet import MobileNet
from cnnkit.models.network_in_network import NetworkInNetwork
from cnnkit.models.preprocess_imagenet import preprocess_imagenet
from cnnkit.models.residual_blocks import convolutional_block, identity_block
from cnnkit.models.resnet import ResNet18, ResNet34, ResNet50, ResNet101, ResNet152
from cnnkit.models.sliding_window import SlidingWindowClassifier
from cnnkit.models.small_backbone import SmallBackbone
from cnnkit.models.squeezenet import SqueezeNet
from cnnkit.models.vgg import VGG16, VGG19
from cnnkit.models.yolo import YOLO
from cnnkit.models.zfnet import ZFNet

__all__ = [
    "AlexNet",
    "CifarResNet",
    "CifarVGG",
    "ConvNet1D",
    "ConvNet3D",
    "GoogLeNet",
    "InceptionModule",
    "LandmarkNet",
    "LeNet5",
    "LeNet5Original",
    "Localizer",
    "MobileNet",
    "NetworkInNetwork",
    "ResNet101",
    "ResNet152",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "SlidingWindowClassifier",
    "SmallBackbone",
    "SqueezeNet",
    "VGG16",
    "VGG19",
    "YOLO",
    "ZFNet",
    "convolutional_block",
    "convolutionalize",
    "identity_block",
    "preprocess_imagenet",
    "side_losses",
]
