"""Signing in with a second factor: POST /api/auth/second-factor"""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from conftest import WatchedClient
from factories import PASSWORD, UserFactory
from profiles.accounts.reset_links import make_token
from profiles.models import SecondStep, Session, User, WrongPasswords
from profiles.tests.factors import code_of, first_step, turn_on
from profiles.tests.outbox import send_all

SECOND = "/api/auth/second-factor"
pytestmark = pytest.mark.django_db


@pytest.fixture
def codes(alice):
    """Alice has an authenticator, and these recovery codes."""
    return turn_on(alice)


def refused(answer):
    return answer.status_code, answer.json().get("code")


def is_in(client):
    return client.get("/api/auth/session").json()["data"] is not None


# --- The two steps -------------------------------------------------------------------


def test_the_password_alone_gets_a_ticket_and_no_session(visitor, alice, codes):
    told = visitor.post(
        "/api/auth/signin", {"email": alice.email, "password": PASSWORD}
    )
    assert refused(told) == (401, "second_factor_needed")
    assert told.json()["details"]["methods"] == ["authenticator", "recovery_code"]
    assert told["Cache-Control"] == "no-store"
    assert not Session.objects.exists()
    assert not is_in(visitor)
    assert told.json()["details"]["ticket"] not in str(SecondStep.objects.values())


def test_a_code_then_is_answered_as_a_sign_in(visitor, alice, codes):
    ticket = first_step(visitor, alice)
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert told.status_code == 200, told.json()
    assert told.json()["data"]["user"]["name"] == "alice"
    assert told.json()["data"]["session"]["token_type"] == "cookie"
    assert is_in(visitor)
    assert visitor.post("/api/auth/prove", {}).status_code == 200  # and a fresh proof
    assert not SecondStep.objects.exists()


def test_an_app_gets_its_tokens(visitor, alice, codes):
    ticket = first_step(visitor, alice, "/api/auth/token")
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert told.json()["data"].keys() == {"access", "refresh", "expires_in"}
    app = WatchedClient()
    bearer = f"Bearer {told.json()['data']['access']}"
    app.credentials(HTTP_AUTHORIZATION=bearer)
    assert app.get("/api/user/watchList").status_code == 200
    assert not Session.objects.exists()


def test_a_recovery_code_works_once_and_the_owner_is_told(visitor, alice, codes):
    for status in (200, 401):
        ticket = first_step(WatchedClient(), alice, "/api/auth/token")
        sent = {"ticket": ticket, "recovery_code": codes[0].upper()}
        assert visitor.post(SECOND, sent).status_code == status
    assert StaticToken.objects.count() == 9
    send_all()
    told = "A recovery code of your account was used"
    assert len([one for one in mail.outbox if told in one.body]) == 1


def test_recovery_codes_are_stored_as_hashes(alice, codes):
    stored = " ".join(StaticToken.objects.values_list("token", flat=True))
    assert len(set(codes)) == 10
    assert not [code for code in codes if code.replace("-", "") in stored.lower()]


def test_a_code_of_the_authenticator_works_once(visitor, alice, codes):
    code = code_of(alice)
    answers = []
    for _ in range(2):
        ticket = first_step(visitor, alice)
        answers.append(refused(visitor.post(SECOND, {"ticket": ticket, "code": code})))
    assert answers == [(200, None), (401, "wrong_code")]


# --- The ticket ----------------------------------------------------------------------


def test_a_ticket_works_once(visitor, alice, codes):
    ticket = first_step(visitor, alice)
    visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    again = visitor.post(SECOND, {"ticket": ticket, "recovery_code": codes[0]})
    assert refused(again) == (401, "ticket_invalid")
    assert StaticToken.objects.count() == 10


def test_a_ticket_grows_old(visitor, alice, codes):
    ticket = first_step(visitor, alice)
    SecondStep.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert refused(told) == (401, "ticket_invalid")


def test_a_ticket_is_of_the_browser_that_began(visitor, alice, codes):
    ticket = first_step(visitor, alice)
    told = WatchedClient().post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert refused(told) == (401, "ticket_invalid")
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert told.status_code == 200


@pytest.mark.parametrize("change", ["password", "everywhere", "deactivated", "erased"])
def test_what_ends_sign_ins_ends_a_ticket(visitor, client, alice, codes, change):
    ticket, code = first_step(visitor, alice), code_of(alice)
    if change == "password":
        alice.set_password("Left-Cow-8")
        alice.save()
    elif change == "everywhere":
        client.post("/api/auth/signout", {"everywhere": True})
    elif change == "deactivated":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        alice.delete()
    told = visitor.post(SECOND, {"ticket": ticket, "code": code})
    assert refused(told) == (401, "ticket_invalid")


@pytest.mark.parametrize("ticket", ["", "x", "0" * 32 + ".x", "\ud7ff", "." * 200])
def test_a_made_up_ticket_opens_nothing(visitor, ticket):
    told = visitor.post(SECOND, {"ticket": ticket, "code": "123456"})
    assert told.status_code in (400, 401)


@pytest.mark.parametrize(
    "sent", [{}, {"code": "1", "recovery_code": "2"}, {"code": 1}, {"passkey": "x"}]
)
def test_one_answer_comes_with_the_ticket(visitor, alice, codes, sent):
    ticket = first_step(visitor, alice)
    told = visitor.post(SECOND, {"ticket": ticket, **sent})
    assert refused(told) == (400, "invalid")


def test_of_another_persons_authenticator_no_code_works(visitor, alice, codes):
    other = UserFactory()
    turn_on(other)
    ticket = first_step(visitor, alice)
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(other)})
    assert refused(told) == (401, "wrong_code")


# --- Guessing ------------------------------------------------------------------------


def forget_pauses():
    """django-otp's own, a second and more after each wrong code."""
    TOTPDevice.objects.update(throttling_failure_count=0)


def test_wrong_codes_lock_as_wrong_passwords_do(visitor, alice, codes, settings):
    ticket = first_step(visitor, alice)
    for _ in range(settings.LOCKOUT_TRIES):
        told = visitor.post(SECOND, {"ticket": ticket, "code": "000000"})
        assert refused(told) == (401, "wrong_code")
        forget_pauses()
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert refused(told) == (429, "locked")
    assert told["Retry-After"]
    assert not is_in(visitor)


def test_a_right_password_forgives_no_wrong_code(visitor, alice, codes, settings):
    for _ in range(settings.LOCKOUT_TRIES):
        ticket = first_step(visitor, alice)
        visitor.post(SECOND, {"ticket": ticket, "code": "000000"})
        forget_pauses()
    ticket = first_step(visitor, alice)
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert refused(told) == (429, "locked")


def test_after_a_wrong_code_the_next_has_to_wait(visitor, alice, codes):
    ticket = first_step(visitor, alice)
    visitor.post(SECOND, {"ticket": ticket, "code": "000000"})
    told = visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert refused(told) == (429, "locked")


def test_a_right_code_forgives_the_wrong_ones(visitor, alice, codes):
    ticket = first_step(visitor, alice)
    visitor.post(SECOND, {"ticket": ticket, "code": "000000"})
    forget_pauses()
    visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert not WrongPasswords.objects.exists()


def test_a_wrong_password_tells_nothing_of_a_second_factor(visitor, alice, codes):
    """The same answer after the same statements as for who has none, or is unknown."""
    UserFactory(user_name="plain")
    answers = []
    for email in (alice.email, "plain@example.org", "nobody@example.org"):
        told = visitor.post(
            "/api/auth/signin", {"email": email, "password": "Wrong-Horse-7"}
        )
        body = told.json()
        body.pop("request_id")
        answers.append((told.status_code, body, dict(told.cookies)))
    assert answers == [answers[0]] * 3


# --- Ways around ---------------------------------------------------------------------


def test_a_new_password_by_mail_keeps_the_second_factor(visitor, alice, codes):
    User.objects.filter(pk=alice.pk).update(email_confirmed_at=timezone.now())
    sent = {
        "uid": alice.pk.hex,
        "token": make_token(alice),
        "new_password": "Left-Cow-8",
    }
    assert visitor.post("/api/auth/password/reset/confirm", sent).status_code == 200
    assert not is_in(visitor)
    told = visitor.post(
        "/api/auth/signin", {"email": alice.email, "password": "Left-Cow-8"}
    )
    assert refused(told) == (401, "second_factor_needed")


def test_the_same_sign_up_again_is_no_way_around(visitor, alice, codes):
    told = visitor.post(
        "/api/auth/signup",
        {"email": alice.email, "user_name": "alice", "password": PASSWORD},
    )
    assert refused(told) == (401, "second_factor_needed")


def test_the_admins_page_is_no_way_around(staff, settings):
    """There the password makes a session; the API is closed to it until a code came."""
    settings.STAFF_SECOND_FACTOR = True
    turn_on(staff)
    browser = Client()
    browser.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    session = browser.get("/api/auth/session").json()["data"]
    assert session is None
    browser.post("/admin/second-factor/", {"code": code_of(staff)})
    assert browser.get("/api/auth/session").json()["data"]["name"] == "staff"


def test_a_factor_turned_on_meanwhile_stops_a_password(visitor, alice, monkeypatch):
    from profiles.accounts import services as accounts

    real = accounts.check_credentials

    def slow(**values):
        user = real(**values)
        turn_on(User.objects.get(pk=user.pk))
        return user

    monkeypatch.setattr(accounts, "check_credentials", slow)
    told = visitor.post(
        "/api/auth/signin", {"email": alice.email, "password": PASSWORD}
    )
    assert refused(told) == (401, "wrong_credentials")
    assert not Session.objects.exists()


# --- Costs ---------------------------------------------------------------------------


def test_a_sign_in_without_one_costs_no_statement_more(visitor, alice, budget):
    with budget(
        9,
        "locked?, the claim, the user, locked? again, last login, the places, "
        "those too many, the session; the mail, for the device is a new one",
    ):
        visitor.post("/api/auth/signin", {"email": alice.email, "password": PASSWORD})
    assert is_in(visitor)
