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
# # Part 1a: seeing the data
#
# Before a machine learns from pictures, look at them. This part shows what is in Kuzushiji-MNIST, why one
# character has several shapes, and what happens when 784 numbers an image are pressed into two. You need no
# Japanese, some Python, and about twenty minutes.
#
# Every result below is printed by a cell. Nothing is typed in by hand, so if you change a cell, the story
# changes with it.

# %%
from course import OUT, data, grid, named, setting, show  # small helpers, in course.py beside this file

KMNIST = data("kmnist")

# %%
import matplotlib.pyplot as plt
import numpy as np

import kuzushiji

train = kuzushiji.load(KMNIST, "train")
print(f"{len(train):,} images in {len(train.classes)} classes")

# %% [markdown]
# `images` is an array of unsigned bytes, one 28 x 28 picture an entry, white ink (255) on black (0).
# `labels` are whole numbers, and `classes` says which character each number stands for. We show the
# pictures dark on light, as ink on paper, because that is easier on the eye.

# %%
print("images", train.images.shape, train.images.dtype, "from", train.images.min(), "to", train.images.max())
print("labels", train.labels[:10], "of", len(train.classes), "classes:", " ".join(named(train.classes)))
print("images a class:", np.bincount(train.labels).tolist())

rng = np.random.default_rng(0)
some = np.concatenate([rng.choice(np.flatnonzero(train.labels == c), 10, replace=False) for c in range(10)])
titles = [name if i == 0 else "" for name in named(train.classes) for i in range(10)]
show(grid(train.images[some], titles), "Ten rows of ten images, one row for each of the ten characters")

# %% [markdown]
# ## What you are looking at
#
# **Kuzushiji** (くずし字, roughly "loosened letters") is the cursive hand in which Japanese was written and
# printed until about a hundred years ago. Most Japanese readers of today cannot read it, and a great many
# books and letters are written in it.
#
# Japanese is written with Chinese characters (*kanji*), which stand for words, and with *kana*, which stand
# for syllables. Kuzushiji-MNIST has ten kana, one from each row of the kana table: *o, ki, su, tsu, na, ha,
# ma, ya, re, wo*.
#
# Look along a row above. Some rows hold pictures that have nothing in common, and that is not careless
# labelling. Each kana began as a whole kanji used for its sound, written faster and faster. Different kanji
# with the same sound gave different kana **for the same syllable**, and writers used them side by side.
# Only in 1900 did a school regulation settle on one form for each syllable. The parent kanji is called
# *jibo* (字母), and the forms that were dropped are called *hentaigana*, "kana of other shape". The package
# knows them, from the Unicode tables:

# %%
from kuzushiji.characters import lookup

for char in train.classes:
    forms = lookup(char).jibo
    parents = list(dict.fromkeys(j.parent for j in forms))
    print(f"{char} {lookup(char).romaji:4} {len(forms):2} forms in Unicode, from", " ".join(parents))

# %% [markdown]
# So a class of this set is a *syllable*, and inside a class there may be several letters. Keep this in
# mind: it is behind most of what goes wrong later, in this part and the next.
#
# ## The mean of a class
#
# The simplest summary of many pictures is their mean.

# %%
pixels = np.asarray(train.images, np.float32) / 255
means = np.stack([pixels[train.labels == c].mean(0) for c in range(10)])
show(
    grid(means, named(train.classes)),
    "The mean image of each of the ten classes; some are sharp, some a blur",
)

spread = [((pixels[train.labels == c] - means[c]) ** 2).sum((1, 2)).mean() for c in range(10)]
for c in np.argsort(spread):
    print(f"{named(train.classes)[c]:6}  mean squared distance to the class's mean: {spread[c]:5.1f}")

# %% [markdown]
# Where writers agree on one form the mean is still a letter. Where they do not, it is a smudge that looks
# like no letter at all: the mean of two shapes is not a shape.
#
# ## The shapes inside a class
#
# Can we find the forms without being told them? We could cluster the pixels, but then position and slant
# divide a class before its letters do. So we borrow a network that has learned to read these ten kana (it
# ships with the package; it read kanji first, and Part 1b builds a smaller one from nothing). The numbers
# in its last layer but one, its *embedding*, describe a glyph by what matters for reading. We ask for the
# groups of each class there. The number of groups is chosen by how well they are parted (the *silhouette*),
# and a class may come out as a single group.

# %%
from kuzushiji.maps import Plan, embedded, load_source, make_maps
from kuzushiji.maps import pixels as pixel_features

source = load_source(KMNIST, "train").subset(setting(full=10_000, fast=600))
learned = embedded(source, "kmnist", threads=1)
shapes = make_maps(learned, Plan(["pca"], quality=False, clusters=True))
for c, name in enumerate(named(source.classes)):
    sizes = [cluster.size for cluster in shapes.clusters if cluster.label == c]
    print(f"{name:6} {len(sizes)} group(s), images: {sizes}")

# %% [markdown]
# The most typical images of each group, for the two classes with the most groups:

# %%
groups = np.bincount([cluster.label for cluster in shapes.clusters])
for c in np.argsort(-groups, kind="stable")[:2]:
    mine = [cluster for cluster in shapes.clusters if cluster.label == c]
    typical = np.concatenate([np.resize(cluster.representatives, 10) for cluster in mine])
    heads = [
        f"{named(source.classes)[c]}, {cluster.size}" if i == 0 else "" for cluster in mine for i in range(10)
    ]
    show(
        grid(np.asarray(source.images[typical]), heads),
        f"Typical images of the {len(mine)} groups inside the class {source.classes[c]}, one row a group",
    )

# %% [markdown]
# Compare the rows with the table of parents. A row often is one jibo, sometimes two that look alike, and
# sometimes one jibo is cut in two. A machine's group is a *proposal* to someone who can read, and no
# finding.
#
# ## An image is a point
#
# An image of 28 x 28 pixels is a list of 784 numbers, so it is a point in a space of 784 dimensions. Two
# images are close when their pixels are alike. To see the set as a whole we need a **map**: two numbers an
# image, chosen so that as much as possible of the arrangement survives. Something has to be lost, and each
# method loses something else.
#
# ## PCA: the directions of largest spread
#
# Principal component analysis asks: along which direction do the images differ most? Then: along which
# direction at a right angle to the first? And so on. The directions are the eigenvectors of the covariance
# of the pixels, and this is all of it:

# %%
rows = source.rows(np.arange(len(source)))  # float32 (n, 784), each pixel in [0, 1]
mean = rows.mean(0)
covariance = (rows - mean).T @ (rows - mean) / len(rows)
variance, directions = np.linalg.eigh(covariance.astype(np.float64))
variance, directions = variance[::-1], directions[:, ::-1].T  # largest first, one direction a row

# %% [markdown]
# The package has the same computation, for sets that do not fit into memory. It gives the same answer:

# %%
from kuzushiji.maps.inputs.principal_components import principal

basis = principal(source.blocks, 784, 100)
print("largest variances by hand:     ", variance[:5].round(4))
print("largest variances, principal():", basis.variance[:5].round(4))

kept = np.cumsum(basis.variance) / basis.total
for share in (0.5, 0.8, 0.9, 0.95):
    print(f"{share:.0%} of the variance needs {1 + int((kept < share).sum())} of 784 components")

figure, axes = plt.subplots(figsize=(5.5, 2.6), layout="constrained")
axes.plot(np.arange(1, 201), 100 * kept[:200])
axes.axvline(2, color="grey", linestyle=":")
axes.set(xlabel="components kept", ylabel="% of the variance", ylim=(0, 100))
show(figure, "Share of the variance against the number of components kept, rising steeply and then slowly")
print(f"the two axes of a flat map keep {kept[1]:.1%}")

# %% [markdown]
# Remember the last line. When you look at a PCA map you look at that share of what there is to see.
#
# Each direction is itself a list of 784 numbers, so it can be drawn as a picture: an **eigen-glyph**. Red
# is where ink counts in favour, blue where it counts against.

# %%
figure, axes = plt.subplots(1, 8, figsize=(7.6, 1.3), layout="constrained")
for i, place in enumerate(axes):
    glyph = basis.components[i].reshape(28, 28)
    place.imshow(glyph, cmap="RdBu_r", vmin=-abs(glyph).max(), vmax=abs(glyph).max())
    place.set_title(f"{i + 1}: {basis.variance[i] / basis.total:.1%}", fontsize=8)
    place.set_axis_off()
show(
    figure,
    "The first eight eigen-glyphs with their share of the variance: broad patches first, finer ones later",
)

# %% [markdown]
# Any image is the mean plus a weighted sum of eigen-glyphs. Take only the first few weights, and you see
# what the others were for.

# %%
chosen = np.array([np.flatnonzero(source.labels == c)[0] for c in range(10)])
steps = (5, 20, 100, 784)
rebuilt = [rows[chosen]]
for k in steps:
    weights = basis.project(rows[chosen], k)
    rebuilt.append(mean + weights @ basis.components[:k].astype(np.float32))
    error = np.abs(rebuilt[-1] - rows[chosen]).mean()
    print(f"{k:3} components: mean error of a pixel {error:.3f} (0 is none, 1 is black for white)")
pictures = np.clip(np.concatenate(rebuilt), 0, 1).reshape(-1, 28, 28)
heads = [word if i == 0 else "" for word in ("original", *(f"{k} comp." for k in steps)) for i in range(10)]
show(
    grid(pictures, heads),
    "Ten glyphs rebuilt from 5, 20, 100 and all 784 components; at 100 they can be read",
)

# %% [markdown]
# How much is needed to tell the characters apart is another question. A simple judge is a vote of the ten
# nearest neighbours: give each image the class that most of them have, and count how often that is right.

# %%
from kuzushiji.maps.quality import vote

few = source.subset(setting(full=4_000, fast=400))
scores = basis.project(few.rows(np.arange(len(few))), 50)
for k in (2, 5, 10, 20, 50):
    print(f"{k:2} components: {vote(scores[:, :k], few.labels):.1%} of {len(few)} images right by a vote")

# %% [markdown]
# Two straight axes are far too few for ten characters of many shapes, while some dozens are plenty. So for
# a flat map we must give up either straightness or the claim to be complete.
#
# ## Five maps of the same images
#
# - **PCA**: the two directions of largest spread. It knows no labels.
# - **LDA** (linear discriminant analysis): the two directions that part the *class means* most, measured
#   against the spread inside the classes. It **is told the labels**.
# - **t-SNE** gives up straightness. It turns distances into "how likely is j a neighbour of i", and moves
#   points about until the map's neighbours are the real ones. What is far it leaves nearly free.
# - **UMAP** has the same aim with other forces: neighbours pull, a random sample of others pushes.
# - **PaCMAP** adds pairs of middling distance, for the sake of the coarse arrangement. Whether it helps that,
#   the table below says.
#
# The engine computes one PCA to 50 components and one exact graph of nearest neighbours, and all methods
# share them. The last three start from the PCA map, so that they differ by method and not by luck.

# %%
plan = Plan(["pca", "lda", "tsne", "umap", "pacmap"], seed=0, threads=1)
maps = make_maps(pixel_features(source), plan, say=print)

# %%
from kuzushiji.maps import draw_maps

show(
    draw_maps(maps, OUT / "part1a-maps.png", dpi=75),
    "Five maps of the same images, coloured by class, side by side",
)

# %% [markdown]
# ## How good are they? Ask one question at a time
#
# - `trust@15`, **trustworthiness**: are those who are neighbours on the map near in the 784 dimensions too?
#   1 is best. False neighbours lower it.
# - `recall@15`: of the 15 nearest of the images shown, how many are among the map's 15 nearest? Missing
#   friends lower it.
# - `kNN-10`: the vote of before, on the map. It says how well *classes* stay together.
# - `triplets`: take three images at random; is the order of their distances kept? 0.5 is a coin. This asks
#   about the coarse arrangement, not about neighbours.
# - `centroids`: the same for the ten class means.
# - `silhouette`: how compact the classes are on the map, from -1 to 1.

# %%
from kuzushiji.maps import as_text

print(as_text(maps))

# %% [markdown]
# Read a column at a time. The neighbour methods keep neighbours: their `trust` and `recall` are far above
# those of the straight maps. Where large distances are asked about (`triplets`, `centroids`) the plain PCA,
# which loses so much else, can hold its own. LDA, which was told the labels, is not the best at keeping
# classes together even so. The lines below the table say for each map what it may be read for. Choose the
# map by the question you have.

# %%
for name in ("trustworthiness", "knn_recall", "knn_accuracy", "random_triplets", "centroid_triplets"):
    best = max(maps.maps, key=lambda m: getattr(m.quality, name))
    print(f"best by {name:18} {best.method:7} {getattr(best.quality, name):.3f}")

# %% [markdown]
# ## What one may not read off a map
#
# ### 1. Distances between islands
#
# On the t-SNE map, which two classes have their middles farthest apart? And where does that pair stand
# among the 45 pairs in the space of the pixels themselves?

# %%
pairs = [(a, b) for a in range(10) for b in range(a)]


def ranked_pairs(points):
    middles = np.stack([points[source.labels == c].mean(0) for c in range(10)])
    return sorted(pairs, key=lambda pair: -np.linalg.norm(middles[pair[0]] - middles[pair[1]]))


truth = ranked_pairs(rows)
for each in maps.maps:
    a, b = ranked_pairs(each.points)[0]
    names, place = f"{source.classes[a]} and {source.classes[b]}", truth.index((a, b)) + 1
    print(f"{each.method:7} farthest: {names}; in the pixels they are number {place} of 45")

# %% [markdown]
# Number 1 would be right. Also, the middle of a class that lies in three islands is often in nobody's
# island: a syllable of several letters has no single place.
#
# ### 2. Separation that was put in by hand
#
# LDA has seen the labels. To see what that can do, we take a few hundred images and **shuffle the labels**,
# so that there is nothing to find. Then we ask for the LDA map, and judge it by the vote.

# %%
from dataclasses import replace

from kuzushiji.maps import Added

handful = source.subset(500)
nonsense = replace(handful, labels=np.random.default_rng(1).permutation(handful.labels))
for what, given in (("true labels", handful), ("shuffled labels", nonsense)):
    others = rng.choice(len(train), 1000, replace=False)
    new = Added(tuple(map(str, others)), np.asarray(train.images[others]))
    lda = make_maps(pixel_features(given), Plan(["lda"], quality=False), added=new).maps[0]
    seen = vote(lda.points, given.labels)
    distance = ((lda.transform_points[:, None] - lda.points[None]) ** 2).sum(2)
    nearest = given.labels[distance.argsort(1)[:, :10]]
    guess = np.array([np.bincount(votes, minlength=10).argmax() for votes in nearest])
    fresh = (guess == train.labels[others]).mean()
    print(f"{what:15}  its own images: {seen:.0%} right on the map; new images: {fresh:.0%}")

# %% [markdown]
# With shuffled labels the map still parts its "classes" better than the 10 % of chance, for with more
# pixels than images there is always some direction that does. Only new images tell. **A map that has seen
# the labels proves nothing about them.**
#
# ### 3. The map of what a network already knows
#
# The same holds for maps of a network's embedding. They look tidier than those of the pixels, and the reason
# is that the network was trained on these very labels.

# %%
known = make_maps(learned, Plan(["pca", "umap"], threads=1))
for before in (m for m in maps.maps if m.method in ("pca", "umap")):
    after = next(m for m in known.maps if m.method == before.method)
    print(
        f"{before.method:5} kNN-10 of the map: {before.quality.knn_accuracy:.1%} from pixels, "
        f"{after.quality.knn_accuracy:.1%} from the embedding"
    )
show(
    draw_maps(known, OUT / "part1a-known.png", dpi=75),
    "Two maps of the embedding of a trained network: tidy islands",
)

# %% [markdown]
# Such a map is for looking at the *network*: which images it puts among the wrong class, and which shapes
# it holds apart. For the data as they are, use the pixels.
#
# In short:
#
# | do not read | because |
# |---|---|
# | distances between islands, and their order | neighbour methods leave them nearly free |
# | sizes and density of islands | t-SNE and UMAP even out density |
# | empty space as "nothing in between" | gaps are opened to make room |
# | tidy classes after LDA or a network | the labels were given away beforehand |
# | a single map | another method answers another question |
#
# ## The atlas
#
# A picture of ten thousand dots hides the images. The **atlas** is one HTML file in which you walk among
# the glyphs, switch between methods, and see every measure beside its map. It needs no network and opens by
# a double click.

# %%
from kuzushiji.maps import write_atlas

page = write_atlas(
    replace(maps, clusters=shapes.clusters, extra_colours=dict(shapes.extra_colours)),
    OUT / "kmnist-atlas.html",
)
print(f"{page.name}: {page.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# The same from the command line, for all 70,000 images:
#
#     kuzushiji map kmnist --methods pca,lda,tsne,umap,pacmap -o kmnist-atlas.html
#
# ## Try it
#
# 1. Colour the atlas by *shape* and find a class that lies in several islands. Do the islands match the
#    groups?
# 2. Replace `"pacmap"` by `"localmap"`. It draws cleaner borders. Which measure tells you that they are too
#    clean?
# 3. Draw a character, and put it on the map with `kuzushiji map kmnist --methods pca,umap --add mine.png`.
#
# **Next:** [Part 1b](part1b.md) builds a network that reads these characters, layer by layer.
