"""Production without a mail server prints no mail."""

import json

import pytest
from django.core.mail import send_mail
from django_tasks_db.models import DBTaskResult

from animecollections import probes
from animecollections.tests.test_settings import PRODUCTION, manage
from profiles.accounts import tasks
from profiles.tests.outbox import send_all

MAIL = (
    "from django.core.mail import send_mail; "
    "send_mail('S', 'a-link-that-sets-a-password', None, ['a@example.org'])"
)


@pytest.mark.parametrize("more", [{}, {"EMAIL_URL": "console://"}])
def test_production_prints_no_mail(more):
    result = manage("shell", "-c", MAIL, **PRODUCTION, **more)
    assert "EMAIL_URL names no mail server" in result.stderr
    assert "a-link-that" not in (result.stdout + result.stderr).replace(MAIL, "")


def test_a_trial_in_development_does():
    assert "a-link-that" in manage("shell", "-c", MAIL).stdout


def test_the_check_of_settings_says_so():
    told = manage("check", "--deploy", **PRODUCTION)
    assert "EMAIL_URL names no mail server" in told.stderr
    with_one = {"EMAIL_URL": "smtp://mail.example.org"}
    assert "mail" not in manage("check", "--deploy", **PRODUCTION, **with_one).stderr


@pytest.fixture
def _no_server(settings):
    settings.EMAIL_BACKEND = "animecollections.ops.no_mail_server.EmailBackend"


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_server")
def test_the_mail_waits_in_the_outbox_and_says_why(alice, caplog):
    tasks.mail_reset.enqueue(email=alice.email)
    send_all()
    failed = DBTaskResult.objects.get(status="FAILED")
    assert "EMAIL_URL names no mail server" in failed.traceback
    assert DBTaskResult.objects.filter(status="READY").count() == 1
    assert "/reset?" not in caplog.text + failed.traceback


@pytest.mark.usefixtures("_no_server")
def test_no_secret_is_in_the_refusal():
    with pytest.raises(OSError, match="no mail server") as refused:
        send_mail("S", "a-link", None, ["a@example.org"])
    assert "a-link" not in str(refused.value)


@pytest.mark.django_db
def test_readyz_says_so_and_serves(client, monkeypatch):
    monkeypatch.setitem(probes.WATCHED, "mail", probes.mail)
    response = client.get("/readyz")
    assert response.status_code == 200
    told = json.loads(response.content)["checks"]["mail"]
    assert "EMAIL_URL" in told["says"]
