"""What a request costs as the database grows, warm and cold.

    python -m benchmarks.growth [--sizes 10000,100000,1000000,10000000]

In a PostgreSQL of its own (`initdb` on the path, or in PG_BIN), which may be stopped
and its caches dropped. It lies in BENCH_DIR, or where temporary files do; 10,000,000
entries take 12 GB and a quarter of an hour. To each size the database grows by people
of `seed_demo`'s generator, from 100,000 entries on by copies of those, in random order:
the rows of one user lie as far from each other as they can. Prints a table and draws
growth.svg.

Warm: the product as docs/deployment.md says, keeping no bodies. Cold: the statement of
the list alone, after a restart and, where this is root, without the system's cache
either; then again after CLUSTER.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from benchmarks.drawing import draw

PORT = int(os.environ.get("BENCH_PORT", "8970"))
SERVER = f"postgres://postgres@127.0.0.1:{PORT + 9}/postgres"
os.environ["TEST_DATABASE_URL"] = SERVER

from benchmarks import compare, loading  # they read where the server is

LISTS = {20: 100, 200: 10, 1000: 4}
GENERATED = 100_000  # entries; the rest are copies of them
ENTRIES = "collections_app_watchlistentry"
OF_A_USER = ("profiles_preferences", "profiles_profile", "history_userstate")
COPY_ID = "md5({0}::text || k)::uuid"
CASES = ("GET 20", "GET 200", "GET 1000", "GET 20 unchanged (304)", "POST", "increment")
RESTARTS = 3
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "fsync": "off",  # this database may be lost; loading it takes half as long
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


class Cluster:
    """A PostgreSQL in a folder."""

    def __init__(self, home):
        self.home = home
        self.bin = Path(os.environ.get("PG_BIN") or newest_postgres())

    def make(self):
        self.home.mkdir()
        if os.geteuid() == 0:  # which it refuses to run as
            shutil.chown(self.home, "postgres", "postgres")
        self.run("initdb", "-U", "postgres", "-A", "trust", "-D", self.home / "data")
        lines = "".join(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        with (self.home / "data" / "postgresql.conf").open("a") as config:
            config.write(f"port = {PORT + 9}\n{lines}")

    def start(self):
        log = self.home / "log"
        self.run("pg_ctl", "-w", "-D", self.home / "data", "-l", log, "start")

    def stop(self):
        self.run("pg_ctl", "-w", "-D", self.home / "data", "-m", "fast", "stop")

    def forget(self):
        """Starts anew, with nothing in memory."""
        self.stop()
        subprocess.run(["sync"], check=True)
        if os.geteuid() == 0:
            Path("/proc/sys/vm/drop_caches").write_text("3")
        self.start()

    def run(self, program, *arguments):
        command = [str(self.bin / program), *map(str, arguments)]
        user = {"user": "postgres"} if os.geteuid() == 0 else {}
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **user)


def newest_postgres():
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--sizes", default="10000,100000,1000000,10000000")
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--hold", action="store_true", help="leave the largest there until Enter"
    )
    wanted = parser.parse_args()
    sizes = sorted(map(int, wanted.sizes.split(",")))
    found = {}
    with database() as (cluster, home, url):
        people = there = 0
        for size in sizes:
            people = grow(home, url, people, there, size)
            there = size
            warm = measure_warm(home, wanted)
            found[size] = warm | measure_cold(cluster, url)
            print(report({size: found[size]}), file=sys.stderr)
        if wanted.hold:
            input(f"{url} is there until you press Enter.\n")
    print(report(found))
    draw(
        Path(__file__).with_name("growth.svg"),
        curves(found),
        title="CPU of a request, as a multiple of what it is in the smallest database",
        step=0.25,
    )


@contextmanager
def database():
    """(cluster, a folder, the URL of an empty database); all gone at the end."""
    root = os.environ.get("BENCH_DIR")
    with tempfile.TemporaryDirectory(dir=root) as folder, ExitStack() as stack:
        home = Path(folder)
        home.chmod(0o755)
        cluster = Cluster(home / "cluster")
        cluster.make()
        cluster.start()
        stack.callback(cluster.stop)
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute("CREATE DATABASE growth")
        url = SERVER.removesuffix("postgres") + "growth"
        os.environ |= compare.environment_of(url)
        import benchmarks.cast  # noqa: F401  (sets Django up)

        yield cluster, home, url


# --- Loading -------------------------------------------------------------------------


def grow(home, url, people, there, size):
    """To so many entries; who of the generator's people would come next."""
    generated = min(size, GENERATED)
    if not there:
        people = loading.fill(home, titles=20_000, entries=generated, lists=LISTS)
    elif there < generated:
        people = loading.add_crowd(people, generated - there)
    with psycopg.connect(url, autocommit=True) as db:
        scatter(db, size - max(there, generated))
        for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
            db.execute(statement)
    return people


def scatter(db, more):
    """So many entries more, copies of those of the crowd. With them in random order are
    put those of the people that are measured; where none come, all are put anew.
    """
    db.execute("SET session_replication_role = replica")  # what is copied was checked
    db.execute("CREATE TABLE IF NOT EXISTS copied AS SELECT 0 AS times")
    db.execute(
        "CREATE TEMP TABLE crowd AS SELECT id FROM profiles_user "
        "WHERE user_name NOT LIKE '%-copy-%' AND user_name NOT LIKE 'list%'"
    )
    (first,) = db.execute("SELECT times FROM copied").fetchone()
    (each,) = db.execute(
        f"SELECT count(*) FROM {ENTRIES} WHERE user_id IN (TABLE crowd)"
    ).fetchone()
    last = first + round(more / each)
    times = f"generate_series({first + 1}, {last}) k"
    named = {
        "id": COPY_ID.format("t.id"),
        "email": "k || '-' || t.email",
        "user_name": "t.user_name || '-copy-' || k",
        "user_name_key": "t.user_name_key || '-copy-' || k",
    }
    copy(db, "profiles_user", named, "id", times)
    for table in OF_A_USER:
        copy(db, table, {"user_id": COPY_ID.format("t.user_id")}, "user_id", times)
    whose = "true"
    if last > first:
        whose = "user_id IN (SELECT id FROM profiles_user WHERE user_name LIKE 'list%')"
    db.execute(f"CREATE TEMP TABLE put AS SELECT * FROM {ENTRIES} WHERE {whose}")
    db.execute(f"DELETE FROM {ENTRIES} WHERE {whose}")
    made = {"id": COPY_ID.format("t.id"), "user_id": COPY_ID.format("t.user_id")}
    columns, values = columns_of(db, ENTRIES, made)
    db.execute(
        f"INSERT INTO {ENTRIES} ({columns}) SELECT {columns} FROM ("
        f"SELECT {columns} FROM put UNION ALL "
        f"SELECT {values} FROM {ENTRIES} t, {times} WHERE t.user_id IN (TABLE crowd)"
        ") rows ORDER BY random()"
    )
    db.execute("UPDATE copied SET times = %s", [last])
    db.execute("DROP TABLE crowd, put")
    db.execute("RESET session_replication_role")


def copy(db, table, changed, owner, times):
    columns, values = columns_of(db, table, changed)
    db.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, {times} "
        f"WHERE t.{owner} IN (TABLE crowd)"
    )


def columns_of(db, table, changed):
    rows = db.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    ).fetchall()
    names = [name for (name,) in rows]
    return ", ".join(names), ", ".join(changed.get(name, f"t.{name}") for name in names)


# --- Measuring -----------------------------------------------------------------------


def measure_warm(home, wanted):
    """{case: Run of the medians}"""
    from benchmarks.cast import Cast

    cast = Cast.choose(LISTS)
    with ExitStack() as stack:
        ours = next(compare.all_servers(compare.start_redis(home, stack)))
        servers = compare.start({ours.name: ours}, home, stack)
        cases = [
            replace(case, by=("ours",))
            for case in compare.cases_of(cast, ("ours",))
            if case.name in CASES
        ]
        runs = compare.measure(wanted, servers, cases, cast)
    from django.db import connection

    connection.close()
    return {
        name: compare.Run(
            *(
                compare.middle(found, value)
                for value in ("per_second", "p50", "p99", "server_ms", "database_ms")
            )
        )
        for (name, _), found in runs.items()
    }


def measure_cold(cluster, url):
    """Milliseconds of one read of a list of 1,000: scattered, warm, and clustered."""
    with psycopg.connect(url) as db:
        users = db.execute(
            f"SELECT user_id FROM {ENTRIES} GROUP BY 1 HAVING count(*) = 1000 LIMIT 4"
        ).fetchall()
    scattered = [ms for _ in range(RESTARTS) for ms in cold_reads(cluster, url, users)]
    with psycopg.connect(url, autocommit=True) as db:
        warm = [read(db, user) for _ in range(3) for (user,) in users][len(users) :]
        db.execute(f"CLUSTER {ENTRIES} USING entry_user_anime_unique")
        db.execute(f"ANALYZE {ENTRIES}")
    gathered = [ms for _ in range(RESTARTS) for ms in cold_reads(cluster, url, users)]
    return {
        "cold": statistics.median(scattered),
        "warm": statistics.median(warm),
        "clustered": statistics.median(gathered),
    }


def cold_reads(cluster, url, users):
    cluster.forget()
    with psycopg.connect(url, autocommit=True) as db:
        # What others keep in memory: the system's tables, the index's upper pages.
        db.execute(f"SELECT type FROM {ENTRIES} LIMIT 1")
        nobody = "00000000-0000-0000-0000-000000000000"
        read(db, nobody)
        return [read(db, user) for (user,) in users]


def read(db, user_id):
    from collections_app.watch_list.whole_list import STATEMENT

    start = time.perf_counter()
    db.execute(STATEMENT, [user_id]).fetchall()
    return (time.perf_counter() - start) * 1000


# --- Telling -------------------------------------------------------------------------


def report(found):
    """Markdown: CPU milliseconds of server + database, and the reads alone."""
    sizes = list(found)
    lines = [
        "| | " + " | ".join(f"{size:,}" for size in sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    for case in CASES:
        told = [
            f"{run.server_ms:.2f} + {run.database_ms:.2f} (p50 {run.p50:.1f}, "
            f"p99 {run.p99:.1f})"
            for run in (found[size][case] for size in sizes)
        ]
        lines.append(f"| {case} | " + " | ".join(told) + " |")
    for name in ("warm", "cold", "clustered"):
        told = [f"{found[size][name]:.1f}" for size in sizes]
        lines.append(f"| read of 1,000, {name} | " + " | ".join(told) + " |")
    return "\n".join(lines)


def curves(found):
    """CPU of each case as a share of what it was at first."""
    first = found[min(found)]
    return {
        case: [(size, found[size][case].cpu_ms / first[case].cpu_ms) for size in found]
        for case in CASES
    }


if __name__ == "__main__":
    main()
