#!/usr/bin/env python3
"""What readers of a run cost it: bench/readers.py PORT PID PATH [--readers 10] [--rate 170] [--seconds 15] [--rounds 3]

Phases without and with readers take turns. A phase's steps per second are two scrapes' difference of steps
over their difference of uptime, so an answer that is a second old does no harm. On a machine that others use
too the processor time of the threads that serve says more. Needs jcmd of the run's JDK. Loopback only.
"""
import argparse
import http.client
import pathlib
import re
import statistics
import subprocess
import threading
import time

from scrape import scrape


def serving_milliseconds(pid):
    """Of Akka's threads but those of the trainer, by what the JVM prints of each thread."""
    threads = subprocess.run(["jcmd", str(pid), "Thread.print"], capture_output=True, text=True, check=True).stdout
    return sum(
        float(cpu)
        for name, cpu in re.findall(r'(?m)^"([^"]+)".* cpu=([0-9.]+)ms', threads)
        if "dispatcher" in name and "mocov3-akka.pinned" not in name
    )


def read(port, path, interval, until, counts):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    due = time.monotonic()
    while time.monotonic() < until:
        connection.request("GET", path)
        connection.getresponse().read()
        counts.append(1)
        due = max(due + interval, time.monotonic() - 1)
        time.sleep(max(0, due - time.monotonic()))
    connection.close()


def phase(arguments, readers):
    first = scrape(arguments.port) + [serving_milliseconds(arguments.pid)]
    counts = []
    until = time.monotonic() + arguments.seconds
    interval = arguments.readers / arguments.rate
    threads = [
        threading.Thread(target=read, args=(arguments.port, arguments.path, interval, until, counts))
        for _ in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(max(0, until - time.monotonic()))
    last = scrape(arguments.port) + [serving_milliseconds(arguments.pid)]
    steps, seconds, used = (b - a for a, b in zip(first, last))
    return steps / seconds, len(counts), used


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("pid", type=int)
    parser.add_argument("path")
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--rate", type=float, default=170)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    before = resident(arguments.pid)
    alone, read_by, costs = [], [], []
    for _ in range(arguments.rounds):
        speed, _, resting = phase(arguments, 0)
        alone.append(speed)
        speed, requests, used = phase(arguments, arguments.readers)
        read_by.append(speed)
        costs.append((used - resting) / requests)
        print(
            f"alone {alone[-1]:.2f} steps/s, with readers {speed:.2f} at {requests / arguments.seconds:.0f} requests/s, "
            f"{costs[-1]:.2f} ms of processor a request",
            flush=True,
        )
    print(
        f"{arguments.path}: alone {statistics.median(alone):.2f} ({min(alone):.2f}-{max(alone):.2f}), "
        f"with readers {statistics.median(read_by):.2f} ({min(read_by):.2f}-{max(read_by):.2f}) steps/s, "
        f"{statistics.median(costs):.2f} ({min(costs):.2f} to {max(costs):.2f}) ms of processor a request; "
        f"resident {before} -> {resident(arguments.pid)} MB"
    )


main()
