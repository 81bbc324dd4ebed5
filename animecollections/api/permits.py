"""Permits for long work: so many at once in a process, and one for each person."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

from django.conf import settings

from animecollections.api.errors import not_now

LONGEST_WAIT = 5.0  # seconds
RETRY_AFTER = 5


class Permits:
    """So many work at once, so many others wait for a while: the next is 503 `busy`.

    A person has one permit and one turn to wait, however much they ask for at once. Who
    waits gets in by turn; one who waits for their own work to end keeps nobody out.

    at_once: how many work. waiting: how many threads may wait here besides.
    """

    def __init__(
        self, at_once: int, *, waiting: int, seconds: float = LONGEST_WAIT
    ) -> None:
        self.at_once, self.most_waiting, self.seconds = at_once, waiting, seconds
        self.changed = Condition()
        self.inside: set[Hashable] = set()
        self.queue: list[Hashable] = []

    @contextmanager
    def held(self, person: Hashable) -> Iterator[None]:
        with self.changed:
            self.enter(person)
        try:
            yield
        finally:
            with self.changed:
                self.inside.remove(person)
                self.changed.notify_all()

    def enter(self, person: Hashable) -> None:
        if not self.has_turn(person):
            if len(self.queue) >= self.most_waiting or person in self.queue:
                raise not_now("busy", RETRY_AFTER)
            self.queue.append(person)
            try:
                is_in = self.changed.wait_for(
                    lambda: self.has_turn(person), self.seconds
                )
            finally:
                self.queue.remove(person)
                self.changed.notify_all()
            if not is_in:
                raise not_now("busy", RETRY_AFTER)
        self.inside.add(person)

    def has_turn(self, person: Hashable) -> bool:
        """Whether there is a permit, and nobody came before who could take it."""
        if person in self.inside or len(self.inside) >= self.at_once:
            return False
        able = [other for other in self.queue if other not in self.inside]
        return person in able[:1] or not able


def of_process(threads: int) -> Permits:
    """Two at once keep a core busy and bound the memory; a quarter of the threads are
    always for what is quick.
    """
    at_once = min(2, max(1, threads // 2))
    return Permits(at_once, waiting=max(0, threads * 3 // 4 - at_once))


# Of pictures, exports and imports together: they cost the same threads.
long_work = of_process(settings.WEB_THREADS)
