"""Check on this machine's GPUs, in at most five minutes, what this project does with GPUs.

    python -m tuning.check_gpu

The reference networks are trained for a few epochs on a GPU and on the processor, under each precision that the GPU
supports, and their losses compared; a tiny search runs with one worker and with several. Ends with a table in Markdown,
to be pasted into an issue, and exit status 1 if a check failed. On a machine without a GPU the same checks run on two
halves of the processor, which shows no more than that they work. Nothing is fetched, and nothing is left behind.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reporting.artifacts import UserError
from training.cli import run_main
from training.device import choose_precision, kernels_of
from tuning.checkup import Checkup, Seen
from tuning.device_checks import EXACT, ROUNDED, Check, check_team, compare_losses, compare_rows, failures, table

LIMIT = 300  # seconds for all checks together
CONFIG = Path(__file__).with_suffix(".toml")


@dataclasses.dataclass(frozen=True)
class Run:
    """A training of the reference networks on the GPU, or on what stands in for it."""

    precision: str
    tf32: bool = False
    mirrored: bool = False

    @property
    def title(self) -> str:
        """Its name in messages and table."""
        return self.precision + " as TF32" * self.tf32 + ", mirrored" * self.mirrored

    @property
    def flags(self) -> list[str]:
        """The same for tuning.device_probe."""
        return ["--precision", self.precision, *["--tf32"] * self.tf32, *["--mirrored"] * self.mirrored]

    def tolerance(self, task: str) -> float:
        """How much its losses may differ from those of the processor under float32; see tuning.device_checks."""
        own_dropout = self.mirrored and task == "classification"
        return ROUNDED if self.precision != "float32" or self.tf32 or own_dropout else EXACT


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=CONFIG, help="what is trained (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for all checks (default: %(default)s)")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="check-gpu-") as scratch:
        checkup = Checkup(arguments.config, Path(scratch), arguments.limit)
        seen = checkup.probe("what TensorFlow sees", "gpu", announced=False)
        if seen:
            print(headline(seen), flush=True)
            check_sight(checkup, seen)
            check_fits(checkup, seen)
            check_searches(checkup, seen["visible"])
    print("", *([headline(seen), *facts(seen), ""] if seen else []), table(checkup.checks), "", sep="\n", flush=True)
    if failed := failures(checkup.checks):
        raise UserError(f"failed: {failed}")
    print("no check failed")


def headline(seen: Seen) -> str:
    """What was checked, in one line."""
    if not seen["gpus"]:
        return "No GPU: the same checks on two halves of the processor. They say nothing about GPUs."
    return f"GPUs: {', '.join(gpu.get('device_name', 'unknown') for gpu in seen['gpus'])}"


def facts(seen: Seen) -> list[str]:
    """Versions, as lines of a list."""
    built = ", ".join(f"{name} {version}" for name, version in seen["built_for"].items())
    drivers = sorted({gpu["driver_version"] for gpu in seen["driver"]})
    return [
        "",
        f"- TensorFlow {seen['tensorflow']}, built for {built}; driver {', '.join(drivers) or 'none found'}",
        f"- Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} processors",
    ]


def check_sight(checkup: Checkup, seen: Seen) -> None:
    """Check what TensorFlow sees before anything is trained."""
    gpus, driver = seen["gpus"], seen["driver"]
    found = f"{len(gpus)}" + "; see README, On a machine with a GPU, for NVIDIA's libraries" * (len(gpus) < len(driver))
    chosen_by_user = "CUDA_VISIBLE_DEVICES" in os.environ or not driver
    checkup.add(
        Check(
            "GPUs that TensorFlow finds",
            f"the driver's {len(driver)}" if driver else "no driver to ask",
            found,
            None if chosen_by_user else len(gpus) == len(driver),
        )
    )
    growth = "of ".join(f"{number} " for number in (sum(seen["growth"]), len(gpus))).strip()
    checkup.add(Check("memory growth is on", "on every GPU", growth, all(seen["growth"]) if gpus else None))
    capabilities = [tuple(gpu.get("compute_capability", (0, 0))) for gpu in gpus]
    wanted = choose_precision(capabilities, kernels_of("auto"))
    known = ", ".join(".".join(map(str, each)) for each in capabilities) or "the processor"
    ok = seen["precision"] == seen["policy"] == wanted and (0, 0) not in capabilities
    checkup.add(Check("precision chosen", f"{wanted} for {known}", seen["policy"], ok))
    where = "GPU:0" if gpus else "CPU:0"
    checkup.add(Check("XLA compiles", f"a program that runs on {where}", seen["xla"], seen["xla"] == where))


def runs_for(gpus: Sequence[Mapping[str, Any]], chosen: str) -> list[Run]:
    """What is trained on these GPUs: every precision that all support, and mirrored if there are several.

    Without GPUs, what shows that the checks work: `chosen`, or bfloat16 if that is float32.
    """
    runs = [Run("float32")]
    if not gpus:
        return [*runs, Run("mixed_bfloat16" if chosen == "float32" else chosen), Run("float32", mirrored=True)]
    weakest = min(tuple(gpu.get("compute_capability", (0, 0))) for gpu in gpus)
    if weakest >= (8, 0):
        runs += [Run("float32", tf32=True), Run("mixed_bfloat16")]
    if weakest >= (7, 0):
        runs += [Run("mixed_float16")]
    return runs + [Run("float32", mirrored=True)] * (len(gpus) > 1)


def check_fits(checkup: Checkup, seen: Seen) -> None:
    """Train on the processor under float32, then on the GPU under each precision, and compare."""
    trusted = checkup.probe("training on the processor, float32", "processor", "--train", "--precision", "float32")
    label, device, devices, first, one = (
        ("the GPU", "gpu", len(seen["gpus"]), "GPU:0", "GPU:0")
        if seen["gpus"]
        else ("half a processor", "logical", 2, "CPU:0", "CPU:1")
    )
    for run in runs_for(seen["gpus"], seen["precision"]):
        got = checkup.probe(f"training on {label}, {run.title}", device, "--train", *run.flags)
        if not (got and trusted):
            continue
        for task, fit in got["fits"].items():
            name = f"{task}, {run.title}"
            name += f" ({got['images']} images)" if task == "classification" else ""
            checkup.add(compare_losses(name, trusted["fits"][task]["history"], fit["history"], run.tolerance(task)))
        wanted = (first if run.mirrored else one, devices if run.mirrored else 1)
        found = {(", ".join(fit["devices"]), fit["replicas"]) for fit in got["fits"].values()}
        checkup.add(Check(f"{run.title}: device", describe({wanted}), describe(found), found == {wanted}))
        if run == Run("float32"):
            checkup.add(check_memory(got["memory"]))


def describe(places: set[tuple[str, int]]) -> str:
    """Where weights are, and how many devices share a batch."""
    return "; ".join(f"weights on {device}, {replicas} at work" for device, replicas in sorted(places))


def check_memory(memory: Mapping[str, float] | None) -> Check:
    """Whether a fit left most of the GPU to other processes."""
    name, expected = "memory that a fit takes", "less than half of the GPU"
    if memory is None:
        return Check(name, expected, "nvidia-smi does not say", None)
    taken = f"{memory['taken'] / 1024:.1f} of {memory['total'] / 1024:.1f} GiB"
    return Check(name, expected, taken, memory["taken"] < memory["total"] / 2)


def check_searches(checkup: Checkup, gpus: Sequence[str]) -> None:
    """Search with one worker, with two on one GPU, and on several GPUs with one each; the rows must be the same."""
    tolerance = ROUNDED if gpus else 0.0  # GPUs do not promise equal numbers from one run to the next
    alone = checkup.search("search with 1 worker", 1, gpus[:1])
    searches = [("search with 2 workers" + " on one GPU" * bool(gpus), 2, gpus[:1], False)]
    if len(gpus) > 1:
        searches.append(("search with 1 worker a GPU", len(gpus), gpus, True))
        check_names(checkup, gpus)
    for title, workers, used, default in searches:
        shared = checkup.search(title, workers, used, default)
        if shared:
            checkup.add(check_team(f"{title}: workers", workers, *shared))
        if shared and alone:
            checkup.add(compare_rows(f"{title}: results", alone[0], shared[0], tolerance))


def check_names(checkup: Checkup, gpus: Sequence[str]) -> None:
    """Check that a process that may use one GPU takes memory of that one, by NVIDIA's tool."""
    looks = [checkup.probe(f"GPU {name} alone", "gpu", gpu=name) for name in gpus]
    if all(looks):
        taken = [look["memory"]["number"] for look in looks if look and look["memory"]]
        ok = len(set(taken)) == len(gpus) if len(taken) == len(gpus) else None
        checkup.add(Check("a worker's GPU", f"{len(gpus)} different ones", f"{len(set(taken))}", ok))


if __name__ == "__main__":
    sys.exit(run_main(main))
