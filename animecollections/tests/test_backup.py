"""manage.py backup and restore: the drill, on the database of this run.

Backup, wreck, restore: every user's rows are as they were.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from animecollections.ops import backups, checksums
from animecollections.tests.serving import database_url
from collections_app.models import Anime, WatchListEntry
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, UserState
from profiles.models import LoginClaim, Profile, User
from profiles.staff.groups import make_groups
from profiles.tests.test_kept_images import upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_machine("backup and restore refuse on a spread database"),
]


def run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out, stderr=out, verbosity=0)
    return out.getvalue()


def failure(command, *args):
    with pytest.raises(CommandError) as failed:
        run(command, *args)
    return str(failed.value)


@pytest.fixture
def filled(db):
    """Some people with lists, and one with a picture; she, and her device."""
    make_groups()  # an earlier test may have emptied the tables that migrations fill
    AnimeFactory.create_batch(30)
    run("seed_demo", "--users", "4", "--entries", "10")
    browser = signed_in(UserFactory(user_name="mia"))
    upload(browser)
    body = {"animeId": Anime.objects.first().pk, "type": "Watching"}
    assert browser.post("/api/user/watchList", body).status_code == 200
    return browser


@pytest.fixture
def saved(filled, tmp_path):
    said = run("backup", str(tmp_path / "kept"))
    [folder] = (tmp_path / "kept").iterdir()
    assert said.endswith(f"rows saved and verified: {folder}.\n")
    assert said.startswith("5 users and ")
    return folder


def wreck():
    """Of everything something: lists, the log, an account, pictures; later rows too."""
    WatchListEntry.objects.all().update(progress=99)
    Change.objects.all()[0].delete()
    Profile.objects.all().update(name="x", avatar="")
    User.objects.exclude(user_name="mia")[0].delete()
    UserFactory(user_name="later")
    for path in backups.settings.MEDIA_ROOT.rglob("*.webp"):
        path.unlink()


def test_backup_wreck_restore_gives_every_row_back(saved, filled):
    before = list(checksums.of_users())
    numbers = checksums.counts()
    cursor = filled.get("/api/user/sync").json()["meta"]["cursor"]
    pictures = sorted(backups.settings.MEDIA_ROOT.rglob("*.webp"))
    wreck()
    assert list(checksums.of_users()) != before
    for _ in range(2):  # twice does no harm
        said = run("restore", str(saved), "--yes")
        assert "5 users) is restored and verified for each user" in said
        assert list(checksums.of_users()) == before
        assert checksums.counts() == numbers
        assert sorted(backups.settings.MEDIA_ROOT.rglob("*.webp")) == pictures
    told = filled.get("/api/user/sync", {"cursor": cursor})
    assert told.json()["code"] == "cursor_expired"
    assert run("doctor").endswith("18 checks: 0 wrong, 0 odd.\n")
    body = {"animeId": Anime.objects.first().pk, "type": "Completed"}
    assert filled.post("/api/user/watchList", body).status_code == 200


def test_where_it_is_not_the_way_it_says_so(saved, tmp_path, monkeypatch):
    assert "pgBackRest" not in run("backup", str(tmp_path / "small"))
    monkeypatch.setattr(backups, "LARGE", 1)
    said = [
        run("backup", "--dry-run", str(tmp_path)),
        run("backup", str(tmp_path / "large")),
        run("restore", str(saved), "--dry-run"),
    ]
    is_postgresql = connection.vendor == "postgresql"
    assert all(("Use pgBackRest" in text) == is_postgresql for text in said), said


def of_users():
    return {id_: rest for id_, *rest in checksums.of_users()}


def test_a_checksum_sees_one_changed_value_of_one_user(filled):
    before = of_users()
    one = WatchListEntry.objects.first()
    WatchListEntry.objects.filter(pk=one.pk).update(notes="changed")
    after = of_users()
    changed = [id_ for id_ in before if before[id_] != after[id_]]
    assert changed == [str(one.user_id)]
    UserState.objects.update(epoch=7)
    assert of_users() == after


def test_a_restore_tells_what_differs(saved, monkeypatch):
    lines = (saved / "users.jsonl").read_text().splitlines()
    (id_, number, _), *_ = map(json.loads, lines)
    changed = [json.dumps([id_, number, "0" * 32]), *lines[1:-1], '["gone", 1, ""]']
    (saved / "users.jsonl").write_text("\n".join(changed))
    hash_ = backups.sha256(saved / "users.jsonl")
    about = json.loads((saved / "manifest.json").read_text())
    about["files"]["users.jsonl"] = hash_
    about["counts"]["history_search"] += 1
    (saved / "manifest.json").write_text(json.dumps(about))
    with pytest.raises(CommandError, match="but 4 things differ"):
        run("restore", str(saved), "--yes")


def test_interrupted_while_it_compares_all_is_back_and_devices_load_anew(
    saved, filled, monkeypatch
):
    cursor = filled.get("/api/user/sync").json()["meta"]["cursor"]
    before = of_users()
    wreck()

    def interrupt(folder, about, tell):
        for _ in checksums.of_users():
            raise KeyboardInterrupt

    monkeypatch.setattr(backups, "compare", interrupt)
    said = failure("restore", str(saved), "--yes")
    assert (
        said == "Interrupted. The database is unchanged, or fully restored; "
        "run this again."
    )
    assert of_users() == before
    told = filled.get("/api/user/sync", {"cursor": cursor})
    assert told.json()["code"] == "cursor_expired"


def test_media_that_do_not_fit_are_told_and_devices_load_anew(saved, filled):
    cursor = filled.get("/api/user/sync").json()["meta"]["cursor"]
    shutil.rmtree(backups.settings.MEDIA_ROOT)
    backups.settings.MEDIA_ROOT.touch()
    said = failure("restore", str(saved), "--yes")
    assert said.startswith("The rows are restored, but not all media (")
    assert said.endswith("): run this again.")
    told = filled.get("/api/user/sync", {"cursor": cursor})
    assert told.json()["code"] == "cursor_expired"


def test_media_are_unpacked_below_their_folder_by_any_python(tmp_path, monkeypatch):
    """Debian 12's tarfile has no filter, and extracts what leads outside."""

    def extract_nothing(*args, **options):
        raise TypeError("extractall() got an unexpected keyword argument 'filter'")

    monkeypatch.setattr(tarfile.TarFile, "extractall", extract_nothing)
    media, root = tmp_path / "media.tar", tmp_path / "root"
    with tarfile.open(media, "w") as tar:
        for name in ("./images/a.webp", "../outside", str(tmp_path / "absolute")):
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = 3, 1_000_000_000, 0o4666
            tar.addfile(member, BytesIO(b"abc"))
        link = tarfile.TarInfo("images/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with tarfile.open(media) as tar:
        backups.unpack(tar, root)
    [made] = [path for path in root.rglob("*") if path.is_file()]
    assert made == root / "images" / "a.webp"
    assert made.read_bytes() == b"abc"
    assert made.stat().st_mtime == 1_000_000_000
    assert made.stat().st_mode & 0o7777 == 0o644
    assert {path.name for path in tmp_path.iterdir()} == {"media.tar", "root"}


def test_what_is_no_whole_backup_changes_nothing(saved, tmp_path, monkeypatch):
    """Nor a dry run, nor an operator who thinks better of it."""
    before = of_users(), list(UserState.objects.values_list("epoch", flat=True))
    assert saved.stat().st_mode & 0o077 == 0  # hashes of passwords are in it
    said = run("restore", str(saved), "--dry-run")
    assert said.endswith("is complete and would be restored.\n")
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert failure("restore", str(saved)) == "Nothing was changed."
    for path in (tmp_path, saved / "users.jsonl"):
        assert "is not a backup" in failure("restore", str(path), "--yes")
    about = json.loads((saved / "manifest.json").read_text())
    (saved / "manifest.json").write_text(json.dumps(about | {"vendor": "oracle"}))
    assert "It is a backup of oracle" in failure("restore", str(saved), "--yes")
    (saved / "manifest.json").write_text(json.dumps(about)[:-1])
    assert "manifest.json is damaged" in failure("restore", str(saved), "--yes")
    (saved / "manifest.json").write_text(json.dumps(about))
    database = saved / backups.file_of_database()
    database.write_bytes(database.read_bytes()[:-100])
    assert "is damaged or missing" in failure("restore", str(saved), "--yes")
    if connection.vendor == "postgresql":  # should its hash be as wrong
        with pytest.raises(backups.BackupError):
            backups.restore_postgresql(database)
    assert before == (
        of_users(),
        list(UserState.objects.values_list("epoch", flat=True)),
    )


HALF_A_RESTORE = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.db import connection
from animecollections.ops import backups

def half(path):
    dump = b"".join(backups.decompress(path))
    users = dump.index(b"COPY public.profiles_user ")  # at the end of a statement
    yield dump[:users]
    os.kill(os.getpid(), signal.SIGKILL)

backups.statements_of = half
connection.settings_dict["NAME"] = sys.argv[1]
backups.restore_postgresql(Path(sys.argv[2]))
"""


def psql_runs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'psql' "
            "AND datname = current_database()"
        )
        return cursor.fetchone()[0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite copies pages")
def test_a_restore_that_is_killed_changes_nothing(saved):
    before = of_users()
    name = connection.settings_dict["NAME"]
    database = str(saved / backups.file_of_database())
    script = [sys.executable, "-c", HALF_A_RESTORE, name, database]
    killed = subprocess.run(script, check=False)
    assert killed.returncode == -signal.SIGKILL
    while psql_runs():  # until it has seen that nobody writes on
        time.sleep(0.05)
    assert of_users() == before


def test_a_backup_that_is_not_finished_leaves_nothing(filled, tmp_path, monkeypatch):
    def stop(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backups, "sha256", stop)
        assert "Interrupted" in failure("backup", str(tmp_path / "kept"))
    assert not list((tmp_path / "kept").iterdir())
    (tmp_path / "file").touch()
    assert "cannot be created" in failure("backup", str(tmp_path / "file" / "x"))
    assert "rows would be saved" in run("backup", str(tmp_path), "--dry-run")

    def refuse(*args):
        raise OperationalError("no such table: x")

    with monkeypatch.context() as patch:
        patch.setattr(backups.checksums, "of_users", refuse)
        assert "no such table: x. No backup was made." in failure(
            "backup", str(tmp_path)
        )
    if connection.vendor == "postgresql":
        monkeypatch.setenv("PATH", "")
        assert "pg_dump is not installed" in failure("backup", str(tmp_path))
        monkeypatch.undo()
        monkeypatch.setattr(backups.checksums, "counts", lambda: {"x": 1})
        assert "lacks rows of x" in failure("backup", str(tmp_path))
    monkeypatch.undo()
    monkeypatch.setattr(backups, "is_on_disk", lambda: False)
    assert "Media are in a separate storage" in run("backup", str(tmp_path / "b"))
    assert not list(tmp_path.rglob("media.tar"))


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="pg_dump and psql are PostgreSQL's"
)


@on_postgresql
def test_what_was_restored_can_be_backed_up_and_restored(saved, tmp_path):
    """A schema that was made anew is not the one that came with the database."""
    before = of_users()
    run("restore", str(saved), "--yes")
    run("backup", str(tmp_path / "again"))
    [again] = (tmp_path / "again").iterdir()
    wreck()
    assert "verified for each user" in run("restore", str(again), "--yes")
    assert of_users() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its file is edited by hand")
def test_a_backup_from_before_claims_gets_them(saved):
    path = saved / "database.sqlite3"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "profiles", "0017", "-v0"],
        env=os.environ | {"DATABASE_URL": f"sqlite:///{path}"},
        cwd=settings.BASE_DIR,
        check=True,
    )
    with closing(sqlite3.connect(path)) as old, old:
        left = old.execute("SELECT app || '.' || name FROM django_migrations")
        migrations = {name for (name,) in left}
    about = json.loads((saved / "manifest.json").read_text())
    about["files"][path.name] = backups.sha256(path)
    about["migrations"] = [made for made in about["migrations"] if made in migrations]
    (saved / "manifest.json").write_text(json.dumps(about))
    said = run("restore", str(saved), "--yes")
    assert "It is from another release: its rows were not compared." in said
    assert LoginClaim.objects.count() == 2 * User.objects.count() == 10
    assert run("doctor").endswith("18 checks: 0 wrong, 0 odd.\n")


@on_postgresql
def test_a_backup_of_an_older_release_is_restored(saved):
    """In pg_dump's custom format, with checksums of another kind."""
    before = of_users()
    child = backups.start("pg_dump", "--format=custom", "--no-owner", out=True)
    (saved / "database.dump").write_bytes(child.stdout.read())
    backups.finish(child)
    about = json.loads((saved / "manifest.json").read_text())
    del about["checksums"]
    del about["files"]["database.sql.zst"]
    about["files"]["database.dump"] = backups.sha256(saved / "database.dump")
    (saved / "manifest.json").write_text(json.dumps(about))
    wreck()
    said = run("restore", str(saved), "--yes")
    assert "It is from an older release: its rows were not compared." in said
    assert of_users() == before


def test_rows_of_a_dump_are_counted_wherever_it_is_cut():
    dump = (
        b"SET x;\n\nCOPY public.none (a) FROM stdin;\n\\.\n\n"
        b'COPY public."two" (a) FROM stdin;\n1\tCOPY\n\\\\.\n\\.\n\n'
        b"-- it says\nCOPY to everybody;\n"
        b"COPY public.three (a) FROM stdin;\nx\ny\n\n\\.\n-- end\n"
    )
    for size in range(1, len(dump)):
        pieces = [dump[n : n + size] for n in range(0, len(dump), size)]
        found = {}
        for table, number in backups.rows_of_dump(pieces):
            found[table] = found.get(table, 0) + number
        assert found == {"none": 0, "two": 2, "three": 3}


def test_a_backup_that_is_told_to_end_leaves_nothing_and_nobody(filled, tmp_path):
    """As systemd and `kill` tell it; or the terminal, by going away."""
    script = [sys.executable, "-c", SLOW_BACKUP, str(tmp_path / "kept")]
    environment = os.environ | {"DATABASE_URL": database_url()}
    for number in (signal.SIGTERM, signal.SIGHUP):
        with subprocess.Popen(
            script,
            cwd=backups.settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as command:
            children = command.stdout.readline().decode().split()  # in the middle
            [partial] = (tmp_path / "kept").iterdir()
            assert partial.suffix == ".partial"
            command.send_signal(number)
            _, said = command.communicate(timeout=30)
        assert command.returncode == 128 + number
        assert said.decode().endswith("Interrupted. No backup was made.\n")
        assert not list((tmp_path / "kept").iterdir())
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


SLOW_BACKUP = """
import os, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored, in tests too
from pathlib import Path
import manage
from animecollections.ops import checksums

def stall(tell):
    own = os.getpid()
    print(Path(f"/proc/{own}/task/{own}/children").read_text(), flush=True)
    time.sleep(60)
    yield

checksums.of_users = stall
sys.argv = ["manage.py", "backup", sys.argv[1], "-v0"]
manage.main()
"""
