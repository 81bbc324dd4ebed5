"""Writes to a user's search history: the newest searches, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from operator import itemgetter
from typing import TypedDict, cast
from uuid import UUID

import orjson

from animecollections.api.errors import ApiError
from animecollections.db.bulk import upsert
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from history.log.models import ChangeKind
from history.log.recording import recording
from history.searches.models import Search

KEPT = 200


class SearchRow(TypedDict):
    """A search by column."""

    id: UUID
    user_id: UUID
    key: str
    query: str
    type: str
    filters: dict[str, object]
    total_results: int | None
    searched_at: datetime


@dataclass(frozen=True, slots=True)
class NewSearch:
    query: str
    type: str
    filters: dict[str, object]
    total_results: int
    at: datetime | None  # None: now

    @property
    def key(self) -> str:
        """What makes two searches the same, whatever the order of their filters."""
        same = [self.query, self.type, self.filters]
        return sha256(orjson.dumps(same, option=orjson.OPT_SORT_KEYS)).hexdigest()


def save(*, user_id: UUID, searches: Sequence[NewSearch], through: Origin) -> None:
    """Keeps searches, and of all there are the newest 200.

    Six statements at most, however many searches: under the lock the (at most 200)
    rows that are there are read, and what to keep is decided in memory.
    """
    with recording(
        user_id=user_id, through=through, expected_kind=ChangeKind.SEARCHES
    ) as record:
        stored = {row["key"]: row for row in rows_of(user_id)}
        past = before_now(stored, record.at - timedelta(microseconds=len(searches)))
        after = past | merged(past, searches, user_id=user_id, now=record.at)
        kept = sorted(after.values(), key=by_age, reverse=True)[:KEPT]
        changed = [row for row in kept if row != stored.get(row["key"])]
        if not changed:
            return
        changed.sort(key=itemgetter("key"))
        upsert(Search, changed, unique=("user", "key"))
        dropped = stored.keys() - {row["key"] for row in kept}
        if dropped:
            Search.objects.of(user_id).filter(key__in=dropped).delete()
        gone = [stored[key]["id"] for key in dropped]
        record.change_searches([*gone, *(row["id"] for row in changed)])


def remove(*, user_id: UUID, search_id: UUID, through: Origin) -> None:
    with recording(
        user_id=user_id, through=through, expected_kind=ChangeKind.SEARCHES
    ) as record:
        removed, _ = Search.objects.of(user_id).filter(id=search_id).delete()
        if not removed:
            raise ApiError("search_not_found")
        record.change_searches([search_id])


def clear(*, user_id: UUID, through: Origin) -> None:
    with recording(
        user_id=user_id, through=through, expected_kind=ChangeKind.SEARCHES
    ) as record:
        removed, _ = Search.objects.of(user_id).delete()
        if removed:
            record.change_searches(None)


def rows_of(user_id: UUID) -> list[SearchRow]:
    rows = Search.objects.of(user_id).values()
    return [cast("SearchRow", dict(row)) for row in rows]


def before_now(stored: dict[str, SearchRow], now: datetime) -> dict[str, SearchRow]:
    """Searches of a moment when a clock was ahead, put before now in their order: the
    next one would come after all of them, and stand below.
    """
    ahead = sorted(
        (row for row in stored.values() if row["searched_at"] >= now),
        key=by_age,
        reverse=True,
    )
    return stored | {
        row["key"]: {**row, "searched_at": now - timedelta(microseconds=place)}
        for place, row in enumerate(ahead, 1)
    }


def merged(
    stored: dict[str, SearchRow],
    searches: Iterable[NewSearch],
    *,
    user_id: UUID,
    now: datetime,
) -> dict[str, SearchRow]:
    """The rows as they are after the searches, by key."""
    rows: dict[str, SearchRow] = {}
    searches = list(searches)
    for number, search in enumerate(searches):
        # Without times of their own, the order of an array is their order.
        latest = now - timedelta(microseconds=len(searches) - 1 - number)
        at = min(search.at or latest, latest)
        before = rows.get(search.key) or stored.get(search.key)
        if before and at < before["searched_at"]:
            continue  # an older one, arriving late, moves nothing down
        rows[search.key] = {
            "id": before["id"] if before else new_id(),
            "user_id": user_id,
            "key": search.key,
            "query": search.query,
            "type": search.type,
            "filters": search.filters,
            "total_results": search.total_results,
            "searched_at": at,
        }
    return rows


def by_age(row: SearchRow) -> tuple[datetime, UUID]:
    return row["searched_at"], row["id"]
