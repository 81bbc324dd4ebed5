"""Following, requests, followers and blocks: by names, over HTTP."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.models import WatchListEntry
from conftest import WatchedClient, signed_in
from factories import AnimeFactory, UserFactory, personal_token
from profiles.following import services
from profiles.models import Preferences, Tie, User, UserNotice
from profiles.personal_data.archive import SECTIONS
from profiles.personal_data.erasure import erase
from profiles.sharing.comparing import affinity

FOLLOWING, FOLLOWERS = "/api/user/following", "/api/user/followers"
REQUESTS, BLOCKS = "/api/user/requests", "/api/user/blocks"
NOW = timezone.now()
pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(stranger):
    """Whom everyone may follow."""
    open_to_all(stranger)
    return stranger


def open_to_all(user, audience="everyone"):
    Preferences.objects.filter(user=user).update(audience_profile=audience)


def at(url, user):
    return f"{url}/{user.user_name}"


def names(client, url):
    return [one["user_name"] for one in client.get(url).json()["data"]]


def state_of(client, user):
    said = client.get(at(FOLLOWING, user)).json()["data"]
    return said["state"], said["follower"]


def without_request_id(response):
    said = {k: v for k, v in response.json().items() if k != "request_id"}
    return response.status_code, said


def kinds_of_notices(user):
    return list(UserNotice.objects.of(user.pk).values_list("kind", flat=True))


def test_a_public_profile_is_followed_at_once_and_told(
    client, other_client, alice, bob
):
    for _ in range(2):
        followed = client.put(f"{FOLLOWING}/{bob.user_name.upper()}")
        assert followed.json()["data"] == {"state": "following"}
    assert state_of(client, bob) == ("following", "none")
    assert state_of(other_client, alice) == ("none", "follows")
    [listed] = client.get(FOLLOWING).json()["data"]
    assert (listed["user_name"], listed["state"]) == (bob.user_name, "following")
    assert names(other_client, FOLLOWERS) == [alice.user_name]
    assert kinds_of_notices(bob) == ["follower"]
    for _ in range(2):
        assert client.delete(at(FOLLOWING, bob)).status_code == 200
    assert not Tie.objects.across_users().exists()


def test_elsewhere_it_asks_and_is_accepted_declined_or_taken_back(
    client, other_client, alice, stranger
):
    def ask():
        return client.put(at(FOLLOWING, stranger)).json()["data"]["state"]

    assert (ask(), ask()) == ("asked", "asked")
    assert state_of(client, stranger) == ("asked", "none")
    assert state_of(other_client, alice) == ("none", "asks")
    assert names(other_client, REQUESTS) == [alice.user_name]
    assert kinds_of_notices(stranger) == ["follow_request"]
    assert other_client.delete(at(REQUESTS, alice)).status_code == 200
    assert (state_of(client, stranger), names(client, FOLLOWING)) == (
        ("none", "none"),
        [],
    )
    # Asked for again while that is not read, nobody is told once more.
    ask()
    assert kinds_of_notices(stranger) == ["follow_request"]
    client.delete(at(FOLLOWING, stranger))
    gone = other_client.put(at(REQUESTS, alice))
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    ask()
    for _ in range(2):
        assert other_client.put(at(REQUESTS, alice)).status_code == 200
    assert state_of(client, stranger) == ("following", "none")
    # It lasts whatever becomes of the profile, until one of the two ends it.
    assert ask() == "following"
    assert other_client.delete(at(FOLLOWERS, alice)).status_code == 200
    assert state_of(client, stranger) == ("none", "none")


def test_a_request_becomes_following_once_the_profile_is_for_everyone(client, stranger):
    client.put(at(FOLLOWING, stranger))
    open_to_all(stranger)
    again = client.put(at(FOLLOWING, stranger)).json()["data"]
    assert again["state"] == "following"
    assert Tie.objects.across_users().count() == 2


def test_a_block_is_silent_total_and_ends_both_ways(client, other_client, alice, bob):
    """For the one who is blocked there is nobody of that name, at every address."""
    open_to_all(alice)
    client.put(at(FOLLOWING, bob))
    other_client.put(at(FOLLOWING, alice))
    before = kinds_of_notices(bob)
    for _ in range(2):
        assert client.put(at(BLOCKS, bob)).status_code == 200
    assert kinds_of_notices(bob) == before
    assert names(client, BLOCKS) == [bob.user_name]
    for url in (FOLLOWING, FOLLOWERS, REQUESTS, BLOCKS):
        assert names(other_client, url) == []
    for method, url in (
        ("get", "/api/users"), ("get", FOLLOWING), ("put", FOLLOWING),
        ("delete", FOLLOWING), ("delete", FOLLOWERS), ("put", REQUESTS),
        ("delete", REQUESTS), ("put", BLOCKS), ("delete", BLOCKS),
    ):  # fmt: skip
        call = getattr(other_client, method)
        of_nobody = without_request_id(call(f"{url}/nobody-at-all"))
        assert without_request_id(call(at(url, alice))) == of_nobody, (method, url)
    # Nor does the one who blocks see anything; but they know why.
    assert client.get(at("/api/users", bob)).status_code == 404
    assert state_of(client, bob) == ("blocked", "none")
    refused = client.put(at(FOLLOWING, bob))
    assert (refused.status_code, refused.json()["code"]) == (409, "person_blocked")
    for _ in range(2):
        assert client.delete(at(BLOCKS, bob)).status_code == 200
    assert not Tie.objects.across_users().exists()
    assert other_client.get(at("/api/users", alice)).status_code == 200


def test_nobody_follows_themselves_a_locked_account_or_nobody(client, alice, bob):
    own = client.put(at(FOLLOWING, alice))
    assert (own.status_code, own.json()["code"]) == (400, "invalid")
    assert client.put(at(BLOCKS, alice)).status_code == 400
    assert client.delete(at(FOLLOWING, alice)).status_code == 200
    client.put(at(FOLLOWING, bob))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert names(client, FOLLOWING) == []
    for call in (client.get, client.put):
        for name in (bob.user_name, "nobody-at-all", "%00", "a" * 300):
            assert call(f"{FOLLOWING}/{name}").status_code == 404
    assert client.delete(at(FOLLOWING, bob)).status_code == 200


def test_a_third_account_changes_nothing_between_two(client, alice, bob):
    carol = signed_in(UserFactory(user_name="carol"))
    open_to_all(bob, "nobody")
    client.put(at(FOLLOWING, bob))
    assert carol.put(at(REQUESTS, alice)).status_code == 404
    for url in (FOLLOWING, FOLLOWERS, REQUESTS, BLOCKS):
        for user in (alice, bob):
            assert carol.delete(at(url, user)).status_code == 200
        assert names(carol, url) == []
    assert state_of(client, bob) == ("asked", "none")


def test_no_more_than_5000_are_followed_and_blocked(client, bob, monkeypatch):
    other = UserFactory()
    for url, bound, code in (
        (FOLLOWING, "MOST_FOLLOWED", "following_full"),
        (BLOCKS, "MOST_BLOCKED", "blocks_full"),
    ):
        monkeypatch.setattr(services, bound, 1)
        assert client.put(at(url, other)).status_code == 200
        assert client.put(at(url, other)).status_code == 200
        full = client.put(at(url, bob))
        assert (full.status_code, full.json()["code"]) == (409, code)


def test_a_retry_by_its_key_gets_the_first_answer(client, other_client, alice, bob):
    for url in (FOLLOWING, BLOCKS):
        key = {"Idempotency-Key": f"once {url}"}
        first = client.put(at(url, bob), headers=key)
        client.delete(at(url, bob))
        again = client.put(at(url, bob), headers=key)
        assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
        assert not Tie.objects.across_users().exists()


def test_what_each_scope_lets_a_token_do(client, other_client, alice, bob):
    other_client.put(at(FOLLOWING, alice))

    def script(*scopes):
        text = personal_token(alice, *scopes)
        return WatchedClient(HTTP_AUTHORIZATION=f"Bearer {text}")

    reader, writer = script("following:read"), script("following:write")
    assert names(reader, REQUESTS) == [bob.user_name]
    assert writer.get(REQUESTS).status_code == 403
    assert reader.put(at(FOLLOWING, bob)).status_code == 403
    assert writer.put(at(FOLLOWING, bob)).status_code == 200
    # To accept shows things to somebody.
    assert writer.put(at(REQUESTS, bob)).status_code == 403
    assert script("sharing").put(at(REQUESTS, bob)).status_code == 403
    both = script("following:write", "sharing")
    assert both.put(at(REQUESTS, bob)).status_code == 200
    assert reader.get(at(FOLLOWING, bob)).json()["data"]["follower"] == "follows"


def test_lists_come_in_pages_and_need_few_statements(client, alice, budget):
    for number in range(5):
        person = UserFactory(user_name=f"person{number}")
        open_to_all(person)
        client.put(at(FOLLOWING, person))
    with budget(4, "the sign-in, the page, its names, what the asker is to them"):
        page = client.get(f"{FOLLOWING}?limit=3").json()
    cursor = page["meta"]["next_cursor"]
    rest = client.get(f"{FOLLOWING}?limit=3&cursor={cursor}").json()["data"]
    found = [one["user_name"] for one in page["data"] + rest]
    assert found == [f"person{number}" for number in (4, 3, 2, 1, 0)]
    with budget(4, "the sign-in, whose name, what is between the two, their name"):
        client.get(f"{FOLLOWING}/person1")


def test_what_following_needs(client, bob, budget):
    # Of the notice: unread, browsers, wants, its key, it, the log, the state.
    with budget(
        17,
        "the sign-in, whose name, two locks, what is between, their profile's "
        "audience, how many, the request, two rows, and seven of the notice",
    ):
        client.put(at(FOLLOWING, bob))
    with budget(
        6, "the sign-in, whose name, two locks, what is between, their audience"
    ):
        client.put(at(FOLLOWING, bob))


def test_an_erased_account_leaves_no_tie(client, other_client, alice, bob):
    client.put(at(FOLLOWING, bob))
    carol = UserFactory(user_name="carol")
    signed_in(carol).put(at(BLOCKS, alice))
    erase(user_id=alice.pk, through=Origin("command"))
    assert not Tie.objects.across_users().exists()


# --- Of titles ------------------------------------------------------------------------


def listed(user, anime_id, score=None, **more):
    body = {"animeId": anime_id, "type": "Watching", "score": score, **more}
    assert signed_in(user).post("/api/user/watchList", body).status_code == 200


def show_to(user, audience, *things):
    columns = {f"audience_{thing}": audience for thing in things}
    Preferences.objects.filter(user=user).update(**columns)


def follow(client, *users):
    for user in users:
        client.put(at(FOLLOWING, user))


def test_who_of_those_one_follows_has_a_title(client, alice, bob, budget):
    AnimeFactory(id=1535)
    url = "/api/animes/1535/following"
    carol, dave, erin = (
        UserFactory(user_name=name) for name in ("carol", "dave", "erin")
    )
    for user in (carol, dave, erin):
        open_to_all(user)
        show_to(user, "followers", "watching")
    show_to(bob, "everyone", "watching")
    listed(bob, 1535, 8.5, progress=3)
    for user in (carol, dave, erin):
        listed(user, 1535)
    WatchListEntry.objects.of(dave.pk).update(is_private=True)
    follow(client, bob, carol, dave)
    with budget(
        6, "the sign-in, the title, who is followed, what is withheld, their entries"
    ):
        found = client.get(url).json()["data"]
    assert [one["user_name"] for one in found] == [bob.user_name, "carol"]
    assert found[0] == {
        "user_name": bob.user_name,
        "type": "Watching",
        "state": "active",
        "progress": 3,
        "score": 8.5,
    }
    first = client.get(f"{url}?limit=1").json()
    cursor = first["meta"]["next_cursor"]
    rest = client.get(f"{url}?limit=1&cursor={cursor}").json()
    assert [rest["data"], rest["meta"]["next_cursor"]] == [found[1:], None]
    show_to(carol, "link", "watching")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get(url).json()["data"] == []
    assert client.get("/api/animes/99/following").status_code == 404
    mature = AnimeFactory(id=2, mature=True)
    listed(carol, mature.pk)
    show_to(carol, "followers", "watching")
    assert client.get("/api/animes/2/following").json()["data"] == []
    assert signed_in(erin).get(url).json()["data"] == []


def compared(client, user):
    answer = client.get(f"/api/users/{user.user_name}/compare").json()
    return answer["meta"]["comparison"], [one["anime_id"] for one in answer["data"]]


def test_two_lists_are_compared_by_what_is_seen(client, alice, bob, budget):
    show_to(bob, "everyone", "watching")
    scores = [(10, 9), (9, 9), (8, 7), (7, 6), (6, 6), (5, 3), (4, 4), (3, 2), (2, 1)]
    for number, (own, theirs) in enumerate(scores, 1):
        AnimeFactory(id=number)
        listed(alice, number, own)
        listed(bob, number, theirs)
    AnimeFactory(id=50)
    listed(alice, 50)
    listed(bob, 50, 7)
    about, ids = compared(client, bob)
    assert about == {
        "user_name": bob.user_name,
        "shared": 10,
        "scored": 9,
        "mean_difference": 0.78,
        "affinity": None,  # of nine it would be chance
    }
    client.patch("/api/user/watchList/50", {"score": 7})
    with budget(9, "the sign-in, whose name, what is between, who sees what, five"):
        about, _ = compared(client, bob)
    assert (about["scored"], about["affinity"]) == (10, 97.1)
    # Private entries are in no number, and no title.
    WatchListEntry.objects.of(bob.pk).filter(anime_id=1).update(is_private=True)
    about, ids = compared(client, bob)
    assert (about["shared"], about["affinity"], "1" in ids) == (9, None, False)
    page = client.get(f"/api/users/{bob.user_name}/compare?limit=8").json()
    cursor = page["meta"]["next_cursor"]
    more = client.get(f"/api/users/{bob.user_name}/compare?limit=8&cursor={cursor}")
    assert len(page["data"]) + len(more.json()["data"]) == 9
    side = page["data"][0]["theirs"]
    assert side.keys() == {"type", "state", "progress", "score"}


def test_what_both_plan_as_far_as_it_is_seen(client, alice, bob):
    for number in (1, 2, 3):
        AnimeFactory(id=number)
        listed(alice, number)
        listed(bob, number)
    theirs = WatchListEntry.objects.of(bob.pk)
    theirs.filter(anime_id__in=[1, 2]).update(type="To Watch")
    WatchListEntry.objects.of(alice.pk).exclude(anime_id=2).update(type="To Watch")
    url = f"/api/users/{bob.user_name}/compare?type=To Watch"
    show_to(bob, "everyone", "watching")
    assert client.get(url).json()["data"] == []
    show_to(bob, "everyone", "to_watch")
    assert [one["anime_id"] for one in client.get(url).json()["data"]] == ["1"]
    theirs.update(is_private=True)
    assert client.get(url).json()["data"] == []


def test_the_same_score_for_all_has_no_affinity():
    assert affinity([(70, number) for number in range(20)]) is None
    assert affinity([(number, -number) for number in range(20)]) == -100.0


# --- Both sides -----------------------------------------------------------------------


def doctor(*arguments):
    out = StringIO()
    try:
        call_command("doctor", "--only", "ties", *arguments, stdout=out)
    except CommandError as error:  # something is wrong
        return str(error)
    return out.getvalue()


def test_doctor_finds_and_mends_what_one_side_alone_has(
    client, other_client, alice, bob
):
    carol, dave = UserFactory(), UserFactory()
    for user in (carol, dave):
        open_to_all(user)
    follow(client, bob, carol)
    client.put(at(BLOCKS, dave))
    assert "0 wrong" in doctor()
    Tie.objects.of(bob.pk).delete()
    Tie.objects.of(dave.pk).delete()
    Tie.objects.create(user=bob, person_id=new_id(), kind="asks", since=NOW)
    assert "3 wrong" in doctor()
    assert "3 repaired" in doctor("--fix")
    assert "0 wrong" in doctor()
    assert names(client, FOLLOWING) == [carol.user_name]
    assert signed_in(dave).get(at("/api/users", alice)).status_code == 404
    assert not Tie.objects.of(bob.pk).exists()


def test_an_export_names_people_and_keeps_blocks_from_the_blocked(client, alice, bob):
    client.put(at(FOLLOWING, bob))
    carol = UserFactory(user_name="carol")
    client.put(at(BLOCKS, carol))
    [section] = [one for one in SECTIONS if one.file == "ties.jsonl"]
    rows = [(row["kind"], row["user_name"]) for row in section.of(alice.pk)]
    assert rows == [("follows", bob.user_name), ("blocks", "carol")]
    [row] = section.of(bob.pk)
    assert row.keys() == {"user_name", "kind", "since"}
    assert list(section.of(carol.pk)) == []
