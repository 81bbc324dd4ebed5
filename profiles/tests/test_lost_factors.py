"""The way back for who lost every factor: asked for, told, stopped, carried out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_otp.plugins.otp_totp.models import TOTPDevice

from conftest import WatchedClient
from factories import PASSWORD, UserFactory
from profiles.accounts.services import end_everything
from profiles.models import FactorRemoval
from profiles.second_factor import links, removal
from profiles.tests.factors import code_of, first_step, turn_on
from profiles.tests.outbox import send_all
from profiles.tests.test_own_factors import data_of, factors_of, refused

LOST = "/api/auth/second-factor/lost"
KEEP = "/api/auth/second-factor/keep"
SECOND = "/api/auth/second-factor"
pytestmark = pytest.mark.django_db


@pytest.fixture
def codes(alice):
    return turn_on(alice)


def ask(client, user):
    return client.post(LOST, {"ticket": first_step(client, user)})


def make_due(user):
    long_ago = timezone.now() - timedelta(days=8)
    FactorRemoval.objects.of(user.pk).update(asked_at=long_ago)


def test_it_waits_for_days_and_the_owner_is_told_at_once(visitor, alice, codes):
    due_at = parse_datetime(data_of(ask(visitor, alice))["due_at"])
    assert timedelta(days=6) < due_at - timezone.now() <= timedelta(days=7)
    send_all()
    assert mail.outbox[-1].to == [alice.email]
    assert "/keep-factors#" in mail.outbox[-1].body
    assert removal.carry_out_due() == "0 second factors taken off"
    assert factors_of(alice) == "authenticator"


def test_then_the_password_is_enough_and_the_owner_is_told(visitor, alice, codes):
    ask(visitor, alice)
    make_due(alice)
    assert removal.carry_out_due() == "1 second factors taken off"
    assert factors_of(alice) == ""
    assert not TOTPDevice.objects.exists()
    send_all()
    assert "were removed" in mail.outbox[-1].body
    sent = {"email": alice.email, "password": PASSWORD}
    assert visitor.post("/api/auth/signin", sent).status_code == 200
    assert removal.carry_out_due() == "0 second factors taken off"


def test_it_takes_the_password(visitor, alice, codes):
    assert refused(visitor.post(LOST, {"ticket": "x"})) == (401, "ticket_invalid")
    assert not FactorRemoval.objects.exists()


def test_asked_twice_it_waits_from_the_first_time_and_mails_once(visitor, alice, codes):
    first = data_of(ask(visitor, alice))
    assert data_of(ask(visitor, alice)) == first
    send_all()
    assert len(mail.outbox) == 1


def test_the_link_in_the_mail_stops_it(visitor, alice, codes):
    ask(visitor, alice)
    send_all()
    token = mail.outbox[-1].body.partition("/keep-factors#")[2].split()[0]
    for _ in range(2):  # again is fine
        assert visitor.post(KEEP, {"token": token}).status_code == 200
    assert not FactorRemoval.objects.exists()
    ask(visitor, alice)
    visitor.post(KEEP, {"token": token})  # of the removal before
    assert FactorRemoval.objects.exists()


def test_a_made_up_link_stops_nothing(visitor, alice, codes):
    ask(visitor, alice)
    link = links.link_to_stop(FactorRemoval.objects.get())
    token = link.partition("#")[2]
    for wrong in ("x", token[:-1], f"{alice.pk.hex}.{'0' * 32}:sig"):
        assert refused(visitor.post(KEEP, {"token": wrong})) == (400, "link_invalid")
    assert FactorRemoval.objects.exists()


def test_its_page_opens_without_a_sign_in_and_tells_nobody_where_from(visitor):
    page = visitor.get("/keep-factors")
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"


def test_the_owner_sees_and_stops_it_while_signed_in(client, visitor, alice, codes):
    ask(visitor, alice)
    shown = data_of(client.get("/api/user/security"))["factor_removal"]
    assert parse_datetime(shown["due_at"]) > timezone.now()
    assert client.post("/api/user/security/keep-factors", {}).status_code == 200
    assert data_of(client.get("/api/user/security"))["factor_removal"] is None


def test_who_signs_in_with_a_factor_has_not_lost_it(visitor, alice, codes):
    ask(visitor, alice)
    ticket = first_step(visitor, alice)
    visitor.post(SECOND, {"ticket": ticket, "code": code_of(alice)})
    assert not FactorRemoval.objects.exists()


def test_a_stranger_stops_nothing(other_client, visitor, alice, codes):
    ask(visitor, alice)
    other_client.post("/api/user/security/keep-factors", {})
    assert FactorRemoval.objects.exists()


def test_a_new_password_stops_it(client, visitor, alice, codes):
    ask(visitor, alice)
    make_due(alice)
    sent = {"old_password": PASSWORD, "new_password": "Other-Cow-99"}
    assert client.post("/api/auth/password", sent).status_code == 200
    assert data_of(client.get("/api/user/security"))["factor_removal"] is None
    assert removal.carry_out_due() == "0 second factors taken off"
    assert factors_of(alice) == "authenticator"
    assert not FactorRemoval.objects.exists()


def test_it_can_be_asked_for_again_after_a_new_password(visitor, alice, codes):
    ask(visitor, alice)
    make_due(alice)
    end_everything(user_id=alice.pk)
    due_at = parse_datetime(data_of(ask(visitor, alice))["due_at"])
    assert due_at - timezone.now() > timedelta(days=6)
    send_all()
    assert len([one for one in mail.outbox if "/keep-factors#" in one.body]) == 2


def test_without_a_factor_there_is_nothing_to_wait_for(client, visitor, alice, codes):
    ask(visitor, alice)
    client.delete("/api/user/authenticator")
    assert not FactorRemoval.objects.exists()


def at_once(*calls):
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_a_stop_and_the_day_one_wins_and_the_row_says_what_is():
    user = UserFactory()
    turn_on(user)
    ask(WatchedClient(), user)
    make_due(user)
    since = timezone.now()
    done, stopped = at_once(
        lambda: removal.carry_out(user.pk, since),
        lambda: removal.stop(user_id=user.pk),
    )
    assert done != stopped
    assert factors_of(user) == ("" if done else "authenticator")
    assert TOTPDevice.objects.filter(user=user).exists() == stopped


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["code", "recovery_code"])
def test_of_20_who_send_one_code_at_once_one_gets_in(kind):
    user = UserFactory()
    codes = turn_on(user)
    sent = {"code": code_of(user), "recovery_code": codes[0]}[kind]
    browsers = [WatchedClient() for _ in range(20)]
    tickets = [first_step(browser, user) for browser in browsers]

    def send(browser, ticket):
        return browser.post(SECOND, {"ticket": ticket, kind: sent}).status_code

    answers = at_once(
        *(
            lambda browser=browser, ticket=ticket: send(browser, ticket)
            for browser, ticket in zip(browsers, tickets, strict=True)
        )
    )
    assert answers.count(200) == 1, answers
    assert set(answers) <= {200, 401, 429}
