"""What staff tell everybody for a while."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.tests.admin_forms import errors_of, fill_in
from history.models import StaffAction
from profiles.models import Notice

pytestmark = pytest.mark.django_db
ADD = reverse("admin:profiles_notice_add")
HOUR = timedelta(hours=1)


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def notice(begins=-HOUR, ends=HOUR, **values):
    now = timezone.now()
    texts = {"text": "Away at <20:00>."} | values
    return Notice.objects.create(starts_at=now + begins, ends_at=now + ends, **texts)


def told(client):
    return client.get("/api/notices").json()["data"]


def test_everybody_is_told_while_it_lasts(visitor, client):
    one = notice(text_es="Cerrado.")
    for someone in (visitor, client):
        [shown] = told(someone)
        assert shown["text"] == {"en": "Away at <20:00>.", "es": "Cerrado."}
    Notice.objects.filter(pk=one.pk).update(ends_at=timezone.now())
    assert told(visitor) == []


def test_it_begins_and_ends_by_itself(visitor):
    notice(begins=HOUR, ends=2 * HOUR)
    notice(begins=-2 * HOUR, ends=-HOUR)
    assert told(visitor) == []


def test_without_a_translation_it_is_in_english(visitor):
    notice()
    assert told(visitor)[0]["text"]["es"] == "Away at <20:00>."


def test_it_stands_above_the_admin(browser):
    assert "ac-notice" not in browser.get("/admin/").content.decode()
    notice()
    for address in ("/admin/", reverse("admin:profiles_user_changelist")):
        assert "Away at &lt;20:00&gt;." in browser.get(address).content.decode()
    signed_out = Client().get("/admin/login/").content.decode()
    assert "ac-notice" not in signed_out


def test_it_is_set_for_a_reason_and_logged(browser, visitor):
    now = timezone.now()
    times = {
        "starts_at_0": f"{now:%Y-%m-%d}",
        "starts_at_1": "00:00",
        "ends_at_0": f"{now + timedelta(days=1):%Y-%m-%d}",
        "ends_at_1": "00:00",
    }
    fields = {"text": "Soon away.", **times}
    assert "reason" in errors_of(fill_in(browser, ADD, **fields, reason=""))
    backwards = fields | {"ends_at_0": "2020-01-01"}
    assert "ends_at" in errors_of(fill_in(browser, ADD, **backwards, reason="Move"))
    fill_in(browser, ADD, **fields, reason="Move")
    assert told(visitor)[0]["text"]["en"] == "Soon away."
    act = StaffAction.objects.get()
    assert (act.action, act.reason) == ("set_notice", "Move")
    assert act.after["text"] == "Soon away."


def test_it_costs_one_statement(visitor, budget):
    notice()
    with budget(1, "the notices"):
        answer = visitor.get("/api/notices")
    again = visitor.get("/api/notices", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
