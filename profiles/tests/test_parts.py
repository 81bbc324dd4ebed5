"""The parts of sync: model, log, sync and the library of clients have the same."""

import re

from django.conf import settings

from history.log.parts import COLUMN_OF_KIND, COUNTERS, PARTS
from history.models import ChangeKind, UserState
from profiles.sync.parts import SYNCED

LIBRARY = settings.BASE_DIR / "static" / "js" / "collection" / "rules.js"


def test_each_counter_of_the_state_is_of_a_part():
    fields = {field.name for field in UserState._meta.concrete_fields}
    counters = {name for name in fields if name.endswith("_revision")}
    assert counters == {*COUNTERS}


def test_each_change_is_of_one_part():
    assert {*COLUMN_OF_KIND} == {*ChangeKind}
    assert sum(len(part.kinds) for part in PARTS) == len(ChangeKind)


def test_devices_are_told_of_each():
    assert {part.name for part in PARTS} == {"list", *(part.name for part in SYNCED)}


def test_the_clients_library_keeps_each():
    names = re.search(r"export const WHOLES = \[(.*)\];", LIBRARY.read_text())[1]
    assert re.findall(r'"(\w+)"', names) == [part.key for part in SYNCED]
