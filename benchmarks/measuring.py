"""Processes started and stopped, the CPU that they use, and the load put on them."""

import os
import re
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TICK = os.sysconf("SC_CLK_TCK")
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


@contextmanager
def started(command, *, port, environment, log):
    """A server, once it listens; ended with all its children."""
    if listens(port):
        raise SystemExit(f"Something listens on port {port} already: set BENCH_PORT.")
    with Path(log).open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 90
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                told = Path(log).read_text()[-2000:]
                raise SystemExit(f"{command[0]} did not start:\n{told}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def listens(port):
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def family(pid):
    """A process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def cpu_seconds(pids):
    """Of these processes, all their threads, as the kernel counts."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:  # a connection that was closed
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def resident_megabytes(pids):
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True)
class Load:
    """What wrk told: times in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float


def drive(port, requests, *, seconds, connections=8):
    """Sends the requests in turn, over connections that stay, for so many seconds.

    requests: (method, path, headers, body) each.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(lua(requests))
        script.flush()
        how = ["-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "10s"]
        how += ["--latency", "-s", script.name, f"http://127.0.0.1:{port}"]
        told = subprocess.run(
            ["wrk", *how], capture_output=True, text=True, check=True
        ).stdout
    if "Non-2xx" in told or "Socket errors" in told or " 99% " not in told:
        raise SystemExit(f"Not every answer was good:\n{told}\n{requests[0]}")
    return Load(
        requests=int(re.search(r"(\d+) requests in", told)[1]),
        per_second=float(re.search(r"Requests/sec:\s+(\S+)", told)[1]),
        p50=milliseconds(told, 50),
        p99=milliseconds(told, 99),
    )


def milliseconds(told, percentile):
    number, unit = re.search(
        rf"^ +{percentile}% +([\d.]+)([a-z]+) *$", told, re.M
    ).groups()
    return float(number) * UNITS[unit]


def lua(requests):
    """A script that makes all requests before it sends the first."""
    lines = [
        f"wrk.format({quoted(method)}, {quoted(path)}, {{{table(headers)}}}, "
        f"{quoted(body) if body else 'nil'})"
        for method, path, headers, body in requests
    ]
    # Lua takes few constants in one function: each request is made in its own.
    made = "\n".join(f"made[#made+1] = function() return {line} end" for line in lines)
    return f"""
local made, ready, at = {{}}, {{}}, 0
{made}
function init() for i, make in ipairs(made) do ready[i] = make() end end
function request() at = at % #ready + 1; return ready[at] end
"""


def table(headers):
    return ", ".join(
        f"[{quoted(name)}] = {quoted(value)}" for name, value in headers.items()
    )


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
