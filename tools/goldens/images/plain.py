"""Bitmaps, PGM and PPM files with the pixels that Pillow reads from them, as tests/engine/images/goldens/plain.json."""

import base64
import io
import json
import pathlib
import struct

import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(0)
picture = Image.fromarray(rng.integers(0, 256, (3, 5, 3), dtype=np.uint8))


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def netpbm(mark, most, channels):
    kind = ">u2" if most > 255 else "u1"
    values = rng.integers(0, most + 1, (3, 5, channels)).astype(kind)
    return f"{mark}\n# made here\n5 3\n{most}\n".encode() + values.tobytes()


upright = bytearray(saved(picture, "BMP"))
struct.pack_into("<i", upright, 22, -3)
files = {
    "bmp of 24 bits": saved(picture, "BMP"),
    "bmp from the top on": bytes(upright),
    "bmp of 32 bits": saved(picture.convert("RGBA"), "BMP"),
    "bmp of grey": saved(picture.convert("L"), "BMP"),
    "bmp of a palette": saved(picture.quantize(7), "BMP"),
    "bmp of 1 bit": saved(picture.convert("1"), "BMP"),
    "ppm": saved(picture, "PPM"),
    "pgm": saved(picture.convert("L"), "PPM"),
    "ppm with white 100": netpbm("P6", 100, 3),
    "ppm with white 1000": netpbm("P6", 1000, 3),
    "pgm with white 10": netpbm("P5", 10, 1),
    "pgm with white 65535": netpbm("P5", 65535, 1),
    "pgm with white 4000": netpbm("P5", 4000, 1),
}
text = lambda data: base64.b64encode(data).decode()
read = lambda data: Image.open(io.BytesIO(data)).convert("RGB")
found = {name: {"file": text(data), "pixels": text(read(data).tobytes())} for name, data in files.items()}
target = pathlib.Path(__file__).parents[3] / "tests/engine/images/goldens/plain.json"
target.write_text(json.dumps({"pillow": PIL.__version__, "width": 5, "height": 3, "files": found}, indent=2) + "\n")
