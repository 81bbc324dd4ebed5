"""A list as a file of some format, and what that format cannot say of it."""

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from django.utils import timezone

from animecollections.db.json_rows import among
from animecollections.identity import Account
from collections_app import transfer
from collections_app.catalogue.models import Anime
from collections_app.imports.recognition import recognise
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.own_lists.reads import list_named, titles_on
from collections_app.own_lists.values import LIST_COLUMNS, Row
from collections_app.transfer import own_lists
from collections_app.transfer.records import Kept, Owner, Record
from collections_app.transfer.round_trip import (
    AT_ONCE,
    KEPT_ROW,
    TITLE,
    as_told,
    kept_of,
    read_back,
    stated,
)
from collections_app.watch_list.fields import LOGGED_FIELDS, NEW_ENTRY, shown
from collections_app.watch_list.models import EntryQuerySet, WatchListEntry
from collections_app.watch_list.smart_lists import in_time, titles_found
from collections_app.watch_list.viewings import all_of
from history.watched.services import diaries_of

MOST_EXAMPLES = 5
# Whose ids each format names titles by; the others have our own besides.
SITES: dict[str, Set[str]] = {"mal": {"mal"}, "anilist": {"anilist", "mal"}}


@dataclass(frozen=True, slots=True)
class Part:
    """What of a list is exported: all of it, where nothing is said.

    types:   entries of these types; none for all.
    list_id: what is on this list of one's own. Then the file names no other list.
    ids:     the titles that are on it, listed or not.
    """

    types: frozenset[str] = frozenset()
    list_id: UUID | None = None
    ids: frozenset[int] = frozenset()

    def entries(self, user_id: UUID) -> EntryQuerySet:
        entries = WatchListEntry.objects.of(user_id)
        if self.types:
            entries = entries.filter(type__in=sorted(self.types))
        if self.list_id:
            entries = entries.filter(anime_id__in=among(self.ids))
        return entries

    def unlisted(self, ids: Set[int]) -> Set[int]:
        """Of titles without an entry; they have no type."""
        if self.types:
            return frozenset()
        return ids & self.ids if self.list_id else ids


WHOLE = Part()


def part_of(account: Account, types: Collection[str] = (), list_name: str = "") -> Part:
    """404 for a list that is not there; 400 for rules that take too long.

    list_name: a list's id or key; of a smart list what its rules find now.
    """
    if not list_name:
        return Part(frozenset(types))
    list_ = list_named(account.id, list_name)
    ids: Any = titles_on(account.id, list_["id"]).values_list("anime_id", flat=True)
    if rules := list_["rules"]:
        ids = titles_found(
            rules,
            account.id,
            zone=account.timezone,
            hides_mature=account.hides_mature,
        ).values_list("pk", flat=True)
    with in_time(rules):
        ids = frozenset(ids.order_by())
    return Part(frozenset(types), list_["id"], ids)


def entries_of(user_id: UUID, part: Part = WHOLE) -> Iterator[Kept]:
    """The list by five statements: the diary, the viewings, the lists of one's
    own and what is on them, and the entries, some at a time, by anime.
    """
    diaries, viewings = diaries_of(user_id), viewings_of(user_id)
    places = places_of(user_id, part)
    rows = part.entries(user_id).order_by("anime_id").values(*KEPT_ROW)
    for row in rows.iterator(AT_ONCE):
        id_ = row["anime_id"]
        yield kept_of(row, diaries.get(id_), viewings.get(id_, ()), places.get(id_, ()))


def unlisted_of(user_id: UUID, part: Part = WHOLE) -> list[Kept]:
    """Titles that are not on the watch list, and were watched or are on a list of one's
    own; six statements.
    """
    listed = set(
        WatchListEntry.objects.of(user_id).order_by().values_list("anime_id", flat=True)
    )
    diaries, viewings = diaries_of(user_id), viewings_of(user_id)
    places = places_of(user_id, part)
    ids = part.unlisted((diaries.keys() | viewings.keys() | places.keys()) - listed)
    titles = Anime.objects.filter(id__in=among(ids)).order_by("id")
    return [
        kept_of(
            {"anime_id": row["id"]} | {f"anime__{name}": row[name] for name in TITLE},
            diaries.get(row["id"]),
            viewings.get(row["id"], ()),
            places.get(row["id"], ()),
        )
        for row in titles.values("id", *TITLE)
    ]


def viewings_of(user_id: UUID) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in all_of(user_id):
        found.setdefault(row["anime_id"], []).append(row)
    return found


def lists_of(user_id: UUID, part: Part = WHOLE) -> list[Row]:
    rows: Any = OwnList.objects.of(user_id).order_by("id")
    if part.list_id:
        rows = rows.filter(pk=part.list_id)
    return list(rows.values(*LIST_COLUMNS))


def places_of(user_id: UUID, part: Part = WHOLE) -> dict[int, list[Row]]:
    """Of each title where it stands on lists of one's own."""
    names = {row["id"]: row["name"] for row in lists_of(user_id, part)}
    found: dict[int, list[Row]] = {}
    items = ListItem.objects.of(user_id).order_by("list_id", "rank", "id")
    if part.list_id:
        items = items.on(part.list_id)
    for row in items.values("list_id", "anime_id", "rank", "notes"):
        place = {"name": names.get(row["list_id"], "")} | row
        found.setdefault(row["anime_id"], []).append(place)
    return found


def owner_of(
    user_id: UUID, *, name: str, score_format: str, part: Part = WHOLE
) -> Owner:
    """What a file says of the list as a whole.

    score_format: the scale wished for, where a format has several; a finer one is taken
    where a score does not fit it.
    """
    entries = part.entries(user_id)
    scores = entries.order_by().values_list("score", flat=True).distinct()
    return Owner(
        name=name,
        exported_at=timezone.now(),
        counts=entries.counts(),
        score_format=score_format,
        scores=frozenset(score for score in scores if score is not None),
        unlisted=partial(unlisted_of, user_id, part),
        lists=partial(lists_of, user_id, part),
    )


def write_list(
    user_id: UUID, format: str, owner: Owner, part: Part = WHOLE
) -> IO[bytes]:
    """The list as an open temporary file without a name: it ends with its reader.

    Written whole before anything is sent, so that a slow reader holds no connection;
    memory holds some entries, whatever their number.
    """
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115  (its reader closes it)
    try:
        entries = entries_of(user_id, part)
        file.writelines(transfer.write(format, entries, owner=owner))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


@dataclass(slots=True)
class Losses:
    """What a file of a format would not say of a list.

    fields: {field: entries that lose something in it}, with some examples of each.
    unnamed: entries whose title has no id there, so that only its name tells it.
    ambiguous: entries that this service would not recognise again: their ids there are
        of several titles, or they have none, and the name and the facts do not tell.
        Imported here, they wait for somebody to choose.
    unreadable: entries that the format has no way to say.
    lists: lists of one's own that would not come back: all of them; but of our own
        JSON those without titles, of AniList's those without entries, and of both all
        but one of the same name.
    """

    entries: int = 0
    unnamed: int = 0
    ambiguous: int = 0
    unreadable: int = 0
    lists: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def compare(self, entry: Kept, record: Record, format: str) -> None:
        there = NEW_ENTRY | stated(record, format, {})
        there["extra"] = {
            name: {key: there["extra"].get(name, {}).get(key) for key in fields}
            for name, fields in entry.values["extra"].items()
        }  # what is only there is no loss
        for name in LOGGED_FIELDS:
            if there[name] != entry.values[name]:
                shown_there = shown(name, there[name])
                self.add(entry, name, shown(name, entry.values[name]), shown_there)
        if same_second(record.added_at) != same_second(entry.added_at):
            self.add(entry, "added_at", entry.added_at, record.added_at)

    def add(self, entry: Kept, name: str, here: object, there: object) -> None:
        self.fields[name] = self.fields.get(name, 0) + 1
        examples = self.examples.setdefault(name, [])
        if len(examples) < MOST_EXAMPLES:
            title = {"anime_id": str(entry.anime_id), "title": entry.title}
            examples.append(title | {"here": here, "there": there})


def same_second(time: datetime | None) -> datetime | None:
    return time and time.replace(microsecond=0)


def fidelity(user_id: UUID, format: str, owner: Owner, part: Part = WHOLE) -> Losses:
    """What an export to this format would lose, told by writing it and reading it."""
    losses, lists = Losses(), list(owner.lists())
    come_back = own_lists.names_with_titles(lists) if format == "json" else set()
    entries = entries_of(user_id, part)
    while some := list(islice(entries, AT_ONCE)):
        told = as_told(format, some, owner)
        unnamed = [entry for entry in some if is_unnamed(entry, format)]
        losses.entries += len(some)
        losses.unnamed += len(unnamed)
        losses.ambiguous += not_recognised(format, some, owner)
        for entry in some:
            if (record := told.get(entry.anime_id)) is None:
                losses.unreadable += 1
            else:
                losses.compare(entry, record, format)
        if format == "anilist":
            come_back |= own_lists.names_of(some)
    losses.lists = len(lists) - len(come_back)
    return losses


def is_unnamed(entry: Kept, format: str) -> bool:
    return format in SITES and SITES[format].isdisjoint(entry.ids)


def not_recognised(format: str, entries: Sequence[Kept], owner: Owner) -> int:
    """How many of the entries an import of their file would not find again."""
    rows = read_back(format, entries, owner)
    records = [row for row in rows if isinstance(row, Record)]
    found = {one.anime_id for one in recognise(records)}
    return sum(entry.anime_id not in found for entry in entries)
