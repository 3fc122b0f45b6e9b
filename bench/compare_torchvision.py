"""Two augmented views of every image of a folder: this project beside Python libraries.

Every library reads the files, decodes, augments with the paper's two recipes and puts batches of 64
together. torchvision gives normalised floats, as its users train with; albumentations and this
project give uint8, which is normalised later. Rounds take turns; medians are printed.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import albumentations as A
import cv2
import numpy as np
import torch
import torchvision.transforms as T
import torchvision.transforms.v2 as T2
from PIL import Image, ImageFilter, ImageOps
from torchvision.io import ImageReadMode, decode_jpeg, read_file

SIZE, BATCH = 224, 64
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
ROOT = Path(__file__).resolve().parent.parent


class PilBlur:
    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


class PilSolarize:
    def __call__(self, image):
        return ImageOps.solarize(image)


def pil(blur, solarize):
    return T.Compose(
        [
            T.RandomResizedCrop(SIZE, scale=(0.08, 1.0)),
            T.RandomApply([T.ColorJitter(0.4, 0.4, 0.2, 0.1)], p=0.8),
            T.RandomGrayscale(p=0.2),
            T.RandomApply([PilBlur()], p=blur),
            T.RandomApply([PilSolarize()], p=solarize),
            T.RandomHorizontalFlip(),
            T.ToTensor(),
            T.Normalize(MEAN, STD),
        ]
    )


def tensors(blur, solarize):
    return T2.Compose(
        [
            T2.RandomResizedCrop(SIZE, scale=(0.08, 1.0), antialias=True),
            T2.RandomApply([T2.ColorJitter(0.4, 0.4, 0.2, 0.1)], p=0.8),
            T2.RandomGrayscale(p=0.2),
            T2.RandomApply([T2.GaussianBlur(13, sigma=(0.1, 2.0))], p=blur),
            T2.RandomSolarize(threshold=128, p=solarize),
            T2.RandomHorizontalFlip(),
            T2.ToDtype(torch.float32, scale=True),
            T2.Normalize(MEAN, STD),
        ]
    )


def albumentations(blur, solarize):
    return A.Compose(
        [
            A.RandomResizedCrop(size=(SIZE, SIZE), scale=(0.08, 1.0)),
            A.ColorJitter(
                brightness=(0.6, 1.4), contrast=(0.6, 1.4), saturation=(0.8, 1.2), hue=(-0.1, 0.1), p=0.8
            ),
            A.ToGray(p=0.2),
            A.GaussianBlur(sigma_limit=(0.1, 2.0), blur_limit=0, p=blur),
            A.Solarize(threshold_range=(0.5, 0.5), p=solarize),
            A.HorizontalFlip(p=0.5),
        ]
    )


def read_pil(file):
    with open(file, "rb") as stream:
        return Image.open(stream).convert("RGB")


def read_tensor(file):
    return decode_jpeg(read_file(file), mode=ImageReadMode.RGB)


def read_cv(file):
    return cv2.cvtColor(cv2.imdecode(np.fromfile(file, dtype=np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def apply_albumentations(transform, image):
    return transform(image=image)["image"]


def apply_plain(transform, image):
    return transform(image)


LIBRARIES = {
    "torchvision on PIL": (read_pil, pil, apply_plain, torch.stack),
    "torchvision v2 on tensors": (read_tensor, tensors, apply_plain, torch.stack),
    "albumentations": (read_cv, albumentations, apply_albumentations, np.stack),
}


def run(library, files, seed):
    """Seconds for all files on the calling process."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    random.seed(seed)
    torch.manual_seed(seed)
    read, make, apply, stack = LIBRARIES[library]
    first, second = make(1.0, 0.0), make(0.1, 0.2)
    begin = time.perf_counter()
    for start in range(0, len(files), BATCH):
        views = ([], [])
        for file in files[start : start + BATCH]:
            image = read(file)
            views[0].append(apply(first, image))
            views[1].append(apply(second, image))
        stack(views[0]), stack(views[1])
    return time.perf_counter() - begin


def decode(files):
    begin = time.perf_counter()
    for file in files:
        read_pil(file)
    return time.perf_counter() - begin


def ours(folder, threads):
    command = [ROOT / "mocov3", "bench", "data", folder, "--json", "--rounds", "3", "--threads", str(threads)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main(folder, rounds):
    files = sorted(str(file) for file in Path(folder).rglob("*") if file.suffix.lower() in (".jpg", ".jpeg"))[:500]
    cores = len(os.sched_getaffinity(0))
    one, all_cores = {}, {}

    def add(table, name, value):
        table.setdefault(name, []).append(value)

    with ProcessPoolExecutor(cores) as pool:
        for number in range(rounds):
            mine = ours(folder, cores)
            add(one, "mocov3-akka", mine["one_thread"]["two_views_images_per_second"])
            add(one, "mocov3-akka, decode only", mine["one_thread"]["decode_images_per_second"])
            add(all_cores, "mocov3-akka", mine["two_views_images_per_second"])
            add(one, "PIL, decode only", len(files) / decode(files))
            for library in LIBRARIES:
                add(one, library, len(files) / run(library, files, number))
                begin = time.perf_counter()
                parts = [pool.submit(run, library, files[i::cores], number) for i in range(cores)]
                [part.result() for part in parts]
                add(all_cores, library, len(files) / (time.perf_counter() - begin))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)

    def cell(values):
        return f"{statistics.median(values):.0f} ({min(values):.0f}-{max(values):.0f})"

    print(f"| two views at {SIZE}, images a second | one core | {cores} cores | ours / theirs, one core |")
    print("|---|---:|---:|---:|")
    reference = statistics.median(one["mocov3-akka"])
    for name, values in one.items():
        ratio = "" if "decode" in name else f"{reference / statistics.median(values):.2f}"
        many = cell(all_cores[name]) if name in all_cores else ""
        print(f"| {name} | {cell(values)} | {many} | {ratio} |")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
