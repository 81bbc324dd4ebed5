"""One statement tells who is asking."""

import pytest
from django.utils import timezone

from conftest import signed_in
from profiles.authentication import BY_SESSION, find_account

pytestmark = pytest.mark.django_db


def test_a_live_session_is_known_by_one_statement(alice, budget):
    client = signed_in(alice)
    key = client.cookies["sessionid"].value
    with budget(1, "session, user, preferences, state and catalogue together"):
        account = find_account(BY_SESSION, key, timezone.now())
    assert account.id == alice.id
    assert account.revisions.user == 0


def test_a_session_of_an_older_epoch_is_dead(alice):
    client = signed_in(alice)
    alice.auth_epoch += 1
    alice.save()
    key = client.cookies["sessionid"].value
    assert find_account(BY_SESSION, key, timezone.now()) is None
