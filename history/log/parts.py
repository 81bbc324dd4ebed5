"""The parts of what is a user's that devices keep a copy of: the one list of them.

Each is counted by itself: a column of the user's state tells which revision last
changed it. From this list derive the names of those columns, the statement of the
sign-in check, the counters that are checked and mended, and the words for a change.
`profiles/sync/parts.py` tells how each is read for devices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from animecollections.identity import Revisions
from history.log.models import ChangeKind


@dataclass(frozen=True, slots=True)
class Part:
    """kinds: of the changes that are of it, in the log. said: what such a change is
    called, where it has no words of its own.
    """

    name: str
    kinds: tuple[ChangeKind, ...]
    said: str = ""

    @property
    def column(self) -> str:
        """Of UserState."""
        return f"{self.name}_revision"


PARTS = (
    Part(
        "list",
        (ChangeKind.ADD, ChangeKind.UPDATE, ChangeKind.REMOVE, ChangeKind.WATCHED),
    ),
    Part("searches", (ChangeKind.SEARCHES,), "changed the search history"),
    Part("profile", (ChangeKind.PROFILE,), "changed the profile"),
    Part("preferences", (ChangeKind.PREFERENCES,), "changed the preferences"),
    Part("viewings", (ChangeKind.VIEWING,)),
    Part("notices", (ChangeKind.NOTICES,), "changed the notices"),
)
COUNTERS = tuple(part.column for part in PARTS)
COLUMN_OF_KIND = {kind: part.column for part in PARTS for kind in part.kinds}
SAID_OF_KIND = {kind: part.said for part in PARTS for kind in part.kinds if part.said}
# What is no operation of a person's: histories leave it out.
UNSAID_KINDS = (ChangeKind.NOTICES,)
# Of UserState: where everything of a user stands, as `to_revisions` takes it.
STAND = ("epoch", "revision", *COUNTERS)


def to_revisions(stand: Sequence[int], catalogue: int | None) -> Revisions:
    """Of a row with the columns of STAND."""
    epoch, revision, *counters = stand
    names = (part.name for part in PARTS)
    parts = dict(zip(names, counters, strict=True))
    return Revisions(epoch, revision, catalogue or 0, parts)
