"""Values of scipy against which tests/shared/maths compares ours.

Run: /usr/bin/python3 tools/goldens/metrics/statistics.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import special, stats

wilson = []
for correct, n in [(0, 1), (1, 1), (0, 320), (320, 320), (8, 10), (261, 320), (1, 50000), (42613, 50000)]:
    for level in (0.8, 0.95, 0.999):
        ci = stats.binomtest(correct, n).proportion_ci(level, method="wilson")
        wilson.append({"correct": correct, "n": n, "level": level, "lo": ci.low, "hi": ci.high})

mcnemar = []
for a, b in [(0, 0), (1, 0), (5, 5), (3, 12), (40, 61), (500, 610), (12000, 12100), (25000, 25000), (30, 900), (0, 200)]:
    p = 1.0 if a + b == 0 else stats.binomtest(min(a, b), a + b, 0.5).pvalue
    mcnemar.append({"onlyA": a, "onlyB": b, "p": float(p)})

quantile = [{"p": p, "z": float(special.ndtri(p))} for p in (1e-300, 1e-20, 1e-6, 0.01, 0.07, 0.08, 0.3, 0.5, 0.9, 0.975, 0.9995)]

rng = np.random.default_rng(7)
rows = []
for scale in (1.0, 30.0, 500.0):
    logits = (rng.standard_normal(12) * scale).astype(np.float32)
    rows.append({"logits": logits.tolist(), "softmax": special.softmax(logits.astype(np.float64)).tolist()})

golden = {
    "madeWith": {"scipy": scipy.__version__, "numpy": np.__version__},
    "wilson": wilson,
    "mcnemar": mcnemar,
    "quantile": quantile,
    "softmax": rows,
}
target = Path(__file__).resolve().parents[3] / "tests/shared/maths/statistics.golden.json"
target.write_text(json.dumps(golden, indent=1) + "\n")
