"""The images: what is given to learn from, and what the loss is."""

import dataclasses

from reporting.engine.sections import Found
from reporting.results import CLASS_NAMES, Results

EQUATIONS = {
    "cross_entropy": (
        r"L=-\dfrac{1}{N}\,\sum_{i=1}^{N}\,\log p_i(c_i),"
        r"\qquad p_i(k)=\dfrac{\exp z_i(k)}{\sum_{j=0}^{9}\,\exp z_i(j)}",
        "L is minus the mean over the N images of log p_i(c_i), the right class; p_i is the softmax of the outputs z_i",
    ),
}


@dataclasses.dataclass(frozen=True)
class DataFindings:
    train_images: int
    validation_images: int
    test_images: int
    class_names: tuple[str, ...]  # by label


def find(results: Results, found: Found) -> DataFindings:
    """How many images there are, by the files of the tuned network."""
    fold = results.tuned.folds[0]
    return DataFindings(
        train_images=fold["train_points"],
        validation_images=fold["validation_points"],
        test_images=len(results.tuned.predictions["test_labels"]),
        class_names=CLASS_NAMES,
    )
