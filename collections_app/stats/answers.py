"""Statistics as they are answered (for the schema, and the types)."""

from typing import Annotated, Literal, TypedDict

from animecollections.api.shapes import Words
from collections_app.catalogue.models import Format

WEEKDAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


class Counted(TypedDict):
    """What a breakdown tells of each group; minutes as in the totals."""

    titles: int
    completed: int
    episodes: int
    minutes: int
    mean_score: float | None


class OfType(Counted):
    type: Literal["Collection", "Completed", "To Watch", "Watching"]


class OfState(Counted):
    state: Literal["active", "on_hold", "rewatching", "dropped"]


class OfFormat(Counted):
    format: Annotated[str, Format]


class OfGenre(Counted):
    genre: str


class OfStudio(Counted):
    studio: str


class OfTag(Counted):
    tag: str


class OfYear(Counted):
    year: int | None


class OfYearFinished(Counted):
    year: int


class Breakdowns(TypedDict):
    by_format: list[OfFormat]
    by_genre: list[OfGenre]
    by_studio: list[OfStudio]
    by_tag: list[OfTag]
    by_year: list[OfYear]


class ScoreCount(TypedDict):
    score: float
    titles: int


class Totals(TypedDict):
    titles: int
    completed: int
    rewatches: int
    episodes: int
    minutes: int
    minutes_estimated: int
    scored: int
    mean_score: float | None


class DayTotals(TypedDict):
    day: str
    episodes: int
    minutes: int


class MonthTotals(TypedDict):
    month: str
    episodes: int
    minutes: int


class YearWatched(TypedDict):
    year: int
    episodes: int
    minutes: int


class WeekdayTotals(TypedDict):
    weekday: Annotated[str, Words(WEEKDAYS)]
    episodes: int
    minutes: int


class Watched(TypedDict):
    episodes: int
    minutes: int
    days: int
    first: str | None
    last: str | None
    years: list[YearWatched]
    months: list[MonthTotals]
    weekdays: list[WeekdayTotals]
    calendar: list[DayTotals]


class Streak(TypedDict):
    days: int
    first: str
    last: str


class Streaks(TypedDict):
    current: Streak | None
    longest: Streak | None


class Statistics(Breakdowns):
    as_of: str
    totals: Totals
    scores: list[ScoreCount]
    by_type: list[OfType]
    by_state: list[OfState]
    by_year_finished: list[OfYearFinished]
    watched: Watched
    streaks: Streaks


class YearCounts(TypedDict):
    """Of entries; the score is of those finished."""

    added: int
    started: int
    finished: int
    scored: int
    mean_score: float | None


class YearTotals(YearCounts):
    titles: int
    episodes: int
    minutes: int
    minutes_estimated: int
    days: int


class NamedTitle(TypedDict):
    anime_id: str
    title: str
    imageUrl: str | None


class TitleOfDay(NamedTitle):
    day: str


class WatchedTitle(NamedTitle):
    episodes: int
    minutes: int


class FinishedTitle(NamedTitle):
    finished_on: str
    score: float | None


class YearInReview(Breakdowns):
    as_of: str
    year: int
    month: int | None
    totals: YearTotals
    first_watched: TitleOfDay | None
    last_watched: TitleOfDay | None
    most_watched: list[WatchedTitle]
    finished: list[FinishedTitle]
    busiest_month: MonthTotals | None
    busiest_day: DayTotals | None
    longest_streak: Streak | None
    months: list[MonthTotals]
    weekdays: list[WeekdayTotals]
    calendar: list[DayTotals]
