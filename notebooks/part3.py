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
# # Part 3: kanji and the long tail
#
# Kuzushiji-Kanji has thousands of classes, and for a great many of them a handful of images or just one.
# This part asks how anything can be learned from one example, meets the reader that ships with the
# package, asks whether its confidence can be believed, and reads characters from a photograph of a page.
# You need no Japanese, the ideas of [Part 1b](part1b.md) and [Part 2](part2.md), and about twenty-five
# minutes.
#
# As before, every number is printed by a cell, and the test images are read once, in the last section.

# %%
import matplotlib.pyplot as plt
import numpy as np
from course import data, grid, named, setting, show  # small helpers, in course.py beside this file

import kuzushiji
from kuzushiji.characters import lookup, reading_of
from kuzushiji.datasets import Dataset
from kuzushiji.evaluation import accuracy, evaluate, wilson

# %% [markdown]
# ## 1. The curve
#
# The publisher gives no split of these images, so the package has one of its own, fixed for ever by the
# names of the files: a tenth of each class for validation, a tenth for the test, and classes of one or two
# images for training only.

# %%
KKANJI = data("kkanji")
train, validation = kuzushiji.load(KKANJI, "train"), kuzushiji.load(KKANJI, "validation")
classes, names = train.classes, named(train.classes)
counts = np.bincount(train.labels, minlength=len(classes))
print(f"{len(train):,} training images of {train.images.shape[1:]} pixels in {len(classes):,} classes")
print(f"classes with one training image: {(counts == 1).sum():,}; five or fewer: {(counts <= 5).sum():,}")

ranked = np.sort(counts)[::-1]
half = int(np.searchsorted(ranked.cumsum(), ranked.sum() / 2)) + 1
print(f"half of all training images are of the {half} commonest classes")

figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
axes.loglog(np.arange(1, len(ranked) + 1), ranked, ".", markersize=2)
axes.set_xlabel("classes, the commonest first")
axes.set_ylabel("training images")
show(
    figure,
    "Training images against rank of the class, both logarithmic; it falls ever more steeply",
)

# %% [markdown]
# A few classes are very large, and very many are tiny; the words of any language are spread much like this
# (Zipf's law). The further right, the more steeply the curve falls, and the steps at its end are whole
# crowds of classes with two images or one. Collecting more pages does not cure it: new pages bring new
# rare characters with them.
#
# Here are some characters from either end, with a meaning. A reader of old books needs the rare end as
# much as the common one: the rare characters are just those that one would look up.

# %%
common = counts.argsort(kind="stable")[::-1][:5]
single = np.array([c for c in np.flatnonzero(counts == 1) if lookup(classes[c]).gloss])
single = single[np.linspace(0, len(single) - 1, min(5, len(single))).astype(int)]
for words, chosen in (("commonest", common), ("one image", single)):
    for c in chosen:
        gloss = lookup(classes[c]).gloss or "no gloss"
        print(f"{words}: {classes[c]}  {reading_of(classes[c])}: {gloss.split(';')[0]}")

chosen = np.concatenate([common, single])
examples = np.array([np.flatnonzero(train.labels == c)[0] for c in chosen])
show(
    grid(train.images[examples], [classes[c] for c in chosen], columns=len(chosen)),
    "One image each of the five commonest characters and of five that have a single training image",
)

# %% [markdown]
# ## 2. Learning from one example
#
# A network with one output a class learns a class by being shown it many times. One image is not many
# times. But a person who can read *some* characters can match two pictures of one that is new to them.
# What they have learned is not the character; it is **what makes two pictures the same**.
#
# An **embedding** is that skill as a function: picture in, a list of numbers out, and pictures of the same
# character come out close together. We get one for free: train a classifier and take the layer before its
# outputs. Does it carry over to characters that were never among the outputs? To find out we keep some
# characters away from a network altogether. Let us call them the **strangers**.


# %%
def at_most(dataset, n, only=None, seed=0):
    """Rows of at most n images of each class (of the classes ``only``), drawn by chance."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(dataset))
    if only is not None:
        rows = rows[np.isin(dataset.labels[rows], only)]
    order = rows[np.argsort(dataset.labels[rows], kind="stable")]
    labels = dataset.labels[order]
    nth = np.arange(len(order)) - np.searchsorted(labels, labels)
    return np.sort(order[nth < n])


from kuzushiji.images import resize_glyphs

tested = np.unique(validation.labels)
enough = np.intersect1d(np.flatnonzero(counts >= 10), tested)
enough = enough[:: max(1, setting(1, len(enough) // 40))]
strangers, school = enough[::4], np.setdiff1d(enough, enough[::4])
print(f"characters with ten training images or more: {len(enough):,}")
print(f"the network learns {len(school):,} of them; {len(strangers):,} are strangers to it")

lesson = at_most(train, 40, school)
support = at_most(train, 20, strangers)  # examples of the strangers, used only after training
queries = np.flatnonzero(np.isin(validation.labels, strangers))[:: setting(1, 4)]
print(f"{len(lesson):,} images to learn from, {len(queries):,} images of strangers to recognise")

# %% [markdown]
# The network is small and its training short. We bring all to 28 pixels, and let the last layer compare
# *directions*, so that only the angle between embeddings matters. A second network, the same in every
# other way, goes to another school: it sees as many images, but all of them are of the ten kana of
# Kuzushiji-MNIST.

# %%
import keras

from kuzushiji import models
from kuzushiji.training import Assembled, Augment, Fit, Loop, Part, Recipe, logits

SIDE, SEEN = 28, setting(180_000, 1)  # pixels; images that a network is shown, repetitions included


def taught(images, labels, names):
    """The embedding, a Keras model, of a small network that has learned to tell these classes apart."""
    keras.utils.set_random_seed(0)
    net = models.create(
        "residual",
        len(names),
        SIDE,
        stem=(16,),
        stem_stride=2,
        widths=(32, 64),
        blocks=(0, 1),
        tail=96,
        pool="quarters",
        features=128,
        cosine_scale=20.0,
    )
    recipe = Recipe(
        augment=Augment(rotation=10, scale=0.1, aspect=0.1, shear=0.15, shift=0.08, elastic=0.03, stroke=0.4),
        fit=Fit(
            epochs=max(1, round(SEEN / len(images))),
            optimizer="muon",
            learning_rate=0.02,
            weight_decay=0.01,
            ema=0.99,
        ),
    )
    Loop(net, recipe, Assembled(tuple(names), Part(resize_glyphs(images, SIDE), labels), None)).run(
        on_epoch=lambda e: print(
            f"epoch {e.epoch}: loss {e.loss:.2f}, {e.images_per_second:.0f} images a second"
        )
    )
    return keras.Model(net.input, net.get_layer("embedding").output)


print(f"{len(school):,} kanji")
kanji_eye = taught(
    train.images[lesson], np.searchsorted(school, train.labels[lesson]), [classes[c] for c in school]
)
ten = kuzushiji.load(data("kmnist"), "train")
some = np.arange(0, len(ten), setting(1, max(1, len(ten) // 500)))
print(f"{len(ten.classes)} kana")
kana_eye = taught(ten.images[some], ten.labels[some], ten.classes)

# %% [markdown]
# Now four ways to describe the strangers' pictures: the bare pixels; the embedding of the network that has
# learned ten kana and not one kanji; that of the one that has learned other kanji; and that of the
# package's default reader. The last is no fair player: it has been trained on these very characters, so it
# shows where the ceiling is.

# %%
from kuzushiji.evaluation import embeddings

reader = kuzushiji.Reader(threads=1)  # the default model
info = reader.model.info
print(f"default model: {info.name}, {len(info.classes):,} classes, {info.size} px")


def unit(x):
    """Rows at length one."""
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)


def described(images):
    """The four descriptions of images, each float (n, d) with rows of length one."""
    small = Part(resize_glyphs(images, SIDE), np.zeros(len(images), int))
    return {
        "pixels": unit(small.images.reshape(len(images), -1).astype(np.float32)),
        "ten kana": unit(logits(kana_eye, small)),
        "other kanji": unit(logits(kanji_eye, small)),
        f"the {info.name} model": unit(embeddings(reader.model, images)),
    }


known, asked = described(train.images[support]), described(validation.images[queries])
known_labels, asked_labels = train.labels[support], validation.labels[queries]
print({name: x.shape[1] for name, x in known.items()}, "numbers a picture")

# %% [markdown]
# One-shot recognition: draw **one** example of each stranger, and take each query for the stranger whose
# example is nearest. With more examples of each, take the nearest **prototype**, the mean of the examples
# of a class. Chance decides which examples are drawn, so we draw ten times and show the mean and the
# range.


# %%
def prototypes(x, labels, k, rng):
    """Means of k examples of each stranger, rows of length one."""
    chosen = [rng.choice(np.flatnonzero(labels == c), k, replace=False) for c in strangers]
    return unit(np.stack([x[rows].mean(0) for rows in chosen]))


SHOTS = (1, 2, 5, 10)
print(
    f"share right of {len(asked_labels):,}; {len(strangers)} classes, so chance is {1 / len(strangers):.1%}"
)
print(f"{'examples of each:':22}", *(f"{k:<21}" for k in SHOTS))
curves = {}
for name, x in known.items():
    cells, curves[name] = [], []
    for k in SHOTS:
        rng = np.random.default_rng(k)
        right = []
        for _ in range(10):
            best = (asked[name] @ prototypes(x, known_labels, k, rng).T).argmax(1)
            right.append(float((strangers[best] == asked_labels).mean()))
        curves[name].append(np.mean(right))
        cells.append(f"{np.mean(right):.1%} [{min(right):.1%}, {max(right):.1%}]")
    print(f"{name:22}", *(f"{cell:21}" for cell in cells))
one = curves["other kanji"][0]
print("other kanji, one example, with the interval of the queries:", wilson(one * len(queries), len(queries)))

figure, axes = plt.subplots(figsize=(4.6, 2.8), layout="constrained")
for name, curve in curves.items():
    axes.plot(SHOTS, curve, "o-", label=name)
axes.set_xscale("log")
axes.set_xticks(SHOTS, SHOTS)
axes.set(xlabel="examples of each stranger", ylabel="share right", ylim=(0, 1))
axes.legend(frameon=False, fontsize=7, ncols=2, loc="lower right")
show(figure, "Share of strangers recognised against the number of examples, for four descriptions")

# %% [markdown]
# Compare the rows at one example. What was learned on *other kanji* carries over to kanji that the network
# has never met. This is the whole trick of the long tail: the common classes teach the eye, and then one
# example is worth a great deal. But look at the row of the ten kana as well. Training does not make an
# embedding good at shapes in general; a network that only ever had to tell ten characters apart learns to
# throw away whatever does not help with those ten, and what is left of a stranger is little better than
# its bare pixels, or worse. The eye is taught by *many* characters, of the kind that it will meet: which of
# the two counts for more, this experiment cannot tell.
#
# Compare the columns too. Each further example helps, the first few most.
#
# Here are three strangers with a question mark, and their five nearest examples, first by pixels, then by
# the embedding that has learned other kanji:

# %%
from kuzushiji.evaluation import nearest, vote

picks = np.linspace(0, len(queries) - 1, 3).astype(int)
for name in ("pixels", "other kanji"):
    _, found = nearest(asked[name][picks], known[name], 5)
    rows, words = [], []
    for i, near in zip(picks, found, strict=True):
        rows += [validation.images[queries[i]], *train.images[support[near]]]
        words += [f"{classes[asked_labels[i]]} ?", *(classes[c] for c in known_labels[near])]
    show(grid(np.stack(rows), words, columns=6), f"Three strangers, and their five nearest by {name}")

# %% [markdown]
# ### Prototypes or neighbours?
#
# [Part 1a](part1a.md) showed that one class may hold several shapes, and that the mean of two shapes is no
# shape. With several examples one could keep them all and let the nearest decide, or the nearest few by a
# vote.

# %%
rng = np.random.default_rng(0)
ten = np.concatenate([rng.choice(np.flatnonzero(known_labels == c), 10, replace=False) for c in strangers])
for name in ("pixels", "other kanji"):
    x = known[name][ten]
    mean = unit(np.stack([x[known_labels[ten] == c].mean(0) for c in strangers]))
    print(name)
    print("  nearest prototype ", accuracy(asked_labels, strangers[(asked[name] @ mean.T).argmax(1)]))
    for k in (1, 5):
        distance, near = nearest(asked[name], x, k)
        votes = vote(distance, np.searchsorted(strangers, known_labels[ten][near]), len(strangers))
        print(f"  nearest {k} of all   ", accuracy(asked_labels, strangers[votes.argmax(1)]))

# %% [markdown]
# In bare pixels the shapes of a class lie far apart, the mean falls between them, and the neighbours have
# the better of it. A trained embedding has drawn the shapes of a class together, so there the mean loses
# less, at a tenth of the memory.
#
# ## 3. All classes, bin by bin
#
# Now the real task: all classes at once, and the tail in full. One accuracy would hide the tail, since
# most images are of common classes. So we sort the validation images into bins by the number of *training*
# images that their class has. Three answers compete: the model's own outputs, the nearest prototype, and a
# vote of the five nearest examples, the last two in the model's embedding with at most twenty examples of
# each class.

# %%
corner = np.arange(0, len(classes), setting(1, max(1, len(classes) // 40)))  # the fast setting: some classes
rows = at_most(train, 20, corner)
x, x_labels = unit(embeddings(reader.model, train.images[rows])), train.labels[rows]
present = np.unique(x_labels)
means = unit(np.stack([x[x_labels == c].mean(0) for c in present]))

rows = np.flatnonzero(np.isin(validation.labels, present))
judged = Dataset(KKANJI, "validation", validation.images[rows], validation.labels[rows], classes)
q = unit(embeddings(reader.model, judged.images))
print(f"{len(x):,} examples of {len(present):,} classes; {len(q):,} validation images")

# %%
from kuzushiji.evaluation import by_training_count, ranks_of


def binned(scores):
    """Bins for scores(rows) of the classes ``present``; in blocks, since a row has thousands of them."""
    best, ranks = [], []
    for block in np.array_split(np.arange(len(q)), 1 + len(q) // 2000):
        s = scores(block)
        best.append(present[s.argmax(1)])
        ranks.append(ranks_of(s, np.searchsorted(present, judged.labels[block])))
    return by_training_count(judged.labels, np.concatenate(best), np.concatenate(ranks), counts)


def neighbours(block):
    """Votes of the five nearest examples."""
    distance, near = nearest(q[block], x, 5)
    return vote(distance, np.searchsorted(present, x_labels[near]), len(present))


bins = {"prototypes": binned(lambda block: q[block] @ means.T), "5 neighbours": binned(neighbours)}
KANJI = not set(info.classes).isdisjoint(classes)  # not so while a package ships the ten-kana model alone
if KANJI:
    bins["model's outputs"] = evaluate(reader.model, judged, only_dataset_classes=True).bins

print(f"{'training images':16}{'classes':>8}{'images':>8}", *(f"{name:>23}" for name in bins))
for row in zip(*bins.values(), strict=True):
    cells = (f"{b.accuracy.value:7.1%} [{b.accuracy.low:6.1%},{b.accuracy.high:6.1%}]" for b in row)
    print(f"{row[0].name:16}{row[0].classes:8,}{row[0].images:8,}", *cells)

figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
for name, line in bins.items():
    at = np.arange(len(line))
    low = [b.accuracy.value - b.accuracy.low for b in line]
    high = [b.accuracy.high - b.accuracy.value for b in line]
    axes.errorbar(at, [b.accuracy.value for b in line], yerr=[low, high], fmt="o-", capsize=2, label=name)
axes.set_xticks(at, [b.name for b in line])
axes.set(xlabel="training images of the class", ylabel="share right", ylim=(0, 1))
axes.legend(frameon=False, loc="lower right")
show(figure, "Share right against the number of training images of the class, for three ways to answer")

# %% [markdown]
# On the whole, the more images a class had in training, the better it is read, whichever way one answers,
# and the steepest part is at the left. The leftmost bins are section 2 in earnest: one example or a few,
# and thousands of classes to choose from. Mind the intervals there. Mind also that these images come from
# the same books as the training images: a rare character in a book nobody has trained on is harder.
#
# Where the outputs win over the prototypes, they have learned more than a mean; where the prototypes hold
# their own, they have one great advantage: **a new class costs one line**. Add a row to `means`, and a
# character that is in no training set can be found from now on. Retrain nothing.
#
# The shipped reader has taken the lesson: the outputs above are those of a head in which the mean of a class
# of *n* images weighs 2 / (2 + *n*), and what was learned the rest (`export.prototypes` in
# `recipes/reader.toml`).
#
# ## 4. The reader
#
# The package wraps all this for people who have books rather than data sets. A `Reader` takes pictures and
# gives ranked candidates, each with what is known of the character, and a decision whether it is sure.

# %%
subject = judged
if not KANJI:
    some = np.arange(0, len(ten), max(1, len(ten) // 2000))
    subject = Dataset(ten.name, "train", ten.images[some], ten.labels[some], ten.classes)
for row in np.linspace(0, len(subject) - 1, 3).astype(int):
    reading = reader.read(subject.images[row], top=3)[0]
    print(f"true: {subject.classes[subject.labels[row]]}; sure: {reading.sure} {', '.join(reading.reasons)}")
    for candidate in reading.candidates:
        meaning = (candidate.gloss or candidate.romaji or "").split(";")[0]
        print(f"   {candidate.probability:6.1%} {candidate.char} {candidate.reading}  {meaning}")

# %% [markdown]
# ### Can the percentages be believed?
#
# A network says 90 % easily. The statement has a plain meaning: of all the images where it says 90 %, nine
# in ten should be right. This can be counted. Sort the answers by the stated confidence, and see in each
# group how many are right: the **reliability curve**. Its mean distance from the diagonal is the *expected
# calibration error* (ECE).

# %%
from kuzushiji.evaluation import ece, reliability_curve, risk_coverage

result = evaluate(reader.model, subject)  # all classes of the model compete, its kana too
confidence, correct = result.predictions.confidence, result.predictions.correct
print("accuracy", result.accuracy)
print(f"expected calibration error: {100 * ece(confidence, correct):.2f} points")

curve = reliability_curve(confidence, correct, bins=10)
for b in curve:
    print(f"says {b.confidence:6.1%} on average: right {b.accuracy}, {b.n:,} images")

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
values = [b.accuracy.value for b in curve]
errors = np.array([[b.accuracy.value - b.accuracy.low, b.accuracy.high - b.accuracy.value] for b in curve]).T
left.plot([0, 1], [0, 1], color="grey", linestyle=":")
left.errorbar([b.confidence for b in curve], values, yerr=errors, fmt="o-", capsize=2)
left.set(xlabel="stated confidence", ylabel="share right", title="reliability")
trade = risk_coverage(confidence, correct)
right.plot(trade.coverage, trade.risk)
right.axvline(result.sure_coverage.value, color="grey", linestyle=":")
right.set(xlabel="share answered, most confident first", ylabel="share wrong of these", title="risk-coverage")
show(figure, "Left: share right against stated confidence. Right: share wrong against the share answered")

# %% [markdown]
# Calibration is cheap. One number, the *temperature*, divides all logits; it is chosen after training, on
# images that were held out. It changes no answer, only how loudly it is said. Here are the same logits
# without one, with the model's own, and with one fitted to the very images it is then judged by:

# %%
from kuzushiji.evaluation import fit_temperature

z = reader.model.logits(resize_glyphs(subject.images[:: setting(4, 1)], info.size))
at = np.array([info.classes.index(c) if c in info.classes else -1 for c in subject.classes])
target = at[subject.labels[:: setting(4, 1)]]
temperatures = {"none": 1.0, "the model's own": info.temperature, "fitted here": fit_temperature(z, target)}
for words, t in temperatures.items():
    p = np.exp(z / t - (z / t).max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    print(f"temperature {t:.2f} ({words}): ECE {100 * ece(p.max(1), p.argmax(1) == target):.2f} points")

# %% [markdown]
# The last line is there as a warning: a temperature that is judged on the images it was fitted to always
# looks good. The reader's own was fitted on validation images too, but distorted as in training, to stand
# for writers and books that it has not seen. Whether it is right for them only other books can tell. The
# test images of the last section at least had no part in the choice.
#
# ### Not sure
#
# The right half of the figure is the bargain of *abstention*: the fewer images a reader answers, the fewer
# of its answers are wrong. Where to stop is a decision, and each model has made it in advance: its
# threshold is the widest coverage at which, on held-out images, a wanted share of the answers was right
# with statistical confidence. The dotted line shows where that puts us here.

# %%
print(f"threshold: {info.sure_threshold:.3f}")
print("sure of ", result.sure_coverage)
print("right in", result.sure_precision or "(it was sure of none)", "of those")

# %% [markdown]
# And when it is shown what is no character at all? Let us draw such things: blank paper, noise, a
# landscape, a red seal, a Latin letter, and one honest kana to compare.

# %%
from kuzushiji.images.brush import draw, on_paper
from kuzushiji.images.samples import STROKES

rng = np.random.default_rng(0)
blank = on_paper(np.zeros((80, 80), np.uint8), seed=1)
noise = rng.integers(0, 256, (80, 80), np.uint8)

y, across = np.mgrid[0:1:80j, 0:1:80j]
picture = 220 - 60 * y  # sky
picture[y > 0.45 + 0.15 * np.sin(5 * across)] = 120  # hills
picture[y > 0.7 + 0.05 * np.sin(9 * across)] = 60
picture[(y - 0.2) ** 2 + (across - 0.75) ** 2 < 0.01] = 250  # the sun
picture = np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)

corners = [(0.06, 0.06), (0.94, 0.06), (0.94, 0.94), (0.06, 0.94), (0.06, 0.06)]
marks = [corners[i : i + 2] for i in range(4)]
marks += [[(0.22, v), (0.78, v)] for v in (0.25, 0.42, 0.6, 0.78)]
marks += [[(u, 0.2), (u, 0.8)] for u in (0.3, 0.5, 0.7)]
seal = on_paper(draw(marks, 72, 0.07, wobble=0.008), ink=(190, 50, 40))
stem, bow = [(0.3, 0.05), (0.3, 0.95)], [(0.3, 0.08), (0.75, 0.12), (0.72, 0.42), (0.32, 0.5)]
latin = on_paper(draw([stem, bow, [(0.4, 0.5), (0.8, 0.95)]], 72))
honest = on_paper(draw(STROKES["な"], 72, 0.09, wobble=0.006))

things = {
    "blank": blank,
    "noise": noise,
    "picture": picture,
    "seal": seal,
    "Latin R": latin,
    "kana na": honest,
}
figure, axes = plt.subplots(1, len(things), figsize=(8, 1.6), layout="constrained")
for place, (name, image) in zip(axes, things.items(), strict=True):
    place.imshow(image, cmap="gray", vmin=0, vmax=255)
    place.set_title(name)
    place.set_axis_off()
show(
    figure, "Blank paper, noise, a landscape, a seal, a Latin letter and the kana na, as given to the reader"
)

for name, reading in zip(things, reader.read(list(things.values())), strict=True):
    best = reading.candidates[0]
    why = "sure" if reading.sure else "not sure: " + ", ".join(reading.reasons)
    print(f"{name:8} {best.char} {best.probability:6.1%}  {why}")

# %% [markdown]
# Two guards are at work, and they catch different things. The first looks at the *picture*: no ink, no two
# distinct tones, far too much ink. The second looks at the *answer*: the candidates share the probability
# between them, and the best is below the threshold. Neither knows what a character is. A sign made of
# clean dark strokes passes the first guard, and whether the second stops it is luck as much as judgement:
# a classifier has to put its probability somewhere, and has no class for "none of these". If a line above
# says "sure" of something that is no character, that is the failing one should expect, and the reason why
# the reader's answers are a proposal to somebody who looks.
#
# ## 5. From a photograph to a glyph
#
# The scans from which the data sets were cut are not part of this package, so we paint a page with the
# project's brush: two columns, read from top to bottom and from right to left, on paper that is stained
# and lit from one side.

# %%
COLUMNS = ("なつはきす", "おれをまや")
SIZE, STEP, LEFT = 78, 100, (230, 60)
page = np.zeros((560, 380), np.uint8)
boxes = []  # (character, top, bottom, left, right)
for number, (column, left) in enumerate(zip(COLUMNS, LEFT, strict=True)):
    for i, char in enumerate(column):
        top = 30 + STEP * i
        glyph = draw(STROKES[char], SIZE, 0.09, wobble=0.006, seed=10 * number + i)
        page[top : top + SIZE, left : left + SIZE] = glyph
        boxes.append((char, top, top + SIZE, left, left + SIZE))

photo = on_paper(page, (214, 190, 150), (60, 48, 40), margin=0, grain=6, shade=0.45, seed=3).astype(float)
y, across = np.mgrid[0 : len(photo), 0 : photo.shape[1]]
stain = 1 - 0.25 * np.exp(-((y - 380) ** 2 + (across - 140) ** 2) / 9000)
photo = (photo * stain[..., None]).astype(np.uint8)

figure, axes = plt.subplots(figsize=(3.4, 5), layout="constrained")
axes.imshow(photo)
axes.set_axis_off()
show(figure, "A painted page of two columns of five kana each, darker to the right, with a stain")

# %% [markdown]
# A **crop** is a rectangle around one character. With a real scan one cuts it out in any image program;
# here it is an array slice. Leave a little paper around the character, about a twentieth of its size on
# each side, and as little as possible of its neighbours.


# %%
def crop(box, room=0.06):
    """The rectangle of a box with some room around it, a share of its size."""
    _, top, bottom, left, right = box
    r = round(room * (bottom - top))
    return photo[max(0, top - r) : bottom + r, max(0, left - r) : right + r]


first = crop(boxes[0])
print("a crop:", first.shape, first.dtype)

# %% [markdown]
# The way from there to what a network sees has six steps. They make of a crop what the publisher made of
# theirs. Each is a public function of `kuzushiji.images`, so we can watch.

# %%
from kuzushiji.images import read_image, to_glyph
from kuzushiji.images.fit import place
from kuzushiji.images.frame import frame
from kuzushiji.images.paper.ink import calm, even_paper, ink_map, is_light_on_dark, tones

grey = read_image(first)  # 1. grey, upright, 8 bits
measured = tones(grey[::2, ::2])
print(f"2. tones: paper {measured.paper:.0f}, ink {measured.ink:.0f}, between them at {measured.threshold}")
quiet = calm(grey, measured.contrast)  # blurs only what is noisier than any scan
print("   light ink on dark paper?", is_light_on_dark(quiet, measured.threshold))

even = even_paper(quiet)  # 3. slow shadows divided out, where they are strong
rim = int(0.05 * max(even.shape))
measured = tones(even[rim:-rim, rim:-rim])
ink = ink_map(even, measured)  # 4. paper to 0, ink to 255, a short ramp between
found = frame(ink)  # 5. which part is the character
print("5. the character's box (left, top, right, bottom):", tuple(round(float(v), 1) for v in found.box))
if found.foreign is not None:
    ink[found.foreign] = 0  # a neighbour's strokes
glyph = place(ink, found.box, 64)  # 6. the longer side fills the square
print("the same as to_glyph:", bool(np.array_equal(glyph, to_glyph(first))))

steps = {"crop": first, "1 grey": grey, "3 even paper": even, "4 ink": ink, "6 glyph": glyph}
figure, axes = plt.subplots(1, len(steps), figsize=(8, 1.9), layout="constrained")
for spot, (name, image) in zip(axes, steps.items(), strict=True):
    spot.imshow(image, cmap="gray", vmin=0, vmax=255)
    spot.set_title(f"{name}, {image.shape[1]} x {image.shape[0]}")
    spot.set_axis_off()
show(figure, "The way of one crop: colour, grey, even paper, ink in white, and the finished square glyph")

# %% [markdown]
# Now the whole page, in its own order:

# %%
readings = reader.read([crop(box) for box in boxes])
for box, reading in zip(boxes, readings, strict=True):
    best = reading.candidates[0]
    why = "sure" if reading.sure else "not sure: " + ", ".join(reading.reasons)
    print(f"painted {box[0]}, read {best.char} ({best.reading}) {best.probability:6.1%}  {why}")
print("the page reads:", " ".join("".join(r.candidates[0].char for r in readings[i : i + 5]) for i in (0, 5)))
print("as painted:    ", " ".join(COLUMNS))

# %% [markdown]
# These are the project's own strokes after shapes that are usual in old prints, and no test of the reader;
# how it does on real crops is in the documentation. What they can show is what a *bad* crop does:

# %%
_, top, bottom, left, right = boxes[3]
bad = {
    "good": crop(boxes[3]),
    "tight": crop(boxes[3], 0),
    "very wide": crop(boxes[3], 0.2),
    "neighbours": photo[top - 45 : bottom + 45, left - 8 : right + 8],
    "half of it": photo[top : (top + bottom) // 2, left:right],
    "on its side": np.rot90(crop(boxes[3])),
    "tiny": crop(boxes[3])[::5, ::5],
}
figure, axes = plt.subplots(2, len(bad), figsize=(8.5, 2.8), layout="constrained")
for spots, (name, image), reading in zip(axes.T, bad.items(), reader.read(list(bad.values())), strict=True):
    spots[0].imshow(image)
    spots[0].set_title(name)
    spots[1].imshow(to_glyph(image), cmap="gray_r")
    for spot in spots:
        spot.set_axis_off()
    best = reading.candidates[0]
    why = "sure" if reading.sure else "not sure: " + ", ".join(reading.reasons)
    print(f"{name:12} {best.char} {best.probability:6.1%}  {why}")
show(figure, "One character cropped well and in six other ways, above, and the glyphs that come of it, below")

# %% [markdown]
# Look at the lower row: it is all that the network sees. The room around a character hardly matters, since
# step 5 finds the character by itself. But a piece of a neighbour that stands clear of the edge, a missing
# half, or a wrong way up goes through, and no care afterwards brings back what a crop has lost. If an
# answer surprises you, look at the glyph first: `kuzushiji.to_glyph` shows what the network was given.
#
# ## 6. The test, once
#
# All choices have been made on training and validation images. Here are the test images, read once.

# %%
if KANJI:
    test = kuzushiji.load(KKANJI, "test")
    rows = np.flatnonzero(np.isin(test.labels, present))
    test = Dataset(KKANJI, "test", test.images[rows], test.labels[rows], classes)
    last = evaluate(reader.model, test)
else:
    last = result
    print("no test without a model that knows kanji; the figures above once more:")
print(f"{last.n:,} images")
print("accuracy          ", last.accuracy)
print("balanced accuracy ", last.balanced_accuracy)
print("among the best 5  ", last.top5)
print(f"calibration error  {100 * last.ece:.2f} points")
print("sure of           ", last.sure_coverage)
print("right when sure   ", last.sure_precision or "(it was sure of none)")
for b in last.bins:
    print(f"training images {b.name:8} {b.images:6,} images, right {b.accuracy}")

# %% [markdown]
# ## What to take away
#
# - Most characters are rare, and no collection will change that. A network learns the tail from the head:
#   what it learned on common characters lets it recognise a new one from a single example.
# - One accuracy for thousands of classes is nearly meaningless. Ask for it by bins, and for its intervals.
# - A confidence is a claim that can be counted. Count it on images that are as far from training as yours
#   will be.
# - A reader that may say "not sure" is worth more than one that must answer; and it is still a proposal.
# - Most failures on real pages happen before the network: look at the glyph.
#
# From here: `kuzushiji read` and `kuzushiji serve` use the same `Reader`, `kuzushiji evaluate reader
# kkanji` gives the full report behind the last cell, and the recipes in `recipes/` train your own.
