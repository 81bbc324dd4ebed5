"""The whole list, as clients load it first: the request that has to be quick.

Four things make it so (`make bench` measures them; docs/decisions tells what was
refused): its ETag is made of revisions, so that an unchanged list costs the sign-in
check alone; the statement is made once, for Django takes as long to make it as to write
60 entries; no title is joined, for what is shown of them is held (catalogue/held.py);
and rows come as text that goes into the answer as it is (entries.written).
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from animecollections.db.compiled import for_database
from collections_app.catalogue.title_cache import held
from collections_app.watch_list.entries import TEXTS, written

# In the order of filters.watch_list.DEFAULT_ORDERING: of the columns, so named, for
# without the table's name PostgreSQL would sort the texts.
STATEMENT = (
    f"SELECT {', '.join(TEXTS)} FROM collections_app_watchlistentry e "  # noqa: S608
    "WHERE user_id = %s ORDER BY e.added_at DESC, e.id DESC"
)


def is_whole(wanted: Mapping[str, object]) -> bool:
    """Whether a query asks for all entries, in full, or as cards."""
    return wanted.keys() <= {"view"} and wanted.get("view", "") in ("", "card")


def whole_list(user_id: UUID, *, view: str, catalogue: int) -> bytes:
    """A JSON array of all entries; titles are of this catalogue revision or newer."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, [for_database(user_id)])
        rows = cursor.fetchall()
    titles = held.of([row[1] for row in rows], catalogue)
    form, owner_id = (1 if view == "card" else 0), str(user_id)
    entries = [written(owner_id, titles[row[1]][form], *row) for row in rows]
    return b"[" + b",".join(entries) + b"]"
