"""Mails go out by the worker, and are tried again."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from profiles.accounts import mails, tasks
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch):
    """The mail server is away until `broken.undo()`."""

    def send(self, fail_silently=False):
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(mails.EmailMultiAlternatives, "send", send)
    return monkeypatch


def make_due():
    DBTaskResult.objects.ready().update()
    DBTaskResult.objects.filter(status="READY").update(run_after=get_date_max())


def statuses():
    rows = DBTaskResult.objects.order_by("enqueued_at", "run_after")
    return [row.status for row in rows]


def test_a_mail_that_failed_is_tried_again_later(alice, broken, mailoutbox):
    tasks.mail_reset.enqueue(email=alice.email)
    send_all()
    assert statuses() == ["FAILED", "READY"]
    failed = DBTaskResult.objects.get(status="FAILED")
    assert "SMTPServerDisconnected" in failed.traceback
    again = DBTaskResult.objects.get(status="READY")
    assert again.args_kwargs["kwargs"] == {"email": alice.email, "tries": 1}
    wait = again.run_after - timezone.now()
    assert timedelta(seconds=50) < wait <= timedelta(minutes=1)
    send_all()  # not due yet
    assert statuses() == ["FAILED", "READY"]
    broken.undo()
    make_due()
    send_all()
    assert statuses() == ["FAILED", "SUCCESSFUL"]
    assert [mail.to for mail in mailoutbox] == [[alice.email]]


@pytest.mark.parametrize("name", ["mail_reset", "mail_password_changed"])
def test_after_five_tries_it_is_given_up(alice, broken, name):
    whose = (
        {"email": alice.email} if name == "mail_reset" else {"user_id": str(alice.pk)}
    )
    getattr(tasks, name).enqueue(**whose)
    for _ in range(8):
        send_all()
        make_due()
    assert statuses() == ["FAILED"] * 5


def test_a_mistake_of_ours_is_not_tried_again(alice, monkeypatch):
    monkeypatch.setattr(tasks, "send_mail", lambda *_: 1 / 0)
    tasks.mail_reset.enqueue(email=alice.email)
    send_all()
    assert statuses() == ["FAILED"]


def test_an_account_erased_meanwhile_gets_no_mail(alice, mailoutbox):
    tasks.mail_password_changed.enqueue(user_id=str(alice.pk))
    alice.delete()
    send_all()
    assert statuses() == ["SUCCESSFUL"]
    assert not mailoutbox


def test_staff_see_what_failed_and_why(alice, broken, staff_client):
    tasks.mail_reset.enqueue(email=alice.email)
    send_all()
    row = DBTaskResult.objects.get(status="FAILED")
    page = staff_client.get(
        f"/admin/django_tasks_database/dbtaskresult/{row.pk}/change/"
    )
    assert "SMTPServerDisconnected" in page.content.decode()
