"""POST /api/reports, GET /api/user/reports: what somebody shows is reported."""

import json

import pytest
from django.core.cache import cache

from animecollections.api.throttling import tally
from animecollections.identity import Origin
from conftest import WatchedClient, signed_in
from factories import UserFactory, personal_token
from profiles.models import Moderation, Report
from profiles.personal_data.erasure import erase
from profiles.reports import services
from profiles.tests.test_viewers import titles
from profiles.tests.test_what_others_see import (
    SHARES,
    filled,
    set_all,
    without_request_id,
)

__all__ = ["filled", "titles"]
pytestmark = pytest.mark.django_db
URL = "/api/reports"


@pytest.fixture
def shown(client, filled):
    """All of Alice's is for everyone; the id of her list."""
    set_all(client, filled, "everyone")
    return filled


@pytest.fixture(autouse=True)
def no_rates(settings):
    settings.RATES = settings.RATES | {"report": (1000, 60), "others": (1000, 60)}


def said(**more):
    return {"user_name": "alice", "reason": "spam"} | more


def link_to(client, **body):
    made = client.post(SHARES, body)
    assert made.status_code == 200, made.content
    return made.json()["data"]["url"]


def test_each_thing_that_is_seen_can_be_reported(alice, visitor, client, shown):
    client.post("/api/user/profile", {"avatar": "https://x.example/a.png"})
    for of, id_, snapshot in (
        ("profile", "", {"user_name": "alice"}),
        ("user_name", "", {"user_name": "alice"}),
        ("avatar", "", {"avatar": "https://x.example/a.png"}),
        ("profile_texts", "", {}),
        ("list", shown, {"name": "Mine", "description": "x"}),
        ("list_name", shown, {"name": "Mine"}),
        ("list_description", shown, {"description": "x"}),
    ):
        response = visitor.post(URL, said(of=of, id=id_) if id_ else said(of=of))
        assert response.status_code == 200, (of, response.content)
        row = Moderation.objects.get(thing=of)
        assert row.user == alice
        assert row.snapshot.items() >= snapshot.items()
        assert (row.state, row.reports, row.which) == ("open", 1, id_)
    # No first name, which others do not see, stands in a copy.
    assert "name" not in Moderation.objects.get(thing="profile").snapshot


def test_notes_are_reported_by_the_link_that_showed_them(visitor, client, shown):
    for of, id_, link in (
        ("notes", "Watching", {"of": "type", "id": "Watching"}),
        ("list_notes", shown, {"of": "list", "id": shown}),
    ):
        silent = link_to(client, **link)
        body = {"of": of, "id": id_, "reason": "hate"}
        assert visitor.post(URL, body | {"user_name": "alice"}).status_code == 404
        assert visitor.post(URL, body | {"link": silent}).status_code == 404
        telling = link_to(client, **link, fields=["notes"], max_uses=1)
        assert visitor.get(telling.partition(":8000")[2]).status_code == 200
        # It is used up, and names what it showed all the same.
        assert visitor.get(telling.partition(":8000")[2]).status_code == 404
        assert visitor.post(URL, body | {"link": telling}).status_code == 200
        row = Moderation.objects.get(thing=of)
        assert [len(note) for note in row.snapshot["notes"]] == [2]  # not the private
        secret = telling.rpartition("/")[2]
        kept = [*Moderation.objects.values(), *Report.objects.values()]
        assert secret not in json.dumps(kept, default=str)


def test_what_is_not_seen_cannot_be_reported(visitor, other_client, client, shown):
    """Word for word as for a name that nobody has, and nothing is kept."""
    nobody_is = without_request_id(visitor.get("/api/users/nobody-at-all"))
    client.post("/api/user/profile", {"avatar": None})
    hidden = [
        said(of="avatar"),  # there is none
        said(of="list", id="0193ab0c-7a31-7000-8000-000000000000"),
        said(of="notes", id="Watching"),
        said(of="profile", user_name="nobody-at-all"),
        {"of": "profile", "link": "a.b", "reason": "spam"},
    ]
    for body in hidden:
        assert without_request_id(visitor.post(URL, body)) == nobody_is, body
    by_link = {"link": link_to(client, of="list", id=shown), "reason": "spam"}
    for audience in ("nobody", "link", "followers"):
        set_all(client, shown, audience)
        for of in ("profile_texts", "banner_image"):  # it leads to the list alone
            refused = visitor.post(URL, by_link | {"of": of})
            assert without_request_id(refused) == nobody_is, (of, audience)
        for of, id_ in (("profile", ""), ("user_name", ""), ("list_name", shown)):
            for browser in (visitor, other_client):
                refused = browser.post(URL, said(of=of, id=id_))
                assert without_request_id(refused) == nobody_is, (of, audience)
    assert not Moderation.objects.exists()
    assert not Report.objects.exists()


def test_one_report_for_each_reporter_and_thing(
    visitor, other_client, stranger, client, shown
):
    body = said(of="list_name", id=shown, text="It names me.")
    for browser in (visitor, visitor, other_client, other_client):
        assert browser.post(URL, body).json()["data"] == {"message": "Report received"}
    [row] = Moderation.objects.all()
    assert row.reports == 2
    by_visitor, by_other = Report.objects.order_by("id")
    assert by_visitor.reporter_user_id is None
    assert "127.0.0.1" not in by_visitor.reporter_key
    assert by_other.reporter_user_id == stranger.pk
    [told] = other_client.get("/api/user/reports").json()["data"]
    assert (told["of"], told["state"], told["text"]) == (
        "list_name",
        "open",
        "It names me.",
    )
    # The one whom it is about learns nothing of it.
    assert client.get("/api/user/reports").json()["data"] == []
    assert client.get("/api/user/moderation").json()["data"] == []


def test_a_token_reports_in_nobodys_name(stranger, shown):
    script = WatchedClient(HTTP_AUTHORIZATION=f"Bearer {personal_token(stranger)}")
    assert script.post(URL, said(of="profile")).status_code == 200
    assert Report.objects.get().reporter_user_id is None
    assert script.get("/api/user/reports").status_code == 403


def test_what_staff_left_as_it_is_comes_back_with_another_content_only(
    visitor, other_client, client, shown
):
    visitor.post(URL, said(of="list_name", id=shown))
    values = {"state": "rejected", "waiting_since": None, "sentence": "It is fine."}
    Moderation.objects.update(**values)
    other_client.post(URL, said(of="list_name", id=shown))
    assert not Moderation.objects.across_users().waiting().exists()
    [told] = other_client.get("/api/user/reports").json()["data"]
    assert (told["state"], told["answer"]) == ("rejected", "It is fine.")
    client.patch(f"/api/user/lists/{shown}", {"name": "Another"})
    other_client.post(URL, said(of="list_name", id=shown))
    assert Moderation.objects.across_users().waiting().get().reports == 1


def test_what_staff_show_again_can_be_reported_again(
    visitor, other_client, client, shown
):
    visitor.post(URL, said(of="list_name", id=shown))
    Moderation.objects.update(state="lifted", waiting_since=None)
    other_client.post(URL, said(of="list_name", id=shown))
    assert Moderation.objects.across_users().waiting().get().reports == 1


def test_a_picture_of_another_server_may_be_another_by_now(visitor, client, shown):
    client.post("/api/user/profile", {"avatar": "https://x.example/a.png"})
    for of in ("avatar", "profile"):
        visitor.post(URL, said(of=of))
        Moderation.objects.update(state="rejected", waiting_since=None)
        visitor.post(URL, said(of=of))
        assert Moderation.objects.across_users().waiting().get().reports == 1
        Moderation.objects.update(state="rejected", waiting_since=None)


def beside(monkeypatch, what):
    """It happens after a report has found its decision, before it is noted."""
    find = services.waiting_for

    def find_and_do(*of):
        row = find(*of)
        what()
        return row

    monkeypatch.setattr(services, "waiting_for", find_and_do)


def test_a_report_beside_a_decision_tells_it(
    alice, visitor, other_client, shown, monkeypatch
):
    visitor.post(URL, said(of="list_name", id=shown))
    values = {"state": "rejected", "waiting_since": None, "sentence": "It is fine."}
    rows = Moderation.objects.of(alice.pk)
    beside(monkeypatch, lambda: rows.update(**values))
    other_client.post(URL, said(of="list_name", id=shown))
    [told] = other_client.get("/api/user/reports").json()["data"]
    assert (told["state"], told["answer"]) == ("rejected", "It is fine.")


def test_a_report_beside_an_erasure_leaves_nothing(
    alice, visitor, other_client, shown, monkeypatch
):
    visitor.post(URL, said(of="list_name", id=shown))
    beside(monkeypatch, Moderation.objects.of(alice.pk).delete)
    assert other_client.post(URL, said(of="list_name", id=shown)).status_code == 404
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"of": "profile", "reason": "spam"},
        {"of": "profile", "reason": "spam", "user_name": "alice", "link": "x"},
        {"of": "password", "reason": "spam", "user_name": "alice"},
        {"of": "profile", "reason": "because", "user_name": "alice"},
        {"of": "profile", "reason": "spam", "user_name": "alice", "id": "1"},
        {"of": "notes", "reason": "spam", "user_name": "alice", "id": "Dropped"},
        {"of": "list", "reason": "spam", "user_name": "alice"},
        {"of": "list", "reason": "spam", "user_name": "alice", "id": "x"},
        {"of": "profile", "reason": "spam", "user_name": "alice", "text": "x" * 1001},
        {"of": "profile", "reason": "spam", "user_name": "alice", "texts": "x"},
    ],
)
def test_a_wrong_report_is_refused(visitor, shown, body):
    assert visitor.post(URL, body).status_code == 400
    assert not Report.objects.exists()


def test_nobody_reports_themselves(client, shown):
    refused = client.post(URL, said(of="profile"))
    assert refused.json()["fields"] == {"of": ["This is your own."]}


def test_reports_are_few(settings, visitor, other_client, shown, monkeypatch):
    monkeypatch.setattr(services, "MOST_OPEN_REPORTS", 1)
    assert other_client.post(URL, said(of="profile")).status_code == 200
    refused = other_client.post(URL, said(of="user_name"))
    assert (refused.status_code, refused.json()["code"]) == (409, "reports_full")
    settings.RATES = settings.RATES | {"report": (2, 3600)}
    cache.clear()
    tally.forget()
    codes = [visitor.post(URL, said(of="profile")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_what_a_report_costs(visitor, other_client, shown, budget):
    with budget(14, "whose, who sees what, the list, the decision, the report"):
        visitor.post(URL, said(of="list_name", id=shown))
    with budget(2, "the sign-in, the reports"):
        other_client.get("/api/user/reports")


def test_an_erased_reporter_and_an_erased_owner_leave_nothing(
    alice, stranger, other_client, shown
):
    other_client.post(URL, said(of="profile"))
    carol = signed_in(UserFactory(user_name="carol"))
    carol.post(URL, said(of="profile"))
    erase(user_id=stranger.pk, through=Origin("command"))
    assert Report.objects.count() == 1
    assert Moderation.objects.get().reports == 2
    erase(user_id=alice.pk, through=Origin("command"))
    assert not Report.objects.exists()
    assert not Moderation.objects.exists()
