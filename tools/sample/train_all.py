"""Trains and exports the models that are asked for, two at a time, one thread each: `python train_all.py`.

Two single-threaded runs finish sooner than two double-threaded ones after another: on small maps the
threads mostly wait for each other.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from data import HERE
from zoo import ZOO


def make(name: str) -> None:
    """One training with its log, then the export, whose stderr is only of interest when it fails (Debian's
    PyTorch and onnx each register every operator, and complain at length about the other)."""
    with open(HERE / "logs" / f"{name}.log", "w") as log:
        subprocess.run([sys.executable, "train.py", name, "--threads", "1"], cwd=HERE, stdout=log, stderr=log, check=True)
    exported = subprocess.run([sys.executable, "export.py", name], cwd=HERE, capture_output=True, text=True)
    print(exported.stdout if exported.returncode == 0 else exported.stderr, end="", flush=True)
    exported.check_returncode()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(ZOO)}; none: all")
    options.add_argument("--lanes", type=int, default=2)
    args = options.parse_args()
    with ThreadPoolExecutor(args.lanes) as lanes:
        list(lanes.map(make, args.names or list(ZOO)))
