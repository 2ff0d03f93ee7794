"""Lay the themes out on a plane, alike ones side by side, and leave them there.

A reader finds a theme again by its place. So the first layout settles the frame, and each later
one sets the new themes beside their relatives while the old ones stay where they are.
"""

import numpy as np

from groundswell.domain import FloatArray, IntArray, Vectors

AREA_PULL = 0.5
"""Weight of the area's centre in a theme's place, beside 1 for its own: areas stay together."""

NEIGHBOURS = 15
"""Themes that each theme keeps near, at most a third of all."""

FEWEST, MOST = 5, 500
"""Numbers of themes that descend: for fewer it means nothing, of more the rest is set beside
those (the time grows with the square: 0.7 s for 500 on one core)."""

SLACK, MOST_MOVED = 0.3, 0.1
"""An old theme may move along each axis by `SLACK` times the share of new themes, at most by
`MOST_MOVED`, of a map 2 wide: with a tenth of new ones by 1.5 % of the width, unseen."""

CROWDING = 0.5
"""Least distance of two themes as a share of the distance they had in a square grid."""

WIDEST_GAP = 0.2
"""The least distance is never more, of a map 2 wide: few themes need no more to be told apart."""

_DECIMALS = 6
"""Kept of matrix products, whose last bits depend on the number of cores."""


def lay_out(centroids: Vectors, areas: IntArray, *, before: FloatArray | None = None) -> FloatArray:
    """Place themes on a map by t-SNE, those that were on it before where they were.

    A first layout fills the square from -1 to 1. Later ones keep its frame: a new theme starts
    beside its nearest relative, and all descend together within bounds that hold the old ones
    (`SLACK`). Without a new theme nothing moves at all. Where most themes are new, or fewer
    than `FEWEST` are old, the map is made afresh and turned so that it is like the earlier one.
    There is no chance in it.

    Parameters
    ----------
    centroids : ndarray of shape (k, dims), unit rows
        In any order: a theme's place does not depend on its row.
    areas : ndarray of shape (k,)
        Area of each theme, 0, 1, 2, ...
    before : ndarray of shape (k, 2), each from -1 to 1
        Earlier places of the same themes; a row with NaN is a new theme. None: all are new.

    Returns
    -------
    ndarray of shape (k, 2), each from -1 to 1
        Nearness has a meaning, the axes have none.

    Raises
    ------
    ValueError
        The arrays do not fit together, or an earlier place lies outside the map.

    References
    ----------
    van der Maaten and Hinton (2008), "Visualizing data using t-SNE", JMLR 9; Kobak and Berens
    (2019), "The art of using t-SNE for single-cell transcriptomics", Nature Communications 10
    (start from principal components); Zelnik-Manor and Perona (2004), "Self-tuning spectral
    clustering", NIPS 17 (width from a neighbour's distance); Rauber, Falcao and Telea (2016),
    "Visualizing time-dependent data using dynamic t-SNE", EuroVis (old places hold).
    """
    known = _checked(centroids, areas, before)
    if len(known) < 2:
        return np.nan_to_num(known)
    order = np.lexsort(np.column_stack([centroids, np.nan_to_num(known, nan=2.0)]).T[::-1])
    points = _drawn_to_areas(centroids[order].astype(np.float64), areas[order])
    placed = np.empty_like(known)
    placed[order] = _placed(points, known[order])
    return placed


def _checked(centroids: Vectors, areas: IntArray, before: FloatArray | None) -> FloatArray:
    """Return the earlier places, both NaN for each new theme."""
    count = len(centroids)
    if len(areas) != count:
        raise ValueError(f"{count} centroids with {len(areas)} areas")
    known = np.full((count, 2), np.nan) if before is None else before.astype(np.float64)
    if known.shape != (count, 2):
        raise ValueError(f"{count} centroids with earlier places of shape {known.shape}")
    if (np.abs(known) > 1.0).any():
        raise ValueError("an earlier place lies outside -1 to 1")
    known[np.isnan(known).any(axis=1)] = np.nan
    return known


def _placed(points: FloatArray, known: FloatArray) -> FloatArray:
    new = np.isnan(known[:, 0])
    if not new.any():
        return known
    if new.mean() > 0.5 or (~new).sum() < FEWEST:
        fresh = _first_places(points)
        return fresh if new.all() else _turned(fresh, known)
    return _updated(points, known)


def _first_places(points: FloatArray) -> FloatArray:
    count = len(points)
    if count < FEWEST:
        places = _scaled(_principal(points))
    elif count <= MOST:
        likeness = _likeness(_squared_distances(points))
        places = _scaled(_descend(_principal(points), likeness, steps=300))
    else:
        known = np.full((count, 2), np.nan)
        some = np.linspace(0, count - 1, MOST).astype(np.int64)
        known[some] = _first_places(points[some])
        return _updated(points, known)
    return _apart(places, -np.ones((count, 2)), np.ones((count, 2)))


def _updated(points: FloatArray, known: FloatArray) -> FloatArray:
    """Set the new themes among the old ones, which stay within their bounds."""
    new = np.isnan(known[:, 0])
    slack = min(MOST_MOVED, SLACK * float(new.mean())) if len(points) <= MOST else 0.0
    low = np.where(new[:, None], -1.0, np.maximum(known - slack, -1.0))
    high = np.where(new[:, None], 1.0, np.minimum(known + slack, 1.0))
    apart = _squared_distances(points)
    places = known.copy()
    places[new] = known[~new][apart[np.ix_(new, ~new)].argmin(axis=1)]  # of the nearest relative
    if FEWEST <= len(points) <= MOST:
        likeness = _likeness(apart)
        scale = _natural_scale(known[~new], likeness[np.ix_(~new, ~new)])
        bounds = (low * scale, high * scale)
        places = _descend(places * scale, likeness, steps=150, bounds=bounds) / scale
    return _apart(np.clip(places, low, high), low, high)


def _likeness(apart: FloatArray) -> FloatArray:
    """Return the share of each pair in all likeness, shape (k, k), symmetric, sum 1.

    Gaussian, as wide for each theme as its neighbours reach.
    """
    count = len(apart)
    apart = np.where(np.eye(count, dtype=bool), np.inf, apart)
    ordered = np.sort(apart, axis=1)
    nearest, farthest = ordered[:, :1], ordered[:, [min(NEIGHBOURS, max(2, (count - 1) // 3)) - 1]]
    # e^-3: the last neighbour counts for a twentieth of the first.
    near = np.exp(-3.0 * (apart - nearest) / np.maximum(farthest - nearest, 1e-9))
    near /= near.sum(axis=1, keepdims=True)
    return np.asarray((near + near.T) / (2.0 * count))


def _descend(
    places: FloatArray,
    likeness: FloatArray,
    *,
    steps: int,
    bounds: tuple[FloatArray, FloatArray] | None = None,
) -> FloatArray:
    """Go down the divergence of map from likeness, in steps that adapt along each axis."""
    # Belkina et al. (2019), Nature Communications 10: the rate grows with the number of points.
    rate = max(len(places) / 48.0, 50.0)
    speed, gains = np.zeros_like(places), np.ones_like(places)
    for _ in range(steps):
        gradient = _gradient(places, likeness, _nearness(places))
        gains = np.maximum(np.where(speed * gradient < 0.0, gains + 0.2, gains * 0.8), 0.01)
        speed = 0.8 * speed - rate * gains * gradient
        places = places + speed
        if bounds is not None:
            places = np.clip(places, *bounds)
    return places


def _gradient(places: FloatArray, likeness: FloatArray, near: FloatArray) -> FloatArray:
    """Return the slope of the Kullback-Leibler divergence of the map from the likeness."""
    force = (likeness - near / near.sum()) * near
    # Element by element, for the last bits of a matrix product depend on the number of cores.
    return np.stack([4.0 * (force * (x[:, None] - x[None, :])).sum(axis=1) for x in places.T], 1)


def _nearness(places: FloatArray) -> FloatArray:
    """Return Student's t with one degree of freedom for each pair, 0 for a theme and itself."""
    near = np.ones((len(places), len(places)))
    for x in places.T:
        near += (x[:, None] - x[None, :]) ** 2
    np.fill_diagonal(near, np.inf)
    return np.asarray(1.0 / near)


def _natural_scale(places: FloatArray, likeness: FloatArray) -> FloatArray:
    """Return the factors along both axes at which a map of the frame's size is settled."""
    from scipy.optimize import minimize

    shares = likeness / likeness.sum()

    def loss(logarithms: FloatArray) -> tuple[float, FloatArray]:
        scaled = places * np.exp(logarithms)
        near = _nearness(scaled)
        # The divergence but for a constant; a logarithm of 1 where there is no pair.
        value = np.log(near.sum()) - (shares * np.log(near + np.eye(len(near)))).sum()
        return float(value), (_gradient(scaled, shares, near) * scaled).sum(axis=0)

    start = np.full(2, 0.5 * np.log(len(places)))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-3.0, 6.0)] * 2)
    return np.asarray(np.exp(found.x))


def _apart(places: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Push apart whatever lies nearer than the least distance, within the bounds."""
    from scipy.spatial import KDTree

    # Equal places part along the golden angle, which leads no two of them the same way.
    turns = np.arange(len(places)) * np.pi * (3.0 - np.sqrt(5.0))
    offsets = 1e-6 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    gap = min(WIDEST_GAP, CROWDING * 2.0 / np.sqrt(len(places)))
    for _ in range(50):
        pairs = KDTree(places).query_pairs(gap * 0.99, output_type="ndarray")
        if not len(pairs):
            break
        one, other = pairs[np.lexsort(pairs.T)].T
        between = (places + offsets)[one] - (places + offsets)[other]
        length = np.linalg.norm(between, axis=1, keepdims=True)
        push = between * (0.5 * (gap - length) / length)
        moved = places.copy()
        np.add.at(moved, one, push)
        np.add.at(moved, other, -push)
        places = np.clip(moved, low, high)
    return places


def _turned(places: FloatArray, known: FloatArray) -> FloatArray:
    """Return the map mirrored or turned so that it is most like the earlier one."""
    signs = [np.array([x, y]) for x in (1.0, -1.0) for y in (1.0, -1.0)]
    options = [places[:, axes] * sign for axes in ([0, 1], [1, 0]) for sign in signs]
    return min(options, key=lambda option: float(np.nansum((option - known) ** 2)))


def _squared_distances(points: FloatArray) -> FloatArray:
    squares = (points**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2.0 * points @ points.T
    return np.asarray(np.maximum(apart, 0.0).round(_DECIMALS))


def _drawn_to_areas(points: FloatArray, areas: IntArray) -> FloatArray:
    drawn = points.copy()
    for area in np.unique(areas):
        drawn[areas == area] += AREA_PULL * points[areas == area].mean(axis=0)
    return drawn


def _principal(points: FloatArray) -> FloatArray:
    """Return the first two principal components, shape (k, 2); absent ones are 0."""
    left, values, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    scores = np.zeros((len(points), 2))
    known = min(2, len(values))
    scores[:, :known] = left[:, :known] * values[:known]
    return scores.round(_DECIMALS)


def _scaled(places: FloatArray) -> FloatArray:
    """Fill the square; the farthest theme of each axis is at +1."""
    low, high = places.min(axis=0), places.max(axis=0)
    half = (high - low) / 2.0
    flat = half < 1e-9
    scaled = np.where(flat, 0.0, (places - (low + half)) / np.where(flat, 1.0, half))
    first = np.sign(scaled[np.abs(scaled).argmax(axis=0), [0, 1]])
    return np.asarray(np.clip(scaled * np.where(first < 0, -1.0, 1.0), -1.0, 1.0))
