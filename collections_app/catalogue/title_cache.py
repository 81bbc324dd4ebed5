"""What lists show of titles, as JSON, written once and held in the process.

A list of 1,000 would else join, carry and write 1,000 titles that are the same for
everybody: two thirds of its cost. All of 40,000 titles take 30 MB.
"""

from collections.abc import Collection, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

import orjson
from django.db.models import Q

from animecollections.db.json_rows import among
from collections_app.catalogue.airing import AiringNow, Schedule, airing_now
from collections_app.catalogue.entry_facts import FACTS, card_facts, facts_to_json
from collections_app.catalogue.models import AiringStatus, Anime

Facts = Sequence[Any]  # of FACTS
STATUS, EPISODES, SCHEDULE = map(FACTS.index, ("airing_status", "episodes", "schedule"))


class Held(NamedTuple):
    """Members of a JSON object, without its braces; and when the title airs."""

    facts: str
    card: str  # the facts, and what cards show besides
    status: str
    episodes: int | None
    schedule: Schedule | None
    always: AiringNow | None  # what has aired, where time changes nothing

    def airing(self, minute: int) -> AiringNow:
        return self.always or airing_now(
            self.status, self.episodes, self.schedule, minute
        )


class HeldTitles:
    """Titles as they are at a revision of the catalogue, or newer.

    Nothing is ever let go of (nor is a title on a list ever deleted), so who was given
    the titles finds there what it asked for, whatever other threads do.
    """

    def __init__(self) -> None:
        self.titles: dict[int, Held] = {}
        self.revision = 0
        # Over a read and what is held of it: else a thread could put what it read
        # before a change in place of what another read after it.
        self.lock = Lock()

    def of(self, anime_ids: Collection[int], revision: int) -> Mapping[int, Held]:
        """At least these titles, as of this revision of the catalogue, at least.

        One statement where some are not held yet; one after the catalogue changed.
        """
        if revision > self.revision:
            self.renew(revision)
        if not self.titles.keys() >= (wanted := set(anime_ids)):
            with self.lock:
                self.read(Q(id__in=among(wanted - self.titles.keys())))
        return self.titles

    def renew(self, revision: int) -> None:
        with self.lock:
            if self.titles:
                self.read(Q(revision__gt=self.revision))
            self.revision = max(self.revision, revision)

    def read(self, condition: Q) -> None:
        rows = Anime.objects.filter(condition).order_by()
        for anime_id, *facts in rows.values_list("id", *FACTS):
            self.titles[anime_id] = hold(facts)

    def forget(self) -> None:
        with self.lock:
            self.titles, self.revision = {}, 0


def hold(facts: Facts) -> Held:
    shown = facts_to_json(facts)
    status, episodes = facts[STATUS], facts[EPISODES]
    schedule = Schedule.of(facts[SCHEDULE])
    is_over = schedule is None or (status == AiringStatus.FINISHED and episodes)
    return Held(
        members(shown),
        members(shown | card_facts(facts)),
        status,
        episodes,
        schedule,
        always=airing_now(status, episodes, schedule, 0) if is_over else None,
    )


def members(values: Mapping[str, object]) -> str:
    return orjson.dumps(values)[1:-1].decode()


held = HeldTitles()
