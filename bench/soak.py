#!/usr/bin/env python3
"""Whether a run grows: bench/soak.py PORT PID [--minutes 60] [--warm-up 10] [--table FILE]

Opens the page in a headless Chromium, scrapes /metrics every 15 seconds as Prometheus does, and notes what the
process holds: resident memory, the heap's part, threads, open files. Printed are the slope of resident memory
after the warm-up (least squares) and the least and most of the rest. Loopback only.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from scrape import metrics

COLUMNS = ["minute", "steps", "rss_mb", "heap_used_mb", "heap_committed_mb", "threads", "files"]


def total(body, name, label=""):
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in body.splitlines()
        if line.startswith(name) and line[len(name)] in "{ " and label in line
    )


def sample(port, pid, begin):
    status = dict(
        line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    body = metrics(port)
    heap = 'area="heap"'
    return [
        (time.monotonic() - begin) / 60,
        total(body, "mocov3_train_steps_total"),
        int(status["VmRSS"].split()[0]) / 1024,
        total(body, "jvm_memory_used_bytes", heap) / 2**20,
        total(body, "jvm_memory_committed_bytes", heap) / 2**20,
        int(status["Threads"]),
        len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())),
    ]


def slope(points):
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("port", type=int)
    parser.add_argument("pid", type=int)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--warm-up", type=float, default=10)
    parser.add_argument("--table", type=pathlib.Path, help="write every sample as CSV")
    arguments = parser.parse_args()

    rows = []
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.Popen(
            [
                shutil.which("chromium") or sys.exit("soak: chromium is not on the PATH"),
                "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
                "--remote-debugging-port=0", f"http://127.0.0.1:{arguments.port}/",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while time.monotonic() - begin < arguments.minutes * 60:
                rows.append(sample(arguments.port, arguments.pid, begin))
                if arguments.table:
                    lines = [COLUMNS] + [[f"{value:.2f}" for value in row] for row in rows]
                    arguments.table.write_text("".join(",".join(line) + "\n" for line in lines))
                time.sleep(15)
            if browser.poll() is not None:
                sys.exit("soak: the browser ended before its time")
        finally:
            browser.terminate()
            browser.wait()

    after = [row for row in rows if row[0] >= arguments.warm_up]
    print(f"steps {after[0][1]:.0f} to {after[-1][1]:.0f} in {after[-1][0] - after[0][0]:.0f} minutes")
    print(f"resident {slope([(row[0], row[2]) for row in after]):+.2f} MB a minute")
    for column in range(2, len(COLUMNS)):
        values = [row[column] for row in after]
        print(f"{COLUMNS[column]} {min(values):.0f} to {max(values):.0f}, first {values[0]:.0f}, last {values[-1]:.0f}")


if __name__ == "__main__":
    main()
