"""What tests read of the diary."""

from typing import Any

from django.utils import timezone

from history.models import EpisodesWatched


def today() -> str:
    return timezone.now().date().isoformat()


def diary(**which: Any) -> dict[Any, int]:
    """Episodes by anime and day; by day alone, where one anime is asked for."""
    rows = EpisodesWatched.objects.across_users().filter(**which).with_watched_on()
    return {
        day if "anime_id" in which else (anime_id, day): episodes
        for anime_id, day, episodes in rows.exclude(episodes=0).values_list(
            "anime_id", "watched_on", "episodes"
        )
    }
