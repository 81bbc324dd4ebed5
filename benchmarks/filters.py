"""What the dearest queries cost that parameters allow.

    DATABASE_URL=… python -m benchmarks.filters

Over the catalogue that is there (docs/catalogue.md tells how to import a whole one),
and a list of 5,000 of its titles, which is made for this and taken away again. In this
process, through the views; the best of five, as other work on the machine counts else.
"""

import os
import time
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
os.environ["THROTTLE_SCALE"] = "1000000"
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["LOG_LEVEL"] = "ERROR"
os.environ["LIST_CACHE_MB"] = "0"

import django

django.setup()

from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from collections_app.models import Anime, WatchListEntry
from profiles.accounts.services import start_session
from profiles.models import User

TRIES, ENTRIES = 5, 5000
GENRES = ["action", "comedy", "drama", "adventure", "fantasy", "romance", "school"]
STUDIOS = ["madhouse", "sunrise", "bones", "shaft", "gonzo", "mappa", "olm", "xebec"]


def several(name, values, number):
    return "&".join(f"{name}={value}" for value in values[:number])


ORDER = "ordering=title,year,episodes,rating&limit=500"
WORDS = "no shi wa de to ka mi ni ra ta"
CATALOGUE = {
    "nothing": "",
    "1 genre": several("genre", GENRES, 1),
    "1 genre, 20 times": several("genre", GENRES[:1] * 20, 20),
    "5 genres": several("genre", GENRES, 5),
    "5 genres, 5 studios": several("genre", GENRES, 5)
    + "&"
    + several("studio", STUDIOS, 5),
    "5 genres excluded": several("exclude_genre", GENRES, 5),
    "5 genres, a search": several("genre", GENRES, 5) + "&search=no",
    "all of it in order, 500": ORDER,
    "500 ids": "ids=" + ",".join(f"mal:{number}" for number in range(1, 501)),
}
LIST = {
    "5 genres, 5 studios": CATALOGUE["5 genres, 5 studios"],
    "5 tags, 5 excluded": several("tag", "abcde", 5)
    + "&"
    + several("exclude_tag", "vwxyz", 5),
    "10 words": f"search={WORDS}",
    "10 words, all else": f"search={WORDS}&{CATALOGUE['5 genres excluded']}&tag=a"
    f"&year_min=1950&view=card&{ORDER}",
    "in order, 500": ORDER,
}


def make_list():
    user = User.objects.create_user("filters@example.org", "filters", "Right-Horse-7")
    now = timezone.now()
    ids = Anime.objects.order_by("id").values_list("id", flat=True)[:ENTRIES]
    WatchListEntry.objects.bulk_create(
        WatchListEntry(
            user=user,
            anime_id=anime_id,
            type="Watching",
            state="active",
            tags=["a", "b"],
            added_at=now,
            updated_at=now,
            revision=revision,
        )
        for revision, anime_id in enumerate(ids, 1)
    )
    return user


def signed_in(user):
    client = APIClient()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    start_session(session, user)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def measure(client, path, cases):
    for name, query in cases.items():
        times = []
        for _ in range(TRIES):
            began = time.perf_counter()
            response = client.get(f"{path}?{query}")
            times.append(time.perf_counter() - began)
        print(f"| {name} | {response.status_code} | {min(times) * 1000:.0f} ms |")


def main():
    measure(APIClient(), "/api/animes", CATALOGUE)
    user = make_list()
    try:
        measure(signed_in(user), "/api/user/watchList", LIST)
    finally:
        WatchListEntry.objects.filter(user=user).delete()
        user.delete()


if __name__ == "__main__":
    main()
