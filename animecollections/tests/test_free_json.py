"""Which numbers of free-form JSON are kept, and the writer for all that is there."""

import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animecollections.db.free_json import first_unkept, is_kept, to_bytes

TOO_LARGE = [1e20, -1e25, 1e308, 123456789012345678901234567890.0, 2.0**63, -9.2e18]


@pytest.mark.parametrize("number", [*TOO_LARGE, 1e-300, -5e-324])
def test_a_number_that_would_not_be_written_again_is_found(number):
    assert first_unkept(number) == number
    assert first_unkept({"a": [1, {"b": [True, "1e20", number]}]}) == number


@pytest.mark.parametrize("number", [0, -0.0, 1, -1.5, 1e15, 2**63 - 1, 1e-9, True])
def test_others_are_kept(number):
    assert first_unkept({"a": [number, None, "text"]}) is None


@given(st.one_of(st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False)))
def test_what_is_kept_is_written_the_same_from_any_database(number):
    """PostgreSQL spells a float out: 1e15 comes back as 1000000000000000."""
    if is_kept(number):
        spelled = format(Decimal(repr(number)), "f")
        for read in (number, json.loads(spelled)):
            assert json.loads(to_bytes(read)) == number


@pytest.mark.parametrize("number", TOO_LARGE)
def test_what_was_kept_before_the_rule_is_written_as_it_came(number):
    there = {"filters": [int(number), {"deep": (int(number), "text")}]}
    assert json.loads(to_bytes(there)) == {
        "filters": [number, {"deep": [number, "text"]}]
    }


def test_what_is_no_json_is_a_fault_all_the_same():
    with pytest.raises(orjson.JSONEncodeError):
        to_bytes({"a": {1, 2}})
    with pytest.raises(orjson.JSONEncodeError):
        to_bytes({"a": [10**20, "half a pair: \ud800"]})
