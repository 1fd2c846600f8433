"""Whether pictures are like the data that a network was trained on, by distances in several spaces."""

from collections.abc import Mapping

import numpy as np

Distances = Mapping[str, tuple[np.ndarray, np.ndarray]]  # space -> those of validation images (m,) and of pictures (n,)


def shares_as_far(usual: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Of each distance (n,) the share of usual ones (m,) that are as great, itself counted: (n,), above 0."""
    below = np.searchsorted(np.sort(usual), distances)
    return (1 + len(usual) - below) / (1 + len(usual))


def shares_as_unlike(spaces: Distances) -> np.ndarray:
    """Of each picture the share of validation images that are as unlike the training images: (n,), above 0.

    An image is as unlike as it is in the space where it is most. Since validation images are judged in the same way, a
    picture drawn like them has a share of at most p with a probability of p (a conformal p-value: Vovk, Gammerman and
    Shafer 2005, "Algorithmic learning in a random world").
    """
    own = np.min([shares_as_far(usual, distances) for usual, distances in spaces.values()], axis=0)
    usual = np.min([shares_as_far(usual, usual) for usual, _ in spaces.values()], axis=0)
    return (1 + np.searchsorted(np.sort(usual), own, "right")) / (1 + len(usual))
