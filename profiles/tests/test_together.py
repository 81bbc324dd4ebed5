"""What was watched together: said by one, offered to the other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from animecollections.identity import Origin
from collections_app.models import Anime, WatchListEntry
from conftest import WatchedClient, signed_in
from factories import AnimeFactory, UserFactory, personal_token
from history.models import Change, EpisodesWatched
from profiles.following import services, together
from profiles.models import Preferences, User, UserNotice, WatchedTogether
from profiles.personal_data.archive import SECTIONS
from profiles.personal_data.erasure import erase
from profiles.tests.test_following import at, without_request_id

FOLLOWING, BLOCKS = "/api/user/following", "/api/user/blocks"
TOGETHER, LIST = "/api/user/together", "/api/user/watchList"
TODAY = timezone.now().date().isoformat()
pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(alice, stranger):
    """Who follows alice, as she does him."""
    befriend(alice, stranger)
    return stranger


def befriend(one, other):
    Preferences.objects.update(audience_profile="everyone", timezone="UTC")
    services.follow(user_id=one.pk, user_name=other.user_name)
    services.follow(user_id=other.pk, user_name=one.user_name)


@pytest.fixture
def aria(client):
    """On alice's list, of 13 episodes."""
    anime = AnimeFactory(title="Aria", episodes=13)
    client.post(LIST, {"animeId": anime.pk, "type": "Watching", "progress": 7})
    return anime


def say(client, person, anime, first=7, **more):
    body = {"animeId": anime.pk, "first": first, **more}
    return client.post(f"{at(FOLLOWING, person)}/together", body)


def listed(client, **wanted):
    return client.get(TOGETHER, wanted).json()["data"]


def states(client):
    return [(one["user_name"], one["state"]) for one in listed(client)]


def entry(user, anime):
    return WatchListEntry.objects.of(user.pk).filter(anime=anime).first()


def put(client, row, **body):
    return client.put(f"{TOGETHER}/{row['id']}", body)


def test_what_is_said_is_offered_once_accepted_and_undone(
    client, other_client, alice, bob, aria
):
    for _ in range(2):
        said = say(client, bob, aria, 6, last=7)
        assert (said.status_code, said.json()["data"]["state"]) == (200, "given")
    [offer] = listed(other_client)
    assert (offer["user_name"], offer["title"]) == (alice.user_name, "Aria")
    assert (offer["first"], offer["last"], offer["watched_on"]) == (6, 7, TODAY)
    kinds = UserNotice.objects.of(bob.pk).values_list("kind", flat=True)
    assert list(kinds).count("together") == 1

    accepted = put(other_client, offer).json()
    assert accepted["data"]["state"] == "accepted"
    assert (entry(bob, aria).type, entry(bob, aria).progress) == ("Watching", 7)
    on_days = EpisodesWatched.objects.of(bob.pk).filter(episodes__gt=0)
    assert sorted(str(n) for n in on_days.values_list("episodes", flat=True)) == [
        "2",
        "5",
    ]
    changes = Change.objects.of(bob.pk).count()
    again = put(other_client, offer).json()
    assert again["meta"]["operation_id"] == accepted["meta"]["operation_id"]
    assert Change.objects.of(bob.pk).count() == changes
    # Who said so is not told.
    assert states(client) == [(bob.user_name, "given")]
    operation = accepted["meta"]["operation_id"]
    assert (
        other_client.post(f"/api/user/operations/{operation}/undo").status_code == 200
    )
    assert entry(bob, aria) is None


def test_what_is_declined_is_gone_and_not_offered_again(
    client, other_client, alice, bob, aria
):
    say(client, bob, aria)
    [offer] = listed(other_client)
    for _ in range(2):
        ended = other_client.delete(f"{TOGETHER}/{offer['id']}")
        assert ended.status_code == 200
    assert (listed(other_client), entry(bob, aria)) == ([], None)
    assert states(client) == [(bob.user_name, "given")]
    for _ in range(2):  # also where it was taken back meanwhile
        say(client, bob, aria)
        assert listed(other_client) == []
        [mine] = listed(client)
        assert client.delete(f"{TOGETHER}/{mine['id']}").status_code == 200
        assert listed(client) == []
    # Who declined it may say it: it is offered as anything else.
    other_client.post(LIST, {"animeId": aria.pk, "type": "Watching"})
    assert say(other_client, alice, aria).json()["data"]["state"] == "given"
    assert states(client) == [(bob.user_name, "waiting")]
    assert states(other_client) == [(alice.user_name, "given")]


def test_what_became_private_is_as_what_was_taken_back(
    client, other_client, alice, bob, aria
):
    say(client, bob, aria)
    [offer] = listed(other_client)
    client.patch(f"{LIST}/{aria.pk}", {"is_private": True})
    ended = other_client.delete(f"{TOGETHER}/{offer['id']}")
    assert (ended.status_code, ended.json()["code"]) == (404, "together_not_found")
    other_client.post(LIST, {"animeId": aria.pk, "type": "Watching"})
    said = say(other_client, alice, aria)
    assert (said.status_code, said.json()["data"]["state"]) == (200, "given")


def test_what_goes_while_it_is_accepted_is_not_written_back(
    client, other_client, bob, aria, monkeypatch
):
    """As when the other one is erased: both sides go under their lock alone."""
    say(client, bob, aria)
    [offer] = listed(other_client)
    do = together.do

    def gone_first(**more):
        WatchedTogether.objects.of(bob.pk).delete()
        return do(**more)

    monkeypatch.setattr(together, "do", gone_first)
    assert put(other_client, offer).status_code == 404
    assert entry(bob, aria) is None


@pytest.mark.parametrize(
    ("theirs", "first", "progress", "counted_today"),
    [
        ({"type": "Watching", "progress": 9}, 7, 9, 0),
        ({"type": "Completed", "finished_on": "2020-05-01"}, 1, 13, 1),
        ({"type": "Completed", "finished_on": TODAY}, 13, 13, 0),
        ({"type": "To Watch"}, 7, 7, 1),
    ],
    ids=["further", "completed long ago", "completed with it", "planned"],
)
def test_progress_never_falls_and_what_is_completed_stays_so(
    client, other_client, alice, bob, aria, theirs, first, progress, counted_today
):
    other_client.post(LIST, {"animeId": aria.pk, "watched_on": "unknown", **theirs})
    say(client, bob, aria, first)
    [offer] = listed(other_client)
    was_counted = counted_on(bob, TODAY)
    assert put(other_client, offer).json()["data"]["state"] == "accepted"
    assert entry(bob, aria).progress == progress
    if theirs["type"] == "Completed":
        assert entry(bob, aria).type == "Completed"
    assert counted_on(bob, TODAY) - was_counted == counted_today


def counted_on(user, day):
    rows = EpisodesWatched.objects.of(user.pk).with_watched_on().of_day(day)
    return sum(rows.values_list("episodes", flat=True))


def test_whom_it_may_be_said_to_and_of_what(client, other_client, alice, bob, aria):
    def refused(*said, **more):
        response = say(client, *said, **more)
        return response.status_code, response.json()["code"]

    carol = UserFactory()
    assert refused(carol, aria) == (409, "not_both_follow")
    services.unfollow(user_id=bob.pk, user_name=alice.user_name)
    assert refused(bob, aria) == (409, "not_both_follow")
    services.follow(user_id=bob.pk, user_name=alice.user_name)
    assert refused(alice, aria) == (400, "invalid")
    assert refused(bob, AnimeFactory()) == (404, "entry_not_found")
    assert refused(bob, aria, 14) == (400, "invalid")
    assert refused(bob, aria, 7, last=6) == (400, "invalid")
    late = (timezone.now() + timedelta(days=2)).date().isoformat()
    assert refused(bob, aria, watched_on=late) == (400, "invalid")
    assert refused(bob, aria, watched_on="2026") == (400, "invalid")
    assert refused(bob, aria, watched_on="0001-01-01") == (400, "invalid")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert refused(bob, aria) == (404, "not_found")
    assert not WatchedTogether.objects.across_users().exists()
    User.objects.filter(pk=bob.pk).update(is_active=True)
    # What is private is told to nobody; nor what became so since.
    assert say(client, bob, aria).status_code == 200
    client.patch(f"{LIST}/{aria.pk}", {"is_private": True})
    assert refused(bob, aria, 6) == (409, "entry_is_private")
    assert listed(other_client) == []
    [offer] = WatchedTogether.objects.of(bob.pk)
    assert put(other_client, {"id": offer.pk}).status_code == 404
    client.patch(f"{LIST}/{aria.pk}", {"is_private": False})
    Anime.objects.filter(pk=aria.pk).update(mature=True)
    Preferences.objects.filter(user=bob).update(parental_control=True)
    assert listed(signed_in(bob)) == []


def test_too_much_is_said_in_a_day(client, alice, bob, aria, monkeypatch):
    monkeypatch.setattr(together, "MOST_A_DAY", 2)
    assert [say(client, bob, aria, n).status_code for n in (1, 2, 2, 3)] == [
        200, 200, 200, 409,
    ]  # fmt: skip


def test_a_block_is_silent_and_total_here_too(client, other_client, alice, bob, aria):
    say(client, bob, aria)
    say(other_client, alice, aria)  # not on his list
    [offer] = listed(other_client)
    other_client.put(at(BLOCKS, alice))
    assert not WatchedTogether.objects.across_users().exists()
    assert (listed(client), listed(other_client)) == ([], [])
    assert put(other_client, offer).status_code == 404
    nobody = UserFactory.build(user_name="nobody-at-all")
    for anime in (aria, AnimeFactory.build(pk=999_999)):
        blocked = without_request_id(say(client, bob, anime))
        assert blocked == without_request_id(say(client, nobody, anime))


def test_a_stranger_reaches_no_row_of_it(client, other_client, alice, bob, aria):
    say(client, bob, aria)
    [mine], [offer] = listed(client), listed(other_client)
    # Nor one of the two that of the other; nor can one accept what one said oneself.
    for row, others in (mine, other_client), (offer, client), (mine, client):
        assert put(others, row).status_code == 404
    third = signed_in(UserFactory())
    for row in (mine, offer):
        assert third.delete(f"{TOGETHER}/{row['id']}").status_code == 404
    assert WatchedTogether.objects.across_users().count() == 2


def test_erasure_takes_both_sides_and_an_export_has_ones_own(
    client, other_client, alice, bob, aria
):
    say(client, bob, aria)
    [section] = [one for one in SECTIONS if one.file == "watched_together.jsonl"]
    for user, other, state in ((alice, bob, "given"), (bob, alice, "waiting")):
        [row] = section.of(user.pk)
        assert (row["user_name"], row["state"]) == (other.user_name, state)
        assert "person_id" not in row
    put(other_client, listed(other_client)[0])
    erase(user_id=alice.pk, through=Origin("command"))
    assert not WatchedTogether.objects.across_users().exists()
    assert entry(bob, aria).progress == 7
    assert User.objects.filter(pk=bob.pk).exists()


def test_it_needs_few_statements_and_its_scopes(
    client, other_client, alice, bob, aria, budget
):
    with budget(
        22, "the sign-in, whose name, two locks, what is between, title, entry, is it "
        "said, how many, one row, does the other one have it, theirs, names, titles; "
        "the notice with eight of its own"
    ):  # fmt: skip
        say(client, bob, aria, 7)
    for first in (1, 2, 3):
        say(client, bob, aria, first)
    with budget(5, "the sign-in, the page, names, titles, what is private"):
        rows = listed(other_client, state="waiting")
    assert len(rows) == 4
    assert listed(other_client, state="accepted") == []
    assert listed(client, **{"from": TODAY, "to": TODAY}) != []
    assert listed(client, to="2020-01-01") == []

    def with_scopes(user, *scopes):
        token = personal_token(user, *scopes)
        return WatchedClient(headers={"Authorization": f"Bearer {token}"})

    lacking = with_scopes(alice, "following:write", "following:read")
    assert say(lacking, bob, aria, 5).json()["code"] == "scope_missing"
    lacking = with_scopes(bob, "following:write", "following:read")
    assert put(lacking, rows[0]).json()["code"] == "scope_missing"
    assert lacking.get(TOGETHER).json()["code"] == "scope_missing"
