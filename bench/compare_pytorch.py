"""Steps of this project and of bench/pytorch_step.py in turn: medians, and the median of their ratios."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TINY = dict(image=32, patch=8, width=96, depth=4, heads=3, hidden=512, out=128)
SMALL, BASE = dict(width=384), dict(width=768)
CPU = {
    "tiny-fp32": dict(TINY, batch=256),
    "small-fp32": dict(SMALL, batch=8),
    "small-bf16": dict(SMALL, batch=8, precision="bf16"),
}
CUDA = {
    "small-256": dict(SMALL, batch=256, precision="bf16"),
    "small-1024": dict(SMALL, batch=1024, precision="bf16"),
    "base-256": dict(BASE, batch=256, precision="bf16"),
}


def pytorch(case, steps, device):
    command = [sys.executable, HERE / "pytorch_step.py", json.dumps(dict(case, steps=steps, device=device))]
    return statistics.median(json.loads(output(command))["seconds"])


def ours(case, steps, device, blas, more):
    model = {96: "vit-tiny", 384: "vit-small", 768: "vit-base"}[case["width"]]
    keys = [f"model.{key}={case[name]}" for key, name in
            (("patch-size", "patch"), ("width", "width"), ("depth", "depth"), ("heads", "heads")) if name in case]
    keys += [f"model.{head}.{key}={case[key]}" for head in ("projector", "predictor")
             for key in ("hidden", "out") if key in case]
    command = [HERE.parent / "mocov3", "bench", "step", "--json", "--model", model, "--steps", str(steps),
               "--image-size", str(case.get("image", 224)), "--batch", str(case["batch"]),
               "--precision", case.get("precision", "fp32"), "--device", device]
    for key in keys + more:
        command += ["--set", key]
    return json.loads(output(command, MOCOV3_BLAS=blas))["step_seconds"]["median"]


def pytorch_loop(case, steps, folder):
    command = [sys.executable, HERE / "pytorch_loop.py", json.dumps(dict(case, steps=steps, folder=f"{folder}/train"))]
    return json.loads(output(command))["images_per_second"]


def our_loop(steps, folder, blas, more):
    command = [HERE.parent / "mocov3", "bench", "train", HERE.parent / "conf/cifar10-vit-tiny.conf", "--json"]
    keys = [f"data.train={folder}/train", f"data.test={folder}/test", "evaluation.knn.every-epochs=0"]
    for key in keys + more:
        command += ["--set", key]
    return json.loads(output(command + ["--steps", steps], MOCOV3_BLAS=blas))["images_per_second"]


def output(command, **more):
    done = subprocess.run([str(word) for word in command], env=os.environ | more, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def compare(name, turns, theirs, own):
    """Turns of theirs, then of each of ours; a line for each with the median, and its ratios to theirs."""
    speeds = {label: [] for label in ["PyTorch", *own]}
    for _ in range(turns):
        for label, speed in {"PyTorch": theirs, **own}.items():
            speeds[label].append(speed())
    for label, values in speeds.items():
        line = f"{name:12} {label:14} {statistics.median(values):9.2f}"
        if label in own:
            ratios = sorted(b / a for a, b in zip(speeds["PyTorch"], values))
            line += f"   {statistics.median(ratios):.3f}   ({' '.join(f'{ratio:.2f}' for ratio in ratios)})"
        print(line, flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("cases", nargs="*")
    options.add_argument("--device", default="cpu")
    options.add_argument("--files", help="CIFAR-10 as train/CLASS/ and test/CLASS/: the whole loop on it, nothing else")
    options.add_argument("--compiled", action="store_true", help="theirs by torch.compile too, which needs a C++ compiler")
    options.add_argument("--set", action="append", default=[], help="a key of our experiment")
    chosen = options.parse_args()
    cuda = chosen.device.startswith("cuda")
    known = CUDA if cuda else CPU
    turns, steps = int(os.environ.get("TURNS", 5)), int(os.environ.get("STEPS", 6))
    libraries = {"ours": "openblas"}
    if not cuda and platform.machine() == "x86_64":
        libraries = {f"ours, {name}": name for name in ("openblas", "mkl")}
    print(f"images/s, medians of {turns} turns of {steps} steps; ratios to PyTorch in the same turn")
    if chosen.files:
        own = {label: lambda b=b: our_loop(steps, chosen.files, b, chosen.set) for label, b in libraries.items()}
        compare("tiny-files", turns, lambda: pytorch_loop(CPU["tiny-fp32"], steps, chosen.files), own)
        return
    for name in chosen.cases or known:
        if name not in known:
            options.error(f"case {name} is not one of {', '.join(known)}")
        case = known[name]
        own = {label: lambda b=b: case["batch"] / ours(case, steps, chosen.device, b, chosen.set)
               for label, b in libraries.items()}
        if chosen.compiled:
            compiled = dict(case, compile=True)
            own = {"compiled": lambda: case["batch"] / pytorch(compiled, steps, chosen.device)} | own
        compare(name, turns, lambda: case["batch"] / pytorch(case, steps, chosen.device), own)


if __name__ == "__main__":
    main()
