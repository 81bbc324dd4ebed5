"""What staff decide about reports, in the admin; and what the owner answers."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories import UserFactory
from history.models import StaffAction
from profiles import retention
from profiles.models import Moderation, Report, User
from profiles.moderation.reads import id_for_owner
from profiles.tests.outbox import send_all
from profiles.tests.test_reports import URL, filled, no_rates, said, shown
from profiles.tests.test_viewers import titles

__all__ = ["filled", "no_rates", "shown", "titles"]
pytestmark = pytest.mark.django_db
WHY = "It insults somebody."
MINE = "/api/user/moderation"
INJECTED = "<script>alert(1)</script>\r\nBcc: all@example.org"


@pytest.fixture
def moderator(db):
    member = UserFactory(is_staff=True)
    member.groups.add(Group.objects.get(name="Moderator"))
    browser = Client()
    browser.force_login(member)
    return browser


@pytest.fixture
def reported(other_client, shown):
    body = said(of="list_name", id=shown, text=INJECTED)
    assert other_client.post(URL, body).status_code == 200
    return Moderation.objects.get()


def page(row):
    return reverse("admin:report", args=[row.pk])


def decide(browser, row, name, **more):
    address = reverse("admin:decide_report", args=[row.pk, name])
    return browser.post(address, {"reason": WHY, **more}, follow=True)


def names_seen(visitor):
    return [one["name"] for one in visitor.get("/api/users/alice/lists").json()["data"]]


def test_from_the_report_to_the_answer_and_back(
    alice, client, other_client, visitor, moderator, shown, reported
):
    queue = moderator.get(reverse("admin:reports")).content.decode()
    assert page(reported) in queue
    assert names_seen(visitor) == ["Mine"]
    # Hidden, with a reason; the owner and the reporter are told, the log has it.
    decide(moderator, reported, "withhold", sentence="Thank you.")
    assert names_seen(visitor) == ["List"]
    [told] = other_client.get("/api/user/reports").json()["data"]
    assert (told["state"], told["answer"]) == ("withheld", "Thank you.")
    send_all()
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([alice.email], "Hidden from others")
    assert WHY in letter.body
    assert "/settings#decisions" in letter.body
    assert "Mine" not in letter.body
    act = StaffAction.objects.get()
    assert (act.action, act.reason, act.user_id) == ("withhold", WHY, alice.pk)
    [decision] = client.get(MINE).json()["data"]
    assert (decision["of"], decision["reason"]) == ("list_name", WHY)
    assert decision["state"] == "withheld"
    # What it names says nothing of who reported it.
    assert not {"reports", "snapshot", "sentence"} & decision.keys()
    # Nor when: the id of the row has the time of the first report.
    assert (UUID(decision["id"]).version, reported.pk.version) == (4, 7)
    by_row = client.post(f"{MINE}/{reported.pk}/answer", {"text": "I changed it."})
    assert by_row.json()["code"] == "decision_not_found"
    # Nothing is left in the queue until the owner answers; then once.
    assert (
        page(reported) not in moderator.get(reverse("admin:reports")).content.decode()
    )
    client.patch(f"/api/user/lists/{shown}", {"name": "Better"})
    address = f"{MINE}/{decision['id']}/answer"
    answered = client.post(address, {"text": "I changed it.\n<b>Sorry</b>"})
    assert answered.json()["data"]["waits"] is True
    again = client.post(address, {"text": "Please"})
    assert (again.status_code, again.json()["code"]) == (409, "decision_answered")
    assert names_seen(visitor) == ["List"]
    looked = moderator.get(page(reported)).content.decode()
    assert "&lt;b&gt;Sorry&lt;/b&gt;" in looked
    assert "Better" in looked
    assert "Mine" in looked
    decide(moderator, reported, "keep")
    assert names_seen(visitor) == ["List"]
    assert client.post(address, {"text": "Once more."}).status_code == 200
    decide(moderator, reported, "lift")
    assert names_seen(visitor) == ["Better"]
    assert client.get(MINE).json()["data"][0]["state"] == "lifted"
    send_all()
    assert [one.subject for one in mail.outbox[1:]] == [
        "About your answer",
        "Others can see it again",
    ]
    assert client.post(address, {"text": "Thanks"}).status_code == 409


def test_a_report_that_is_left_as_it_is(client, visitor, moderator, reported):
    decide(moderator, reported, "reject", sentence="It is a title.")
    send_all()
    assert not mail.outbox
    assert names_seen(visitor) == ["Mine"]
    assert client.get(MINE).json()["data"] == []
    assert Report.objects.get().answer == "It is a title."


def test_two_colleagues_decide_once(moderator, reported):
    decide(moderator, reported, "reject")
    late = decide(moderator, reported, "withhold")
    assert "A colleague decided about it already" in late.content.decode()
    assert Moderation.objects.get().state == "rejected"
    assert StaffAction.objects.count() == 1


def test_nothing_happens_before_a_reason_is_given(moderator, reported):
    decide(moderator, reported, "withhold", reason="")
    assert Moderation.objects.get().state == "open"
    address = reverse("admin:decide_report", args=[reported.pk, "burn"])
    assert moderator.get(address).status_code == 404


def test_what_people_wrote_is_text_in_the_admin(moderator, reported):
    page_ = moderator.get(page(reported)).content.decode()
    assert "<script>alert(1)" not in page_
    assert "&lt;script&gt;alert(1)" in page_


def test_a_reason_is_no_header_of_the_mail(moderator, reported):
    decide(moderator, reported, "withhold", reason=f"x\r\n{INJECTED}")
    send_all()
    [letter] = mail.outbox
    assert letter.message()["Bcc"] is None
    assert letter.recipients() == letter.to
    html = letter.alternatives[0][0]
    assert "<script>" not in html


def test_a_user_name_is_replaced_and_not_taken_again(
    alice, client, visitor, moderator, shown
):
    visitor.post(URL, said(of="user_name"))
    decide(moderator, Moderation.objects.get(), "withhold")
    alice.refresh_from_db()
    assert alice.user_name.startswith("user-")
    assert visitor.get("/api/users/alice").status_code == 404
    rename = {"name": "ALICE"}
    refused = client.post("/api/user/updateProfile", rename)
    assert (refused.status_code, refused.json()["code"]) == (409, "user_name_withheld")
    # The next name is another thing.
    client.post("/api/user/updateProfile", {"name": "worse"})
    again = said(of="user_name", user_name="worse")
    assert visitor.post(URL, again).status_code == 200
    taken, waits = Moderation.objects.order_by("id")
    assert (taken.state, waits.state) == ("withheld", "open")
    decide(moderator, taken, "lift")
    assert client.post("/api/user/updateProfile", rename).status_code == 200


@pytest.mark.parametrize("thing", ["profile", "list"])
def test_what_is_withheld_whole_comes_back_when_it_is_lifted(
    visitor, moderator, shown, thing
):
    body = said(of=thing, id=shown) if thing == "list" else said(of=thing)
    assert visitor.post(URL, body).status_code == 200
    decide(moderator, Moderation.objects.get(), "withhold")
    assert visitor.get("/api/users/alice/lists").status_code == 404
    # Nobody reports what is gone: that would tell that it is.
    assert visitor.post(URL, body).status_code == 404
    decide(moderator, Moderation.objects.get(), "lift")
    assert visitor.get("/api/users/alice/lists").status_code == 200


def test_who_may_decide(alice, reported, moderator, staff_client):
    nobody, looker = UserFactory(is_staff=True), UserFactory(is_staff=True)
    looker.groups.add(Group.objects.get(name="Catalogue editor"))
    for member in (nobody, looker):
        browser = Client()
        browser.force_login(member)
        for address in (page(reported), reverse("admin:reports")):
            assert browser.get(address).status_code == 403
        assert decide(browser, reported, "withhold").status_code == 403
    # About staff superusers alone.
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert decide(moderator, reported, "withhold").status_code == 403
    assert Moderation.objects.get().state == "open"


def test_another_persons_decision_is_not_theirs(other_client, moderator, reported):
    decide(moderator, reported, "withhold")
    refused = other_client.post(
        f"{MINE}/{id_for_owner(reported.pk)}/answer", {"text": "Mine"}
    )
    assert (refused.status_code, refused.json()["code"]) == (404, "decision_not_found")
    assert other_client.get(MINE).json()["data"] == []


def test_notes_as_they_are_now_take_a_reason(staff, client, visitor, shown):
    made = client.post(
        "/api/user/shares", {"of": "list", "id": shown, "fields": ["notes"]}
    )
    body = {"of": "list_notes", "id": shown, "reason": "hate"}
    link = made.json()["data"]["url"]
    assert visitor.post(URL, body | {"link": link}).status_code == 200
    row = Moderation.objects.get()
    client.patch(f"/api/user/lists/{shown}/items/1", {"notes": "Changed since."})
    client.put(f"/api/user/lists/{shown}/items/1", {"notes": "Changed since."})
    browser = Client()
    browser.force_login(staff)
    looked = browser.get(page(row)).content.decode()
    assert "On a list." in looked
    assert "Changed since." not in looked
    assert "This is private" in looked
    reveal = reverse("admin:act_on_user", args=[row.user_id, "reveal"])
    browser.post(reveal, {"reason": WHY})
    assert "Changed since." in browser.get(page(row)).content.decode()


def test_what_is_private_by_now_takes_a_reason_too(
    staff, client, visitor, shown, reported
):
    client.post("/api/user/profile", {"name": "Aurelia"})
    visitor.post(URL, said(of="profile"))
    client.patch(f"/api/user/lists/{shown}", {"name": "Since", "audience": "nobody"})
    browser = Client()
    browser.force_login(staff)
    of_profile = Moderation.objects.get(thing="profile")

    def looked():
        return [
            browser.get(page(row)).content.decode() for row in (reported, of_profile)
        ]

    of_list, of_person = looked()
    assert "Since" not in of_list
    assert "Aurelia" not in of_person
    reveal = reverse("admin:act_on_user", args=[reported.user_id, "reveal"])
    browser.post(reveal, {"reason": WHY})
    of_list, of_person = looked()
    assert "Since" in of_list
    assert "Aurelia" in of_person


def test_the_dashboard_says_how_many_wait(staff, reported):
    browser = Client()
    browser.force_login(staff)
    said_ = browser.get(reverse("admin:index")).content.decode()
    assert "1 reported thing waits for a decision" in said_


def test_how_long_it_is_kept(moderator, reported, shown, visitor):
    visitor.post(URL, said(of="profile_texts"))
    texts = Moderation.objects.get(thing="profile_texts")
    decide(moderator, reported, "withhold")
    decide(moderator, texts, "reject")
    rules = {rule.name: rule for rule in retention.RULES}
    names = ("reports", "decisions about reports", "copies of what was reported")
    assert [rules[name].drop() for name in names] == [0, 0, 0]
    long_ago = timezone.now() - retention.REPORTS_FOR - timedelta(days=1)
    Moderation.objects.update(decided_at=long_ago)
    Report.objects.update(decided_at=long_ago)
    assert [rules[name].drop() for name in names] == [2, 1, 1]
    left = Moderation.objects.get()
    assert (left.state, left.snapshot) == ("withheld", {})
