"""How many lists have each title, as points of search."""

from collections import defaultdict
from collections.abc import Mapping

from animecollections.db.json_rows import among
from collections_app.catalogue.models import Anime
from collections_app.catalogue.search.prominence import renown
from collections_app.catalogue.writes import changing_catalogue

TOGETHER = 1000  # titles; the catalogue is locked for some milliseconds


def give_points(lists: Mapping[int, int]) -> str:
    """lists: by title, without those on which it is private. Reads the titles, and no
    entry.

    It takes revisions of the catalogue, for titles are ordered by it; but stamps no
    title, for nothing that is shown of one changes: devices are sent none again.
    """
    changed: dict[int, list[int]] = defaultdict(list)
    for anime_id, points in Anime.objects.order_by().values_list("id", "renown"):
        if (now := renown(max(0, lists.get(anime_id, 0)))) != points:
            changed[now].append(anime_id)
    for points, anime_ids in changed.items():
        for start in range(0, len(anime_ids), TOGETHER):
            some = among(anime_ids[start : start + TOGETHER])
            with changing_catalogue() as state:
                state.revision += 1
                Anime.objects.filter(id__in=some).update(renown=points)
    number = sum(map(len, changed.values()))
    listed = sum(1 for times in lists.values() if times > 0)
    return f"{number:,} titles with more or fewer points of {listed:,} on lists"
