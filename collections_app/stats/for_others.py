"""Which figures others may see. The statements have left out already what may not be
counted (stats/sources.py); of what was counted, days and dates, rewatches and tags are
shown only where named.
"""

from collections.abc import Collection
from uuid import UUID

from animecollections.viewer import SeenBy, Viewer, visible_fields
from collections_app.stats.answers import Statistics, YearInReview

# Of statistics and of a year in review, which share what has the same name.
FIGURES_SEEN_BY = dict.fromkeys(
    (
        "as_of", "year", "month", "totals", "scores", "by_type", "by_state",
        "by_format", "by_genre", "by_studio", "by_year", "most_watched",
        "totals.titles", "totals.completed", "totals.episodes", "totals.minutes",
        "totals.minutes_estimated", "totals.scored", "totals.mean_score",
        "totals.added", "totals.finished",
    ),
    SeenBy.OTHERS,
) | dict.fromkeys(
    (
        "by_tag", "by_year_finished", "watched", "streaks", "first_watched",
        "last_watched", "finished", "busiest_month", "busiest_day", "longest_streak",
        "months", "weekdays", "calendar",
        "totals.rewatches", "totals.days", "totals.started",
    ),
    SeenBy.WHERE_NAMED,
)  # fmt: skip


def shown_to(
    figures: Statistics | YearInReview,
    viewer: Viewer,
    user_id: UUID,
    named: Collection[str] = (),
) -> dict[str, object]:
    """A user's figures, made for this viewer, without those that are not for them."""
    seen = set(visible_fields(FIGURES_SEEN_BY, viewer, user_id, named))
    totals = figures["totals"].items()
    shown = {name: value for name, value in figures.items() if name in seen}
    shown["totals"] = {key: n for key, n in totals if f"totals.{key}" in seen}
    return shown
