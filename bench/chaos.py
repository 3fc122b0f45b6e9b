#!/usr/bin/env python3
"""Disturbs a training and compares it with an undisturbed one: bench/chaos.py FOLDER [--disturbances 60] [--seed 1]

FOLDER must be empty and on a disk; a small tmpfs is mounted in it for the disturbed run (needs root), so that
its disk can be full. The run is small, with spikes, a rollback, live and full probes. Each disturbance hits a
random moment: SIGKILL or SIGTERM while it starts, trains, saves or probes, a full disk, a damaged newest
checkpoint, a test set that is gone. At the end every number of both runs must be the same, and SIGTERM must
have ended it with 75. Prints one line a disturbance, with the steps that were lost, and a table.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
STEPS = 6000
PROBE = 500
EXPERIMENT = """
mocov3 {
  run { steps = %d, seed = 5, log-samples = true, stop-grace = 30s }
  data { train = "SHAPES/train", test = "SHAPES/test", format = shapes, batch-size = 16, workers = 1
    shapes { train-images = 300, test-images = 60, size = 32, seed = 7 } }
  model { preset = vit-tiny, image-size = 16, patch-size = 8, width = 16, depth = 1, heads = 2
    projector { hidden = 16, out = 8 }, predictor { hidden = 16, out = 8 } }
  schedule.warmup-epochs = 0
  evaluation.knn { every-steps = %d, k = [5] }
  evaluation.live { every-steps = 25, k = [5], images = 60, max-age-steps = 100 }
  stability { policy = rollback, act-on = [non-finite], spikes { window = 60, warm-up-steps = 40 } }
  stability.drill { step = %d, factor = 1e39 }
  checkpoint { every-steps = 50, keep = 4 }
  http.enabled = false
}
"""


class Run:
    def __init__(self, folder, name, directory):
        self.directory = directory
        self.log = folder / f"{name}.log"
        self.conf = folder / "chaos.conf"
        self.process = None
        self.shown = 0

    def start(self):
        self.shown = self.log.read_text().count("images/s") if self.log.exists() else 0
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                [ROOT / "mocov3", "train", self.conf, "--set", f"run.directory={self.directory}"],
                stderr=log, stdout=log, start_new_session=True)

    def trains(self):
        """Whether this process, which cuts the log when it goes on, has written a step since."""
        return self.log.read_text().count("images/s") > self.shown

    def newest_saved(self):
        steps = [int(p.name[5:]) for p in (self.directory / "checkpoints").glob("step-*") if p.name[5:].isdigit()]
        return max(steps, default=0)

    def step(self):
        """The newest step of the last 64 KiB of the log."""
        try:
            with open(self.directory / "metrics.jsonl", "rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 65536))
                found = [json.loads(l) for l in file.read().split(b"\n")[1:-1] if l.startswith(b'{"type":"step"')]
        except (FileNotFoundError, ValueError):
            return 0
        return found[-1]["step"] if found else 0

    def wait(self, condition, seconds):
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.002)
        return False

    def end(self, sign, seconds=60):
        """Sends the signal to the whole process; seconds until it has ended, and its exit code."""
        begin = time.monotonic()
        if self.process.poll() is None:
            os.killpg(self.process.pid, sign)
        code = self.process.wait(timeout=seconds)
        return time.monotonic() - begin, code


def moment(run, at, kind):
    """Waits until training is at step at and then for the kind of moment."""
    run.wait(lambda: run.trains() and run.step() >= at, 120)
    if kind == "saving":
        run.wait(lambda: any(p.name.endswith(".tmp") or ".tmp" in p.name for p in (run.directory / "checkpoints").iterdir()), 5)
    elif kind == "probing":
        due = (run.step() // PROBE + 1) * PROBE
        run.wait(lambda: run.step() >= due, 30)
    elif kind == "training":
        time.sleep(random.random() * 0.2)


def flip(folder):
    files = [f for f in folder.iterdir() if f.is_file() and f.stat().st_size > 0]
    file = random.choice(files)
    data = bytearray(file.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    file.write_bytes(data)
    return file.name


def disturb(run, folder, at, kind):
    """One disturbance; returns what happened, the seconds until the process had ended, and its exit code."""
    if kind in ("kill starting", "term starting"):
        time.sleep(random.random() * 4)
        seconds, code = run.end(signal.SIGKILL if kind.startswith("kill") else signal.SIGTERM)
        return "", seconds, code
    if kind == "disk full":
        moment(run, at, "training")
        ballast = run.directory.parent / "ballast"
        with open(ballast, "wb") as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
        begin = run.step()
        time.sleep(2 + random.random() * 2)
        how = ""
        seconds, code = 0.0, 0
        if random.random() < 0.3:
            seconds, code = run.end(signal.SIGKILL)
            how = ", then killed"
        ballast.unlink()
        if not how:
            time.sleep(1)
        return f"full from step {begin} on{how}", seconds, code
    if kind == "damaged":
        moment(run, at, "training")
        seconds, code = run.end(signal.SIGKILL)
        newest = run.directory / "checkpoints" / f"step-{run.newest_saved():08d}"
        return f"{newest.name}/{flip(newest)}" if newest.is_dir() else "no checkpoint yet", seconds, code
    if kind == "test set gone":
        moment(run, at, "training")
        seconds, code = run.end(signal.SIGTERM)
        test = folder / "shapes" / "test"
        aside = folder / "test-aside"
        test.rename(aside)
        run.start()
        time.sleep(4)
        without = run.process.poll()
        aside.rename(test)
        return "waited for it" if without is None else f"exit {without} without it", seconds, code
    sign, when = kind.split()
    moment(run, at, when)
    seconds, code = run.end(signal.SIGKILL if sign == "kill" else signal.SIGTERM)
    return "", seconds, code


def numbers(directory):
    """Every line of the logs but its speed, in the order of the steps."""
    found = {}
    for name in ("metrics.jsonl", "events.jsonl", "gradients.jsonl", "samples.jsonl"):
        lines = []
        for line in (directory / name).read_text().splitlines():
            entry = json.loads(line)
            entry.pop("images_per_second", None)
            lines.append((entry.get("step", 0), json.dumps(entry, sort_keys=True)))
        found[name] = sorted(lines)
    return found


def weights(directory):
    newest = max((directory / "checkpoints").glob("step-*"), key=lambda p: p.name)
    return {f.name: f.read_bytes() for f in newest.iterdir() if f.name != "manifest.json"}


def arguments_of(doc, option, default):
    """FOLDER, which must be empty, the option and --seed, which is set."""
    parser = argparse.ArgumentParser(description=doc.split("\n", 1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument(option, type=int, default=default)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    arguments.folder = arguments.folder.resolve()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if any(arguments.folder.iterdir()):
        sys.exit(f"{arguments.folder} is not empty")
    return arguments


def main():
    arguments = arguments_of(__doc__, "--disturbances", 60)
    folder = arguments.folder
    text = EXPERIMENT % (STEPS, PROBE, STEPS // 2 + 20)
    (folder / "chaos.conf").write_text(text.replace("SHAPES", str(folder / "shapes")))

    whole = Run(folder, "whole", folder / "whole")
    begin = time.monotonic()
    whole.start()
    if whole.process.wait() != 0:
        sys.exit(f"the undisturbed run failed, see {whole.log}")
    undisturbed = time.monotonic() - begin

    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk], check=True)
    try:
        result = chaos(arguments, folder, disk, undisturbed)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    sys.exit(result)


def chaos(arguments, folder, disk, undisturbed):
    kinds = ["kill starting", "term starting", "kill training", "term training", "kill saving", "term saving",
             "kill probing", "term probing", "kill training", "term training", "disk full", "damaged", "test set gone"]
    run = Run(folder, "disturbed", disk / "run")
    plan = [kinds[i % len(kinds)] for i in range(arguments.disturbances)]
    random.shuffle(plan)
    rows, grace = [], []
    right_codes = True
    begin = time.monotonic()
    run.start()
    for number, kind in enumerate(plan):
        at = STEPS * (number + random.random()) / (arguments.disturbances + 2)
        what, seconds, code = disturb(run, folder, at, kind)
        reached = run.step()
        if run.process.poll() is not None:
            run.start()
        saved = run.newest_saved()
        lost = max(0, reached - saved) if code not in (0,) else 0
        if kind.startswith("term") and kind != "term starting":
            grace.append(seconds)
        rows.append((kind, lost))
        print(f"{number + 1:3d}  {kind:14s} step {reached:5d}  exit {code:4d}  {seconds:5.2f} s  {lost:3d} steps lost  {what}", flush=True)
        if kind.startswith("term") and kind != "term starting" and code not in (75, 0):
            print(f"     SIGTERM ended with {code}", flush=True)
            right_codes = False
    last = run.process.wait(timeout=600)
    for _ in range(3):
        if last == 0:
            break
        run.start()
        last = run.process.wait(timeout=600)
    took = time.monotonic() - begin

    print(f"\nundisturbed {undisturbed:.0f} s, disturbed {took:.0f} s: goodput {undisturbed / took:.2f}")
    for kind in sorted(set(k for k, _ in rows)):
        lost = [l for k, l in rows if k == kind]
        print(f"| {kind} | {len(lost)} | {statistics.median(lost):.0f} | {max(lost)} |")
    if grace:
        print(f"SIGTERM to the end: median {statistics.median(grace):.2f} s, longest {max(grace):.2f} s of {len(grace)}")
    same = last == 0 and right_codes
    expected, found = numbers(folder / "whole"), numbers(run.directory)
    for name in expected:
        equal = expected[name] == found[name]
        same &= equal
        print(f"{name}: {'equal' if equal else 'DIFFERENT'}, {len(expected[name])} lines")
        if not equal:
            gone = [l for l in expected[name] if l not in set(found[name])][:3]
            more = [l for l in found[name] if l not in set(expected[name])][:3]
            print("  missing", gone, "\n  more", more)
    expected, found = weights(folder / "whole"), weights(run.directory)
    for name in expected:
        equal = expected[name] == found.get(name)
        same &= equal
        print(f"last checkpoint, {name}: {'equal' if equal else 'DIFFERENT'}")
    shutil.copytree(run.directory, folder / "disturbed", dirs_exist_ok=True)
    return 0 if same else 1


if __name__ == "__main__":
    main()
