"""What a run of the benchmark was measured on, and how to measure as an older processor would."""

import os
import platform
import subprocess
from collections.abc import MutableMapping

from reporting.artifacts import UserError
from training.config import ComputeConfig
from training.device import choose_onednn, choose_precision, cpuinfo, instruction_set, kernels_of, package_versions
from training.recording import current_commit

WORKERS = 2
# The libraries' own variables: oneDNN under TensorFlow and under PyTorch, XLA, PyTorch's own kernels, MKL under PyTorch
LIMITS = {
    "avx2": {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "DNNL_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    }
}


def limit_kernels(name: str, environment: MutableMapping[str, str]) -> None:
    """Let processes with this environment use kernels up to that instruction set; without a name, what they find."""
    if name and name not in LIMITS:
        raise UserError(f"KERNELS={name}: no such limit; leave it out, or give one of {', '.join(LIMITS)}")
    for variable, value in LIMITS.get(name, {}).items():
        given = environment.get(variable, "") if variable == "XLA_FLAGS" else ""  # the one that holds several options
        environment[variable] = f"{given} {value}".strip()


def threads_of(compute: ComputeConfig) -> int:
    """The threads that the workers have together; what they are compared with gets as many."""
    return WORKERS * compute.threads


def image_precision(compute: ComputeConfig) -> str:
    """The precision that a worker on the processor chooses for the images."""
    if compute.precision != "auto":
        return compute.precision
    return choose_precision([], kernels_of(compute.onednn))


def title(kernels: str) -> str:
    """The processor, and the limit on its kernels."""
    processor = cpuinfo("model name") or platform.processor() or platform.machine()
    return f"{processor}, {instruction_set()}" + (f" (KERNELS={kernels})" if kernels else "")


def facts(compute: ComputeConfig, kernels: str, python: str) -> list[str]:
    """Lines for the heading; `python` is that of PyTorch's environment."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    threads = f"{WORKERS} workers with {compute.threads} thread(s) each, all else with {threads_of(compute)} threads"
    versions = package_versions() | peer_versions(python)
    return [
        f"{os.cpu_count()} processors, {memory:.0f} GiB; {threads}",
        f"instruction set {instruction_set()}, kernels {'limited by KERNELS=' + kernels if kernels else 'not limited'};"
        f" oneDNN in TensorFlow {choose_onednn(compute.onednn, platform.machine(), os.environ)}",
        f"precision: images {image_precision(compute)}, regression float32, PyTorch float32",
        ", ".join(f"{name} {version}" for name, version in versions.items()),
        f"commit {current_commit()}",
    ]


def peer_versions(python: str) -> dict[str, str]:
    """The versions of what is compared with; raises UserError if its environment lacks them."""
    names = ("torch", "skorch", "scikit-learn")
    code = f"from importlib.metadata import version\nprint(*map(version, {names}))"
    try:
        done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"BENCH_PYTHON={python}: no Python with {', '.join(names)}; make bench sets one up") from error
    return dict(zip(names, done.stdout.split(), strict=True))
