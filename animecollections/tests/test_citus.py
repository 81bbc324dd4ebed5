"""On Citus alone (`make test-citus`): distribute, its refusals, later tables, the
probe, and a machine that dies under writes. That no endpoint asks more than one shard,
every test shows that asks one (conftest.WatchedClient).

A machine is killed by a command that CITUS_KILL has, and started by CITUS_START.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, models
from rest_framework.test import APIClient

from animecollections import probes
from animecollections.databases import CITUS
from animecollections.db.citus.placing import PLACES, by_user
from animecollections.db.owned import OwnedRow, owner
from animecollections.tests.owners import unowned
from animecollections.tests.shards import multi_shard_statements
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, UserState
from profiles.models import LoginClaim, User

SETTINGS = "animecollections.settings"
IS_CITUS = settings.DATABASES["default"]["ENGINE"] == CITUS
pytestmark = [
    pytest.mark.skipif(not IS_CITUS, reason="of Citus: make test-citus"),
    pytest.mark.django_db(transaction=True),
]


# --- distribute ----------------------------------------------------------------------

CHECKSUMS = """
import django; django.setup()
from animecollections.ops import checksums
for line in checksums.of_users(): print(*line)
print(*sorted(checksums.counts().items()), sep="\\n")
"""


@pytest.fixture
def another():
    """A database of its own, empty, on the same machines; its address."""
    creation = connection.creation
    name = f"{connection.settings_dict['NAME']}_other"
    creation._execute_create_test_db(None, {"dbname": name})
    given = connection.get_connection_params()
    yield f"citus://{given['user']}@{given['host']}:{given['port']}/{name}"
    creation._destroy_test_db(name, 0)


def manage(address, *arguments):
    return run(address, ["manage.py", *arguments])


def run(address, arguments):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "animecollections.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.stderr, done.returncode


@pytest.mark.timeout(900)
def test_a_filled_database_is_spread_with_every_row_and_twice_does_no_harm(another):
    manage(another, "prepare")
    manage(another, "seed_demo", "--users", "40", "-v", "0")
    before = run(another, ["-c", CHECKSUMS])[0]
    assert before.count("demo") == 0
    assert len(before.splitlines()) > 80
    said, error, status = manage(another, "distribute", "--shards", "8")
    assert status == 0, error
    number = sum(bool(p.column or p.is_everywhere) for p in PLACES.values())
    assert said == f"{number} tables have their place now.\n"
    assert run(another, ["-c", CHECKSUMS])[0] == before
    assert manage(another, "distribute")[0] == "0 tables have their place now.\n"
    assert manage(another, "migrate", "--check")[2] == 0
    said, error, status = manage(another, "doctor")
    assert status == 0, said + error


@pytest.mark.timeout(900)
def test_nobody_is_spread_who_could_not_sign_in(another):
    manage(another, "migrate", "-v", "0")
    manage(another, "create_staff", "a@example.org", "amelie", "--administrator")
    name = another.rpartition("/")[2]
    with connection.creation.at(0, name) as there:
        there.execute("DELETE FROM profiles_loginclaim WHERE value LIKE 'name:%'")
    _, error, status = manage(another, "distribute")
    assert status == 1
    assert "have not claimed their e-mail or user name" in error
    assert manage(another, "doctor", "--only", "claims", "--fix")[2] == 0
    assert manage(another, "distribute")[2] == 0


def test_backup_and_restore_say_that_they_are_not_the_way(tmp_path):
    for command in ("backup", "restore"):
        with pytest.raises(CommandError, match="restore point"):
            call_command(command, str(tmp_path))


# --- Tables that come later ----------------------------------------------------------


def test_a_table_that_a_later_migration_makes_has_its_place_at_once(monkeypatch):
    class Remark(OwnedRow):
        user = owner("+")
        text = models.TextField()

        class Meta:
            app_label = "history"
            constraints = [
                models.UniqueConstraint(fields=["user", "id"], name="remark_unique")
            ]

    monkeypatch.setitem(PLACES, "history.Remark", by_user("a test"))
    try:
        with connection.schema_editor() as editor:
            editor.create_model(Remark)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT citus_table_type, distribution_column FROM citus_tables"
                " WHERE table_name = 'history_remark'::regclass"
            )
            assert cursor.fetchone() == ("distributed", "user_id")
        user = UserFactory()
        Remark.objects.create(user=user, text="kept")
        assert Remark.objects.of(user.pk).get().text == "kept"
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Remark)
        Remark._meta.apps.all_models["history"].pop("remark")
        Remark._meta.apps.clear_cache()


# --- Shards --------------------------------------------------------------------------


def test_the_counter_sees_a_statement_that_asks_every_shard(alice):
    before = multi_shard_statements()
    User.objects.get(pk=alice.pk)
    assert multi_shard_statements() == before
    assert unowned(
        'SELECT "id" FROM "profiles_user" WHERE "profiles_user"."email" = %s'
    )
    list(User.objects.filter(email=alice.email))
    assert multi_shard_statements() == before + 1


def test_people_and_their_claims_are_on_several_shards():
    users = UserFactory.create_batch(12)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT get_shard_id_for_distribution_column("
            "'profiles_user', id)) FROM profiles_user"
        )
        assert cursor.fetchone()[0] > 1
    assert LoginClaim.objects.count() == 2 * len(users)


def test_the_probe_names_no_machine_where_all_answer():
    assert probes.nodes() == ""


# --- A machine that dies -------------------------------------------------------------

KILL, START = os.environ.get("CITUS_KILL", ""), os.environ.get("CITUS_START", "")
PEOPLE, SECONDS = 12, 4


class Writer:
    """Somebody who increments without a pause, and counts what was acknowledged."""

    def __init__(self, user, is_over):
        self.client, self.user, self.is_over = signed_in(user), user, is_over
        self.acknowledged, self.answers = 0, Counter()

    def go(self):
        client = APIClient()
        client.cookies = self.client.cookies
        while not self.is_over.is_set():
            answer = client.post(
                "/api/user/watchList/1535/increment",
                headers={"Idempotency-Key": str(uuid4())},
            )
            self.answers[answer.status_code] += 1
            if answer.status_code == 200:
                self.acknowledged += 1
            else:
                assert answer.json()["code"] == "busy", answer.content
                assert int(answer["Retry-After"]) >= 1
                time.sleep(0.05)
        connection.close()


def people_who_write(is_over):
    AnimeFactory(id=1535, episodes=None)
    writers = [Writer(user, is_over) for user in UserFactory.create_batch(PEOPLE)]
    for writer in writers:
        body = {"animeId": 1535, "type": "Watching"}
        assert writer.client.post("/api/user/watchList", body).status_code == 200
    return writers


@pytest.mark.races
@pytest.mark.timeout(600)
def test_shards_move_to_another_machine_while_people_write():
    """Each to the other one, and back; nobody is answered by an error."""
    over = Event()
    writers = people_who_write(over)
    with ThreadPoolExecutor(PEOPLE) as pool:
        running = [pool.submit(writer.go) for writer in writers]
        try:
            with waits_without_a_limit():
                moved = sum(move_every_shard() for _ in range(2))
        finally:
            over.set()
        for one in running:
            one.result()
    answers = sum((writer.answers for writer in writers), Counter())
    assert answers.keys() == {200}
    assert all_written(writers) == answers[200]
    sys.stdout.write(f"{moved} groups of shards moved, {answers} meanwhile\n")


@contextmanager
def waits_without_a_limit():
    """As another role than that of the service, to which `distribute` gave a limit: a
    move waits on the machines for transactions that began before it.
    """
    role = connection.get_connection_params()["user"]
    with connection.creation.at(0, connection.settings_dict["NAME"]) as there:
        there.execute(f"ALTER ROLE {role} RESET lock_timeout")
        yield
        there.execute(f"ALTER ROLE {role} SET lock_timeout = '10s'")


SHARDS = """
SELECT shardid, nodename, nodeport FROM citus_shards
WHERE table_name = 'profiles_user'::regclass ORDER BY shardid
"""


def move_every_shard():
    """Of users, and all that is theirs with them; how many."""
    creation = connection.creation
    machines = [(host, port) for host, port, group in creation.nodes() if group]
    with creation.at(0, connection.settings_dict["NAME"]) as there:
        shards = there.execute(SHARDS).fetchall()
        for shard, *where in shards:
            [other, *_] = [one for one in machines if one != tuple(where)]
            there.execute(
                "SELECT citus_move_shard_placement(%s, %s, %s, %s, %s)",
                (shard, *where, *other),
            )
    return len(shards)


@pytest.mark.races
@pytest.mark.timeout(600)
@pytest.mark.skipif(
    not (KILL and START), reason="CITUS_KILL and CITUS_START say how to kill a machine"
)
def test_a_machine_killed_under_writes_loses_nothing_that_was_acknowledged():
    over = Event()
    writers = people_who_write(over)
    with ThreadPoolExecutor(PEOPLE) as pool:
        running = [pool.submit(writer.go) for writer in writers]
        time.sleep(SECONDS)
        subprocess.run(KILL, shell=True, check=True)  # noqa: S602
        time.sleep(SECONDS)
        told = probes.nodes()
        subprocess.run(START, shell=True, check=True)  # noqa: S602
        time.sleep(SECONDS)
        over.set()
        for one in running:
            one.result()
    answers = sum((writer.answers for writer in writers), Counter())
    assert "503" in told
    assert answers.keys() == {200, 503}, answers
    unhurt = [writer for writer in writers if 503 not in writer.answers]
    assert unhurt  # those of the other machine
    total = all_written(writers)
    assert total == answers[200]
    assert not prepared_transactions()
    sys.stdout.write(f"{answers} acknowledged {total}, untouched {len(unhurt)}\n")


def all_written(writers):
    """What was acknowledged is in the revision and in the log, for each of them."""
    connection.close()
    for writer in writers:
        revision = UserState.objects.get(user_id=writer.user.pk).revision
        changes = Change.objects.of(writer.user.pk).count()
        assert changes == revision >= writer.acknowledged + 1
    return sum(writer.acknowledged for writer in writers)


def prepared_transactions():
    """Left on any machine."""
    found = []
    for _, _, group in connection.creation.nodes():
        with connection.creation.at(group, connection.settings_dict["NAME"]) as there:
            assert isinstance(there, psycopg.Connection)
            found += there.execute(
                "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"
            ).fetchall()
    return found
