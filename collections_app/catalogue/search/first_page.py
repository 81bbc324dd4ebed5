"""The first page of a search that nothing else narrows: what clients ask for with every
key that is pressed.

It is the same query set as of any other search, but its SQL is made once for each shape
of text: in making it Django spends several times what the database needs to answer.
"""

from functools import lru_cache
from typing import Any
from uuid import UUID

from animecollections.api.paging import (
    Term,
    fingerprint,
    one_more,
    with_cursor,
)
from animecollections.api.parameters import Wanted
from animecollections.db.compiled import Compiled
from collections_app.catalogue.models import Anime
from collections_app.catalogue.search.queries import (
    Find,
    Kind,
    Sought,
    across,
    resembling,
    search,
    slipped,
    vaguely_resembling,
)

ORDINARY = {"search", "limit", "include", "fields"}
BEST_FIRST = [
    Term("relevance", descending=False, is_nullable=True),
    Term("pk", descending=False, is_nullable=False),
]
NOBODY = UUID(int=0)
# `of_year` is of one year.
LASTING = (search, across, resembling, vaguely_resembling, slipped)


def is_asked_for(wanted: Wanted) -> bool:
    return wanted.keys() <= ORDINARY


def read(
    find: Find,
    sought: Sought,
    *,
    columns: tuple[str, ...],
    user_id: UUID | None,
    hides_mature: bool,
    wanted: Wanted,
    limit: int,
) -> tuple[list[Any], dict[str, Any]]:
    """Rows of the columns and their meta, as paging.page gives them.

    user_id: whose `entry` is joined, where the columns have any of it.
    """
    size = wanted.get("limit", limit)
    make = made_once if find in LASTING else made
    statement = make(
        find, sought.kinds, columns, user_id is not None, hides_mature, size
    )
    *texts, words, _, query = sought
    rows = statement.fetch(user_id or NOBODY, *texts, query, *words)
    shape = fingerprint(Anime, BEST_FIRST, wanted)
    return with_cursor(rows, BEST_FIRST, size, shape)


def made(
    find: Find,
    kinds: tuple[Kind, ...],
    columns: tuple[str, ...],
    has_user: bool,
    hides_mature: bool,
    size: int,
) -> Compiled:
    """The statement for all texts with so many words of these kinds."""

    def rows(
        user_id: UUID, folded: str, joined: str, spelled: str, query: str, *words: str
    ) -> Any:
        animes = Anime.objects.shown(hides_mature=hides_mature).listed()
        if has_user:
            animes = animes.with_entry_of(user_id)
        found = find(animes, Sought(folded, joined, spelled, words, kinds, query))
        return one_more(found.values_list(*columns), BEST_FIRST, size)

    return Compiled(rows, UUID, *[str] * (4 + len(kinds)))


made_once = lru_cache(maxsize=256)(made)  # some 10 KB each
