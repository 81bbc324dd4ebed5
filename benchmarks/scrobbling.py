"""Whether the episode that a player tells is found, and how soon the list moves.

    DATABASE_URL=… python -m benchmarks.scrobbling

Over the catalogue and the maps of seasons that are there (docs/catalogue.md). In
`scrobbles.tsv` are episodes and films as TVDB and TMDB count them, and what they are
by MyAnimeList's ids; without one it must wait. Then payloads of Jellyfin, each
next to an increment of the same list: the times of whole answers, in one process. Its
user is made, and erased again.
"""

import csv
import os
import statistics
import time
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.models import Anime
from collections_app.scrobbling.heard import Heard
from collections_app.scrobbling.models import Player
from collections_app.scrobbling.recognition import recognise
from factories import personal_token
from profiles.models import User

CASES = Path(__file__).with_name("scrobbles.tsv")
NOBODY = UUID(int=0)
WRITES = 40
JSON = "application/json"


def recognition() -> None:
    found: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    statements, times = [], []
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        heard = heard_of(row)
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            verdict = recognise(NOBODY, heard)
        times.append(1000 * (time.perf_counter() - start))
        statements.append(len(captured))
        kind = outcome(row, verdict.place)
        found[kind] += 1
        rules[verdict.matched_by or f"waits: {verdict.reason}"] += 1
        if kind in ("WRONG", "waits"):
            print(f"  {kind}: {row} -> {verdict.place}, {verdict.reason}")
    print(f"{len(rows)} told:", dict(found))
    print("  by:", {str(rule): number for rule, number in rules.most_common()})
    print(
        f"  statements: {statistics.median(statements):.0f}, at most {max(statements)};"
        f" ms: {statistics.median(times):.1f}, at most {max(times):.1f}"
    )


def heard_of(row: dict[str, str]) -> Heard:
    ids = dict(text.split(":") for text in row["ids"].split())
    return Heard(
        Player.JELLYFIN,
        "watched",
        "",
        series=row["series"],
        season=int(row["season"]) if row["season"] else None,
        episode=int(row["episode"]) if row["episode"] else None,
        year=int(row["year"]) if row["year"] else None,
        is_film=not row["episode"],
        ids=ids,
    )


def outcome(row: dict[str, str], place: tuple[int, int] | None) -> str:
    if not row["anime_id"]:
        return "left waiting, rightly" if place is None else "WRONG"
    if place is None:
        return "waits"
    is_title = place[0] == int(row["anime_id"])
    is_episode = row["anime_episode"] in ("", str(place[1]))
    return "right" if is_title and is_episode else "WRONG"


def writes() -> None:
    name = f"player{uuid4().hex[:8]}"
    user = User.objects.create_user(
        email=f"{name}@example.org", password=uuid4().hex, user_name=name
    )
    token = personal_token(user, "scrobble", "list:read", "list:write")
    http = Client(HTTP_AUTHORIZATION=f"Bearer {token}")
    long = Anime.objects.filter(episodes__gt=WRITES + 5, gone_since=None)[:1].get()
    increment = f"/api/user/watchList/{long.pk}/increment"
    scrobbles, increments = [], []
    try:
        body = {"animeId": long.pk, "type": "Watching"}
        assert http.post("/api/user/watchList", body, JSON).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            timed(http, "/api/scrobble", jellyfin(1))
        for number in range(2, WRITES + 2):
            scrobbles.append(timed(http, "/api/scrobble", jellyfin(number)))
            increments.append(timed(http, increment, {"by": 1}))
    finally:
        User.objects.filter(pk=user.pk).delete()
    told, plain = statistics.median(scrobbles), statistics.median(increments)
    print(
        f"a payload of Jellyfin: {told:.1f} ms, an increment {plain:.1f} ms: "
        f"{told / plain:.1f} times; {len(captured)} statements"
    )


def jellyfin(number: int) -> dict[str, object]:
    return {
        "NotificationType": "PlaybackStop",
        "ItemType": "Episode",
        "SeriesName": "One Piece",
        "Year": 1999,
        "SeasonNumber": 21,
        "EpisodeNumber": number,
        "PlayedToCompletion": True,
        "NotificationUsername": "alice",
    }


def timed(http: Client, address: str, body: object) -> float:
    start = time.perf_counter()
    response = http.post(address, body, JSON)
    assert response.status_code == 200, response.content
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    settings.ALLOWED_HOSTS.append("testserver")
    settings.THROTTLE_SCALE = 1000
    recognition()
    writes()
