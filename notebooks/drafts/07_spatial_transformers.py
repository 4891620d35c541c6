# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Spatial transformers
#
# A turned, small digit in a corner is easy for you: you look there, lean your head, come closer. A convolutional network cannot. In 2015 Jaderberg and others gave it a layer that does: a small network looks at the image and says how to move it, and the rest of the network sees the moved image. Nobody tells it where the digit is.
#
# **You will be able to**
#
# - measure what a convolutional network can't undo;
# - read the six numbers of an affine map, and predict what they do to a photograph;
# - write the grid generator and the bilinear sampler in a few lines each;
# - say why the sampler must be bilinear, from a gradient that you have looked at;
# - train a network that finds the digit by itself, and measure how well it does;
# - recognise a transformer that has run away, and keep it from doing so.
#
# **Time:** about a minute to run, 50 minutes to read. **Result to expect:** on turned, shifted digits among clutter a small network gets more than 80 % right instead of about 70 %, with fewer parameters and fewer multiplications.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops

from cnnkit import datasets, layers, plots
from cnnkit.arithmetic import describe
from cnnkit.plots.style import BLUE, FAINT, ORANGE

plots.use_style()

# %% [markdown]
# ## What a convolutional network can't undo
#
# Take real handwritten digits, put each in the middle of a black canvas of 32×32, and train a small network on them: two convolutions, two poolings, a dense layer. Then move the *test* digits.
#
# `draw` does the moving. By the end of this lesson you will have built it. For now: `turn` is in degrees, `size` a share of the canvas, and the place goes from −1 to 1.

# %%
digits = datasets.digits()
rimmed = {name: np.pad(getattr(digits, name), ((0, 0), (1, 1), (1, 1), (0, 0))) for name in ("x_train", "x_test")}


def pose(turn=0, size=0.6, x=0, y=0):
    """Return the maps θ that draw digits on a canvas, (n, 2, 3)."""
    turn, size, x, y = np.broadcast_arrays(np.radians(turn), size, x, y)
    c, s = np.cos(turn) / size, np.sin(turn) / size
    rows = [c, s, -c * x - s * y, -s, c, s * x - c * y]
    return np.stack(rows, axis=-1).reshape(-1, 2, 3).astype("float32")


def draw(images, thetas, side=32):
    thetas = np.broadcast_to(thetas, (len(images), 2, 3))
    grid = layers.affine_grid(thetas, side)
    return ops.convert_to_numpy(layers.bilinear_sample(images, grid))


sample = rimmed["x_test"][:1]
poses = {
    "as in training": pose(),
    "5 pixels right": pose(x=5 / 15.5),
    "turned by 45°": pose(turn=45),
    "half as large": pose(size=0.3),
}
plots.show_images(
    [draw(sample, theta)[0] for theta in poses.values()], titles=list(poses), side=1.6
)


# %%
def classifier(third=False):
    steps = [
        keras.layers.Conv2D(8, 3, activation="relu", name="conv1"),
        keras.layers.MaxPooling2D(2, name="pool1"),
        keras.layers.Conv2D(16, 3, activation="relu", name="conv2"),
        keras.layers.MaxPooling2D(2, name="pool2"),
    ]
    if third:
        steps += [
            keras.layers.Conv2D(32, 3, activation="relu", name="conv3"),
            keras.layers.MaxPooling2D(2, name="pool3"),
        ]
    return [
        *steps,
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(32, activation="relu", name="dense"),
        keras.layers.Dense(10, activation="softmax", name="predictions"),
    ]


def train(model, x, y, epochs, rate=3e-3, batch_size=64):
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(x, y, batch_size, epochs, verbose=0).history


def accuracy(model, x, y):
    return float(np.mean(np.argmax(model(x), axis=-1) == y))


keras.utils.set_random_seed(0)
still = keras.Sequential([keras.Input((32, 32, 1)), *classifier()])
history = train(still, draw(rimmed["x_train"], pose()), digits.y_train, epochs=8)

# %% [markdown]
# **Predict.** It knows the digits in the middle. How far may they move, turn or shrink before half of the answers are wrong? Does pooling help?

# %%
tests = {
    "moved right by (pixels)": [(d, pose(x=d / 15.5)) for d in range(7)],
    "turned by (degrees)": [(d, pose(turn=d)) for d in range(0, 91, 15)],
    "size (share of the canvas)": [(d / 10, pose(size=d / 10)) for d in range(3, 10)],
}
curves = {
    name: [(d, accuracy(still, draw(rimmed["x_test"], theta), digits.y_test)) for d, theta in tests[name]]
    for name in tests
}
_, axes = plt.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
for axis, (name, points) in zip(axes, curves.items(), strict=True):
    axis.plot(*zip(*points, strict=True), "o-")
    axis.set(xlabel=name, ylim=(0, 1.02))
    axis.axhline(0.1, color=FAINT, linewidth=1)
axes[0].set(ylabel="test accuracy")
axes[0].annotate("guessing", (0, 0.12), color=FAINT)
plt.show()

# %%
shift, turn, size = (dict(points) for points in curves.values())
assert shift[0] > 0.93 and shift[1] > 0.85
assert shift[5] < 0.6 and turn[90] < 0.5 and size[0.3] < 0.7


# %% [markdown]
# One pixel is mostly forgiven: that is what pooling buys. Four pixels are not. The convolutions do find the same strokes at the new place, but the dense layer behind them has learned what to expect *where*. (An average over the image would mend the shift, and lose all sense of place.) And for turns and sizes there is nothing in the network at all: a filter for a vertical stroke is not a filter for a slanted one.
#
# You could draw all shifts, turns and sizes into the training data. We will. But then the network must learn each digit in every pose. Better to undo the pose first.
#
# ## Six numbers
#
# Move an image, turn, scale, shear, mirror it: all of these are **affine maps**, and six numbers say which.
#
# $$\begin{pmatrix} x_s \\ y_s \end{pmatrix} = \begin{pmatrix} \theta_{11} & \theta_{12} & \theta_{13} \\ \theta_{21} & \theta_{22} & \theta_{23} \end{pmatrix} \begin{pmatrix} x_t \\ y_t \\ 1 \end{pmatrix}$$
#
# Read it with care, for it goes backwards. $(x_t, y_t)$ is a pixel of the *output*. The map says where in the *input* its value comes from. Then each pixel of the output gets exactly one value, and there are no holes.
#
# Coordinates do not count pixels. In each direction −1 is the first pixel and 1 is the last, with $y$ downwards. So θ means the same for an image of any size.
#
# **Predict** the output of each θ below, before you look. Does $\theta_{13} = 0.5$ move the picture to the left or to the right? Does 0.5 on the diagonal make it smaller or larger?

# %%
thirty = np.radians(30)
thetas = {
    "identity": [[1, 0, 0], [0, 1, 0]],
    "shift": [[1, 0, 0.5], [0, 1, 0]],
    "scale": [[0.5, 0, 0], [0, 0.5, 0]],
    "turn": [[np.cos(thirty), -np.sin(thirty), 0], [np.sin(thirty), np.cos(thirty), 0]],
    "shear": [[1, 0.5, 0], [0, 1, 0]],
    "mirror": [[-1, 0, 0], [0, 1, 0]],
}
for name, theta in thetas.items():
    (a, b, c), (d, e, f) = np.round(theta, 2)
    print(f"{name:9} x_s = {a:5.2f} x {b:+.2f} y {c:+.2f}    y_s = {d:5.2f} x {e:+.2f} y {f:+.2f}")

# %%
photograph = datasets.photograph("chelsea", size=120)
maps = np.array(list(thetas.values()), dtype="float32")
copies = np.stack([photograph] * len(maps))
plots.show_transformed(copies, maps, draw(copies, maps, 120), titles=list(thetas), side=1.6)

# %% [markdown]
# The orange frame is where the output is read; its dot is the output's top left corner. The frame goes right, so the picture goes left. The frame gets smaller, so the picture gets larger. What lies beyond the image is read as black.
#
# ## The grid generator
#
# First half of the work: for each pixel of the output, its place in the input. Lay out all $(x_t, y_t, 1)$ and multiply by θ.

# %%
def my_grid(theta, height, width):
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return np.stack([x, y, np.ones_like(x)], axis=-1) @ np.transpose(theta)


for theta in thetas.values():
    theirs = layers.affine_grid(np.array([theta]), (4, 7))[0]
    assert np.allclose(my_grid(theta, 4, 7), theirs, atol=1e-6)

# %% [markdown]
# Look at the numbers for an output of 3×5. The shift adds 0.5 to each $x$. The shear adds half of $y$.

# %%
grids = [my_grid(thetas[name], 3, 5)[..., 0] for name in ("identity", "shift", "shear")]
plots.show_grids(grids, titles=["x, identity", "x, shift", "x, shear"], signed=True)


# %% [markdown]
# The output may have fewer pixels than the input: the grid has as many places as you ask for. That makes the layer a *crop with zoom* as well.
#
# ## The sampler
#
# Second half: read the image at places that lie between its pixels. **Bilinear** reading takes the four pixels around the place, each with a share: the nearer, the larger. In both directions the share falls from 1 to 0 over one pixel,
#
# $$V = \sum_n \sum_m U_{nm}\; \max(0,\, 1 - |x - m|)\; \max(0,\, 1 - |y - n|),$$
#
# where $x$ and $y$ now count pixels. Take the place $x = 0.3$, $y = 0.75$ among four pixels:

# %%
pixels = np.array([[10.0, 50], [20, 80]])
shares = np.outer([0.25, 0.75], [0.7, 0.3])
plots.show_grids(
    [pixels, shares, pixels * shares, [[np.sum(pixels * shares)]]],
    titles=["pixels", "shares", "product", "sum"],
    signs=["·", "=", "→"],
    side=0.55,
)


# %% [markdown]
# The formula sums over *all* pixels, and nearly all shares are zero. As code that is wasteful, and short. Beyond the image no pixel has a share, so it reads **zero** there. The other border, **edge**, pulls each place back into the image first.

# %%
def my_sample(image, grid, padding="zero"):
    height, width, _ = image.shape
    x = (grid[..., 0] + 1) / 2 * (width - 1)
    y = (grid[..., 1] + 1) / 2 * (height - 1)
    if padding == "edge":
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    share_x = np.maximum(0, 1 - np.abs(x[..., None] - np.arange(width)))
    share_y = np.maximum(0, 1 - np.abs(y[..., None] - np.arange(height)))
    return np.einsum("ijn,ijm,nmc->ijc", share_y, share_x, image, optimize=True)


small = datasets.photograph("chelsea", size=40)
away = pose(turn=20, size=0.75, x=0.4)[0]
borders = {}
for padding in ("zero", "edge"):
    borders[padding] = my_sample(small, my_grid(away, 60, 60), padding)
    grid = layers.affine_grid(away[None], 60)
    theirs = layers.bilinear_sample(small[None], grid, padding)[0]
    assert np.allclose(borders[padding], theirs, atol=1e-4)
plots.show_images([small, *borders.values()], titles=["in, 40×40", *borders], side=2)

# %% [markdown]
# Both functions agree with the library's, which reads only the four pixels. On the right you see the edge pixels drawn out.
#
# Zero is right for digits, whose background is zero. If you had shifted the pixels to a mean of zero first, "zero" would be a grey frame that no image has: then take edge.
#
# ## Why not the nearest pixel?
#
# Rounding to the nearest pixel would be cheaper. But then nobody could learn θ.
#
# Take a photograph that is shifted a little, and shift it back by $\theta_{13}$. How far is it from the original, for each $\theta_{13}$? **Predict** the two curves: bilinear, and nearest.

# %%
grey = datasets.photograph("chelsea", size=48, grey=True)[None]


def shifted(amounts, nearest):
    thetas = np.tile(np.float32([[1, 0, 0], [0, 1, 0]]), (len(amounts), 1, 1))
    thetas[:, 0, 2] = amounts
    grid = layers.affine_grid(thetas, 48)
    if nearest:  # the nearest pixel: round to its place
        grid = ops.round((grid + 1) / 2 * 47) / 47 * 2 - 1
    images = np.broadcast_to(grey, (len(amounts), 48, 48, 1))
    return ops.convert_to_numpy(layers.bilinear_sample(images, grid, "edge"))


amounts = np.linspace(0, 0.2, 201)
true_shift = 0.1
target = shifted([true_shift], nearest=False)
_, axis = plt.subplots(figsize=(6, 2.8), layout="constrained")
for nearest, name, colour in ((False, "bilinear", BLUE), (True, "nearest", ORANGE)):
    losses = np.mean((shifted(amounts, nearest) - target) ** 2, axis=(1, 2, 3))
    axis.plot(amounts, losses, color=colour, label=name)
axis.set(xlabel=r"$\theta_{13}$", ylabel="squared difference")
axis.legend()
plt.show()

# %% [markdown]
# The orange curve is made of steps. On a step nothing changes, so the gradient is zero; between two steps it does not exist. The blue curve slopes all along, and leads down to the true shift, $\theta_{13} = 0.1$.
#
# The slope is easy to write down. Where the place moves by a small step to the right, the left pixels lose what the right ones gain:
#
# $$\frac{\partial V}{\partial x} = \sum_n \max(0,\, 1 - |y - n|)\,\bigl(U_{n,\text{right}} - U_{n,\text{left}}\bigr)$$
#
# It is a difference of neighbours: the gradient of the *image*, an edge detector. A flat area says nothing about where to go; an edge does. Here it is for the photograph, and what TensorFlow's tape finds, summed over the pixels:

# %%
theta = tf.constant([[[1.0, 0, 0.004], [0, 1, 0]]])
with tf.GradientTape() as tape:
    tape.watch(theta)
    image = layers.bilinear_sample(grey, layers.affine_grid(theta, 48), "edge")
    total = ops.sum(image)
by_theta = ops.convert_to_numpy(tape.gradient(total, theta))[0]

slope = (grey[0, :, 1:, 0] - grey[0, :, :-1, 0]) * 47 / 2  # 47 steps from -1 to 1
by_hand = slope.sum()  # each place lies just right of its pixel
assert np.isclose(by_hand, by_theta[0, 2], rtol=1e-3)
plots.show_images([grey[0], slope], titles=["V", "∂V/∂θ₁₃"], side=2.4)

# %% [markdown]
# Now follow the gradient, with all six numbers. The target is the photograph turned, zoomed and shifted. Start at the identity, and go downhill:

# %%
hidden = pose(turn=-18, size=1.2, x=0.15, y=-0.1)
target = draw(grey, hidden, 48)
found = keras.Variable([[[1.0, 0, 0], [0, 1, 0]]])
adam = keras.optimizers.Adam(0.02)
views, losses = {}, []
for step in range(81):
    with tf.GradientTape() as tape:
        view = layers.bilinear_sample(grey, layers.affine_grid(found, 48))
        loss = ops.mean(ops.square(view - target))
    losses.append(float(loss))
    if step in (0, 10, 20, 40, 80):
        views[f"step {step}"] = ops.convert_to_numpy(view)[0]
    adam.apply([tape.gradient(loss, found.value)], [found])
plots.show_images([target[0], *views.values()], titles=["target", *views], side=1.5)

# %%
assert losses[-1] < losses[0] / 50
assert np.abs(ops.convert_to_numpy(found) - hidden).max() < 0.05


# %% [markdown]
# Nobody gave it an angle. The difference of two images was enough to find six numbers. In a network the difference is replaced by the loss of the classifier: θ goes where the digits are easier to tell apart.
#
# ## The layer
#
# One θ does not fit all images. So a small network looks at each image and says which. The paper calls it the **localisation network**. The three parts together are `cnnkit.layers.SpatialTransformer`:
#
# | part | from | to |
# | --- | --- | --- |
# | localisation network, and a dense layer | image | six numbers θ |
# | grid generator | θ | a place for each pixel of the output |
# | sampler | image, places | output |
#
# What should θ be at first? **Predict** from the picture: eight random maps, and what they read.

# %%
rng = np.random.default_rng(3)
random_maps = rng.normal(0, 1, (8, 2, 3)).astype("float32")
canvases = draw(rimmed["x_test"][:8], pose(turn=30, x=0.3, y=0.3))
plots.show_transformed(canvases, random_maps, draw(canvases, random_maps), side=1.1)

# %% [markdown]
# Slivers, mirrored scraps, black. A classifier learns nothing from them, so it can't tell θ where to go. Therefore the dense layer starts with weights of zero, and with the **identity** as its bias. At first the layer hands on the whole image, and everything behind it can begin to learn.
#
# Here is a localisation network. (Its last line keeps θ from moving too fast; why, you will see.)

# %%
def localisation(speed=0.3):
    return keras.Sequential(
        [
            keras.layers.Conv2D(8, 5, strides=2, activation="relu", name="conv1"),
            keras.layers.MaxPooling2D(2, name="pool1"),
            keras.layers.Conv2D(16, 5, activation="relu", name="conv2"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(32, activation="tanh", name="features"),
            keras.layers.Rescaling(speed, name="slow_down"),
        ],
        name="localisation",
    )


def build(transformer, speed=0.3, seed=0, **arguments):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((32, 32, 1))], name="digits")
    if transformer:
        model.add(layers.SpatialTransformer(localisation(speed), (16, 16), name="look"))
    for layer in classifier(**arguments):
        model.add(layer)
    return model


model = build(transformer=True)
look = model.get_layer("look")
start = ops.convert_to_numpy(look.theta(canvases))
assert np.array_equal(start, np.tile(np.eye(2, 3, dtype="float32"), (8, 1, 1)))

# %% [markdown]
# The layer is no more than its parts. Give it some weights, and build its output from your functions:

# %%
rng = np.random.default_rng(0)
kernel, bias = look.dense.get_weights()
look.dense.set_weights([rng.normal(0, 1, kernel.shape), bias])

theta = ops.convert_to_numpy(look.theta(canvases))
mine = [
    my_sample(image, my_grid(t, 16, 16))
    for image, t in zip(canvases, theta, strict=True)
]
assert np.abs(theta - start).max() > 0.1
assert np.allclose(np.array(mine), look(canvases), atol=1e-4)


# %% [markdown]
# ## A task that needs it
#
# Digits at any place, turned by up to 60° either way, 16 to 22 pixels large, with scraps of other digits scattered around them. The scraps are clutter: bright, and of no use.
#
# Each training digit is drawn twelve times, always differently. The test digits are other digits, in other poses.

# %%
def random_poses(rng, n):
    size = rng.uniform(0.5, 0.7, n)
    x, y = rng.uniform(-1, 1, (2, n)) * (0.98 - size)
    return pose(rng.uniform(-60, 60, n), size, x, y)


def add_clutter(rng, canvases, scraps, pieces=3, side=4):
    for canvas in canvases:
        for _ in range(pieces):
            scrap = scraps[rng.integers(len(scraps))]
            i, j = rng.integers(2, 14 - side, 2)
            y, x = rng.integers(0, 33 - side, 2)
            place = canvas[y : y + side, x : x + side]
            np.maximum(place, scrap[i : i + side, j : j + side], out=place)
    return canvases


def make_task(seed, images, labels, copies):
    rng = np.random.default_rng(seed)
    images, labels = np.tile(images, (copies, 1, 1, 1)), np.tile(labels, copies)
    thetas = random_poses(rng, len(images))
    scraps = datasets.digits(size=16).x_train
    return add_clutter(rng, draw(images, thetas).copy(), scraps), labels, thetas


x_train, y_train, _ = make_task(1, rimmed["x_train"], digits.y_train, copies=12)
x_test, y_test, drawn = make_task(2, rimmed["x_test"], digits.y_test, copies=2)
print(x_train.shape, x_test.shape)
plots.show_images(x_test[:20], titles=y_test[:20], columns=10, side=0.95)

# %% [markdown]
# Three networks see the same images, in batches of 64, four times over:
#
# - **with transformer**: the transformer hands on 16×16 pixels to the classifier from above;
# - **without**: the same classifier on the 32×32 pixels. Its dense layer then has nine times the inputs, so it has *more* parameters;
# - **deeper, without**: a third convolution and pooling, and about as many parameters as the first.
#
# **Predict** their order.

# %%
networks = {
    "with transformer": build(transformer=True),
    "without": build(transformer=False),
    "deeper, without": build(transformer=False, third=True),
}
for name, network in networks.items():
    totals = describe(network).totals
    print(f"{name:17}{totals.parameters:7,} parameters{totals.multiply_adds:9,} multiply-adds")

# %%
histories = {
    name: train(network, x_train, y_train, epochs=4)["accuracy"]
    for name, network in networks.items()
}
results = {name: accuracy(networks[name], x_test, y_test) for name in networks}
plots.show_curves(histories, ylabel="training accuracy", size=(6, 2.6))
plots.show_bars({name: 100 * share for name, share in results.items()}, title="test accuracy, %", size=(6, 1.9))

# %%
assert results["with transformer"] > 0.78
assert results["with transformer"] > results["without"] + 0.05
assert results["with transformer"] > results["deeper, without"] - 0.02

# %% [markdown]
# The transformer adds more than ten points to the network that is otherwise the same. A third convolution helps too, though less here, and takes nearly three times the multiplications: with the transformer the classifier sees a quarter of the pixels. Look also at the first epoch. Nothing tells them apart there; the transformer must first find out where to look.
#
# Where does the gain come from? See what it hands on.
#
# ## Where it looks
#
# Above: test images, and the frame that the transformer reads. Below: what the classifier gets.

# %%
look = networks["with transformer"].get_layer("look")
thetas = ops.convert_to_numpy(look.theta(x_test))
handed_on = ops.convert_to_numpy(look(x_test))
plots.show_transformed(x_test[:10], thetas[:10], handed_on[:10], titles=y_test[:10], side=1)

# %% [markdown]
# The digits come to the middle, larger and more upright, and much of the clutter stays outside. None of this was asked for. The loss only knows the ten classes.
#
# Now one digit in ten poses. **Predict** the lower row, if the transformer were perfect.

# %%
same = np.repeat(rimmed["x_test"][4:5], 10, axis=0)
angle = np.linspace(0, 2 * np.pi, 10, endpoint=False)
many = pose(np.linspace(-60, 60, 10), 0.6, 0.35 * np.cos(angle), 0.35 * np.sin(angle))
turning = draw(same, many)
plots.show_transformed(turning, ops.convert_to_numpy(look.theta(turning)), look(turning), side=1)


# %% [markdown]
# It finds the digit in every corner. In the middle of the row the outputs are nearly alike. At the ends they are not: the frame leans with the digit, but not far enough.
#
# How much is that? We drew the digits ourselves, so we know their poses. The transformer's map leads from the output to the canvas, ours from the canvas to the digit. Put one behind the other, and you have the pose of the digit in what is handed on.

# %%
def square(maps):
    """Add the row (0, 0, 1), so that maps can be multiplied."""
    return np.concatenate([maps, np.tile([[[0, 0, 1]]], (len(maps), 1, 1))], axis=1)


def places_and_turns(maps):
    return np.linalg.inv(maps)[:, :2, 2], np.degrees(np.arctan2(maps[:, 0, 1], maps[:, 0, 0]))


stages = {
    "in the image": square(drawn),
    "handed on": square(drawn) @ square(thetas),
}

# %%
# NBVAL_IGNORE_OUTPUT
_, axes = plt.subplots(1, 3, figsize=(8.5, 2.7), layout="constrained")
spread = {}
for axis, colour, (name, maps) in zip(axes, (ORANGE, BLUE), stages.items(), strict=False):
    places, turns = places_and_turns(maps)
    spread[name] = (places.std(), turns.std())
    axis.plot(*places.T, ".", color=colour, markersize=2)
    axis.set(xlim=(-1, 1), ylim=(1, -1), aspect="equal", title=f"place, {name}")
    axes[2].hist(turns, np.arange(-90, 91, 10), histtype="step", color=colour, label=name)
axes[2].set(title="turn, in degrees", yticks=[])
axes[2].legend(fontsize=8)
plt.show()
for name, (place, turn) in spread.items():
    print(f"{name:13} spread of place {place:.2f}, of turn {turn:.0f}°")

# %%
assert spread["handed on"][0] < 0.6 * spread["in the image"][0]
assert spread["handed on"][1] < 0.95 * spread["in the image"][1]


# %% [markdown]
# The places have drawn together to less than half. The turns have, too, but little: a shifted digit is lost to this classifier, a slanted one is not, so there is less to gain. More training brings them closer.
#
# ## θ that has gone astray
#
# Nothing keeps θ sensible. What comes out of a bad one? **Predict** each column:

# %%
bad = {
    "all zero": np.zeros((2, 3)),
    "y lost": [[1, 0, 0], [0, 0, 0]],
    "ten times": [[10, 0, 0], [0, 10, 0]],
    "far away": [[1, 0, 5], [0, 1, 5]],
    "NaN": np.full((2, 3), np.nan),
}
maps = np.array(list(bad.values()), dtype="float32")
copies = np.stack([datasets.photograph("chelsea", size=60)] * len(maps))
rows = []
for padding in ("zero", "edge"):
    seen = layers.bilinear_sample(copies, layers.affine_grid(maps, 60), padding)
    rows += list(ops.convert_to_numpy(seen))
assert np.isfinite(rows).all()
titles = [f"{name}, {padding}" for padding in ("zero", "edge") for name in bad]
plots.show_images(rows, titles=titles, columns=5, side=1.5)

# %% [markdown]
# Zeros read one and the same place everywhere: the centre. A lost row smears one line over the image. All outputs are finite, whatever θ is. Nothing crashes, and that is the danger: you may not notice.
#
# For there is no way back from "far away". Beyond the image every reading is the same, so the gradient is zero:

# %%
theta = tf.constant(maps[3:4])
with tf.GradientTape() as tape:
    tape.watch(theta)
    seen = layers.bilinear_sample(copies[:1], layers.affine_grid(theta, 60), "edge")
    loss = ops.mean(ops.square(seen - copies[:1]))
assert float(loss) > 0.01
assert not np.any(tape.gradient(loss, theta))


# %% [markdown]
# How does a network get there? By moving too fast. Adam changes each weight by about the learning rate in each step, however small the gradient. Our dense layer sums 32 features between −1 and 1, so one step can change an entry of θ by up to 32 · 0.003 ≈ 0.1. That is a tenth of the way to the border. So the localisation network ends in `Rescaling(0.3)`: smaller features, slower θ, and the classifier learns as fast as before.
#
# Now let the features be a hundred times as large, as you get them from pixels of 0 to 255 and without `tanh`. **Predict** the share of the output that is read from beyond the image.

# %%
def share_outside(model):
    grid = layers.affine_grid(model.get_layer("look").theta(x_test), 16)
    return float(np.mean(np.any(np.abs(grid) > 1.001, axis=-1)))


shares = {}
for speed in (0.3, 100):
    model = build(transformer=True, speed=speed)
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    shares[speed] = [share_outside(model)]
    for first in range(0, 40 * 64, 5 * 64):  # five steps at a time
        batch = slice(first, first + 5 * 64)
        model.fit(x_train[batch], y_train[batch], batch_size=64, verbose=0)
        shares[speed].append(share_outside(model))
plots.show_curves(
    {f"Rescaling({speed})": values for speed, values in shares.items()},
    xlabel="step",
    ylabel="share read from outside",
    x=range(0, 41, 5),
    size=(6, 2.6),
)

# %%
assert shares[100][-1] > 0.9
assert shares[0.3][-1] < 0.6

# %% [markdown]
# In a few steps it looks past the image, or from so far away that the image is a speck. What it hands on:

# %%
plots.show_images(model.get_layer("look")(x_test[:10]), columns=10, side=0.95)

# %% [markdown]
# The classifier gets black, and the loss stays where guessing leaves it. When a transformer does not train:
#
# - **look at what it hands on.** The loss alone won't tell you what is wrong;
# - slow θ down: smaller features, or a smaller learning rate for the localisation network;
# - bound the features, as `tanh` does, so that no strange image throws θ far;
# - watch the share that is read from outside. It should not go to 1.
#
# ## What it costs
#
# In the table the layers of the localisation network have rows of their own. From its `flatten` on, everything has seen the whole image.

# %%
describe(networks["with transformer"])

# %% [markdown]
# Most parameters and most of the work are in the localisation network. Grid and sampler have no parameters, and count as no multiplications here, like other resizing. (They do take time: about four products for each number of the output.)
#
# ## In the paper
#
# The paper's first table has MNIST turned by up to 90° either way. Test errors:
#
# | network | without | with transformer |
# | --- | --- | --- |
# | dense layers only | 2.1 % | 1.2 % |
# | convolutional | 1.2 % | 0.7 % |
#
# The dense network gains most: it has no other way to undo anything. The same holds for depth: the better a network copes without help, the less a transformer adds.
#
# Other maps fit in the same layer: three numbers for zoom and shift alone, eight for a perspective, a grid of control points that bends the image (a thin plate spline). Transformers can stand behind convolutions and move their feature maps, or side by side, one for each part of a bird.
#
# ## Summary
#
# - Convolutions with pooling forgive a pixel or two. They undo no turn, no scale, no large shift.
# - An affine map is six numbers. It goes from the output to the input, in coordinates from −1 to 1.
# - A grid says where to read, a bilinear sampler reads there. Both are differentiable; nearest-pixel reading is not.
# - A localisation network makes θ from the image. It starts at the identity, and learns from the classifier's loss alone.
# - Beyond the image there is no gradient. Keep θ slow, and look at what is handed on.
#
# ## Questions
#
# **1.** $	heta = egin{pmatrix} 0.5 & 0 & -0.5 \ 0 & 0.5 & -0.5 \end{pmatrix}$. Which part of the image do you see, and how large?
#
# <details><summary>Answer</summary>
#
# $x_s$ runs from $-0.5 - 0.5 = -1$ to $0.5 - 0.5 = 0$, and so does $y_s$: the top left quarter, enlarged twice.
#
# </details>
#
# **2.** The weights of θ's dense layer are zero at first. Which weights of the localisation network move in the very first step?
#
# <details><summary>Answer</summary>
#
# Only those of that dense layer, weights and bias. The gradient of everything below passes through its weights, and these are zero. From the second step on all move. (The identity comes from the bias, so random weights would not be needed to break a symmetry: the features already differ.)
#
# </details>
#
# **3.** Our output of 16×16 reads every second pixel of 32×32 at the identity. What is lost, and what would you do if the input had 256×256?
#
# <details><summary>Answer</summary>
#
# Each reading uses four pixels only. Steps larger than two pixels jump over some, and thin strokes flicker: aliasing. And the gradient knows only the differences between neighbours, so it sees one pixel far. Blur or pool the image first, or make the output larger.
#
# </details>
#
# **4.** A colleague subtracts the mean from all pixels, and the transformer now zooms out until the image is a small spot in the middle. Why is that worth noticing?
#
# <details><summary>Answer</summary>
#
# With `padding="zero"` the area beyond the image is 0, which is now a middle grey that the image's background is not. The classifier sees a frame whose position tells it things that are not in the image. Use "edge", or leave the background at zero.
#
# </details>
#
# **5.** Pooling makes a network *invariant* to small shifts. What does a transformer do?
#
# <details><summary>Answer</summary>
#
# It does not throw the pose away, it measures and undoes it. The pose is still there, in θ: you can read off where the digit was. That makes a rough detector out of a classifier, without any boxes to learn from.
#
# </details>
#
# ## Exercises
#
# Change one thing at a time, and predict first.
#
# 1. Put `Flatten` and one dense layer of 64 units in place of the classifier, with and without transformer. Which gain is larger, this or the one above?
# 2. Watch `share_outside` with `speed=3` and `speed=10`, with five seeds each. How often does it run away?
# 3. Keep turn and shear out: let only zoom and shift be learned, by a layer of your own that makes θ from three numbers. Is anything lost?
# 4. Train four epochs more. Which spread falls further, that of place or that of turn?
# 5. Draw two digits on each canvas, and ask for their sum. How many transformers do you need?
