"""What others are told of a person's changes: "watched episodes 3–5". No database.

Only what the entry shows to them: notes, tags, dates and the like are no news.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db.models import TextChoices

from collections_app.watch_list.fields import as_tenths
from history.models import JOINED_WITHIN, ChangeKind

# What is marked now, but was longer ago, is no news.
RECENT = timedelta(days=2)


class Doing(TextChoices):
    ADDED = "added"
    PLANNED = "planned"
    STARTED = "started"
    WATCHED = "watched"
    COMPLETED = "completed"
    PAUSED = "paused"
    DROPPED = "dropped"
    REWATCHING = "rewatching"
    SCORED = "scored"


OF_TYPE = {
    "To Watch": Doing.PLANNED,
    "Watching": Doing.STARTED,
    "Completed": Doing.COMPLETED,
}
OF_STATE = {
    "on_hold": Doing.PAUSED,
    "dropped": Doing.DROPPED,
    "rewatching": Doing.REWATCHING,
}
# Which type of entry each tells of; the others tell of none.
TYPE_TOLD = {doing: type_ for type_, doing in OF_TYPE.items()} | {
    Doing.PAUSED: "Watching",
    Doing.REWATCHING: "Watching",
    Doing.DROPPED: "Collection",
}


class EpisodesToldAnswer(TypedDict):
    first: int
    last: int


@dataclass(slots=True)
class Told:
    """What one run of changes comes to."""

    did: list[Doing]
    episodes: EpisodesToldAnswer | None
    score: float | None

    def leave_out(self, doing: Doing) -> None:
        self.did = [one for one in self.did if one is not doing]
        if doing is Doing.SCORED:
            self.score = None


def is_news(change: Mapping[str, Any], at: datetime) -> bool:
    return next(doings_of(change, at), None) is not None


def doings_of(change: Mapping[str, Any], at: datetime) -> Iterator[Doing]:
    """What a change of an entry is, for others."""
    kind, after = change["kind"], change["after"]
    if kind not in (ChangeKind.ADD, ChangeKind.UPDATE):
        return
    recent = (at - RECENT).date().isoformat()
    if kind == ChangeKind.ADD:
        yield Doing.ADDED
    of_type = OF_TYPE.get(after.get("type", ""))
    of_state = OF_STATE.get(after.get("state", ""))
    if of_type is Doing.COMPLETED and is_before(after.get("finished_on"), recent):
        of_type = None
    if of_type and not (of_type is Doing.STARTED and of_state):
        yield of_type
    if of_state:
        yield of_state
    if raised(change) and days_are_since(change["days"] or {}, recent):
        yield Doing.WATCHED
    if after.get("score") is not None:
        yield Doing.SCORED


def raised(change: Mapping[str, Any]) -> bool:
    before, after = change["before"], change["after"]
    return bool(after.get("progress", 0) > before.get("progress", 0))


def is_before(day: str | None, recent: str) -> bool:
    """Of a partial date: all of it."""
    return bool(day) and str(day) < recent[: len(str(day))]


def days_are_since(days: Mapping[str, int], recent: str) -> bool:
    counted = [day for day, number in days.items() if number > 0]
    return any(day and not is_before(day, recent) for day in counted)


# --- Told -----------------------------------------------------------------------------


def run_of(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of changes of one title, the newest first, those of the last run: the oldest of
    them first.
    """
    run = [*rows[:1]]
    for row in rows[1:]:
        if run[-1]["at"] - row["at"] > JOINED_WITHIN:
            break
        run.append(row)
    return run[::-1]


def told_of(run: Sequence[Mapping[str, Any]], types: Collection[str]) -> Told:
    """types: those of which the viewer sees the entries; what tells of another type is
    left out.
    """
    found: dict[Doing, None] = {}
    episodes: EpisodesToldAnswer | None = None
    score: int | None = None
    for change in run:
        doings = [*doings_of(change, change["at"])]
        found |= dict.fromkeys(doings)
        if Doing.WATCHED in doings:
            episodes = with_episodes_of(change, episodes)
        score = change["after"].get("score", score)
    if Doing.ADDED in found and type_added(run) not in types:
        del found[Doing.ADDED]
    seen = ("", *types)
    did = [one for one in Doing if one in found and TYPE_TOLD.get(one, "") in seen]
    watched = episodes if Doing.WATCHED in did else None
    return Told(did, watched, as_tenths(score))


def type_added(run: Sequence[Mapping[str, Any]]) -> str:
    added = next(change for change in run if change["kind"] == ChangeKind.ADD)
    return str(added["after"]["type"])


def with_episodes_of(
    change: Mapping[str, Any], so_far: EpisodesToldAnswer | None
) -> EpisodesToldAnswer:
    """From the first of the run on; another run of episodes where it began again."""
    first = change["before"].get("progress", 0) + 1
    if so_far and so_far["first"] <= first <= so_far["last"] + 1:
        first = so_far["first"]
    return {"first": first, "last": change["after"]["progress"]}
