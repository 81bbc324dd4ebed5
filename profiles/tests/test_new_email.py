"""A new e-mail set by staff: both addresses are told, and answers reach somebody."""

import pytest
from django.test import Client
from django.urls import reverse

from animecollections.tests.admin_forms import fill_in
from profiles.accounts import tasks
from profiles.accounts.identifiers import masked_email
from profiles.models import User
from profiles.personal_data.tasks import mail_erased
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
OLD, NEW = "alice@example.org", "impostor@example.net"


@pytest.fixture
def changed(staff, alice, settings, mailoutbox):
    """The mails, by whom they went to."""
    settings.SUPPORT_EMAIL = "help@example.org"
    browser = Client()
    browser.force_login(staff)

    def change(**values):
        page = reverse("admin:profiles_user_change", args=[alice.pk])
        fill_in(browser, page, reason="Ticket 4711", **values)
        send_all()
        return {mail.to[0]: mail for mail in mailoutbox}

    return change


def test_both_addresses_are_told(changed, alice):
    mails = changed(email=NEW)
    assert User.objects.get(pk=alice.pk).email == NEW
    assert set(mails) == {OLD, NEW}
    for text in (mails[OLD].body, mails[OLD].alternatives[0].content):
        assert "from this one to i•••@example.net" in text
        assert "Ticket 4711" in text
        assert "If you didn't ask for this, tell us at once" in text
        assert "help@example.org" in text
        assert NEW not in text  # whoever reads it may be a stranger
    assert "from a•••@example.org to this one" in mails[NEW].body
    assert OLD not in mails[NEW].body


def test_they_are_told_in_the_language_of_the_person(changed, alice):
    alice.preferences.language = "es"
    alice.preferences.save()
    mails = changed(email=NEW)
    assert mails[OLD].subject == "Tu cuenta tiene ahora otro correo"
    assert mails[NEW].subject == "Este es ahora el correo de tu cuenta"


def test_another_name_beside_it_is_told_too(changed, alice, mailoutbox):
    changed(email=NEW, user_name="alicia")
    assert sorted(mail.to[0] for mail in mailoutbox) == [OLD, NEW, NEW]


def test_another_name_alone_is_one_mail(changed, alice):
    assert set(changed(user_name="alicia")) == {OLD}


def test_answers_reach_whoever_is_there_to_read_them(settings, alice, mailoutbox):
    settings.SUPPORT_EMAIL = "help@example.org"
    tasks.mail_reset.enqueue(email=alice.email)
    tasks.mail_password_changed.enqueue(user_id=str(alice.pk))
    mail_erased.enqueue(email=alice.email, language="es")
    send_all()
    assert len(mailoutbox) == 3
    for mail in mailoutbox:
        assert mail.reply_to == ["help@example.org"]
        assert "help@example.org" in mail.body
        assert "mailto:help@example.org" in mail.alternatives[0].content


@pytest.mark.parametrize(
    ("email", "masked"), [(OLD, "a•••@example.org"), ("a@b.c", "a•••@b.c")]
)
def test_an_address_is_masked_for_others(email, masked):
    assert masked_email(email) == masked
