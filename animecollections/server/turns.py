"""Whose request computes next. Nobody holds all threads, and no line is endless.

Of one client at most all threads but one compute at once, of its writes half of them,
and of everybody's writes all but one: writes wait for locks, a request that only reads
does not wait for them. Who has to wait does so here, outside of the threads, for some
seconds; past the length of the line the answer is `busy` at once.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from weakref import WeakValueDictionary

from animecollections.api.errors import ApiError, not_now
from animecollections.ops.metrics import WAITING

SECONDS_IN_LINE = 10
SHARE_OF_LINE = 4  # of one client at most a quarter
Places = list[asyncio.Semaphore]


class ByClient:
    """So many places for each client; forgotten with the last who holds one."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.known: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, client: str) -> asyncio.Semaphore:
        found = self.known.get(client)
        if found is None:
            found = self.known[client] = asyncio.Semaphore(self.places)
        return found


class Turns:
    def __init__(self, *, threads: int, line: int) -> None:
        all_but_one = max(1, threads - 1)
        # As many again stand ready in the pool: no thread waits for the loop.
        self.threads = asyncio.Semaphore(2 * threads)
        self.writers = asyncio.Semaphore(all_but_one)
        self.clients = ByClient(all_but_one)
        self.writers_of = ByClient(max(1, threads // 2))
        self.line = line
        self.waiting: Counter[str] = Counter()  # by client
        self.length = 0

    def places(self, client: str, *, is_write: bool) -> Iterator[asyncio.Semaphore]:
        """The narrow ones first: who waits there is in nobody else's way."""
        if is_write:
            yield self.writers_of.of(client)
            yield self.writers
        yield self.clients.of(client)
        yield self.threads

    async def take(self, client: str, *, is_write: bool) -> Places:
        """Places to be given back, or 503 `busy`."""
        taken: Places = []
        until = 0.0
        try:
            for place in self.places(client, is_write=is_write):
                if place.locked():
                    until = until or asyncio.get_running_loop().time() + SECONDS_IN_LINE
                    await self.wait(place, client, until)
                else:
                    await place.acquire()  # at once
                taken.append(place)
        except BaseException:
            give_back(taken)
            raise
        return taken

    async def wait(self, place: asyncio.Semaphore, client: str, until: float) -> None:
        share = max(1, self.line // SHARE_OF_LINE)
        if self.length >= self.line or self.waiting[client] >= share:
            raise busy()
        self.waiting[client] += 1
        self.length += 1
        WAITING.inc()
        try:
            async with asyncio.timeout_at(until):
                await place.acquire()
        except TimeoutError:
            raise busy() from None
        finally:
            WAITING.dec()
            self.length -= 1
            self.waiting[client] -= 1
            if not self.waiting[client]:
                del self.waiting[client]


def give_back(places: Places) -> None:
    for place in places:
        place.release()


def busy() -> ApiError:
    return not_now("busy", 2)
