"""A database of its own, filled by the generator of `manage.py seed_demo`, by COPY."""

import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import orjson
import psycopg

from benchmarks.measuring import ROOT

SERVER = os.environ.get(
    "TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres"
)
NAME = "animecollections_bench"
STARTER = ROOT / "collections_app" / "starter_catalogue.jsonl"


@contextmanager
def database(home):
    """The URL of an empty one with all tables; dropped at the end."""
    url = urlsplit(SERVER)._replace(path=f"/{NAME}").geturl()
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME}")
        server.execute(f"CREATE DATABASE {NAME}")
    try:
        yield url
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def manage(*arguments):
    command = [sys.executable, "manage.py", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def fill(home, *, titles, entries, lists):
    """titles: made of the starter catalogue. entries: how many in all, in lists of 60
    in the mean. lists: besides, {length: how many lists have exactly so many}.

    Answers with the number of whom `add_crowd` would add next.
    """
    manage("migrate", "--verbosity", 0)
    catalogue = home / "catalogue.jsonl"
    catalogue.write_bytes(b"\n".join(catalogue_of(titles)))
    manage("import_catalog", catalogue)
    from profiles.demo.people import Person

    exact = [
        Person(f"list{length}-{number}", length)
        for length, many in lists.items()
        for number in range(many)
    ]
    add(exact)
    return add_crowd(1, entries - sum(person.exactly for person in exact))


def add_crowd(first, entries):
    """People from the first-th on with so many entries; who would come next."""
    from profiles.demo.people import nth

    last = first + max(0, entries) // 60
    add(list(map(nth, range(first, last))))
    return last


def add(people):
    from django.utils import timezone

    from profiles.demo import services as demo
    from profiles.demo.people import Plan

    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    plan = Plan(demo.shelf(), 1, 60, now, 365, log_since=now, password="!")
    written = sum(len(story.entries) for story in demo.add(plan, people))
    demo.refresh_statistics()
    print(f"{written:,} entries of {len(people):,} people", file=sys.stderr)


def catalogue_of(number):
    """Lines of a catalogue: the starter's titles, again and again under new ids."""
    first, *lines = STARTER.read_bytes().splitlines()
    yield first
    records = [orjson.loads(line) for line in lines]
    for index in range(number):
        record = records[index % len(records)]
        turn = index // len(records)
        id_ = index + 1 if turn else 0
        yield orjson.dumps(again(record, turn, id_)) if turn else lines[index]


def again(record, turn, id_):
    names = {
        name: f"{record[name]} {turn}"
        for name in ("title", "englishTitle")
        if record.get(name)
    }
    sources = [f"https://myanimelist.net/anime/{10_000_000 + id_}"]
    return record | names | {"sources": sources, "synonyms": [], "relatedAnime": []}
