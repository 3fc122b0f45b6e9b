#!/usr/bin/env python3
"""What ill-behaved clients cost a run: bench/abuse.py PORT [--malformed 10000] [--slow 200] [--seconds 20] [--rounds 3]

Sends malformed requests and counts the answers by status; then phases without and with slow connections, that
send a byte every two seconds, take turns, and the medians of steps per second are compared. While they are
open /health/live must answer. Loopback only.
"""
import argparse
import collections
import http.client
import random
import re
import socket
import statistics
import sys
import threading
import time

from scrape import scrape


def request(number, port):
    """One of many ways to be wrong, or to ask for what is not to be had."""
    host = f"Host: 127.0.0.1:{port}\r\n"
    noise = bytes(random.randrange(256) for _ in range(random.randrange(1, 200)))
    ways = [
        noise + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + noise.replace(b"\n", b"").replace(b"\r", b"") + f" HTTP/1.1\r\n{host}\r\n".encode("latin1"),
        f"GET /../../../etc/passwd HTTP/1.1\r\n{host}\r\n".encode(),
        f"GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{host}\r\n".encode(),
        f"GET /assets/..%2f..%2fconfig.conf HTTP/1.1\r\n{host}\r\n".encode(),
        b"GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        f"DELETE /api/v1/status HTTP/1.1\r\n{host}\r\n".encode(),
        f"GET /metrics HTTP/1.1\r\n{host}{'X: y' * 5000}\r\n\r\n".encode(),
        f"GET /{'a' * 4000} HTTP/1.1\r\n{host}\r\n".encode(),
        f"POST /api/v1/stop HTTP/1.1\r\n{host}Origin: http://evil.example\r\nContent-Length: 0\r\n\r\n".encode(),
        f"POST /api/v1/rollback HTTP/1.1\r\n{host}Content-Length: 9\r\n\r\n{{{{{{{{{{{{{{{{{{".encode(),
        f"POST /api/v1/pause HTTP/1.1\r\n{host}Content-Length: 99999999\r\n\r\n".encode(),
        f"POST /api/v1/stop HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode(),
        f"GET /api/v1/events HTTP/1.1\r\n{host}Content-Length: -5\r\n\r\n".encode(),
    ]
    return ways[number % len(ways)]


def answer(data, port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            got = b""
            while len(got) < 4096:
                part = sock.recv(4096)
                if not part:
                    break
                got += part
            return got
    except OSError as failure:
        return type(failure).__name__.encode()


def malformed(arguments):
    counts = collections.Counter()
    begin = time.monotonic()
    for number in range(arguments.malformed):
        got = answer(request(number, arguments.port), arguments.port)
        found = re.match(rb"HTTP/1\.1 (\d{3})", got)
        counts[found.group(1).decode() if found else "closed" if not got else "other"] += 1
        if b"root:" in got or b"mocov3 {" in got:
            sys.exit(f"served what it should not: {request(number, arguments.port)[:80]}")
    print(f"{arguments.malformed} malformed requests in {time.monotonic() - begin:.0f} s: {dict(sorted(counts.items()))}")


class Slow(threading.Thread):
    def __init__(self, port, stop):
        super().__init__(daemon=True)
        self.port, self.stop, self.cut = port, stop, 0

    def run(self):
        while not self.stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as sock:
                    for byte in b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 1000:
                        sock.sendall(bytes([byte]))
                        if self.stop.wait(2):
                            return
            except OSError:
                self.cut += 1


def phase(arguments, slow):
    stop = threading.Event()
    clients = [Slow(arguments.port, stop) for _ in range(slow)]
    for client in clients:
        client.start()
    first = scrape(arguments.port)
    end = time.monotonic() + arguments.seconds
    slowest = 0.0
    while time.monotonic() < end:
        begin = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", arguments.port, timeout=20)
        connection.request("GET", "/health/live")
        status = connection.getresponse().status
        connection.close()
        slowest = max(slowest, time.monotonic() - begin)
        if status != 200:
            sys.exit(f"/health/live answered {status}")
        time.sleep(0.5)
    last = scrape(arguments.port)
    stop.set()
    for client in clients:
        client.join()
    return (last[0] - first[0]) / (last[1] - first[1]), slowest, sum(client.cut for client in clients)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("--malformed", type=int, default=10000)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    malformed(arguments)
    without, with_slow = [], []
    for number in range(arguments.rounds):
        without.append(phase(arguments, 0)[0])
        speed, slowest, cut = phase(arguments, arguments.slow)
        with_slow.append(speed)
        print(f"round {number + 1}: {without[-1]:.1f} steps/s, with {arguments.slow} slow connections {speed:.1f} "
              f"({cut} cut); /health/live within {slowest:.2f} s")
    print(f"medians {statistics.median(without):.1f} and {statistics.median(with_slow):.1f} steps/s, "
          f"ratio {statistics.median(with_slow) / statistics.median(without):.3f}")


if __name__ == "__main__":
    main()
