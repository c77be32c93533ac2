"""Maps that keep distances: multidimensional scaling (SMACOF) and Isomap, both through landmarks.

Landmarks are laid out exactly; every other image is then placed by its distances to them. On a set no larger
than the number of landmarks both are the plain methods.
"""

from __future__ import annotations

import numpy as np

from kuzushiji._vectors import nearest
from kuzushiji.maps.inputs.shared_work import Reduced
from kuzushiji.maps.methods.method import Fitted, Job, Method
from kuzushiji.maps.methods.spectral import landmarks, note_of

MDS_LANDMARKS = 1_000
ISOMAP_LANDMARKS = 400
ISOMAP_NEIGHBOURS = 15
_BLOCK = 4_096


def mds(seen: Reduced, job: Job) -> Fitted:
    """Metric MDS: distances on the map as near as can be to the features' (SMACOF, de Leeuw 1977)."""
    scores = np.asarray(seen.scores)
    chosen = landmarks(seen, MDS_LANDMARKS, job.seed)
    base = scores[chosen]
    wanted = _distances(base, base)
    start = seen.start(job.dims, float(scores[:, 0].std()))
    laid, steps = smacof(wanted, start[chosen].astype(np.float64))

    def put(rows: np.ndarray, first: np.ndarray) -> np.ndarray:
        parts = []
        for a in range(0, len(rows), _BLOCK):
            parts.append(beside(_distances(rows[a : a + _BLOCK], base), laid, first[a : a + _BLOCK]))
        return np.concatenate(parts)

    points = put(scores, start)
    points[chosen] = laid
    new = None
    if seen.new is not None:
        new = put(seen.new, laid[nearest(seen.new, base, 1, threads=1)[1][:, 0]])
    parameters = {"landmarks": len(chosen), "iterations": steps, "stress": round(_stress(wanted, laid), 5)}
    return Fitted(points, parameters, note_of(len(chosen), len(scores), "least stress to them"), new)


def smacof(
    wanted: np.ndarray, start: np.ndarray, most: int = 300, tolerance: float = 1e-4
) -> tuple[np.ndarray, int]:
    """Metric MDS by majorisation: each step can only lower the stress.

    Args:
        wanted: float (n, n), the distances to keep, symmetric, zero on the diagonal.
        start: float64 (n, d).
        most: steps at most.
        tolerance: stops when a step lowers the raw stress by less than this share.

    Returns:
        The points float64 (n, d) and the number of steps taken.
    """
    points, before = start - start.mean(0), np.inf
    for step in range(1, most + 1):
        have = _distances(points, points)
        stress = float(((wanted - have) ** 2).sum())
        if before - stress < tolerance * before and step > 2:
            return points, step
        before = stress
        ratio = np.where(have > 1e-9, wanted / np.maximum(have, 1e-9), 0.0)
        # The Guttman transform (B x) / n, with B = diag(row sums) - ratio.
        points = (ratio.sum(1)[:, None] * points - ratio @ points) / len(points)
    return points, most


def beside(wanted: np.ndarray, laid: np.ndarray, start: np.ndarray, steps: int = 30) -> np.ndarray:
    """Places points by their distances to landmarks that stay where they are, each point by itself.

    Args:
        wanted: float (m, n), distances to the landmarks.
        laid: float (n, d), the landmarks.
        start: float (m, d).
        steps: majorisation steps.

    Returns:
        float64 (m, d).
    """
    points, laid = start.astype(np.float32), laid.astype(np.float32)
    centre = laid.mean(0)
    for _ in range(steps):
        ratio = wanted / np.maximum(_distances(points, laid), 1e-6)
        points = centre + (ratio.sum(1)[:, None] * points - ratio @ laid) / len(laid)
    return points.astype(np.float64)


def isomap(seen: Reduced, job: Job) -> Fitted:
    """Landmark Isomap (de Silva and Tenenbaum 2002): classical MDS of distances along the neighbour graph."""
    from scipy.sparse.csgraph import dijkstra

    scores = np.asarray(seen.scores)
    chosen = landmarks(seen, ISOMAP_LANDMARKS, job.seed)
    graph, joined = connected(seen, ISOMAP_NEIGHBOURS)
    square = dijkstra(graph, directed=False, indices=chosen).astype(np.float32) ** 2
    ours = square[:, chosen].astype(np.float64)
    row = ours.mean(1)
    values, vectors = np.linalg.eigh(-0.5 * (ours - row[:, None] - row[None, :] + ours.mean()))
    dims = min(job.dims, int((values > 1e-9).sum()))
    values, vectors = values[::-1][:dims], vectors[:, ::-1][:, :dims]
    turn = (vectors / np.sqrt(values)).T
    turn *= np.sign(turn.sum(1, keepdims=True) + 1e-300)
    points = np.pad(-0.5 * (turn @ (square - row[:, None])).T, ((0, 0), (0, job.dims - dims)))
    note = note_of(len(chosen), len(scores), "their graph distances to them")
    if joined:
        note = "; ".join(
            filter(None, [note, f"the graph fell into {joined + 1} parts, joined at their nearest images"])
        )
    return Fitted(points, {"n_neighbors": ISOMAP_NEIGHBOURS, "landmarks": len(chosen)}, note)


def connected(seen: Reduced, k: int) -> tuple[object, int]:
    """The neighbour graph as one piece.

    Returns:
        A sparse (n, n) matrix of distances, and how many parts had to be joined to the largest one.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    scores = np.asarray(seen.scores)
    n, k = len(scores), min(k, seen.neighbours.shape[1])
    rows = np.repeat(np.arange(n), k)
    columns = np.asarray(seen.neighbours[:, :k]).ravel()
    # A zero would be no edge at all.
    lengths = np.maximum(np.asarray(seen.distances[:, :k], np.float64).ravel(), 1e-9)
    graph = csr_array((lengths, (rows, columns)), shape=(n, n))
    parts, part = connected_components(graph, directed=False)
    if parts == 1:
        return graph, 0
    largest = int(np.bincount(part).argmax())
    main = np.flatnonzero(part == largest)
    loose = np.flatnonzero(part != largest)
    length, hit = nearest(scores[loose], scores[main], 1, threads=1)
    order = np.lexsort((length[:, 0], part[loose]))
    first = order[np.unique(part[loose][order], return_index=True)[1]]
    rows = np.append(rows, loose[first])
    columns = np.append(columns, main[hit[first, 0]])
    lengths = np.append(lengths, np.maximum(length[first, 0], 1e-9))
    return csr_array((lengths, (rows, columns)), shape=(n, n)), parts - 1


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2.0 * (a @ b.T)
    return np.sqrt(np.maximum(squares, 0))


def _stress(wanted: np.ndarray, laid: np.ndarray) -> float:
    """The root of the squared misfits over the squared wanted distances, 0 where all are kept.

    Kruskal's stress-1 divides by the squared distances of the map instead.
    """
    return float(np.sqrt(((wanted - _distances(laid, laid)) ** 2).sum() / (wanted**2).sum()))


METHODS = (
    Method(
        "isomap",
        "Isomap",
        isomap,
        long=True,
        neighbours=ISOMAP_NEIGHBOURS,
        work=4,
        whole=ISOMAP_LANDMARKS,
        modules=("scipy",),
    ),
    Method("mds", "MDS", mds, long=True, work=3, whole=MDS_LANDMARKS, modules=()),
)
