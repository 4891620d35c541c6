# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # ResNet-20 on CIFAR-10
#
# The network of lesson 2 on the data of its paper: 50,000 photographs to learn from, 10,000 to be judged by, and ten minutes of a laptop instead of the authors' 164 passes.
#
# **You will be able to**
#
# - train a residual network with the paper's augmentation and a schedule made for few epochs;
# - compare your result with the published one, and name what makes the difference;
# - use a network that was trained before, and judge it as a stranger would.
#
# **Time:** about 10 minutes to run on two cores, 20 minutes to read. **Result to expect:** more than 75 % of the test photographs right. The paper has 91.25 %.
#
# This lesson needs CIFAR-10 (170 MB). It is downloaded once, checked and kept. Without the internet, put `cifar-10-python.tar.gz` in a folder and name it in `CNNKIT_DATA`.

# %%
import math
import time

import keras
import numpy as np

from cnnkit import datasets, models, plots
from cnnkit.metrics import mcnemar, top_k_error
from cnnkit.training import predict_crops
from cnnkit.training.augment import Augment, AugmentedBatches

plots.use_style()

# %% [markdown]
# ## The data
#
# Ten kinds of things, 32 pixels a side. Cover the titles: how many do you get right?

# %%
cifar = datasets.cifar10()
assert cifar.x_train.shape == (50_000, 32, 32, 3)
plots.show_images(
    cifar.x_train[:20],
    titles=[cifar.classes[y] for y in cifar.y_train[:20]],
    columns=10,
    side=1,
)

# %% [markdown]
# The saved outputs of this lesson come from a copy that was stored as JPEG. That blurs the pixels a little, so the last tenths of a per cent can differ from those on the official files.
#
# ## The paper's augmentation
#
# Pad each side by four pixels, cut 32×32 at random, mirror every second image. That is all. The paper pads with zeros; here the border is mirrored, which leaves no black bars.
#
# **Predict.** How many different images can one photograph become?

# %%
augment = Augment(flip=True, pad=4)
plots.show_images(
    augment(np.repeat(cifar.x_train[4:5], 10, axis=0), rng=0), columns=10, side=1
)

# %% [markdown]
# Nine places across, nine down, two mirrorings: 162.
#
# ## A schedule for four epochs
#
# The authors began with a rate of 0.1 and divided it by ten after 32,000 and 48,000 of 64,000 steps. You have less than 1,600. With so few, let the rate rise for a fifth of the time and then fall in one straight line: large steps while there is much to learn, and none left at the end.

# %%
EPOCHS, BATCH, PEAK = 4, 128, 0.2
batches = AugmentedBatches(
    cifar.x_train, cifar.y_train, batch_size=BATCH, augment=augment, workers=1, seed=0
)
steps = EPOCHS * len(batches)
rates = np.interp(
    np.arange(steps), [0, 0.2 * steps, steps], [PEAK / 10, PEAK, PEAK / 1000]
)
plots.show_curves({"yours": rates}, xlabel="step", ylabel="learning rate")


# %%
class Schedule(keras.callbacks.Callback):
    """Set the rate of each step."""

    step = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = float(rates[self.step])
        self.step += 1


# %% [markdown]
# ## Train

# %%
keras.utils.set_random_seed(0)
yours = models.CifarResNet(20)
assert sum(math.prod(w.shape) for w in yours.trainable_weights) == 269_722

optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True, weight_decay=0.005)
optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
yours.compile(
    optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
start = time.perf_counter()
history = yours.fit(
    batches,
    validation_data=(cifar.x_test, cifar.y_test),
    validation_batch_size=500,
    epochs=EPOCHS,
    callbacks=[Schedule()],
    verbose=0,
).history
minutes = (time.perf_counter() - start) / 60
plots.show_curves(
    {
        "training": 100 * np.array(history["accuracy"]),
        "test": 100 * np.array(history["val_accuracy"]),
    },
    x=range(1, EPOCHS + 1),
    ylabel="% right",
)

# %%
# NBVAL_IGNORE_OUTPUT
accuracy = history["val_accuracy"][-1]
print(f"{accuracy:.1%} of the test photographs are right, after {minutes:.1f} minutes")

# %%
assert accuracy > 0.75

# %% [markdown]
# The test curve limps while the rate is high and jumps when it falls. Large steps keep the weights bouncing around the valley; the small ones at the end let them drop to its floor.
#
# ## Beside the paper
#
# `weights="cnnkit"` is the same network after 12 such epochs, trained by `data/train_cifar10.py`. Table 6 of the paper gives an error of 8.75 % for ResNet-20.

# %%
# NBVAL_IGNORE_OUTPUT
shipped = models.CifarResNet(20, weights="cnnkit")
probabilities = {
    "yours": yours.predict(cifar.x_test, batch_size=500, verbose=0),
    "shipped": shipped.predict(cifar.x_test, batch_size=500, verbose=0),
}
guesses = {name: p.argmax(axis=1) for name, p in probabilities.items()}
errors = {name: 100 * np.mean(g != cifar.y_test) for name, g in guesses.items()}
plots.show_bars(
    {
        f"yours, {EPOCHS} epochs": errors["yours"],
        "shipped, 12 epochs": errors["shipped"],
        "paper, about 164 epochs": 8.75,
    },
    title="test error",
    unit="{:.2f} %",
)

# %%
assert errors["shipped"] < 17 and errors["shipped"] < errors["yours"]

# %% [markdown]
# Same 269,722 weights, same kind of data. What is different?
#
# - **Time.** The paper's 64,000 steps of 128 images are 164 passes over 50,000 photographs. This is the largest part.
# - **Pixels.** The saved run saw JPEG copies.
# - **Details.** The paper subtracts the mean of each pixel, pads with zeros and decays the weights less. With four epochs none of these shows.
#
# One more pass of training costs you more than a minute. Ten times more training costs the paper's last few per cent: errors fall slower and slower.
#
# ## Is the shipped one better, or lucky?
#
# Count only the photographs on which the two differ. That is McNemar's test, of lesson 5.

# %%
# NBVAL_IGNORE_OUTPUT
result = mcnemar(cifar.y_test, guesses["yours"], guesses["shipped"])
print(result)

# %%
assert result.p_value < 0.001

# %% [markdown]
# ## Ten looks are better than one
#
# Cut the four corners and the middle at 28×28, and mirror each. The network averages over the image before it classifies, so it takes any size. The mean of the ten answers is the answer.
#
# **Predict.** Each crop is smaller than what the network was trained on. Will ten crops still help?

# %%
# NBVAL_IGNORE_OUTPUT
small = models.CifarResNet(20, input_shape=(28, 28, 3))
small.set_weights(shipped.get_weights())
sample = slice(0, 2_000)
views = {
    "whole image": probabilities["shipped"][sample],
    "ten crops": predict_crops(small, cifar.x_test[sample], batch_size=500),
}
for name, p in views.items():
    top1, top3 = (100 * top_k_error(cifar.y_test[sample], p, k=k) for k in (1, 3))
    print(f"{name:12}  top-1 error {top1:4.1f} %   top-3 error {top3:4.1f} %")

# %% [markdown]
# TEN_CROP_TEXT
#
# ## What it gets wrong
#
# Its most confident mistakes. Would you have known?

# %%
# NBVAL_IGNORE_OUTPUT
sure = probabilities["shipped"].max(axis=1)
wrong = np.flatnonzero(guesses["shipped"] != cifar.y_test)
worst = wrong[np.argsort(-sure[wrong])][:16]
plots.show_images(
    cifar.x_test[worst],
    titles=[
        f"{cifar.classes[cifar.y_test[i]]}\n→ {cifar.classes[guesses['shipped'][i]]}"
        for i in worst
    ],
    columns=8,
    side=1.2,
)

# %%
# NBVAL_IGNORE_OUTPUT
table = plots.show_confusion(
    cifar.y_test, {"shipped": guesses["shipped"]}, cifar.classes, side=5
)["shipped"]

# %%
pets = table[3, 5] + table[5, 3]
others = table.sum() - np.trace(table)
assert pets > 0.08 * others  # one of 45 pairs, and a good part of all mistakes

# %% [markdown]
# Cats and dogs. The network of week 1, with two thirds of the photographs right, confused whole groups of animals. This one has learned what fur, wheels and wings look like; it is left with what is hard for you too at 32 pixels.
#
# ## Summary
#
# - A residual network of 0.27 M weights learns most of CIFAR-10 in ten minutes on two cores. The last per cent take a hundred times longer.
# - For few epochs, a rate that rises and falls to zero beats a high one with steps.
# - The augmentation of the paper is two lines: shift by up to four pixels, mirror.
# - Compare networks on the same test images, and say what was different: time, pixels, padding, decay.
#
# ## Questions
#
# **1.** In the first epochs the accuracy on the test photographs can lie below that on the training ones, although every training image was distorted. Why?
#
# <details><summary>Answer</summary>
#
# Batch normalisation. In training it uses the numbers of the batch at hand; in the test it uses running averages, which lag behind while the weights move fast. When the rate falls, the averages catch up.
#
# </details>
#
# **2.** Your 10,000 test photographs give an error of 20 %. How far could another 10,000 of the same kind be off by chance?
#
# <details><summary>Answer</summary>
#
# The standard error is √(0.2 · 0.8 / 10,000) = 0.4 %. So ±0.8 % covers 19 cases of 20.
#
# </details>
#
# **3.** Why does the test for equal accuracies count only the photographs on which the networks differ?
#
# <details><summary>Answer</summary>
#
# A photograph that both get right, or both get wrong, says nothing about which is better. Under "equally good", the others fall to either side like a fair coin.
#
# </details>
#
# ## Exercises
#
# 1. Set `residual=False`. At depth 20, how much is lost in four epochs? And at depth 32?
# 2. Leave the augmentation out. Compare training and test accuracy at the end.
# 3. Replace the schedule by a constant rate of 0.1. Where do you end?
