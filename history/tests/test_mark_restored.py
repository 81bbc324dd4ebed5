"""manage.py mark_restored"""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_cursors_from_before_the_restore_end(client):
    cursor = client.get("/api/user/watchList").json()["meta"]["cursor"]
    assert client.get(f"/api/user/sync?cursor={cursor}").status_code == 200
    out = StringIO()
    call_command("mark_restored", stdout=out)
    assert "1 users" in out.getvalue()
    response = client.get(f"/api/user/sync?cursor={cursor}")
    assert (response.status_code, response.json()["code"]) == (410, "cursor_expired")
