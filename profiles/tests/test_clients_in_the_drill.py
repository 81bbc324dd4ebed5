"""Our own clients in the fault drill, as docs/fault-drill.md has it for any client."""

import os
import shutil
import subprocess

import httpx
import pytest
from django.conf import settings
from django.db import transaction

from animecollections.tests.serving import serve
from factories import personal_token
from profiles.accounts.models import User
from profiles.accounts.sandboxes import sandbox_for

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
CLIENTS = settings.BASE_DIR / "clients"
NODE = shutil.which("node") or ""


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    with serve(tmp_path_factory.mktemp("drill")) as server:
        yield server


@pytest.fixture
def token(alice, death_note):
    scopes = "sandbox list:read list:write profile:read history:read history:write"
    with transaction.atomic():
        sandbox = sandbox_for(alice)
    return personal_token(sandbox, *scopes.split(), "lists:read")


class Drill(httpx.HTTPTransport):
    """Has the next writes, or syncs, fail as it is told."""

    def __init__(self):
        super().__init__()
        self.write, self.sync = [], []

    def handle_request(self, request):
        is_sync = request.url.path.endswith("/sync")
        faults = self.sync if is_sync else self.write
        if faults and (is_sync or request.method != "GET"):
            request.headers["X-Simulate"] = faults.pop(0)
        return super().handle_request(request)


def test_the_client_in_python(server, token, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(CLIENTS / "python" / "src")
    from animecollections_client import Api, Collection

    slept, drill = [], Drill()
    with (
        Api(server.url, token=token, transport=drill, sleep=slept.append) as api,
        Collection(api, tmp_path / "copy.sqlite3") as mine,
    ):
        there = lambda: api.ask("GET", "/api/user/watchList/1535").data  # noqa: E731
        drill.write = ["drop-answer"]
        mine.add(1535, "Watching")
        assert mine.sync().sent == 1
        # Every answer is lost once, and it is asked to wait twice: done once each.
        drill.write = ["drop-answer", "503", "429", "409"]
        for _ in range(5):
            mine.increment(1535)
        assert mine.sync().sent == 5
        assert there()["progress"] == 5
        assert slept.count(2) == 2
        # Another device was first, it is said; nothing that it set is lost.
        drill.write = ["412"]
        mine.change(1535, notes="mine")
        outcome = mine.sync()
        assert (outcome.conflicts, outcome.refused) == ([], [])
        assert there()["notes"] == "mine"
        # The cursor is too old: everything anew, and what waits is sent.
        drill.sync = ["stale-cursor", "503", "drop-answer"]
        mine.increment(1535)
        assert mine.sync().sent == 1
        # An answer that comes later than it waits is a lost one.
        api.http.timeout, drill.write = 1, ["slow=2"]
        mine.increment(1535)
        assert mine.sync().sent == 1
        assert there()["progress"] == 7
        assert mine.entries() == {"1535": there()}
        api.ask("POST", "/api/sandbox/reset")
        mine.sync()
        assert (mine.entries(), mine.unsent) == ({}, [])


@pytest.mark.skipif(not NODE, reason="there is no Node here")
def test_the_client_in_javascript(server, token):
    done = subprocess.run(
        [NODE, settings.BASE_DIR / "animecollections/tests/js/drill.mjs"],
        env=os.environ | {"SERVER_URL": server.url, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "passed", done.stdout + done.stderr
    assert User.objects.sandboxes().count() == 1
