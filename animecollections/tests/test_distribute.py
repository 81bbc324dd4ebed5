"""What spreads a database, where it is not on Citus: it does nothing, and says so."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from animecollections.databases import CITUS, database, parse_database_url
from animecollections.db.citus.base import DatabaseWrapper
from animecollections.db.citus.placing import PLACES
from animecollections.db.spread import is_spread
from profiles.models import User

pytestmark = pytest.mark.django_db
IS_CITUS = connection.settings_dict["ENGINE"] == CITUS
ADDRESS = "citus://anime:word@db.example.org:5432/anime"


def settings_of(address, **changes):
    asked = {"statement_seconds": 30, "is_prepared": True, "is_pooled": False}
    asked |= {"test_name": "", "base_dir": Path("/nowhere")} | changes
    return database(parse_database_url(address), **asked)


@pytest.mark.skipif(IS_CITUS, reason="test_citus.py has it there")
def test_without_citus_nothing_is_spread(alice):
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("distribute")
    assert not is_spread()
    assert User.objects.get() == alice


def test_a_dry_run_lists_every_table_and_its_reason_anywhere():
    out = StringIO()
    call_command("distribute", "--dry-run", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(PLACES)
    assert "profiles_loginclaim" in {line.split()[0] for line in lines}
    assert all(place.reason in out.getvalue() for place in PLACES.values())


def test_the_address_is_that_of_postgresql_with_another_scheme():
    ours, plain = (
        settings_of(ADDRESS),
        settings_of(ADDRESS.replace("citus", "postgres")),
    )
    assert ours["ENGINE"] == CITUS
    same = ("HOST", "PORT", "NAME", "USER", "PASSWORD", "TIMEOUTS", "SILENT_SECONDS")
    assert [ours[name] for name in same] == [plain[name] for name in same]


def test_nothing_is_prepared_on_it_for_the_owner_stands_in_the_text():
    plain = settings_of(ADDRESS.replace("citus", "postgres"), is_prepared=False)
    ours = settings_of(ADDRESS)
    assert ours["OPTIONS"] == plain["OPTIONS"]
    assert ours.get("PREPARES") == plain.get("PREPARES")


@pytest.mark.skipif(
    connection.vendor != "postgresql" or IS_CITUS, reason="of plain PostgreSQL"
)
def test_on_a_server_without_the_extension_it_is_plain_postgresql():
    here = DatabaseWrapper(connection.settings_dict | {"ENGINE": CITUS})
    try:
        assert not here.is_spread
        with here.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM profiles_user")
            assert cursor.fetchone() == (0,)
    finally:
        here.close()


@pytest.mark.skipif(
    connection.vendor != "postgresql" or IS_CITUS, reason="of plain PostgreSQL"
)
def test_a_server_without_the_extension_is_told_so(monkeypatch):
    monkeypatch.setattr(
        type(connection), "look_for_shards", lambda self: None, raising=False
    )
    with pytest.raises(CommandError, match="This server has no Citus"):
        call_command("distribute")
