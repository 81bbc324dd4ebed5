"""What tests read of the diary."""

from collections import Counter
from typing import Any

from django.utils import timezone

from history.models import Change, EpisodesWatched


def today() -> str:
    return timezone.now().date().isoformat()


def diary(**which: Any) -> dict[Any, int]:
    """Episodes by anime and day; by day alone, where one anime is asked for."""
    rows = EpisodesWatched.objects.across_users().with_watched_on().filter(**which)
    return {
        day if "anime_id" in which else (anime_id, day): episodes
        for anime_id, day, episodes in rows.exclude(episodes=0).values_list(
            "anime_id", "watched_on", "episodes"
        )
    }


def check_log_and_diary(user: Any) -> None:
    """The days of the log add up to the diary, and none is below zero."""
    said: Counter[Any] = Counter()
    for anime_id, days in Change.objects.of(user.pk).values_list("anime_id", "days"):
        for day, episodes in days.items():
            said[anime_id, day] += episodes
    assert {key: number for key, number in said.items() if number} == diary(user=user)
    assert all(number > 0 for number in diary(user=user).values())
