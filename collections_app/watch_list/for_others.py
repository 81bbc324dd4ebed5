"""A watch list as others see it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.viewer import Viewer, visible_fields
from collections_app.catalogue.entry_facts import FACT_KEYS, FACTS, NULL_FACT_KEYS
from collections_app.watch_list.episode_ranges import Seen
from collections_app.watch_list.fields import COLUMNS_SEEN_BY, shown
from collections_app.watch_list.filters import ORDERINGS
from collections_app.watch_list.models import WatchListEntry

Json = dict[str, Any]
PER_PAGE = 100
# None that tells what others see only where it is named: cursors have its values.
ORDERINGS_FOR_OTHERS = {
    name: ORDERINGS[name]
    for name in ("title", "score", "rating", "year", "progress", "episodes")
}
FACT_COLUMNS = {
    key: f"anime__{fact}" for key, fact in zip(FACT_KEYS, FACTS, strict=False)
}


def entries_for(
    viewer: Viewer,
    user_id: UUID,
    named: Collection[str],
    wanted: Wanted,
    limit: int | None = PER_PAGE,
) -> tuple[list[Json], Json]:
    """A page of a user's list, or all of it, by one statement; and its meta."""
    names = visible_fields(COLUMNS_SEEN_BY, viewer, user_id, named)
    needed = {*names, "progress"}  # of which episodes are told
    rows = WatchListEntry.objects.of(user_id).visible_to(viewer)
    if types := wanted.get("type"):
        rows = rows.filter(type__in=types)
    found, meta = page(
        rows.values(*needed, *FACT_COLUMNS.values()),
        wanted,
        orderings=ORDERINGS_FOR_OTHERS,
        default="title",
        limit=limit,
        key="anime_id",
        of=(user_id, viewer.link),
    )
    return [to_json(row, names) for row in told(found, names, viewer)], meta


def told(
    rows: Iterable[Json], names: Collection[str], viewer: Viewer
) -> Iterator[Json]:
    """Without the notes that staff withhold."""
    are_withheld = "notes" in names and viewer.withholds_notes("notes")
    for row in rows:
        if are_withheld:
            row["notes"] = ""
        yield row


def notes_of_type(
    viewer: Viewer, user_id: UUID, type_: str, most: int
) -> list[tuple[str, str]]:
    """Titles and what is noted of each, of what is seen of a type."""
    rows = WatchListEntry.objects.of(user_id).visible_to(viewer).filter(type=type_)
    noted: Any = rows.exclude(notes="").order_by("anime__title", "id")
    return list(noted.values_list("anime__title", "notes")[:most])


def newest_for(
    viewer: Viewer, user_id: UUID, named: Collection[str], most: int
) -> list[Json]:
    """The last that were added, the newest first, by one statement. For who sees when
    that was: their order tells it.
    """
    names = visible_fields(COLUMNS_SEEN_BY, viewer, user_id, named)
    rows = WatchListEntry.objects.of(user_id).visible_to(viewer)
    read = rows.order_by("-added_at", "-anime_id")[:most]
    columns = {*names, "progress", *FACT_COLUMNS.values()}
    found: Any = read.values(*columns)
    return [to_json(row, names) for row in told(found, names, viewer)]


def counts_for(viewer: Viewer, user_id: UUID) -> dict[str, int]:
    """How many entries of each type are seen; of those that have any."""
    rows = WatchListEntry.objects.of(user_id).visible_to(viewer).order_by()
    return dict(rows.values_list("type").annotate(n=Count("*")))


def to_json(row: Json, names: Collection[str]) -> Json:
    values = {name: shown(name, row[name]) for name in names}
    values["anime_id"] = str(row["anime_id"])
    if kept := values.pop("episode_ranges", None):
        values["episode_ranges"] = Seen.read(row["progress"], kept).to_json()
    facts = {key: row[column] for key, column in FACT_COLUMNS.items()}
    return values | facts | {key: facts[key] or None for key in NULL_FACT_KEYS}
