"""What a write leaves behind: bytes of write-ahead log, and rows updated in place.

    python -m benchmarks.writes        two minutes; a PostgreSQL of its own

400 people with lists of 20 to 200 use the API for a day, in process: of a hundred
writes 60 are increments, 10 scores, 15 moves, 10 adds and 5 removals, all with an
Idempotency-Key as the web client sends it. Bytes are those of write-ahead log without
whole pages (`full_page_writes` is off); HOT is the share of updates that touch no
index.
"""

import random
from collections import Counter
from contextlib import ExitStack
from time import sleep
from uuid import uuid4

import psycopg

from benchmarks import growth, loading
from benchmarks.compare import LIST

LISTS = {20: 250, 100: 100, 200: 50}
WRITES = 6_000
KINDS = {"increment": 60, "score": 10, "move": 15, "add": 10, "remove": 5}
TYPES = ["Collection", "Completed", "To Watch", "Watching"]
UPDATED = """
SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
WHERE n_tup_upd > 100 ORDER BY n_tup_upd DESC
"""


def main():
    with ExitStack() as stack:
        _, home, _ = stack.enter_context(growth.database())
        with psycopg.connect(growth.SERVER, autocommit=True) as server:
            server.execute("ALTER SYSTEM SET full_page_writes = off")
            server.execute("SELECT pg_reload_conf()")
        loading.fill(home, titles=2_000, entries=60_000, lists=LISTS)
        from django.db import connection

        from benchmarks.cast import Cast

        day = Day(Cast.choose(LISTS), connection)
        day.pass_by(WRITES // 3)  # until statements are kept
        day.forget()
        day.pass_by(WRITES)
        print(day.report())


class Day:
    def __init__(self, cast, connection):
        from rest_framework.test import APIClient

        self.connection, self.http = connection, APIClient(SERVER_NAME="127.0.0.1")
        self.choose = random.Random(17)  # noqa: S311
        self.people = [token for tokens in cast.tokens.values() for token in tokens]
        self.lists = {}
        self.titles = [
            id_ for (id_,) in self.ask("SELECT id FROM collections_app_anime")
        ]
        self.forget()

    def forget(self):
        self.bytes, self.times = Counter(), Counter()
        self.ask("SELECT pg_stat_reset()")

    def ask(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def pass_by(self, writes):
        for kind in self.choose.choices([*KINDS], [*KINDS.values()], k=writes):
            before = self.log()
            self.write(kind)
            self.times[kind] += 1
            self.bytes[kind] += self.log() - before

    def log(self):
        [(size,)] = self.ask("SELECT pg_current_wal_insert_lsn() - '0/0'")
        return int(size)

    def write(self, kind):
        token = self.choose.choice(self.people)
        self.http.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        if token not in self.lists:
            rows = self.http.get(LIST).json()["data"]
            self.lists[token] = [row["anime_id"] for row in rows]
        listed = self.lists[token]
        anime = self.choose.choice(listed)
        key = {"Idempotency-Key": str(uuid4())}
        match kind:
            case "increment":
                answer = self.http.post(f"{LIST}/{anime}/increment", {}, headers=key)
            case "score":
                body = {"score": self.choose.randint(1, 100) / 10}
                answer = self.http.patch(f"{LIST}/{anime}", body, headers=key)
            case "move":
                body = {"animeId": anime, "type": self.choose.choice(TYPES)}
                answer = self.http.post(LIST, body, headers=key)
            case "add":
                added = self.choose.choice(self.titles)
                body = {"animeId": added, "type": "To Watch"}
                answer = self.http.post(LIST, body, headers=key)
                listed.append(added)
            case "remove":
                listed.remove(anime)
                answer = self.http.delete(LIST, {"animeId": anime}, headers=key)
        assert answer.status_code == 200, answer.content

    def report(self):
        lines = ["| write | times | WAL bytes |", "|---|---|---|"]
        for kind, times in self.times.most_common():
            lines.append(f"| {kind} | {times} | {self.bytes[kind] / times:,.0f} |")
        lines += ["", "| table | rows updated | HOT |", "|---|---|---|"]
        sleep(1.5)  # until the statistics are there
        for table, updated, hot in self.ask(UPDATED):
            lines.append(f"| {table} | {updated:,} | {hot / updated:.1%} |")
        return "\n".join(lines)


if __name__ == "__main__":
    main()
