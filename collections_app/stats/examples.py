"""What the reference of the API shows of bodies and answers."""

COUNTED = {
    "titles": 1,
    "completed": 1,
    "episodes": 74,
    "minutes": 1702,
    "mean_score": 9.5,
}
DAY = {"day": "2026-10-02", "episodes": 3, "minutes": 69}
MONTH = {"month": "2026-10", "episodes": 37, "minutes": 851}
WEEK = [{"weekday": "monday", "episodes": 3, "minutes": 69}]
STREAK = {"days": 12, "first": "2026-10-02", "last": "2026-10-13"}
WATCHED_TITLE = {
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
}
BREAKDOWNS = {
    "by_format": [{"format": "TV"} | COUNTED],
    "by_genre": [{"genre": "Supernatural"} | COUNTED],
    "by_studio": [{"studio": "Madhouse"} | COUNTED],
    "by_tag": [],
    "by_year": [{"year": 2006} | COUNTED],
}
STATISTICS = {
    "as_of": "2026-11-23",
    "totals": {
        "titles": 1,
        "completed": 1,
        "rewatches": 1,
        "episodes": 74,
        "minutes": 1702,
        "minutes_estimated": 0,
        "scored": 1,
        "mean_score": 9.5,
    },
    "scores": [{"score": 9.5, "titles": 1}],
    "by_type": [{"type": "Completed"} | COUNTED],
    "by_state": [{"state": "active"} | COUNTED],
    **BREAKDOWNS,
    "by_year_finished": [{"year": 2026} | COUNTED],
    "watched": {
        "episodes": 37,
        "minutes": 851,
        "days": 12,
        "first": "2026-10-02",
        "last": "2026-10-13",
        "years": [{"year": 2026, "episodes": 37, "minutes": 851}],
        "months": [MONTH],
        "weekdays": WEEK,
        "calendar": [DAY],
    },
    "streaks": {"current": None, "longest": STREAK},
}
STATISTICS_OF_YEAR = {
    "as_of": "2026-11-23",
    "year": 2026,
    "month": None,
    "totals": {
        "titles": 1,
        "episodes": 37,
        "minutes": 851,
        "minutes_estimated": 0,
        "days": 12,
        "added": 1,
        "started": 1,
        "finished": 1,
        "scored": 1,
        "mean_score": 9.5,
    },
    "first_watched": WATCHED_TITLE | {"day": "2026-10-02"},
    "last_watched": WATCHED_TITLE | {"day": "2026-10-13"},
    "most_watched": [WATCHED_TITLE | {"episodes": 37, "minutes": 851}],
    "finished": [WATCHED_TITLE | {"finished_on": "2026-10-13", "score": 9.5}],
    "busiest_month": MONTH,
    "busiest_day": DAY,
    "longest_streak": STREAK,
    "months": [MONTH],
    "weekdays": WEEK,
    "calendar": [DAY],
    **BREAKDOWNS,
}
