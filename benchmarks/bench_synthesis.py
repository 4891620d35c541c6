"""A step of style transfer beside the bare pass through the same network, and back.

Run with `pytest benchmarks/bench_synthesis.py --benchmark-only`. Each group holds two
rows on the same images; compare them within a group.
"""

import keras
import pytest
import tensorflow as tf

from cnnkit import models
from cnnkit.datasets import photograph
from cnnkit.synthesis import Backbone, backbone
from cnnkit.synthesis._features import any_size
from cnnkit.synthesis._gradients import value_and_gradient
from cnnkit.synthesis.style_transfer import transfer_cost


def step(network, content, style):
    """The cost and its gradient, as each step of `style_transfer` needs them."""
    layers = [
        {name: 1 / len(names) for name in names}
        for names in (network.content_layers, network.style_layers)
    ]
    cost = transfer_cost(
        content, style, network.model, *layers, 1.0, 100.0, 0.0, network.preprocess
    )
    return value_and_gradient(cost)


def bare(network):
    """Forward to the same layers, and the gradient of the sum of all that comes."""
    names = {*network.content_layers, *network.style_layers}
    outputs = [network.model.get_layer(name).output for name in sorted(names)]
    part = keras.Model(network.model.inputs[0], outputs)
    return value_and_gradient(
        lambda x: sum(tf.reduce_sum(maps) for maps in part(x, training=False))
    )


def vgg19():
    """The network of the paper; random weights take as long as those of ImageNet."""
    layers = tuple(f"block{block}_conv1" for block in range(1, 6))
    model = models.VGG19(include_top=False)
    return Backbone(any_size(model), None, ("block4_conv2",), layers, ())


NETWORKS = {"CifarVGG": lambda: backbone("cnnkit"), "VGG-19": vgg19}


@pytest.mark.asked("within 1.15")
@pytest.mark.parametrize("who", ["cnnkit.synthesis.style_transfer", "the bare passes"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_step_of_style_transfer(benchmark, name, who):
    benchmark.group = f"a step of style transfer, {name}, 256×256"
    network = NETWORKS[name]()
    content, style = (photograph(name, size=256) for name in ("chelsea", "coffee"))
    run = step(network, content, style) if who.startswith("cnnkit") else bare(network)
    value, gradient = benchmark.pedantic(
        run, (content[None],), rounds=10, warmup_rounds=2
    )
    assert value > 0 and gradient.shape == (1, 256, 256, 3)
