"""manage.py prepare: what `make run` does before it serves."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from collections_app.catalogue.importing.run import CatalogueImport
from collections_app.models import Anime, CatalogueState
from collections_app.tests.catalogues import BEBOP, import_file, write

pytestmark = pytest.mark.django_db


def prepare():
    out = StringIO()
    call_command("prepare", stdout=out)
    return out.getvalue()


def test_the_first_time_loads_the_starter_catalogue_and_says_where_all_is(settings):
    settings.HOST, settings.PORT = "127.0.0.1", 8123
    said = prepare()
    assert Anime.objects.count() >= 200
    for part in ("http://127.0.0.1:8123/api/docs", "/admin/", "create_staff EMAIL"):
        assert part in said
    assert "import_catalog" in said


def test_the_second_time_changes_nothing_and_is_quiet():
    prepare()
    before = CatalogueState.objects.get().revision
    said = prepare()
    assert "Loading" not in said
    assert "Setting up" not in said
    assert CatalogueState.objects.get().revision == before


def test_killed_in_its_first_import_it_loads_all_the_next_time(monkeypatch):
    def killed(self, *, is_complete):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CatalogueImport, "mark_gone", killed)
        with pytest.raises(CommandError, match="Interrupted"):
            prepare()
    assert not Anime.objects.exists()
    prepare()
    assert Anime.objects.count() >= 200


def test_killed_while_it_makes_the_database_it_leaves_none(tmp_path):
    path, part = tmp_path / "db.sqlite3", tmp_path / "db.sqlite3.new"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    command = [sys.executable, "manage.py", "prepare"]

    def start():
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL
        )

    with start() as first:
        while not (part.exists() and part.stat().st_size):
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
    assert not path.exists()
    (tmp_path / "db.sqlite3-wal").write_bytes(b"of a file that was removed")
    kept = tmp_path / "db.sqlite3.newer"
    kept.write_text("somebody's own")
    with start() as second:
        assert second.wait() == 0
    kept.unlink()
    assert [file.name for file in tmp_path.iterdir()] == ["db.sqlite3"]
    assert path.stat().st_mode & 0o777 == 0o600  # passwords' hashes are in it
    with closing(sqlite3.connect(path)) as made:
        [titles] = made.execute("SELECT COUNT(*) FROM collections_app_anime").fetchone()
        groups = made.execute("SELECT name FROM auth_group").fetchall()
    assert titles >= 200
    assert len(groups) == 4


def test_a_catalogue_that_is_there_is_left_alone(tmp_path):
    import_file(write(tmp_path / "mine.jsonl", BEBOP))
    assert "1 titles" in prepare()
    assert Anime.objects.count() == 1


def test_a_port_that_is_taken_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = subprocess.run(
            [sys.executable, "manage.py", "prepare", "--to-serve"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PORT": str(port), "HOST": "127.0.0.1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 1
    [line] = said.stderr.splitlines()
    assert f"make run PORT={port + 1}" in line
    assert not said.stdout
