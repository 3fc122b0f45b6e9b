"""kNN by `mocov3 bench knn` and by PyTorch's mm and topk in chunks, in turn: seconds and ratios.

usage: compare_knn.py [TURNS]; needs PyTorch (bench/compare-requirements.txt).
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

REFERENCES, QUERIES, WIDTH, K, T, CLASSES, CHUNK = 50_000, 10_000, 384, 200, 0.07, 1000, 1024
MOCOV3 = Path(__file__).resolve().parent.parent / "mocov3"


def pytorch():
    known = torch.nn.functional.normalize(torch.randn(REFERENCES, WIDTH), dim=1)
    asked = torch.nn.functional.normalize(torch.randn(QUERIES, WIDTH), dim=1)
    labels = torch.arange(REFERENCES) % CLASSES
    begin = time.perf_counter()
    with torch.no_grad():
        for queries in asked.split(CHUNK):
            similarity, indices = (queries @ known.T).topk(K, dim=1)
            scores = torch.zeros(len(queries), CLASSES).scatter_add_(1, labels[indices], (similarity / T).exp())
            scores.argmax(1)
    return time.perf_counter() - begin


def ours(blas):
    done = subprocess.run([MOCOV3, "bench", "knn", "--json", "--references", str(REFERENCES), "--queries", str(QUERIES),
                           "--width", str(WIDTH), "--k", str(K)], capture_output=True, text=True, check=True,
                          env=os.environ | {"MOCOV3_BLAS": blas})
    return json.loads(done.stdout)["seconds"]


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds = {"PyTorch": [], "ours, openblas": [], "ours, mkl": []}
    for _ in range(turns):
        seconds["PyTorch"].append(pytorch())
        seconds["ours, openblas"].append(ours("openblas"))
        seconds["ours, mkl"].append(ours("mkl"))
    for name, all_of in seconds.items():
        ratios = sorted(a / b for a, b in zip(seconds["PyTorch"], all_of))
        print(f"{name:14} {statistics.median(all_of):7.2f} s   {statistics.median(ratios):.2f} times as fast as PyTorch "
              f"({' '.join(f'{ratio:.2f}' for ratio in ratios)})")


if __name__ == "__main__":
    main()
