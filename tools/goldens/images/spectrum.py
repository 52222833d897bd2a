"""Goldens of the spectra of band noise: `/usr/bin/python3 tools/goldens/images/spectrum.py` (needs numpy, node 24 on the path).

The normal numbers are the product's (numbers.ts); signs, bands, scaling and spectra are numpy's: the noise is made in the
plane of pixels, as how-do-vits-work does, and then transformed anew. Writes tests/engine/images/goldens/spectrum.json.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[3]
HEIGHT, WIDTH, EPSILON, KEY, SEED = 16, 24, 0.7, "a", 5


def normals(count: int) -> np.ndarray:
    request = json.dumps([{"key": ["bandNoise", SEED, KEY], "kind": "normal", "count": count}])
    made = subprocess.run(["node", ROOT / "tools/goldens/studies/numbers.ts"], input=request.encode(), stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return np.frombuffer(made.stdout, "<f8")


def spectrum(centre: int, width: int, energy: str) -> np.ndarray:
    noise = np.sign(np.moveaxis(normals(HEIGHT * WIDTH * 3).reshape(HEIGHT, WIDTH, 3), -1, 0))
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    rows, columns = rows - HEIGHT // 2, columns - WIDTH // 2

    def inside(sign: int) -> np.ndarray:
        down, across = (min(side // 2, max(0, (2 * centre + sign * width) * side // 4000)) for side in (HEIGHT, WIDTH))
        return (-down <= rows) & (rows < down) & (-across <= columns) & (columns < across)

    cut = np.fft.fftshift(np.fft.fft2(noise), axes=(-2, -1)) * (inside(1) & ~inside(-1))
    band = np.fft.ifft2(np.fft.ifftshift(cut, axes=(-2, -1))).real
    band *= EPSILON / (np.sqrt((band**2).mean()) if energy == "equal" else 1)
    return np.abs(np.fft.fftshift(np.fft.fft2(band), axes=(-2, -1))).mean(0)


cases = [(300, 300, "published"), (700, 200, "equal"), (1000, 500, "published")]
golden = {
    "height": HEIGHT,
    "width": WIDTH,
    "epsilon": EPSILON,
    "key": KEY,
    "seed": SEED,
    "numpy": np.__version__,
    "cases": [{"centre": c, "width": w, "energy": e, "spectrum": [round(v, 6) for v in spectrum(c, w, e).ravel().tolist()]} for c, w, e in cases],
}
(ROOT / "tests/engine/images/goldens/spectrum.json").write_text(json.dumps(golden) + "\n")
