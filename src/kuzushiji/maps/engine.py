"""From images to maps: the shared work, the methods, their quality, the shapes inside the classes."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kuzushiji.errors import KuzushijiError, UsageError, need
from kuzushiji.maps.inputs.features import Features
from kuzushiji.maps.inputs.principal_components import principal
from kuzushiji.maps.inputs.shared_work import Shared
from kuzushiji.maps.inputs.source import check
from kuzushiji.maps.map_cache import Finished, finish, keep, kept, place_of
from kuzushiji.maps.methods.method import Job, Method
from kuzushiji.maps.methods.notes import WORDS
from kuzushiji.maps.methods.registry import DEFAULT, chosen
from kuzushiji.maps.quality import Reference, measure, procrustes, reference
from kuzushiji.maps.result import (
    CLUSTER,
    ERROR,
    SPLIT,
    TRAINING_COUNT,
    Added,
    Cluster,
    Map,
    MapQuality,
    MapSet,
    PCAInfo,
)
from kuzushiji.maps.workers import Task, beside

EIGEN_GLYPHS = 50
"""Principal components of the pixels that a map set carries for the page."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What to make of the images.

    Attributes:
        methods: names of the methods, in the order wanted.
        dims: 2 or 3.
        seed: the same seed, the same maps.
        threads: processes at once, and threads of the shared work.
        quality: whether to measure the maps.
        stability: whether to run every method from a second seed too, for the seed-to-seed measure.
        clusters: whether to look for the shapes inside each class.
    """

    methods: Sequence[str] = DEFAULT
    dims: int = 2
    seed: int = 0
    threads: int = 1
    quality: bool = True
    stability: bool = False
    clusters: bool = False


def ready(plan: Plan, n: int = 0) -> list[Method]:
    """The methods of a plan, after all checks that need no images: to be called before anything long.

    Args:
        plan: what is to be made.
        n: how many images there will be; 0 where that is not yet known.

    Raises:
        UsageError: as for :func:`make_maps`.
    """
    methods = chosen(plan.methods, n, plan.dims)
    if plan.threads < 1:
        raise UsageError(f"threads must be at least 1, not {plan.threads}")
    if plan.quality:
        need("scipy.spatial", extra="maps")
    if plan.clusters:
        need("sklearn.cluster", extra="maps")
    return methods


def make_maps(
    features: Features,
    plan: Plan,
    cache: Path | None = None,
    added: Added | None = None,
    say: Say = lambda line: None,
) -> MapSet:
    """Makes the maps.

    With more than one thread the long methods run in processes of their own, which import the caller's main
    module: a script keeps its own work below ``if __name__ == "__main__":``.

    Args:
        features: from :func:`~kuzushiji.maps.inputs.features.pixels`, ``embedded`` or ``from_matrix``.
        plan: what to make.
        cache: folder in which finished maps are kept and looked for; None keeps them nowhere.
        added: new images to be placed on the maps, of the size of the set's.
        say: told a line of plain text as each thing is finished.

    Returns:
        The maps, measured, with all that a page needs.

    Raises:
        UsageError: no such method, too many images for one, or an extra is missing.
        KuzushijiError: images of which no map can be made, or a method failed; finished maps are kept.
    """
    methods = ready(plan, len(features))
    check(features.source, _least(methods))
    if "lda" in plan.methods and len(np.unique(features.source.labels)) < 2:
        raise KuzushijiError("lda separates classes, but all images here are of one class; leave it out")
    for m in methods:
        for line in m.warnings(len(features), features.width):
            say(line)
    new = None if added is None else features.of(added.images, plan.threads)
    shared = Shared(features, max(m.neighbours for m in methods), plan.threads, new)
    with ExitStack() as stack:
        if cache is None:
            cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kuzushiji-maps-")))
        run = _Run(shared, plan, methods, cache, "" if added is None else _digest(added.images), say)
        finished = run.all()
    ref = None
    if plan.quality:
        ref = reference(features, shared.class_means[0])
    maps = tuple(_judged(run, m, finished, ref) for m in methods)
    source = features.source
    colours = {} if source.part is None else {SPLIT: source.part}
    if source.training_counts is not None:
        colours[TRAINING_COUNT] = source.training_counts[source.labels].astype(np.float64)
    if features.error is not None:
        colours[ERROR] = features.error
    clusters: tuple[Cluster, ...] = ()
    if plan.clusters:
        from kuzushiji.maps.clusters import find_clusters

        clusters, colours[CLUSTER] = find_clusters(shared.scores, source.labels, seed=plan.seed)
        say(f"{len(clusters)} shapes inside {len({c.label for c in clusters})} classes")
    means, pca = _pictures(shared)
    return MapSet(
        dataset=source.dataset,
        split=source.split,
        features=features.name,
        images=source.images,
        labels=source.labels,
        classes=source.classes,
        indices=source.indices,
        maps=maps,
        pca=pca,
        class_means=means,
        extra_colours=colours,
        clusters=clusters,
        added=added,
        shared_seconds=dict(shared.seconds),
    )


class _Run:
    """The making of all maps of one plan, from the cache where they are there."""

    def __init__(
        self, shared: Shared, plan: Plan, methods: list[Method], cache: Path, new: str, say: Say
    ) -> None:
        self.shared, self.plan, self.methods, self.cache, self.new, self.say = (
            shared,
            plan,
            methods,
            cache,
            new,
            say,
        )

    def seeds(self) -> tuple[int, ...]:
        return (self.plan.seed, self.plan.seed + 1) if self.plan.stability else (self.plan.seed,)

    def path(self, method: Method, seed: int) -> Path:
        return place_of(self.cache, self.shared.features.digest, method, Job(self.plan.dims, seed), self.new)

    def all(self) -> dict[tuple[str, int], Finished]:
        """Every map by method and seed."""
        found: dict[tuple[str, int], Finished] = {}
        missing: list[tuple[Method, int]] = []
        for method in self.methods:
            for seed in self.seeds():
                old = kept(self.path(method, seed))
                if old is None:
                    missing.append((method, seed))
                else:
                    found[method.name, seed] = old
                    self.say(f"{method.title}: from the cache ({old.seconds:.1f} s when it was made)")
        here = [(m, s) for m, s in missing if not m.long]
        apart = [(m, s) for m, s in missing if m.long]
        if len(apart) < 2 or self.plan.threads < 2:
            here, apart = here + apart, []
        for method, seed in here:
            found[method.name, seed] = self._one(method, seed)
        if apart:
            found.update(self._beside(apart))
        return found

    def _one(self, method: Method, seed: int) -> Finished:
        # First what is shared, so that no method is charged with it.
        scores, shared = self.shared.scores, self.shared
        sees = shared.reduced if method.long else shared
        new = None if shared.new is None else shared.principal.project(shared.new, scores.shape[1])
        made = finish(method, sees, Job(self.plan.dims, seed, self.plan.threads), scores, new)
        keep(self.path(method, seed), made)
        self.say(f"{method.title}: {made.seconds:.1f} s")
        return made

    def _beside(self, wanted: list[tuple[Method, int]]) -> dict[tuple[str, int], Finished]:
        processes = min(self.plan.threads, len(wanted))
        threads = max(1, self.plan.threads // processes)
        tasks = [Task(m, Job(self.plan.dims, s, threads), self.path(m, s)) for m, s in wanted]
        found: dict[tuple[str, int], Finished] = {}
        with tempfile.TemporaryDirectory(prefix="kuzushiji-maps-") as folder:
            stage = self.shared.stage(Path(folder))
            self.say("shared: " + ", ".join(f"{k} {v:.1f} s" for k, v in self.shared.seconds.items()))
            for task in beside(tasks, stage, processes):
                made = kept(task.path)
                assert made is not None
                found[task.method.name, task.job.seed] = made
                self.say(f"{task.method.title}: {made.seconds:.1f} s")
        return found


def _judged(
    run: _Run, method: Method, finished: dict[tuple[str, int], Finished], ref: Reference | None
) -> Map:
    made = finished[method.name, run.plan.seed]
    quality: MapQuality | None = None
    if ref is not None:
        quality = measure(made.points, ref)
        if run.plan.stability:
            other = finished[method.name, run.plan.seed + 1]
            quality = replace(quality, procrustes=procrustes(made.points, other.points))
    words = WORDS[method.name]
    return Map(
        method.name,
        made.points,
        made.seconds,
        quality,
        made.parameters,
        made.new,
        made.note,
        words.can,
        words.cannot,
    )


def _least(methods: list[Method]) -> int:
    """Neighbours without which the methods have no meaning, and the measures none either."""
    return max([10, *(15 for m in methods if m.neighbours)])


def _pictures(shared: Shared) -> tuple[np.ndarray, PCAInfo]:
    """Mean glyph of each class, and the principal components of the pixels whatever the features."""
    features = shared.features
    source = features.source
    shape = source.shape
    if features.matrix is None:
        plain, basis = shared, shared.principal
    else:
        plain = Shared(replace(features, matrix=None), 0)
        basis = principal(source.blocks, shape[0] * shape[1], EIGEN_GLYPHS)
    k = min(EIGEN_GLYPHS, len(basis.components))
    info = PCAInfo(
        basis.mean.reshape(shape).astype(np.float32),
        basis.components[:k].reshape(k, *shape).astype(np.float32),
        (basis.variance[:k] / basis.total).astype(np.float32),
    )
    return plain.class_means[0].reshape(-1, *shape).astype(np.float32), info


def _digest(images: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(images).tobytes()).hexdigest()[:16]
