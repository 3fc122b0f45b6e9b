#!/usr/bin/env python3
"""Scores a fine-tuned network in timm: bench/score_timm.py FOLDER TEST [THREADS]

FOLDER is what `mocov3 eval finetune` wrote for timm, TEST a folder of class folders. Transforms are
those that timm reads from the folder's config.json. Needs torch and timm.
"""
import json
import pathlib
import sys

import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_model_data_config

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp"}


def main():
    folder, test = sys.argv[1:3]
    torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 2)
    model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    config = resolve_model_data_config(model)
    transform = create_transform(**config, is_training=False)
    names = json.loads((pathlib.Path(folder) / "config.json").read_text())["label_names"]
    files = [(path, names.index(path.parent.name)) for path in sorted(pathlib.Path(test).glob("*/*"))
             if path.suffix.lower() in EXTENSIONS]
    hits = 0
    with torch.inference_mode():
        for begin in range(0, len(files), 256):
            batch = files[begin:begin + 256]
            images = torch.stack([transform(Image.open(path).convert("RGB")) for path, _ in batch])
            truth = torch.tensor([label for _, label in batch])
            hits += (model(images).argmax(1) == truth).sum().item()
    print(f"{transform}")
    print(f"{hits} of {len(files)} right: {100 * hits / len(files):.2f} %")


main()
