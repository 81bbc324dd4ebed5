"""What a list costs as cards and compressed, in the process alone.

    DATABASE_URL=… python -m benchmarks.answers

Over the catalogue that is there (docs/catalogue.md tells how to import a whole one): a
user with 20, 200 and 1,000 of its titles is made and erased again. CPU of the whole
request by Django's handler, without a server and a network; medians of rounds that take
turns, for other work on the machine counts else. No bodies are kept, but in the last
column.
"""

import os
import statistics
import time
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
os.environ.setdefault("THROTTLE_SCALE", "100000")
os.environ |= {
    "DEBUG": "false",
    "HTTPS": "false",
    "SECRET_KEY": "x" * 50,
    "REQUEST_LOG": "false",
}

import django

django.setup()

from django.test import Client
from django.utils import timezone

from animecollections.api.compression import ENCODINGS
from animecollections.api.response_cache import bodies
from collections_app.models import Anime, WatchListEntry
from profiles.accounts.services import start_session
from profiles.accounts.sessions import SessionStore
from profiles.models import User

URL = "/api/user/watchList"
ROUNDS, REQUESTS = 9, 20
SIZES = (20, 200, 1000)
WAYS = [
    (view, encoding) for view in ("", "?view=card") for encoding in ("", *ENCODINGS)
]


def main():
    print("| entries | view | encoding | bytes | CPU ms | kept, CPU ms |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        user = User.objects.create_user(
            user_name=f"b{uuid4().hex[:12]}", email=f"{uuid4()}@example.org"
        )
        try:
            fill(user, size)
            measure(user, size)
        finally:
            WatchListEntry.objects.filter(user=user).delete()
            user.delete()


def fill(user, size):
    titles = Anime.objects.order_by("id").values_list("id", flat=True)[: size * 3 : 3]
    WatchListEntry.objects.bulk_create(
        WatchListEntry(
            user=user,
            anime_id=id_,
            type="Completed",
            progress=id_ % 26,
            score=id_ % 100,
            added_at=timezone.now(),
            updated_at=timezone.now(),
            revision=id_ % 5000,
        )
        for id_ in titles
    )


def measure(user, size):
    client = signed_in(user)
    spent = {way: [] for way in WAYS}
    kept = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way in WAYS:
            spent[way].append(cpu(client, *way, forgetting=True))
            kept[way].append(cpu(client, *way, forgetting=False))
    for view, encoding in WAYS:
        length = len(ask(client, view, encoding).content)
        costs = [statistics.median(one[view, encoding]) for one in (spent, kept)]
        words = ("card" if view else "plain", encoding or "none")
        print(f"| {size} | {' | '.join(words)} | {length:,} |", end="")
        print("".join(f" {cost:.2f} |" for cost in costs))


def signed_in(user):
    session = SessionStore()
    start_session(session, user)
    client = Client()
    client.cookies["sessionid"] = session.session_key
    return client


def ask(client, view, encoding):
    response = client.get(URL + view, headers={"Accept-Encoding": encoding})
    assert response.status_code == 200, response.content
    return response


def cpu(client, view, encoding, *, forgetting):
    ask(client, view, encoding)
    began = time.process_time()
    for _ in range(REQUESTS):
        if forgetting:
            bodies.forget()
        ask(client, view, encoding)
    return (time.process_time() - began) / REQUESTS * 1000


if __name__ == "__main__":
    main()
