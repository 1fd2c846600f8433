"""The flags of a search: how many workers, on which machines, and what happens when a combination fails."""

import argparse
import os
import platform
import re

WORKER_NAME = re.compile(r"(?!.*chief)[A-Za-z][\w.-]*")  # KerasTuner takes a process with "chief" in its name for one
LOOPBACK = "127.0.0.1"


def add_search_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags to a parser."""
    parser.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help="processes that train side by side (default: as many as the machine has slots, see training/budget.py)",
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="go on without combinations that fail; the report says what is missing",
    )
    parser.add_argument("--tensorboard", action="store_true", help="write logs for TensorBoard as well")
    role = parser.add_mutually_exclusive_group()
    role.add_argument("--chief", type=address, metavar="HOST:PORT", help="listen here for workers of other machines")
    role.add_argument(
        "--join", type=address, metavar="HOST:PORT", help="be a worker of the chief there, and write nothing here"
    )
    role.add_argument(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="I/N",
        help="train every N-th combination from the I-th on, no more",
    )
    role.add_argument("--slots-from", type=int, metavar="FD", help=argparse.SUPPRESS)  # see training/runner.py
    parser.add_argument(
        "--worker-id",
        type=worker_name,
        default=f"{host_name()}-{os.getpid()}",
        help="with --join, this worker's own name",
    )


def count(text: str) -> int:
    """A number of workers; a chief with 0 waits for workers of other machines."""
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of workers from 0 to 100")
    return int(text)


def address(text: str) -> str:
    """HOST:PORT; :PORT gets this machine's loopback address."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address like 192.168.0.7:8000")
    return f"{host or LOOPBACK}:{port}"


def shard(text: str) -> tuple[int, int]:
    """I/N as (i, n)."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a shard like 1/4, from 1/N to N/N")
    return int(match[1]), int(match[2])


def worker_name(text: str) -> str:
    """A name that KerasTuner accepts for a worker."""
    if not WORKER_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} must begin with a letter, go on with letters, digits, - or _, and not contain 'chief'"
        )
    return text


def host_name() -> str:
    """The name of this machine, in characters that a worker's name may have."""
    return "host-" + re.sub(r"\W|chief", "-", platform.node())
