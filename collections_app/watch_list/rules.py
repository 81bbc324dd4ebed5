"""What follows from a change by itself: the table of implied changes, and warnings.

| when                                                 | then                         |
|------------------------------------------------------|------------------------------|
| first progress on To Watch                           | Watching, started_on today   |
| last known episode, on Watching, of a finished title | Completed, finished_on today |
| the same, from rewatching                            | also rewatches + 1           |
| becoming Completed                                   | progress = known total       |
| an increment on on_hold                              | active                       |
| the type changes                                     | state = active               |

They never change a field that the same call sent, a score, or a date already set;
never act on an unknown total; lowering progress moves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from collections_app.catalogue.models import AiringStatus
from collections_app.watch_list.entries import Entry
from collections_app.watch_list.fields import (
    FIELD_NAMES,
    LARGEST_NUMBER,
    NEW_ENTRY,
    shown,
)
from collections_app.watch_list.models import EntryState, EntryType


@dataclass(slots=True)
class Edit:
    """One call's change to one entry, and what is told of it.

    sent:    the fields the client sent, which no rule touches.
    changes: {"field", "from", "to", "reason"} of every implied change.
    """

    before: Entry
    after: Entry
    facts: Mapping[str, Any]
    sent: frozenset[str]
    today: date
    is_increment: bool = False
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


def apply(edit: Edit) -> None:
    """All rules, in the table's order of effect."""
    resume_on_increment(edit)
    start_on_first_progress(edit)
    complete_on_last_episode(edit)
    fill_progress_when_completed(edit)
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


def start_on_first_progress(edit: Edit) -> None:
    is_first = edit.before["progress"] == 0 and edit.has_progressed
    if not is_first or edit.after["type"] != EntryType.TO_WATCH or "type" in edit.sent:
        return
    edit.imply("type", EntryType.WATCHING.value, "first_progress")
    edit.imply("started_on", edit.today.isoformat(), "first_progress")


def complete_on_last_episode(edit: Edit) -> None:
    is_last = edit.has_progressed and edit.after["progress"] == edit.facts["episodes"]
    has_aired = edit.facts["airing_status"] == AiringStatus.FINISHED
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
    edit.imply("finished_on", edit.today.isoformat(), "last_episode")


def leaves_state_open(edit: Edit) -> bool:
    """Whether Completed, which is always active, contradicts nothing that was sent."""
    return "state" not in edit.sent or edit.after["state"] == EntryState.ACTIVE


def fill_progress_when_completed(edit: Edit) -> None:
    becomes = EntryType.COMPLETED == edit.after["type"] != edit.before["type"]
    total = edit.facts["episodes"]
    if becomes and total:
        edit.imply("progress", total, "completed")


def warn_beyond_total(edit: Edit) -> None:
    """Stored all the same: catalogues are often wrong, and a refusal blocks a queue."""
    total = edit.facts["episodes"]
    if total and edit.after["progress"] > total:
        edit.warnings.append(
            {
                "code": "progress_beyond_total",
                "message": f"Progress {edit.after['progress']} is beyond the {total} "
                "episodes that the catalogue knows.",
            }
        )
