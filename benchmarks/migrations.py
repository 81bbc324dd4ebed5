"""How long the migrations since release 0.1.0 take on a full database, in seconds.

    DATABASE_URL=postgres://… python -m benchmarks.migrations --entries 2000000

Makes a database beside that one as 0.1.0 left it, fills it with made-up rows (a person
for 60 entries; a row of the diary and a search for each entry), and applies what came
since. Meanwhile somebody signs up and watches, again and again, as the old release
does: the longest of these writes is how long a migration kept people waiting.
"""

import argparse
import os
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

SERVER = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "animecollections_migrations"
URL = urlsplit(SERVER)._replace(path=f"/{NAME}").geturl()
BEFORE = [
    ("collections_app", "0015_import_file_name"),
    ("history", "0007_change_file_name"),
    ("profiles", "0013_outbox_by_person"),
]
OURS = [app for app, _ in BEFORE]
TITLES = 20_000
LENGTH = 60
PERSON = """
    INSERT INTO profiles_user (password, is_superuser, id, email, user_name,
        user_name_key, is_active, is_staff, created_at, auth_epoch)
    SELECT '!', false, gen_random_uuid(), 'person' || n || '@example.org',
        'person' || n, 'person' || n, true, false, now(), 1
    FROM generate_series({first}, {last}) n;
"""
TITLE = f"""
    INSERT INTO collections_app_anime (id, title, sort_title, english_title,
        native_title, synonyms, format, airing_status, season, picture_url,
        thumbnail_url, mature, genre_names, studio_names, external_ids, related,
        revision, created_at, updated_at)
    SELECT n, 'Title ' || n, 'title ' || n, '', '', '[]', 'tv', 'finished', '', '', '',
        false, '[]', '[]', '{{}}', '[]', 1, now(), now()
    FROM generate_series(1, {TITLES}) n;
"""
ROWS = f"""
    WITH person AS (SELECT id, row_number() OVER () AS n FROM profiles_user),
    listed AS (SELECT id AS user_id, 1 + (n * 7 + m * 331) % {TITLES} AS anime_id, m
        FROM person, generate_series(1, {LENGTH}) m),
    entries AS (INSERT INTO collections_app_watchlistentry (id, type, state, progress,
        rewatches, started_on, finished_on, notes, tags, priority, is_private, added_at,
        updated_at, revision, anime_id, user_id, counted, extra)
        SELECT gen_random_uuid(), 'Completed', 'active', 12, 0, '', '', '', '[]', 0,
        false, now(), now(), m, anime_id, user_id, 12, '{{}}' FROM listed),
    searches AS (INSERT INTO history_search (id, key, query, type, filters,
        total_results, searched_at, user_id)
        SELECT gen_random_uuid(), 'key ' || m, 'title ' || m, '', '{{}}', m % 50, now(),
        user_id FROM listed)
    INSERT INTO history_episodeswatched (id, day, anime_id, episodes, user_id)
    SELECT gen_random_uuid(), current_date - m, anime_id, 12, user_id FROM listed;
"""
MET = """
    INSERT INTO history_episodeswatched (id, day, anime_id, episodes, user_id)
    SELECT gen_random_uuid(), current_date, {n}, 1, id FROM profiles_user
    WHERE email = 'person{n}@example.org'
"""


def said(*words):
    print(*words, file=sys.stderr, flush=True)


@contextmanager
def database():
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            yield
        finally:
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


class Writer(threading.Thread):
    """Signs people up and lets them watch, until it is stopped."""

    def __init__(self, first):
        super().__init__(daemon=True)
        self.number, self.longest, self.is_on = first, 0.0, True

    def run(self):
        with psycopg.connect(URL, autocommit=True) as db:
            while self.is_on:
                began, n = time.perf_counter(), self.number
                db.execute(PERSON.format(first=n, last=n))
                db.execute(MET.format(n=n))
                self.longest = max(self.longest, time.perf_counter() - began)
                self.number += 1
                time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.migrations")
    parser.add_argument("--entries", type=int, default=2_000_000)
    entries = parser.parse_args().entries
    os.environ["DATABASE_URL"] = URL
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
    import django

    django.setup()
    with database():
        measure(entries)


def measure(entries):
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    times, writers = {}, {}
    current = []

    def progress(action, migration=None, fake=False):
        if action == "apply_start":
            current.append(time.perf_counter())
        elif action == "apply_success":
            name = f"{migration.app_label} {migration.name}"
            times[name] = time.perf_counter() - current.pop()
            writers[name], writer.longest = writer.longest, 0.0

    people = entries // LENGTH
    executor = MigrationExecutor(connection)
    others = [
        leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in OURS
    ]
    executor.migrate([*BEFORE, *others])
    with psycopg.connect(URL, autocommit=True) as db:
        for statement in (PERSON.format(first=1, last=people), TITLE, ROWS):
            db.execute(statement)
        said(f"{people:,} people with {people * LENGTH:,} entries")
        db.execute("VACUUM (ANALYZE)")
        db.execute("CHECKPOINT")
    writer = Writer(people + 1)
    writer.start()
    executor = MigrationExecutor(connection, progress)
    executor.migrate(executor.loader.graph.leaf_nodes())
    writer.is_on = False
    writer.join()
    connection.close()
    print("| migration | seconds | longest write meanwhile |\n|---|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.2f} | {writers[name]:.2f} |")
    print(f"| all | {sum(times.values()):.2f} | {max(writers.values()):.2f} |")


if __name__ == "__main__":
    main()
