"""Copies of backups elsewhere, one every night, and a restore that needs no wreck.

S3 is spoken over HTTP, with a server in this process (moto): a real one cannot be
installed here.
"""

from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import boto3
import pytest
from django.db import connection
from moto.server import ThreadedMotoServer

from animecollections.management.commands import backup as command
from animecollections.ops import backups, checksums, rehearsal
from animecollections.tests.serving import free_port
from animecollections.tests.test_backup import failure, filled, run, saved  # noqa: F401
from collections_app.models import WatchListEntry
from factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def storage(settings, monkeypatch):
    """A bucket; its client."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    port = free_port()
    server = ThreadedMotoServer(port=port, verbose=False)
    server.start()
    settings.BACKUP_S3_URL = f"http://key:s%2Fecret@127.0.0.1:{port}/kept/anime"
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="s/ecret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="kept")
    yield client
    reset = Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")
    urlopen(reset).close()  # noqa: S310
    server.stop()


def test_a_copy_is_made_and_can_be_restored(filled, storage, tmp_path):  # noqa: F811
    before = list(checksums.of_users())
    said = run("backup", str(tmp_path / "here"))
    assert "Copied: " in said
    [folder] = (tmp_path / "here").iterdir()
    assert run("fetch_backup", str(tmp_path), "--list") == f"{folder.name}\n"
    run("fetch_backup", str(tmp_path / "fetched"))
    WatchListEntry.objects.all().update(progress=99)
    run("restore", str(tmp_path / "fetched" / folder.name), "--yes")
    assert list(checksums.of_users()) == before


def test_a_copy_without_its_manifest_is_none(filled, storage, tmp_path):  # noqa: F811
    run("backup", str(tmp_path / "here"))
    [folder] = (tmp_path / "here").iterdir()
    key = f"anime/{folder.name}/manifest.json"
    storage.delete_object(Bucket="kept", Key=key)
    assert "There is no copy" in failure("fetch_backup", str(tmp_path / "fetched"))


def test_a_damaged_copy_leaves_nothing(filled, storage, tmp_path):  # noqa: F811
    run("backup", str(tmp_path / "here"))
    [folder] = (tmp_path / "here").iterdir()
    key = f"anime/{folder.name}/users.jsonl"
    storage.put_object(Bucket="kept", Key=key, Body=b"nothing")
    assert "damaged" in failure("fetch_backup", str(tmp_path / "fetched"))
    assert not any((tmp_path / "fetched").iterdir())


def test_a_storage_that_refuses_is_told_and_the_backup_stays(
    filled,  # noqa: F811
    storage,
    tmp_path,
):
    storage.delete_bucket(Bucket="kept")
    said = failure("backup", str(tmp_path / "here"))
    assert "The backup has no copy elsewhere." in said
    assert "ecret" not in said
    assert len(list((tmp_path / "here").iterdir())) == 1


def test_old_ones_go_once_there_is_a_new_one(filled, tmp_path):  # noqa: F811
    kept = tmp_path / "kept"
    old = kept / "animecollections-2026-01-01T00-00-00Z"
    other = kept / "animecollections-mine"
    for folder in (old, other):
        folder.mkdir(parents=True)
    run("backup", str(kept), "--keep", "30")
    assert not old.exists()
    assert other.exists()
    assert len(list(kept.iterdir())) == 2


def test_the_next_one_is_made_at_its_time():
    at = command.time_of_day("03:30")
    day = datetime(2026, 11, 30, tzinfo=UTC)
    hours = {
        timedelta(hours=3): 0.5,
        timedelta(hours=3, minutes=30): 24,
        timedelta(hours=4): 23.5,
    }
    for now, until in hours.items():
        assert command.seconds_until(at, day + now) == until * 3600


def test_every_day_one_is_made_and_a_failure_is_no_end(
    filled,  # noqa: F811
    tmp_path,
    monkeypatch,
):
    pauses = iter([0, 0])
    monkeypatch.setattr(command, "seconds_until", lambda at, now: next(pauses))
    (tmp_path / "file").touch()
    with pytest.raises(StopIteration):
        run("backup", str(tmp_path / "file"), "--daily", "03:30")
    pauses = iter([0])
    with pytest.raises(StopIteration):
        run("backup", str(tmp_path / "kept"), "--daily", "03:30")
    assert len(list((tmp_path / "kept").iterdir())) == 1


# --- The rehearsal -----------------------------------------------------------------


def test_a_restore_is_rehearsed_beside_what_is_live(saved, filled):  # noqa: F811
    UserFactory(user_name="later")
    before = list(checksums.of_users())
    said = run("rehearse_restore", str(saved.parent))
    assert "It can be restored: 5 users, " in said
    assert "1 pictures are as they were" in said
    assert list(checksums.of_users()) == before
    assert rehearsal.ENDING not in str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            assert not [n for (n,) in cursor.fetchall() if n.endswith(rehearsal.ENDING)]


def test_a_rehearsal_tells_what_a_restore_would(saved):  # noqa: F811
    lines = (saved / "users.jsonl").read_text().splitlines()
    (saved / "users.jsonl").write_text("\n".join(lines[1:]))
    assert "damaged or missing" in failure("rehearse_restore", str(saved))
    assert "Nothing of yours was changed." in failure("rehearse_restore", "/nowhere")


def test_a_rehearsal_never_takes_the_live_database():
    for name in ("anime", "a" * 63, "a" * 55):
        beside = rehearsal.name_beside(name)
        assert beside != name
        assert beside.endswith(rehearsal.ENDING)
        assert len(beside) <= rehearsal.LONGEST_NAME
    with pytest.raises(backups.BackupError):
        rehearsal.name_beside("a" * 53 + rehearsal.ENDING)
