"""The outbox in the admin: who gets what, sent again, and what was given up is told."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from animecollections.identity import Origin
from animecollections.jobs import JOBS
from animecollections.tests.test_probes import ready, says
from collections_app.merges import tasks as merge_tasks
from collections_app.tests.staff import viewer
from factories import UserFactory
from history.models import Job, StaffAction
from profiles import outbox
from profiles.accounts import mails, tasks
from profiles.app_access import tasks as app_tasks
from profiles.email_changes import tasks as email_tasks
from profiles.figures import services as figures
from profiles.notifications.channels import mail as digest_tasks
from profiles.notifications.channels import push as push_tasks
from profiles.oidc import tasks as oidc_tasks
from profiles.personal_data import tasks as personal_data_tasks
from profiles.personal_tokens import tasks as token_tasks
from profiles.reports import tasks as report_tasks
from profiles.second_factor import tasks as factor_tasks
from profiles.staff import services as support
from profiles.staff import tasks as staff_tasks
from profiles.staff.admin.outbox import MAILS, OTHERS, state_of
from profiles.tests.outbox import send_all
from profiles.tests.test_outbox import make_due
from profiles.webhooks import tasks as webhook_tasks

pytestmark = pytest.mark.django_db
ROWS = reverse("admin:django_tasks_database_dbtaskresult_changelist")
WHY = "Ticket 4711"


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def all_ran():
    later = timezone.now() + timedelta(hours=1)
    Job.objects.bulk_create(Job(name=job.name, due_at=later) for job in JOBS)


def broken(monkeypatch, error=None):
    error = error or SMTPServerDisconnected("lost sight of bob@example.net")

    def send(self, fail_silently=False):
        raise error

    monkeypatch.setattr(mails.EmailMultiAlternatives, "send", send)


def fail_for_good():
    for _ in range(5):
        send_all()
        make_due()


@pytest.fixture
def given_up(alice, monkeypatch):
    """A mail to Alice whose fifth try failed; the mail server is well again."""
    with monkeypatch.context() as patch:
        broken(patch)
        tasks.mail_reset.enqueue(email=alice.email)
        fail_for_good()
    return outbox.given_up().get()


def verb_page(row, verb):
    return reverse("admin:outbox_verb", args=[row.pk, verb])


def rows_on(page):
    rows = page.context["cl"].result_list
    return [(row.recipient, state_of(row)) for row in rows]


# --- Given up ----------------------------------------------------------------------


def test_the_fifth_failure_is_given_up_and_the_others_are_not(given_up):
    states = [state_of(row) for row in DBTaskResult.objects.order_by("enqueued_at")]
    assert states == ["failed, tried again"] * 4 + ["given up"]
    assert "SMTPServerDisconnected" in DBTaskResult.objects.first().traceback


def test_it_is_told_until_somebody_sends_it_again(
    browser,
    given_up,
    all_ran,
    mailoutbox,
):
    told = says("degraded", "outbox", ready())
    assert told == "1 mail or removal is given up: see the Outbox in the admin"
    figures.refresh()
    line = "1 mail could not be sent, and is not tried again"
    assert line in browser.get("/admin/").content.decode()
    browser.post(verb_page(given_up, "again"), {"reason": WHY})
    send_all()
    assert len(mailoutbox) == 1
    assert ready()["status"] == "ok"
    figures.refresh()
    assert line not in browser.get("/admin/").content.decode()


def test_it_is_told_until_somebody_lets_it_be(browser, alice, given_up, mailoutbox):
    browser.post(verb_page(given_up, "let-be"), {"reason": WHY})
    assert not outbox.given_up().exists()
    act = StaffAction.objects.get()
    assert (act.action, act.user_id, act.reason) == ("let_mail_be", alice.pk, WHY)
    assert not mailoutbox


def test_an_address_that_there_is_not_wakes_nobody(
    alice,
    monkeypatch,
    all_ran,
):
    refused = SMTPRecipientsRefused({alice.email: (550, b"no such user")})
    broken(monkeypatch, refused)
    tasks.mail_reset.enqueue(email=alice.email)
    fail_for_good()
    assert ready()["status"] == "ok"
    assert figures.troubles()["mails"] == 1


def test_a_worker_told_twice_to_stop_loses_none(alice, monkeypatch):
    broken(monkeypatch, SystemExit(1))
    tasks.mail_reset.enqueue(email=alice.email)
    send_all()
    assert DBTaskResult.objects.get(status="READY")
    assert not outbox.given_up().exists()
    make_due()
    fail_for_good()
    assert outbox.given_up().count() == 1


# --- Sent again --------------------------------------------------------------------


def test_what_was_sent_is_sent_once_more(browser, alice, mailoutbox):
    tasks.mail_password_changed.enqueue(user_id=str(alice.pk))
    send_all()
    row = DBTaskResult.objects.get()
    browser.post(verb_page(row, "again"), {"reason": WHY})
    send_all()
    assert [mail.to for mail in mailoutbox] == [[alice.email]] * 2
    act = StaffAction.objects.get()
    assert (act.action, act.user_id) == ("send_again", alice.pk)
    assert act.before == {"mail": "mail_password_changed", "status": "SUCCESSFUL"}


def test_nothing_is_sent_again_without_a_reason(browser, given_up):
    page = browser.post(verb_page(given_up, "again"), {"reason": " "})
    assert page.context["form"].errors
    assert not DBTaskResult.objects.filter(status="READY").exists()


def test_of_two_who_send_it_again_one_does(given_up):
    assert outbox.send_again(given_up)
    assert not outbox.send_again(given_up)


def test_what_another_did_first_is_not_in_the_log(alice, given_up):
    by = Origin("admin")
    assert support.send_again(row=given_up, user_id=alice.pk, reason=WHY, through=by)
    assert not support.let_mail_be(
        row=given_up, user_id=alice.pk, reason=WHY, through=by
    )
    assert [act.action for act in StaffAction.objects.all()] == ["send_again"]


TASKS = (
    tasks, app_tasks, digest_tasks, email_tasks, factor_tasks, merge_tasks, oidc_tasks,
    personal_data_tasks, push_tasks, report_tasks, staff_tasks, token_tasks,
    webhook_tasks,
)  # fmt: skip


def test_every_task_has_its_words_and_every_mail_can_be_sent_again():
    found = {
        name
        for module in TASKS
        for name, task in vars(module).items()
        if isinstance(task, Task)
    }
    assert found == (MAILS | OTHERS).keys()
    assert MAILS.keys() == {name for name in found if name.startswith("mail_")}


def test_what_waits_or_is_tried_again_cannot_be_sent_again(browser, alice, monkeypatch):
    broken(monkeypatch)
    tasks.mail_reset.enqueue(email=alice.email)
    send_all()
    for row in DBTaskResult.objects.all():
        assert state_of(row) in {"failed, tried again", "waits"}
        assert browser.get(verb_page(row, "again")).status_code == 404
        assert browser.get(verb_page(row, "let-be")).status_code == 404


# --- Who sees whom -----------------------------------------------------------------


def test_recipients_are_named_and_addresses_that_are_nobodys_masked(
    browser, alice, given_up
):
    tasks.mail_reset.enqueue(email="nobody@example.net")
    staff_tasks.mail_staff_action.enqueue(
        user_id=str(alice.pk), action="lock", reason="x"
    )
    page = browser.get(ROWS)
    assert page.content.decode().count(">alice</a>") == 6
    assert "n•••@example.net" in page.content.decode()
    assert "nobody@example.net" not in page.content.decode()
    one = browser.get(page.context["cl"].url_for_result(given_up)).content.decode()
    assert "b•••@example.net" in one
    assert "bob@example.net" not in one


def test_the_page_asks_for_all_recipients_at_once(browser, alice, budget):
    for name in ("one", "two", "three"):
        tasks.mail_reset.enqueue(email=f"{name}@example.net")
        tasks.mail_password_changed.enqueue(user_id=str(UserFactory().pk))
    with budget(6, "session, user, count twice, rows, recipients"):
        browser.get(ROWS)


def test_mails_are_found_by_whom_they_went_to(browser, alice, stranger):
    tasks.mail_reset.enqueue(email=alice.email)
    tasks.mail_password_changed.enqueue(user_id=str(alice.pk))
    tasks.mail_password_changed.enqueue(user_id=str(stranger.pk))
    for text in ("alice", alice.email, str(alice.pk)):
        assert len(rows_on(browser.get(ROWS, {"q": text}))) == 2
    assert rows_on(browser.get(ROWS, {"q": "nobody"})) == []


def test_they_are_found_by_index_however_many_there_are(alice):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    theirs = outbox.mails_to(DBTaskResult.objects.all(), [alice.pk], [alice.email])
    plan = theirs.order_by("-enqueued_at").explain()
    assert "outbox_of_user" in plan
    assert "outbox_of_email" in plan


def test_mails_stand_on_the_page_of_the_person(browser, alice, given_up):
    page = browser.get(reverse("admin:profiles_user_change", args=[alice.pk]))
    [table] = [t for t in page.context["glance"].tables if t.heading == "Mails"]
    assert len(table.rows) == 5
    assert "given up" in [state for _, _, state, _ in table.rows]
    assert verb_page(given_up, "again") in page.content.decode()


def test_who_may_see_no_people_sees_no_name(given_up):
    page = viewer("view_dbtaskresult").get(ROWS).content.decode()
    assert "alice" not in page
    assert "a•••@example.org" in page


def test_mails_are_sent_again_by_those_who_help(given_up, staff):
    page = verb_page(given_up, "again")
    assert viewer("view_dbtaskresult").get(page).status_code == 403
    assert viewer("help_user").get(page).status_code == 200
    tasks.mail_password_changed.enqueue(user_id=str(staff.pk))
    send_all()
    of_staff = DBTaskResult.objects.get(status="SUCCESSFUL")
    page = verb_page(of_staff, "again")
    assert viewer("help_user").get(page).status_code == 403
