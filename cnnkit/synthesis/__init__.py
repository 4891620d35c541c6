"""Images that a network makes: styles, textures, dreams, deceptions."""

from cnnkit.synthesis._minimize import Picture
from cnnkit.synthesis.adversarial import Adversarial, adversarial
from cnnkit.synthesis.backbones import Backbone, average_pooling, backbone
from cnnkit.synthesis.class_image import class_image
from cnnkit.synthesis.dream import dream, dream_zoom
from cnnkit.synthesis.reconstruct import reconstruct
from cnnkit.synthesis.style_transfer import style_transfer
from cnnkit.synthesis.texture import texture

__all__ = [
    "Adversarial",
    "Backbone",
    "Picture",
    "adversarial",
    "average_pooling",
    "backbone",
    "class_image",
    "dream",
    "dream_zoom",
    "reconstruct",
    "style_transfer",
    "texture",
]
