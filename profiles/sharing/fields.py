"""Words for what others see only where a link names it. Every such field, of whatever
table, is behind one of them; a test holds that.
"""

from collections.abc import Iterable

FIELDS: dict[str, frozenset[str]] = {
    "notes": frozenset(("notes",)),
    "dates": frozenset(
        (
            "started_on", "finished_on", "added_at", "updated_at", "created_at",
            "watched", "streaks", "by_year_finished", "first_watched", "last_watched",
            "finished", "busiest_month", "busiest_day", "longest_streak", "months",
            "weekdays", "calendar", "totals.days", "totals.started",
        )
    ),
    "episodes": frozenset(("episode_ranges",)),
    "rewatches": frozenset(("rewatches", "totals.rewatches")),
    "tags": frozenset(("tags", "by_tag")),
    "person": frozenset(("name", "last_name", "birthday", "gender")),
    "watched_animes": frozenset(("watched_animes",)),
}  # fmt: skip


def named_by(words: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(FIELDS[word] for word in words))
