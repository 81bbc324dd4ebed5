"""How many lists have each title, as points of search; the worker counts once a day."""

from collections import defaultdict

from django.db.models import Count

from animecollections.db.json_rows import among
from animecollections.db.replica import from_replica
from collections_app.catalogue.models import Anime
from collections_app.catalogue.search.prominence import renown
from collections_app.catalogue.writes import changing_catalogue
from collections_app.watch_list.models import WatchListEntry

TOGETHER = 1000  # titles; the catalogue is locked for some milliseconds


def lists_by_title() -> dict[int, int]:
    entries = WatchListEntry.objects.across_users().filter(is_private=False).order_by()
    return dict(entries.values_list("anime_id").annotate(lists=Count("pk")))


def count_lists() -> str:
    """Reads all entries once. What is private on a list does not count.

    It takes revisions of the catalogue, for titles are ordered by it; but stamps no
    title, for nothing that is shown of one changes: devices are sent none again.
    """
    lists = from_replica(lists_by_title)
    changed: dict[int, list[int]] = defaultdict(list)
    for anime_id, points in Anime.objects.order_by("id").values_list("id", "renown"):
        if (now := renown(lists.get(anime_id, 0))) != points:
            changed[now].append(anime_id)
    for points, anime_ids in changed.items():
        for start in range(0, len(anime_ids), TOGETHER):
            some = among(anime_ids[start : start + TOGETHER])
            with changing_catalogue() as state:
                state.revision += 1
                Anime.objects.filter(id__in=some).update(renown=points)
    number = sum(map(len, changed.values()))
    return f"{number:,} titles with more or fewer points of {len(lists):,} on lists"
