"""The processes of make check-gpu, one after the other, and the checks that come of them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuning.device_checks import Check, Rows

NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}
GRACE = 20  # seconds for a process to end when the time is up
Seen = dict[str, Any]  # what tuning.device_probe writes


class Checkup:
    """Runs the processes, collects the checks and says how far it is."""

    def __init__(self, config: Path, scratch: Path, limit: float) -> None:
        self.config, self.scratch = config, scratch
        self.started, self.limit = time.monotonic(), limit
        self.checks: list[Check] = []

    def say(self, text: str) -> None:
        """Print a line with the time so far."""
        print(f"{time.monotonic() - self.started:4.0f} s  {text}", flush=True)

    def add(self, check: Check) -> None:
        """Keep a check and print it."""
        self.checks.append(check)
        self.say(f"        {check.name}: {check.seen}: {check.verdict.strip('*')}")

    def run(self, title: str, module: str, *flags: str, environment: Mapping[str, str]) -> str | None:
        """What a process printed; None, and a failed check, if it fails or does not end in time."""
        log = self.scratch / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, "--config", str(self.config), *flags],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **environment},
            )  # fmt: skip
            status = self.wait_for(process)
        text = log.read_text(errors="replace")
        if status == 0:
            return text
        print(*text.splitlines()[-15:], sep="\n")
        last = next((line for line in reversed(text.splitlines()) if line.strip()), "no output")
        reason = "not finished in time" if status is None else f"exit status {status}: {last}"
        self.add(Check(title, "ends without an error", reason, False))
        return None

    def wait_for(self, process: subprocess.Popen) -> int | None:
        """The exit status; None if the process had to be stopped because the time was up."""
        try:
            return process.wait(max(0, self.started + self.limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # a search then ends its workers
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            return None

    def probe(
        self, title: str, device: str, *flags: str, gpu: str | None = None, announced: bool = True
    ) -> Seen | None:
        """What tuning.device_probe saw; `gpu` names the one that it may use. None if it failed."""
        if announced:
            self.say(title)
        named = {} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu}
        result = self.scratch / "seen.json"
        options = ("--result", str(result), "--device", device, *flags)
        environment = named if device == "gpu" else NO_GPU
        if self.run(title, "tuning.device_probe", *options, environment=environment) is None:
            return None
        return json.loads(result.read_text())

    def search(self, title: str, workers: int, gpus: Sequence[str], default: bool = False) -> tuple[Rows, str] | None:
        """The rows and the messages of a search on these GPUs; with `default` its number of workers is not given."""
        self.say(title)
        runs = self.scratch / title.replace(" ", "-")
        environment = {"CUDA_VISIBLE_DEVICES": ",".join(gpus)} if gpus else NO_GPU
        flags = ["--task", "regression", "--runs", str(runs), *([] if default else ["--workers", str(workers)])]
        log = self.run(title, "tuning.tune", *flags, environment=environment)
        if log is None:
            return None
        return {path.name: json.loads(path.read_text()) for path in runs.rglob("rows/*.json")}, log
