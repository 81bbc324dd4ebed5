"""Statistics as what a page draws: figures, columns, bars, a year of days. Shapes are
numbers of an SVG, each said in words as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from profiles.public_pages.sections import first_eager, of_title
from profiles.public_pages.words import (
    day,
    episodes,
    format_name,
    month,
    number,
    state_name,
    t,
    titles,
    type_name,
    weekday,
)

Json = Mapping[str, Any]
Drawn = dict[str, Any]
Pair = tuple[str, int]
HEIGHT = 40  # of columns; they are 100 wide
FILLED = 0.72  # of the width that a column has
MOST_BARS = 10
MOST_TITLES = 12
MINUTES_OF_DAY = 24 * 60
FEWEST_MONTHS, MOST_MONTHS = 6, 24
LETTERS = 40  # of names below columns, so many fit on a phone
SQUARE = 13  # of a day, with the space to the next
WEEKS = 53


def of_statistics(stats: Json) -> Drawn:
    """Of a whole list. Days, streaks and tags are there where they are seen."""
    watched = stats.get("watched")
    charts = [
        columns(t("Scores"), scores(stats["scores"]), titles),
        bars(t("Lists"), by_status(stats)),
        bars(t("Genres"), named(stats["by_genre"], "genre")),
        bars(t("Studios"), named(stats["by_studio"], "studio")),
        bars(t("Formats"), formats(stats["by_format"])),
        columns(t("By release year"), five_years(stats["by_year"]), titles),
        bars(t("Tags"), named(stats.get("by_tag", ()), "tag")),
    ]
    if watched:
        charts += [
            columns(t("Episodes by month"), months(watched["months"]), episodes),
            columns(t("Weekdays"), weekdays(watched["weekdays"]), episodes),
        ]
    return {
        "figures": figures_of(stats),
        "charts": [chart for chart in charts if chart],
        "calendar": calendar(watched["calendar"]) if watched else None,
    }


def of_year(review: Json) -> Drawn:
    totals = review["totals"]
    figures = [
        (t("Titles"), number(totals["titles"])),
        (t("Episodes"), number(totals["episodes"])),
        (t("Hours"), number(totals["minutes"] // 60)),
        (t("Completed"), number(totals["finished"])),
        (t("Mean score"), mean(totals)),
    ]
    charts = [
        bars(t("Genres"), named(review["by_genre"], "genre")),
        bars(t("Studios"), named(review["by_studio"], "studio")),
        bars(t("Formats"), formats(review["by_format"])),
        bars(t("Tags"), named(review.get("by_tag", ()), "tag")),
        columns(t("Episodes by month"), months(review.get("months", ())), episodes),
        columns(t("Weekdays"), weekdays(review.get("weekdays", ())), episodes),
    ]
    most = review["most_watched"][:MOST_TITLES]
    return {
        "figures": [(name, value) for name, value in figures if value],
        "charts": [chart for chart in charts if chart],
        "calendar": calendar(review.get("calendar", ())),
        "most_watched": first_eager(
            [of_title(one, episodes(one["episodes"])) for one in most]
        ),
        "finished": [
            of_title(one, day(one["finished_on"]))
            for one in review.get("finished", ())[:MOST_TITLES]
        ],
        "said": sentences(review),
    }


def sentences(review: Json) -> list[str]:
    said = []
    if genres := named(review["by_genre"], "genre"):
        said.append(t("Top genre: {genre}.", genre=genres[0][0]))
    if one := review.get("busiest_day"):
        said.append(
            t(
                "The busiest day was {day}: {episodes}.",
                day=day(one["day"]),
                episodes=episodes(one["episodes"]),
            )
        )
    if one := review.get("longest_streak"):
        said.append(
            t(
                "The longest streak was {n} days, from {day}.",
                n=number(one["days"]),
                day=day(one["first"]),
            )
        )
    return said


def figures_of(stats: Json) -> list[tuple[str, str]]:
    """What stands at the top of a profile too."""
    totals = stats["totals"]
    figures = [
        (t("Titles"), number(totals["titles"])),
        (t("Completed"), number(totals["completed"])),
        (t("Episodes"), number(totals["episodes"])),
        (t("Days watched"), number(round(totals["minutes"] / MINUTES_OF_DAY, 1))),
        (t("Mean score"), mean(totals)),
    ]
    return [(name, value) for name, value in figures if value]


def mean(totals: Json) -> str:
    score = totals["mean_score"]
    return "" if score is None else number(round(score, 1))


def by_status(stats: Json) -> list[Pair]:
    """By type, and what is on hold or dropped, whatever its type."""
    types = [(type_name(row["type"]), row["titles"]) for row in stats["by_type"]]
    states = [
        (state_name(row["state"]), row["titles"])
        for row in stats["by_state"]
        if row["state"] != "active"
    ]
    return [*types, *states]


def named(rows: Sequence[Json], key: str) -> list[Pair]:
    found = [(str(row[key]), row["titles"]) for row in rows if row[key]]
    return sorted(found, key=lambda pair: -pair[1])


def formats(rows: Sequence[Json]) -> list[Pair]:
    return [(format_name(name), n) for name, n in named(rows, "format")]


def scores(rows: Sequence[Json]) -> list[Pair]:
    """Of each whole score, 1 to 10."""
    counts = dict.fromkeys(range(1, 11), 0)
    for row in rows:
        counts[min(10, max(1, round(row["score"])))] += row["titles"]
    return [(str(score), n) for score, n in counts.items()] if rows else []


def five_years(rows: Sequence[Json]) -> list[Pair]:
    counts: dict[int, int] = {}
    for row in rows:
        if row["year"]:
            first = row["year"] // 5 * 5
            counts[first] = counts.get(first, 0) + row["titles"]
    return [(str(year), n) for year, n in sorted(counts.items())]


def months(rows: Sequence[Json]) -> list[Pair]:
    """To the last that is there; empty ones too."""
    if not rows:
        return []
    found = {row["month"]: row["episodes"] for row in rows}
    year, last = map(int, max(found).split("-"))
    number_of = min(MOST_MONTHS, max(FEWEST_MONTHS, len(rows)))
    names = [
        f"{at // 12}-{at % 12 + 1:02}"
        for at in range(year * 12 + last - number_of, year * 12 + last)
    ]
    return [(month(name), found.get(name, 0)) for name in names]


def weekdays(rows: Sequence[Json]) -> list[Pair]:
    return [(weekday(row["weekday"]), row["episodes"]) for row in rows]


def columns(title: str, pairs: Sequence[Pair], say: Any) -> Drawn | None:
    if not any(n for _, n in pairs):
        return None
    most = max(n for _, n in pairs)
    width = 100 / len(pairs)
    margin = width * (1 - FILLED) / 2
    drawn = [
        {
            "x": f"{at * width + margin:.2f}",
            "y": f"{HEIGHT - n / most * HEIGHT:.2f}",
            "width": f"{width * FILLED:.2f}",
            "height": f"{n / most * HEIGHT:.2f}",
            "is_most": n == most,
        }
        for at, (_, n) in enumerate(pairs)
    ]
    step = 1 + sum(len(name) for name, _ in pairs) // LETTERS
    return {
        "kind": "columns",
        "title": title,
        "columns": drawn,
        "labels": [
            name if at % step == 0 else "" for at, (name, _) in enumerate(pairs)
        ],
        "rows": [(name, say(n)) for name, n in pairs if n],
    }


def bars(title: str, pairs: Iterable[Pair]) -> Drawn | None:
    shown = [(name, n) for name, n in pairs if n and name][:MOST_BARS]
    if not shown:
        return None
    most = max(n for _, n in shown)
    rows = [
        {"name": name, "share": f"{100 * n / most:.1f}", "number": number(n)}
        for name, n in shown
    ]
    return {"kind": "bars", "title": title, "rows": rows}


def calendar(rows: Sequence[Json]) -> Drawn | None:
    """A year of days, to the last that is there; darker the more was watched."""
    if not rows:
        return None
    found = {row["day"]: row["episodes"] for row in rows}
    end = date.fromisoformat(max(found))
    begin = end - timedelta(days=end.weekday() + 7 * (WEEKS - 1))
    days = [begin + timedelta(days=at) for at in range((end - begin).days + 1)]
    shown = [found.get(one.isoformat(), 0) for one in days]
    most = max(shown)
    squares = [
        {
            "x": at // 7 * SQUARE,
            "y": at % 7 * SQUARE,
            "level": -(-4 * n // most),
        }
        for at, n in enumerate(shown)
    ]
    said = t(
        "{n} active days, up to {most} episodes a day",
        n=sum(n > 0 for n in shown),
        most=most,
    )
    return {"squares": squares, "width": SQUARE * WEEKS, "said": said}
