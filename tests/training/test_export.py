"""A network for other programs: written only if its outputs agree, and nothing is lost."""

import sys

import keras
import numpy as np
import pytest

from reporting.artifacts import UserError
from tests.training.tiny_network import runs, shapes  # noqa: F401
from training import export
from training.settings import load_homework
from training.trained import trained


def exported(runs, form, *more):  # noqa: F811
    export.main(["--runs", str(runs), "--task", "classification", "--format", form, *more])
    return runs / "export" / f"classification-reference{export.ENDINGS[form]}"


def test_a_saved_model_and_a_tflite_file_predict_what_the_network_does(runs, capsys):  # noqa: F811
    import tensorflow as tf

    x, _ = shapes(4, 1)
    network = keras.models.load_model(runs / "classification" / "reference" / "model.keras")
    expected = network.predict(x, verbose=0)
    loaded = tf.saved_model.load(str(exported(runs, "saved_model")))
    np.testing.assert_allclose(loaded.serve(x.astype(np.float32)), expected, atol=1e-5)
    path = exported(runs, "tflite", "--variant", "reference")
    said, error = capsys.readouterr()
    assert said.splitlines()[1].startswith(f"{path}: outputs on 20 test inputs agree, their largest difference is ")
    assert "precision" not in said and len(said.splitlines()) == 2 and "rror" not in error
    assert sorted(each.name for each in path.parent.iterdir()) == ["classification-reference", path.name]
    exported(runs, "saved_model")  # replaces the folder
    assert sorted(each.name for each in path.parent.iterdir()) == ["classification-reference", path.name]


def test_what_does_not_agree_is_not_written_and_the_earlier_file_stays(runs, monkeypatch):  # noqa: F811
    path = exported(runs, "tflite")
    earlier = path.read_bytes()

    def wrong(model, path):
        path.write_bytes(b"wrong")
        return lambda inputs: model.predict(inputs, verbose=0) + 0.1

    monkeypatch.setitem(export.EXPORTS, "tflite", wrong)
    with pytest.raises(UserError, match=r"not written: the outputs of classification-reference\.tflite differ"):
        exported(runs, "tflite")
    monkeypatch.setitem(export.EXPORTS, "tflite", lambda model, path: lambda inputs: np.nan * inputs[:, 0, 0])
    with pytest.raises(UserError, match="not written"):
        exported(runs, "tflite")
    assert path.read_bytes() == earlier and [each.name for each in path.parent.iterdir()] == [path.name]


def test_missing_packages_are_named_with_the_command_that_installs_them(tmp_path, monkeypatch):
    for name in export.ONNX_PACKAGES:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"more packages: .* -m pip install tf2onnx onnx onnxruntime"):
        exported(tmp_path, "onnx")


def test_a_copy_in_float32_keeps_weights_and_operations():
    x = inputs = keras.Input((4,))
    x = keras.layers.Dense(3, dtype="mixed_bfloat16", name="hidden")(keras.ops.flip(x, axis=1))
    model = keras.Model(inputs, keras.layers.Dense(2, dtype="float32")(x))
    single = export.in_float32(model)
    assert single.get_layer("hidden").dtype_policy.name == "float32"
    values = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    np.testing.assert_allclose(single(values), model(values), atol=0.05)
    assert "float32 in place of mixed_bfloat16" in export.of_precision(model, 0.01)
    assert export.of_precision(single, 0.0) == ""


def test_the_network_that_is_best_on_validation_data_is_taken(runs):  # noqa: F811
    network = trained(runs, "classification", None, load_homework())
    assert network.folder == runs / "classification" / "reference"
    better = type("Run", (), {"metrics": {"validation_accuracy": 0.9}}), type("Run", (), {"metrics": {}})
    from training.trained import best_of

    assert best_of({"a": better[1], "b": better[0]}) == "b"
