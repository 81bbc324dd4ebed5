"""A type of the list is named in more places than the enum: none forgets one."""

import re
from importlib import import_module
from typing import get_args, get_type_hints

import pytest
from django.conf import settings

from collections_app.models import STATES_OF_TYPE, EntryState, EntryType
from collections_app.stats.answers import OfState, OfType
from collections_app.transfer import FORMATS
from collections_app.watch_list.joining import RANK

from .lists import STATUSES

UI = settings.BASE_DIR / "static" / "js" / "ui"
WORDS = (UI / "words.js").read_text()
CHANGES = (UI / "changes.js").read_text()


def named_in(name):
    """The texts in an array of words.js."""
    return set(re.findall(r'"([\w ]+)"', re.search(rf"{name} = .*\[(.*)\]", WORDS)[1]))


def test_each_type_has_states_and_a_place_when_titles_are_merged():
    assert set(STATES_OF_TYPE) == set(RANK) == set(EntryType)


def test_statistics_know_each_type_and_state():
    assert set(get_args(get_type_hints(OfType)["type"])) == set(EntryType)
    assert set(get_args(get_type_hints(OfState)["state"])) == set(EntryState)


def test_each_place_on_the_list_has_a_name_in_the_files_of_trackers():
    places = {(type_, state) for type_, of in STATES_OF_TYPE.items() for state in of}
    assert set(STATUSES) == places


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_writes_a_word_for_each_place(format_):
    words = getattr(import_module(FORMATS[format_].__name__), "WORDS", None)
    assert words is None or set(words) == set(STATUSES)


def test_the_web_client_names_each_type_state_and_format():
    assert named_in("TYPES") == set(EntryType)
    others = set(EntryState) - {EntryState.ACTIVE}
    assert named_in("STATUSES") == set(EntryType) | others
    names = re.search(r"formatName = .*?\{(.*?)\}", CHANGES, re.DOTALL)[1]
    assert set(re.findall(r'([\w-]+)"?: "', names)) == set(FORMATS)
