"""Personal tokens: made once, scoped, limited, ended at once; what an attacker gets."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from animecollections.api import throttling
from animecollections.api.errors import ApiError
from animecollections.identity import Origin, SignIn
from animecollections.scopes import GRANTABLE, GROUPS
from collections_app.models import WatchListEntry
from conftest import WatchedClient
from factories import PASSWORD, AnimeFactory
from history.models import Change
from profiles.accounts.authentication import account_behind
from profiles.models import PersonalToken, Ticket
from profiles.personal_tokens import services as tokens
from profiles.personal_tokens import texts
from profiles.staff import services as support
from profiles.tests.outbox import send_all

ADDRESS = "/api/user/tokens"
pytestmark = pytest.mark.django_db


def bearer(text):
    client = WatchedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def made(client, *scopes, **more):
    """The answer to a new token."""
    wanted = {"name": "a script", "scopes": scopes or ["read"], **more}
    told = client.post(ADDRESS, wanted)
    assert told.status_code == 200, told.json()
    return told.json()["data"]


@pytest.fixture
def token(client):
    return made(client, "read", "write")


@pytest.fixture
def script(token):
    return bearer(token["token"])


def refusal(client, path="/api/user/watchList", method="get"):
    told = getattr(client, method)(path)
    return told.status_code, told.json().get("code")


# --- Making one --------------------------------------------------------------------


def test_its_text_is_shown_once_and_only_a_hash_is_kept(client):
    told = made(client, "read", name="nightly backup")
    text = told["token"]
    assert re.fullmatch(r"ac_pat_[a-z0-9]{32}[0-9a-f]{40}", text)
    assert text.startswith(told["prefix"])
    [listed] = client.get(ADDRESS).json()["data"]
    assert listed["name"] == "nightly backup"
    assert listed["scopes"] == sorted(GROUPS["read"])
    assert listed["last_used_at"] is None
    assert "token" not in listed
    row = PersonalToken.objects.values().get()
    assert text not in str(row)
    assert row["digest"] == texts.digest(text)


def test_no_cache_keeps_it_and_no_kept_answer(client):
    wanted = {"name": "a script", "scopes": ["read"]}
    key = {"Idempotency-Key": "once"}
    first = client.post(ADDRESS, wanted, headers=key)
    again = client.post(ADDRESS, wanted, headers=key)
    assert first["Cache-Control"] == "no-store"
    assert first.json()["data"]["token"] != again.json()["data"]["token"]


def test_groups_and_scopes(client):
    told = made(client, "write", "stats:read")
    assert told["scopes"] == sorted({*GROUPS["write"], "stats:read"})


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"scopes": ["read"]}, "name"),
        ({"name": "", "scopes": ["read"]}, "name"),
        ({"name": "x" * 101, "scopes": ["read"]}, "name"),
        ({"name": "a"}, "scopes"),
        ({"name": "a", "scopes": []}, "scopes"),
        ({"name": "a", "scopes": "read"}, "scopes"),
        ({"name": "a", "scopes": ["account"]}, "scopes"),
        ({"name": "a", "scopes": ["list:delete"]}, "scopes"),
        ({"name": "a", "scopes": [7]}, "scopes"),
        ({"name": "a", "scopes": ["read"] * 99}, "scopes"),
        ({"name": "a", "scopes": ["read"], "expires_at": "yesterday"}, "expires_at"),
        ({"name": "a", "scopes": ["read"], "expires_at": "2020-01-01"}, "expires_at"),
        ({"name": "a", "scopes": ["read"], "mature": "yes"}, "mature"),
        ({"name": "a", "scopes": ["read"], "expires": None}, "expires"),
    ],
)
def test_what_is_wrong_is_said(client, wanted, field):
    told = client.post(ADDRESS, wanted)
    assert told.status_code == 400
    assert field in told.json()["fields"]
    assert not PersonalToken.objects.exists()


def test_a_person_has_at_most_so_many(client, alice):
    PersonalToken.objects.bulk_create(
        PersonalToken(user=alice, digest=f"{n:064}", auth_epoch=alice.auth_epoch)
        for n in range(tokens.MOST)
    )
    told = client.post(ADDRESS, {"name": "more", "scopes": ["read"]})
    assert (told.status_code, told.json()["code"]) == (409, "tokens_full")


def test_a_sign_in_that_just_ended_makes_none(alice):
    """A new password, committed while the request waited for the lock."""
    ended = SignIn("session", "0" * 64)
    with pytest.raises(ApiError) as refused:
        tokens.make(user_id=alice.pk, sign_in=ended, name="a", scopes=["read"])
    assert refused.value.code == "session_ended"
    assert not PersonalToken.objects.exists()


def test_making_many_is_refused(client, settings):
    """Each sends a mail, to an address that may be somebody else's."""
    settings.RATES = settings.RATES | {"token": (2, 3600)}
    settings.THROTTLE_SCALE = 1
    codes = [made_status(client) for _ in range(3)]
    assert codes == [200, 200, 429]


def made_status(client):
    return client.post(ADDRESS, {"name": "a", "scopes": ["read"]}).status_code


def test_no_token_exports_the_whole_account(client):
    token = bearer(made(client, *GRANTABLE)["token"])
    told = token.get("/api/user/export?format=account")
    assert (told.status_code, told.json()["code"]) == (403, "scope_missing")


def test_costly_work_is_counted_by_person(client, settings):
    """A new token gives no new window for it."""
    settings.RATES = settings.RATES | {"export": (1, 3600)}
    settings.THROTTLE_SCALE = 1
    address = "/api/user/export/fidelity?format=csv"
    first, second = (bearer(made(client, "export")["token"]) for _ in range(2))
    assert first.get(address).status_code == 200
    assert second.get(address).status_code == 429


def test_the_diary_in_a_batch_needs_its_scope(client):
    cowboy = AnimeFactory(episodes=26)
    token = bearer(made(client, "list:write")["token"])
    add = {"op": "watched_add", "animeId": str(cowboy.pk), "watched_on": "2015"}
    move = {"op": "add", "animeId": str(cowboy.pk), "type": "Watching"}
    told = token.post("/api/user/watchList/batch", {"operations": [add, move]})
    codes = [result.get("code", "") for result in told.json()["data"]["results"]]
    assert codes[0] == "scope_missing"
    assert "scope_missing" not in codes[1:]


@pytest.mark.parametrize("query", ["?on_list=true", "?include=entry"])
def test_the_list_is_not_read_by_way_of_the_catalogue(client, query):
    token = bearer(made(client, "stats:read")["token"])
    for address in ("/api/animes", f"/api/animes/{AnimeFactory().pk}"):
        if "on_list" in query and address != "/api/animes":
            continue
        told = token.get(address + query)
        assert (told.status_code, told.json()["code"]) == (403, "scope_missing")


def test_the_owner_gets_a_mail_without_the_text(client, alice):
    told = made(client, "read", name="a name by a stranger")
    send_all()
    [sent] = mail.outbox
    assert sent.to == [alice.email]
    assert told["prefix"] in sent.body
    for secret in (told["token"], "a name by a stranger"):
        assert secret not in sent.body


def test_no_token_makes_lists_or_ends_tokens(script, token):
    assert refusal(script, ADDRESS) == (403, "scope_missing")
    assert refusal(script, ADDRESS, "post") == (403, "scope_missing")
    address = f"{ADDRESS}/{token['id']}"
    assert refusal(script, address, "delete") == (403, "scope_missing")


# --- Using one ---------------------------------------------------------------------


def test_the_sign_in_check_stays_one_statement(script, budget):
    script.get("/api/user/watchList")  # notes its use
    with budget(2, "sign-in check + the counts"):
        assert script.get("/api/user/watchList/counts").status_code == 200


def test_it_reads_and_writes_as_its_owner(script, client, death_note):
    told = script.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    assert told.status_code == 200
    assert client.get("/api/user/watchList/1535").status_code == 200


def test_what_it_did_names_it(script, client, death_note, staff_client):
    script.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    change = Change.objects.get(kind="add")
    assert change.through == "token"
    assert change.token_id == PersonalToken.objects.get().pk
    [operation] = client.get("/api/user/operations").json()["data"]
    assert operation["token_name"] == "a script"
    client.delete(f"{ADDRESS}/{change.token_id}")
    [operation] = client.get("/api/user/operations").json()["data"]
    assert operation["token_name"] == "a script"


def test_only_what_its_scopes_allow(client, death_note):
    reader = bearer(made(client, "list:read")["token"])
    assert reader.get("/api/user/watchList").status_code == 200
    told = reader.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    assert (told.status_code, told.json()["code"]) == (403, "scope_missing")
    assert told.json()["details"] == {"scope": "list:write"}
    assert not WatchListEntry.objects.exists()


def test_without_the_scope_it_does_not_tell_the_e_mail(client, alice):
    reader, knowing = (
        bearer(made(client, scope)["token"]).get("/api/auth/session").json()["data"]
        for scope in ("list:read", "profile:read")
    )
    assert (reader["name"], reader["email"]) == ("alice", "")
    assert knowing["email"] == alice.email


def test_it_signs_nobody_out(script, client):
    assert refusal(script, "/api/auth/signout", "post") == (200, None)
    told = script.post("/api/auth/signout", {"everywhere": True})
    assert (told.status_code, told.json()["code"]) == (403, "scope_missing")
    assert script.get("/api/user/watchList").status_code == 200
    assert client.get("/api/user/watchList").status_code == 200


def test_its_last_use_is_noted_once_a_minute(script):
    script.get("/api/user/watchList")
    first = PersonalToken.objects.get()
    assert first.used_at
    assert first.used_from == "127.0.0.1"
    script.get("/api/user/watchList")
    assert PersonalToken.objects.get().used_at == first.used_at
    earlier = timezone.now() - timedelta(seconds=61)
    PersonalToken.objects.update(used_at=earlier)
    script.get("/api/user/watchList")
    assert PersonalToken.objects.get().used_at > earlier


def test_a_use_that_fails_is_one(script):
    assert script.patch("/api/user/watchList/1535", {"score": 99}).status_code >= 400
    assert PersonalToken.objects.get().used_at


def test_it_has_a_rate_of_its_own(script, client, settings):
    settings.RATES = settings.RATES | {"read": (3, 60)}
    throttling.tally.forget()
    codes = [script.get("/api/user/watchList").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert client.get("/api/user/watchList").status_code == 200


@pytest.mark.parametrize("control", [True, False])
@pytest.mark.parametrize("mature", [True, False])
def test_it_sees_no_mature_titles_unless_both_allow_it(client, alice, control, mature):
    AnimeFactory(id=7, title="For adults", mature=True)
    alice.preferences.parental_control = control
    alice.preferences.save()
    reader = bearer(made(client, "read", mature=mature)["token"])
    shown = reader.get("/api/animes/7").status_code == 200
    assert shown is (mature and not control)
    found = reader.get("/api/animes").json()["data"]
    assert bool(found) is shown


# --- Its end -----------------------------------------------------------------------


def test_it_ends_at_once(client, script, token):
    assert script.get("/api/user/watchList").status_code == 200
    told = client.delete(f"{ADDRESS}/{token['id']}")
    assert told.json()["data"] == {"message": "Token ended"}
    assert refusal(script) == (401, "token_invalid")
    assert client.get(ADDRESS).json()["data"] == []
    again = client.delete(f"{ADDRESS}/{token['id']}")
    assert (again.status_code, again.json()["code"]) == (
        404,
        "personal_token_not_found",
    )


def test_a_stranger_neither_sees_nor_ends_it(other_client, script, token):
    assert other_client.get(ADDRESS).json()["data"] == []
    assert other_client.delete(f"{ADDRESS}/{token['id']}").status_code == 404
    assert script.get("/api/user/watchList").status_code == 200


def test_a_new_password_ends_all(client, script):
    change = {"old_password": PASSWORD, "new_password": "Left-Cow-8-Runs"}
    assert client.post("/api/auth/password", change).status_code == 200
    assert refusal(script) == (401, "token_invalid")
    assert PersonalToken.objects.across_users().ended().count() == 1


def test_signing_out_everywhere_and_deactivation_end_it(client, script, alice):
    client.post("/api/auth/signout", {"everywhere": True})
    assert refusal(script) == (401, "token_invalid")


def test_unknown_expired_ended_and_mistyped_get_the_same_answer(client, alice):
    soon = timezone.now() + timedelta(days=1)
    expired = made(client, "read", expires_at=soon.isoformat())["token"]
    PersonalToken.objects.update(expires_at=timezone.now())
    ended = made(client, "read")
    client.delete(f"{ADDRESS}/{ended['id']}")
    mistyped = made(client, "read")["token"][:-1] + "g"
    answers = set()
    for text in (
        expired,
        ended["token"],
        mistyped,
        texts.new_text(alice.pk),
        texts.new_text(uuid4()),
        "ac_pat_",
        "ac_pat_" + "a" * 5_000,
    ):
        told = bearer(text).get("/api/user/watchList").json()
        told.pop("request_id")
        answers.add(str(told))
    assert len(answers) == 1
    assert "token_invalid" in answers.pop()


def test_a_wrong_checksum_asks_the_database_nothing(alice, budget):
    text = texts.new_text(alice.pk)
    wrong = text[:-8] + "00000000"
    with budget(0, "nothing"):
        assert refusal(bearer(wrong)) == (401, "token_invalid")


def test_a_good_checksum_with_another_owner_finds_nothing(client, stranger, token):
    text = token["token"]
    checked = text[: 7 + 32] + stranger.pk.hex
    assert refusal(bearer(checked + texts.checksum(checked))) == (401, "token_invalid")


def test_guessing_is_slowed_by_network(settings, alice):
    settings.RATES = settings.RATES | {"refused": (3, 60)}
    codes = [refusal(bearer(texts.new_text(alice.pk)))[0] for _ in range(5)]
    assert codes[:3] == [401, 401, 401]
    assert codes[-1] == 429


def test_a_bad_one_is_refused_beside_a_good_cookie(client, alice):
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {texts.new_text(alice.pk)}")
    assert refusal(client) == (401, "token_invalid")


def test_no_log_has_it(client, caplog, alice):
    text = made(client, "read")["token"]
    caplog.set_level(0)
    bearer(text).get("/api/user/watchList")
    bearer(text[:-1] + "g").get("/api/user/watchList")
    bearer(texts.new_text(alice.pk)).get("/api/nothing")
    assert text[:-8] not in caplog.text
    assert text[13:39] not in caplog.text


# --- Staff, export ------------------------------------------------------------------


def test_staff_see_it_on_the_page_of_its_person_and_end_it(token, script, alice, staff):
    name = f"token:{token['id']}"
    through = Origin("admin", actor_id=staff.pk)
    support.sign_out_device(user=alice, device=name, reason="leaked", through=through)
    assert refusal(script) == (401, "token_invalid")


def test_a_socket_needs_the_scopes_of_all_that_it_tells(client):
    live = bearer(made(client, "live", "list:read")["token"])
    assert refusal(live, "/api/auth/ticket", "post") == (403, "scope_missing")
    all_of_it = bearer(made(client, "live", "read")["token"])
    assert refusal(all_of_it, "/api/auth/ticket", "post") == (200, None)


def test_a_socket_learns_of_its_end(client, alice):
    """By what it asks at each ping, and when sign-ins end."""
    told = made(client, "live", "read")
    bearer(told["token"]).post("/api/auth/ticket")
    ticket = Ticket.objects.get()
    sign_in = SignIn(ticket.kind, ticket.sign_in, ticket.until)
    assert account_behind(sign_in, alice.pk).id == alice.pk
    assert account_behind(sign_in, uuid4()) is None
    client.delete(f"{ADDRESS}/{told['id']}")
    assert account_behind(sign_in, alice.pk) is None


def test_every_scope_can_be_granted_but_the_account():
    assert "account" not in GRANTABLE
    assert {*GROUPS["read"], *GROUPS["write"]} < GRANTABLE
