"""Idempotency keys: how long they are kept, which docs/sync.md tells."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from factories import AnimeFactory
from history.idempotency.records import KEPT_FOR
from history.models import KeptAnswer

URL = "/api/user/watchList/1535/increment"

pytestmark = pytest.mark.django_db


@pytest.fixture
def increment(client):
    AnimeFactory(id=1535)
    client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})

    def send(by=1):
        return client.post(URL, {"by": by}, headers={"Idempotency-Key": "one"})

    return send


def test_the_page_tells_how_long():
    page = (settings.BASE_DIR / "docs" / "sync.md").read_text()
    assert timedelta(days=30) == KEPT_FOR
    assert "The server stores keys for 30 days" in page


def test_within_that_time_the_first_answer_comes_again(increment):
    first = increment()
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=29))
    again = increment()
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert increment(by=2).json()["code"] == "key_reused"


def test_after_it_the_write_is_done_again(increment):
    assert increment().json()["data"]["progress"] == 1
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=31))
    again = increment()
    assert "Idempotency-Replayed" not in again.headers
    assert again.json()["data"]["progress"] == 2
