#!/usr/bin/env python3
"""How long a training takes from SIGTERM to its end: bench/signals.py FOLDER [--times 10] [--seed 1]

FOLDER must be empty. A small training is told to end at random moments: so many times between its steps, and so
many times in the middle of a probe that never ends, since one of its test images is a pipe that nobody writes to.
Each must end with exit code 75 and a checkpoint of its last step.
"""
import os
import pathlib
import random
import shutil
import signal
import statistics
import sys
import time

from chaos import Run, arguments_of

EXPERIMENT = """
mocov3 {
  run { steps = 1000000, stop-grace = 30s }
  data { train = "IMAGES/train", test = "IMAGES/test", format = shapes, batch-size = 16, workers = 1
    shapes { train-images = 300, test-images = 60, size = 32, seed = 7 } }
  model { preset = vit-tiny, image-size = 16, patch-size = 8, width = 16, depth = 1, heads = 2
    projector { hidden = 16, out = 8 }, predictor { hidden = 16, out = 8 } }
  schedule.warmup-epochs = 0
  evaluation { knn { every-steps = EVERY, k = [5] }, live.enabled = false }
  checkpoint.every-steps = 100
  http.enabled = false
}
"""


def stopped(folder, name, every, images, times):
    """Seconds from SIGTERM to the end, so many times."""
    seconds = []
    conf = EXPERIMENT.replace("IMAGES", str(images)).replace("EVERY", str(every))
    if name == "probing":
        conf = conf.replace("format = shapes", "format = image-folder")
    for number in range(times):
        run = Run(folder, f"{name}-{number}", folder / f"run-{name}-{number}")
        run.conf = folder / f"{name}.conf"
        run.conf.write_text(conf)
        run.start()
        least = every + 5 if name == "probing" else 5
        if not run.wait(lambda: run.step() >= least, 120):
            sys.exit(f"{name} {number} did not train, see {run.log}")
        time.sleep(random.random())
        took, code = run.end(signal.SIGTERM)
        if code != 75 or run.newest_saved() != run.step():
            sys.exit(f"{name} {number}: exit code {code}, step {run.step()}, saved {run.newest_saved()}")
        seconds.append(took)
        shutil.rmtree(run.directory)
    print(f"{name}: {len(seconds)} times 75, {min(seconds):.2f} to {max(seconds):.2f} s, median {statistics.median(seconds):.2f}", flush=True)


def main():
    arguments = arguments_of(__doc__, "--times", 10)
    folder = arguments.folder
    images = folder / "images"
    stopped(folder, "training", 1000000, images, arguments.times)
    first = sorted((images / "test").rglob("*.jpg"))[0]
    first.unlink()
    os.mkfifo(first)
    stopped(folder, "probing", 20, images, arguments.times)


if __name__ == "__main__":
    main()
