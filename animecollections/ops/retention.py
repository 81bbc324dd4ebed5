"""What is kept for a while only: a rule is the rows that have outlived their time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rule:
    """rows: those that may go now. by: the indexed column that finds them in order."""

    name: str
    rows: Callable[[], QuerySet[Any]]
    by: str = "pk"

    def count(self) -> int:
        return self.rows().count()

    def drop(self, tell: Callable[[int], object] = lambda number: None) -> int:
        """In batches of their own transactions: a long one would hold SQLite's writers.

        Each begins where the last one ended, not at the rows that are dead by now.
        """
        old = rest = self.rows().order_by(self.by)
        dropped = 0
        while batch := list(rest.values_list("pk", self.by)[:BATCH]):
            # Of `old` still: what was renewed in between stays.
            number = old.filter(pk__in=[pk for pk, _ in batch]).delete()[0]
            dropped += number
            tell(number)
            if len(batch) < BATCH:
                break
            rest = old.filter(**{f"{self.by}__gte": batch[-1][1]})
        return dropped
