# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Transfer learning
#
# A network that tells cats from ships has learned on the way to see edges, curves, fur and water. You need not teach that again. Keep what it sees, and replace only what it says.
#
# **You will be able to**
#
# - put a new head on a trained network, and freeze all of it, a part or nothing;
# - compute the features of a frozen network once, keep them on disk, and say what that saves;
# - measure what transfer gives with 5, 20 and 100 images a class, and find a task where it gives nothing;
# - choose the layer to take features from;
# - keep batch normalisation from spoiling a base;
# - fine-tune with a small rate, and show what a large one does.
#
# **Time:** about a minute to run, 50 minutes to read. **Result to expect:** with five images a class, more than 75 % right instead of about 60 % from scratch.

# %%
import tempfile
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from skimage.transform import SimilarityTransform, warp

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cnnkit import datasets, models, plots
from cnnkit.arithmetic import describe
from cnnkit.training import FeatureCache, freeze, replace_head

plots.use_style()

# %% [markdown]
# ## A network that has seen 50,000 images
#
# `CifarVGG` is a small network in the form of VGG: three blocks of two 3×3 convolutions, each block ending with a pooling; then the average over the image, and one dense layer. The weights that ship with the course were trained on CIFAR-10, 50,000 small photographs of ten kinds of things. It gets 85.6 % of the test photographs right.
#
# Here it looks at a cat that it has never seen.

# %%
cifar = "airplane automobile bird cat deer dog frog horse ship truck".split()
trained = models.CifarVGG(weights="cnnkit")


def show_guess(image):
    probabilities = ops.convert_to_numpy(trained(image[None]))[0]
    _, axes = plt.subplots(1, 2, figsize=(6, 2.6), width_ratios=(2, 3))
    axes[0].imshow(image)
    axes[0].axis("off")
    axes[1].barh(cifar, probabilities)
    axes[1].set(xlim=(0, 1), xlabel="probability")
    axes[1].invert_yaxis()
    plt.tight_layout()
    plt.show()
    return cifar[probabilities.argmax()]


cat = datasets.photograph("chelsea", size=32)
assert show_guess(cat) == "cat"

# %% [markdown]
# Good. **Predict** what it says of a cup of coffee.

# %%
cup = datasets.photograph("coffee", size=32)
assert show_guess(cup) in cifar

# %% [markdown]
# One of the ten words that it knows: it has no other. What it *says* is bound to CIFAR-10. What it *sees* is not. Look at the first filters: 32 of them, 3×3 pixels over red, green and blue.

# %%
filters = np.moveaxis(trained.get_layer("block1_conv1").get_weights()[0], -1, 0)
low, high = filters.min(axis=(1, 2, 3)), filters.max(axis=(1, 2, 3))
spread = (high - low)[:, None, None, None]
plots.show_images((filters - low[:, None, None, None]) / spread, columns=16, side=0.5)


# %% [markdown]
# Edges in several directions, light against dark, one colour against another. None of them is about cats or ships. You would want the same filters for cups.
#
# ## Your task: a guide for a gallery
#
# Ten pictures hang in a gallery. A visitor points a phone at one, and the phone should know which it is. The visitor stands near or far, holds the phone askew, and the light is bad.
#
# The pictures are the photographs that come with scikit-image and scikit-learn. The visitors are drawn by code:

# %%
def view(picture, rng):
    """Look at some part of a picture of 64×64 pixels, askew and in some light."""
    side = rng.uniform(22, 64)
    middle = side / 2 + rng.uniform(0, 64 - side, 2)
    to_middle = SimilarityTransform(translation=(-15.5, -15.5))
    to_part = SimilarityTransform(
        scale=side / 32, rotation=rng.uniform(-0.7, 0.7), translation=middle
    )
    part = warp(picture, to_middle + to_part, output_shape=(32, 32), mode="reflect")
    contrast, brightness = rng.uniform(0.4, 1.2), rng.uniform(0.3, 0.7)
    tint, noise = rng.uniform(0.7, 1.3, 3), rng.normal(0, 0.06, part.shape)
    return np.clip(brightness + contrast * (part * tint - 0.5) + noise, 0, 1)


def gallery(names, seed=0, train=100, test=50):
    rng = np.random.default_rng(seed)
    views = []
    for name in names:
        picture = datasets.photograph(name, size=64) * np.ones(3)  # grey becomes RGB
        views.append([view(picture, rng) for _ in range(train + test)])
    views = np.array(views, "float32")
    numbers = np.arange(len(names))
    return datasets.Dataset(
        x_train=views[:, :train].reshape(-1, 32, 32, 3),
        y_train=np.repeat(numbers, train),
        x_test=views[:, train:].reshape(-1, 32, 32, 3),
        y_test=np.repeat(numbers, test),
        classes=tuple(names),
    )


names = "astronaut camera chelsea china coffee coins flower horse hubble rocket".split()
task = gallery(names)
print(task)
shown = [task.x_train[100 * k + i] for i in range(3) for k in range(10)]
plots.show_images(shown, titles=[*names, *[""] * 20], columns=10, side=0.9)

# %% [markdown]
# Each column is one picture, seen three times. You have 100 views of each to learn from, and 50 others to test.
#
# ## A new head
#
# The network is a chain, and its last link is the dense layer from 128 features to ten CIFAR classes. Take that link out and put in another. In Keras a model is made from where it begins and where it ends, so two lines do it:

# %%
features = trained.get_layer("average").output
by_hand = keras.Model(
    trained.input, keras.layers.Dense(10, activation="softmax")(features)
)

guide = replace_head(trained, classes=10)
guide.layers[-1].set_weights(by_hand.layers[-1].get_weights())
assert np.array_equal(guide(task.x_test[:5]), by_hand(task.x_test[:5]))
assert guide.get_layer("block1_conv1") is trained.get_layer("block1_conv1")


# %% [markdown]
# `replace_head` finds the features by itself: they are what the last dense layer reads.
#
# The last line matters. The new model does not have a *copy* of the layers, it has the layers. Train the new one, and the old one changes too. To start again you load the weights again.
#
# ## Freeze all, some or none
#
# A layer with `trainable = False` is not changed by training. Which layers should be frozen?
#
# - **All but the head:** the network is a fixed way to turn an image into 128 numbers.
# - **The first ones:** edges and colours stay; what is made of them is learned anew.
# - **None:** everything is trained, but from a good start.
#
# By hand, layer by layer; then `freeze`, which takes the name of the last frozen layer.
#
# **Predict** the number of trainable parameters in the first case. The head reads 128 features and tells 10 classes.

# %%
def fresh(freeze_until):
    network = replace_head(models.CifarVGG(weights="cnnkit"), classes=10)
    return freeze(network, until=freeze_until)


def trainable(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


for layer in by_hand.layers:
    layer.trainable = layer.name.startswith("block3") or layer is by_hand.layers[-1]
partly = fresh("block2_pool")
assert trainable(by_hand) == trainable(partly)

frozen = fresh("average")
counts = {
    "all but the head frozen": trainable(frozen),
    "frozen up to block2_pool": trainable(partly),
    "nothing frozen": trainable(fresh("none")),
}
plots.show_bars(counts, title="trainable parameters", size=(6, 1.9))
assert counts["all but the head frozen"] == (128 + 1) * 10

# %% [markdown]
# Frozen means frozen: train for an epoch, and compare the weights.

# %%
before = frozen.get_weights()
frozen.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
frozen.fit(task.x_train, task.y_train, verbose=0)
changed = [
    weight.path.split("/")[-2]
    for weight, old in zip(frozen.weights, before, strict=True)
    if not np.array_equal(weight, old)
]
print("changed:", sorted(set(changed)))
assert set(changed) == {"predictions"}

# %% [markdown]
# ## Features computed once
#
# Think about what that epoch did. For each of 1,000 images it computed 128 features, with 38.6 million multiply-adds, to train a head that needs 1,280. The next epoch computes the same features again, to the last digit. So compute them **once**, and train the head on the numbers.

# %%
base = keras.Model(frozen.input, frozen.get_layer("average").output)
head = keras.Model(frozen.get_layer("average").output, frozen.output)

seen = base.predict(task.x_test, verbose=0)
print(seen.shape)
whole = frozen.predict(task.x_test, verbose=0)
assert np.allclose(head.predict(seen, verbose=0), whole, atol=1e-5)

rows = describe(frozen)
work_base = rows.totals.multiply_adds - 1280
print(f"base {work_base:,}, head 1,280 multiply-adds an image")

# %% [markdown]
# What does that save? Count multiply-adds, for 1,000 images and the epochs of a training. A backward pass through a layer costs about twice its forward pass, so training a layer costs three times its multiply-adds, and a frozen base costs one.

# %%
epochs = np.arange(31)
work = {
    "nothing frozen": epochs * 3 * work_base,
    "frozen base, computed each time": epochs * work_base,
    "frozen base, computed once": np.minimum(epochs, 1) * work_base,
}
_, axis = plt.subplots(figsize=(6, 3), layout="constrained")
for label, amount in work.items():
    axis.plot(epochs, 1000 * amount / 1e12, label=label)
axis.set(xlabel="epochs", ylabel="10¹² multiply-adds")
axis.legend()
plt.show()

# %% [markdown]
# With one epoch you save nothing: somebody has to compute the features. From then on each epoch is nearly free.
#
# `FeatureCache` does this and keeps the features **on disk**, so that tomorrow even the first epoch is free. **Predict:** by which factor is an epoch on kept features faster than one through the frozen base? By 38.6 million to 1,280?

# %%
folder = tempfile.TemporaryDirectory()
cache = FeatureCache(base, folder.name)
seen = {
    "train": cache.features(task.x_train, "train", verbose=0),
    "test": cache.features(task.x_test, "test", verbose=0),
}


def seconds(model, x):
    """The faster of two epochs; a first one prepares."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        model.fit(x, task.y_train, verbose=0)
        times.append(time.perf_counter() - start)
    return min(times[1:])


head.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
factor = seconds(frozen, task.x_train) / seconds(head, seen["train"])
print("more than 3 times faster:", factor > 3)
assert factor > 3

# %% [markdown]
# No: far less than 30,000. An epoch of the head is 32 steps, and each step costs some time whatever it computes. On our machine the factor was between 10 and 20. With a larger base it grows.
#
# A cache is dangerous if it can be out of date. This one keeps a fingerprint of the weights, the architecture, the images and their preprocessing beside the features. Change one weight of the base, and ask again:

# %%
kernel = base.get_layer("block1_conv1").kernel
kernel.assign(kernel * 1.001)
try:
    cache.features(task.x_train, "train", verbose=0)
except ValueError as error:
    print(str(error).replace(folder.name, "FOLDER"))
else:
    raise AssertionError("features of other weights were used")

# %% [markdown]
# One limit is left: kept features are features of *fixed* images. If you distort each image anew in each epoch (next lesson), there is nothing to keep.
#
# ## How much does it help?
#
# Now the experiment. Three ways to get a guide:
#
# - **frozen:** the whole base stays, only the head is trained;
# - **partly frozen:** `block1` and `block2` stay; `block3` starts from the trained weights and goes on learning;
# - **from scratch:** random weights, all trained. It has batch normalisation, with which it learns faster. So had our base when it was trained.
#
# All get the same views, 5, 20 or 100 of each picture, and the same budget: 2,000 images shown, however few there are. Each has the learning rate that suits it. All are tested on the same 500 views.
#
# **Predict.** Nine numbers: the accuracy of each way with 5, 20 and 100 views. Ten classes, so guessing gives 10 %. Where will the lead be largest? Does from scratch catch up?

# %%
def some(views):
    """The positions of the first views of each picture."""
    return np.concatenate([np.arange(views) + 100 * k for k in range(10)])


def fit(model, x, y, rate, shown=2000):
    adam = keras.optimizers.Adam(rate)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=shown // len(x), verbose=0)
    return model


def split(model, layer):
    """Cut a model in two behind a layer; both parts share its weights."""
    cut = model.get_layer(layer).output
    return keras.Model(model.input, cut), keras.Model(cut, model.output)


def learn(x_train, x_test, rate, make):
    accuracies = []
    for views in (5, 20, 100):
        keras.utils.set_random_seed(0)
        chosen = some(views)
        model = fit(make(), x_train[chosen], task.y_train[chosen], rate)
        accuracies.append(model.evaluate(x_test, task.y_test, verbose=0)[1])
    return accuracies


def transferred(layer, rate):
    base, _ = split(fresh("none"), layer)
    with tempfile.TemporaryDirectory() as folder:
        cache = FeatureCache(base, folder)
        x_train = cache.features(task.x_train, "train", verbose=0)
        x_test = cache.features(task.x_test, "test", verbose=0)
        return learn(x_train, x_test, rate, lambda: split(fresh("none"), layer)[1])


results = {
    "partly frozen": transferred("block2_pool", rate=0.001),
    "frozen": transferred("average", rate=0.03),
    "from scratch": learn(
        task.x_train,
        task.x_test,
        rate=0.002,
        make=lambda: models.CifarVGG(classes=10, batch_norm=True),
    ),
}

# %%
# NBVAL_IGNORE_OUTPUT
_, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
for way, accuracies in results.items():
    axis.plot([5, 20, 100], accuracies, "o-", label=way)
    print(f"{way:14}", "  ".join(f"{accuracy:.1%}" for accuracy in accuracies))
axis.set(
    xscale="log",
    xticks=[5, 20, 100],
    xticklabels=["5", "20", "100"],
    xlabel="views of each picture",
    ylabel="test accuracy",
)
axis.minorticks_off()
axis.legend()
plt.show()

# %%
frozen_5, frozen_20, frozen_100 = results["frozen"]
partly_5, partly_20, partly_100 = results["partly frozen"]
scratch_5, scratch_20, scratch_100 = results["from scratch"]
assert min(frozen_5, partly_5) > scratch_5 + 0.05
assert partly_20 > scratch_20 + 0.02
assert partly_100 > frozen_100
assert scratch_100 > scratch_5 + 0.2

# %% [markdown]
# Three things to see.
#
# - **With five views transfer wins by far.** From scratch, five views are not enough to learn what an edge is *and* what a cup is. The base knows edges.
# - **The lead shrinks as views are added.** With 100, from scratch is about as good as frozen.
# - **Partly frozen is best throughout.** Its last block may leave cats and ships behind. The more views there are, the more it gains over frozen.
#
# So: few images, freeze much; more images, freeze less. With very many, the start matters little.
#
# ## From which layer? And when is a task too far?
#
# You took the features where the network ends. But the last layers are the most bound to the old task. Put the same head, a logistic regression, on the averaged outputs of each block: of the trained network, and of one with random weights that has never seen an image. And on the plain pixels, to know what no network at all gives.
#
# Do it for the gallery, and for a second task that is far from photographs: handwritten digits. 20 training images a class in both.
#
# **Predict.** Which block is best? And what is a *random* network worth?

# %%
digits = datasets.digits(size=32)
tasks = {"gallery": task, "handwritten digits": digits}
networks = {"trained": models.CifarVGG(weights="cnnkit"), "random": models.CifarVGG()}


def first_20(labels):
    return np.concatenate([np.flatnonzero(labels == k)[:20] for k in range(10)])


def head_accuracy(x_train, y_train, x_test, y_test):
    head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    flat = head.fit(x_train.reshape(len(x_train), -1), y_train)
    return flat.score(x_test.reshape(len(x_test), -1), y_test)


def averages(network, images):
    outputs = [network.get_layer(f"block{i}_pool").output for i in (1, 2, 3)]
    blocks = keras.Model(network.input, outputs)
    maps = blocks.predict(images * np.ones(3, "float32"), verbose=0)
    return [x.mean(axis=(1, 2)) for x in maps]


depth = {}
for title, data in tasks.items():
    chosen = first_20(data.y_train)
    x, y = data.x_train[chosen], data.y_train[chosen]
    pixels = head_accuracy(x[:, ::4, ::4], y, data.x_test[:, ::4, ::4], data.y_test)
    depth[title, "pixels"] = [pixels] * 3
    for label, network in networks.items():
        pairs = zip(averages(network, x), averages(network, data.x_test), strict=True)
        depth[title, label] = [head_accuracy(a, y, b, data.y_test) for a, b in pairs]

# %%
_, axes = plt.subplots(1, 2, figsize=(7.5, 3), sharey=True, layout="constrained")
for axis, title in zip(axes, tasks, strict=True):
    for label, style in (("trained", "o-"), ("random", "o-"), ("pixels", ":")):
        axis.plot(["block1", "block2", "block3"], depth[title, label], style, label=label)
    axis.set(title=title, ylim=(0.5, 1))
axes[0].set(ylabel="test accuracy")
axes[0].legend()
plt.show()

# %%
gallery_trained, gallery_random = depth["gallery", "trained"], depth["gallery", "random"]
digits_trained, digits_random = (
    depth["handwritten digits", "trained"],
    depth["handwritten digits", "random"],
)
assert gallery_trained[1] > gallery_trained[0] + 0.03
assert gallery_trained[1] > gallery_random[1] + 0.05
assert gallery_trained[1] > depth["gallery", "pixels"][0] + 0.05
assert digits_random[2] > digits_trained[2] - 0.01
assert abs(digits_trained[2] - depth["handwritten digits", "pixels"][0]) < 0.05

# %% [markdown]
# - **In the gallery** the middle is best. `block1` knows edges, and that is too little; `block3` has begun to ask whether it is a cat. Training is worth more than ten points at each depth: random filters are far behind.
# - **For the digits** transfer is worth nothing. The trained features are no better than the bare pixels, and *random* filters are better than either. What matters in handwriting is where the strokes are; colour and fur do not occur.
#
# That random filters do so well is no accident: convolution, ReLU and pooling are a good way to look at images even before anything is learned. So a random network belongs in each comparison like this one.
#
# Yosinski and others measured this in 2014 on ImageNet: features get more specific layer by layer, and transfer less the farther the tasks are apart. There, even distant tasks beat random weights; their distant tasks were photographs too.
#
# ## Batch normalisation in a frozen base
#
# `CifarVGG` has no batch normalisation left: it was folded into the filters after the training. Most networks have it, and there it is the place where a frozen base is spoiled without a word.
#
# In training, it normalises by the mean and variance of the *batch*, and moves its kept averages a little towards them. At test time it uses the kept averages. So in training mode, what the network says of an image depends on the images beside it.
#
# Take a ResNet-20 with the course's weights. It sees the cat alone, as at test time; then, in training mode, among 31 views of the horse.
#
# **Predict** what it says the second time.

# %%
resnet = models.CifarResNet(20, weights="cnnkit")
horses = task.x_train[task.y_train == names.index("horse")][:31]
company = np.concatenate([cat[None], horses])
alone = ops.convert_to_numpy(resnet(cat[None]))[0]
among = ops.convert_to_numpy(resnet(company, training=True))[0]

places = np.arange(10)
_, axis = plt.subplots(figsize=(6, 2.6), layout="constrained")
axis.bar(places - 0.2, alone, 0.4, label="as at test time")
axis.bar(places + 0.2, among, 0.4, label="in training mode, among horses")
axis.set_xticks(places, cifar, rotation=40, ha="right")
axis.set(ylabel="probability")
axis.legend()
plt.show()
assert cifar[alone.argmax()] == "cat"
assert among[cifar.index("cat")] < alone[cifar.index("cat")] / 2


# %% [markdown]
# Same cat, same weights. The silhouettes beside it changed the averages, and so the answer.
#
# It gets worse: the kept averages have moved as well. They are not trained by the gradient, so **no learning rate holds them back**. Here is the experiment. Train a head on the frozen ResNet. Then train *everything* with a learning rate of **zero**, once with normalisation frozen, once not.
#
# **Predict.** What can a training with rate zero do to the test accuracy?

# %%
x_few, y_few = task.x_train[some(20)], task.y_train[some(20)]
x_half, y_half = task.x_test[::2], task.y_test[::2]
keras.utils.set_random_seed(0)
resnet_guide = replace_head(models.CifarResNet(20, weights="cnnkit"), classes=10)
resnet_base, resnet_head = split(resnet_guide, "average")
fit(resnet_head, resnet_base.predict(x_few, verbose=0), y_few, rate=0.03)


def rate_zero(norm, epochs=4):
    freeze(resnet_guide, until="none", norm=norm)
    resnet_guide.compile(
        keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    accuracies = [resnet_guide.evaluate(x_half, y_half, verbose=0)[1]]
    for _ in range(epochs):
        resnet_guide.fit(x_few, y_few, verbose=0)
        accuracies.append(resnet_guide.evaluate(x_half, y_half, verbose=0)[1])
    return accuracies


norm_frozen = rate_zero("frozen", epochs=1)
norm_trained = rate_zero("trained")
_, axis = plt.subplots(figsize=(6, 2.8), layout="constrained")
axis.plot(range(5), norm_frozen[:1] * 5, label="normalisation frozen")
axis.plot(range(5), norm_trained, "o-", label="normalisation not frozen")
axis.set(xlabel="epochs with learning rate 0", ylabel="test accuracy", xticks=range(5))
axis.legend()
plt.show()

# %%
assert norm_frozen[1] == norm_frozen[0]
assert norm_trained[-1] < norm_trained[0] - 0.05

# %% [markdown]
# A learning rate of zero, and the guide forgets. The head was made for features with the old averages; the averages drift to those of the gallery, and the features drift with them.
#
# So `freeze` has `norm="frozen"` unless you say otherwise: each normalisation then uses its kept averages, in training too, and does not move them. Features that are kept on disk need this in any case.
#
# It is a rule for a base that is *kept*. If you train the whole network and your batches are large and mixed, normalisation that goes on learning can be the better choice. Exercise 5 is such a case.
#
# ## Fine-tuning
#
# The last step, and only after the head has been trained: release everything, and go on with a **small rate**. Two things can go wrong, and you will see both. Three runs, each with 20 views of each picture:
#
# 1. the trained head, then everything with rate 0.0001;
# 2. the same with rate 0.01;
# 3. rate 0.0001 again, but with a new, random head.
#
# **Predict** the test accuracy after each epoch.

# %%
keras.utils.set_random_seed(0)
guide = fresh("none")
new_head = guide.layers[-1].get_weights()
vgg_base, vgg_head = split(guide, "average")
fit(vgg_head, vgg_base.predict(x_few, verbose=0), y_few, rate=0.03)
start = guide.get_weights()


def fine_tune(rate, head=None, epochs=5):
    keras.utils.set_random_seed(0)
    guide.set_weights(start)
    if head is not None:
        guide.layers[-1].set_weights(head)
    guide.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    before = guide.evaluate(x_half, y_half, verbose=0)[1]
    history = guide.fit(
        x_few, y_few, epochs=epochs, validation_data=(x_half, y_half), verbose=0
    )
    return [before, *history.history["val_accuracy"]]


tuned = {
    "trained head, rate 0.0001": fine_tune(0.0001),
    "trained head, rate 0.01": fine_tune(0.01),
    "new head, rate 0.0001": fine_tune(0.0001, head=new_head),
}
plots.show_curves(tuned, x=range(6), ylabel="test accuracy")

# %%
small, large, unprepared = tuned.values()
assert small[-1] > small[0]
assert large[-1] < 0.4
assert unprepared[-1] < small[0] - 0.1

# %% [markdown]
# - **A small rate** takes the guide a little further, without leaving the good place where it stands.
# - **A large rate** destroys in one epoch what 50,000 images have taught. The head and the base are as good as random, and 200 views are all there is to start again.
# - **With a new head** the first gradients say nothing about the features: they are the errors of random weights, and they go through the whole base. So train the head first.
#
# A rate a tenth to a hundredth of the one from scratch is a good first try.
#
# ## Summary
#
# - A new head on a trained network: `replace_head`. The layers are shared, not copied.
# - Freeze all, some or none: `freeze(model, until=...)`. The fewer images you have, the more you freeze.
# - Features of a frozen base are the same in every epoch: compute them once, `FeatureCache`. It does not go together with images that change.
# - Middle layers transfer best here, and a far task gains nothing. Compare with a random network and with the pixels.
# - Batch normalisation in a kept base stays in inference. No learning rate holds its averages.
# - Fine-tune at the end: trained head, small rate.
#
# ## Questions
#
# **1.** You have 80 X-ray images of each of two kinds, and a network trained on ImageNet. What do you try first, and with what do you compare?
#
# <details><summary>Answer</summary>
#
# Features of several depths, computed once, with a logistic regression on each: that takes minutes. Compare with the same from random weights, and with a small network from scratch. X-rays are far from ImageNet's photographs: early layers may transfer and late ones not. Then release the upper blocks with a small rate, and see whether the validation accuracy rises.
#
# </details>
#
# **2.** With the base frozen, is it enough to compute `trainable_weights` and to see that they belong to the head?
#
# <details><summary>Answer</summary>
#
# No. The averages of batch normalisation are not among the trainable weights in any case, and yet they move if the layer is in training mode. Compare all weights before and after, as above.
#
# </details>
#
# **3.** A cache on disk holds features of your training images. You add a random mirror flip to the preprocessing. What should happen?
#
# <details><summary>Answer</summary>
#
# The features are of other images now, so they must not be used; and as the flip is drawn anew each time, no kept features can be right. Leave the cache out, or keep the features of both the image and its mirror image, and draw between them.
#
# </details>
#
# **4.** Why is the base's *first* layer frozen and the last one released, and not the other way round?
#
# <details><summary>Answer</summary>
#
# The first layers hold what is general: edges and colours. The last ones are bound to the old classes and gain most from learning anew. Released early layers under frozen late ones would also have to go on giving what the late ones expect.
#
# </details>
#
# ## Exercises
#
# Change one thing at a time, and predict first.
#
# 1. Give from scratch five times the budget: `shown=10_000`. How much of the lead at 100 views is left? And at 5?
# 2. `transferred("block1_pool", rate=0.001)`: only the first block is kept. Is it better than from `block2_pool` on?
# 3. Take the features at `at="block2_pool"` in `replace_head`, and train only the head. Where does this line lie in the figure of the experiment?
# 4. Change `view` so that the light never changes: `contrast` 1, `brightness` 0.5, `tint` 1. How much is left of the lead of transfer?
# 5. Fine-tune `resnet_guide` as a whole with rate 0.001, with `norm="frozen"` and with `norm="trained"`. Which is better here? Try again with five views of each picture and batches of four.
