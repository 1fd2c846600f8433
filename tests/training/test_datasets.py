"""Data: what is read, what is refused and with which words, where Fashion-MNIST is looked for, how points are split."""

import dataclasses
import gzip
import hashlib
import shutil
import subprocess

import numpy as np
import pytest

from reporting.artifacts import UserError
from training import fashion_mnist, synthetic
from training.config import DataConfig
from training.datasets import hold_out, kfold_indices, load_fashion_mnist, load_regression

GOOD = "x,y\n-1.5,2\n0,3.25\n4e0,-1\n"
BAD_CSV = {
    "empty": ("", "holds 0 points"),
    "header only": ("x,y\n", "holds 0 points"),
    "one row": ("x,y\n1,2\n", "holds 1 points"),
    "text": ("x,y\n1,2\n3,four\n", "line 3: 'four' is not a number"),
    "empty cell": ("1,2\n3,\n", "line 2: '' is not a number"),
    "digit separators": ("1,2\n1_000,3\n", "line 2: '1_000' is not a number"),
    "NaN": ("1,2\n3,nan\n5,6\n", "line 2: nan is not a finite number"),
    "infinity": ("1,2\n-inf,4\n", "line 2: -inf is not a finite number"),
    "huge": ("1,2\n3,1e300\n", "line 2: 1e300 is not a finite number of ordinary size"),
    "one column": ("1\n2\n3\n", "line 1: 1 column instead of the two"),
    "three columns": ("x,y,z\n1,2,3\n", "line 1: 3 columns instead of the two"),
    "a longer row": ("x,y\n1,2\n1,2,3\n", "line 3: 3 columns"),
    "tabs": ("1\t2\n3\t4\n", "line 1: 1 column instead of the two, x and y; separate x and y with a comma"),
    "semicolons": ("x;y\n1;2\n", "line 1: semicolons"),
    "decimal commas, semicolons": ("1,5;2,5\n2,5;3,5\n", "line 1: semicolons"),
    "decimal commas": ("x,y\n1,5,2,5\n", "line 2: 4 columns instead of the two, x and y; write decimals with a point"),
    "quoted decimal commas": ('x,y\n"1,5","2,5"\n', "line 2: '1,5' has a decimal comma; write 1.5"),
    "open quote": ('x,y\n1,"2\n3,4\n', "line 2: not CSV"),
    "constant y": ("1,2\n3,2\n5,2.0\n", "y is 2 in every row"),
    "constant x": ("1,2\n1,3\n", "x is 1 in every row"),
    "a number in the header": ("1,y\n2,3\n", "line 1: 'y' is not a number"),
}


def data_config(**changes):
    return DataConfig(
        **({"regression_train": "", "regression_test": "", "fashion_mnist": "", "train_images": 60000} | changes)
    )


def load_csv(folder, content, test=GOOD):
    """The Split of a training file with `content` and a good test file."""
    (folder / "train.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "test.csv").write_text(test)
    return load_regression(
        data_config(regression_train=str(folder / "train.csv"), regression_test=str(folder / "test.csv"))
    )


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.removeprefix("x,y\n"),
        GOOD.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.removeprefix("x,y\n").encode(),
        GOOD.replace(",", " , ") + "\n\n",
        GOOD.replace("x,y", '"input","label"'),
    ],
    ids=["plain", "no header", "CRLF", "byte-order mark", "byte-order mark, no header", "blanks", "quoted header"],
)
def test_every_usual_way_of_writing_a_csv_gives_the_same_points(tmp_path, content):
    split = load_csv(tmp_path, content)
    assert split.x_train.dtype == split.y_train.dtype == np.float32
    np.testing.assert_array_equal(split.x_train, [[-1.5], [0], [4]])
    np.testing.assert_array_equal(split.y_train, [[2], [3.25], [-1]])


@pytest.mark.parametrize(("content", "message"), BAD_CSV.values(), ids=BAD_CSV)
def test_a_bad_csv_is_refused_in_one_line_that_names_it(tmp_path, content, message):
    with pytest.raises(UserError) as error:
        load_csv(tmp_path, content)
    assert str(error.value).startswith(str(tmp_path / "train.csv"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_bad_test_file_is_named():
    with pytest.raises(UserError, match="nowhere.csv: no such file"):
        load_regression(data_config(regression_train="nowhere.csv", regression_test="nowhere.csv"))


@pytest.mark.parametrize("content", ["x,y\n1,é\n".encode("latin-1"), GOOD.encode("utf-16")], ids=["latin-1", "utf-16"])
def test_a_csv_in_another_encoding_is_refused(tmp_path, content):
    with pytest.raises(UserError, match="not a text file in UTF-8"):
        load_csv(tmp_path, content)


def test_a_folder_in_place_of_a_csv_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        load_regression(data_config(regression_train=str(tmp_path), regression_test=str(tmp_path)))


@pytest.mark.parametrize(
    ("given", "missing"), [("regression_train", "regression_test"), ("regression_test", "regression_train")]
)
def test_one_csv_without_the_other_is_refused(given, missing):
    with pytest.raises(UserError, match=f"{missing} is empty"):
        load_regression(data_config(**{given: "points.csv"}))


def test_provenance_of_csv_files_is_their_digests_and_counts(tmp_path):
    data = load_csv(tmp_path, GOOD + "7,8\n").data
    assert data.counts == {"train": 4, "test": 3}
    assert data.digests["test.csv"] == hashlib.sha256(GOOD.encode()).hexdigest()
    assert data.source == "train.csv and test.csv"
    assert str(tmp_path) not in str(dataclasses.asdict(data))


def test_files_of_one_name_keep_a_digest_each(tmp_path):
    paths = [tmp_path / part / "points.csv" for part in ("train", "test")]
    for path, content in zip(paths, (GOOD, GOOD + "7,8\n"), strict=True):
        path.parent.mkdir()
        path.write_text(content)
    assert (
        len(load_regression(data_config(regression_train=str(paths[0]), regression_test=str(paths[1]))).data.digests)
        == 2
    )


def test_shipped_points_leave_the_gaps_empty_and_test_points_do_not():
    train, test = (part[:, 0] for part in synthetic.make_points())
    assert len(train) == len(test) == 100
    for low, high in synthetic.GAPS:
        assert not np.any((train > low) & (train < high))
        assert np.sum((test > low) & (test < high)) >= 5
    assert np.ptp(train) > 9


def test_shipped_points_follow_the_function_with_the_stated_noise():
    assert synthetic.unknown_function(np.zeros(1)) == pytest.approx(2.8 + 0.8 * np.sin(-1.1))
    for points, noise in zip(synthetic.make_points(), (synthetic.TRAIN_NOISE, synthetic.TEST_NOISE), strict=True):
        assert np.std(points[:, 1] - synthetic.unknown_function(points[:, 0])) == pytest.approx(noise, rel=0.2)


def test_shipped_points_are_the_same_every_time():
    first, second = (load_regression(data_config()) for _ in range(2))
    np.testing.assert_array_equal(first.y_test, second.y_test)
    assert first.data == second.data
    assert first.data.source == "the project's own function"


# Fashion-MNIST: a small data set of the same format stands in for it.


def idx(array):
    """The bytes of an IDX file of uint8 values."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A small data set in a folder of its own; no other folder holds one, and nothing can be fetched."""
    rng = np.random.default_rng(0)
    shapes = {
        name: tuple(size // 1000 if size >= 10000 else size for size in shape)
        for name, shape in fashion_mnist.SHAPES.items()
    }
    contents = {name: idx(rng.integers(0, 10, shape, dtype=np.uint8)) for name, shape in shapes.items()}
    folder = tmp_path / "named"
    folder.mkdir()
    for name, content in contents.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(fashion_mnist, "SHAPES", shapes)
    for name, content in contents.items():
        monkeypatch.setitem(fashion_mnist.DIGESTS, name, hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDER", tmp_path / "system")
    monkeypatch.setattr(fashion_mnist, "OWN_FOLDER", tmp_path / "data" / "fashion-mnist")
    monkeypatch.setattr(fashion_mnist, "get_debian_package", unavailable)
    monkeypatch.setattr(fashion_mnist, "get_with_keras", unavailable)
    return folder


def unavailable(scratch):
    raise UserError("no network")


def copying(folder, calls):
    """A way to fetch that copies `folder` and notes that it was called."""

    def get(scratch):
        calls.append(scratch)
        return shutil.copytree(folder, scratch / "copy")

    return get


def test_images_are_uint8_with_a_channel_and_only_training_images_are_limited(stand_in):
    split = load_fashion_mnist(data_config(fashion_mnist=str(stand_in), train_images=50))
    assert split.x_train.shape == (50, 28, 28, 1) and split.x_train.dtype == np.uint8
    assert split.x_test.shape == (10, 28, 28, 1)
    assert split.y_train.shape == (50,) and split.y_test.shape == (10,)
    assert np.issubdtype(split.y_train.dtype, np.integer)
    assert split.data.counts["train"] == 50


def test_pixels_and_labels_keep_their_order(stand_in):
    content = gzip.decompress((stand_in / "train-images-idx3-ubyte.gz").read_bytes())
    split = load_fashion_mnist(data_config(fashion_mnist=str(stand_in)))
    assert split.x_train[1, 0, 2, 0] == content[16 + 28 * 28 + 2]
    labels = gzip.decompress((stand_in / "train-labels-idx1-ubyte.gz").read_bytes())
    assert split.y_train[3] == labels[8 + 3]


def test_provenance_does_not_depend_on_the_folder(stand_in):
    named = load_fashion_mnist(data_config(fashion_mnist=str(stand_in))).data
    shutil.copytree(stand_in, fashion_mnist.SYSTEM_FOLDER)
    assert load_fashion_mnist(data_config()).data == named
    assert str(stand_in) not in str(named)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def replace(content):
    return lambda path: path.write_bytes(content)


BAD_FILES = {
    "missing": (lambda path: path.unlink(), "is missing"),
    "truncated archive": (truncate, "is truncated or no gzip file"),
    "not an archive": (replace(b"hello"), "is truncated or no gzip file"),
    "empty": (replace(b""), "begin like an IDX file"),
    "wrong magic number": (replace(gzip.compress(b"\0\0\x0d\x03" + bytes(100))), "begin like an IDX file of images"),
    "labels in place of images": (replace(gzip.compress(idx(np.zeros(60, np.uint8)))), "are the files swapped"),
    "fewer images": (
        replace(gzip.compress(idx(np.zeros((59, 28, 28), np.uint8)))),
        "should hold 60 x 28 x 28 values; its header says 59 x 28 x 28",
    ),
    "truncated content": (replace(gzip.compress(idx(np.zeros((60, 28, 28), np.uint8))[:-1])), "and 47039 bytes follow"),
    "a header that ends early": (
        replace(gzip.compress(bytes([0, 0, 8, 3, 0, 0, 0]))),
        "its header says 0 x 0 x 0, and 0 bytes follow",
    ),
    "far too much": (
        replace(gzip.compress(idx(np.zeros((60, 28, 28), np.uint8)) + bytes(10**7))),
        "and 47041 bytes follow",
    ),
    "wrong digest": (replace(gzip.compress(idx(np.zeros((60, 28, 28), np.uint8)))), "its digest differs"),
}


@pytest.mark.parametrize(("damage", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_damaged_file_in_a_named_folder_is_refused_and_left_alone(stand_in, damage, message):
    path = stand_in / "train-images-idx3-ubyte.gz"
    damage(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(UserError) as error:
        load_fashion_mnist(data_config(fashion_mnist=str(stand_in)))
    assert str(path) in str(error.value) and message in str(error.value) and "\n" not in str(error.value)
    assert before == (path.read_bytes() if path.exists() else None)


@pytest.mark.parametrize("damage", [damage for damage, _ in BAD_FILES.values()], ids=BAD_FILES)
def test_a_damaged_file_in_the_own_folder_is_fetched_again(stand_in, monkeypatch, damage):
    own, calls = fashion_mnist.OWN_FOLDER, []
    shutil.copytree(stand_in, own)
    damage(own / "train-images-idx3-ubyte.gz")
    monkeypatch.setattr(fashion_mnist, "get_debian_package", copying(stand_in, calls))
    for _ in range(2):
        folder, _ = fashion_mnist.find_fashion_mnist()
        assert folder == own
    assert len(calls) == 1
    assert sorted(path.name for path in own.parent.iterdir()) == [".lock", "fashion-mnist"]


def test_the_system_folder_comes_first_unless_it_is_damaged(stand_in):
    shutil.copytree(stand_in, fashion_mnist.SYSTEM_FOLDER)
    shutil.copytree(stand_in, fashion_mnist.OWN_FOLDER)
    assert fashion_mnist.find_fashion_mnist()[0] == fashion_mnist.SYSTEM_FOLDER
    truncate(fashion_mnist.SYSTEM_FOLDER / "t10k-labels-idx1-ubyte.gz")
    assert fashion_mnist.find_fashion_mnist()[0] == fashion_mnist.OWN_FOLDER


def test_keras_is_asked_when_debian_cannot_be_and_a_wrong_download_is_not_kept(stand_in, monkeypatch):
    calls = []
    monkeypatch.setattr(fashion_mnist, "get_with_keras", copying(stand_in, calls))
    fashion_mnist.find_fashion_mnist()
    assert len(calls) == 1
    shutil.rmtree(fashion_mnist.OWN_FOLDER)
    truncate(stand_in / "t10k-labels-idx1-ubyte.gz")
    with pytest.raises(UserError, match="Debian's package: no network; Keras' loader: .*truncated"):
        fashion_mnist.find_fashion_mnist()
    assert not fashion_mnist.OWN_FOLDER.exists()


def test_a_failed_command_is_reported_by_its_last_line(tmp_path):
    error = subprocess.CalledProcessError(100, ["apt-get"], stderr="Reading\nE: Unable to locate package\n")
    assert fashion_mnist.reason(error) == "E: Unable to locate package"


# Splits


@pytest.mark.parametrize(("n", "folds"), [(2, 2), (100, 5), (103, 5), (7, 7)])
def test_folds_partition_the_training_set(n, folds):
    pairs = kfold_indices(n, folds, np.random.default_rng(1))
    assert len(pairs) == folds
    np.testing.assert_array_equal(np.sort(np.concatenate([validation for _, validation in pairs])), np.arange(n))
    for train, validation in pairs:
        np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(n))
        assert len(validation) in (n // folds, n // folds + 1)


def test_folds_are_shuffled_and_follow_the_generator():
    def folds(seed):
        return [list(validation) for _, validation in kfold_indices(100, 5, np.random.default_rng(seed))]

    assert folds(1) == folds(1) != folds(2)
    assert all(np.ptp(validation) > 40 for validation in folds(1))


@pytest.mark.parametrize(("n", "folds"), [(4, 5), (100, 1), (0, 2)])
def test_impossible_folds_are_refused(n, folds):
    with pytest.raises(UserError, match=f"folds = {folds} is impossible"):
        kfold_indices(n, folds, np.random.default_rng(1))


@pytest.mark.parametrize(("n", "share", "size"), [(60000, 0.2, 12000), (10, 0.25, 2), (3, 0.5, 2)])
def test_hold_out_partitions_with_the_share_that_is_asked_for(n, share, size):
    train, validation = hold_out(n, share, np.random.default_rng(1))
    assert len(validation) == size
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(n))


@pytest.mark.parametrize(("n", "share"), [(3, 0.1), (3, 0.9), (0, 0.5)])
def test_a_hold_out_that_leaves_a_part_empty_is_refused(n, share):
    with pytest.raises(UserError, match="both need at least one"):
        hold_out(n, share, np.random.default_rng(1))
