"""Images per second of CPU time of every reference corruption, one thread, as JSON. Called by bench/corruptions.ts.

    /usr/bin/python3 tools/goldens/corruptions/bench.py IMAGE SECONDS
"""

import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
from PIL import Image

import reference as ref

x = np.array(Image.open(sys.argv[1]).convert("RGB").resize((224, 224)))
seconds = float(sys.argv[2])
rates = {}
for f in ref.corruptions:
    rng = np.random.default_rng(0)
    f(x, 3, rng)
    start, runs = time.process_time(), 0
    while runs < 3 or time.process_time() - start < seconds:
        f(x, 1 + 2 * (runs % 3), rng)
        runs += 1
        # Whole rounds of the severities 1, 3, 5, so that every function is timed on the same mix.
        if time.process_time() - start > 20 and runs % 3 == 0:
            break
    rates[f.__name__] = runs / (time.process_time() - start)
print(json.dumps(rates))
