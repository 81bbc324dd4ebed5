"""Days that a moment may mean, by its precision. No database."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from collections_app.catalogue.models import AiringStatus
from collections_app.source_facts.values import Stored

# Computed ends are no proof: shows skip weeks. So long after one, the show is over.
SURELY_OVER = timedelta(days=60)


def first_day(moment: Stored) -> date:
    year, month, day = parts(moment)
    return date(year, month or 1, day or 1)


def last_day(moment: Stored) -> date:
    year, month, day = parts(moment)
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def parts(moment: Stored) -> tuple[int, int | None, int | None]:
    """Of a time the day in UTC."""
    year, *rest = (int(part) for part in str(moment["at"])[:10].split("-"))
    month, day, *_ = (*rest, None, None)
    return year, month, day


def status_on(airing: Stored, today: date, episodes: int | None) -> AiringStatus:
    """What dates tell of a title on that day; unknown where they do not.

    episodes: how many it has, where the fact itself does not say.
    """
    begin, end = airing.get("begin"), airing.get("end")
    if end and last_day(end) < today:
        return AiringStatus.FINISHED
    if begin and first_day(begin) > today:
        return AiringStatus.UPCOMING
    if end and begin and last_day(begin) <= today:
        return AiringStatus.AIRING
    if (over := computed_end(airing, episodes)) is None:
        return AiringStatus.UNKNOWN
    if over + SURELY_OVER < today:
        return AiringStatus.FINISHED
    is_on = last_day(airing["broadcast"]["start"]) <= today <= over
    return AiringStatus.AIRING if is_on else AiringStatus.UNKNOWN


def computed_end(airing: Stored, episodes: int | None) -> date | None:
    """The day of the last episode, by the regular times and how many there are."""
    broadcast, number = airing.get("broadcast"), airing.get("episodes") or episodes
    if not broadcast or not number:
        return None
    start = datetime.combine(last_day(broadcast["start"]), datetime.min.time())
    try:
        return (start + timedelta(days=broadcast["every_days"] * (number - 1))).date()
    except OverflowError:
        return None
