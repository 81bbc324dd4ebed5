"""Lists for the tests of transfer: any entry at all, written and read again."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from animecollections.api.fields import CONTROL, shows_nothing
from collections_app.transfer import Kept, ListFile, Owner, Record, read, write
from collections_app.transfer.reading import (
    COMPLETED,
    DROPPED,
    OWNED,
    PAUSED,
    PLANNED,
    REWATCHING,
    WATCHING,
    usable,
)
from collections_app.watch_list.episode_ranges import Seen, union
from collections_app.watch_list.fields import FIELD_NAMES, NEW_ENTRY

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "lists"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder shared/data is not beside this repository"
)
BEBOP = {"mal": "1", "anilist": "1", "kitsu": "1", "simkl": "37089"}


def kept(**values: Any) -> Kept:
    """An entry of Cowboy Bebop, to watch but for what is given."""
    extra = values.pop("extra", {})
    fresh = {name: NEW_ENTRY[name] for name in FIELD_NAMES} | {"type": "To Watch"}
    return Kept(
        values={**fresh, **values, "extra": extra},
        anime_id=1,
        title="Cowboy Bebop",
        ids=BEBOP,
        format="TV",
        episodes=26,
        year=1998,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
        updated_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    )


def written(format_: str, *entries: Kept, **owner: Any) -> bytes:
    return b"".join(write(format_, entries, owner=Owner(**owner)))


def again(format_: str, *entries: Kept, **owner: Any) -> ListFile:
    """What a file of the entries holds, read again; every row must be whole."""
    file = read(written(format_, *entries, **owner), format=format_)
    assert [type(row) for row in file.rows] == [Record] * len(entries)
    return file


# --- anything at all --------------------------------------------------------------

# Any text that the API would keep: in NFC, and without NUL and lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
NOTES = TEXT.map(lambda text: usable(text, "notes"))
TAG = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
    .map(lambda text: usable(text, "tag").strip())
    .filter(lambda text: not shows_nothing(text) and not CONTROL.search(text))
)
DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
PARTIAL = st.builds(
    lambda day, size: str(day)[:size], DATES, st.sampled_from([0, 4, 7, 10])
)
STATUSES = [WATCHING, PAUSED, REWATCHING, COMPLETED, PLANNED, DROPPED, OWNED]


NUMBERS = st.sets(st.integers(1, 60), max_size=8)


def seen_of(progress: int, watched: set[int], skipped: set[int]) -> dict[str, Any]:
    """Columns of an entry that watched these besides, and skipped those."""
    ahead, left_out = (
        union(tuple((number, number) for number in numbers))
        for numbers in (watched - skipped, skipped)
    )
    return Seen(progress, ahead, left_out).settled().columns


EPISODES = st.builds(seen_of, st.integers(0, 100_000), NUMBERS, NUMBERS)


@st.composite
def entries(draw: Any, **carried: Any) -> Kept:
    """Any entry; `carried` narrows columns to what a format can hold."""
    type_, state = draw(st.sampled_from(STATUSES))
    columns = {
        "progress": st.integers(0, 100_000),
        "score": st.none() | st.integers(0, 100),
        "rewatches": st.integers(0, 100_000),
        "started_on": PARTIAL,
        "finished_on": PARTIAL,
        "notes": NOTES,
        "tags": st.lists(TAG, max_size=5, unique=True),
        "priority": st.integers(0, 100),
        "is_private": st.booleans(),
        "custom_title": st.just("") | TAG,
    } | carried
    values = {name: draw(strategy) for name, strategy in columns.items()}
    if "progress" not in carried:
        values |= draw(EPISODES)
    return kept(type=type_, state=state, **values)
