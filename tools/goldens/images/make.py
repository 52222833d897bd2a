"""Golden files for decoding and geometry: what Pillow and torchvision make of a few small images.

Run with Debian's Python (python3-pil, python3-torchvision, python3-opencv):
    /usr/bin/python3 tools/goldens/images/make.py
Writes tests/engine/images/goldens/: the images, `geometry/*.png` (outputs of Resize + CenterCrop), `decode/*.rgb.png`
(outputs of convert('RGB')) and `goldens.json` (cases and versions). The same versions give the same bytes.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import PIL
import torchvision
from PIL import Image, ImageCms
from torchvision.transforms import CenterCrop, InterpolationMode, Resize

out = Path(__file__).resolve().parents[3] / "tests/engine/images/goldens"
rng = np.random.default_rng(20240711)


def scene(height, width):
    """Smooth colour, hard edges, fine stripes and a patch of noise: what shows an error of a resampler."""
    y, x = np.mgrid[0:height, 0:width]
    a = np.stack([255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 9 + y / 13)], -1)
    a[height // 5 : height // 2, width // 6 : width // 2] = [250, 20, 5]
    a[:, 2 * width // 3 :: 2][: height // 3] = 0
    a[2 * height // 3 :: 3, : width // 3] = [0, 255, 255]
    side = min(height, width) // 4
    a[-side - 2 : -2, -side - 2 : -2] = rng.integers(0, 256, (side, side, 3))
    return Image.fromarray(a.astype(np.uint8))


def geometry():
    sources = {
        "wide.jpg": (scene(187, 250), dict(quality=90)),
        "tall.jpg": (scene(149, 100), dict(quality=80, subsampling=0)),
        "odd.png": (scene(97, 131), {}),
        "tiny.png": (scene(19, 33), {}),
        "strip.png": (scene(23, 171), {}),
        "photo.jpg": (scene(375, 500), dict(quality=85)),
    }
    for name, (image, options) in sources.items():
        image.save(out / "geometry" / name, **options)
    # source, resize, resizeTo, interpolation, [height, width]
    cases = [
        ("photo.jpg", "shorter", 256, "bilinear", [224, 224]),
        ("photo.jpg", "shorter", 256, "bicubic", [224, 224]),
        ("wide.jpg", "shorter", 73, "bilinear", [64, 64]),
        ("wide.jpg", "shorter", 73, "bicubic", [64, 63]),
        ("wide.jpg", "squash", None, "bicubic", [96, 80]),
        ("tall.jpg", "shorter", 110, "bilinear", [96, 96]),
        ("tall.jpg", "shorter", 61, "bicubic", [61, 60]),
        ("odd.png", "shorter", 96, "bilinear", [95, 96]),
        ("odd.png", "none", None, "bilinear", [64, 64]),
        ("odd.png", "squash", None, "bilinear", [97, 64]),
        ("odd.png", "squash", None, "bicubic", [64, 131]),
        ("tiny.png", "shorter", 80, "bicubic", [72, 72]),
        ("tiny.png", "shorter", 80, "bilinear", [72, 72]),
        ("tiny.png", "none", None, "bicubic", [32, 30]),
        ("strip.png", "shorter", 40, "bilinear", [64, 64]),
        ("strip.png", "squash", None, "bicubic", [31, 33]),
        ("strip.png", "shorter", 17, "bicubic", [17, 17]),
    ]
    rows = []
    for i, (name, resize, to, interpolation, size) in enumerate(cases):
        mode = InterpolationMode(interpolation)
        image = Image.open(out / "geometry" / name).convert("RGB")
        if resize == "shorter":
            image = Resize(to, mode)(image)
        elif resize == "squash":
            image = Resize(size, mode)(image)
        golden = f"{i:02d}.png"
        CenterCrop(size)(image).save(out / "geometry" / golden, optimize=True)
        geometry = dict(resize=resize, resizeTo=to, interpolation=interpolation, size=size)
        rows.append(dict(source=name, golden=golden, geometry=geometry))
    return rows


def decoding():
    folder = out / "decode"
    rgb = scene(37, 51)
    h, w = 37, 51
    x = np.tile(np.arange(w), (h, 1))
    alpha = np.dstack([np.array(rgb), (5 * x).astype(np.uint8)])
    ink = np.array(rgb.convert("CMYK"))
    ink[..., 3] = 3 * x
    cmyk = Image.fromarray(ink, "CMYK")
    palette = rgb.quantize(40)
    rotated = Image.Exif()
    rotated[0x112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    rgb.save(folder / "420.jpg", quality=90)
    rgb.save(folder / "422.jpg", quality=75, subsampling=1)
    rgb.save(folder / "444.jpg", quality=95, subsampling=0)
    rgb.save(folder / "progressive.jpg", progressive=True)
    rgb.convert("L").save(folder / "grey.jpg")
    cmyk.save(folder / "cmyk.jpg", quality=95)
    cmyk.save(folder / "cmyk.tif")
    rgb.save(folder / "rotated.jpg", exif=rotated)
    rgb.save(folder / "profile.png", icc_profile=profile)
    rgb.save(folder / "profile.jpg", icc_profile=profile)
    palette.save(folder / "palette.png")
    palette.save(folder / "palette-transparent.png", transparency=3)
    Image.fromarray(alpha).save(folder / "alpha.png")
    Image.fromarray(alpha).save(folder / "alpha.webp", lossless=True, exact=True)
    rgb.convert("LA").save(folder / "grey-alpha.png")
    rgb.convert("L").save(folder / "grey-transparent.png", transparency=17)
    rgb.convert("1").save(folder / "bilevel.png")
    Image.fromarray((9 * x).astype(np.uint16)).save(folder / "grey16.png")
    cv2.imwrite(str(folder / "rgb16.png"), rng.integers(0, 65536, (h, w, 3)).astype(np.uint16))
    rgb.save(folder / "lossy.webp", quality=80)
    rgb.save(folder / "plain.tif")
    rgb.save(folder / "palette.gif")
    frames = dict(save_all=True, append_images=[rgb.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
    rgb.save(folder / "animated.gif", **frames)
    rgb.save(folder / "animated.webp", lossless=True, **frames)
    rgb.save(folder / "animated.png", **frames)
    # Stray bytes between two markers: a warning of libjpeg, not damage.
    jpeg = (folder / "444.jpg").read_bytes()
    at = jpeg.index(b"\xff\xda")
    (folder / "stray-bytes.jpg").write_bytes(jpeg[:at] + b"\x00\x00\x00" + jpeg[at:])
    rows = []
    for path in sorted(folder.glob("*")):
        if path.name.endswith(".rgb.png"):
            continue
        golden = f"{path.name}.rgb.png"
        # Through an array, because a PNG would keep the transparent colour of the original beside the pixels.
        pixels = np.array(Image.open(path).convert("RGB"))
        Image.fromarray(pixels).save(folder / golden, optimize=True)
        rows.append(dict(source=path.name, golden=golden))
    return rows


(out / "geometry").mkdir(parents=True, exist_ok=True)
(out / "decode").mkdir(exist_ok=True)
goldens = dict(
    made=dict(pillow=PIL.__version__, torchvision=torchvision.__version__, opencv=cv2.__version__),
    geometry=geometry(),
    decode=decoding(),
)
(out / "goldens.json").write_text(json.dumps(goldens, indent=2) + "\n")
