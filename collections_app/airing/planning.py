"""What a title's facts make of its stored airings: rows that change, and its schedule.
No database.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from collections_app.airing.computing import Computed, Episode
from collections_app.catalogue.airing import (
    PRECISIONS,
    Run,
    Schedule,
    day_of,
    runs_of,
)

Row = dict[str, Any]
# Where one of these changes, an episode has moved.
TIME = ("airs_at", "precision")
SHOWN = (*TIME, "airs_on", "is_estimated")


def schedule_of(computed: Computed) -> Schedule | None:
    """As a title keeps it (catalogue.airing)."""
    episodes = [
        Run(
            episode.number,
            episode.minute,
            precision=PRECISIONS.index(episode.precision),
            is_estimated=episode.is_estimated,
        )
        for episode in computed.episodes
    ]
    if not episodes:
        return None
    return Schedule(computed.zone, runs_of(episodes, goes_on_by=computed.goes_on_by))


def changed_rows(
    anime_id: int, computed: Computed, stored: Mapping[int, Row], now: datetime
) -> list[Row]:
    """The rows to write of a title. Their sequence rises where a calendar has seen
    another time; what is announced no longer loses its time, and keeps its row.

    stored: by number.
    """
    wanted = {
        episode.number: row_of(anime_id, episode, computed.zone)
        for episode in computed.episodes
    }
    for number in stored.keys() - wanted.keys():
        if stored[number]["airs_at"] is not None:
            gone = {"airs_at": None, "airs_on": "", "changed_at": now}
            wanted[number] = stored[number] | gone
    changed = []
    for number, row in sorted(wanted.items()):
        before = stored.get(number)
        if before and all(before[name] == row[name] for name in SHOWN):
            continue
        sequence = before["sequence"] if before else 0
        if before and any(before[name] != row[name] for name in TIME):
            sequence += 1
        changed.append(row | {"sequence": sequence, "changed_at": now})
    return changed


def row_of(anime_id: int, episode: Episode, zone: str) -> Row:
    return {
        "anime_id": anime_id,
        "number": episode.number,
        "airs_at": datetime.fromtimestamp(episode.minute * 60, UTC),
        "airs_on": day_of(episode.minute, episode.precision, zone),
        "precision": str(episode.precision),
        "is_estimated": episode.is_estimated,
    }
