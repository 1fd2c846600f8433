"""The one rule: reporting never loads TensorFlow or the other stages; training and tuning never load what draws."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEARNING = {"tensorflow", "keras", "keras_tuner", "training", "tuning"}
DRAWING = {"matplotlib", "jinja2", "weasyprint"}


def modules_of(folder):
    """The names of all modules below a folder."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.stem != "__init__"
    ]


def loaded_by(imports):
    """The names of all modules that a fresh interpreter holds after the imports."""
    code = f"import sys\n{imports}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.split())


def importing(modules, without=()):
    """Python code that imports the modules on a machine that lacks the packages `without`."""
    missing = "".join(f"sys.modules[{name!r}] = None\n" for name in sorted(without))
    return missing + "\n".join(f"import {module}" for module in modules)


def top_level(loaded):
    return {name.split(".")[0] for name in loaded}


def test_report_never_loads_tensorflow_or_the_other_stages():
    assert not top_level(loaded_by(importing(modules_of("reporting")))) & LEARNING


def test_training_and_tuning_load_nothing_that_draws():
    loaded = loaded_by(importing(modules_of("training") + modules_of("tuning"), without=DRAWING))
    others = {name for name in loaded if name.startswith("reporting.")}
    assert {name for name in others if not name.startswith("reporting.artifacts.")} == {"reporting.artifacts"}


def test_findings_load_nothing_that_draws():
    light = ["reporting.results", *modules_of("reporting/stats"), *modules_of("reporting/sections")]
    assert top_level(loaded_by(importing(light, without=DRAWING))) >= {"reporting"}


def test_scripts_load_tensorflow_only_when_they_need_it():
    scripts = ["training.prepare_data", "training.train", "training.run_extra", "training.pipeline", "tuning.tune"]
    scripts += ["tuning.check_gpu"]
    assert not top_level(loaded_by(importing(scripts))) & {"tensorflow", "keras", "keras_tuner"}


@pytest.mark.parametrize("forbidden", ["keras_tuner", "training.config"])
def test_the_boundary_test_can_fail(forbidden):
    assert top_level(loaded_by(importing([*modules_of("reporting"), forbidden]))) & LEARNING


def test_a_missing_package_is_noticed():
    with pytest.raises(subprocess.CalledProcessError):
        loaded_by(importing(["reporting.results", "jinja2"], without=DRAWING))
