"""Regressions that turned out otherwise."""

import numpy as np

from reporting.artifacts import load_arrays, load_json, load_table
from tests.strange_runs.files import edit_arrays, edit_json, save_rows, settle


def points(runs, **functions):
    """Other points in all regression's files: name of an array -> function of the old one."""
    for path in (runs / "regression").rglob("predictions.npz"):
        edit_arrays(
            path.parent, lambda arrays: {name: np.asarray(move(arrays[name])) for name, move in functions.items()}
        )
    settle(runs)


def no_gaps(runs):
    points(runs, x_train=lambda x: np.linspace(-5, 5, len(x)))


def one_gap(runs):
    points(runs, x_train=lambda x: np.r_[np.linspace(-5, 0, len(x) // 2), np.linspace(2.5, 5, len(x) - len(x) // 2)])


def many_gaps(runs):
    points(
        runs,
        x_train=lambda x: np.concatenate(
            [
                start + np.linspace(0, 0.2, len(part))
                for start, part in zip((-5, -3, -1, 1, 4.8), np.array_split(x, 5), strict=True)
            ]
        ),
    )


def test_points(*places):
    """Test points spread over intervals."""
    return lambda runs: points(
        runs,
        x_test=lambda x: np.concatenate(
            [np.linspace(*place, len(part)) for place, part in zip(places, np.array_split(x, len(places)), strict=True)]
        ),
    )


def one_test_point_beyond(runs):
    points(runs, x_test=lambda x: np.r_[np.linspace(-4.9, 4.8, len(x) - 1), 7])


def constant_y(runs):
    points(runs, y_train=lambda y: 0 * y, y_test=lambda y: 0 * y)


def noisy_training(runs):
    """Training points whose noise hides everything."""
    rng = np.random.default_rng(1)
    points(runs, y_train=lambda y: y + 40 * np.sign(np.random.default_rng(1).normal(size=len(y))))
    assert rng


def memorised(runs):
    """Networks that know every training point, noise included, and nothing between them."""
    for folder in ("tuned", "seeds/seed_2", "seeds/seed_3"):
        edit_arrays(
            runs / "regression" / folder,
            lambda arrays: {"train_predictions": np.tile(arrays["y_train"], (5, 1)) + 0.01},
        )
    settle(runs)


def noisy_test(runs):
    points(runs, y_test=lambda y: y + 3 * (-1.0) ** np.arange(len(y)))


def predictions(case, offset, name="test"):
    """Networks of one case that all miss the true values by `offset`."""

    def change(runs):
        edit_arrays(
            runs / "regression" / case,
            lambda arrays: {f"{name}_predictions": 0 * arrays[f"{name}_predictions"] + arrays[f"y_{name}"] + offset},
        )
        settle(runs)

    return change


def agreeing(runs):
    """Networks of one opinion, and a wrong one."""
    for folder in ("tuned", "seeds/seed_2", "seeds/seed_3"):
        edit_arrays(
            runs / "regression" / folder, lambda arrays: {"test_predictions": 0 * arrays["test_predictions"] + 7}
        )
    settle(runs)


def disagreeing(runs):
    """Networks that scatter around the truth by far more than they err together."""
    for number, folder in enumerate(("tuned", "seeds/seed_2", "seeds/seed_3")):
        edit_arrays(
            runs / "regression" / folder,
            lambda arrays, k=number: {
                "test_predictions": arrays["y_test"] + np.array([[-4.0], [-2.0], [0.0], [2.0], [4.0]]) * (1 + 0.01 * k)
            },
        )
    settle(runs)


def mixed_file_order(runs):
    """A file whose rows come in no order of x."""
    arrays = load_arrays(runs / "regression/splits/shuffled/predictions.npz")
    for name in ("file_order", "blocks"):
        edit_arrays(runs / "regression/splits" / name, lambda _: arrays)
    settle(runs)


def one_fold_extrapolates(runs):
    """A file in order of x, cut so that one fold alone lies beyond the rest."""
    for name in ("file_order", "blocks"):
        edit_arrays(
            runs / "regression/splits" / name,
            lambda arrays: {"fold": 1 + (arrays["x_train"] > 3.2) * 1 + (arrays["x_train"] < -40) * 1},
        )
    edit_arrays(
        runs / "regression/splits/blocks", lambda _: load_arrays(runs / "regression/splits/shuffled/predictions.npz")
    )
    for name in ("file_order",):
        edit_arrays(
            runs / "regression/splits" / name,
            lambda arrays: {
                "fold": np.where(arrays["fold"] == 2, 1, 2 + np.arange(len(arrays["fold"])) % 2).astype(int)
            },
        )
    settle(runs)


def harmless_strips(runs):
    """Strips on which the networks do no worse than on shuffled folds."""
    for name in ("file_order", "blocks"):
        edit_arrays(
            runs / "regression/splits" / name, lambda arrays: {"train_predictions": np.tile(arrays["y_train"], (3, 1))}
        )
    settle(runs)


def noise_of_the_process(variance):
    def change(runs):
        path = runs / "regression/baselines/gaussian_process/folds.csv"
        save_rows(path, [row | {"noise_variance": variance} for row in load_table(path)])

    return change


def one_degree(runs):
    path = runs / "regression/baselines/polynomial/folds.csv"
    save_rows(path, [row | {"degree": 7} for row in load_table(path)])


def the_courses_data(runs):
    """The very points of the reference report, by their digests."""
    digests = load_json("reporting/reference_report.json")["regression"]["data"]
    for path in (runs / "regression").rglob("run.json"):
        edit_json(path, lambda run: run["data"].update(digests=digests))


def other_folds_for_the_reference(runs):
    """The search and the tuned networks on other folds than the reference settings."""
    edit_arrays(runs / "regression/reference", lambda arrays: {"fold": arrays["fold"][::-1].copy()})
    settle(runs)


def near_the_report(mean, single):
    """The course's points, and tuned networks whose mean has one test loss and who have another on average."""

    def change(runs):
        the_courses_data(runs)
        spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None] * np.sqrt(max(single - mean, 0) / 2)
        edit_arrays(
            runs / "regression/tuned", lambda arrays: {"test_predictions": arrays["y_test"] + np.sqrt(mean) + spread}
        )
        settle(runs)

    return change


def all_splits_alike(runs):
    """Folds that are strips of x even where they should be shuffled."""
    arrays = load_arrays(runs / "regression/splits/blocks/predictions.npz")
    for name in ("file_order", "shuffled"):
        edit_arrays(runs / "regression/splits" / name, lambda _: arrays)
    settle(runs)
