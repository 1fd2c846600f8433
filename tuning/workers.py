"""Several workers on one grid: the chief, which serves the oracle, and the processes that it starts.

All messages go through KerasTuner's own gRPC service. It has no authentication: a chief listens on this machine alone
unless it is given another address.
"""

import dataclasses
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from multiprocessing.connection import Connection
from typing import Any

import grpc
from keras_tuner.src import protos
from keras_tuner.src.distribute.oracle_chief import OracleServicer

from reporting.artifacts import UserError
from training.budget import SLOT
from training.cli import CHILD
from tuning.oracle import RecordedGridOracle
from tuning.progress import SearchProgress

CONNECTIONS = 128  # workers that can be served at once
REACHED = 10  # seconds within which a chief must reach itself
IDLE_PAUSE = 1.0  # seconds for which the chief delays its answer to an idle worker
DEATHS = 3  # of a worker in a row, without a fold between them, after which the search gives up
FAREWELL = 10  # seconds that workers get to learn that a search has ended


class Chief(OracleServicer):
    """KerasTuner's service. An idle worker would ask again at once, so its answer waits for a pause or the end."""

    def CreateTrial(self, request: Any, context: grpc.ServicerContext) -> Any:
        response = self._guarded(super().CreateTrial, request, context)
        if response.trial.status == protos.get_proto().TrialStatus.IDLE:
            end = time.monotonic() + IDLE_PAUSE
            while not self.oracle.finished and time.monotonic() < end:
                time.sleep(0.05)
        return response

    def UpdateTrial(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._guarded(super().UpdateTrial, request, context)

    def EndTrial(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._guarded(super().EndTrial, request, context)

    def _guarded(self, answer: Callable[..., Any], request: Any, context: grpc.ServicerContext) -> Any:
        """End the search if the program has a fault: it leaves KerasTuner's lock locked, and all would wait forever."""
        try:
            return answer(request, context)
        except Exception as error:
            self.oracle.error = f"the chief failed: {type(error).__name__}: {error}"
            raise


def listen(oracle: RecordedGridOracle, address: str) -> tuple[grpc.Server, str]:
    """Serve the oracle at HOST:PORT, where port 0 is any free one; returns the server and the address.

    Raises UserError if it cannot listen there, or not be reached from this machine.
    """
    server = grpc.server(futures.ThreadPoolExecutor(CONNECTIONS), options=[("grpc.so_reuseport", 0)])
    protos.get_service_grpc().add_OracleServicer_to_server(Chief(oracle), server)
    try:
        port = server.add_insecure_port(address)
    except RuntimeError:
        raise UserError(
            f"cannot listen on {address}: the port is in use, or the address is not this machine's"
        ) from None
    server.start()
    host = address.rpartition(":")[0]
    try:
        socket.create_connection((host.strip("[]"), port), REACHED).close()
    except OSError as error:
        server.stop(None)
        raise UserError(
            f"this machine does not reach itself at {host}:{port} ({error.strerror or error}), which workers need; as"
            " root, 'ip link set lo up' turns the loopback device on"
        ) from None
    return server, f"{host}:{port}"


@dataclasses.dataclass
class WorkerProcess:
    """A worker on this machine. When it dies it is started again under the same name, and gets its combination back."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen | None = None
    deaths: int = 0
    delivered: int = 0  # folds that the search had trained at its last death

    def start(self) -> None:
        """Start the process in its own process group: Ctrl-C then reaches the chief alone, which ends its workers."""
        self.process = subprocess.Popen(
            self.command,
            env={**{name: value for name, value in os.environ.items() if name != SLOT}, **self.environment, CHILD: "1"},
            stdin=subprocess.DEVNULL,
            process_group=0,
        )

    def watch(self, progress: SearchProgress) -> None:
        """Start the process again if it has died; raises UserError after DEATHS in a row."""
        code = self.process.poll() if self.process else None
        if not code:  # it is running, or has ended because no work is left
            return
        self.deaths = self.deaths + 1 if progress.trained == self.delivered else 1
        self.delivered = progress.trained
        reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        if self.deaths >= DEATHS:
            raise UserError(
                f"worker {self.name} died {DEATHS} times in a row ({reason});"
                " what is finished is kept, see above for the cause"
            )
        progress.say(f"worker {self.name} died ({reason}) and is started again")
        self.start()

    def has_ended(self) -> bool:
        """Whether the process has ended because no work is left."""
        return self.process is not None and self.process.poll() == 0

    def end(self) -> None:
        """End the process; kill it if it does not end within five seconds."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()


Recruit = Callable[[str, list[WorkerProcess]], list[WorkerProcess]]  # address of the chief, workers -> new workers


def run_chief(oracle: RecordedGridOracle, address: str, recruit: Recruit, progress: SearchProgress) -> None:
    """Serve the oracle and watch the worker processes until the search has ended.

    `recruit` is asked again and again for new workers of this machine; without any, the chief waits for workers of
    other machines.
    """
    oracle.skip_finished()
    if oracle.finished:
        return
    server, address = listen(oracle, address)
    workers: list[WorkerProcess] = []
    try:
        with progress.table():
            while not oracle.finished:
                for worker in recruit(address, workers):
                    worker.start()
                    workers.append(worker)
                for worker in workers:
                    worker.watch(progress)
                time.sleep(0.2)
        say_farewell(oracle)
    finally:
        for worker in workers:
            worker.end()
        server.stop(None)


def granted_workers(
    connection: Connection, oracle: RecordedGridOracle, make_worker: Callable[..., WorkerProcess]
) -> Recruit:
    """A Recruit: a worker for each slot that `training.pipeline` grants this search over the connection.

    Each slot (a number) comes with the environment of its worker. What goes back are the number of combinations that
    are left and the slots whose workers have ended, as idle ones do. `make_worker(address, name, environment)` returns
    a worker.
    """
    oracle.dismisses_idle = True
    slots: dict[str, int] = {}  # worker -> its slot
    told: list[int] = []

    def recruit(address: str, workers: list[WorkerProcess]) -> list[WorkerProcess]:
        ended = [worker for worker in workers if worker.has_ended()]
        for worker in ended:
            workers.remove(worker)
        left = len(oracle.waiting) + len(oracle.ongoing_trials)
        new = []
        try:
            if ended or told != [left]:
                connection.send((left, [slots.pop(worker.name) for worker in ended]))
                told[:] = [left]
            while connection.poll():
                slot, environment = connection.recv()
                new.append(make_worker(address, f"w{slot + 1}", environment))
                slots[new[-1].name] = slot
        except (EOFError, OSError):
            raise UserError("the make that began this search is gone; what is finished is kept") from None
        return new

    return recruit


def say_farewell(oracle: RecordedGridOracle) -> None:
    """Give the workers time to ask for the next combination and learn that there is none."""
    end = time.monotonic() + FAREWELL
    while oracle.tuner_ids and not oracle.error and time.monotonic() < end:
        time.sleep(0.1)
