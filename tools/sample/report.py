"""Writes the table of models into docs/sample.md from cards and measurements: `python report.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "sample.md"
COLUMNS = {"val": "val", "A": "A", "A12": "A (12)", "R": "R", "R12": "R (12)", "O": "O, AUPR", "original": "9 Original", "mixed_same": "Mixed-Same", "mixed_rand": "Mixed-Rand", "only_fg": "Only-FG", "no_fg": "No-FG", "gap": "BG-Gap"}


def row(measured: dict) -> str:
    """One line of the table; shares become percent."""
    card = json.loads((ROOT / "resources" / "sample" / "models" / f"{measured['id']}.json").read_text())
    cells = [card["title"], f"{card['parameters'] / 1e6:.2f}", f"{card['macs'] / 1e6:.0f}", str(card["epochs"])]
    return "| " + " | ".join(cells + [f"{100 * measured[key]:.1f}" for key in COLUMNS]) + " |"


def table() -> str:
    lines = subprocess.run([sys.executable, "measure.py"], cwd=HERE, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = sorted((json.loads(line) for line in lines), key=lambda measured: -measured["val"])
    head = ["model", "params M", "MACs M", "epochs", *COLUMNS.values()]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *map(row, rows)])


if __name__ == "__main__":
    fresh = f"<!-- models -->\n\n{table()}\n\n<!-- /models -->"
    PAGE.write_text(re.sub(r"<!-- models -->.*<!-- /models -->", lambda _: fresh, PAGE.read_text(), flags=re.S))
