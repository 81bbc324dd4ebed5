"""Behind a real PgBouncer: the server works in both its modes, commands that need a
session of the database's own go round it or refuse.
"""

import os
import pwd
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from animecollections.tests.serving import database_url, free_port, serve, wait_for
from collections_app.models import WatchListEntry
from collections_app.tests.test_faults import check_log_and_list
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from profiles.models import User

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has no pooler"
    ),
    pytest.mark.skipif(not PROGRAM, reason="SKIPPED: PgBouncer is not installed"),
]

LIST = "/api/user/watchList"
CONFIG = """
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = {mode}
default_pool_size = 4
unix_socket_dir =
"""


@contextmanager
def pooler(mode, home):
    """The address of this run's test database, through a pool."""
    url, port = urlsplit(database_url()), free_port()
    server = {
        "host": url.hostname,
        "port": url.port,
        "user": url.username,
        "password": url.password,
    }
    known = " ".join(f"{name}={value}" for name, value in server.items() if value)
    config, log = home / "pgbouncer.ini", home / "log"
    config.write_text(CONFIG.format(server=known, port=port, mode=mode))
    more = {}
    if os.geteuid() == 0:  # which it refuses to run as
        nobody = pwd.getpwnam("nobody")
        more = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    with config.open() as text, log.open("w") as output:
        process = subprocess.Popen(
            [PROGRAM, f"/dev/fd/{text.fileno()}"],
            pass_fds=[text.fileno()],
            stderr=output,
            **more,
        )
    try:
        wait_for(port, process, log)
        yield f"{url.scheme}://pooled@127.0.0.1:{port}{url.path}"
    finally:
        process.terminate()
        process.wait(30)


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


WAYS = {
    "session": ("session", {}),
    "session, prepared": ("session", {"DATABASE_PREPARED": "true"}),
    "transaction": ("transaction", {"DATABASE_POOLED": "true"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_server_works_behind_it(tmp_path, way):
    """With PgBouncer's own defaults, which refuse `options`: eight at once, more than
    it has connections, and none of their writes is lost.
    """
    mode, told = WAYS[way]
    alice = UserFactory()
    AnimeFactory(id=1535, episodes=None)
    signed_in(alice).post(LIST, {"animeId": 1535, "type": "Watching"})
    cookie = signed_in(alice).cookies["sessionid"].value
    told |= {"WEB_THREADS": "4", "THROTTLE_SCALE": "1000"}
    with (
        pooler(mode, tmp_path) as url,
        serve(tmp_path, DATABASE_URL=url, **told) as server,
    ):

        def ask(number):
            what = f"POST {LIST}/1535/increment" if number % 2 else f"GET {LIST}"
            headers = f"Cookie: sessionid={cookie}", "Origin: http://localhost"
            return server.send(f"{what} HTTP/1.1", *headers)[0]

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(ask, range(60))) == {200}
    assert WatchListEntry.objects.get().progress == 30
    check_log_and_list(alice)


@pytest.mark.one_machine("backup and restore refuse on a spread database")
def test_commands_that_need_a_session_go_round_it(tmp_path):
    UserFactory(user_name="mia")
    kept = tmp_path / "kept"
    with pooler("transaction", tmp_path) as url:
        pooled = {"DATABASE_URL": url, "DATABASE_POOLED": "true"}
        direct = pooled | {"DATABASE_DIRECT_URL": database_url()}
        said = manage("backup", str(kept), **pooled)
        assert said.returncode == 1
        assert "set DATABASE_DIRECT_URL to its address" in said.stderr
        assert not kept.exists()
        said = manage("backup", str(kept), **direct)
        assert said.returncode == 0, said.stderr
        [folder] = kept.iterdir()
        User.objects.update(user_name="wrecked")
        restore = ["restore", str(folder), "--yes"]
        for told in (pooled, {"DATABASE_URL": url}):  # whatever we were told of it
            said = manage(*restore, **told)
            assert "restore needs the database itself" in said.stderr
        assert User.objects.get().user_name == "wrecked"
        said = manage(*restore, **direct)
        assert said.returncode == 0, said.stderr
        assert manage("doctor", "--only", "accounts", **direct).returncode == 0
        connections = [psycopg.connect(url) for _ in range(4)]  # the whole pool
        for client in connections:
            [(name,)] = client.execute("SELECT user_name FROM profiles_user").fetchall()
            assert name == "mia"
        for client in connections:
            client.close()
