"""Golden files for corruptions and perturbations, from reference.py and perturb.py.

Run with Debian's Python (python3-scipy, -skimage, -opencv, -pil, -torchvision):
    /usr/bin/python3 tools/goldens/corruptions/make.py [exact | random]
Writes tests/engine/images/goldens/corruptions/:
    images/*.jpg        fifty pictures of the sample suite, 96 x 96, from which every input is made (kept once written)
    exact.json, .gz     for every deterministic case 18 rows of the result, raw bytes one case after the other
    random.json         for every random corruption the statistics over the fifty pictures
"""

import gzip
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import PIL
import scipy
import skimage
import torchvision
from PIL import Image

import perturb
import reference as ref

root = Path(__file__).resolve().parents[3]
out = root / "tests/engine/images/goldens/corruptions"
photo = out.parent / "geometry/photo.jpg"
rows = [0, 1, *range(7, 224, 16), 222, 223]
deterministic = ["defocus_blur", "zoom_blur", "brightness", "contrast", "pixelate", "jpeg_compression"]
deterministic += ["gaussian_blur", "saturate"]


def pictures():
    """The fifty inputs at 224 x 224, and their files the first time."""
    folder = out / "images"
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.jpg")):
        for i, path in enumerate(sorted((root / "resources/sample/suites/val").glob("*/*.png"))[::6][:50]):
            Image.open(path).convert("RGB").save(folder / f"{i:02d}.jpg", quality=90)
    files = sorted(folder.glob("*.jpg"))
    bicubic = Image.Resampling.BICUBIC
    return [np.array(Image.open(f).convert("RGB").resize((224, 224), bicubic)) for f in files]


def resized(path, side):
    """Shorter side to `side`, bilinear, as torchvision."""
    image = Image.open(path).convert("RGB")
    w, h = image.size
    size = (side, int(side * h / w)) if w < h else (int(side * w / h), side)
    return np.array(image.resize(size, Image.Resampling.BILINEAR))


def pseudo_noise(n):
    """Nearly normal numbers that any language makes alike: the sum of four hashed uniforms, mean 0, deviation 1."""
    total = np.zeros(n)
    for k in range(4):
        h = np.arange(n, dtype=np.uint64) * 4 + k
        for multiplier in (2654435761, 2246822519):
            h = (h * multiplier) & 0xFFFFFFFF
            h ^= h >> 15
        total += h / 2**32
    return ((total - 2) * np.sqrt(3)).reshape(224, 224)


def exact_cases(images):
    """(description, result) of everything that has one right answer."""
    whole = resized(photo, 256)
    inputs = {"photo": perturb.centre(whole), "sticker": images[7]}
    functions = {f.__name__: f for f in ref.corruptions}
    for source, x in inputs.items():
        for name in deterministic:
            for severity in range(1, 6):
                case = dict(kind="corruption", source=source, name=name, severity=severity)
                yield case, functions[name](x, severity, None)
        for quality in (85,):
            yield dict(kind="jpeg", source=source, quality=quality), ref.jpeg(x, quality)
    x = inputs["photo"]
    for angle in (-120, -90, -45, -31, 0, 12.5, 45):
        for radius, sigma in ((10, 3), (20, 15)):
            case = dict(kind="motion", source="photo", radius=radius, sigma=sigma, angle=angle)
            yield case, ref.motion(x, radius, sigma, angle)
    noise = pseudo_noise(224 * 224)
    for sigma, threshold, strength in ((4, 0.69, 0.6), (3, 0.68, 0.6), (2, 0.68, 0.5)):
        case = dict(kind="water", source="photo", sigma=sigma, threshold=threshold, strength=strength)
        yield case, ref.water_over(x, ref.liquid(0.65 + 0.3 * noise, sigma, threshold), strength)
    for frame in (0, 7, 15, 20, 30):
        for sequence in perturb.sequences:
            yield dict(kind="frame", source="photo", name=sequence.__name__, frame=frame), sequence(whole, frame)


bands = [1, 2, 4, 8, 16, 32, 64]
middle = slice(48, 176)


def spectrum(pictures_):
    """Power of the grey middle (128 x 128, mean taken off) in rings of the frequency plane, averaged over pictures."""
    y, x = np.meshgrid(np.fft.fftfreq(128, 1 / 128), np.fft.fftfreq(128, 1 / 128), indexing="ij")
    ring = np.digitize(np.maximum(abs(x), abs(y)), bands)
    power = 0
    for p in pictures_:
        grey = p[middle, middle].astype(np.float64) @ np.array([0.299, 0.587, 0.114])
        power = power + np.abs(np.fft.fft2(grey - grey.mean())) ** 2
    power = power / len(pictures_) / 128**4
    return [float(power[ring == k].sum()) for k in range(1, len(bands))]


# glass_blur is slow here; an angle, a cloud or a map is one draw for the whole picture.
draws_per_picture = dict(glass_blur=1, motion_blur=16, fog=16, elastic_transform=12)


def random_cases(images):
    """Statistics of the results; several draws per picture, so that the reference itself hardly scatters."""
    for f in ref.corruptions:
        if f.__name__ in deterministic:
            continue
        for severity in (1, 3, 5):
            rng = np.random.default_rng([severity, len(f.__name__)])
            draws = draws_per_picture.get(f.__name__, 4)
            results = [f(x, severity, rng) for x in images for _ in range(draws)]
            clean = [x for x in images for _ in range(draws)]
            both = [(np.float64(r), np.float64(x)) for r, x in zip(results, clean)]
            mse = np.mean([np.mean((r - x) ** 2) for r, x in both])
            yield dict(
                name=f.__name__,
                severity=severity,
                mean=float(np.mean([r.mean() for r, _ in both])),
                variance=float(np.mean([r.var() for r, _ in both])),
                psnr=float(10 * np.log10(255**2 / mse)),
                spectrum=spectrum(results),
            )


images = pictures()
wanted = sys.argv[1:] or ["exact", "random"]
versions = {m.__name__: m.__version__ for m in (np, scipy, skimage, cv2, PIL, torchvision)}
if "exact" in wanted:
    cases, data = [], b""
    for case, result in exact_cases(images):
        cases.append(case)
        data += np.ascontiguousarray(result[rows]).tobytes()
    (out / "exact.json").write_text(json.dumps(dict(made=versions, rows=rows, cases=cases)) + "\n")
    (out / "exact.gz").write_bytes(gzip.compress(data, 9, mtime=0))
if "random" in wanted:
    statistics = dict(made=versions, bands=bands, cases=list(random_cases(images)))
    (out / "random.json").write_text(json.dumps(statistics, indent=1) + "\n")
