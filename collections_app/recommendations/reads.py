"""What one person may like: titles like those they like, without what they know.

Never what is on the list, hidden, mature by their control, of a franchise of which they
dropped something, or the later part of a series whose first they have not seen. One
title of a franchise at most.

The same for a day: an entry that was added today counts from tomorrow, unless there are
too few others. What is listed or hidden meanwhile is gone at once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import fmean
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from animecollections.api.parameters import Wanted, first_moment
from animecollections.db.json_rows import among
from animecollections.identity import Account
from collections_app.catalogue.models import Anime, AnimeQuerySet
from collections_app.catalogue.seasons import marks, with_marks, without_marks
from collections_app.catalogue.titles import COLUMNS, to_json
from collections_app.recommendations.hidden import hidden_titles
from collections_app.recommendations.models import SimilarTitles
from collections_app.recommendations.series import first_parts_of
from collections_app.recommendations.similarity import Similar, points, scores
from collections_app.source_facts.franchises import prequels_of
from collections_app.watch_list.models import EntryState, EntryType, WatchListEntry

Json = dict[str, Any]

PER_PAGE, MOST = 20, 100
MOST_SEEDS = 300  # those that count most
FEW = 5  # titles of which all that is known counts, whenever it was added
MOST_REASONS = 3
PLANNED = 0.3  # what a title counts that one has not seen
PER_POINT = 0.3  # … and more, for each point of ten above one's mean
LEAST, GREATEST = 0.1, 3.0
SHUFFLED = 0.1  # of a score: so that not every day has the same
# So many are looked at for each that is wanted: some are later parts.
LOOKED_AT, AT_LEAST = 5, 50
PER_MILLE = 1000

Reasons = list[tuple[float, int, str]]  # how much it adds, which title, why


@dataclass(slots=True)
class Known:
    """What a person has on their list, as far as it matters here."""

    weights: dict[int, float] = field(default_factory=dict)  # of titles they like
    titles: dict[int, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    seen_names: set[str] = field(default_factory=set)  # folded
    dropped_franchises: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, user_id: UUID, today: datetime) -> "Known":
        """One statement."""
        rows = WatchListEntry.objects.of(user_id).values_list(
            "anime_id",
            "type",
            "state",
            "score",
            "added_at",
            "anime__title",
            "anime__sort_title",
            "anime__franchise",
        )
        entries = list(rows.order_by("-added_at", "anime_id"))
        given = [score for _, _, _, score, *_ in entries if score is not None]
        mean = fmean(given) if given else 0.0
        known, new = cls(), dict[int, float]()
        for anime_id, type_, state, score, added_at, title, name, franchise in entries:
            known.titles[anime_id] = title
            if state == EntryState.DROPPED:
                if franchise:
                    known.dropped_franchises.add(franchise)
                continue
            is_seen = type_ != EntryType.TO_WATCH
            if is_seen:
                known.seen.add(anime_id)
                known.seen_names.add(name)
            weights = new if added_at >= today else known.weights
            weights[anime_id] = weight_of(score, mean) if is_seen else PLANNED
        if len(known.weights) < FEW:
            known.weights |= new
        return known

    def seeds(self) -> dict[int, float]:
        """Those that count most; of equals the latest."""
        ordered = sorted(self.weights.items(), key=lambda one: -one[1])
        return dict(ordered[:MOST_SEEDS])


def weight_of(score: int | None, mean: float) -> float:
    if score is None:
        return 1.0
    return min(GREATEST, max(LEAST, 1 + PER_POINT * (score - mean) / 10))


def recommended(
    account: Account, wanted: Wanted, base: Anime | None, day: date
) -> list[Json]:
    """Fifteen statements at most. base: like this title, else like the list."""
    known = Known.of(account.id, first_moment(day, account.timezone))
    seeds = {base.id: 1.0} if base else known.seeds()
    if base:
        known.titles.setdefault(base.id, base.title)
    titles, franchises = hidden_titles(account.id)
    franchises |= known.dropped_franchises
    if base and base.franchise:
        franchises.add(base.franchise)
    found = scores(seeds, similar_titles(seeds))
    shown = Anime.objects.shown(hides_mature=account.hides_mature).listed()
    if formats := wanted.get("format"):
        shown = shown.filter(format__in=formats)
    left_out = titles | known.titles.keys()
    limit: int = wanted.get("limit", PER_PAGE)
    near = candidates(shown, found, left_out, f"{account.id} {day}")
    near = [row for row in near if row.franchise not in franchises]
    if len(near) < limit:
        near += best_known(shown, {*left_out, *found}, franchises, limit)
    chosen = choose(near[: limit * LOOKED_AT + AT_LEAST], known, limit)
    return to_answers(chosen, found, known.titles)


def similar_titles(seeds: Collection[int]) -> dict[int, list[Similar]]:
    rows = SimilarTitles.objects.filter(anime_id__in=among(seeds)).order_by()
    return {
        anime_id: [
            Similar(id_, weight / PER_MILLE, kind) for id_, weight, kind in similar
        ]
        for anime_id, similar in rows.values_list("anime_id", "similar")
    }


class Candidate(NamedTuple):
    anime_id: int
    franchise: int | None
    name: str  # folded


def candidates(
    shown: AnimeQuerySet,
    found: Mapping[int, Reasons],
    left_out: Collection[int],
    salt: str,
) -> list[Candidate]:
    """The best first; a little shuffled, for each person and day in another way."""
    rows = shown.filter(id__in=among(found.keys() - left_out)).order_by()
    worth: dict[Candidate, float] = {}
    for id_, franchise, name, close in rows.values_list(
        "id", "franchise", "sort_title", "similar_titles__closeness"
    ):
        chance = crc32(f"{salt} {id_}".encode()) / 2**32
        close = PER_MILLE if close is None else close
        total = points(found[id_], close / PER_MILLE)
        worth[Candidate(id_, franchise, name)] = total * (1 - SHUFFLED * chance)
    return sorted(worth, key=lambda one: (-worth[one], one.anime_id))


def best_known(
    shown: AnimeQuerySet,
    left_out: Collection[int],
    franchises: Collection[int],
    limit: int,
) -> list[Candidate]:
    """Where what is alike does not suffice."""
    rows = shown.with_popularity().exclude(id__in=among(left_out))
    popular = rows.order_by("-popularity", "id").values_list(
        "id", "franchise", "sort_title"
    )
    found = [Candidate(*row) for row in popular[: limit * LOOKED_AT + AT_LEAST]]
    return [one for one in found if one.franchise not in franchises]


def choose(found: Sequence[Candidate], known: Known, limit: int) -> list[int]:
    """One of a franchise, and none whose earlier part was not seen."""
    prequels = prequels_of({one.anime_id for one in found if one.franchise})
    firsts = first_parts_of({one.anime_id for one in found} - prequels.keys())
    before = {**firsts, **prequels}
    chosen: list[int] = []
    franchises: set[int] = set()
    for id_, franchise, name in found:
        if franchise in franchises or comes_too_early(id_, name, before, known):
            continue
        franchises |= {franchise} if franchise else set()
        chosen.append(id_)
        if len(chosen) == limit:
            break
    return chosen


def comes_too_early(
    anime_id: int, name: str, before: Mapping[int, set[int]], known: Known
) -> bool:
    """Whether it is the later part of what was not seen: as relations say it, else by
    its name, for most titles have no relations.
    """
    if earlier := before.get(anime_id):
        return not earlier & known.seen
    marked = with_marks(name)
    return bool(marks(marked)) and without_marks(marked) not in known.seen_names


def to_answers(
    chosen: Sequence[int], found: Mapping[int, Reasons], titles: Mapping[int, str]
) -> list[Json]:
    """One statement."""
    rows = Anime.objects.filter(id__in=chosen).order_by().values_list(*COLUMNS)
    by_id = {row[0]: to_json(row) for row in rows}
    return [
        {
            "anime": by_id[id_],
            "because": list(reasons(found.get(id_, ()), titles)),
        }
        for id_ in chosen
        if id_ in by_id
    ]


def reasons(
    added: Sequence[tuple[float, int, str]], titles: Mapping[int, str]
) -> Iterator[Json]:
    """The titles that say most for it."""
    for _, anime_id, kind in added[:MOST_REASONS]:
        yield {"anime_id": str(anime_id), "title": titles[anime_id], "kind": kind}
