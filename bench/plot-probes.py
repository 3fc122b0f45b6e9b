#!/usr/bin/env python3
"""Draws kNN and linear probes of several runs of each method: plot-probes.py OUT.svg LABEL=RUN,RUN,...

Mean over the runs, and between the smallest and the largest a band. Needs matplotlib. Prints the table of
the last step: mean and standard deviation.
"""
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

KINDS = [("knn", "kNN, k = 20"), ("linear", "linear probe")]


def points(run, kind):
    found = {}
    for line in (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["type"] == kind and entry.get("k", 20) == 20:
            found[entry["step"]] = 100 * entry["accuracy"]
    return found


def main():
    out, *arguments = sys.argv[1:]
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    table = {}
    for argument in arguments:
        label, runs = argument.split("=", 1)
        for axes, (kind, title) in zip(panels, KINDS):
            curves = [points(run, kind) for run in runs.split(",")]
            steps = sorted(set.intersection(*(set(curve) for curve in curves)))
            values = [[curve[step] for curve in curves] for step in steps]
            line, = axes.plot(steps, [statistics.mean(v) for v in values], marker="o", markersize=3, label=label)
            axes.fill_between(steps, [min(v) for v in values], [max(v) for v in values], alpha=0.2,
                              color=line.get_color(), linewidth=0)
            axes.set_title(title)
            axes.set_xlabel("step")
            axes.grid(alpha=0.3)
            spread = statistics.stdev(values[-1]) if len(curves) > 1 else 0
            table.setdefault(label, []).append(f"{statistics.mean(values[-1]):.1f} ({spread:.1f})")
            table.setdefault("untrained", [None, None])[KINDS.index((kind, title))] = (
                f"{statistics.mean(values[0]):.1f}")
    panels[0].set_ylabel("accuracy (%)")
    panels[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(out)
    for label, cells in table.items():
        print(label, *cells, sep=" | ")


main()
