"""The table of an entry's fields, and what has to stand beside it."""

from pathlib import Path

import pytest
from django.conf import settings

from collections_app.models import WatchListEntry
from collections_app.transfer.own import READERS
from collections_app.watch_list.fields import FIELDS, NEW_ENTRY, STORED_COLUMNS

NAMES = [field.name for field in FIELDS]


@pytest.mark.parametrize("field", FIELDS, ids=NAMES)
def test_a_field_has_a_column_that_begins_as_it_does(field):
    default = WatchListEntry._meta.get_field(field.name).get_default()
    assert default == field.new or field.name == "type"  # which everybody sends


def test_every_column_is_a_field_or_kept_besides():
    columns = {column.attname for column in WatchListEntry._meta.concrete_fields}
    assert columns == set(STORED_COLUMNS)
    assert NEW_ENTRY.keys() < columns


def test_every_kind_can_be_read_from_our_own_files():
    assert {field.kind for field in FIELDS} <= READERS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_web_client_has_a_name_for_each(name):
    words = Path(settings.BASE_DIR, "static", "js", "ui", "changes.js").read_text()
    assert f"{name}: t(" in words or name in ("type", "state")
