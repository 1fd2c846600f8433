"""Epochs over Fashion-MNIST: two workers, PyTorch, and the time that a matrix product's speed would allow."""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.machine import WORKERS, image_precision, threads_of
from tests.benchmarks.processes import Peers, ours, results_of, seconds_of
from tests.benchmarks.turns import ROUNDS, Comparison, say, take_turns
from training.datasets import load_images
from training.settings import load_homework

IMAGES = 12_000  # that an epoch is timed with: five sixths are trained on, one sixth is held out
EPOCH = 48_000  # training images of the epoch that is reported; 9,600 are held out with them
EPOCHS = 2  # that count, after one that warms up
UNIT = f"s an epoch of {EPOCH:,} images"


class ImageEpochs:
    """The reference network on the images of the settings file, computed as that says."""

    def __init__(self, peers: Peers, config: Path):
        self.peers, self.config = peers, config
        homework = load_homework(config)
        self.compute, self.sizes = homework.compute, homework.tasks["classification"].search.grid["batch_size"]
        data = load_images(homework.data)
        self.arrays = {"images": data.x_train[:IMAGES], "labels": data.y_train[:IMAGES]}
        self.threads = threads_of(self.compute)

    def compare(self, budget: float) -> tuple[list[Comparison], list[str]]:
        """Both at each batch size, with the bound; and a note on how that is computed. The budget is in seconds."""
        say(f"\nmatrix products of {self.threads} threads, for the bound ...")
        rates, operations = self.product_rates()
        bound = operations / rates["float32"]
        say(f"  {'; '.join(f'{kind} {rate / 1e9:.0f} GFLOP/s' for kind, rate in rates.items())}")
        say(f"  bound {bound:.2f} {UNIT}")
        comparisons = []
        for number, size in enumerate(self.sizes, 1):
            work = f"images, batches of {size}"
            share = budget / len(self.sizes)
            say(
                f"\n{work} ({number} of {len(self.sizes)}), {share:.0f} s (or {ROUNDS} rounds, where these take longer)"
            )
            times = take_turns(self.ways(size), UNIT, share)
            comparisons.append(Comparison(work, UNIT, times | {"bound, float32": [bound]}))
        return comparisons, [self.note(rates, operations)]

    def ways(self, size: int) -> dict[str, Callable[[], float]]:
        """Seconds an epoch with its validation. Two workers take two epochs at once, so that each counts half."""
        worker = ours("image_epochs", self.config, size, IMAGES, EPOCHS)
        settings = {"epochs": EPOCHS, "batch_size": size, "threads": self.threads}
        torch = self.peers.command("image_epochs", self.arrays, settings)
        factor = EPOCH / (IMAGES * 5 // 6) / EPOCHS
        own = f"two workers, {image_precision(self.compute)}, {self.compute.threads} thread(s) each"
        return {
            own: lambda: factor * seconds_of(worker, WORKERS) / WORKERS,
            f"PyTorch, float32, {self.threads} threads": lambda: factor * seconds_of(torch),
        }

    def product_rates(self) -> tuple[dict[str, float], float]:
        """Operations a second by number format, and the operations of an epoch.

        The threads are one process's, or shared by as many processes as there are workers; the faster counts.
        """
        one = results_of(ours("product", self.config, self.threads))[0]
        several = results_of(ours("product", self.config, self.compute.threads), WORKERS)
        rates = {kind: max(rate, sum(each["rates"][kind] for each in several)) for kind, rate in one["rates"].items()}
        return rates, 2 * one["multiply_adds"]

    def note(self, rates: dict[str, float], operations: float) -> str:
        """How the bound comes about."""
        measured = ", ".join(f"{rate / 1e9:.0f} GFLOP/s in {kind}" for kind, rate in rates.items())
        return (
            f"bound: the {operations / 1e9:.0f} GFLOP of an epoch (twice the multiply-adds of convolutions and dense"
            f" layers: forward and backward for {EPOCH:,} images, forward for the {EPOCH // 5:,} held out, no gradient"
            f" for the images themselves) at the speed of a product of two 2048 x 2048 matrices on {self.threads}"
            f" threads: {measured}"
        )
