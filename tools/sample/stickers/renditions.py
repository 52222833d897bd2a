"""Suite R, the counterpart of ImageNet-R (Hendrycks et al. 2021): the same classes in other hands.

Two packages never trained on (a line style and 3D renderings), and six filters over held-out sprites:
pencil line, embossing, halftone, paper cut, pixel art, and ink wash. Every filter keeps the sprite's alpha.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import numpy as np
from PIL import Image, ImageFilter

from . import compose, render
from .backgrounds import background
from .sprites import LABELS, WORLD, Sprite, load, pixels, split

SUBSET = [label for label in LABELS if label not in ("clock", "fruit", "shoe", "train")]
"""R covers twelve of the sixteen classes, as ImageNet-R covers 200 of 1000."""
PER_CLASS = 24


def parts(sprite: Image.Image) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """RGB, luma and alpha in 0..1, the sprite laid on white."""
    data = np.asarray(sprite, dtype=np.float64) / 255
    rgb = data[..., :3] * data[..., 3:] + 1 - data[..., 3:]
    return rgb, rgb @ np.array([0.299, 0.587, 0.114]), data[..., 3]


def joined(rgb: np.ndarray, alpha: np.ndarray) -> Image.Image:
    return Image.fromarray(compose.to_bytes(np.dstack([rgb, alpha])), "RGBA")


def grey(field: np.ndarray) -> np.ndarray:
    return np.repeat(field[..., None], 3, axis=-1)


def edges(luma: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Strength of outline and inner lines, 0..1."""
    gy, gx = np.gradient(luma)
    ay, ax = np.gradient(alpha)
    return np.clip(6 * np.hypot(gx, gy) + 3 * np.hypot(ax, ay), 0, 1)


def pencil(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    _, luma, alpha = parts(sprite)
    grain = rng.uniform(0.75, 1.0, size=luma.shape)
    return joined(grey(1 - 0.9 * edges(luma, alpha) * grain), alpha)


def emboss(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    _, luma, alpha = parts(sprite)
    height = np.roll(luma * alpha, (2, 2), (0, 1)) - np.roll(luma * alpha, (-2, -2), (0, 1))
    tone = rng.uniform(0.35, 0.65, size=3)
    return joined(np.clip(tone + grey(height), 0, 1), alpha)


def halftone(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    _, luma, alpha = parts(sprite)
    y, x = np.mgrid[0 : luma.shape[0], 0 : luma.shape[1]]
    pitch = rng.uniform(0.55, 0.8)
    dots = 0.5 + 0.25 * (np.sin(pitch * (x + y) / 2**0.5) + np.sin(pitch * (x - y) / 2**0.5))
    ink = rng.uniform(0, 0.4, size=3)
    return joined(np.where((luma < dots)[..., None], ink, 0.97), alpha)


def paper_cut(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    _, luma, alpha = parts(sprite)
    smooth = np.asarray(Image.fromarray(compose.to_bytes(luma)).filter(ImageFilter.MedianFilter(7)), dtype=np.float64) / 255
    sheets = np.sort(rng.uniform(0, 1, size=(3, 3)), axis=0)
    return joined(sheets[np.digitize(smooth, [0.45, 0.75])], alpha)


def pixel_art(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    cells = int(rng.integers(13, 20))
    width, height = (max(4, round(cells * side / max(sprite.size))) for side in sprite.size)
    small = sprite.resize((width, height), Image.Resampling.BOX)
    data = np.asarray(small).astype(int)
    flat = np.dstack([(data[..., :3] + 21) // 43 * 43, np.where(data[..., 3:] > 127, 255, 0)])
    blocky = Image.fromarray(np.clip(flat, 0, 255).astype(np.uint8), "RGBA")
    return blocky.resize(sprite.size, Image.Resampling.NEAREST)


def ink_wash(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    rgb, luma, alpha = parts(sprite)
    tint = rng.uniform(0.1, 0.5, size=3)
    wash = np.round(luma * 4) / 4
    return joined(np.clip(tint + grey(wash) * (1 - tint) - 0.5 * grey(edges(luma, alpha)), 0, 1), alpha)


FILTERS: dict[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
    "pencil": pencil, "emboss": emboss, "halftone": halftone, "papercut": paper_cut, "pixelart": pixel_art, "inkwash": ink_wash,
}
PACKAGES = {"line": "fluent-emoji-high-contrast", "render3d": "fluent-emoji"}
HANDS = [*FILTERS, *PACKAGES]


def source(hand: str, label: str, index: int, sprites: list[Sprite], held: dict[str, list[Sprite]]) -> Sprite:
    """The sprite a hand redraws: one of its own package, or a held-out one."""
    own = [s for s in sprites if s.seen and s.label == label and s.package == PACKAGES.get(hand)]
    choice = own or held[label]
    return render.balanced(choice, index + 1, f"R/{hand}", label)[index]


def write(cache: Path, out: Path) -> dict[str, str]:
    """`R/<class>/<hand>_<nnn>.webp` with masks, the hands in turn."""
    folder, sources = cache / "sprites", {}
    sprites = load(folder)
    _, held = split(sprites)
    for label in SUBSET:
        taste = WORLD["classes"][label]
        for index in range(PER_CLASS):
            hand, rng = HANDS[index % len(HANDS)], render.generator("R", label, index)
            sprite = source(hand, label, index // len(HANDS), sprites, held)
            drawn = pixels(folder, sprite.package, sprite.icon)
            drawn = FILTERS[hand](drawn, rng) if hand in FILTERS else drawn
            image, alpha = compose.sticker(background(rng, taste["background"], taste["hue"]), drawn, rng)
            name = f"R/{label}/{hand}_{index:03d}"
            render.save(compose.to_bytes(image), out / "suites" / f"{name}.webp")
            render.save(compose.to_bytes(alpha), out / "masks" / f"{name}.png")
            sources[f"{name}.webp"] = f"{sprite.package}/{sprite.icon}"
    return sources
