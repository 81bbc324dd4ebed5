"""What it costs to tell people that episodes aired.

    DATABASE_URL=sqlite:////tmp/notices.sqlite3 python -m benchmarks.notices

In a database that is there for this alone: people of `seed_demo` (--users, 2000) with
lists of the starter catalogue. An episode of the titles that most people watch aired a
moment ago; the job tells of it, and then runs again when nothing happened. Prints
seconds, statements and the notices that were written.
"""

import argparse
import os
import time
from contextlib import contextmanager
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, reset_queries
from django.db.models import Count, Max
from django.utils import timezone

from collections_app.models import Airing, Anime, WatchListEntry
from profiles.models import User, UserNotice
from profiles.notifications import telling


@contextmanager
def counted(what):
    statements = []

    def count(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    before, began = UserNotice.objects.across_users().count(), time.monotonic()
    with connection.execute_wrapper(count):
        yield
    seconds = time.monotonic() - began
    told = UserNotice.objects.across_users().count() - before
    each = f"{seconds / told * 1000:.2f} ms each" if told else ""
    print(f"{what:<44} {seconds:6.2f} s {len(statements):>7,} statements "
          f"{told:>7,} notices {each}")  # fmt: skip
    reset_queries()


def prepare(users):
    call_command("migrate", verbosity=0, interactive=False)
    if not Anime.objects.exists():
        call_command(
            "import_catalog", "collections_app/starter_catalogue.jsonl", verbosity=0
        )
    call_command("seed_demo", users=users, log_days=0, verbosity=0)
    Airing.objects.all().delete()


def watched_most(number):
    """Titles, by how many wait for an episode of them."""
    waiting = WatchListEntry.objects.across_users().filter(type="Watching")
    counts = (
        waiting.order_by()
        .values("anime_id")
        .annotate(people=Count("id"), far=Max("progress"))
    )
    return list(counts.order_by("-people")[:number])


def air(titles):
    now = timezone.now()
    for place, row in enumerate(titles):
        number = row["far"] + 1
        Anime.objects.filter(pk=row["anime_id"]).update(episodes=number + 12)
        at = now - timedelta(minutes=place + 1)
        Airing.objects.update_or_create(
            anime_id=row["anime_id"],
            number=number,
            defaults={
                "airs_at": at,
                "airs_on": str(at.date()),
                "precision": "minute",
                "is_estimated": False,
                "changed_at": now,
            },
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=2000)
    options = parser.parse_args()
    prepare(options.users)
    entries = WatchListEntry.objects.across_users().count()
    people = User.objects.count()
    print(f"{people:,} people, {entries:,} entries, {connection.vendor}")
    titles = watched_most(21)
    air(titles[:1])
    with counted(f"one episode, {titles[0]['people']:,} watch the title"):
        print(telling.tell_all())
    with counted("nothing happened"):
        print(telling.tell_all())
    air(titles[1:])
    number = sum(row["people"] for row in titles[1:])
    with counted(f"20 episodes, {number:,} watch the titles"):
        print(telling.tell_all())


if __name__ == "__main__":
    main()
