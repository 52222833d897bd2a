"""The deterministic sequences of ImageNet-P written down once more, with torchvision and OpenCV.

`whole` is the resized, uncropped picture (uint8 RGB); every function gives the 224 x 224 frame.
"""

import cv2
import numpy as np
from PIL import Image
from torchvision.transforms import CenterCrop, InterpolationMode
from torchvision.transforms.functional import affine

import reference as ref

crop = CenterCrop(224)


def moved(whole, angle=0, translate=(0, 0), scale=1.0, shear=0.0, mode=InterpolationMode.BILINEAR):
    image = affine(Image.fromarray(whole), angle, list(translate), scale, [shear, 0.0], interpolation=mode)
    return np.array(crop(image))


def centre(whole):
    return np.array(crop(Image.fromarray(whole)))


def motion_blur(whole, i):
    return ref.motion(centre(whole), 10, 3, 4 * (i - 30))


def zoom_blur(whole, i):
    total = centre(whole).astype(np.float64)
    for k in range(1, i + 1):
        total += moved(whole, scale=1 + 0.004 * k)
    return np.uint8(total / (i + 1))


def brightness(whole, i):
    return ref.brighten(centre(whole), (i - 15) * 2 / 100)


def translate(whole, i):
    return moved(whole, translate=(i - 20, 0), mode=InterpolationMode.NEAREST)


def rotate(whole, i):
    return moved(whole, angle=i - 15)


def scale(whole, i):
    return moved(whole, scale=(40 + 2.5 * i) / 100)


def shear(whole, i):
    return moved(whole, shear=i - 15)


def tilt(whole, i):
    h, w = whole.shape[:2]
    angle = np.deg2rad(i - 15)
    s, c = np.sin(angle), np.cos(angle)
    f = np.sqrt(w**2 + h**2)
    to_plane = np.array([[1, 0, -w / 2], [0, 1, -h / 2], [0, 0, 1], [0, 0, 1]])
    about_x = np.array([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1]])
    about_y = np.array([[c, 0, -s, 0], [0, 1, 0, 0], [s, 0, c, 0], [0, 0, 0, 1]])
    away = np.eye(4)
    away[2, 3] = f
    screen = np.array([[f, 0, w / 2, 0], [0, f, h / 2, 0], [0, 0, 1, 0]])
    matrix = screen @ away @ about_x @ about_y @ to_plane
    return centre(cv2.warpPerspective(whole, matrix, (w, h)))


def gaussian_blur(whole, i):
    return ref.levels(ref.blur(centre(whole) / 255.0, 0.25 + 0.035 * i, truncate=6.0))


sequences = [motion_blur, zoom_blur, brightness, translate, rotate, tilt, scale, gaussian_blur, shear]
