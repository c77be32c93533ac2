# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Part 2: Kuzushiji-49 and imbalance
#
# The ten characters of [Part 1a](part1a.md) had equally many training images each, because somebody cut
# them to one number. A book is not like that: some characters stand on every line and some once in a
# chapter. Kuzushiji-49 has nearly all of hiragana, and the rare ones are rare in it. This part asks what
# unequal counts do to a network, which remedies there are, and how one can tell whether a remedy has
# helped. You need no Japanese, the ideas of [Part 1b](part1b.md), and twenty minutes.
#
# Two rules hold throughout. Every number is printed by a cell. And the test images are looked at once, in
# the last section, after everything has been decided: until then a part of the *training* images plays
# their role.

# %%
import matplotlib.pyplot as plt
import numpy as np
from course import data, grid, named, setting, show  # small helpers, in course.py beside this file

import kuzushiji
from kuzushiji.datasets import Dataset, shifted_holdout
from kuzushiji.evaluation import accuracy, balanced_accuracy, compare, stratified_bootstrap, wilson

# %% [markdown]
# ## 1. The counts
#
# First which images we have. The notebook takes the official Kuzushiji-49 if it is in the cache (or can be
# had) and `k49-sample` otherwise. The sample has the same classes, but it is *not* Kuzushiji-49: the
# characters of Kuzushiji-MNIST are whole, and all others are cut down to a small fraction. That makes it
# far more imbalanced than the original, so the effects below are larger than life, and what is measured on
# it is to be called "on k49-sample".

# %%
K49 = data("k49", "k49-sample")
whole = kuzushiji.load(K49, "train")
classes, names = whole.classes, named(whole.classes)
counts = np.bincount(whole.labels, minlength=len(classes))
print(f"{len(whole):,} training images in {len(classes)} classes")
for i in (*counts.argsort()[:3], *counts.argsort()[-3:]):
    print(f"  {names[i]}: {counts[i]:,}")
print(f"the commonest class has {counts.max() / counts.min():.0f} times as many as the rarest")

# %% [markdown]
# The counts of the official set are in the package. (They come from the published label files.)

# %%
from kuzushiji.datasets.registry import K49_CLASSES, K49_TRAIN_COUNTS

true_counts = np.array([K49_TRAIN_COUNTS[K49_CLASSES.index(c)] for c in classes])
rarest = ", ".join(f"{names[i]}: {true_counts[i]}" for i in true_counts.argsort()[:3])
print(
    f"Kuzushiji-49: {true_counts.sum():,} training images; rarest {rarest}; commonest {true_counts.max():,}"
)
print(f"the commonest class has {true_counts.max() / true_counts.min():.0f} times as many as the rarest")

order = true_counts.argsort(kind="stable")[::-1]
figure, axes = plt.subplots(figsize=(9, 2.6), layout="constrained")
axes.semilogy(true_counts[order], "x", label="official Kuzushiji-49")
axes.semilogy(counts[order], "o", fillstyle="none", label="the images of this notebook")
axes.set_xticks(range(len(classes)), [names[i].split()[0] for i in order])
axes.set_ylabel("training images")
axes.legend(frameon=False)
show(figure, "Training images of each of the 49 classes, on a logarithmic scale")

# %% [markdown]
# Why these? ゑ (*we*) and ゐ (*wi*) write two sounds that had merged with *e* and *i* centuries before these
# books were made, so they survive only where spelling is older than speech. え (*e*) is rare because the
# old spelling writes many an *e* as へ (*he*). The commonest are endings and particles, which every
# sentence needs. The counts belong to the language: collect ten times as many pages, and the curve keeps
# its shape.
#
# (The level part at the left is no law of language but a cap: the publisher kept at most so many images of
# a class. On the page itself the difference is larger still.)
#
# ## 2. Two kinds of accuracy
#
# Let us call a class **rare** if it has less than half of the images of the commonest, and the others
# **common**. Now imagine a reader who has never heard of the rare ones. It reads every common character
# without a mistake, and takes every rare one for the commonest character. No network is needed to see how
# it would score:

# %%
rare = counts < counts.max() / 2
print(f"{rare.sum()} rare classes, {(~rare).sum()} common ones")

answers = np.where(rare[whole.labels], counts.argmax(), whole.labels)
print("accuracy         ", accuracy(whole.labels, answers))
print("balanced accuracy", balanced_accuracy(whole.labels, answers))

# %% [markdown]
# **Accuracy** is the share of images that were read rightly; every image has one vote. **Balanced
# accuracy** takes this share in each class by itself (the *recall* of the class) and averages over the
# classes, so every class has one vote. For Kuzushiji-49 the publishers ask for the second, and now it is
# plain why: the reader above cannot read one rare character, and plain accuracy hardly notices.
#
# Neither is the right one as such. If you transcribe books and count wrong letters, every image has one
# vote. If you want to find every place where ゑ is written, the class is what matters. What is wrong is to
# quote the one and mean the other, so we shall always print both.
#
# The brackets are 95 % intervals. For balanced accuracy the interval is wide where classes are small, and
# this will matter more than anything else in this part.
#
# ## 3. A network that was told nothing
#
# Each remedy below is measured on the same small network, with the same augmentation, the same optimizer
# and the same number of training images seen. The training is short and sets no record; the comparison is
# the point.
#
# To choose between remedies we hold out a tenth of each class: whole clusters of look-alikes, since a
# random tenth flatters ([Part 1b](part1b.md)). In a small class that is a handful. Keep that in view too.


# %%
def some(n):
    """How many of a class's n images to use: all of them, or a few in the fast setting."""
    return setting(n, min(n, max(12, n // 3), 200))


def first(dataset, take):
    """The first ``take(n)`` of each class's n images."""
    n = np.bincount(dataset.labels, minlength=len(dataset.classes))
    rows = np.sort(np.concatenate([np.flatnonzero(dataset.labels == c)[: take(n[c])] for c in range(len(n))]))
    return Dataset(dataset.name, dataset.split, dataset.images[rows], dataset.labels[rows], dataset.classes)


used = first(whole, some)
keep, held = shifted_holdout(used, seed=0)
truth = used.labels[held]
seen = np.bincount(used.labels[keep], minlength=len(classes))
print(f"{len(keep):,} images to learn from, {len(held):,} held out")
print(f"of these {rare[truth].sum():,} in the {len(np.unique(truth[rare[truth]]))} rare classes")

# %%
import keras
from keras import ops

from kuzushiji import models
from kuzushiji.models.cost import cost
from kuzushiji.training import Assembled, Augment, Fit, Loop, Part, Recipe, logits

learning = Assembled(
    used.classes,
    train=Part(used.images[keep], used.labels[keep]),
    validation=Part(used.images[held], used.labels[held]),
)
EPOCHS = max(1, round(setting(113_000, 1) / len(learning.train)))
AUGMENT = Augment(rotation=10, scale=0.1, shear=0.12, shift=0.08)


def network():
    """The same small residual network for everyone."""
    return models.create(
        "residual", len(classes), 28, stem=(16,), stem_stride=2, widths=(32, 64), blocks=(0, 1), tail=96
    )


def train(own_loss=None, seed=0, **fit):
    """Trains a fresh network; ``fit`` as in a recipe, ``own_loss`` in place of the recipe's."""
    keras.utils.set_random_seed(seed)
    recipe = Recipe(
        augment=AUGMENT,
        fit=Fit(
            epochs=EPOCHS, optimizer="muon", learning_rate=0.02, weight_decay=0.01, ema=0.99, seed=seed, **fit
        ),
    )
    model = network()
    Loop(model, recipe, learning, loss=own_loss).run()
    return model


about = cost(network())
print(f"{about.parameters:,} parameters, {about.macs / 1e6:.1f} M multiplications a glyph; {EPOCHS} epochs")

# %% [markdown]
# We keep every trained network, and write down how it does on the held-out images: both accuracies, and
# the share of right answers among the images of rare and of common classes.

# %%
trained, scores = {}, {}


def report(name):
    """Prints how ``scores[name]`` do on the held-out part."""
    guess = scores[name].argmax(1)
    print(name)
    print("  accuracy         ", accuracy(truth, guess))
    print("  balanced accuracy", balanced_accuracy(truth, guess))
    for words, part in (("rare", rare[truth]), ("common", ~rare[truth])):
        if part.any():
            print(f"  {words:17}", accuracy(truth[part], guess[part]))


def learn(name, **how):
    """Trains, keeps and reports."""
    trained[name] = train(**how)
    scores[name] = logits(trained[name], learning.validation)
    report(name)


learn("plain")

# %% [markdown]
# Far apart, as the imaginary reader was. What does the network answer when it is shown a rare character?

# %%
guess = scores["plain"].argmax(1)
missed = rare[truth] & (guess != truth)
print(f"rare images misread: {missed.sum():,} of {rare[truth].sum():,}")
if missed.any():
    print(f"of these taken for a common class: {(~rare[guess[missed]]).mean():.0%}")
    which = np.flatnonzero(missed)[:: max(1, missed.sum() // 10)][:10]
    words = [f"{names[truth[i]]}\nas {names[guess[i]]}" for i in which]
    show(
        grid(learning.validation.images[which], words, columns=10, size=0.95),
        "Ten misread images of rare classes, each with its true class and the class it was taken for",
    )

# %% [markdown]
# Is the network blind to what makes these characters different? Section 7 will show that it is not: the
# very same network reads more of them once something has been subtracted from its outputs. It is
# *prejudiced*, and in its training that was rational. A network trained in the ordinary way estimates
#
#     p(class | image)  ∝  p(image | class) · p(class)
#
# The last factor, the **prior**, is how often the class occurs at all. When a smudge could be a common
# sign or a rare one, betting on the common one wins more bets. Measured by plain accuracy the bet is
# right. Measured by balanced accuracy, where all classes count the same, the prior should have been left
# out. Every remedy that follows removes it, at a different place: from the images drawn, from the loss,
# from the logits while training, or from the logits afterwards.
#
# ## 4. Change what is drawn: samplers
#
# The oldest remedy shows rare images more often. A recipe has `sampling_power` for it: a class of *n*
# images is drawn in proportion to *n* to that power, so 1 takes images as they are, 0 draws all classes
# evenly, and a half lies between.

# %%
for power in (1.0, 0.5, 0.0):
    share = seen**power / (seen**power).sum()
    times = share[rare] * len(learning.train) / np.maximum(seen[rare], 1)
    print(
        f"power {power}: {share[rare].sum():4.0%} of a batch is rare;",
        f"a rare image is seen {times.mean():.1f} times an epoch",
    )

learn("sampled, power 0.5", sampling_power=0.5)
learn("sampled evenly", sampling_power=0.0)

# %% [markdown]
# The last number of each line printed first is the price: a network that meets the same few images over
# and over learns those images by heart, and has less time for all the others. Augmentation softens this,
# since no image comes twice in quite the same form.
#
# ## 5. Change what a mistake costs: weighted losses
#
# Instead of drawing rare images more often one can count them more. This is cross-entropy with a weight
# for each class, openly, in a few lines of Keras:


# %%
def weighted(weights):
    """Cross-entropy where an image counts ``weights`` of its class; the mean weight of an image is made 1."""
    weights = ops.convert_to_tensor((weights / weights[learning.train.labels].mean()).astype("float32"))

    def loss(labels, z):
        labels = ops.reshape(ops.cast(labels, "int64"), (-1,))
        own = ops.take_along_axis(ops.log_softmax(z, axis=-1), labels[:, None], axis=-1)[:, 0]
        return -ops.mean(ops.take(weights, labels) * own)

    return loss


# %% [markdown]
# Which weights? The **inverse frequency** 1/n gives every class the same total. The **effective number**
# (Cui and others, 2019, arXiv:1901.05555) argues that the thousandth picture of a class adds less than the
# tenth, since it resembles one that was there already: a class of *n* images counts as (1 - βⁿ) / (1 - β)
# different ones, and the weight is one over that.

# %%
BETA = 0.999
n = np.maximum(seen, 1).astype(float)
inverse = 1 / n
effective = (1 - BETA) / (1 - BETA**n)
for words, w in (("inverse frequency", inverse), ("effective number", effective)):
    print(f"{words}: an image of the rarest class counts {w.max() / w.min():.0f} times one of the commonest")

learn("weighted, inverse frequency", own_loss=weighted(inverse))
learn("weighted, effective number", own_loss=weighted(effective))

# %% [markdown]
# ## 6. Leave the prior out while learning: balanced softmax
#
# Look at the formula again. If the prior is what disturbs, hand it to the network while it learns, so that
# it need not learn it: add the logarithm of each class's share to its logit in the loss, and leave it away
# when reading. The logits that remain have to explain the image alone. This is **balanced softmax** (Ren
# and others, 2020, arXiv:2007.10740), and a recipe has it as `loss = "balanced-softmax"`. No image is
# drawn twice as often, none counts double; the loss is as simple as this (the package's own is
# `kuzushiji.training.fitting.losses`):


# %%
def balanced_softmax(labels, z):
    """Cross-entropy of the logits plus the log prior."""
    z = z + ops.convert_to_tensor(np.log(n / n.sum()).astype("float32"))
    labels = ops.reshape(ops.cast(labels, "int64"), (-1, 1))
    return -ops.mean(ops.take_along_axis(ops.log_softmax(z, axis=-1), labels, axis=-1))


from kuzushiji.training.fitting import losses

few = ops.convert_to_tensor(truth[:64]), ops.convert_to_tensor(scores["plain"][:64])
theirs, ours = losses.make("balanced-softmax", seen)(*few), balanced_softmax(*few)
print(f"the package's loss {float(theirs):.4f}, ours {float(ours):.4f}")

learn("balanced softmax", loss="balanced-softmax")

# %% [markdown]
# ## 7. Take the prior out afterwards: logit adjustment
#
# If training put the prior in, one can subtract it from the finished network: from each logit, τ times the
# logarithm of the class's share (Menon and others, 2021, arXiv:2007.07314). No training at all. τ = 0 is
# the network as it was, τ = 1 is what the formula asks for, and since no network follows the formula
# exactly we try others, **on the held-out images**. Choosing τ on the test images would be choosing the
# answer.

# %%
taus = np.linspace(-0.5, 2, 26)
log_prior = np.log(n / n.sum())


def adjusted(z, tau):
    """Logits without tau times the log prior."""
    return z - tau * log_prior


figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), sharey=True, layout="constrained")
best_tau = {}
for place, name in zip(axes, ("plain", "balanced softmax"), strict=True):
    guesses = [adjusted(scores[name], tau).argmax(1) for tau in taus]
    micro = [accuracy(truth, g).value for g in guesses]
    macro = [balanced_accuracy(truth, g) for g in guesses]
    best_tau[name] = float(taus[np.argmax([m.value for m in macro])])
    place.plot(taus, micro, "--", label="accuracy")
    place.plot(taus, [m.value for m in macro], label="balanced accuracy")
    place.fill_between(taus, [m.low for m in macro], [m.high for m in macro], alpha=0.2)
    place.set_title(f"{name}: best balanced at τ = {best_tau[name]:.1f}")
    place.set_xlabel("τ")
axes[0].legend(frameon=False)
show(figure, "Accuracy and balanced accuracy of two networks against tau, on held-out images")

TAU = best_tau["plain"]
scores["plain, adjusted"] = adjusted(scores["plain"], TAU)
print(f"τ = {TAU:.1f}")
report("plain, adjusted")

# %% [markdown]
# Left is the dial in full: turning τ up sells common characters for rare ones. The two curves have their
# peaks at different places, and no setting is best at both. Right is the network that was trained with the
# prior taken out. Its peak should lie near zero, for there is nothing left to subtract. The band is the 95
# % interval, and it is wide against the hill: a τ read off such a curve is good to a few tenths.
#
# ## 8. The noise of the seed
#
# One more thing before the test. Everything above was trained once. Train the same thing again with
# another seed, which changes the first weights, the order of images and the augmentation, and the result
# is another. By how much? We repeat two of the trainings.

# %%
for name, how in (("plain", {}), ("balanced softmax", {"loss": "balanced-softmax"})):
    learn(f"{name}, other seed", seed=1, **how)
    a, b = (balanced_accuracy(truth, scores[s].argmax(1)).value for s in (name, f"{name}, other seed"))
    print(f"  {name}: balanced accuracy differs by {100 * abs(a - b):.2f} points between two seeds\n")

# %% [markdown]
# Two seeds are no statistics. But they are a yardstick: a difference between two remedies that is no
# larger than the difference between two seeds of one remedy tells us nothing.
#
# ## 9. The test, once
#
# All is decided: the networks are trained, τ is chosen. Now we open the test images, and read them once.

# %%
test = first(kuzushiji.load(K49, "test"), lambda n: setting(n, min(n, 6)))
support = np.bincount(test.labels, minlength=len(classes))
print(f"{len(test):,} test images; {support[rare].min()} to {support[rare].max()} in a rare class,", end=" ")
print(f"{support[~rare].min()} to {support[~rare].max()} in a common one")

final = {name: logits(model, Part(test.images, test.labels)) for name, model in trained.items()}
final["plain, adjusted"] = adjusted(final["plain"], TAU)
answers = {name: z.argmax(1) for name, z in final.items()}
is_rare = rare[test.labels]

# %% [markdown]
# Before the table, how much can these test images tell? In a rare class one image more or less moves the
# recall of the class by this much, and a class that gets four of five right is known no better than this:

# %%
few = int(support[rare].min())
print(f"one image of {few} is {1 / few:.1%} of the class")
print(f"{round(0.8 * few)} right of {few}:", wilson(round(0.8 * few), few))
print(
    f"{round(0.8 * is_rare.sum())} right of all {is_rare.sum()} rare images:",
    wilson(round(0.8 * is_rare.sum()), is_rare.sum()),
)

# %% [markdown]
# So nothing can be said about a single rare class. About all of them together, something can.


# %%
def interval(e):
    """An estimate in short."""
    return f"{100 * e.value:5.1f} [{100 * e.low:5.1f}, {100 * e.high:5.1f}]"


print(f"{'%':29} {'accuracy':21} {'balanced accuracy':21} {'rare images':21} common images")
for name in sorted(answers):
    guess = answers[name]
    measured = (
        accuracy(test.labels, guess),
        balanced_accuracy(test.labels, guess),
        accuracy(test.labels[is_rare], guess[is_rare]),
        accuracy(test.labels[~is_rare], guess[~is_rare]),
    )
    print(f"{name:29}", " ".join(f"{interval(e):21}" for e in measured).rstrip())

# %% [markdown]
# Intervals that overlap do not prove that two rows are equal: all rows were measured on the *same* images
# and fail on much the same ones. The difference is better known than either figure. So we compare pairs:
# how large is the difference in balanced accuracy, with an interval from drawing the test images again and
# again inside each class (a bootstrap), and on how many rare images is one right and the other wrong? The
# last column is McNemar's test of that: how often chance alone would make two equally good rows so
# different. Do not hunt in it. Among twenty rows without any difference one is expected to show less than
# 0.05.


# %%
def gain(a, b):
    """Balanced accuracy of answers a minus that of b, with a bootstrap interval."""
    better = (a == test.labels).astype(float) - (b == test.labels)
    share = 1 / support[test.labels] / (support > 0).sum()
    return stratified_bootstrap(test.labels, lambda rows: float((better * share)[rows].sum()))


def signed(e):
    """A difference in points."""
    return f"{100 * e.value:+5.1f} [{100 * e.low:+5.1f}, {100 * e.high:+5.1f}]"


def table(against):
    """Every row against one."""
    print(f"{'against ' + against:29} {'balanced, points':22} {'rare images: points':22} p")
    for name in sorted(answers):
        if name != against:
            pair = compare(
                (answers[name] == test.labels)[is_rare], (answers[against] == test.labels)[is_rare]
            )
            p = "<0.001" if pair.p_value < 0.001 else f"{pair.p_value:.3f}"
            balanced = gain(answers[name], answers[against])
            print(f"{name:29} {signed(balanced):22} {signed(pair.difference):22} {p}")


table("plain")

# %%
table("plain, adjusted")

# %%
figure, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
for name, guess in answers.items():
    x, y = (accuracy(test.labels[part], guess[part]) for part in (~is_rare, is_rare))
    bars = {"xerr": [[x.value - x.low], [x.high - x.value]], "yerr": [[y.value - y.low], [y.high - y.value]]}
    axes.errorbar(x.value, y.value, fmt="o", capsize=2, lw=0.8, label=name, **bars)
axes.set_xlabel("right among common images")
axes.set_ylabel("right among rare images")
axes.legend(frameon=False, fontsize=7, bbox_to_anchor=(1, 1), loc="upper left")
show(figure, "Every remedy as a point: share right among common and among rare images, with 95 % intervals")

# %% [markdown]
# ## What to conclude
#
# - **There is no free lunch, but there is a dial.** In the figure, up is better for the rare, right is
#   better for the common. A remedy is good if it goes up without going left. Report both, always.
# - **Look at the table against "plain, adjusted" before you train anything.** That row cost one
#   subtraction. A remedy that needs a training of its own has to be better than that row by more than its
#   interval and by more than two seeds differ.
# - **The rare column rests on few images.** The intervals say how far the ranking of the remedies would
#   hold with other test images of the same kind. Where they cross zero, the honest sentence is "we could
#   not tell".
# - **What is measured here is measured here**: one small network, a short training, one data set (and if
#   it was `k49-sample`, with an imbalance beyond the official one). With a longer training rare images are
#   seen more often by everyone, and the remedies come closer together. In the literature balanced softmax
#   and logit adjustment do well, and plain reweighting does badly when there are very many classes; this
#   is one reason why the package's reader for 3,881 characters is trained with balanced softmax and a
#   moderate sampler.
# - **Whose prior?** Leaving the prior out is right if all classes matter alike. On a page a few dozen kana
#   are most of the signs, and there the language's own frequencies are the right prior: one may put them
#   back, by the same formula with the opposite sign. The shipped reader does so with a fraction of it
#   (`kuzushiji.training.shipping.class_prior`), a point on the dial between the two accuracies.
#
# [Part 3](part3.md) goes on where there is hardly anything to count: 3,832 kanji, and for many of them a
# single image.
