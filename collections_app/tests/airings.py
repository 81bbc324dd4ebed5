"""What sources say of airing, stored, and a clock that tests set."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from animecollections import identity
from collections_app.airing.services import refresh_airings
from collections_app.catalogue import airing as schedules
from collections_app.source_facts.models import SourceFact
from factories import AnimeFactory

NOW = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)  # a Monday


def moment(text: str) -> dict[str, str]:
    precision = {7: "month", 10: "day"}.get(len(text), "minute")
    return {"at": text, "precision": precision}


def say(anime: Any, kind: str, value: Any, source: str = "bangumi-data") -> None:
    """A fact of a source, in place of what it said before."""
    SourceFact.objects.update_or_create(
        anime=anime,
        kind=kind,
        source=source,
        defaults={"value": value, "revision": 1, "updated_at": NOW},
    )


def say_weekly(anime: Any, start: str, days: int = 7, **more: Any) -> None:
    broadcast = {"start": moment(start), "every_days": days}
    say(anime, "airing", {"begin": moment(start), "broadcast": broadcast} | more)


def say_dates(anime: Any, dates: dict[int, str]) -> None:
    episodes = [{"number": n, "airs": moment(day)} for n, day in dates.items()]
    say(anime, "episodes", {"episodes": episodes}, source="jikan")


def airing_title(anime_id: int, start: str, **facts: Any) -> Any:
    """One that airs weekly from then on, stored."""
    facts = {"airing_status": "airing", "episodes": 12} | facts
    anime = AnimeFactory(id=anime_id, **facts)
    say_weekly(anime, start)
    refresh_airings([anime_id])
    return anime


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        days = SimpleNamespace(now=lambda zone: self.now.astimezone(zone))
        monkeypatch.setattr(identity, "datetime", days)
        monkeypatch.setattr(schedules, "time", lambda: self.now.timestamp())

    def goes_on(self, **more: float) -> None:
        self.now += timedelta(**more)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)
