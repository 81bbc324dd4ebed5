"""Titles in groups: by type, genre, score …, all of them in one pass.

An entry's episodes are its progress, and a whole pass for each rewatch; while a title
is being watched again its progress tells of that pass, and the first one counts whole.
A whole pass has as many episodes as the catalogue knows, or as were watched where that
is more. Minutes are episodes times the length of one; where the catalogue does not know
it, the usual one of the format is taken, and told as `minutes_estimated`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from struct import Struct
from typing import Any, NamedTuple

import orjson

from collections_app.stats.answers import Breakdowns
from collections_app.stats.reading import MOST_EPISODES, Title, Watched

MOST_ROWS = 100  # of genres, studios and tags
MOST_WATCHED = 10


class Group(NamedTuple):
    """Titles that have something in common: `name`, None where nothing is known.

    scores: the sum of what `scored` of the titles have, of 0–100 each.
    """

    name: str | int | None
    titles: int
    completed: int
    episodes: int
    minutes: int
    scored: int
    scores: int
    rewatches: int
    minutes_estimated: int

    @property
    def mean_score(self) -> float | None:
        return mean(self.scores, self.scored)


def mean(scores: int, scored: int) -> float | None:
    """Of so many scores of 0–100 with this sum, as 0–10."""
    return round(scores / scored / 10, 2) if scored else None


NOTHING = Group(None, 0, 0, 0, 0, 0, 0, 0, 0)
Groups = Mapping[str, Sequence[Group]]
# Each title has one of these, and several of those.
OF_ONE = {
    name: attrgetter(name) for name in ("type", "state", "format", "year", "score")
}
OF_SEVERAL = {
    "genre": attrgetter("genre_names"),
    "studio": attrgetter("studio_names"),
    "tag": attrgetter("tags"),
}
# The sums of a group as one integer, so that one addition adds them all: a list of
# 5,000 titles is some 60,000 additions.
SUMS = Struct("<8Q")


class Counted(NamedTuple):
    """A title with what is counted of it."""

    title: Title
    episodes: int
    has_completed: bool

    @property
    def minutes(self) -> int:
        return self.episodes * self.title.length


def titles_of_list(watched: Watched) -> list[Counted]:
    return [
        Counted(title, min(title.seen, MOST_EPISODES), bool(title.has_finished))
        for title in watched.titles.values()
        if title.type
    ]


def titles_of_period(watched: Watched, period: str) -> list[Counted]:
    """Those watched in a year or a month."""
    sums: dict[int, int] = defaultdict(int)
    for anime_id, _, episodes in (*watched.noted, *watched.dated):
        sums[anime_id] += episodes
    return [
        Counted(title, min(sums[id_], MOST_EPISODES), title.has_finished_in(period))
        for id_, title in watched.titles.items()
        if sums.get(id_, 0) > 0
    ]


def most_watched(counted: Iterable[Counted]) -> list[Counted]:
    ranked = sorted(counted, key=lambda one: (-one.episodes, str(one.title.anime_id)))
    return ranked[:MOST_WATCHED]


def groups_of(counted: Iterable[Counted]) -> Groups:
    """Of every kind, the groups of these titles."""
    counted = list(counted)
    titles = [one.title for one in counted]
    sums = [sums_of(one) for one in counted]
    kinds = {
        "total": {None: sum(sums)},  # there without titles too
        **{name: summed(map(of, titles), sums) for name, of in OF_ONE.items()},
        "year_finished": summed((t.finished_on[:4] or None for t in titles), sums),
        **{name: summed_each(map(of, titles), sums) for name, of in OF_SEVERAL.items()},
    }
    return {
        kind: [
            Group(name, *SUMS.unpack(sums.to_bytes(SUMS.size, "little")))
            for name, sums in groups.items()
        ]
        for kind, groups in kinds.items()
    }


def summed(names: Iterable[Any], sums: Iterable[int]) -> dict[Any, int]:
    found: dict[Any, int] = defaultdict(int)
    for name, of_title in zip(names, sums, strict=True):
        found[name] += of_title
    return found


def summed_each(arrays: Iterable[str], sums: Iterable[int]) -> dict[Any, int]:
    """Of a title that has several names, as an array of JSON."""
    found: dict[Any, int] = defaultdict(int)
    for array, of_title in zip(arrays, sums, strict=True):
        for name in orjson.loads(array) if array != "[]" else ():
            found[name] += of_title
    return found


def sums_of(one: Counted) -> int:
    title, episodes, has_completed = one
    minutes = episodes * title.length
    sums = SUMS.pack(
        1,
        has_completed,
        episodes,
        minutes,
        title.score is not None,
        title.score or 0,
        title.rewatches,
        minutes if title.is_estimated else 0,
    )
    return int.from_bytes(sums, "little")


# --- As answered -------------------------------------------------------------------


def told(kind: str, group: Group, value: object = None) -> Any:
    return {
        kind: group.name if value is None else value,
        "titles": group.titles,
        "completed": group.completed,
        "episodes": group.episodes,
        "minutes": group.minutes,
        "mean_score": group.mean_score,
    }


def by_each(kind: str, names: Iterable[str], groups: Groups) -> list[Any]:
    """A row for each of a few names, in their order, with nothing where none is."""
    found = {group.name: group for group in groups[kind]}
    return [told(kind, found.get(name, NOTHING), name) for name in names]


def by_most(kind: str, groups: Groups) -> list[Any]:
    """Rows of those with the most titles; equal ones by name."""
    ranked = sorted(groups[kind], key=lambda one: (-one.titles, str(one.name or "")))
    return [told(kind, group) for group in ranked[:MOST_ROWS]]


def by_number(kind: str, key: str, groups: Groups) -> list[Any]:
    """Rows by a number, the least first, the unknown last."""
    numbered = [(int(one.name), one) for one in groups[kind] if one.name is not None]
    numbered.sort(key=lambda pair: pair[0])
    unknown = [one for one in groups[kind] if one.name is None]
    return [
        *(told(key, group, number) for number, group in numbered),
        *(told(key, group) for group in unknown),
    ]


def shared_breakdowns(groups: Groups) -> Breakdowns:
    """What a list and a year are both told by."""
    return {
        "by_format": by_most("format", groups),
        "by_genre": by_most("genre", groups),
        "by_studio": by_most("studio", groups),
        "by_tag": by_most("tag", groups),
        "by_year": by_number("year", "year", groups),
    }
