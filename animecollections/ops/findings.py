"""What `manage.py doctor` finds: as values, whichever app looked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID


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


class Look:
    """What a check asks of some people's rows, by the index that begins with their
    owner; and what it says in the end, of all whom it was asked about.
    """

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        raise NotImplementedError

    def at_end(self) -> Iterator[Finding]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Check:
    """look: of people, so many at once. find: of what is nobody's; it yields what it
    finds, and None now and then, as a sign that it goes on.

    Both stream: memory does not grow with the database. What looked wrong while others
    wrote is looked at again under the lock before it is told.
    """

    name: str
    about: str
    find: Callable[[], Iterator[Finding | None]] | None = None
    steps: Callable[[], int] | None = None  # how many such signs, where that is known
    look: Callable[[], Look] | None = None
