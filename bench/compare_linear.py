"""The linear probe beside scikit-learn's optimum on the same features.

usage: compare_linear.py RUN DATA

Writes the features of DATA/train and DATA/test with `mocov3 features`, fits a logistic regression of each of
several strengths to all training images, and takes the one that is best on the test images, which flatters it;
`mocov3 eval linear` chooses by held-out training images. Needs numpy and scikit-learn.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

MOCOV3 = Path(__file__).resolve().parent.parent / "mocov3"
STRENGTHS = [1e-3, 1e-2, 1e-1, 1, 10]


def run(*words):
    return subprocess.run([MOCOV3, *map(str, words)], check=True, capture_output=True, text=True).stdout


def features(run_folder, images, folder):
    out = Path(folder) / (images.name + ".npy")
    run("features", "--run", run_folder, "--data", images, "--format", "image-folder", "--out", out)
    with open(out.with_suffix(".csv"), encoding="utf-8") as file:
        labels = [line["label"] for line in csv.DictReader(file)]
    return numpy.load(out), numpy.array(labels)


def main():
    run_folder, data = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        x, y = features(run_folder, data / "train", folder)
        seen, truth = features(run_folder, data / "test", folder)
    scale = StandardScaler().fit(x)
    x, seen = scale.transform(x), scale.transform(seen)
    best = 0
    for strength in STRENGTHS:
        accuracy = LogisticRegression(C=strength, max_iter=2000).fit(x, y).score(seen, truth)
        print(f"scikit-learn C={strength:<6} {100 * accuracy:6.2f} %", flush=True)
        best = max(best, accuracy)
    ours = json.loads(run("eval", "linear", "--run", run_folder, "--data", data, "--features", "pooled", "--json"))
    print(f"scikit-learn's best {100 * best:.2f} %, ours {100 * ours['best']:.2f} % "
          f"(rate {ours['chosen']['learning_rate']}), difference {100 * (ours['best'] - best):+.2f} points")


if __name__ == "__main__":
    main()
