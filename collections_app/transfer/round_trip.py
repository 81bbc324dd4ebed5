"""What makes a round trip: an entry as writers take it, and as its file tells it again.

No database: rows come as values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collections_app import transfer
from collections_app.catalogue.refs import NUMBERED_SITES
from collections_app.watch_list.fields import LOGGED_FIELDS, STORED_COLUMNS

from .records import Kept, Owner, Record, Row

# What a file may say of the title besides.
TITLE = (
    "title", "english_title", "native_title", "mal_id", "external_ids", "format",
    "episodes", "year",
)  # fmt: skip
KEPT_ROW = (*STORED_COLUMNS, *(f"anime__{name}" for name in TITLE))
AT_ONCE = 2_000  # entries held in memory


def kept_of(
    row: Mapping[str, Any],
    watched: Mapping[str, int] | None = None,
    viewings: Sequence[Mapping[str, Any]] = (),
    lists: Sequence[Mapping[str, Any]] = (),
) -> Kept:
    """An entry as writers take it, from a row of KEPT_ROW, its days of the diary, its
    viewings and its places on lists of one's own. One that is not on the watch list has
    no values.
    """
    title = {name: row[f"anime__{name}"] for name in TITLE}
    names = [title["english_title"], title["native_title"]]
    ids = {"mal": str(title["mal_id"])} if title["mal_id"] else {}
    return Kept(
        values={name: row[name] for name in LOGGED_FIELDS if name in row},
        anime_id=row["anime_id"],
        title=title["title"],
        ids=ids | title["external_ids"],
        names=[name for name in names if name and name != title["title"]],
        format=title["format"],
        episodes=title["episodes"],
        year=title["year"],
        added_at=row.get("added_at"),
        updated_at=row.get("updated_at"),
        watched=watched or {},
        viewings=viewings,
        lists=lists,
    )


def as_told(
    format: str,
    entries: Sequence[Kept],
    owner: Owner,
) -> dict[int, Record]:
    """What a file of this format says of each entry, by anime.

    Written and read back, so that the truth about a format stands in one place. All
    sites' ids become our own for it, for not every title has one everywhere.
    """
    told = {}
    for start in range(0, len(entries), AT_ONCE):
        some = list(map(with_own_ids, entries[start : start + AT_ONCE]))
        for row in read_back(format, some, owner):
            if isinstance(row, Record) and row.ids:
                told[int(next(iter(row.ids.values())))] = row
    return told


def read_back(format: str, entries: Sequence[Kept], owner: Owner) -> list[Row]:
    """The rows of their file; where that is too large to be read, of its halves."""
    try:
        data = b"".join(transfer.write(format, entries, owner=owner))
        return transfer.read(data, format=format).rows if entries else []
    except transfer.UnsupportedFileError:
        if len(entries) <= 1:
            return []
    middle = len(entries) // 2
    return [
        *read_back(format, entries[:middle], owner),
        *read_back(format, entries[middle:], owner),
    ]


def with_own_ids(entry: Kept) -> Kept:
    return replace(entry, ids=dict.fromkeys(NUMBERED_SITES, str(entry.anime_id)))


def stated(record: Record, format: str, entry: Mapping[str, Any]) -> dict[str, object]:
    """The columns that a row states. A tracker's fields lie next to other trackers'."""
    values = dict(record.values)
    if "type" in values:
        values.setdefault("state", "active")
    if record.extra:
        values["extra"] = {**entry.get("extra", {}), format: record.extra}
    return values
