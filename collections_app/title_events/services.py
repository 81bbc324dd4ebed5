"""Notes what happened to titles, in the transaction in which it happens."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypedDict

from collections_app.title_events.models import EventKind, TitleEvent


class Aired(TypedDict):
    """Episodes of one title that aired at one time; most often it is one."""

    first: int
    last: int
    total: int | None
    airs_at: str  # a time, a day or a month: as much as is known
    estimated: bool


class Moved(TypedDict):
    """airs_at: "" where no date is known any more."""

    episode: int
    was_at: str
    airs_at: str
    estimated: bool


class Sequel(TypedDict):
    """of: the titles that it goes on with."""

    of: list[int]
    airs_at: str
    estimated: bool


class Merged(TypedDict):
    merge_id: str
    gone_id: int
    gone_title: str


Data = Aired | Moved | Sequel | Merged


class NewEvent(NamedTuple):
    kind: Literal["aired", "moved", "sequel", "merged"]
    anime_id: int
    number: str  # makes the key, with kind and title
    happened_at: datetime
    data: Data

    @property
    def key(self) -> str:
        return ":".join(filter(None, (self.kind, str(self.anime_id), self.number)))


def note(events: Iterable[NewEvent]) -> int:
    """Those that are not noted yet; how many. Two statements, or one."""
    by_key = {event.key: event for event in events}
    for key in keys_noted(list(by_key)):
        del by_key[key]
    rows = [
        TitleEvent(
            kind=EventKind(event.kind),
            key=key,
            anime_id=event.anime_id,
            happened_at=event.happened_at,
            data=event.data,
        )
        for key, event in sorted(by_key.items())
    ]
    # Another worker may note the same at the same time.
    TitleEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def keys_noted(keys: Sequence[str]) -> list[str]:
    return list(
        TitleEvent.objects.filter(key__in=keys).values_list("key", flat=True)
        if keys
        else ()
    )
