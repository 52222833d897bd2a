"""Who drew the sprites: ATTRIBUTION.md and sprites.json of the sample."""

from __future__ import annotations

import json
from pathlib import Path

HEAD = """# Attribution

The pictures of this sample are compositions of emoji drawings on generated backgrounds: posed,
recoloured, relit, some redrawn as renditions. The drawings come from these packages of the iconify
project, unchanged apart from that:

| package | version | drawn by | licence | used in |
|---|---|---|---|---|
"""
TAIL = """
The share-alike packages only helped to train the models; no stored picture holds a drawing of theirs.
Licence texts that must travel along lie in `licences/`. `sprites.json` beside this file names the drawing behind every stored picture. The compositions, masks
and models are the Kernelscope project's own; pictures that hold a CC-BY-4.0 drawing must keep this notice.
"""


USE = {"train": "pictures and training", "renditions": "suite R", "extra": "training only"}


def write_attribution(sprite_folder: Path, out: Path) -> None:
    """The notice for people, and the same as data."""
    packages = json.loads((sprite_folder / "sprites.json").read_text())["packages"]
    rows = [
        f"| @iconify-json/{p['package']} ({p['title']}) | {p['version']} | [{p['author']}]({p['authorUrl']}) | [{p['license']}]({p['licenseUrl']}) | {USE[p['role']]} |"
        for p in packages
    ]
    (out / "ATTRIBUTION.md").write_text(HEAD + "\n".join(rows) + "\n" + TAIL)
    (out / "licences.json").write_text(json.dumps(packages, indent=2) + "\n")


def write_sources(sources: dict[str, str], out: Path) -> None:
    """Stored picture -> `package/icon`, one line each, sorted."""
    (out / "sprites.json").write_text(json.dumps(dict(sorted(sources.items())), indent=0) + "\n")
