"""Test images of CIFAR's Python version, as Python 2 pickled them (protocol 2): three images each of CIFAR-10 and CIFAR-100.

Python 3 writes them with a pickler that gives text and bytes the form of Python 2's str; what it wrote is read again as
people read the published files. Made with numpy 1.26 or newer:
python3 tools/goldens/arrays/cifar_python.py tests/engine/datasets/goldens/arrays
"""
import io
import pickle
import struct
import sys
from pathlib import Path

import numpy as np


class Python2(pickle._Pickler):
    """Writes str and bytes as SHORT_BINSTRING or BINSTRING."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, value):
        data = value if isinstance(value, bytes) else value.encode("ascii")
        short = len(data) < 256
        head = pickle.SHORT_BINSTRING + bytes([len(data)]) if short else pickle.BINSTRING + struct.pack("<i", len(data))
        self.write(head + data)
        self.memoize(value)

    dispatch[str] = save_text
    dispatch[bytes] = save_text


def python2(value):
    into = io.BytesIO()
    Python2(into, protocol=2).dump(value)
    # The name of the module in numpy 1.
    return into.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


# Value i of the planes of image n is (7 i + n) mod 256.
data = np.array([[(7 * i + n) % 256 for i in range(3072)] for n in (1, 2, 3)], dtype=np.uint8)
names = [f"image_s_{n:06d}.png" for n in range(3)]
ten = {"batch_label": "testing batch 1 of 1", "labels": [9, 0, 3], "data": data, "filenames": names}
hundred = {
    "filenames": names,
    "batch_label": "testing batch 1 of 1",
    "fine_labels": [99, 0, 53],
    "coarse_labels": [1, 2, 3],
    "data": data,
}
for folder, name, value in [("cifar-10-batches-py", "test_batch", ten), ("cifar-100-python", "test", hundred)]:
    target = Path(sys.argv[1]) / folder
    target.mkdir(exist_ok=True)
    (target / name).write_bytes(python2(value))
    read = pickle.loads((target / name).read_bytes(), encoding="bytes")
    assert (read[b"data"] == data).all() and read[b"batch_label"] == b"testing batch 1 of 1"
