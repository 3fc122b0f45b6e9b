"""The whole loop of MoCo v3 in PyTorch on files: torchvision's views of PIL images, a DataLoader, and a step.

Reads one JSON object on the command line: the options of pytorch_step.py, and "folder", of class folders
with the training images of CIFAR-10. Prints one JSON object: images per second after the warm-up.
"""

import json
import math
import os
import sys
import time

import torch
import torchvision.transforms as T
from PIL import ImageOps
from pytorch_step import DEFAULTS, Step
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder

MEAN, STD = [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]


class Solarize:
    def __call__(self, image):
        return ImageOps.solarize(image)


def view(size, solarize):
    return T.Compose([
        T.RandomResizedCrop(size, scale=(0.2, 1.0)),
        T.RandomApply([T.ColorJitter(0.4, 0.4, 0.2, 0.1)], p=0.8),
        T.RandomGrayscale(p=0.2),
        T.RandomApply([Solarize()], p=solarize),
        T.RandomHorizontalFlip(),
        T.ToTensor(),
        T.Normalize(MEAN, STD),
    ])


class TwoViews:
    def __init__(self, size):
        self.first, self.second = view(size, 0.0), view(size, 0.2)

    def __call__(self, image):
        return self.first(image), self.second(image)


def main():
    o = {**DEFAULTS, **json.loads(sys.argv[1])}
    torch.manual_seed(0)
    step = Step(o)
    images = ImageFolder(o["folder"], TwoViews(o["image"]))
    workers = len(os.sched_getaffinity(0))
    batches = DataLoader(images, o["batch"], shuffle=True, drop_last=True, num_workers=workers, persistent_workers=True)
    steps, begin = 0, 0.0
    while steps < o["warm_up"] + o["steps"]:
        for (x1, x2), _ in batches:
            if steps == o["warm_up"]:
                begin = time.perf_counter()
            if steps == o["warm_up"] + o["steps"]:
                break
            assert math.isfinite(step(x1, x2).item())
            steps += 1
            end = time.perf_counter()
    print(json.dumps(dict(images_per_second=o["batch"] * o["steps"] / (end - begin))))


if __name__ == "__main__":
    main()
