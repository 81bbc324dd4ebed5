"""How many instructions each hot request takes: the same on the noisiest machine.

    python -m benchmarks.instructions            on a temporary SQLite file
    DATABASE_URL=postgres://… python -m benchmarks.instructions     an empty database

Each request goes in process through the whole WSGI application, as production is set,
under valgrind's callgrind, which counts instructions instead of time. Statuses are
checked, and that each write has written. The database's own instructions count on
SQLite, which works in this process, and do not on PostgreSQL. Another build of Python
takes others: it is named below the table. Needs valgrind.
"""

import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from benchmarks.compare import environment_of

ROOT = Path(__file__).parent.parent
WARM, TIMES = 5, 10  # requests of each kind: to begin with, and counted
ENTRIES = (20, 200, 1000)
WRITTEN = 200  # entries on the list that writes change: no other's body is made anew
# A call that nothing else makes: callgrind writes down what it has counted before it.
MARK = "sched_yield"


def main():
    if not shutil.which("valgrind"):
        print("SKIPPED: instructions are not counted, for there is no valgrind here.")
        return
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/db.sqlite3"
        environment = os.environ | environment_of(url)
        out = Path(folder) / "counted"
        this = (sys.executable, "-m", __spec__.name)
        valgrind = (
            *("valgrind", "--tool=callgrind", "--instr-atstart=no"),
            *(f"--dump-before={MARK}", f"--callgrind-out-file={out}"),
        )
        for command in ((*this, "seed", folder), (*valgrind, *this, "count", folder)):
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise SystemExit(done.stdout[-2000:] + done.stderr[-4000:])
        names = Path(folder, "names").read_text().splitlines()
        print(report(names, [total_of(Path(f"{out}.{n}")) for n in numbers(names)]))


def numbers(names):
    """Of the dumps: the first is of all before the first mark."""
    return [2 * at for at in range(1, len(names) + 1)]


def total_of(dump):
    return int(re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.M)[1])


def report(names, totals):
    rows = [
        f"| {name} | {total / TIMES / 1000:,.0f} |"
        for name, total in zip(names, totals, strict=True)
    ]
    flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
    built = "with" if "--enable-optimizations" in flags else "without"
    python = f"Python {platform.python_version()}, built {built} optimizations"
    return "\n".join(
        ["| request | thousands of instructions |", "|---|---|", *rows, "", python]
    )


# --- Under valgrind, ten times slower than without; what is counted fifty times -----


def count(folder):
    from animecollections.wsgi import application

    seeded = json.loads(Path(folder, "seeded").read_text())
    asks = [(name, Ask(application, *what)) for name, *what in requests_of(**seeded)]
    for _, ask in asks:
        for _ in range(WARM):
            ask()
    begin_counting()
    for _, ask in asks:
        os.sched_yield()
        for _ in range(TIMES):
            ask()
        os.sched_yield()
        ask.check()
    Path(folder, "names").write_text("\n".join(name for name, _ in asks))


def begin_counting():
    control = ["callgrind_control", "--instr=on", str(os.getpid())]
    asked = subprocess.Popen(control, stdout=subprocess.DEVNULL)
    while asked.poll() is None:  # it is heard between two instructions of ours
        sum(range(1000))
    if asked.returncode:
        raise SystemExit("callgrind does not hear that it is to count.")


def seed(folder):
    """Tokens of users with lists of each length, and of one who writes; titles that are
    on no list.
    """
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from animecollections.identity import Origin
    from benchmarks.cast import token_of
    from collections_app.catalogue.facts import NAMES
    from collections_app.catalogue.models import Anime
    from collections_app.catalogue.refs import OWN, AnimeRef
    from collections_app.catalogue.writes import derive_names
    from collections_app.watch_list import writes as watch_list
    from factories import AnimeFactory, UserFactory

    animes = AnimeFactory.create_batch(max(ENTRIES) + 100)
    # What is counted up has no known end, or it would be completed, and then refused.
    Anime.objects.filter(pk=animes[0].pk).update(episodes=None)
    derive_names({row["id"]: row for row in Anime.objects.values("id", *NAMES)})
    titles = [str(anime.pk) for anime in animes]
    tokens = []
    for size in (*ENTRIES, WRITTEN):
        user = UserFactory()
        watch_list.do_all(
            user_id=user.pk,
            operations=[
                watch_list.Operation("add", AnimeRef(OWN, id_), {"type": "Watching"})
                for id_ in titles[:size]
            ],
            today=date(2026, 11, 23),
            through=Origin("command"),
        )
        tokens.append(token_of(user.pk))
    seeded = {
        "tokens": tokens,
        "unlisted": titles[max(ENTRIES) :],
        "listed": titles[0],
    }
    Path(folder, "seeded").write_text(json.dumps(seeded))


ANEW = {"anew": "by another query each time, so that no body is kept for it"}


def requests_of(tokens, unlisted, listed):
    """(name, method, path, headers, body of the nth time)"""
    *readers, writer = [{"HTTP_AUTHORIZATION": f"Bearer {token}"} for token in tokens]
    small, middle, _ = readers
    zstd = {"HTTP_ACCEPT_ENCODING": "zstd"}
    watch_list = "/api/user/watchList"
    for size, user in zip(ENTRIES, readers, strict=True):
        yield f"GET {size}", "GET", watch_list, user | ANEW
    yield "GET 200, zstd", "GET", watch_list, middle | zstd | ANEW
    yield "GET 200, kept", "GET", watch_list, middle
    yield "GET 200, kept, zstd", "GET", watch_list, middle | zstd
    yield "304", "GET", watch_list, small | {"tag": watch_list}
    yield "sync, nothing new", "GET", "/api/user/sync", small | {"cursor": watch_list}
    yield "session", "GET", "/api/auth/session", small
    yield "search history", "GET", "/api/user/searchHistory", small
    yield "search of the catalogue", "GET", "/api/animes?search=Title 7", {}
    yield "… misspelled", "GET", "/api/animes?search=Tilte 7", {}
    body = lambda n: {"animeId": unlisted[n % len(unlisted)], "type": "Watching"}  # noqa: E731
    yield "POST", "POST", watch_list, writer, body
    more = f"{watch_list}/{listed}/increment"
    yield "increment", "POST", more, writer, lambda _n: {"by": 1}


class Ask:
    """One kind of request, made again and again."""

    def __init__(self, application, method, path, headers, body=None):
        self.application, self.method, self.body = application, method, body
        self.path, _, self.query = path.partition("?")
        self.headers = {k: v for k, v in headers.items() if k.isupper()}
        self.times, self.is_good, self.expects = 0, True, {200}
        self.is_anew = "anew" in headers
        if "tag" in headers:
            _, told, _ = self.send("GET", headers["tag"])
            self.headers["HTTP_IF_NONE_MATCH"] = dict(told)["ETag"]
            self.expects = {304}
        if "cursor" in headers:
            _, _, content = self.send("GET", headers["cursor"])
            cursor = re.search(rb'"cursor":"([^"]+)"', content)[1].decode()
            self.query = f"cursor={cursor}"
        self.revision = self.revision_now() if body else 0

    def __call__(self):
        content = b""
        if self.is_anew:
            self.query = f"_={id(self)}.{self.times}"  # none of another kind
        if self.body:
            import orjson

            content = orjson.dumps(self.body(self.times))
        status, _, _ = self.send(self.method, self.path, self.query, content)
        self.times += 1
        self.is_good = self.is_good and status in self.expects

    def check(self):
        if not self.is_good:
            raise SystemExit(f"{self.method} {self.path}: not every answer was good")
        if self.body and self.revision_now() < self.revision + self.times:
            raise SystemExit(f"{self.method} {self.path}: not every write has written")

    def revision_now(self):
        import base64  # of a signed cursor: its second number

        _, _, content = self.send("GET", "/api/user/sync")
        cursor = re.search(rb'"cursor":"([^":]+)', content)[1]
        packed = base64.urlsafe_b64decode(cursor + b"=" * (-len(cursor) % 4))
        return int(packed.split(b",")[1].strip(b"[] "))

    def send(self, method, path, query="", content=b""):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json" if content else "",
            "CONTENT_LENGTH": str(len(content)) if content else "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **self.headers,
        }
        told = []
        answer = self.application(environ, lambda *said, **_: told.extend(said[:2]))
        body = b"".join(answer)
        answer.close()
        return int(told[0][:3]), told[1], body


if __name__ == "__main__":
    {"seed": seed, "count": count}[sys.argv[1]](sys.argv[2]) if sys.argv[1:] else main()
