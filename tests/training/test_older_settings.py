"""Settings that an older version shipped still load, and give the networks and fits that they gave then.

The numbers come from fits of commit d144ad1 with its own settings, which are in older_homework.toml: a seed of a fit,
the sums of the absolute values of the initial weights, and the losses of two epochs on the data of test_trainer.py.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.training.test_trainer import images, points, shapes_of
from training.seeds import derive_seed
from training.settings import load_homework
from training.trainer import Trainer

OLDER = Path(__file__).parent / "older_homework.toml"
HOMEWORK = load_homework(OLDER)
IMAGES = HOMEWORK.tasks["classification"]
REGRESSION = (
    HOMEWORK.tasks["regression"].reference,
    {
        "hidden_1/kernel": 131.4919924736023,
        "hidden_1/bias": 127.24249196052551,
        "hidden_2/kernel": 4103.873237773776,
        "hidden_2/bias": 15.42538933455944,
        "hidden_3/kernel": 8689.849761217833,
        "hidden_3/bias": 16.754685098305345,
        "output/kernel": 13.92482171393931,
        "output/bias": 0.020697519183158875,
    },
    [0.5460401177406311, 2.1018927097320557, 4.10004997253418, 0.6109719276428223],
)
REFERENCE = (
    IMAGES.reference,
    {
        "conv_1/kernel": 20.503581255674362,
        "conv_2/kernel": 633.9767334610224,
        "dense_1/kernel": 5169.697460137308,
        "dense_2/kernel": 2051.9946405887604,
        "output/kernel": 193.60894402116537,
    },
    [2.3338358402252197, 2.307435989379883, 2.303001880645752, 2.298212766647339],
)
IMPROVED = (
    IMAGES.variants["extended"],
    {
        "conv_1/kernel": 25.377281919121742,
        "conv_2/kernel": 1702.6415853668004,
        "dense_1/kernel": 12277.367856709287,
        "dense_2/kernel": 2048.320948153734,
        "output/kernel": 193.83756887167692,
    },
    [2.298022508621216, 2.2632460594177246, 2.164212226867676, 2.1883559226989746],
)


@pytest.mark.parametrize(
    ("config", "weights", "losses"), [REGRESSION, REFERENCE, IMPROVED], ids=["regression", "reference", "improved"]
)
def test_older_settings_give_the_networks_and_fits_of_their_time(config, weights, losses):
    x, y = points() if config.task == "regression" else images()
    short, parts = dataclasses.replace(config, max_epochs=2), np.split(np.arange(len(x)), [len(x) - 9])
    fit = Trainer(short, shapes_of(x, y)).fit(short, x, y, *parts, seed=5)
    sums = {name: np.abs(value).sum(dtype=np.float64) for name, value in fit.initial_weights.items()}
    assert {name: value for name, value in sums.items() if value} == pytest.approx(weights, rel=1e-6)
    found = [row[name] for name in ("train_loss", "validation_loss") for row in fit.history]
    assert found == pytest.approx(losses, rel=2e-3)


def test_the_seeds_of_older_fits_stay():
    assert derive_seed(2021, HOMEWORK.tasks["regression"].reference, 1) == 1679763183


def test_settings_of_today_are_not_older_ones(capsys):
    load_homework()
    assert not capsys.readouterr().err


def test_older_names_are_read_as_those_of_today_and_said_once(tmp_path, capsys):
    path = tmp_path / "mine.toml"
    path.write_text(
        "[classification.improved]\ndropout = 0.3\n[report]\nimproved_chosen_after_test_seen = false\n"
        "[regression.extras]\nseeds = 7\n[classification.extras]\nimproved = true\nimproved_seeds = 5\n"
        "[quick.classification.improved]\nmax_epochs = 3\n"
    )
    full, quick = load_homework(path), load_homework(path, quick=True)
    found = full.tasks["classification"].variants["extended"]
    assert found == dataclasses.replace(IMAGES.variants["extended"], dropout=0.3)
    assert quick.tasks["classification"].variants["extended"] == dataclasses.replace(found, max_epochs=3)
    assert full.tasks["classification"].extras.extended_seeds == 5 and full.tasks["regression"].extras.tuned_seeds == 7
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line and "classification.improved as extended" in line
