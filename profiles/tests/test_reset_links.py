"""Which link to choose a password works, and how many are mailed."""

from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from rest_framework.test import APIClient

from animecollections.identity import Origin
from conftest import signed_in
from factories import PASSWORD
from profiles.models import User
from profiles.staff import account_changes as staff_service
from profiles.staff import services as support
from profiles.tests.outbox import send_all
from profiles.tests.test_reset_password import ask, confirm, links

pytestmark = pytest.mark.django_db


def mailed(mailoutbox, visitor):
    ask(visitor)
    send_all()
    return links(mailoutbox.pop())[0]


def works(link):
    return confirm(APIClient(), link).status_code == 200


def test_a_newer_link_ends_the_older_one(alice, visitor, mailoutbox):
    first, second = (mailed(mailoutbox, visitor) for _ in range(2))
    assert first != second
    assert not works(first)
    assert works(second)
    assert not works(second)


def sign_in(user):
    body = {"email": user.email, "password": PASSWORD}
    assert APIClient().post("/api/auth/signin", body).status_code == 200


def change_password(user):
    body = {"old_password": PASSWORD, "new_password": "Other-Cow-9"}
    assert signed_in(user).post("/api/auth/password", body).status_code == 200


def change_email(user):
    for email in ("other@example.org", user.email):  # there and back again
        values = {"email": email}
        staff_service.edit(user_id=user.pk, values=values, through=Origin("admin"))


def set_password(user):
    fresh = User.objects.get(pk=user.pk)
    staff_service.set_password(user=fresh, new_password=PASSWORD)  # the same


@pytest.mark.parametrize(
    "act", [sign_in, change_password, change_email, set_password, User.delete]
)
def test_what_ends_a_link(alice, visitor, mailoutbox, act):
    link = mailed(mailoutbox, visitor)
    act(alice)
    assert not works(link)


def test_a_link_made_without_its_key_is_none(alice, visitor, mailoutbox):
    mailed(mailoutbox, visitor)
    fresh = User.objects.get()
    made = default_token_generator.make_token(fresh)
    assert not works({"uid": fresh.pk.hex, "token": made})


def test_a_stranger_who_asks_from_forty_networks_gets_five_sent(
    alice, visitor, mailoutbox
):
    answers = []
    for n in range(40):
        asked = {"email": alice.email}
        response = visitor.post(
            "/api/auth/password/reset", asked, REMOTE_ADDR=f"10.0.{n}.1"
        )
        answers.append((response.status_code, response.content))
    assert len(set(answers)) == 1
    send_all()
    assert len(mailoutbox) == 5
    found = [links(mail)[0] for mail in mailoutbox]
    assert not any(works(link) for link in found[:-1])
    assert works(found[-1])  # so that nobody is kept from a new password


def test_the_requests_cost_the_same_past_the_limit(alice, visitor, budget):
    for _ in range(7):
        with budget(1, "the task"):
            ask(visitor)
    with budget(1, "the task"):
        ask(visitor, "nobody@example.org")


def test_after_an_hour_there_are_mails_again(alice, visitor, mailoutbox, settings):
    settings.RESET_MAILS = 1
    for _ in range(2):
        ask(visitor)
        send_all()
    assert len(mailoutbox) == 1
    hour = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    User.objects.update(reset_mails_since=timezone.now() - hour)
    ask(visitor)
    send_all()
    assert len(mailoutbox) == 2


def test_other_people_get_theirs(alice, stranger, visitor, mailoutbox, settings):
    settings.RESET_MAILS = 1
    for email in [alice.email] * 3 + [stranger.email]:
        ask(visitor, email)
    send_all()
    assert [mail.to[0] for mail in mailoutbox] == [alice.email, stranger.email]


def test_staff_mail_a_link_past_the_limit(alice, visitor, mailoutbox, settings):
    settings.RESET_MAILS = 1
    for _ in range(3):
        ask(visitor)
    send_all()
    support.mail_reset(user=alice, reason="A test.", through=Origin("admin"))
    send_all()
    assert len(mailoutbox) == 2
    assert works(links(mailoutbox[-1])[0])
