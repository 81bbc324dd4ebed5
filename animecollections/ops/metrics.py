"""What is counted, for Prometheus: GET /metrics tells it (animecollections/probes.py).

Labels are few by design: addresses count by their pattern, never as they are. Counting
a request costs some 6 µs. With several processes gunicorn.conf.py names a folder in
which they share their numbers.
"""

from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REQUESTS = Counter("http_requests", "Answered requests", ["route", "method", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "Time from the first middleware to the answer",
    ["route", "method"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RUNNING = Gauge(
    "http_requests_running",
    "Threads that compute an answer; at most WEB_THREADS per process",
    multiprocess_mode="livesum",
)
WAITING = Gauge(
    "http_requests_waiting",
    "Requests that wait for a thread; at most WEB_QUEUE per process",
    multiprocess_mode="livesum",
)
WRITES = Counter("writes", "Committed writes to users' data")
SOCKETS = Gauge("live_sockets", "Connected devices", multiprocess_mode="livesum")


def exposition(more: Iterable[Collector]) -> bytes:
    """All processes' numbers, and what `more` collectors read at this moment."""
    counted = CollectorRegistry()
    try:
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    except ValueError:  # one process: there is no folder
        counted = REGISTRY
    read = CollectorRegistry()
    for collector in more:
        read.register(collector)
    return generate_latest(counted) + generate_latest(read)
