"""The corruptions and perturbations written down once more, with numpy, scipy, scikit-image and OpenCV.

An independent check of src/engine/images/transforms: the published procedure (Hendrycks and Dietterich 2019) step by step,
with the published constants. Motion blur follows ImageMagick's MotionBlur. Every function takes and gives uint8 RGB; random
draws come from the numpy generator that is passed in, or are passed in themselves.
"""

import io

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates, zoom
from skimage import color
from skimage.filters import gaussian
from skimage.util import random_noise

cv2.setNumThreads(1)


def levels(x):
    """[0,1] to 8 bits as the published code saves them: clipped, then truncated."""
    return np.uint8(np.clip(x, 0, 1) * 255)


def blur(x, sigma, truncate=4.0, mode="nearest"):
    axis = -1 if x.ndim == 3 else None
    return gaussian(x, sigma=sigma, mode=mode, truncate=truncate, channel_axis=axis)


def clipped_zoom(x, factor):
    side = x.shape[0]
    inner = int(np.ceil(side / factor))
    top = (side - inner) // 2
    factors = (factor, factor) + (1,) * (x.ndim - 2)
    grown = zoom(x[top : top + inner, top : top + inner], factors, order=1)
    trim = (grown.shape[0] - side) // 2
    return grown[trim : trim + side, trim : trim + side]


def motion(x, radius, sigma, angle):
    """ImageMagick's MotionBlur on uint8, by shifting the image once per tap."""
    i = np.arange(2 * radius + 1)
    weights = np.exp(-(i**2) / (2 * sigma**2))
    weights /= weights.sum()
    dx = np.ceil(i * np.cos(np.deg2rad(angle)) - 0.5).astype(int)
    dy = np.ceil(i * np.sin(np.deg2rad(angle)) - 0.5).astype(int)
    m = 2 * radius
    height, width = x.shape[:2]
    padded = cv2.copyMakeBorder(x, m, m, m, m, cv2.BORDER_REPLICATE).astype(np.float32)
    out = np.zeros(x.shape, np.float32)
    for w, ox, oy in zip(weights, dx, dy):
        out += np.float32(w) * padded[m + oy : m + oy + height, m + ox : m + ox + width]
    return np.uint8(np.clip(out + 0.5, 0, 255))


def plasma(size, decay, rng):
    map_ = np.zeros((size, size))
    step, wibble = size, 100.0

    def near(total):
        return total / 4 + wibble * rng.uniform(-wibble, wibble, total.shape)

    while step >= 2:
        half = step // 2
        corners = map_[::step, ::step]
        square = corners + np.roll(corners, -1, 0)
        map_[half::step, half::step] = near(square + np.roll(square, -1, 1))
        middle = map_[half::step, half::step]
        map_[::step, half::step] = near(middle + np.roll(middle, 1, 0) + corners + np.roll(corners, -1, 1))
        map_[half::step, ::step] = near(middle + np.roll(middle, 1, 1) + corners + np.roll(corners, -1, 0))
        step, wibble = half, wibble / decay
    map_ -= map_.min()
    return map_ / map_.max()


# The corruptions: f(x, severity, rng).


def gaussian_noise(x, s, rng):
    c = [0.08, 0.12, 0.18, 0.26, 0.38][s - 1]
    return levels(x / 255.0 + rng.normal(size=x.shape, scale=c))


def shot_noise(x, s, rng):
    c = [60, 25, 12, 5, 3][s - 1]
    return levels(rng.poisson(x / 255.0 * c) / c)


def impulse_noise(x, s, rng):
    c = [0.03, 0.06, 0.09, 0.17, 0.27][s - 1]
    return levels(random_noise(x / 255.0, mode="s&p", amount=c, rng=rng))


def speckle_noise(x, s, rng):
    c = [0.15, 0.2, 0.35, 0.45, 0.6][s - 1]
    x = x / 255.0
    return levels(x + x * rng.normal(size=x.shape, scale=c))


def gaussian_blur(x, s, rng):
    return levels(blur(x / 255.0, [1, 2, 3, 4, 6][s - 1]))


def glass_blur(x, s, rng, swap=False):
    sigma, delta, iterations = [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)][s - 1]
    x = np.uint8(blur(x / 255.0, sigma) * 255)
    side = x.shape[0]
    for _ in range(iterations):
        for h in range(side - delta, delta, -1):
            for w in range(side - delta, delta, -1):
                dx, dy = rng.integers(-delta, delta, size=2)
                kept = x[h, w].copy()
                x[h, w] = x[h + dy, w + dx]
                if swap:
                    x[h + dy, w + dx] = kept
    return levels(blur(x / 255.0, sigma))


def defocus_blur(x, s, rng):
    radius, alias = [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)][s - 1]
    reach, soft = (8, (3, 3)) if radius <= 8 else (radius, (5, 5))
    axis = np.arange(-reach, reach + 1)
    a, b = np.meshgrid(axis, axis)
    kernel = np.float32(a**2 + b**2 <= radius**2)
    kernel = cv2.GaussianBlur(kernel / kernel.sum(), soft, alias)
    x = x / 255.0
    return levels(np.dstack([cv2.filter2D(x[..., c], -1, kernel) for c in range(3)]))


def motion_blur(x, s, rng):
    radius, sigma = [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)][s - 1]
    return motion(x, radius, sigma, rng.uniform(-45, 45))


def zoom_blur(x, s, rng):
    stop, step = [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)][s - 1]
    x = (x / 255.0).astype(np.float32)
    factors = np.arange(1, stop, step)
    total = sum(clipped_zoom(x, factor) for factor in factors)
    return levels((x + total) / (len(factors) + 1))


def snow_over(x, layer, mix):
    """`layer`: blurred flakes, uint8."""
    x = np.float32(x) / 255.0
    grey = cv2.cvtColor(x, cv2.COLOR_RGB2GRAY)[..., None]
    base = mix * x + (1 - mix) * np.maximum(x, grey * 1.5 + 0.5)
    layer = layer[..., None] / 255.0
    return levels(base + layer + np.rot90(layer, 2))


def flakes(noise, factor, threshold):
    layer = clipped_zoom(noise, factor)
    layer[layer < threshold] = 0
    return levels(layer)


def snow(x, s, rng):
    mean, std, factor, threshold, radius, sigma, mix = [
        (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ][s - 1]
    layer = flakes(rng.normal(size=x.shape[:2], loc=mean, scale=std), factor, threshold)
    return snow_over(x, motion(layer, radius, sigma, rng.uniform(-135, -45)), mix)


def fog(x, s, rng):
    strength, decay = [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)][s - 1]
    x = x / 255.0
    most = x.max()
    cloud = plasma(256, decay, rng)[: x.shape[0], : x.shape[1], None]
    return levels((x + strength * cloud) * most / (most + strength))


def brighten(x, c):
    hsv = color.rgb2hsv(x / 255.0)
    hsv[..., 2] = np.clip(hsv[..., 2] + c, 0, 1)
    return levels(color.hsv2rgb(hsv))


def brightness(x, s, rng):
    return brighten(x, [0.1, 0.2, 0.3, 0.4, 0.5][s - 1])


def contrast(x, s, rng):
    c = [0.4, 0.3, 0.2, 0.1, 0.05][s - 1]
    x = x / 255.0
    mean = x.mean((0, 1))
    return levels((x - mean) * c + mean)


def elastic_transform(x, s, rng):
    alpha, sigma, shift = 244 * np.array(
        [(2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02)][s - 1]
    )
    x = np.float32(x) / 255.0
    height, width = x.shape[:2]
    centre = np.float32([height, width]) // 2
    half = min(height, width) // 3
    corners = np.float32([centre + half, [centre[0] + half, centre[1] - half], centre - half])
    moved = corners + rng.uniform(-shift, shift, corners.shape).astype(np.float32)
    affine = cv2.getAffineTransform(corners, moved)
    x = cv2.warpAffine(x, affine, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    dx, dy = (
        blur(rng.uniform(-1, 1, (height, width)), sigma, truncate=3, mode="reflect") * alpha for _ in range(2)
    )
    rows, columns = np.mgrid[0:height, 0:width]
    places = [rows + dy, columns + dx]
    return levels(np.dstack([map_coordinates(x[..., c], places, order=1, mode="reflect") for c in range(3)]))


def pixelate(x, s, rng):
    c = [0.6, 0.5, 0.4, 0.3, 0.25][s - 1]
    height, width = x.shape[:2]
    small = Image.fromarray(x).resize((int(width * c), int(height * c)), Image.Resampling.BOX)
    return np.array(small.resize((width, height), Image.Resampling.BOX))


def jpeg(x, quality):
    file = io.BytesIO()
    Image.fromarray(x).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


def jpeg_compression(x, s, rng):
    return jpeg(x, [25, 18, 15, 10, 7][s - 1])


def liquid(noise, sigma, threshold):
    layer = blur(noise, sigma)
    layer[layer < threshold] = 0
    return layer


def water_over(x, layer, strength):
    thickness = (layer * 255).astype(np.uint8)
    distance = cv2.distanceTransform(255 - cv2.Canny(thickness, 50, 150), cv2.DIST_L2, 5)
    distance = cv2.blur(np.minimum(distance, 20), (3, 3)).astype(np.uint8)
    relief = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
    shine = cv2.blur(cv2.filter2D(cv2.equalizeHist(distance), cv2.CV_8U, relief), (3, 3)).astype(np.float32)
    wet = thickness * shine
    if wet.max() == 0:
        return x
    wet = wet / wet.max() * strength
    return levels(np.float32(x) / 255.0 + wet[..., None] * (np.array([175, 238, 238]) / 255.0))


def mud_over(x, layer, threshold, strength):
    cover = blur(np.float32(layer > threshold), strength)
    cover[cover < 0.8] = 0
    cover = cover[..., None]
    return levels(x / 255.0 * (1 - cover) + cover * (np.array([63, 42, 20]) / 255.0))


def spatter(x, s, rng):
    mean, std, sigma, threshold, strength, mud = [
        (0.65, 0.3, 4, 0.69, 0.6, 0),
        (0.65, 0.3, 3, 0.68, 0.6, 0),
        (0.65, 0.3, 2, 0.68, 0.5, 0),
        (0.65, 0.3, 1, 0.65, 1.5, 1),
        (0.67, 0.4, 1, 0.65, 1.5, 1),
    ][s - 1]
    layer = liquid(rng.normal(size=x.shape[:2], loc=mean, scale=std), sigma, threshold)
    return mud_over(x, layer, threshold, strength) if mud else water_over(x, layer, strength)


def saturate(x, s, rng):
    factor, offset = [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)][s - 1]
    hsv = color.rgb2hsv(x / 255.0)
    hsv[..., 1] = np.clip(hsv[..., 1] * factor + offset, 0, 1)
    return levels(color.hsv2rgb(hsv))


def frost_over(x, ice, s):
    """`ice`: uint8 RGB of the picture's size. The published ice photographs are not used."""
    a, b = [(1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)][s - 1]
    return np.uint8(np.clip(a * x + b * ice, 0, 255))


corruptions = [
    gaussian_noise,
    shot_noise,
    impulse_noise,
    defocus_blur,
    glass_blur,
    motion_blur,
    zoom_blur,
    snow,
    fog,
    brightness,
    contrast,
    elastic_transform,
    pixelate,
    jpeg_compression,
    speckle_noise,
    gaussian_blur,
    spatter,
    saturate,
]
