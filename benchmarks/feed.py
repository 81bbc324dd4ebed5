"""What the feed costs, by how many are followed and how long their logs are.

    DATABASE_URL=postgres://… python -m benchmarks.feed --changes 100 1000

In a database that is there for this alone: 1,000 people (--people) with 50 entries
each, whose logs have so many changes, one every 50 minutes. Prints statements, the
blocks that they read (by EXPLAIN, on PostgreSQL: the same on a busy machine), and the
median and least time of 30 reads of the first page, and of one far down.
"""

import argparse
import json
import os
import time
from datetime import timedelta
from functools import partial
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from animecollections.db.ids import first_id_at, new_id
from animecollections.viewer import THINGS
from collections_app.models import Anime, WatchListEntry
from history.models import Change
from profiles.follow_feed.reads import feed
from profiles.models import Preferences, Profile, User

READS, TITLES, ENTRIES, AT_ONCE = 30, 200, 50, 2_000
EVERY = timedelta(minutes=50)
COLUMNS = (
    "id, user_id, revision, kind, anime_id, before, after, operation_id, position, "
    "size, watched, days, at, through, client_id, request_id, is_told"
)
INSERT = (
    f"INSERT INTO history_change ({COLUMNS}) "
    f"VALUES ({', '.join(['%s'] * len(COLUMNS.split(',')))})"
)


def prepare(number):
    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    titles = [Anime(id=n, title=f"Title {n}", updated_at=now) for n in range(1, TITLES)]
    Anime.objects.bulk_create(titles, ignore_conflicts=True)
    people = [
        User(email=f"p{n}@example.org", user_name=f"p{n}", user_name_key=f"p{n}")
        for n in range(number)
    ]
    User.objects.bulk_create(people)
    shown = {f"audience_{thing}": "followers" for thing in THINGS}
    Preferences.objects.bulk_create(Preferences(user=p, **shown) for p in people)
    Profile.objects.bulk_create(Profile(user=p) for p in people)
    WatchListEntry.objects.bulk_create(
        (
            WatchListEntry(
                user=person, anime_id=title, type="Watching", added_at=now,
                updated_at=now, revision=title,
            )
            for person in people
            for title in range(1, ENTRIES + 1)
        ),
        batch_size=AT_ONCE,
    )  # fmt: skip
    return people


def changes_of(person, number, since, until, now):
    """Of one person, from the nth newest to another: an episode of another title each
    third time, so that some are one item.
    """
    shift = timedelta(seconds=number % 3000)
    plain = connection.vendor == "sqlite"
    for n in range(since, until):
        at = now - n * EVERY - shift
        id_ = first_id_at(at).hex[:13] + new_id().hex[13:]
        day = at.date().isoformat()
        yield (
            id_, person.pk.hex, 10_000_000 - n, "update", 1 + n // 3 % ENTRIES,
            json.dumps({"progress": n}), json.dumps({"progress": n + 1}),
            new_id().hex, 0, 1, 1, json.dumps({day: 1}),
            str(at.replace(tzinfo=None)) if plain else at, "session", "", "", True,
        )  # fmt: skip


def lengthen(people, since, until, now):
    with connection.cursor() as cursor:
        for number, person in enumerate(people):
            rows = list(changes_of(person, number, since, until, now))
            for place in range(0, len(rows), AT_ONCE):
                cursor.executemany(INSERT, rows[place : place + AT_ONCE])
        cursor.execute("ANALYZE")


def measured(read):
    """Of one the statements and the blocks they read; milliseconds of all."""
    statements, times = [], []

    def count(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        items, meta = read()
    blocks = sum(blocks_of(sql, params) for sql, params in statements)
    for _ in range(READS):
        began = time.perf_counter()
        read()
        times.append((time.perf_counter() - began) * 1000)
    return len(statements), blocks, times, len(items), meta["next_cursor"]


def blocks_of(sql, params):
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        [[told]] = cursor.fetchall()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--changes", type=int, nargs="+", default=[100, 1000])
    asked = parser.parse_args()
    people, now, length = prepare(asked.people), timezone.now(), 0
    reader = new_id()
    for changes in asked.changes:
        lengthen(people, length, changes, now)
        length = changes
        number = Change.objects.across_users().count()
        print(f"{changes:,} changes each, {number:,} in all")
        for followed in (10, 100, asked.people):
            ids = [person.pk for person in people[:followed]]
            wanted: dict[str, str] = {}
            for where in ("first page", "10th page"):
                statements, blocks, times, items, cursor = measured(
                    partial(feed, reader, ids, wanted, hides_mature=False)
                )
                print(f"{followed:>6} followed  {where}  {items:>2} items  "
                      f"{statements} statements  {blocks:>7,} blocks  "
                      f"{median(times):.1f} ms, at least {min(times):.1f}")  # fmt: skip
                for _ in range(8):
                    wanted = {"cursor": cursor}
                    [_, meta] = feed(reader, ids, wanted, hides_mature=False)
                    cursor = meta["next_cursor"]
                wanted = {"cursor": cursor}


if __name__ == "__main__":
    main()
