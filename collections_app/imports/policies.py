"""What an import takes of a row that differs from the entry: the table of policies.

| policy       | takes                                                              |
|--------------|--------------------------------------------------------------------|
| newest       | field by field, what was changed later: here, or in the file       |
| keep         | nothing: the list stays, only what is not on it is added           |
| overwrite    | all that the file states, blanks too                               |
| max_progress | more progress, with its status (but Completed stays so); and what  |
|              | is empty here                                                      |

Type and state are one. With `newest`, a blank in the file clears only what came by an
import: that a file is silent is no reason to lose what was noted here. What is empty
here since the entry was added is filled, whatever the times. A row without any time
acts as `keep`. What a policy leaves is told: a row of which nothing is taken is a
conflict, and the user may decide to take it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from collections_app.imports.models import Policy
from collections_app.watch_list.entries import Entry
from collections_app.watch_list.fields import LOGGED_FIELDS, NEW_ENTRY
from collections_app.watch_list.models import EntryType

# Fields that are decided on together.
PAIRS = (("type", "state"), ("progress", "episode_ranges"))
UNITS = (
    *PAIRS,
    *((name,) for name in LOGGED_FIELDS if name not in PAIRS[0] + PAIRS[1]),
)
NAMES = {"type": "status", "is_private": "private", "extra": "the tracker's own fields"}


class Touch(NamedTuple):
    """The last change of a field: when it was so, and through what it came."""

    at: datetime
    by_import: bool
    by_add: bool  # nothing was said of it since the entry was added


@dataclass(slots=True)
class Difference:
    """A unit of fields in which the file and the entry differ."""

    names: tuple[str, ...]
    theirs: dict[str, Any]
    ours: dict[str, Any]

    @property
    def is_blank(self) -> bool:
        """Whether the file says that there is nothing."""
        return all(value in (None, "", [], {}) for value in self.theirs.values())

    @property
    def is_unset(self) -> bool:
        """Whether nothing is noted here."""
        if self.names[0] in ("type", "progress"):
            return False
        return all(self.ours[name] == NEW_ENTRY[name] for name in self.names)

    def __str__(self) -> str:
        return NAMES.get(self.names[0], self.names[0])


@dataclass(slots=True)
class Comparison:
    """A row next to the entry that it is about.

    touches: the last change of each field, where the log knows it.
    at:      when what the row says was so, None if nobody says.
    """

    differences: list[Difference]
    ours: Entry
    touches: Mapping[str, Touch]
    at: datetime | None

    def last(self, difference: Difference) -> Touch:
        """Where the log does not reach back so far, the entry's last change of all."""
        unknown = Touch(self.ours["updated_at"], by_import=False, by_add=False)
        return max(self.touches.get(name, unknown) for name in difference.names)


@dataclass(slots=True)
class Verdict:
    taken: list[Difference] = field(default_factory=list)
    kept: list[Difference] = field(default_factory=list)
    reason: str = ""

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for one in self.taken for name, value in one.theirs.items()}


def compare(theirs: Mapping[str, object], ours: Entry, told: Entry) -> list[Difference]:
    """The units in which a row says something else than the entry.

    told: what the entry becomes in a file of the row's format. A value that the format
    cannot say better (a 9 for our 9.3) is no difference.
    """
    found = []
    for unit in UNITS:
        names = tuple(name for name in unit if name in theirs)
        if all(
            agree(name, theirs, ours) or agree(name, theirs, told) for name in names
        ):
            continue
        values = {name: theirs[name] for name in names}
        if "type" in values:  # a state belongs to its type
            values.setdefault("state", NEW_ENTRY["state"])
        mine = {name: ours[name] for name in values}
        found.append(Difference(unit, values, mine))
    return found


def agree(name: str, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return name in other and bool(one[name] == other[name])


def judge(policy: str, comparison: Comparison) -> Verdict:
    """What is taken of a row, and in words why the rest is not."""
    verdict = Verdict()
    rule = RULES[Policy(policy)]
    for difference in comparison.differences:
        takes = rule(difference, comparison)
        (verdict.taken if takes else verdict.kept).append(difference)
    verdict.reason = reason_of(policy, verdict, comparison)
    return verdict


def is_newer(difference: Difference, comparison: Comparison) -> bool:
    if comparison.at is None:
        return False
    last = comparison.last(difference)
    if difference.is_blank:
        return last.by_import and last.at < comparison.at
    fills = difference.is_unset and last.by_add and not last.by_import
    return fills or last.at < comparison.at


def is_ahead(difference: Difference, comparison: Comparison) -> bool:
    ours = comparison.ours
    if difference.names[0] not in ("progress", "type"):
        return difference.is_unset
    if difference.names[0] == "type" and ours["type"] == EntryType.COMPLETED:
        return False  # what was seen to its end is not watched less far
    return any(
        one.theirs.get("progress", 0) > ours["progress"]
        for one in comparison.differences
    )


RULES: dict[Policy, Callable[[Difference, Comparison], bool]] = {
    Policy.NEWEST: is_newer,
    Policy.KEEP: lambda difference, comparison: False,
    Policy.OVERWRITE: lambda difference, comparison: True,
    Policy.MAX_PROGRESS: is_ahead,
}


def reason_of(policy: str, verdict: Verdict, comparison: Comparison) -> str:
    parts = []
    if verdict.taken:
        parts.append(f"Taken from the file: {listed(verdict.taken)}.")
    if verdict.kept:
        parts.append(f"Your values are kept: {why_kept(policy, verdict, comparison)}.")
    return " ".join(parts)


def why_kept(policy: str, verdict: Verdict, comparison: Comparison) -> str:
    names = listed(verdict.kept)
    if policy != Policy.NEWEST:
        return names
    if comparison.at is None:
        return f"{names}; neither the row nor the file has a time"
    told = []
    for one in verdict.kept:
        if one.is_blank:
            told.append(f"{one} (empty in the file)")
        else:
            told.append(f"{one} (changed here on {comparison.last(one).at:%Y-%m-%d})")
    return f"{', '.join(told)}; the row is from {comparison.at:%Y-%m-%d}"


def listed(differences: list[Difference]) -> str:
    return ", ".join(map(str, differences))
