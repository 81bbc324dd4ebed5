"""What follows from a change by itself: the table of implied changes, and warnings.

| when                                                 | then                         |
|------------------------------------------------------|------------------------------|
| first progress on To Watch                           | Watching, started_on today   |
| last known episode, on Watching, of a finished title | Completed                    |
| the same, from rewatching                            | also rewatches + 1           |
| becoming Completed                                   | progress = known total       |
| becoming Completed on a day that is known            | finished_on = that day       |
| an increment on on_hold                              | active                       |
| the type changes                                     | state = active               |
| progress reaches what was watched ahead, or skipped  | it is the end of that run    |
| it is lowered to just before what was skipped        | that is skipped no more      |

They never change a field that the same call sent (but for the last two), a score, or a
date already set; never act on an unknown total; lowering progress moves nothing.

On which day the episodes count that a call adds, it says by `watched_on`. If it does
not, the first of these that fits:

| the call                                                     | the day           |
|--------------------------------------------------------------|-------------------|
| sends finished_on                                            | that day, or year |
| is an increment, or raises the progress of what was Watching | today             |
| makes Completed of what was Watching                         | today             |
| anything else: a new entry, To Watch or nothing → Completed  | unknown           |

Less progress with `watched_on` takes back episodes of that day; without it, those of
the newest days. An increment of a Completed entry at its known total is refused.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from animecollections.api.errors import ApiError, refuse
from animecollections.api.language import spoken
from collections_app.catalogue.airing import days_aired, has_finished_airing
from collections_app.catalogue.facts import Facts
from collections_app.watch_list.entries import Entry
from collections_app.watch_list.episode_ranges import Seen, Spans, newly_watched, size
from collections_app.watch_list.fields import (
    FIELD_NAMES,
    LARGEST_NUMBER,
    NEW_ENTRY,
    shown,
)
from collections_app.watch_list.models import EntryState, EntryType
from history.watched.days import UNKNOWN, is_to_come


@dataclass(slots=True)
class Edit:
    """One call's change to one entry, and what is told of it.

    sent:    the fields the client sent, which no rule touches.
    watched_on: as sent, a day, AIRED or SENT_AS_UNKNOWN; None where it was not.
    changes: {"field", "from", "to", "reason"} of every implied change.
    """

    before: Entry
    after: Entry
    facts: Facts
    sent: frozenset[str]
    today: date
    is_increment: bool = False
    watched_on: str | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def imply(self, name: str, value: object, reason: str) -> None:
        """Sets a field, unless the client did, or it is a date already set."""
        old = self.after[name]
        is_set_date = name in ("started_on", "finished_on") and old
        if name in self.sent or is_set_date or old == value:
            return
        self.after[name] = value
        self.tell(name, old, reason)

    def tell(self, name: str, old: object, reason: str) -> None:
        now = shown(name, self.after[name])
        self.changes.append(
            {"field": name, "from": shown(name, old), "to": now, "reason": reason}
        )

    @property
    def has_progressed(self) -> bool:
        return bool(self.after["progress"] > self.before["progress"])

    @property
    def newly_watched(self) -> Spans:
        return newly_watched(self.before, self.after)

    @property
    def no_longer_watched(self) -> Spans:
        return newly_watched(self.after, self.before)

    @property
    def becomes_completed(self) -> bool:
        is_now = self.after["type"] == EntryType.COMPLETED
        return bool(is_now and self.before["type"] != EntryType.COMPLETED)

    def day_of(self, episode: int) -> str:
        """On which an episode that the call adds was watched."""
        if self.watched_on is None:
            return default_day(self)
        if self.watched_on == AIRED:
            [day] = days_aired(self.facts, episode, episode, self.today)
            return day
        return UNKNOWN if self.watched_on == SENT_AS_UNKNOWN else self.watched_on


AIRED, SENT_AS_UNKNOWN = "aired", "unknown"


def default_day(edit: Edit) -> str:
    """The table of defaults."""
    finished_on = edit.after["finished_on"]
    if "finished_on" in edit.sent and finished_on:
        return UNKNOWN if is_to_come(finished_on, edit.today) else str(finished_on)
    was_watching = edit.before["type"] == EntryType.WATCHING
    is_now = edit.is_increment or (
        was_watching and (edit.newly_watched or edit.becomes_completed)
    )
    return edit.today.isoformat() if is_now else UNKNOWN


def days_watched(edit: Edit) -> dict[str, int]:
    """What the call adds, by day; once all rules are applied."""
    day = default_day(edit) if edit.watched_on is None else edit.watched_on
    return days_of(day, edit.facts, edit.newly_watched, edit.today)


def days_taken_back(edit: Edit) -> dict[str, int]:
    """What less progress takes back of the day that the call says, if it says one."""
    if edit.watched_on is None:
        return {}
    gone = edit.no_longer_watched
    return days_of(edit.watched_on, edit.facts, gone, edit.today)


def days_of(
    watched_on: str, facts: Facts, episodes: Spans, today: date
) -> dict[str, int]:
    """These episodes of a title, by day."""
    if not episodes:
        return {}
    if watched_on != AIRED:
        day = UNKNOWN if watched_on == SENT_AS_UNKNOWN else watched_on
        return {day: size(episodes)}
    days: Counter[str] = Counter()
    for first, last in episodes:
        days.update(days_aired(facts, first, last, today))
    return dict(days)


def check_day(watched_on: str, today: date) -> None:
    """400 for one that is still to come."""
    if watched_on not in (AIRED, SENT_AS_UNKNOWN) and is_to_come(watched_on, today):
        raise refuse(watched_on="This day is still to come.")


def check(edit: Edit) -> None:
    """400 for a day that is still to come, 409 for more of what is completed."""
    if edit.watched_on is not None:
        check_day(edit.watched_on, edit.today)
    total = edit.facts["episodes"]
    is_whole = total and edit.before["progress"] >= total
    is_completed = edit.before["type"] == EntryType.COMPLETED and is_whole
    if edit.is_increment and edit.has_progressed and is_completed:
        raise ApiError("already_completed", total=f"{total:,}")


def apply(edit: Edit) -> None:
    """All rules, in the table's order of effect."""
    resume_on_increment(edit)
    join_run(edit)
    start_on_first_progress(edit)
    complete_on_last_episode(edit)
    fill_progress_when_completed(edit)
    join_run(edit)
    date_what_is_completed(edit)
    warn_beyond_total(edit)


def tell_restored(edit: Edit) -> None:
    """What came back with an anime that was removed a moment ago."""
    for name in FIELD_NAMES:
        if name not in {"type", *edit.sent} and edit.after[name] != NEW_ENTRY[name]:
            edit.tell(name, NEW_ENTRY[name], "restored")


def resume_on_increment(edit: Edit) -> None:
    is_more = edit.is_increment and edit.has_progressed
    if is_more and edit.after["state"] == EntryState.ON_HOLD:
        edit.imply("state", EntryState.ACTIVE.value, "resumed")


def join_run(edit: Edit) -> None:
    """Progress is the last of an unbroken run, of what was watched or skipped."""
    after = edit.after
    if not after["episode_ranges"]:
        return
    stood = Seen.of(after)
    joined = stood.settled(edit.before["progress"])
    after |= joined.columns
    if joined.progress != stood.progress:
        edit.tell("progress", stood.progress, "unbroken_run")
    if joined.skipped != stood.skipped:
        edit.tell("episode_ranges", stood.kept, "progress_lowered")


def start_on_first_progress(edit: Edit) -> None:
    is_first = edit.before["progress"] == 0 and edit.has_progressed
    if not is_first or edit.after["type"] != EntryType.TO_WATCH or "type" in edit.sent:
        return
    edit.imply("type", EntryType.WATCHING.value, "first_progress")
    day = edit.today.isoformat()
    if edit.watched_on is not None:
        day = edit.day_of(1)
    if day:
        edit.imply("started_on", day, "first_progress")


def complete_on_last_episode(edit: Edit) -> None:
    is_last = edit.has_progressed and edit.after["progress"] == edit.facts["episodes"]
    has_aired = has_finished_airing(edit.facts, edit.today)
    if not (is_last and has_aired) or edit.after["type"] != EntryType.WATCHING:
        return
    if "type" in edit.sent or not leaves_state_open(edit):
        return
    if edit.after["state"] == EntryState.REWATCHING:
        rewatches = edit.after["rewatches"]
        if rewatches < LARGEST_NUMBER:
            edit.imply("rewatches", rewatches + 1, "last_episode")
    edit.imply("state", EntryState.ACTIVE.value, "last_episode")
    edit.imply("type", EntryType.COMPLETED.value, "last_episode")


def leaves_state_open(edit: Edit) -> bool:
    """Whether Completed, which is always active, contradicts nothing that was sent."""
    return "state" not in edit.sent or edit.after["state"] == EntryState.ACTIVE


def fill_progress_when_completed(edit: Edit) -> None:
    total = edit.facts["episodes"]
    if edit.becomes_completed and total:
        edit.imply("progress", total, "completed")


def date_what_is_completed(edit: Edit) -> None:
    day = edit.day_of(edit.after["progress"]) if edit.becomes_completed else UNKNOWN
    if day:
        by_episode = edit.has_progressed and "type" not in edit.sent
        edit.imply("finished_on", day, "last_episode" if by_episode else "completed")


def warn_beyond_total(edit: Edit) -> None:
    """Stored all the same: catalogues are often wrong, and a refusal blocks a queue."""
    total = edit.facts["episodes"]
    if total and edit.after["progress"] > total:
        edit.warnings.append(
            {
                "code": "progress_beyond_total",
                "message": spoken(
                    f"Progress {edit.after['progress']} is beyond the {total} "
                    "episodes that the catalogue knows."
                ),
            }
        )
