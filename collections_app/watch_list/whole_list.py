"""The whole list, as clients load it first: the request that has to be quick.

Four things make it so (`make bench` measures them; docs/decisions tells what was
refused): its ETag is made of revisions, so that an unchanged list costs the sign-in
check alone; the statement is made once, for Django takes as long to make it as to write
60 entries; no title is joined, for what is shown of them is held
(catalogue/title_cache.py); and rows come as text that goes into the answer as it is
(entries.written).
"""

from typing import Any
from uuid import UUID

from django.conf import settings

from animecollections.api.parameters import Wanted
from animecollections.db.compiled import for_database
from animecollections.db.hot import fetch
from animecollections.db.replica import guarded
from animecollections.identity import Revisions
from collections_app.catalogue.airing import first_change, this_minute
from collections_app.catalogue.title_cache import held
from collections_app.watch_list.entries import TEXTS, written

# In the order of filters.watch_list.DEFAULT_ORDERING: of the columns, so named, for
# without the table's name PostgreSQL would sort the texts.
STATEMENT = (
    f"SELECT {', '.join(TEXTS)} FROM collections_app_watchlistentry e "  # noqa: S608
    "WHERE user_id = %s ORDER BY e.added_at DESC, e.id DESC"
)


# On the replica: no row where it is behind the list that the sign-in check saw.
GUARDED = STATEMENT.replace(
    " ORDER BY",
    " AND EXISTS (SELECT 1 FROM history_userstate s WHERE s.user_id = e.user_id"
    " AND s.epoch = %s AND s.list_revision >= %s) ORDER BY",
)


def is_whole(wanted: Wanted) -> bool:
    """Whether a query asks for all entries, in full, or as cards."""
    return wanted.keys() <= {"view"} and wanted.get("view", "") in ("", "card")


def whole_list(user_id: UUID, *, view: str, at: Revisions) -> tuple[bytes, int]:
    """A JSON array of all entries; they and their titles are as of there, or newer. And
    the minute at which one of the titles airs next, 0 where none does.
    """
    rows = rows_of(user_id, at)
    titles = held.of([row[1] for row in rows], at.catalogue)
    form, owner_id = (1 if view == "card" else 0), str(user_id)
    minute = this_minute()
    airing = [titles[row[1]].airing(minute) for row in rows]
    entries = [
        written(owner_id, titles[row[1]][form], now, *row)
        for row, now in zip(rows, airing, strict=True)
    ]
    until = first_change(now.until for now in airing)
    return b"[" + b",".join(entries) + b"]", until


def rows_of(user_id: UUID, at: Revisions) -> list[Any]:
    if settings.LISTS_FROM_REPLICA:
        asked = [for_database(user_id), at.epoch, at.parts["list"]]
        if rows := guarded(GUARDED, asked):
            return rows
    return fetch(STATEMENT, [for_database(user_id)])
