"""Small array files as numpy writes them: two corruptions of CIFAR-10-C's form, their labels, and files to refuse.

Made with numpy 1.26 or newer: python3 tools/goldens/arrays/make.py tests/engine/datasets/goldens/arrays
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

target = Path(sys.argv[1])
random = np.random.default_rng(7)
pictures, side = 3, 8
labels = np.array([9, 0, 4], dtype=np.int64)
np.save(target / "labels.npy", np.tile(labels, 5))
np.save(target / "labels-u1.npy", labels.astype(np.uint8))
expected = {"numpy": np.__version__, "labels": labels.tolist(), "files": {}}
for name in ["fog", "contrast"]:
    images = random.integers(0, 256, (5 * pictures, side, side, 3), dtype=np.uint8)
    np.save(target / f"{name}.npy", images)
    expected["files"][name] = [
        {"sha256": hashlib.sha256(image.tobytes()).hexdigest(), "pixels": image[0, :2].ravel().tolist()}
        for image in images
    ]
(target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")

good = random.integers(0, 256, (5, side, side, 3), dtype=np.uint8)
np.save(target / "fortran.npy", np.asfortranarray(good))
np.save(target / "float.npy", good.astype(np.float32))
np.save(target / "grey.npy", good[..., 0])
np.save(target / "objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
whole = (target / "fog.npy").read_bytes()
(target / "truncated.npy").write_bytes(whole[:-1])
(target / "longer.npy").write_bytes(whole + b"\0")
shape, larger = b"(15, 8, 8, 3), }", b"(99999999999999999999, 8, 8, 3), }"
spare = b" " * (len(larger) - len(shape))
(target / "huge.npy").write_bytes(whole.replace(shape + spare, larger, 1))
(target / "empty.npy").write_bytes(b"")
(target / "text.npy").write_bytes(b"no array at all, but long enough for a header")
