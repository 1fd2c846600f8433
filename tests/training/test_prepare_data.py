"""The stage that checks settings and data before anything is trained."""

import re
import subprocess
import sys

import pytest

from reporting.artifacts import UserError, load_json
from training import prepare_data
from training.known_images import KNOWN
from training.own_images import Images

POINTS = "x,y\n" + "".join(f"{x},{x * x}\n" for x in range(6))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Writes settings that name the user's CSV files, and puts no real Fashion-MNIST in the way."""
    monkeypatch.setattr(prepare_data, "read_images", lambda config: Images({}, (), "", str(tmp_path)))
    for name in ("train points.csv", "test.csv"):
        (tmp_path / name).write_text(POINTS)

    def write(more=""):
        path = tmp_path / "mine.toml"
        path.write_text(
            f'[data]\nregression_train = "{tmp_path}/train points.csv"\nregression_test = "{tmp_path}/test.csv"\n{more}'
        )
        return path

    return write


def prepare(settings_file, runs):
    return prepare_data.main(["--config", str(settings_file), "--runs", str(runs)])


def test_provenance_of_both_tasks_is_recorded_and_told(settings, tmp_path, capsys):
    prepare(settings(), tmp_path / "runs")
    record = load_json(tmp_path / "runs" / "data.json")
    assert record["regression"]["counts"] == {"train": 6, "test": 6}
    assert record["classification"]["digests"] == KNOWN["fashion_mnist"].digests
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "data: of the columns x is the input, y is the target" and "6 + 6 points" in told[-1]
    assert told[1:-1] == [f"data: {note}" for note in record["regression"]["notes"]]


def test_a_grid_that_will_hardly_end_is_said(settings, tmp_path, capsys):
    values = [number / 1000 for number in range(1, 101)]
    more = f"[regression.search.grid]\nlearning_rate = {values}\nweight_decay = {values}\n"
    more += f"batch_size = {list(range(1, 101))}"
    prepare(settings(more), tmp_path / "runs")
    assert (
        "warning: the grid of the regression has 1,000,000 combinations, so 5,000,000 fits" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[regression]\nfolds = 7", "folds = 7 is impossible with 6 training points"),
        ("[classification]\nvalidation_share = 0.000001", "leaves 0 for validation"),
    ],
)
def test_splits_that_later_stages_could_not_make_are_refused_now(settings, tmp_path, more, message):
    with pytest.raises(UserError, match=message):
        prepare(settings(more), tmp_path / "runs")
    assert not (tmp_path / "runs" / "data.json").exists()


def test_bad_data_leave_the_earlier_record_as_it_was(settings, tmp_path):
    prepare(settings(), tmp_path / "runs")
    before = (tmp_path / "runs" / "data.json").read_bytes()
    (tmp_path / "test.csv").write_text("x,y\n1,inf\n2,3\n")
    with pytest.raises(UserError, match="test.csv, line 2"):
        prepare(settings(), tmp_path / "runs")
    assert (tmp_path / "runs" / "data.json").read_bytes() == before


def test_a_mistake_in_the_settings_is_one_line_on_stderr(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[regression]\nfold = 5\n")
    result = subprocess.run(
        [sys.executable, "-m", "training.prepare_data", "--config", path, "--runs", tmp_path],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert (
        result.stderr.startswith("error: ")
        and result.stderr.count("\n") == 1
        and "did you mean folds?" in result.stderr
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[classification]\nfilters = [4, 4, 4, 4]", "[classification]: conv_4 needs 3 x 3, but 1 x 1 is left after"),
        (
            "[classification.extended]\nfilters = [4, 4, 4, 4, 4]",
            "[classification.extended]: pool_5 needs 2 x 2, but 1",
        ),
        (
            "[classification.search.settings]\nfilters = [4, 4, 4, 4]",
            "[classification.search]: conv_4 needs 3 x 3, but 1 x 1",
        ),
        ("[classification.search.grid]\nfilters = [[4], [4, 4, 4, 4]]", "[classification.search.grid]: conv_4 needs 3"),
    ],
)
def test_networks_that_images_are_too_small_for_are_refused_before_anything_trains(settings, tmp_path, more, told):
    with pytest.raises(UserError, match=re.escape(told)):
        prepare(settings(more), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_extras_that_a_network_of_ones_own_has_no_settings_for_are_left_out_and_told(settings, tmp_path, capsys):
    (tmp_path / "own.py").write_text(
        "import keras\nfrom keras import layers\ndef build_network(config):\n    x = keras.Input(config.inputs)\n"
        "    return keras.Model(x, layers.Dense(config.outputs)(x))\n"
    )
    prepare(settings('[regression]\nnetwork = "own.py"'), tmp_path / "runs")
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning")]
    assert "the regression goes without smaller and initialisation" in line and "own.py" in line


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ("", True),  # the extended network flips
        ("[classification.extras]\nextended = false", False),
        ("[classification.extended]\nhorizontal_flips = false", False),
        ("[classification.extras]\nextended = false\n[classification]\nhorizontal_flips = true", True),
        (
            "[classification.extras]\nextended = false\n[classification.search.grid]\nhorizontal_flips = [false, true]",
            True,
        ),
    ],
)
@pytest.mark.parametrize("dataset", ["digits", "fashion_mnist"])
def test_mirrored_digits_are_warned_of_in_a_line(settings, tmp_path, capsys, monkeypatch, dataset, more, warned):
    monkeypatch.setattr("training.prepare_data.check_networks", lambda *_, **__: None)  # digits are small
    path = settings()
    path.write_text(path.read_text() + f'dataset = "{dataset}"\n{more}')
    prepare(path, tmp_path / "runs")
    said = capsys.readouterr().err
    assert ("a mirrored image of digits is another thing" in said) == (warned and dataset == "digits")
    assert said.count("\n") == (warned and dataset == "digits")
