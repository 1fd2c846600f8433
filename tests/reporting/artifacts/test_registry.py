"""The tasks, their extras and their stages."""

from reporting.artifacts import TASKS, extras_of, stages, variants_of


def test_a_task_is_known_by_its_name_and_its_stages_are_different_folders():
    assert all(task.name == name for name, task in TASKS.items())
    for name, task in TASKS.items():
        folders = ("search", *variants_of(name), *extras_of(name))
        assert len(set(folders)) == len(folders) and task.searched in variants_of(name)
        assert [folder for folder in stages() if folder.startswith(f"{name}/")] == [
            f"{name}/{part}" for part in folders
        ]


def test_a_stage_needs_the_data_or_an_earlier_stage():
    earlier = {"data"}
    for folder, needed in stages().items():
        assert needed in earlier
        earlier.add(folder)
    assert stages()["regression/tuned"] == "regression/search"
    assert stages()["classification/reference"] == "data"
    assert stages()["classification/smaller"] == "classification/tuned"


def test_what_can_be_switched_off_is_a_network_of_its_own_settings_or_an_extra():
    for name, task in TASKS.items():
        optional = [item.name for item in task.optional]
        assert set(optional) <= set(variants_of(name)) - {"reference", task.searched}
        assert [item.name for item in task.switches] == [*optional, *extras_of(name)]
        assert {item.of for item in task.extras} <= {"", *optional}
