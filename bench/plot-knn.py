#!/usr/bin/env python3
"""Draws the kNN curves of runs into one SVG: bench/plot-knn.py OUT.svg TITLE LABEL=RUN_DIR...

Needs matplotlib. Reads metrics.jsonl of each run; a step that was probed twice counts once.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def curve(run, k):
    points = {}
    epochs = {0: 0.0}
    for line in (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["type"] == "step":
            epochs[entry["step"]] = entry["epoch"]
        elif entry["type"] == "knn" and entry["k"] == k:
            points[entry["step"]] = 100 * entry["accuracy"]
    return [(epochs[step], accuracy) for step, accuracy in sorted(points.items())]


def main():
    out, title, *runs = sys.argv[1:]
    figure, axes = plt.subplots(figsize=(6, 3.6))
    for run in runs:
        label, directory = run.split("=", 1)
        epochs, accuracies = zip(*curve(directory, 20))
        axes.plot(epochs, accuracies, marker="o", markersize=3, label=label)
    axes.set_xlabel("epoch")
    axes.set_ylabel("kNN accuracy, k = 20 (%)")
    axes.set_title(title)
    axes.grid(alpha=0.3)
    if len(runs) > 1:
        axes.legend()
    figure.tight_layout()
    figure.savefig(out)


main()
