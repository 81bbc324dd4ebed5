"""The hot requests, beside the same work done in other ways.

    make bench                  200,000 entries, short runs: some five minutes
    make bench FULL=1           1,000,000 entries, longer runs
    python -m benchmarks.compare --pooled       through PgBouncer as well: needs it

Loads a database of its own with made-up lists, starts the product as
docs/deployment.md says and its rivals beside it (benchmarks/rivals), checks that all
answer the same bytes, then drives one after the other, again and again, and prints
medians. CPU is that of a server's processes and of its PostgreSQL backends.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks import loading, measuring
from benchmarks.measuring import ROOT, drive, family, started
from benchmarks.pooler import pooler

LIST = "/api/user/watchList"
USERS = {20: 300, 200: 150, 1000: 60}  # so many of each length take turns
WORKERS, THREADS = 2, 4
PORT = int(os.environ.get("BENCH_PORT", "8970"))  # the first of ten
BIN = Path(sys.executable).parent
RIVALS_BIN = ROOT / "benchmarks" / ".venv" / "bin"
GTHREAD = ["-c", "/dev/null", "-k", "gthread", "--no-control-socket"]
GTHREAD += ["-w", str(WORKERS), "--threads", str(THREADS)]


@dataclass
class Server:
    """One way to do the work."""

    name: str
    port: int
    command: list
    environment: dict
    pid: int = 0
    also: int = 0  # another process that works for it

    def ask(self, method, path, headers, body=""):
        """(status, headers, body)"""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, dict(response.headers), content


@dataclass(frozen=True)
class Case:
    """One kind of request. make: the requests to a server, of many users in turn.
    by: the servers that know it. is_of_a_moment: whether a write makes it another.
    """

    name: str
    by: tuple
    make: Callable
    is_of_a_moment: bool = False


@dataclass(frozen=True)
class Run:
    per_second: float
    p50: float
    p99: float
    server_ms: float
    database_ms: float

    @property
    def cpu_ms(self):
        return self.server_ms + self.database_ms

    @property
    def cap(self):
        """Requests a second of two undisturbed cores."""
        return 2000 / self.cpu_ms


def main():
    wanted = read_arguments()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = wanted.database or stack.enter_context(loading.database(home))
        os.environ |= environment_of(url)
        from benchmarks.cast import Cast  # sets Django up

        if not wanted.database:
            loading.fill(
                home, titles=wanted.titles, entries=wanted.entries, lists=USERS
            )
        cast = Cast.choose(USERS)
        servers = start_all(home, stack, url if wanted.pooled else "")
        cases = [
            case
            for case in cases_of(cast, tuple(servers))
            if not wanted.only or case.name in wanted.only.split(",")
        ]
        check_bodies(servers, cast)
        print(report(cases, measure(wanted, servers, cases, cast)))


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="more rows, longer runs")
    parser.add_argument("--database", help="the URL of one that is loaded already")
    parser.add_argument("--only", help="cases by name, with commas between")
    parser.add_argument(
        "--pooled", action="store_true", help="eight threads on a pool of two, too"
    )
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--rounds", type=int)
    wanted = parser.parse_args()
    wanted.titles, wanted.entries = (
        (20_000, 1_000_000) if wanted.full else (2_000, 200_000)
    )
    wanted.seconds = wanted.seconds or (3 if wanted.full else 1)
    wanted.rounds = wanted.rounds or (9 if wanted.full else 5)
    return wanted


def environment_of(database):
    """Of every server, and of this process: production, without rate limits."""
    return {
        "DATABASE_URL": database,
        "DATABASE_PREPARED": "true",
        "DEBUG": "false",
        "HTTPS": "false",
        "SECRET_KEY": "of-this-benchmark-alone-" * 3,
        "THROTTLE_SCALE": "1000000000",
        "ACCESS_TOKEN_MINUTES": "525600",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "DJANGO_SETTINGS_MODULE": "animecollections.settings",
    }


def staged(stack, *, titles, entries, lists):
    """(a folder, the Cast) over a database of its own, as long as the stack lasts."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    os.environ |= environment_of(stack.enter_context(loading.database(home)))
    from benchmarks.cast import Cast  # sets Django up

    loading.fill(home, titles=titles, entries=entries, lists=lists)
    return home, Cast.choose(lists)


def start_all(home, stack, pooled):
    """pooled: the URL of the database to reach through PgBouncer as well, or none."""
    servers = {server.name: server for server in all_servers(start_redis(home, stack))}
    if pooled:
        server = behind_pool(servers["ours"], pooled, home, stack)
        servers[server.name] = server
    return start(servers, home, stack)


def start_redis(home, stack):
    port = PORT + 5
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(home)]
    stack.enter_context(
        started(command, port=port, environment=dict(os.environ), log=home / "redis")
    )
    return port


def behind_pool(ours, database, home, stack):
    url, pid = stack.enter_context(pooler(database, port=PORT + 6, home=home))
    environment = ours.environment | {
        "DATABASE_URL": url,
        "DATABASE_POOLED": "true",
        "DATABASE_PREPARED": "false",
        "PORT": str(PORT + 7),
    }
    return Server("ours, pooled", PORT + 7, ours.command, environment, also=pid)


def start(servers, home, stack):
    for server in servers.values():
        server.pid = stack.enter_context(
            started(
                server.command,
                port=server.port,
                environment=dict(os.environ) | server.environment,
                log=home / server.name,
            )
        )
    return servers


def all_servers(redis):
    ours = {
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
    }
    kinds = {"ours": {"LIST_CACHE_MB": "0"}, "ours, kept": {}}
    for offset, (name, variables) in enumerate(kinds.items()):
        port = PORT + offset
        environment = ours | variables | {"PORT": str(port)}
        yield Server(name, port, [BIN / "gunicorn"], environment)
    django = {"DJANGO_SETTINGS_MODULE": "benchmarks.rivals.drf.settings"}
    for offset, (name, command, environment) in enumerate(
        [
            ("bare", [*GTHREAD, "benchmarks.rivals.bare:application"], {}),
            ("DRF", [*GTHREAD, "benchmarks.rivals.drf.wsgi"], django),
        ],
        start=2,
    ):
        bind = ["-b", f"127.0.0.1:{PORT + offset}"]
        gunicorn = [RIVALS_BIN / "gunicorn", *bind, *command]
        yield Server(name, PORT + offset, gunicorn, environment)
    uvicorn = [RIVALS_BIN / "uvicorn", "--port", str(PORT + 4), "--no-access-log"]
    uvicorn += ["--workers", str(WORKERS), "--timeout-worker-healthcheck", "60"]
    uvicorn += ["benchmarks.rivals.fast_api:app"]
    yield Server("FastAPI", PORT + 4, uvicorn, {})


def cases_of(cast, names):
    ours = tuple(name for name in ("ours", "ours, pooled") if name in names)
    everyone = (*ours, "bare", "DRF", "FastAPI")
    for size in USERS:
        yield Case(
            f"GET {size}",
            (*everyone, "ours, kept"),
            lambda server, size=size: [
                ("GET", LIST, bearer(token), "") for token in cast.tokens[size]
            ],
        )
    yield Case(
        "GET 20 unchanged (304)",
        (*ours, "bare"),
        lambda server: unchanged(server, cast),
        is_of_a_moment=True,
    )
    yield Case("POST", everyone, lambda server: moves(cast))
    for name, path in {
        "session": "/api/auth/session",
        "search history": "/api/user/searchHistory",
        "catalogue search": "/api/animes?search=princess&limit=20",
    }.items():
        yield Case(
            name,
            ours,
            lambda server, path=path: [
                ("GET", path, bearer(token), "") for token in cast.tokens[20]
            ],
        )
    yield Case("increment", ours, lambda server: increments(cast))
    yield Case(
        "sync with nothing new",
        ours,
        lambda server: syncs(server, cast),
        is_of_a_moment=True,
    )


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def unchanged(server, cast):
    requests = []
    for token in cast.tokens[20]:
        _, headers, _ = server.ask("GET", LIST, bearer(token))
        held = {name: headers[name] for name in headers if name.lower() == "etag"}
        [etag] = held.values()
        requests.append(("GET", LIST, bearer(token) | {"If-None-Match": etag}, ""))
    return requests


def moves(cast):
    """Each changes the type of an entry: a first pass to the one, a second back."""
    return [
        (
            "POST",
            LIST,
            bearer(token) | {"Content-Type": "application/json"},
            json.dumps({"animeId": anime_id, "type": type_}),
        )
        for type_ in ("Collection", "To Watch")
        for token, anime_id in zip(cast.tokens[20], cast.listed, strict=True)
    ]


def increments(cast):
    return [
        (
            "POST",
            f"{LIST}/{anime_id}/increment",
            bearer(token) | {"Content-Type": "application/json"},
            '{"by": 1}',
        )
        for token, anime_id in cast.going_on
    ]


def syncs(server, cast):
    requests = []
    for token in cast.tokens[20]:
        _, _, body = server.ask("GET", LIST, bearer(token))
        cursor = json.loads(body)["meta"]["cursor"]
        path = f"/api/user/sync?cursor={cursor}"
        requests.append(("GET", path, bearer(token), ""))
    return requests


def check_bodies(servers, cast):
    """All answer the same bytes; of a write, but for new ids and times."""
    for size in USERS:
        for token in cast.tokens[size][:3]:
            answers = {
                name: server.ask("GET", LIST, bearer(token))
                for name, server in servers.items()
            }
            compare(answers, lambda answer: answer[2])
            found = len(json.loads(answers["bare"][2])["data"])
            assert found == size, (found, size)
    for request in moves(cast)[:3]:
        answers = {}
        for name, server in servers.items():
            back = json.dumps(json.loads(request[3]) | {"type": "Watching"})
            servers["bare"].ask(*request[:3], back)
            answers[name] = server.ask(*request)
        compare(answers, lambda answer: without_times(json.loads(answer[2])))


def without_times(written):
    entry = written["data"]["entry"]
    return [written["data"]["message"]] + [
        value for name, value in entry.items() if name not in ("updated_at", "revision")
    ]


def compare(answers, part):
    expected = part(answers["bare"])
    for name, answer in answers.items():
        if answer[0] != 200 or part(answer) != expected:
            raise SystemExit(
                f"{name} answers otherwise than bare: {answer[0]}\n"
                f"{part(answer)!r:.2000}\n{expected!r:.2000}"
            )


def measure(wanted, servers, cases, cast):
    """{(case, server): runs}, in alternation; the first round only warms up."""
    runs = {(case.name, name): [] for case in cases for name in case.by}
    made = {}

    def requests_of(case, name):
        if case.is_of_a_moment or (case.name, name) not in made:
            made[case.name, name] = case.make(servers[name])
        return made[case.name, name]

    each = [(case, name) for case in cases for name in case.by]
    for case, name in each:
        if name.startswith("ours"):
            warm(servers[name], requests_of(case, name))
    for round_ in range(wanted.rounds + 1):
        for case, name in each:
            seconds = wanted.seconds if round_ else 1
            if name == "ours, kept":  # what is kept no write has changed
                warm(servers[name], requests_of(case, name))
            run = one_run(servers[name], requests_of(case, name), seconds)
            if round_:
                runs[case.name, name].append(run)
        print(f"round {round_} of {wanted.rounds}", file=sys.stderr)
    return runs


def warm(server, requests):
    """Until each process has seen what it may hold: titles, statements, bodies."""
    sent = 0
    while sent < 3 * len(requests):
        sent += drive(server.port, requests, seconds=1).requests


def one_run(server, requests, seconds):
    from benchmarks.cast import backends

    processes = family(server.pid) + ([server.also] if server.also else [])
    before = measuring.cpu_seconds(processes), measuring.cpu_seconds(backends())
    load = drive(server.port, requests, seconds=seconds)
    after = measuring.cpu_seconds(processes), measuring.cpu_seconds(backends())
    spent = [
        (end - start) * 1000 / max(1, load.requests)
        for start, end in zip(before, after, strict=True)
    ]
    return Run(load.per_second, load.p50, load.p99, *spent)


def report(cases, runs):
    """Markdown: what each costs, and the ratios of cap."""
    lines = [
        "| request | by | req/s | p50 ms | p99 ms | CPU ms | cap | ours : it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for case in cases:
        caps = {name: middle(runs[case.name, name], "cap") for name in case.by}
        for name in case.by:
            found = runs[case.name, name]
            rate, p50, p99, server, database = (
                middle(found, value)
                for value in ("per_second", "p50", "p99", "server_ms", "database_ms")
            )
            ratio = "" if name == "ours" else f"{caps['ours'] / caps[name]:.2f}"
            lines.append(
                f"| {case.name} | {name} | {rate:.0f} | {p50:.1f} | {p99:.1f} "
                f"| {server:.2f} + {database:.2f} | {caps[name]:.0f} | {ratio} |"
            )
    return "\n".join(lines)


def middle(runs, value):
    return statistics.median(getattr(run, value) for run in runs)


if __name__ == "__main__":
    main()
