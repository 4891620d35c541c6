"""Architectures, in the manner of `keras.applications`."""

from cnnkit.models.alexnet import AlexNet
from cnnkit.models.alignment import Alignment, alignment_scores
from cnnkit.models.beam_search import beam_search
from cnnkit.models.c3d import C3D
from cnnkit.models.captioner import Captioner
from cnnkit.models.cifar_resnet import CifarResNet
from cnnkit.models.cifar_vgg import CifarVGG
from cnnkit.models.convnet import ConvNet1D, ConvNet3D
from cnnkit.models.convolutionalize import convolutionalize
from cnnkit.models.darknet import Darknet
from cnnkit.models.face_encoder import FaceEncoder, Siamese
from cnnkit.models.fast_rcnn import FastRCNN
from cnnkit.models.faster_rcnn import FasterRCNN
from cnnkit.models.frame_average import FrameAverage
from cnnkit.models.gan import GAN, DCDiscriminator, DCGenerator
from cnnkit.models.googlenet import GoogLeNet, side_losses
from cnnkit.models.inception import InceptionModule
from cnnkit.models.landmark_net import LandmarkNet
from cnnkit.models.lenet5 import LeNet5, LeNet5Original
from cnnkit.models.localizer import Localizer
from cnnkit.models.lrcn import LRCN
from cnnkit.models.mobilenet import MobileNet
from cnnkit.models.network_in_network import NetworkInNetwork
from cnnkit.models.preprocess_imagenet import preprocess_imagenet
from cnnkit.models.rcnn import RCNN
from cnnkit.models.residual_blocks import convolutional_block, identity_block
from cnnkit.models.resnet import ResNet18, ResNet34, ResNet50, ResNet101, ResNet152
from cnnkit.models.road_net import RoadNet
from cnnkit.models.scene_yolo import SceneYOLO
from cnnkit.models.sliding_window import SlidingWindowClassifier
from cnnkit.models.small_backbone import SmallBackbone
from cnnkit.models.squeezenet import SqueezeNet
from cnnkit.models.street_faster_rcnn import StreetFasterRCNN
from cnnkit.models.street_yolo import StreetYOLO
from cnnkit.models.text_cnn import TextCNN
from cnnkit.models.vgg import VGG16, VGG19
from cnnkit.models.yolo import YOLO
from cnnkit.models.zfnet import ZFNet

__all__ = [
    "AlexNet",
    "Alignment",
    "C3D",
    "Captioner",
    "CifarResNet",
    "CifarVGG",
    "ConvNet1D",
    "ConvNet3D",
    "DCDiscriminator",
    "DCGenerator",
    "Darknet",
    "FaceEncoder",
    "FastRCNN",
    "FasterRCNN",
    "FrameAverage",
    "GAN",
    "GoogLeNet",
    "InceptionModule",
    "LRCN",
    "LandmarkNet",
    "LeNet5",
    "LeNet5Original",
    "Localizer",
    "MobileNet",
    "NetworkInNetwork",
    "RCNN",
    "ResNet101",
    "ResNet152",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "RoadNet",
    "SceneYOLO",
    "Siamese",
    "SlidingWindowClassifier",
    "SmallBackbone",
    "SqueezeNet",
    "StreetFasterRCNN",
    "StreetYOLO",
    "TextCNN",
    "VGG16",
    "VGG19",
    "YOLO",
    "ZFNet",
    "alignment_scores",
    "beam_search",
    "convolutional_block",
    "convolutionalize",
    "identity_block",
    "preprocess_imagenet",
    "side_losses",
]
