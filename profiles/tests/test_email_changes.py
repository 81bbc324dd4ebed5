"""POST /api/auth/email, /confirm and /take-back."""

import logging
import re
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from animecollections.api.errors import ApiError
from animecollections.identity import Origin, SignIn
from conftest import signed_in
from factories import PASSWORD, UserFactory
from history.models import Change
from profiles.accounts import reset_links
from profiles.email_changes import links, services
from profiles.email_changes.services import CONFIRM_WITHIN, TAKE_BACK_WITHIN
from profiles.feeds import services as feeds
from profiles.models import (
    EmailChange,
    FactorRemoval,
    Feed,
    LoginClaim,
    Session,
    User,
)
from profiles.oidc import services as identities
from profiles.oidc.flow import Found
from profiles.second_factor.services import new_codes
from profiles.staff import account_changes as staff_acts
from profiles.tests.factors import code_of
from profiles.tests.outbox import send_all
from profiles.tests.test_sign_in_races import at_once
from profiles.tests.ways_in import NO_WAY_IN, add_ways_in, ways_in

ADDRESS = "/api/auth/email"
OLD, NEW = "alice@example.org", "alice@example.net"
pytestmark = pytest.mark.django_db


def ask(client, email=NEW):
    told = client.post(ADDRESS, {"email": email})
    assert told.status_code == 200, told.json()
    return told


def mails(mailoutbox):
    """{to: its text}, of those that wait."""
    send_all()
    texts = {mail.to[0]: mail.body for mail in mailoutbox}
    mailoutbox.clear()
    return texts


def token_in(text):
    [(_, token)] = re.findall(r"/email#(confirm|take-back)=([0-9a-f]+)", text)
    return token


def follow(token, what="confirm"):
    told = APIClient().post(f"{ADDRESS}/{what}", {"token": token})
    return told.status_code, told.json().get("code")


def email_of(user):
    return User.objects.get(pk=user.pk).email


@pytest.fixture
def confirm_link(client, mailoutbox):
    ask(client)
    return token_in(mails(mailoutbox)[NEW])


@pytest.fixture
def take_back_link(confirm_link, mailoutbox):
    """What the old address gets, once the new one is confirmed."""
    assert follow(confirm_link) == (200, None)
    return token_in(mails(mailoutbox)[OLD])


# --- Asking ------------------------------------------------------------------------


def test_nothing_changes_before_the_link_is_followed(client, alice, confirm_link):
    assert email_of(alice) == OLD
    told = client.get(ADDRESS).json()["data"]
    assert told == {"email": OLD, "confirmed_at": None, "asked": NEW}
    assert follow(confirm_link) == (200, None)
    assert email_of(alice) == NEW
    told = client.get(ADDRESS).json()["data"]
    assert told["email"] == NEW
    assert told["confirmed_at"] is not None
    assert told["asked"] is None


def test_known_and_unknown_addresses_get_one_answer(client, stranger):
    answers = []
    for email in (NEW, stranger.email, OLD):
        with CaptureQueriesContext(connection) as asked:
            told = ask(client, email).json()
        answers.append((told, len(asked)))
    assert answers == [answers[0]] * 3


def test_the_budget(client, budget):
    with budget(7, "sign-in check twice, proof, the account, older, this, its mail"):
        ask(client)


def test_an_address_with_an_account_is_told_and_gets_no_link(
    client, stranger, mailoutbox
):
    ask(client, stranger.email)
    text = mails(mailoutbox)[stranger.email]
    assert "It has an account already" in text
    assert "/email#" not in text


def test_a_fresh_proof_is_asked_for(client, alice):
    Session.objects.filter(user=alice).update(proved_at=None)
    told = client.post(ADDRESS, {"email": NEW})
    assert (told.status_code, told.json()["code"]) == (403, "proof_needed")
    assert not EmailChange.objects.exists()


def test_a_visitor_cannot_ask(visitor):
    assert visitor.post(ADDRESS, {"email": NEW}).status_code == 401


@pytest.mark.parametrize(
    "wrong", ["", "no address", "a@b", None, 7, ["a@b.c"], "x" * 300]
)
def test_what_is_no_address_is_refused(client, wrong):
    told = client.post(ADDRESS, {"email": wrong})
    assert told.status_code == 400
    assert "email" in told.json()["fields"]


def test_a_newer_link_ends_the_older(client, alice, confirm_link, mailoutbox):
    ask(client, "third@example.org")
    newer = token_in(mails(mailoutbox)["third@example.org"])
    assert follow(confirm_link) == (400, "email_link_invalid")
    assert follow(newer) == (200, None)
    assert email_of(alice) == "third@example.org"


def test_one_address_gets_few_mails_whoever_asks(mailoutbox):
    people = [signed_in(UserFactory()) for _ in range(3)]
    for n in range(9):
        ask(people[n % 3], "victim@example.org")
        send_all()
    assert len(mailoutbox) == 5


def test_the_own_address_is_confirmed(client, alice, mailoutbox):
    ask(client, OLD)
    link = token_in(mails(mailoutbox)[OLD])
    assert follow(link) == (200, None)
    user = User.objects.get(pk=alice.pk)
    assert (user.email, user.email_confirmed_at is not None) == (OLD, True)
    assert mails(mailoutbox) == {}  # nothing to take back
    assert follow(link) == (400, "email_link_invalid")


def test_a_link_to_a_new_password_confirms_too(alice, visitor, mailoutbox):
    visitor.post("/api/auth/password/reset", {"email": OLD})
    text = mails(mailoutbox)[OLD]
    [(uid, token)] = re.findall(r"uid=([0-9a-f]+)&token=(\S+)", text)
    body = {"uid": uid, "token": token, "new_password": "Other-Cow-99"}
    assert visitor.post("/api/auth/password/reset/confirm", body).status_code == 200
    assert User.objects.get(pk=alice.pk).email_confirmed_at is not None


# --- Confirming --------------------------------------------------------------------


def test_it_works_once(confirm_link):
    assert follow(confirm_link) == (200, None)
    assert follow(confirm_link) == (400, "email_link_invalid")


def test_it_works_for_a_day(confirm_link, alice):
    EmailChange.objects.update(ends_at=timezone.now())
    assert follow(confirm_link) == (400, "email_link_invalid")
    assert email_of(alice) == OLD
    assert timedelta(days=1) == CONFIRM_WITHIN


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: "f" * 32 + token[32:],
        lambda token: token.upper(),
        lambda token: token + "\n",
        lambda token: "x" * 5000,
    ],
)
def test_a_forged_one_is_none(confirm_link, alice, spoil):
    status, code = follow(spoil(confirm_link))
    assert status == 400
    assert code in ("email_link_invalid", "invalid")
    assert email_of(alice) == OLD


def test_a_link_is_for_its_purpose(confirm_link, alice):
    assert follow(confirm_link, "take-back") == (400, "email_link_invalid")


def test_of_an_erased_account_it_is_none(confirm_link, alice):
    alice.delete()
    assert follow(confirm_link) == (400, "email_link_invalid")


def test_nothing_of_a_link_is_kept(confirm_link):
    secret = confirm_link[64:]
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (ours)
            assert secret not in str(cursor.fetchall())


def test_an_address_that_was_taken_meanwhile(confirm_link, alice):
    UserFactory(email=NEW)
    assert follow(confirm_link) == (409, "email_taken")
    assert email_of(alice) == OLD


def new_password(client, alice, staff):
    body = {"old_password": PASSWORD, "new_password": "Other-Cow-99"}
    assert client.post("/api/auth/password", body).status_code == 200


def everywhere(client, alice, staff):
    body = {"everywhere": True}
    assert client.post("/api/auth/signout", body).status_code == 200


def reset(client, alice, staff):
    link = {
        "uid": alice.pk.hex,
        "token": reset_links.make_token(User.objects.get(pk=alice.pk)),
        "new_password": "Other-Cow-99",
    }
    path = "/api/auth/password/reset/confirm"
    assert APIClient().post(path, link).status_code == 200


def other_email(client, alice, staff):
    values = {"email": "by-staff@example.org"}
    staff_acts.edit(user_id=alice.pk, values=values, through=Origin("admin", staff.pk))


@pytest.mark.parametrize("act", [new_password, everywhere, reset, other_email])
def test_what_keeps_a_thief_out_ends_the_change_that_they_asked_for(
    client, alice, staff, confirm_link, act
):
    act(client, alice, staff)
    before = email_of(alice)
    assert follow(confirm_link) == (400, "email_link_invalid")
    assert email_of(alice) == before
    told = signed_in(User.objects.get(pk=alice.pk)).get(ADDRESS).json()["data"]
    assert told["asked"] is None


def test_a_link_that_leads_nowhere_is_not_mailed(client, alice, mailoutbox):
    ask(client)
    new_password(client, alice, None)
    assert NEW not in mails(mailoutbox)


ENDED = SignIn("session", "of no session")


@pytest.mark.parametrize(
    "act",
    [
        lambda user: services.ask(user_id=user.pk, sign_in=ENDED, email=NEW),
        lambda user: feeds.make(user_id=user.pk, sign_in=ENDED, name="x", types=[]),
        lambda user: feeds.rotate(user_id=user.pk, sign_in=ENDED, feed_id=user.pk),
        lambda user: identities.join(
            user_id=user.pk, sign_in=ENDED, found=Found("work", "k", NEW)
        ),
    ],
    ids=["email", "feed", "other address of a feed", "provider"],
)
def test_a_sign_in_that_has_just_ended_leaves_nothing_behind(alice, act):
    before = ways_in(alice)
    with pytest.raises(ApiError, match="session has ended"):
        act(alice)
    assert ways_in(alice) == before
    assert not EmailChange.objects.exists()


def test_the_sign_in_is_by_the_new_address(take_back_link):
    for email, status in ((OLD, 401), (NEW, 200)):
        body = {"email": email, "password": PASSWORD}
        assert APIClient().post("/api/auth/signin", body).status_code == status


def test_devices_hear_of_it(client, alice, confirm_link):
    before = Change.objects.filter(user=alice).count()
    etag = client.get("/api/auth/session")["ETag"]
    follow(confirm_link)
    assert Change.objects.filter(user=alice).count() == before + 1
    told = client.get("/api/auth/session", headers={"If-None-Match": etag})
    assert told.json()["data"]["email"] == NEW


# --- Taking back -------------------------------------------------------------------


def test_the_old_address_is_told_without_the_new_one(confirm_link, mailoutbox):
    follow(confirm_link)
    texts = mails(mailoutbox)
    assert set(texts) == {OLD}
    assert "a•••@example.net" in texts[OLD]
    assert NEW not in texts[OLD]


def test_it_is_taken_back_and_everything_ends(
    client, alice, take_back_link, mailoutbox
):
    assert follow(take_back_link, "take-back") == (200, None)
    assert email_of(alice) == OLD
    assert client.get(ADDRESS).status_code == 401
    for email in (OLD, NEW):
        body = {"email": email, "password": PASSWORD}
        assert APIClient().post("/api/auth/signin", body).status_code == 401
    texts = mails(mailoutbox)
    assert set(texts) == {OLD, NEW}
    assert "/reset?" in texts[OLD]
    assert "took the change of the e-mail address back" in texts[NEW]
    assert follow(take_back_link, "take-back") == (400, "email_link_invalid")


def test_what_a_thief_added_is_taken_away(alice, take_back_link):
    add_ways_in(alice, "thief")
    asked = {"asked_at": timezone.now(), "auth_epoch": alice.auth_epoch}
    FactorRemoval.objects.create(user=alice, **asked)
    assert follow(take_back_link, "take-back") == (200, None)
    assert ways_in(alice) == NO_WAY_IN
    assert not FactorRemoval.objects.exists()


def test_what_the_owner_had_before_is_kept(client, alice, mailoutbox):
    add_ways_in(alice, "owner")
    ask(client)
    follow(token_in(mails(mailoutbox)[NEW]))
    back = token_in(mails(mailoutbox)[OLD])
    before = ways_in(alice)
    assert before["factors"] == "authenticator passkey"
    assert follow(back, "take-back") == (200, None)
    assert ways_in(alice) == before


def test_the_authenticator_that_a_thief_began_before_goes_too(
    client, alice, mailoutbox
):
    client.post("/api/user/authenticator")
    ask(client)
    follow(token_in(mails(mailoutbox)[NEW]))
    back = token_in(mails(mailoutbox)[OLD])
    told = client.post("/api/user/authenticator/confirm", {"code": code_of(alice)})
    assert told.status_code == 200
    assert follow(back, "take-back") == (200, None)
    assert ways_in(alice) == NO_WAY_IN


def test_new_codes_and_a_new_address_of_a_feed_are_a_thiefs_too(
    client, alice, mailoutbox
):
    add_ways_in(alice, "owner")
    ask(client)
    follow(token_in(mails(mailoutbox)[NEW]))
    back = token_in(mails(mailoutbox)[OLD])
    new_codes(alice)
    feeds.rotate(user_id=alice.pk, feed_id=Feed.objects.get().pk)
    assert follow(back, "take-back") == (200, None)
    left = ways_in(alice)
    assert (left["factors"], left["codes"]) == ("authenticator passkey", 0)
    assert left["feeds"] == []


def test_for_a_week(take_back_link, alice):
    ends_at = EmailChange.objects.get().ends_at
    assert timezone.now() + TAKE_BACK_WITHIN - ends_at < timedelta(minutes=1)
    EmailChange.objects.update(ends_at=timezone.now())
    assert follow(take_back_link, "take-back") == (400, "email_link_invalid")
    assert email_of(alice) == NEW


def test_meanwhile_nobody_else_can_have_it(take_back_link, alice, mailoutbox):
    body = {"email": OLD, "password": PASSWORD, "user_name": "impostor"}
    told = APIClient().post("/api/auth/signup", body)
    assert (told.status_code, told.json()["code"]) == (409, "email_taken")
    other = signed_in(UserFactory())
    ask(other, OLD)
    assert follow(token_in(mails(mailoutbox)[OLD])) == (409, "email_taken")
    assert follow(take_back_link, "take-back") == (200, None)


def test_after_the_week_it_is_free(take_back_link, alice):
    EmailChange.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    call_command("prune", verbosity=0)
    assert not EmailChange.objects.exists()
    claims = set(LoginClaim.objects.values_list("value", flat=True))
    assert claims == {f"email:{NEW}", "name:alice"}
    UserFactory(email=OLD)


def test_a_thief_who_goes_on_loses_all_of_it(client, alice, take_back_link, mailoutbox):
    """From the thief's first address to a second: the first owner's link leads back
    past both, and the thief's own link to the first leads nowhere.
    """
    ask(client, "thief@example.org")
    follow(token_in(mails(mailoutbox)["thief@example.org"]))
    thiefs = token_in(mails(mailoutbox)[NEW])
    assert follow(take_back_link, "take-back") == (200, None)
    assert email_of(alice) == OLD
    assert follow(thiefs, "take-back") == (400, "email_link_invalid")
    claims = set(LoginClaim.objects.values_list("value", flat=True))
    assert claims == {f"email:{OLD}", "name:alice"}


def test_there_and_back_again_keeps_one_claim(
    client, alice, take_back_link, mailoutbox
):
    ask(client, OLD)
    follow(token_in(mails(mailoutbox)[OLD]))
    assert email_of(alice) == OLD
    EmailChange.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    call_command("prune", verbosity=0)
    claims = set(LoginClaim.objects.values_list("value", flat=True))
    assert claims == {f"email:{OLD}", "name:alice"}


def test_doctor_finds_nothing_odd_about_a_kept_claim(take_back_link, capsys):
    call_command("doctor", "--only", "claims")


# --- Races, secrets -----------------------------------------------------------------


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_20_confirmations_of_one_address_by_two_people_one_wins():
    people = [UserFactory(), UserFactory()]
    ends_at = timezone.now() + timedelta(hours=1)
    changes = [
        EmailChange.objects.create(
            user=user, new_email=NEW, auth_epoch=user.auth_epoch, ends_at=ends_at
        )
        for user in people
    ]
    tokens = [links.new_text("confirm", row.user_id, row.pk) for row in changes]
    answers = at_once([partial(follow, tokens[n % 2]) for n in range(20)])
    assert sorted(answers, key=str)[0] == (200, None)
    assert answers.count((200, None)) == 1
    assert {code for _, code in answers} == {None, "email_taken", "email_link_invalid"}
    assert User.objects.filter(email=NEW).count() == 1
    winner = User.objects.get(email=NEW)
    assert LoginClaim.objects.get(value=f"email:{NEW}").user_id == winner.pk


def test_no_link_gets_into_a_log(client, alice, caplog, settings, mailoutbox):
    caplog.set_level(logging.DEBUG)
    settings.DEBUG = True
    ask(client)
    link = token_in(mails(mailoutbox)[NEW])
    follow(link)
    back = token_in(mails(mailoutbox)[OLD])
    follow(back, "take-back")
    for secret in (link, back, link[64:], back[64:]):
        assert secret not in caplog.text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_says_nothing_by_itself(visitor, language):
    page = visitor.get("/email", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
