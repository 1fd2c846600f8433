"""The flags of a search: how many workers, on which machines, and what to do when a combination fails."""

import argparse
import os
import platform
import re

WORKER_NAME = re.compile(r"(?!.*chief)[A-Za-z][\w.-]*")  # KerasTuner takes a name with "chief" in it for the chief's
LOOPBACK = "127.0.0.1"


def add_search_flags(parser: argparse.ArgumentParser) -> None:
    """Add them to an argparse parser."""
    parser.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help="processes that train side by side (default: one a GPU, else one for every two processors)",
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="go on without combinations that fail; the report says what is missing",
    )
    parser.add_argument("--tensorboard", action="store_true", help="write logs for TensorBoard as well")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--chief", type=address, metavar="HOST:PORT", help="listen here for workers of other machines")
    place.add_argument(
        "--join", type=address, metavar="HOST:PORT", help="be a worker of the chief there, and write nothing here"
    )
    place.add_argument(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="I/N",
        help="train every N-th combination from the I-th on, no more",
    )
    parser.add_argument(
        "--worker-id",
        type=worker_name,
        default=f"{host_name()}-{os.getpid()}",
        help="with --join, this worker's own name",
    )


def count(text: str) -> int:
    """A number of workers; 0 is a chief that waits for others."""
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of workers from 0 to 100")
    return int(text)


def address(text: str) -> str:
    """HOST:PORT, or :PORT for this machine's loopback address."""
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
    """A name that KerasTuner does not take for the chief's."""
    if not WORKER_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} must begin with a letter, go on with letters, digits, - or _, and not contain 'chief'"
        )
    return text


def host_name() -> str:
    """This machine's name, as far as it can be part of a worker's."""
    return "host-" + re.sub(r"\W|chief", "-", platform.node())
