"""What the benchmarks of a running training read of it."""
import http.client
import re


def metrics(port):
    """What Prometheus would be given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics")
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def scrape(port):
    """Steps so far, and seconds since the process began."""
    body = metrics(port)
    return [
        float(re.search(rf"(?m)^{name} (\S+)$", body).group(1))
        for name in ("mocov3_train_steps_total", "process_uptime_seconds")
    ]
