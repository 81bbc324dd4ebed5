"""What was watched together, at once, with real threads on the real database."""

import pytest

from animecollections.identity import Origin
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import EpisodesWatched
from profiles.models import User, UserNotice, WatchedTogether
from profiles.personal_data.erasure import erase
from profiles.tests.test_following import at
from profiles.tests.test_sign_in_races import at_once
from profiles.tests.test_together import BLOCKS, LIST, TOGETHER, befriend, entry, say

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _without_limits(settings):
    settings.THROTTLE_SCALE = 1_000_000


def friends():
    pair = [UserFactory() for _ in range(2)]
    befriend(*pair)
    anime = AnimeFactory(episodes=13)
    client = signed_in(pair[0])
    client.post(LIST, {"animeId": anime.pk, "type": "Watching", "progress": 7})
    return *pair, anime


def rows_of(user):
    return WatchedTogether.objects.of(user.pk)


def accepting(user, key=None):
    [row] = rows_of(user)
    client = signed_in(user)
    headers = {"Idempotency-Key": key} if key else {}
    address = f"{TOGETHER}/{row.pk}"
    return lambda: client.put(address, {}, headers=headers).status_code


def saying(user, other, anime):
    client = signed_in(user)
    return lambda: say(client, other, anime).status_code


def ending(user, other, *, is_erased):
    """As a block, or by erasure."""
    if is_erased:
        return lambda: erase(user_id=user.pk, through=Origin("command"))
    client = signed_in(user)
    return lambda: client.put(at(BLOCKS, other)).status_code


def test_said_and_accepted_many_times_at_once_it_is_one(acts_can_go):
    for key in (None, "key"):
        alice, bob, anime = friends()
        calls = [saying(alice, bob, anime) for _ in range(4)]
        assert at_once(calls) == [200] * 4
        assert (rows_of(alice).count(), rows_of(bob).count()) == (1, 1)
        told = UserNotice.objects.of(bob.pk).filter(kind="together")
        assert told.count() == 1
        accepts = [accepting(bob, f"{key} {n}" if key else None) for n in range(4)]
        assert at_once(accepts) == [200] * 4
        assert entry(bob, anime).progress == 7
        days = EpisodesWatched.objects.of(bob.pk).values_list("episodes", flat=True)
        assert sorted(days) == [1, 6]


def test_accepted_while_either_blocks_or_is_erased_nothing_is_left(acts_can_go):
    for is_erased in (False, True):
        for is_offerer in (False, True):
            alice, bob, anime = friends()
            say(signed_in(alice), bob, anime)
            who, other = (alice, bob) if is_offerer else (bob, alice)
            ends = ending(who, other, is_erased=is_erased)
            accepted, _ = at_once([accepting(bob), ends])
            assert accepted in {200, 404, 401}
            assert not WatchedTogether.objects.across_users().exists()
            assert User.objects.filter(pk=who.pk).exists() is not is_erased


def test_said_while_the_other_blocks_or_is_erased_leaves_nothing(acts_can_go):
    for is_erased in (False, True):
        alice, bob, anime = friends()
        ends = ending(bob, alice, is_erased=is_erased)
        said, _ = at_once([saying(alice, bob, anime), ends])
        assert said in {200, 404}
        assert not WatchedTogether.objects.across_users().exists()
