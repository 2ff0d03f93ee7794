"""Randomised trees as arrays: fitted by scikit-learn, kept and run without it or any pickle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray

TREES = 300  # more change the votes by less than their own noise


@dataclass(frozen=True, slots=True)
class TreeEnsemble:
    """Trees one after the other in the same arrays; children are places in them."""

    roots: NDArray[np.int32]
    """Place of each tree's root, shape (n_trees,)."""
    left: NDArray[np.int32]
    """Where to go when the feature is at most the threshold; -1 marks a leaf."""
    right: NDArray[np.int32]
    features: NDArray[np.int32]
    thresholds: FloatArray
    leaf_shares: NDArray[np.float32]
    """Share of each class among the texts of a node, shape (n_nodes, n_classes)."""

    def probabilities(self, features: NDArray[np.float32]) -> FloatArray:
        """Return the mean of the trees' shares, shape (n_rows, n_classes), rows summing to 1."""
        total = np.zeros((len(features), self.leaf_shares.shape[1]))
        for root in self.roots:
            total += self.leaf_shares[self._leaves(features, int(root))]
        return np.asarray(total / len(self.roots))

    def _leaves(self, features: NDArray[np.float32], root: int) -> NDArray[np.int32]:
        place = np.full(len(features), root, dtype=np.int32)
        rows = np.arange(len(features))
        while len(rows):
            rows = rows[self.left[place[rows]] >= 0]
            node = place[rows]
            goes_left = features[rows, self.features[node]] <= self.thresholds[node]
            place[rows] = np.where(goes_left, self.left[node], self.right[node])
        return place


def fit_trees(
    features: NDArray[np.float32], labels: Sequence[str], *, share: float, seed: int
) -> TreeEnsemble:
    """Fit extremely randomised trees; `share` of the features are tried at each split.

    References
    ----------
    Geurts, Ernst and Wehenkel (2006), "Extremely randomized trees", Machine Learning 63.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(TREES, max_features=share, random_state=seed, n_jobs=-1)
    forest.fit(features, labels)
    trees = [estimator.tree_ for estimator in forest.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])]).astype(np.int32)
    pairs = list(zip(trees, roots, strict=True))
    return TreeEnsemble(
        roots,
        np.concatenate([_moved(tree.children_left, root) for tree, root in pairs]),
        np.concatenate([_moved(tree.children_right, root) for tree, root in pairs]),
        np.concatenate([tree.feature for tree in trees]).astype(np.int32),
        np.concatenate([tree.threshold for tree in trees]),
        np.concatenate([_shares(tree.value[:, 0, :]) for tree in trees]),
    )


def _moved(children: NDArray[np.int64], root: np.int32) -> NDArray[np.int32]:
    return np.asarray(np.where(children < 0, -1, children + root), dtype=np.int32)


def _shares(counts: FloatArray) -> NDArray[np.float32]:
    return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float32)
