"""A worker's side of a search: find the chief, make sure that both do the same search, and work until none is left."""

import os
import threading
import urllib.request
from collections.abc import Mapping
from typing import Any

import grpc
from keras_tuner.src import protos

from reporting.artifacts import UserError
from tuning.grid_search import CrossValidatedGridSearch
from tuning.search_spaces import identity_of

DIRECT = ("no_grpc_proxy", "no_proxy")  # the variables with the hosts that gRPC reaches without a proxy
LOOPBACK = ("localhost", "127.0.0.0/8", "::1")  # reached without a proxy, whatever the user has set
HEARTBEAT = 2.0  # seconds between two heartbeats
MISSED_HEARTBEATS = 3  # after which a worker gives up its chief
CHIEF_TIMEOUT = 60  # seconds for which a worker looks for its chief


def find_chief(address: str, worker: str) -> None:
    """Wait for the chief at HOST:PORT and tell KerasTuner of it; raises UserError if none answers in time."""
    host, _, port = address.rpartition(":")
    direct = next((os.environ[name] for name in DIRECT if os.environ.get(name)), "")
    os.environ[DIRECT[0]] = ",".join(filter(None, [direct, *LOOPBACK]))
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(CHIEF_TIMEOUT)
        except grpc.FutureTimeoutError:
            around = f" (no_proxy={host} leaves out the one that is set)" if urllib.request.getproxies() else ""
            raise UserError(
                f"no chief answers at {address}; start it with --chief {address},"
                f" and see that no firewall or proxy is between{around}"
            ) from None
    os.environ |= {"KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": port, "KERASTUNER_TUNER_ID": worker}


def work_for(tuner: CrossValidatedGridSearch, identity: Mapping[str, str], address: str) -> None:
    """Search for the chief at `address` until no work is left.

    Raises UserError if the chief has other settings, data or packages, or goes away.
    """
    ended = threading.Event()
    try:
        refuse_other_search(identity, identity_of(tuner.oracle.get_space()), address)
        threading.Thread(
            target=heartbeat, args=(tuner.oracle.stub, tuner.tuner_id, address, ended), daemon=True
        ).start()
        tuner.search()
    except grpc.RpcError:
        raise UserError(gone(address)) from None
    finally:
        ended.set()


def refuse_other_search(own: Mapping[str, str], chiefs: Mapping[str, str], address: str) -> None:
    """Raise UserError with the part that differs, unless worker and chief have the same settings, data and packages."""
    for part, text in own.items():
        if chiefs.get(part) != text:
            raise UserError(
                f"the chief at {address} has other {part}: {chiefs.get(part)} there, {text} here;"
                " make them equal on both machines"
            )


def heartbeat(stub: Any, worker: str, address: str, ended: threading.Event) -> None:
    """Call the chief every few seconds; if it no longer answers, print that and end this process."""
    missed = 0
    while not ended.wait(HEARTBEAT):
        try:
            stub.GetTrial(protos.get_service().GetTrialRequest(trial_id=worker), timeout=5 * HEARTBEAT)
            missed = 0
        except grpc.RpcError:
            missed += 1
        if missed >= MISSED_HEARTBEATS and not ended.is_set():
            os.write(2, f"error: worker {worker}: {gone(address)}\n".encode())
            os._exit(1)


def gone(address: str) -> str:
    """The message that the chief no longer answers."""
    return f"the chief at {address} is gone; what is finished is kept there, and the same command there goes on from it"
