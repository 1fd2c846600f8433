"""Runs whose points, networks and extras turned out otherwise; what is done to one task, then to the other."""

from typing import Any

from reporting.artifacts import TASKS
from tests.invented.edits.classification import (
    always_dress,
    blank_maps,
    every_network,
    extended_is,
    fields,
    hesitant,
    no_smaller_classifier,
    perfect,
    probabilities,
    rising_loss,
    separated,
    temperatures,
    wrong_for,
)
from tests.invented.edits.columns import called, in_units, several_inputs
from tests.invented.edits.files import configured
from tests.invented.edits.networks import dead
from tests.invented.edits.origins import course_data, duplicates, seeds_of_their_own, several_machines
from tests.invented.edits.regression import (
    agreeing,
    all_splits_alike,
    baseline_column,
    bending,
    constant_y,
    disagreeing,
    even_points,
    foreseen,
    half_in_order,
    harmless_strips,
    largest_at_ends,
    many_gaps,
    memorised,
    mixed_file_order,
    no_gaps,
    noisy_tests,
    one_fold_extrapolates,
    one_gap,
    one_test_point_beyond,
    other_folds_for_the_reference,
    overconfident,
    predictions,
    right_in_gaps,
    tests_in,
    tests_moved,
    wrong_in_gaps,
)
from tests.invented.example import WITHOUT_EXTENDED
from tests.invented.outcome import outcome

EVERY_EXTRA = tuple(f"{task.name}/{extra.name}" for task in TASKS.values() for extra in task.extras)
EVERY_SWITCH = tuple(f"{task.name}/{item.name}" for task in TASKS.values() for item in task.switches)
SEEDS_AND_OTHERS = ("regression/tuned_seeds", "regression/baselines", "classification/tuned_seeds")


def accuracies(reference: float, tuned: float, extended: float) -> dict[str, Any]:
    return {"accuracy": {"reference": reference, "tuned": tuned, "extended": extended}}


def errors(
    reference: float,
    tuned: float,
    splits: float = 0.4,
    glorot_uniform: float = 0.6,
    smaller: float = 0.3,
    extended: float = 0.2,
) -> dict[str, Any]:
    extra = {"splits": splits, "glorot_uniform": glorot_uniform, "smaller": smaller}
    return {"regression_error": {"reference": reference, "tuned": tuned, "extended": extended}, "extra_error": extra}


OUTCOMES_OF_NETWORKS = {
    "nothing": outcome(),
    "a small scale": outcome(scale="quick", hidden_units=(16, 16, 16), test_images=1003),
    "no gaps, perfect classifiers": outcome(
        even_points, every_network(perfect), every_network(perfect, part="validation")
    ),
    "one gap, classifiers of one opinion": outcome(one_gap, every_network(always_dress)),
    "many gaps, one mistake": outcome(
        many_gaps,
        every_network(wrong_for([(0, 1, 1)])),
        probabilities(perfect, names=("tuned",), part="validation"),
    ),
    "tests in gaps, mistakes evenly": outcome(
        tests_in((-2.9, -1.1)), probabilities(wrong_for([(k, (k + 1) % 10, 3) for k in range(10)]))
    ),
    "tests beyond, hesitant classifiers": outcome(
        no_gaps, tests_in((-9, 9)), probabilities(hesitant), probabilities(perfect, part="validation")
    ),
    "one test beyond, hesitant validation": outcome(
        no_gaps, one_test_point_beyond, probabilities(hesitant, part="validation")
    ),
    "constant y, extended like reference": outcome(
        constant_y,
        extended_is(),
        configured("regression/extended", learning_rate_schedule="constant", weight_decay=1e-7),
    ),
    "extended by a convolution": outcome(
        extended_is(filters=[6, 8, 9], learning_rate_schedule="cosine", warmup_epochs=2)
    ),
    "noise, extended by its rate": outcome(memorised, extended_is(learning_rate=0.5)),
    "tuning changes nothing, on other folds": outcome(other_folds_for_the_reference, **errors(0.3, 0.3)),
    "tuning is worse, on other folds": outcome(other_folds_for_the_reference, **errors(0.1, 0.9)),
    "tuning is worse": outcome(**errors(0.1, 0.9), **accuracies(0.93, 0.85, 0.80)),
    "tuning changes nothing": outcome(**errors(0.3, 0.3, glorot_uniform=0.3), **accuracies(0.9, 0.9, 0.9)),
    "networks of one wrong opinion": outcome(agreeing, configured("regression/reference", optimizer="adamw")),
    "networks that scatter, rising loss": outcome(disagreeing, rising_loss),
    "no order in the file, second softmax": outcome(
        mixed_file_order, configured("classification/reference", loss="double_softmax")
    ),
    "one fold beyond, no blank map": outcome(one_fold_extrapolates, blank_maps(0)),
    "strips do no harm, no field": outcome(harmless_strips, fields(0)),
    "another noise, one method's fields": outcome(baseline_column("gaussian_process", noise_variance=5.0), fields(1)),
    "one degree, all fields": outcome(
        baseline_column("polynomial", degree=7), predictions("baselines/polynomial", 0.0), fields(3)
    ),
    "the course's data": outcome(course_data, separated, no_smaller_classifier, function_known=False),
    "years and prices": outcome(
        in_units((10.0, 2000.0), (2e5, 1e6)), called("year", "price", notes=("train.csv: 1 of 101 rows lacks a value",))
    ),
    "tiny and offset": outcome(
        in_units((1e-9, 0.0), (1e-12, 3e-11)), baseline_column("gaussian_process", fitted_points=70)
    ),
    "several inputs": outcome(several_inputs("rooms", "area", "price", partial=(3.0, -1.0))),
    "many inputs, few extras": outcome(
        several_inputs("x1", "x2", "x3", "x4", "x5", "y", partial=(-3.0, 1.0, 0.1, 0.0, 0.5)), switched_off=EVERY_EXTRA
    ),
    "inputs, some without use": outcome(several_inputs("a", "b", "y", partial=(3.0, 0.1)), constant_y),
    "units that peak at the ends": outcome(
        largest_at_ends, configured("regression/reference", optimizer="sgd", momentum=0.9, nesterov=True)
    ),
    "few points": outcome(
        duplicates(None, None), configured("regression/reference", weight_decay=0.0), points=6, folds=2
    ),
    "other initialiser better, smaller better": outcome(
        temperatures, **errors(0.4, 0.28, glorot_uniform=0.05, smaller=0.05)
    ),
    "smaller worse, seeds that scatter": outcome(
        probabilities(always_dress, names=("extended", "reference_seeds/seed_2")), **errors(0.4, 0.28, smaller=0.9)
    ),
    "not smaller": outcome(several_machines(), smaller_units=(16, 24, 32)),
    "one machine, several versions": outcome(several_machines(1, 2), all_splits_alike),
    "no extras": outcome(switched_off=EVERY_EXTRA),
    "no extended network": outcome(switched_off=WITHOUT_EXTENDED),
    "no extended network, tuning is worse": outcome(**accuracies(0.93, 0.85, 0.80), switched_off=WITHOUT_EXTENDED),
    "no extended network and no extras": outcome(switched_off=EVERY_SWITCH),
    "two networks of one opinion": outcome(every_network(wrong_for([(0, 1, 1)])), switched_off=EVERY_SWITCH),
    "no seeds, gaps no harder": outcome(predictions("tuned", 0.3), switched_off=SEEDS_AND_OTHERS),
    "no noise, the function bends": outcome(bending),
    "held-out points foreseen, low half first": outcome(foreseen, half_in_order),
    "networks right in gaps, tests as noisy": outcome(noisy_tests, right_in_gaps),
    "tests of another function": outcome(tests_moved),
    "networks of one opinion, nearly right": outcome(overconfident),
    "no gaps, networks of one opinion": outcome(even_points, overconfident),
    "networks wrong in gaps": outcome(wrong_in_gaps),
    "all units dead": outcome(*(dead(task, 1) for task in TASKS)),
    "several machines, one version; no identity": outcome(several_machines(3, 1), seeds_of_their_own),
}
