"""Ties at once, with real threads on the real database."""

from functools import partial

import pytest

from animecollections.identity import Origin
from conftest import signed_in
from factories import UserFactory
from history.models import Change
from profiles.models import NoticeKind, Preferences, Tie, User, UserNotice
from profiles.notifications.services import notify
from profiles.personal_data.erasure import erase
from profiles.tests.test_sign_in_races import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
FOLLOWING, BLOCKS = "/api/user/following", "/api/user/blocks"


@pytest.fixture(autouse=True)
def _without_limits(settings, caplog):
    settings.THROTTLE_SCALE = 1_000_000
    caplog.set_level("INFO", "history")


@pytest.fixture
def two(acts_can_go):
    """In the order of their ids, whom everyone may follow."""
    users = sorted((UserFactory() for _ in range(2)), key=lambda user: user.pk)
    Preferences.objects.update(audience_profile="everyone")
    return users


def put(user, url, other, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    client = signed_in(user)
    return lambda: client.put(f"{url}/{other.user_name}", headers=headers).status_code


def both_sides_agree():
    rows = {
        (tie.user_id, tie.person_id, tie.kind) for tie in Tie.objects.across_users()
    }
    mirrored = {"follows": "followed_by", "blocks": "blocked_by", "asks": "asked_by"}
    back = {there: here for here, there in mirrored.items()}
    return rows == {
        (person, user, (mirrored | back)[kind]) for user, person, kind in rows
    }


@pytest.mark.parametrize("key", ["", "key"], ids=["plain", "with a key"])
def test_two_who_follow_each_other_at_once_both_do(two, key, caplog):
    """Each takes both locks in one order, with a key too: nobody has to
    try again after a deadlock.
    """
    low, high = two
    for n in range(4):
        Tie.objects.across_users().delete()
        calls = [
            put(low, FOLLOWING, high, key and f"{key} {n}"),
            put(high, FOLLOWING, low, key and f"{key} {n}"),
        ] * 3
        assert at_once(calls) == [200] * 6
        assert Tie.objects.across_users().count() == 4
        assert both_sides_agree()
    assert "Trying a write again" not in caplog.text


def test_who_follows_while_the_other_blocks_follows_no_more(two):
    for blocker, other in (two, two[::-1]):
        for _ in range(3):
            Tie.objects.across_users().delete()
            calls = [put(other, FOLLOWING, blocker), put(blocker, BLOCKS, other)]
            first, second = at_once(calls)
            assert (first in {200, 404}, second) == (True, 200)
            kinds = Tie.objects.across_users().values_list("kind", flat=True)
            assert set(kinds) == {"blocks", "blocked_by"}


def test_of_two_who_block_each_other_at_once_one_is_nobody_to_the_other(two):
    low, high = two
    answers = at_once([put(low, BLOCKS, high), put(high, BLOCKS, low)])
    assert sorted(answers) == [200, 404]
    assert Tie.objects.across_users().count() == 2
    assert both_sides_agree()


def test_who_follows_while_either_is_erased_leaves_nothing(acts_can_go):
    for is_follower_erased in (False, True):
        for _ in range(3):
            pair = [UserFactory() for _ in range(2)]
            Preferences.objects.update(audience_profile="everyone")
            gone = pair[not is_follower_erased]
            calls = [
                put(*pair[:1], FOLLOWING, pair[1]),
                lambda gone=gone: erase(user_id=gone.pk, through=Origin("command")),
            ]
            status, _ = at_once(calls)
            assert status in {200, 404, 401}
            assert not Tie.objects.across_users().exists()
            assert not User.objects.filter(pk=gone.pk).exists()


def test_many_who_know_each_other_are_erased_at_once(acts_can_go):
    users = [UserFactory() for _ in range(5)]
    Preferences.objects.update(audience_profile="everyone")
    for user in users:
        for other in users:
            if user != other:
                put(user, FOLLOWING, other)()
    assert Tie.objects.across_users().count() == 40
    at_once(
        [
            lambda user=user: erase(user_id=user.pk, through=Origin("command"))
            for user in users
        ]
    )
    assert not Tie.objects.across_users().exists()
    assert not User.objects.exists()


def test_a_notice_of_a_follower_takes_its_place_in_the_log(two):
    """Its revision is taken under the lock of the one who is told."""
    low, high = two
    calls = [put(low, FOLLOWING, high), put(high, FOLLOWING, low)]
    merged = NoticeKind.MERGED
    calls += [
        partial(notify, user_id=user.pk, kind=merged, key=f"n{number}")
        for number in range(4)
        for user in two
    ]
    at_once(calls)
    for user in two:
        revisions = Change.objects.of(user.pk).order_by("revision")
        assert list(revisions.values_list("revision", flat=True)) == [1, 2, 3, 4, 5]
        assert UserNotice.objects.of(user.pk).count() == 5
