"""What serving costs: the same answers by gunicorn's threads, and as they are served.

    python benchmarks/serving.py [seconds a run] [rounds] [folder]

folder: another checkout of the product, measured beside this one. Alternates between
the servers and tells the CPU milliseconds of server processes per request, which repeat
where requests per second do not. Needs wrk. The database is a temporary SQLite file;
`DATABASE_URL` names another, which must be empty.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
FIRST_PORT = int(os.environ.get("PORT", "8861"))
OWN = "animecollections.server.connections.Worker"
SERVERS = {
    "gthread": ["-k", "gthread", "--threads", "4", "benchmarks.serving:wsgi"],
    "asgi": ["-k", OWN, "benchmarks.serving:asgi"],
    "a2wsgi": ["-k", "asgi", "benchmarks.serving:a2wsgi"],
    "folder": ["-k", "asgi", "benchmarks.serving:asgi"],
}
PORTS = {name: FIRST_PORT + place for place, name in enumerate(SERVERS)}
CONSTANT = b'{"success":true}'
ENTRIES = 20


if __name__ != "__main__":  # in a server: all is loaded before it is measured
    from animecollections.wsgi import application


def wsgi(environ, start_response):
    """The product, and one address that does nothing."""
    if environ["PATH_INFO"] == "/constant":
        length = str(len(CONSTANT))
        start_response(
            "200 OK",
            [("Content-Type", "application/json"), ("Content-Length", length)],
        )
        return [CONSTANT]
    return application(environ, start_response)


def asgi(scope, receive, send):
    from animecollections import asgi as product

    product.http.wsgi = wsgi
    return product.application(scope, receive, send)


def a2wsgi(scope, receive, send):
    if "middleware" not in _made:
        from a2wsgi import WSGIMiddleware

        _made["middleware"] = WSGIMiddleware(wsgi, workers=4, send_queue_size=0)
    return _made["middleware"](scope, receive, send)


_made = {}


def seed():
    """A user with a list; the cookie."""
    from importlib import import_module

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from datetime import date

    from animecollections.identity import Origin
    from collections_app.catalogue.refs import OWN, AnimeRef
    from collections_app.watch_list import writes as watch_list
    from factories import AnimeFactory, UserFactory
    from profiles.accounts.services import start_session

    user = UserFactory()
    titles = AnimeFactory.create_batch(ENTRIES)
    watch_list.do_all(
        user_id=user.pk,
        operations=[
            watch_list.Operation(
                "add", AnimeRef(OWN, str(anime.pk)), {"type": "Watching"}
            )
            for anime in titles
        ],
        today=date(2026, 11, 23),
        through=Origin("command"),
    )
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    start_session(session, user)
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def cpu_seconds(main):
    """Of a server's processes, as the kernel counts."""
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    ticks = 0
    for pid in (main, *children):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(process, url, cookie, seconds):
    """CPU milliseconds a request, requests a second, p99."""
    began = cpu_seconds(process.pid)
    load = ["-t1", "-c8", f"-d{seconds}", "--latency", "-H", f"Cookie: {cookie}"]
    told = subprocess.run(
        ["wrk", *load, url], capture_output=True, text=True, check=True
    ).stdout
    used = cpu_seconds(process.pid) - began
    number = int(re.search(r"(\d+) requests in", told)[1])
    if "Non-2xx" in told:
        raise SystemExit(f"{url}: not every answer was good\n{told}")
    rate = float(re.search(r"Requests/sec:\s+(\S+)", told)[1])
    return used * 1000 / number, rate, re.search(r"^ +99% +(\S+)$", told, re.M)[1]


def main(seconds="4", rounds="3", folder=""):
    home = tempfile.mkdtemp()
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{home}/db.sqlite3")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "animecollections.settings",
        "DEBUG": "false",
        "HTTPS": "false",
        "SECRET_KEY": "of-this-benchmark-alone-" * 3,
        "THROTTLE_SCALE": "1000000000",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    cookie = seed()
    is_here = {"a2wsgi": can_import("a2wsgi"), "folder": folder}
    names = [name for name in SERVERS if is_here.get(name, True)]
    processes = {
        name: start(name, folder if name == "folder" else ROOT) for name in names
    }
    try:
        for name in names:
            wait_for(PORTS[name])
        for path in ("/constant", "/api/auth/session", "/api/user/watchList"):
            compare(processes, path, cookie, int(seconds), int(rounds))
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait()


def wait_for(port):
    """Its workers answer, not only its listener."""
    for _ in range(60):
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/constant", timeout=1):
            return
        time.sleep(1)
    raise SystemExit(f"Nobody answers on port {port}.")


def compare(processes, path, cookie, seconds, rounds):
    runs = {name: [] for name in processes}
    for round_ in range(rounds + 1):
        for name, process in processes.items():
            url = f"http://127.0.0.1:{PORTS[name]}{path}"
            run = measure(process, url, cookie, seconds if round_ else 1)
            if round_:  # the first only warms up
                runs[name].append(run)
    for name, found in runs.items():
        cpu = statistics.median(run[0] for run in found)
        rate = statistics.median(run[1] for run in found)
        p99 = " ".join(run[2] for run in found)
        print(f"{path:22} {name:8} {cpu:6.3f} ms  {rate:7.0f}/s  p99 {p99}")


def can_import(name):
    from importlib.util import find_spec

    return find_spec(name) is not None


def start(name, home):
    address = f"127.0.0.1:{PORTS[name]}"
    options = ["-c", "/dev/null", "-b", address, "-w", "2", "--no-control-socket"]
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, *SERVERS[name]],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
