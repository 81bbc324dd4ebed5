"""What a long list costs where all of it is read at once: statistics, export, erasure.

    python benchmarks/account.py [entries] [rounds]

Makes an account with so many entries (5,000), six days of watching and ten changes for
each, and measures in this process, through the views. The database is a temporary
SQLite file; `DATABASE_URL` names another, which must be empty.
"""

import os
import random
import sys
import tempfile
import time
import tracemalloc
from datetime import timedelta
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
GENRES = [f"Genre {n}" for n in range(40)]
STUDIOS = [f"Studio {n}" for n in range(300)]
TAGS = [f"tag {n}" for n in range(50)]
FORMATS = ["TV", "TV", "TV", "Movie", "OVA", "ONA", "Special"]
KINDS = [
    ("Completed", "active"),
    ("Completed", "active"),
    ("Watching", "active"),
    ("Watching", "rewatching"),
    ("To Watch", "active"),
    ("Collection", "dropped"),
]


def seed(number):
    """A client of the account; the rows are made by chance, and the same each time."""
    from django.conf import settings
    from django.utils import timezone
    from rest_framework.test import APIClient

    from animecollections.db.ids import new_id
    from collections_app.models import Anime, WatchListEntry
    from history.models import Change, EpisodesWatched
    from profiles.accounts.services import start_session
    from profiles.models import User

    chance, now = random.Random(7), timezone.now()  # noqa: S311
    user = User.objects.create_user("bench@example.org", "bench", "Right-Horse-7")
    ids = range(1, number + 1)
    anime = [
        Anime(
            id=id_,
            mal_id=id_,
            title=f"Title {id_}",
            synonyms=[f"Another name {n} of {id_}" for n in range(6)],
            format=chance.choice(FORMATS),
            year=chance.randint(1970, 2026),
            episodes=chance.choice([1, 12, 12, 13, 24, 26, None]),
            episode_minutes=chance.choice([4, 24, 24, 24, 110, None]),
            picture_url=f"https://img.example.org/{id_}.jpg",
            genre_names=chance.sample(GENRES, chance.randint(1, 5)),
            studio_names=chance.sample(STUDIOS, chance.randint(0, 2)),
            updated_at=now,
        )
        for id_ in ids
    ]
    Anime.objects.bulk_create(anime, 500)
    entries, watched, changes = [], [], []
    for id_ in ids:
        type_, state = chance.choice(KINDS)
        finished = now.date() - timedelta(days=chance.randint(0, 3650))
        entries.append(
            WatchListEntry(
                user=user,
                anime_id=id_,
                type=type_,
                state=state,
                progress=chance.randint(0, 26),
                score=chance.choice([None, *range(10, 101, 5)]),
                rewatches=chance.choice([0, 0, 0, 1, 2]),
                finished_on=str(finished) if type_ == "Completed" else "",
                tags=chance.sample(TAGS, chance.randint(0, 3)),
                added_at=now,
                updated_at=now,
                revision=id_ * 10,
            )
        )
        for day in chance.sample(range(3650), 6):
            at = now.date() - timedelta(days=day)
            watched.append(EpisodesWatched(user=user, anime_id=id_, day=at, episodes=2))
        operation = new_id()
        changes += [
            Change(
                user=user,
                revision=(id_ - 1) * 10 + position + 1,
                kind="update",
                anime_id=id_,
                before={"progress": position, "watched_at": str(now)},
                after={"progress": position + 1, "watched_at": str(now)},
                operation_id=operation,
                position=position,
                size=10,
                at=now,
                through="session",
            )
            for position in range(10)
        ]
    WatchListEntry.objects.bulk_create(entries, 1000)
    watched.sort(key=lambda row: row.day)  # as they come in life
    EpisodesWatched.objects.bulk_create(watched, 1000)
    Change.objects.bulk_create(changes, 1000)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    start_session(session, user)
    client = APIClient()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client, len(entries) + len(watched) + len(changes)


def measure(name, call, rounds):
    """Prints the least wall and CPU milliseconds, and the answer's kilobytes. The
    least, for what others do on the machine only ever adds.
    """
    size, walls, cpus = call(), [], []  # the first fills caches
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        size = call()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    taken = f"{min(walls):8.1f} ms {min(cpus):8.1f} ms CPU"
    print(f"{name:44} {taken} {size / 1024:10.1f} KB")


def main(number=5_000, rounds=15):
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    client, rows = seed(number)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    etag = client.get("/api/user/stats")["ETag"]
    print(f"{connection.vendor}, {number:,} entries, {rows:,} rows of the account")

    def size_of(url, **headers):
        response = client.get(url, headers=headers)
        if response.status_code not in (200, 304):
            sys.exit(response.content.decode())
        if response.streaming:
            return sum(len(chunk) for chunk in response.streaming_content)
        return len(response.content)

    for name, url in (
        ("GET /api/user/stats", "/api/user/stats"),
        ("GET /api/user/stats?year=", "/api/user/stats?year=2025"),
    ):
        measure(name, lambda url=url: size_of(url), rounds)
    unchanged = {"If-None-Match": etag}
    measure(
        "the same, unchanged", lambda: size_of("/api/user/stats", **unchanged), rounds
    )
    export = "/api/user/export?format=account"
    measure("GET /api/user/export?format=account", lambda: size_of(export), 3)
    tracemalloc.start()
    size_of(export)
    print(f"its memory at most {tracemalloc.get_traced_memory()[1] / 1024**2:.1f} MB")
    tracemalloc.stop()
    start = time.perf_counter()
    response = client.delete("/api/user", {"password": "Right-Horse-7"}, format="json")
    taken = (time.perf_counter() - start) * 1000
    print(f"DELETE /api/user: {response.status_code}, {taken:.0f} ms")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "animecollections.settings"
        os.environ |= {"MEDIA_ROOT": folder, "THROTTLE_SCALE": "1000"}
        main(*map(int, sys.argv[1:]))
