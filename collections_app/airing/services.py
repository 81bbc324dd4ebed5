"""The one writer of airings and schedules: they follow from the facts of titles."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from animecollections.db.bulk import upsert
from animecollections.db.json_rows import among
from collections_app.airing.computing import Computed, compute
from collections_app.airing.models import Airing
from collections_app.airing.news import moved
from collections_app.airing.planning import Row, changed_rows, schedule_of
from collections_app.airing.reading import known_of, titles_with_airing
from collections_app.catalogue.airing import Kept
from collections_app.catalogue.writes import (
    changing_catalogue,
    keep_schedules,
    state_seen,
)
from collections_app.title_events import services as events
from collections_app.title_events.services import NewEvent

TOGETHER = 500  # titles; the catalogue is locked for some tenths of a second
MOST_ROWS = 50_000  # episodes at once
COLUMNS = (
    "anime_id", "number", "airs_at", "airs_on", "precision", "is_estimated",
    "sequence", "changed_at",
)  # fmt: skip


class Refreshed(NamedTuple):
    """How many titles have another schedule, how many rows of episodes were written."""

    titles: int = 0
    episodes: int = 0


def refresh_airings(
    anime_ids: Collection[int], now: datetime | None = None
) -> Refreshed:
    """Makes the stored airings of these titles what their facts say now.

    Call it once the facts are committed; again it changes nothing. Safe at once with
    itself and with imports, which wait for one another at the catalogue's row.
    """
    titles = episodes = 0
    ids = sorted(set(anime_ids))
    while ids:
        done, taken = refresh_some(ids[:TOGETHER], now or timezone.now())
        titles, episodes = titles + done.titles, episodes + done.episodes
        ids = ids[taken:]
    return Refreshed(titles, episodes)


def follow_staff(*, anime_ids: Collection[int], **_: object) -> None:
    """What staff say of times counts at once, as what an import says does."""
    refresh_airings(anime_ids)


def refresh_some(anime_ids: Sequence[int], now: datetime) -> tuple[Refreshed, int]:
    """Also how many of the titles were taken. Four statements, whatever their number,
    and no lock where nothing changes; under the lock all is planned again where others
    wrote meanwhile.
    """
    seen = state_seen()
    planned = plan(anime_ids, now)
    if not planned.rows and not planned.schedules:
        return Refreshed(), planned.taken
    with changing_catalogue() as state:
        if state.revision != seen.revision:
            planned = plan(anime_ids, now)
        rows, schedules, taken, news = planned
        events.note(news)
        if rows or schedules:
            state.revision += 1  # calendars show rows that no schedule tells of
            upsert(Airing, rows, unique=("anime_id", "number"))
            keep_schedules(schedules, revision=state.revision)
    return Refreshed(len(schedules), len(rows)), taken


def stored_rows(anime_ids: Iterable[int]) -> dict[int, dict[int, Row]]:
    """By title and number."""
    found: dict[int, dict[int, Row]] = {}
    rows = Airing.objects.filter(anime_id__in=among(anime_ids)).order_by()
    for row in rows.values(*COLUMNS):
        found.setdefault(row["anime_id"], {})[row["number"]] = row
    return found


class Plan(NamedTuple):
    """The rows to write, in the order of their key, and the schedules that change;
    `taken`: for how many of the titles, from the first on; `news`: of dates that moved.
    """

    rows: list[Row]
    schedules: dict[int, Kept | None]
    taken: int
    news: list[NewEvent]


def plan(anime_ids: Sequence[int], now: datetime) -> Plan:
    """As many titles as have MOST_ROWS episodes: memory does not grow with theirs."""
    known, kept = known_of(anime_ids)
    computed: dict[int, Computed] = {}
    size = taken = 0
    for anime_id in anime_ids:
        if size >= MOST_ROWS:
            break
        taken += 1
        if anime_id in known:
            computed[anime_id] = compute(known[anime_id], now)
            size += len(computed[anime_id].episodes)
    stored = stored_rows(computed)
    rows: list[Row] = []
    schedules: dict[int, Kept | None] = {}
    for anime_id, found in computed.items():
        rows += changed_rows(anime_id, found, stored.get(anime_id, {}), now)
        schedule = schedule_of(found)
        if (keep := schedule and schedule.to_keep()) != kept[anime_id]:
            schedules[anime_id] = keep
    return Plan(rows, schedules, taken, list(moved(rows, stored, now)))


def refresh_all() -> str:
    """The periodic job: what goes on with no known end is computed further, and a title
    that ended, or of which the catalogue learned the total, is told so.
    """
    done = refresh_airings(titles_with_airing())
    return f"{done.episodes:,} episodes of {done.titles:,} titles have another time"
