"""What people do not want recommended. Its changes stand in the log with those of the
preferences, and are undone as they are: each title is a field, `hidden.1535`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, TypedDict
from uuid import UUID

from animecollections.api.errors import ApiError
from animecollections.db.bulk import Rows
from animecollections.db.ids import new_id
from animecollections.db.json_rows import among
from animecollections.identity import Origin
from collections_app.catalogue.lookup import find_anime, ids_of, meanings
from collections_app.catalogue.models import Anime, ExternalId
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.recommendations.models import HiddenScope, HiddenTitle
from collections_app.watch_list.sentences import HIDDEN
from history.log.recording import Recording, recording
from history.models import ChangeKind

MOST_HIDDEN = 2_000
Scopes = dict[int, str | None]  # by title; None: not hidden


class HiddenTitleAnswer(TypedDict):
    """anime_id: as it is now, where it was merged. title: null where it is gone."""

    anime_id: str
    title: str | None
    scope: Annotated[str, HiddenScope]


def hide(*, user_id: UUID, anime_id: int, scope: str, through: Origin) -> UUID | None:
    """The operation, if anything changed; 409 `hidden_full`."""
    with recording(user_id=user_id, through=through) as record:
        others = HiddenTitle.objects.of(user_id).exclude(anime_id=anime_id)
        if others.count() >= MOST_HIDDEN:
            raise ApiError("hidden_full", number=MOST_HIDDEN)
        former: Scopes = dict.fromkeys(ids_of(anime_id))
        set_hidden(record, former | {anime_id: scope})
        return record.operation_id if record.changes else None


def show_again(*, user_id: UUID, anime: AnimeRef, through: Origin) -> UUID | None:
    """By whatever id it was hidden, also one that the catalogue has no more. It was not
    hidden: that is no error, for a retry is none.
    """
    with recording(user_id=user_id, through=through) as record:
        ids = {anime.number}
        try:
            ids |= ids_of(find_anime(anime).id)
        except ApiError:
            if not HiddenTitle.objects.of(user_id).filter(anime_id=anime.number):
                raise
        set_hidden(record, dict.fromkeys(ids))
        return record.operation_id if record.changes else None


def set_hidden(record: Recording, wanted: Scopes) -> None:
    """Hides titles, or shows them again; notes what differs, if anything does."""
    user_id = record.state.user_id
    rows = HiddenTitle.objects.of(user_id).filter(anime_id__in=wanted)
    stored = dict(rows.values_list("anime_id", "scope"))
    changed = {id_: now for id_, now in wanted.items() if stored.get(id_) != now}
    if not changed:
        return
    if stored:
        HiddenTitle.objects.of(user_id).filter(anime_id__in=changed).delete()
    hidden = [
        {"id": new_id(), "user_id": user_id, "anime_id": id_, "scope": now}
        for id_, now in sorted(changed.items())
        if now is not None
    ]
    if hidden:
        record.put(Rows(HiddenTitle, hidden))
    record.change(
        ChangeKind.PREFERENCES,
        before={f"{HIDDEN}{id_}": stored.get(id_) for id_ in changed},
        after={f"{HIDDEN}{id_}": now for id_, now in changed.items()},
    )


# --- For undo -------------------------------------------------------------------------


def fields_of(user_id: UUID) -> dict[str, Any]:
    """As the log names them."""
    rows = HiddenTitle.objects.of(user_id).values_list("anime_id", "scope")
    return {f"{HIDDEN}{anime_id}": scope for anime_id, scope in rows}


def set_fields(record: Recording, values: Mapping[str, Any]) -> None:
    if values:
        set_hidden(
            record,
            {int(name.removeprefix(HIDDEN)): now for name, now in values.items()},
        )


# --- What is read ---------------------------------------------------------------------


def hidden_of(user_id: UUID) -> list[HiddenTitleAnswer]:
    """The latest first; two statements, and two more where some were merged: each is
    told once, as the title that it is now.
    """
    rows = HiddenTitle.objects.of(user_id).order_by("-pk")
    scopes = dict(rows.values_list("anime_id", "scope"))
    titles = Anime.objects.filter(id__in=among(scopes)).order_by()
    names = dict(titles.values_list("id", "title"))
    now = {id_: id_ for id_ in scopes}
    if gone := [AnimeRef(OWN, str(id_)) for id_ in scopes if id_ not in names]:
        for ref, found in meanings(gone).items():
            now[ref.number] = found[0].id
            names[found[0].id] = found[0].title
    told: dict[int, HiddenTitleAnswer] = {}
    for id_, scope in scopes.items():
        answer: HiddenTitleAnswer = {
            "anime_id": str(now[id_]),
            "title": names.get(now[id_]),
            "scope": scope,
        }
        told.setdefault(now[id_], answer)
    return list(told.values())


def hidden_titles(user_id: UUID) -> tuple[set[int], set[int]]:
    """The titles, and the franchises, that are not to be recommended: two statements,
    one more where some were merged. Such a title counts as what it is now.
    """
    rows = HiddenTitle.objects.of(user_id).values_list("anime_id", "scope")
    scopes: dict[int, str] = dict(rows)
    titles, franchises = set(scopes), set[int]()
    for hidden, now, franchise in titles_now(scopes):
        titles.add(now)
        if franchise and scopes[hidden] == HiddenScope.FRANCHISE:
            franchises.add(franchise)
    return titles, franchises


def titles_now(ids: Collection[int]) -> Iterator[tuple[int, int, int | None]]:
    """(id, the title that it is now, its franchise) of those that are there."""
    if not ids:
        return
    rows = Anime.objects.filter(id__in=among(ids)).order_by()
    there = dict(rows.values_list("id", "franchise"))
    for id_, franchise in there.items():
        yield id_, id_, franchise
    if gone := [str(id_) for id_ in ids if id_ not in there]:
        merged = ExternalId.objects.filter(site=OWN, external_id__in=gone)
        columns = ("external_id", "anime_id", "anime__franchise")
        for text, id_, franchise in merged.values_list(*columns):
            yield int(text), id_, franchise
