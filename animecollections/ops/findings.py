"""What `manage.py doctor` finds: as values, whichever app looked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, in a sentence.

    remedy: what `fix` would do, in words; without a fix a person has to decide.
    is_odd: worth a look and no failure, such as what a user said that cannot be.
    """

    says: str
    remedy: str = ""
    fix: Callable[[], object] | None = None
    is_odd: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """find: yields what it finds, and None now and then, as a sign that it goes on.

    It streams: memory does not grow with the database. What looked wrong while others
    wrote is looked at again under the lock before it is told.
    """

    name: str
    about: str
    find: Callable[[], Iterator[Finding | None]]
    steps: Callable[[], int] | None = None  # how many such signs, where that is known
