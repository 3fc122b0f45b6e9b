#!/usr/bin/env python3
"""Makes the images of PolicyOperationTest with Pillow: make_policy_images.py FOLDER.

input.png is 24 x 24; OPERATION_LEVEL.png is what the operation makes of it, (124, 116, 104) outside.
"""
import math
import pathlib
import random
import sys

from PIL import Image, ImageEnhance, ImageOps

SIDE = 24
FILL = (124, 116, 104)


def photograph():
    drawn = random.Random(7)
    image = Image.new("RGB", (SIDE, SIDE))
    for y in range(SIDE):
        for x in range(SIDE):
            waves = [math.sin(x / 3 + c) + math.cos(y / 4 - c) for c in range(3)]
            image.putpixel((x, y), tuple(int(120 + 45 * w + drawn.uniform(-20, 20)) for w in waves))
    return image


def affine(image, matrix):
    return image.transform(image.size, Image.AFFINE, matrix, resample=Image.BILINEAR, fillcolor=FILL)


def add(image, level):
    table = [min(255, value + level) if value < 128 else value for value in range(256)]
    return image.point(table * 3)


OPERATIONS = {
    "AUTO_CONTRAST": (lambda i, v: ImageOps.autocontrast(i), [0]),
    "EQUALIZE": (lambda i, v: ImageOps.equalize(i), [0]),
    "INVERT": (lambda i, v: ImageOps.invert(i), [0]),
    "ROTATE": (lambda i, v: i.rotate(v, resample=Image.BILINEAR, fillcolor=FILL), [-21.3, 17.25]),
    "POSTERIZE": (lambda i, v: ImageOps.posterize(i, v), [1, 3]),
    "SOLARIZE": (lambda i, v: ImageOps.solarize(i, v), [26, 130]),
    "SOLARIZE_ADD": (add, [99]),
    "COLOR": (lambda i, v: ImageEnhance.Color(i).enhance(v), [0.19, 1.81]),
    "CONTRAST": (lambda i, v: ImageEnhance.Contrast(i).enhance(v), [0.19, 1.81]),
    "BRIGHTNESS": (lambda i, v: ImageEnhance.Brightness(i).enhance(v), [0.19, 1.81]),
    "SHARPNESS": (lambda i, v: ImageEnhance.Sharpness(i).enhance(v), [0.19, 1.81]),
    "SHEAR_X": (lambda i, v: affine(i, (1, v, 0, 0, 1, 0)), [-0.27, 0.13]),
    "SHEAR_Y": (lambda i, v: affine(i, (1, 0, 0, v, 1, 0)), [-0.27, 0.13]),
    "TRANSLATE_X": (lambda i, v: affine(i, (1, 0, v * SIDE, 0, 1, 0)), [-0.41, 0.2]),
    "TRANSLATE_Y": (lambda i, v: affine(i, (1, 0, 0, 0, 1, v * SIDE)), [-0.41, 0.2]),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    image = photograph()
    image.save(folder / "input.png")
    for name, (operation, levels) in OPERATIONS.items():
        for level in levels:
            operation(image, level).save(folder / f"{name}@{level}.png")


main()
