"""Each fit has a seed of its own."""

import dataclasses

from training.seeds import derive_seed, search_seed
from training.settings import load_homework


def test_seeds_differ_by_fold_hyperparameter_and_task():
    tasks = load_homework().tasks
    mlp, cnn = tasks["regression"].reference, tasks["classification"].reference
    other = dataclasses.replace(mlp, learning_rate=0.5)
    seeds = [derive_seed(1, mlp, 1), derive_seed(1, mlp, 2), derive_seed(1, other, 1), derive_seed(2, mlp, 1)]
    seeds.append(derive_seed(1, cnn, 1))
    assert len(set(seeds)) == 5
    assert derive_seed(1, mlp, 1) == seeds[0]


def test_a_search_has_a_seed_of_its_own():
    assert len({search_seed(seed) for seed in range(100)} | set(range(100))) == 200
    assert search_seed(2021) == search_seed(2021) == 1503584743


def test_seeds_stay_those_of_recorded_runs():
    tasks = load_homework().tasks
    assert derive_seed(2021, tasks["regression"].reference, 1) == 1679763183
    assert derive_seed(2021, tasks["classification"].reference, 1) == 55518402


def test_a_setting_at_its_default_changes_no_seed():
    config = load_homework().tasks["classification"].reference
    assert derive_seed(1, dataclasses.replace(config, optimizer="sgd"), 1) != derive_seed(1, config, 1)
    assert derive_seed(1, dataclasses.replace(config, weight_average=0.0), 1) == derive_seed(1, config, 1)
