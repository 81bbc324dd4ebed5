"""What people call titles in short: the list that comes along, and what editors say.

An abbreviation becomes a search name of its title, and of each title whose name begins
with one of that title's ("jjk season 2"); so names are derived again where it changes.
"""

from collections.abc import Collection, Iterable

from animecollections.db.json_rows import among
from animecollections.identity import Origin
from collections_app.catalogue.abbreviations import ABBREVIATIONS
from collections_app.catalogue.facts import NAMES
from collections_app.catalogue.lookup import resolve
from collections_app.catalogue.models import Abbreviation, Anime, SearchName
from collections_app.catalogue.refs import AnimeRef
from collections_app.catalogue.search.search_names import fold_name, starts
from collections_app.catalogue.seasons import with_marks
from collections_app.catalogue.writes import (
    abbreviations,
    changing_catalogue,
    derive_names,
)
from history.staff_log import services as audit

LONGEST_KEY = 100


def key_of(text: str) -> str:
    """The form in which search compares it."""
    return with_marks(fold_name(text))[:LONGEST_KEY].strip()


def set_abbreviation(
    *, text: str, anime_id: int | None, reason: str, through: Origin
) -> Abbreviation:
    """Says which title is meant by it; with None, that none is. Its row stays even so:
    one that comes with the product would come again.
    """
    with changing_catalogue() as state:
        row = Abbreviation.objects.filter(key=key_of(text)).first()
        row = row or Abbreviation(key=key_of(text))
        before = {"abbreviation": row.text, "anime_id": row.anime_id}
        after = {"abbreviation": text, "anime_id": anime_id}
        if before == after and row.pk:
            return row
        audit.note(
            action="edit_abbreviation",
            through=through,
            reason=reason,
            anime_id=anime_id or row.anime_id,
            before=before,
            after=after,
        )
        changed = {id_ for id_ in (row.anime_id, anime_id) if id_}
        row.text, row.anime_id = text, anime_id
        row.save()
        state.revision += 1
        derive_names_around(changed, {row.key})
        return row


def move(from_id: int, to_id: int) -> None:
    """Those of a title that goes, to the one that stays. In `changing_catalogue`."""
    if Abbreviation.objects.filter(anime_id=from_id).update(anime_id=to_id):
        derive_names_around({from_id, to_id}, set())


def add_shipped(*, takes_revision: bool = True) -> int:
    """Adds those of the list that comes along whose titles are there and that nobody
    has said anything of; how many.

    takes_revision: not at the end of an import that brought titles, and took its own.
    """
    missing = missing_of_list()
    if not missing:
        return 0
    with changing_catalogue() as state:
        missing = missing_of_list()
        Abbreviation.objects.bulk_create(missing, ignore_conflicts=True)
        state.revision += takes_revision
        derive_names_around({row.anime_id for row in missing if row.anime_id}, set())
    return len(missing)


def missing_of_list() -> list[Abbreviation]:
    known = set(Abbreviation.objects.values_list("key", flat=True))
    wanted = {
        key: (text, AnimeRef("mal", str(mal_id)))
        for mal_id, texts in ABBREVIATIONS.items()
        for text in texts
        if (key := key_of(text)) not in known
    }
    if not wanted:
        return []
    ids = resolve({ref for _, ref in wanted.values()})
    return [
        Abbreviation(key=key, text=text, anime_id=ids[ref])
        for key, (text, ref) in wanted.items()
        if ref in ids
    ]


def derive_names_around(anime_ids: Collection[int], keys: Collection[str]) -> None:
    """Derives the names of these titles again, and of those whose names begin with one
    of theirs, or with one of these abbreviations. It looks at every name (0.2 s).
    """
    begins = {*keys}
    begins |= {
        name
        for name, titles in abbreviations().items()
        if not titles.keys().isdisjoint(anime_ids)
    }
    around = {*anime_ids, *named_after(begins)}
    rows = Anime.objects.filter(id__in=among(around)).values("id", *NAMES)
    derive_names({row["id"]: row for row in rows.order_by()})


def named_after(begins: Collection[str]) -> Iterable[int]:
    names = SearchName.objects.order_by().values_list("name", "anime_id")
    return {
        anime_id
        for name, anime_id in names.iterator(chunk_size=5000)
        if any(start in begins for start in starts(name))
    }
