"""What the catalogue answers; each read loads all that it shows at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from animecollections.api.errors import ApiError
from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.api.shuffling import with_random
from animecollections.api.sparse_fields import chosen_fields, only
from animecollections.db.compiled import Compiled
from animecollections.identity import Account, Asker
from collections_app.catalogue.airing import this_minute
from collections_app.catalogue.filters import (
    BY_RELEVANCE,
    ORDERINGS,
    PER_PAGE,
    asked_ids,
    narrow,
)
from collections_app.catalogue.lookup import claims_of, matching, pick, resolve
from collections_app.catalogue.models import (
    Anime,
    AnimeQuerySet,
    CatalogueState,
    Genre,
    Studio,
)
from collections_app.catalogue.refs import AnimeRef
from collections_app.catalogue.search import first_page
from collections_app.catalogue.search.queries import Find, Sought, ways
from collections_app.catalogue.title_orders import with_names
from collections_app.catalogue.titles import (
    COLUMNS,
    ENTRY_COLUMNS,
    KEYS,
    SCHEDULE_KEYS,
    entry_to_json,
    schedule_to_json,
    to_json,
    to_related,
)

Json = dict[str, Any]
Found = tuple[list[Any], Json]


REVISION = Compiled(lambda: CatalogueState.objects.filter(id=1).values_list("revision"))


def revision_for(user: Asker) -> int:
    """The catalogue's; of a signed-in user the sign-in check has read it."""
    if isinstance(user, Account):
        return user.revisions.catalogue
    rows = REVISION.fetch()
    return int(rows[0][0]) if rows else 0


def browse(user: Asker, wanted: Wanted, revision: int) -> Found:
    """The titles that a query asks for, and the answer's meta.

    One statement; up to three with `ids`; a few more for a search that found nothing
    as it was typed.
    """
    shape = Shape.of(user, wanted)
    fields = chosen_fields(wanted, shape.keys)
    data, meta = find(user, wanted, shape, revision)
    return only(fields, data), meta


def find(user: Asker, wanted: Wanted, shape: "Shape", revision: int) -> Found:
    text = wanted.get("search", "").strip()
    if text and first_page.is_asked_for(wanted):
        return by_first_page(user, text, wanted, shape, revision)
    animes = shape.joined(Anime.objects.shown(hides_mature=user.hides_mature))
    animes = with_names(with_random(narrow(animes, user, wanted), wanted, "pk"))
    if "ids" in wanted:  # of no ids, no titles
        return by_ids(animes, asked_ids(wanted), shape)
    if wanted.get("on_list") != "true":  # a list keeps what has gone
        animes = animes.listed()
    if text:
        return by_search(animes, text, wanted, shape, revision)
    rows, meta = page(
        animes.with_popularity().values_list(*shape.columns),
        wanted,
        orderings=ORDERINGS,
        default="-rating",
        limit=PER_PAGE,
    )
    return [shape.to_json(row) for row in rows], meta


@dataclass(frozen=True)
class Shape:
    """How titles are shown: with or without when they air (at `minute`), and what the
    user keeps of them.
    """

    account: Account | None
    has_schedule: bool
    has_entry: bool
    minute: int

    @classmethod
    def of(cls, user: Asker, wanted: Wanted) -> "Shape":
        account = user if isinstance(user, Account) else None
        include = wanted.get("include", ())
        return cls(account, "schedule" in include, "entry" in include, this_minute())

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the entry stand last."""
        schedule = ("schedule",) if self.has_schedule else ()
        has_rows = self.has_entry and self.account
        entry = [f"entry__{column}" for column in ENTRY_COLUMNS] if has_rows else []
        return (*COLUMNS, *schedule, *entry)

    @property
    def keys(self) -> tuple[str, ...]:
        schedule = SCHEDULE_KEYS if self.has_schedule else ()
        return (*KEYS, *schedule, *(["entry"] if self.has_entry else []))

    def joined(self, animes: AnimeQuerySet) -> AnimeQuerySet:
        return animes.with_entry_of(self.account.id) if self.account else animes

    def to_json(self, row: Sequence[Any]) -> Json:
        shown = to_json(row)
        if self.has_schedule:
            kept, status = row[len(COLUMNS)], shown["airing_status"]
            shown |= schedule_to_json(status, shown["episodes"], kept, self.minute)
        if self.has_entry:
            values = row[-len(ENTRY_COLUMNS) :]
            shown["entry"] = entry_to_json(values) if self.account else None
        return shown


def by_ids(
    animes: AnimeQuerySet, refs: list[AnimeRef], shape: Shape
) -> tuple[list[Json], Json]:
    """These titles in this order; `missing` are the ids that mean none, or two."""
    ids = resolve(refs)
    rows = animes.filter(id__in=set(ids.values())).values_list(*shape.columns)
    by_id = {row[0]: row for row in rows.order_by()}
    found = {ref: by_id[id_] for ref, id_ in ids.items() if id_ in by_id}
    ordered = {found[ref][0]: found[ref] for ref in refs if ref in found}
    missing = [str(ref) for ref in refs if ref not in found]
    return [shape.to_json(row) for row in ordered.values()], {"missing": missing}


def by_search(
    animes: AnimeQuerySet, text: str, wanted: Wanted, shape: Shape, revision: int
) -> tuple[list[Json], Json]:
    """What the first way of searching that finds something finds."""

    def found(find: Find, sought: Sought) -> Found:
        return page(
            find(animes, sought).with_popularity().values_list(*shape.columns),
            wanted,
            orderings=BY_RELEVANCE,
            default="relevance",
            limit=PER_PAGE,
        )

    return first_found(found, text, shape, revision)


def by_first_page(
    user: Asker, text: str, wanted: Wanted, shape: Shape, revision: int
) -> tuple[list[Json], Json]:
    """The same of all titles, and faster."""

    def found(find: Find, sought: Sought) -> Found:
        return first_page.read(
            find,
            sought,
            columns=shape.columns,
            user_id=shape.account.id if shape.account else None,
            hides_mature=user.hides_mature,
            wanted=wanted,
            limit=PER_PAGE,
        )

    return first_found(found, text, shape, revision)


def first_found(
    found: Callable[[Find, Sought], Found], text: str, shape: Shape, revision: int
) -> tuple[list[Json], Json]:
    typed = Sought.of(text)
    for find, sought in ways(text, revision):
        rows, meta = found(find, sought)
        if rows:
            is_typed = sought._replace(query="") in (typed, typed.marked())
            corrected = {} if is_typed else {"corrected": sought.folded}
            return [shape.to_json(row) for row in rows], meta | corrected
    return [], {"next_cursor": None}


def one(user: Asker, wanted: Wanted, ref: AnimeRef) -> Json:
    """A title with its relations: two statements. A hidden one is not there."""
    shape = Shape.of(user, wanted)
    animes = shape.joined(Anime.objects.filter(matching(ref)))
    rows = animes.values_list(*shape.columns, "related", "mature", "gone_since")
    found = {row[0]: row for row in rows}
    named = [{"id": row[0], "title": row[2], "gone_since": row[-1]} for row in rows]
    *shown, related, mature, _ = found[pick(ref, named)["id"]]
    if mature and user.hides_mature:
        raise ApiError("anime_not_found", id=ref)
    return shape.to_json(shown) | {"relations": relations(shown[0], related, user)}


def relations(anime_id: int, keys: Iterable[str], user: Asker) -> list[Json]:
    """The titles that a source names as related, the oldest first."""
    refs = {AnimeRef(*key.split(":", 1)) for key in keys}
    claims = claims_of(refs).values() if refs else ()
    titles = {found[0].id: found[0] for found in claims if len(found) == 1}
    titles.pop(anime_id, None)
    shown = [
        anime
        for anime in titles.values()
        if not anime.gone_since and not (anime.mature and user.hides_mature)
    ]
    shown.sort(key=lambda anime: (anime.year or 9999, anime.id))
    return [to_related(anime) for anime in shown]


def words(model: type[Genre] | type[Studio], user: Asker) -> list[Json]:
    """Genres or studios by name, each with how many titles one would find."""
    counted = Q(anime__gone_since=None)
    if user.hides_mature:
        counted &= Q(anime__mature=False)
    rows: Any = (
        model._default_manager.annotate(count=Count("anime", filter=counted))
        .filter(count__gt=0)
        .order_by("key")
    )
    return list(rows.values("name", "count"))
