"""Titles in groups: by type, genre, score …, all of them in one statement.

An entry's episodes are its progress, and a whole pass for each rewatch; while a title
is being watched again its progress tells of that pass, and the first one counts whole.
A whole pass has as many episodes as the catalogue knows, or as were watched where that
is more. Minutes are episodes times the length of one; where the catalogue does not know
it, the usual one of the format is taken, and told as `minutes_estimated`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from animecollections.db.json_rows import texts_in
from collections_app.catalogue.lengths import OTHERWISE_USUAL, USUAL_MINUTES
from collections_app.stats.answers import Breakdowns
from collections_app.stats.sources import Sources
from collections_app.watch_list.models import EntryState, EntryType

MOST_ROWS = 100  # of genres, studios and tags
MOST_WATCHED = 10
# Of one entry: nobody sees more, and no sum of them leaves 64 bits.
MOST_EPISODES = 1_000_000

USUAL = " ".join(f"WHEN '{name}' THEN {m}" for name, m in USUAL_MINUTES.items())
LENGTH = (
    "COALESCE(NULLIF(a.episode_minutes, 0), "
    f"CASE a.format {USUAL} ELSE {OTHERWISE_USUAL} END)"
)
IS_ESTIMATED = "CASE WHEN COALESCE(a.episode_minutes, 0) = 0 THEN 1 ELSE 0 END"
IS_AGAIN = f"CASE e.state WHEN '{EntryState.REWATCHING}' THEN 1 ELSE 0 END"
HAS_FINISHED = (
    f"(e.type = '{EntryType.COMPLETED}' OR e.state = '{EntryState.REWATCHING}')"
)

# {entries} and {days} are what the viewer sees of them (stats/sources.py).

# What an entry tells of the day it was finished on, where the diary has nothing of it:
# what an earlier release imported, or added. Partial dates too; `begins` says which.
# {noted}: what days have noted of each title.
DATED = f"""
SELECT finished.anime_id, finished.day, finished.seen - finished.noted AS episodes,
       finished.length
FROM (
    SELECT e.anime_id, e.finished_on AS day, COALESCE(n.noted, 0) AS noted,
           {LENGTH} AS length,
           CASE WHEN {IS_AGAIN} = 1 AND COALESCE(a.episodes, 0) > e.progress
                THEN a.episodes WHEN e.progress < {MOST_EPISODES} THEN e.progress
                ELSE {MOST_EPISODES} END AS seen
    FROM {{entries}} e
    JOIN collections_app_anime a ON a.id = e.anime_id
    LEFT JOIN {{noted}} n ON n.anime_id = e.anime_id
    WHERE {HAS_FINISHED} AND e.finished_on LIKE %(begins)s
) finished
WHERE finished.seen > finished.noted
"""  # noqa: S608  (made of our own constants)

NOTED = (
    "(SELECT anime_id, SUM(episodes) AS noted FROM {days} every_day GROUP BY anime_id)"
)

# What is counted: titles, and how many episodes of each were seen.
OF_LIST = f"""
SELECT e.anime_id, e.type, e.state, e.score, e.tags, e.finished_on, e.rewatches,
       CASE WHEN {HAS_FINISHED} THEN 1 ELSE 0 END AS completed,
       CAST(e.progress AS bigint)
       + CASE WHEN COALESCE(a.episodes, 0) > e.progress THEN a.episodes
         ELSE e.progress END * (CAST(e.rewatches AS bigint) + {IS_AGAIN}) AS seen,
       {LENGTH} AS length, {IS_ESTIMATED} AS is_estimated,
       a.format, a.year, a.genre_names, a.studio_names
FROM {{entries}} e
JOIN collections_app_anime a ON a.id = e.anime_id
"""  # noqa: S608  (made of our own constants)
OF_YEAR = f"""
SELECT w.anime_id, e.type, e.state, e.score, COALESCE(e.tags, '[]') AS tags,
       '' AS finished_on, 0 AS rewatches,
       CASE WHEN e.finished_on LIKE %(begins)s AND {HAS_FINISHED}
            THEN 1 ELSE 0 END AS completed,
       w.seen, {LENGTH} AS length, {IS_ESTIMATED} AS is_estimated,
       a.format, a.year, a.genre_names, a.studio_names
FROM (SELECT anime_id, SUM(episodes) AS seen FROM (
          SELECT anime_id, episodes FROM {{days}} watched
          WHERE watched_on LIKE %(within)s
          UNION ALL
          SELECT anime_id, episodes
          FROM ({DATED.replace("{noted}", NOTED)}) dated) noted
      GROUP BY anime_id HAVING SUM(episodes) > 0) w
JOIN collections_app_anime a ON a.id = w.anime_id
LEFT JOIN {{entries}} e ON e.anime_id = w.anime_id
"""  # noqa: S608

# The titles are found once; each breakdown groups what was found.
STATEMENT = """
WITH found AS ({titles}), counted AS (
    SELECT found.*, CASE WHEN seen < {most} THEN seen ELSE {most} END AS episodes
    FROM found
), mine AS MATERIALIZED (
    SELECT counted.*, episodes * length AS minutes FROM counted
)
{groups}
"""
GROUP = """
SELECT '{kind}' AS kind, CAST({name} AS text) AS name, COUNT(*) AS titles,
       SUM(completed) AS completed, SUM(episodes) AS episodes, SUM(minutes) AS minutes,
       COUNT(score) AS scored, SUM(score) AS scores, {more}
FROM mine {of} {group_by}
"""
ONLY_OF_ALL = (
    "SUM(rewatches) AS rewatches, SUM(minutes * is_estimated) AS minutes_estimated"
)
NOT_OF_EACH = "0, 0"
COLUMNS: Mapping[str, str] = {
    "type": "type",
    "state": "state",
    "format": "format",
    "year": "year",
    "score": "score",
    "year_finished": "NULLIF(SUBSTR(finished_on, 1, 4), '')",
}
# JSON arrays; each of their values is a group.
ARRAYS: Mapping[str, str] = {
    "genre": "genre_names",
    "studio": "studio_names",
    "tag": "tags",
}


class Group(NamedTuple):
    """Titles that have something in common: `name`, None where nothing is known.

    scores: the sum of what `scored` of the titles have, of 0–100 each.
    """

    name: str | None
    titles: int
    completed: int
    episodes: int
    minutes: int
    scored: int
    scores: int
    # Of the group of all, "total", alone.
    rewatches: int
    minutes_estimated: int

    @property
    def mean_score(self) -> float | None:
        return mean(self.scores, self.scored)


def mean(scores: int, scored: int) -> float | None:
    """Of so many scores of 0–100 with this sum, as 0–10."""
    return round(scores / scored / 10, 2) if scored else None


NOTHING = Group(None, 0, 0, 0, 0, 0, 0, 0, 0)
Groups = Mapping[str, Sequence[Group]]


def groups_of_list(sources: Sources) -> Groups:
    """Of every kind, the groups of all titles listed; one statement."""
    return groups_by_kind(sources.filled(OF_LIST), sources.parameters())


def groups_of_period(sources: Sources, period: str) -> Groups:
    """Of every kind, the groups of the titles watched in a year or month; those most
    watched too, as kind "anime".
    """
    parameters = sources.parameters(**time_of(period))
    titles = group_by("anime", "anime_id")
    most = f"SELECT * FROM ({titles} ORDER BY episodes DESC, name LIMIT {MOST_WATCHED})"  # noqa: S608
    return groups_by_kind(sources.filled(OF_YEAR), parameters, f"{most} AS most")


def time_of(period: str) -> dict[str, str]:
    """The parameters of what is asked about "2026", "2026-11", or "" for all time: to
    which belongs also what nobody knows the day of.
    """
    return {"within": f"{period}%", "begins": f"{period or '_'}%"}


def groups_by_kind(titles: str, parameters: Mapping[str, Any], *more: str) -> Groups:
    groups = " UNION ALL ".join([*selects(), *more])
    statement = STATEMENT.format(titles=titles, most=MOST_EPISODES, groups=groups)
    found: dict[str, list[Group]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        for kind, name, *numbers in cursor:
            # The sums of no rows are null; PostgreSQL's of bigints are decimals.
            found[kind].append(Group(name, *(int(number or 0) for number in numbers)))
    return found


def selects() -> Iterator[str]:
    yield GROUP.format(kind="total", name="NULL", more=ONLY_OF_ALL, of="", group_by="")
    for kind, column in COLUMNS.items():
        yield group_by(kind, column)
    for kind, array in ARRAYS.items():
        each = f", {texts_in(f'mine.{array}')} item"
        yield group_by(kind, "item.value", each)


def group_by(kind: str, name: str, of: str = "") -> str:
    by = f"GROUP BY {name}"
    return GROUP.format(kind=kind, name=name, more=NOT_OF_EACH, of=of, group_by=by)


# --- As answered -------------------------------------------------------------------


def told(kind: str, group: Group, value: object = None) -> Any:
    return {
        kind: group.name if value is None else value,
        "titles": group.titles,
        "completed": group.completed,
        "episodes": group.episodes,
        "minutes": group.minutes,
        "mean_score": group.mean_score,
    }


def by_each(kind: str, names: Iterable[str], groups: Groups) -> list[Any]:
    """A row for each of a few names, in their order, with nothing where none is."""
    found = {group.name: group for group in groups[kind]}
    return [told(kind, found.get(name, NOTHING), name) for name in names]


def by_most(kind: str, groups: Groups) -> list[Any]:
    """Rows of those with the most titles; equal ones by name."""
    ranked = sorted(groups[kind], key=lambda group: (-group.titles, group.name or ""))
    return [told(kind, group) for group in ranked[:MOST_ROWS]]


def by_number(kind: str, key: str, groups: Groups) -> list[Any]:
    """Rows by a number, the least first, the unknown last."""
    numbered = sorted(
        (group for group in groups[kind] if group.name),
        key=lambda group: int(group.name or 0),
    )
    unknown = [group for group in groups[kind] if group.name is None]
    return [
        *(told(key, group, int(group.name or 0)) for group in numbered),
        *(told(key, group) for group in unknown),
    ]


def shared_breakdowns(groups: Groups) -> Breakdowns:
    """What a list and a year are both told by."""
    return {
        "by_format": by_most("format", groups),
        "by_genre": by_most("genre", groups),
        "by_studio": by_most("studio", groups),
        "by_tag": by_most("tag", groups),
        "by_year": by_number("year", "year", groups),
    }
