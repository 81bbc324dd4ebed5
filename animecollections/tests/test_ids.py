"""Ids that are in the order of the time they were made at."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import uuid_utils.compat

from animecollections.db.ids import first_id_at, masked, new_id, unmasked

MILLISECOND = timedelta(milliseconds=1)


def test_an_id_lies_between_the_first_before_and_the_first_after():
    before = first_id_at(datetime.now(UTC))
    ids = [new_id() for _ in range(100)]
    after = first_id_at(datetime.now(UTC) + 2 * MILLISECOND)
    assert all(before <= id_ < after for id_ in ids)
    assert before.version == 7


@pytest.mark.parametrize("microsecond", [0, 1000, 123_456, 999_999])
def test_the_first_id_of_a_time_is_exact_to_the_millisecond(microsecond):
    time = datetime(2025, 2, 28, 23, 59, 59, microsecond, tzinfo=UTC)
    microseconds = (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    made = uuid_utils.compat.uuid7(nanoseconds=microseconds * 1000)
    assert first_id_at(time) <= made < first_id_at(time + MILLISECOND)


def test_before_there_were_ids_there_is_none():
    assert first_id_at(datetime(1926, 1, 1, tzinfo=UTC)) < UUID(int=8 << 76)


def test_a_mask_tells_nothing_of_another_ids_with_the_same_salt():
    """Of an id that was chosen one knows both: their difference is no key."""
    mine, theirs = UUID(int=0), new_id()
    masks = [masked(id_, "pictures", "a.webp") for id_ in (mine, theirs)]
    assert masks[0].int ^ masks[1].int != mine.int ^ theirs.int
    assert unmasked(masks[1], "pictures", "a.webp") == theirs
    others = (masked(theirs, "links", "a.webp"), masked(theirs, "pictures", "b.webp"))
    assert len({theirs, masks[1], *others}) == 4
