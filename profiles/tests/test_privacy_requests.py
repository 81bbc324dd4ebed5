"""The register of what people asked for by letter."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.tests.admin_forms import errors_of, fill_in, sent_by
from factories import UserFactory
from history.models import StaffAction
from profiles.models import PrivacyRequest
from profiles.personal_data.privacy_requests import due_after
from profiles.staff import services as support
from profiles.staff.groups import make_groups

pytestmark = pytest.mark.django_db
ROWS = reverse("admin:profiles_privacyrequest_changelist")
ADD = reverse("admin:profiles_privacyrequest_add")
WHY = "Ticket 4711"


@pytest.fixture
def browser(db):
    """A support agent's."""
    make_groups()
    agent = UserFactory(user_name="agent", is_staff=True)
    agent.groups.add(Group.objects.get(name="Support"))
    browser = Client()
    browser.force_login(agent)
    return browser


@pytest.fixture
def letter(browser, alice):
    fields = {
        "user": str(alice.pk),
        "kind": "erasure",
        "received_on": "2026-01-31",
        "reference": "L-17",
        "details": "By post",
    }
    fill_in(browser, ADD, **fields)
    return PrivacyRequest.objects.get()


def page_of(letter):
    return reverse("admin:profiles_privacyrequest_change", args=[letter.pk])


@pytest.mark.parametrize(
    ("came", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 5), date(2027, 1, 5)),
        (date(2026, 11, 30), date(2026, 12, 30)),
    ],
)
def test_it_is_due_a_month_later(came, due):
    assert due_after(came) == due


def test_it_is_registered_and_stands_on_the_page_of_the_person(browser, letter, alice):
    assert letter.status == "open"
    assert letter.due_on == date(2026, 2, 28)
    act = StaffAction.objects.get()
    assert (act.action, act.user_id) == ("register_request", alice.pk)
    assert "2026-02-28, late" in browser.get(ROWS).content.decode()
    person = reverse("admin:profiles_user_change", args=[alice.pk])
    assert "L-17" in browser.get(person).content.decode()


def test_it_is_closed_for_a_reason(browser, letter):
    assert errors_of(fill_in(browser, page_of(letter), status="done", reason=""))
    fill_in(browser, page_of(letter), status="refused", reason=WHY)
    letter.refresh_from_db()
    assert letter.status == "refused"
    assert letter.closed_at
    act = StaffAction.objects.get(action="edit_request")
    assert (act.reason, act.before["status"]) == (WHY, "open")


def test_a_day_that_is_yet_to_come_is_refused(browser):
    tomorrow = timezone.now().date() + timedelta(days=1)
    page = fill_in(browser, ADD, kind="export", received_on=tomorrow, reference="L-1")
    assert "received_on" in errors_of(page)


def test_nobody_takes_one_out_of_the_register(browser, letter):
    page = reverse("admin:profiles_privacyrequest_delete", args=[letter.pk])
    assert browser.post(page, {"post": "yes"}).status_code == 403


def test_what_is_due_stands_on_the_dashboard(browser, letter):
    line = "1 privacy request is due within a week, or late"
    assert line in browser.get("/admin/").content.decode()
    PrivacyRequest.objects.update(due_on=timezone.now().date() + timedelta(days=9))
    assert line not in browser.get("/admin/").content.decode()


def test_an_erasure_closes_it_and_leaves_no_trace_of_whose_it_was(letter, alice):
    support.erase(user=alice, reason=WHY, through=Origin("admin"))
    letter.refresh_from_db()
    assert (letter.status, letter.user_id, letter.details) == ("done", None, "")
    assert letter.reference == "L-17"


def test_details_are_not_written_once_the_account_is_erased(browser, letter, alice):
    """The page was opened before."""
    body = sent_by(browser.get(page_of(letter))) | {"details": "Alice wrote again"}
    support.erase(user=alice, reason=WHY, through=Origin("admin"))
    page = browser.post(page_of(letter), body | {"reason": WHY}, follow=True)
    assert "no account (any more)" in errors_of(page)["details"][0]
    letter.refresh_from_db()
    assert letter.details == ""
    page = fill_in(browser, page_of(letter), status="refused", reason=WHY)
    assert not errors_of(page)
    act = StaffAction.objects.get(action="edit_request")
    assert act.user_id is None


def test_only_a_request_of_an_account_has_details(browser):
    fields = {"kind": "export", "received_on": "2026-01-31", "reference": "L-1"}
    assert "details" in errors_of(fill_in(browser, ADD, **fields, details="By post"))
    assert not errors_of(fill_in(browser, ADD, **fields))


def test_an_export_closes_those_for_exports_alone(letter, alice):
    today = timezone.now().date()
    other = PrivacyRequest.objects.create(
        user=alice, kind="export", received_on=today, due_on=today, reference="L-18"
    )
    support.export(user=alice, reason=WHY, through=Origin("admin")).close()
    other.refresh_from_db()
    letter.refresh_from_db()
    assert (other.status, letter.status) == ("done", "open")
