"""Where a title stands in a list (collections_app/own_lists/ranks.py)."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.own_lists.ranks import (
    DIGITS,
    FIRST,
    LONGEST_RANK,
    between,
    is_rank,
    places_for,
)

CASES = json.loads((Path(__file__).parent / "rank_cases.json").read_text())
RANKS = st.builds(
    lambda whole, fraction: whole + fraction.rstrip("0"),
    st.text(DIGITS, min_size=4, max_size=4),
    st.text(DIGITS, max_size=6),
)


@pytest.mark.parametrize(("low", "high", "rank"), CASES)
def test_the_cases_that_the_web_client_passes_too(low, high, rank):
    assert between(low, high) == rank


@given(RANKS, RANKS)
def test_between_any_two_there_is_another(one, other):
    low, high = sorted([one, other])
    rank = between(low, high)
    if low == high:
        assert rank is None
    else:
        assert rank is not None
        assert low < rank < high
        assert is_rank(rank)


@given(RANKS)
def test_before_and_after_any_there_is_another(rank):
    before, after = between(None, rank), between(rank, None)
    assert after is None or (after > rank and is_rank(after))
    assert before is None or (before < rank and is_rank(before))
    assert after is not None or rank[:4] == "zzzz"
    assert before is not None or rank == "0000" or rank[:4] == "0000"


@given(st.lists(RANKS, min_size=1, max_size=12).map(sorted), st.data())
def test_a_title_finds_its_place_whatever_stands_there(ranks, data):
    """Equal ranks too: the order stays, and the new title is where it was to be."""
    place = data.draw(st.integers(0, len(ranks)))
    given_ = places_for(ranks, place)
    after = list(ranks)
    after.insert(place, given_[place])
    for moved, rank in given_.items():
        after[moved] = rank
    assert after == sorted(after)
    assert all(is_rank(rank) for rank in given_.values())
    around = after[max(0, place - 1) : place + 2]
    assert all(one < other for one, other in pairwise(around))


def test_what_is_put_last_gets_no_longer():
    rank = FIRST
    for _ in range(10_000):
        rank = between(rank, None)
    assert len(rank) == 4


def test_what_is_put_into_one_gap_for_ever_makes_room():
    ranks = [FIRST, between(FIRST, None)]
    for _ in range(2_000):
        given_ = places_for(ranks, 1)
        ranks.insert(1, given_[1])
        for place, rank in given_.items():
            ranks[place] = rank
    assert ranks == sorted(set(ranks))
    assert max(map(len, ranks)) <= LONGEST_RANK


@pytest.mark.parametrize(
    "text", ["", "V00", "V0000", "V00é", "V000-", "V000" + "z" * 200]
)
def test_what_is_no_rank(text):
    assert not is_rank(text)


# --- Devices without network ------------------------------------------------------

TITLES = st.integers(0, 8)
MOVES = st.lists(st.tuples(TITLES, st.integers(0, 8)), max_size=6)


def moved(ranks, title, place):
    """What a device does to its copy: {title: rank}; it writes that one title alone."""
    order = [one for one in in_order(ranks) if one != title]
    place = min(place, len(order))
    low = ranks[order[place - 1]] if place else None
    high = ranks[order[place]] if place < len(order) else None
    return between(low, high)


def in_order(ranks):
    return sorted(ranks, key=lambda title: (ranks[title], title))


@given(st.lists(MOVES, min_size=3, max_size=3), st.permutations(range(3)))
def test_three_devices_come_to_one_order_whichever_is_first(moves, arrival):
    """Each moves titles of its own, all on copies of one list; what each wrote reaches
    the server whenever it does.
    """
    start = {title: f"V00{title}" for title in range(9)}
    written = []
    for device, mine in enumerate(moves):
        copy, sent = dict(start), {}
        for title, place in mine:
            own = title - title % 3 + device  # titles 0, 3, 6 of the first device …
            if (rank := moved(copy, own, place)) is not None:
                copy[own] = sent[own] = rank
        written.append(sent)
    here, there = dict(start), dict(start)
    for device in range(3):
        here |= written[device]
        there |= written[arrival[device]]
    assert in_order(here) == in_order(there)
