"""What it costs to follow many: the list of them, and who of them has a title.

    DATABASE_URL=postgres://… python -m benchmarks.following

In a database that is there for this alone: people of `seed_demo` (--users, 1100) with
lists of the starter catalogue, which they show to followers. Prints, by how many are
followed, statements and the median time of 30 reads, of the title on most lists.
"""

import argparse
import os
import time
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from animecollections.identity import Account, Revisions
from collections_app.models import Anime, WatchListEntry
from profiles.following import reads, services, watchers
from profiles.following.models import Tie, TieKind
from profiles.models import Preferences, User

READS = 30
SHOWN = ("collection", "completed", "to_watch", "watching")


def prepare(users):
    call_command("migrate", verbosity=0, interactive=False)
    if not Anime.objects.exists():
        call_command(
            "import_catalog", "collections_app/starter_catalogue.jsonl", verbosity=0
        )
    call_command("seed_demo", users=users, log_days=0, verbosity=0)
    Preferences.objects.update(**{f"audience_{thing}": "followers" for thing in SHOWN})


def account_of(user):
    return Account(
        user.pk, user.email, user.user_name, is_staff=False, hides_mature=False,
        tracks_searches=False, timezone="UTC", language="en",
        revisions=Revisions(1, 0, 0, {}),
    )  # fmt: skip


def measured(read):
    """Statements of one, and the median of milliseconds."""
    statements, times = [], []

    def count(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        found = read()
    for _ in range(READS):
        began = time.perf_counter()
        read()
        times.append((time.perf_counter() - began) * 1000)
    return len(statements), median(times), len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1100)
    prepare(parser.parse_args().users)
    entries = WatchListEntry.objects.across_users()
    most = entries.order_by().values("anime_id").annotate(number=Count("id"))
    title = most.order_by("-number")[0]
    [me, *others] = User.objects.order_by("pk")[:1001]
    account, followed = account_of(me), 0
    Tie.objects.across_users().delete()
    print(f"{entries.count():,} entries; the title is on {title['number']:,} lists")
    for number in (10, 100, 1000):
        for other in others[followed:number]:
            services.tie(me.pk, other.pk, TieKind.FOLLOWS)
        followed = min(number, len(others))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        all_reads = {
            "the list": lambda: reads.people(me.pk, reads.TO_THEM, {})[0],
            "who has it": lambda: watchers.watchers(account, title["anime_id"], {})[0],
        }
        for name, read in all_reads.items():
            statements, ms, found = measured(read)
            print(f"{followed:>5} followed  {name:<11} {found:>4} people "
                  f"{statements} statements {ms:6.2f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
