"""Rare forms of pictures with the pixels that Pillow reads from them, as tests/engine/images/goldens/forms.json."""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(0)
picture = Image.fromarray(rng.integers(0, 256, (3, 5, 3), dtype=np.uint8))
WIDTH, HEIGHT = picture.size


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def turned(image, orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    return saved(image, "TIFF", exif=exif)


def grey_alpha_png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = rng.integers(0, 65536, (HEIGHT, WIDTH, 2)).astype(">u2")
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 4, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def cmyk16_tiff():
    data = rng.integers(0, 65536, (HEIGHT, WIDTH, 4)).astype("<u2").tobytes()
    first = 8
    count = 9
    after = first + 2 + 12 * count + 4
    entries = [
        (256, 4, 1, WIDTH),
        (257, 4, 1, HEIGHT),
        (258, 3, 4, after),
        (259, 3, 1, 1),
        (262, 3, 1, 5),
        (273, 4, 1, after + 8),
        (277, 3, 1, 4),
        (278, 4, 1, HEIGHT),
        (279, 4, 1, len(data)),
    ]
    body = struct.pack("<H", count) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II" + struct.pack("<HI", 42, first) + body + struct.pack("<I", 0) + struct.pack("<4H", *[16] * 4) + data


files = {f"tiff of orientation {n}": turned(picture, n) for n in range(1, 9)}
files |= {
    "tiff of grey on its side": turned(picture.convert("L"), 6),
    "png of 16-bit grey with alpha": grey_alpha_png(),
    "tiff of 16-bit inks": cmyk16_tiff(),
}
text = lambda data: base64.b64encode(data).decode()


def found(data):
    read = Image.open(io.BytesIO(data)).convert("RGB")
    return {"file": text(data), "width": read.width, "height": read.height, "pixels": text(read.tobytes())}


target = pathlib.Path(__file__).parents[3] / "tests/engine/images/goldens/forms.json"
golden = {"pillow": PIL.__version__, "files": {name: found(data) for name, data in files.items()}}
target.write_text(json.dumps(golden, indent=2) + "\n")
