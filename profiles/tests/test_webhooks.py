"""Webhooks over HTTP: making, changing, ending them, and whose they are."""

import json

import pytest

from conftest import signed_in
from factories import AnimeFactory, personal_token
from profiles.models import Delivery, Webhook
from profiles.retention import old_deliveries
from profiles.tests.receivers import Clock, call_due, receiving
from profiles.tests.test_fresh_proofs import make_stale
from profiles.tests.test_push import NOT_PUBLIC
from profiles.webhooks import services
from profiles.webhooks.signing import secret_of

pytestmark = pytest.mark.django_db
URL = "/api/user/webhooks"
ADDRESS = "https://hooks.example.com/anime?key=of-the-owner"
LIST = "/api/user/watchList"


@pytest.fixture
def receiver(settings):
    with receiving(settings) as server:
        yield server


def made_by(client, **body):
    response = client.post(URL, {"url": ADDRESS, **body})
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_one_is_made_and_its_secret_shown_once(client, alice):
    made = made_by(client, name="Home", parts=["entries", "lists"])
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert (made["state"], made["format"]) == ("active", "standard")
    assert made["cursor"] == client.get("/api/user/sync").json()["meta"]["cursor"]
    listed = client.get(URL)
    assert listed.json()["data"] == [made]
    assert listed["Cache-Control"] == "no-store"
    row = Webhook.objects.get()
    kept = json.dumps([str(value) for value in vars(row).values()])
    assert secret not in kept
    assert secret.removeprefix("whsec_") not in kept
    assert secret_of(row.seed) == secret


@pytest.mark.parametrize("url", [*NOT_PUBLIC, "https://bücher.local/x", None, 7])
def test_addresses_that_are_not_of_the_internet_are_refused(client, alice, url):
    made = made_by(client)
    for ask in (
        lambda: client.post(URL, {"url": url}),
        lambda: client.patch(f"{URL}/{made['id']}", {"url": url}),
    ):
        answer = ask()
        assert answer.status_code == 400, url
        assert "url" in answer.json()["fields"]
    assert Webhook.objects.get().url == ADDRESS


def test_a_name_in_another_alphabet_is_kept_as_it_is_asked_for(client):
    made = made_by(client, url="https://Bücher.example.com:8443/")
    assert made["url"] == "https://xn--bcher-kva.example.com:8443/"
    assert made["host"] == "xn--bcher-kva.example.com"


@pytest.mark.parametrize(
    "body",
    [
        {"format": "slack"},
        {"parts": []},
        {"parts": ["everything"]},
        {"parts": ["entries"] * 30},
        {"format": "discord", "parts": ["searches"]},
        {"name": "x" * 51},
        {"naem": "x"},
    ],
)
def test_what_is_wrong_is_said(client, alice, body):
    assert client.post(URL, {"url": ADDRESS} | body).status_code == 400
    assert not Webhook.objects.exists()


def test_parts_fit_the_format_when_they_change_too(client):
    made = made_by(client, format="ntfy")
    answer = client.patch(f"{URL}/{made['id']}", {"parts": ["preferences"]})
    assert answer.json()["fields"] == {
        "parts": ["A ntfy webhook has no preferences: entries, notices."]
    }


def test_strangers_find_none_of_it(client, other_client, alice):
    made = made_by(client)
    test = client.post(f"{URL}/{made['id']}/test").json()["data"]
    place = f"{URL}/{made['id']}"
    assert other_client.get(URL).json()["data"] == []
    for method, path in (
        ("patch", place),
        ("delete", place),
        ("post", f"{place}/rotate"),
        ("post", f"{place}/test"),
        ("get", f"{place}/deliveries"),
        ("post", f"{place}/deliveries/{test['id']}/redeliver"),
    ):
        answer = getattr(other_client, method)(path)
        assert answer.json()["code"] == "webhook_not_found", (method, path)
    own = made_by(other_client)
    path = f"{URL}/{own['id']}/deliveries/{test['id']}/redeliver"
    assert other_client.post(path).json()["code"] == "delivery_not_found"
    assert Webhook.objects.of(alice.pk).count() == 1


def test_a_token_sees_tests_and_ends_but_makes_none_and_sees_no_address(
    client, visitor, alice
):
    made = made_by(client)
    headers = {"Authorization": f"Bearer {personal_token(alice, 'webhooks')}"}
    place = f"{URL}/{made['id']}"
    [seen] = visitor.get(URL, headers=headers).json()["data"]
    assert (seen["url"], seen["host"]) == (None, "hooks.example.com")
    assert visitor.post(f"{place}/test", headers=headers).status_code == 200
    for method, path in (
        ("post", URL),
        ("patch", place),
        ("post", f"{place}/rotate"),
    ):
        answer = getattr(visitor, method)(path, {"url": ADDRESS}, headers=headers)
        assert answer.json()["code"] == "scope_missing", (method, path)
    assert visitor.delete(place, headers=headers).status_code == 200
    assert not Webhook.objects.exists()


def test_where_things_go_takes_a_fresh_proof(client, alice):
    made = made_by(client)
    make_stale(alice)
    stale, place = client, f"{URL}/{made['id']}"
    for ask in (
        lambda: stale.post(URL, {"url": ADDRESS}),
        lambda: stale.patch(place, {"url": ADDRESS}),
        lambda: stale.post(f"{place}/rotate"),
    ):
        assert ask().json()["code"] == "proof_needed"
    assert stale.patch(place, {"is_paused": True}).status_code == 200


def test_there_is_a_most(client, monkeypatch):
    monkeypatch.setattr(services, "MOST_WEBHOOKS", 1)
    made = made_by(client)
    assert client.post(URL, {"url": ADDRESS}).json()["code"] == "webhooks_full"
    client.delete(f"{URL}/{made['id']}")
    made_by(client)


def test_a_test_and_a_redelivery_are_sent_also_where_it_is_paused(client, receiver):
    made = made_by(client, url=receiver.url)
    place = f"{URL}/{made['id']}"
    client.patch(place, {"is_paused": True})
    waits = client.post(f"{place}/test").json()["data"]
    assert client.post(f"{place}/test").json()["data"] == waits
    assert (waits["status"], waits["is_asked"]) == ("waiting", True)
    call_due()
    [message] = receiver.verified(made["secret"])
    assert message == {"type": "test", "cursor": made["cursor"], "revision": 0}
    [row] = client.get(f"{place}/deliveries").json()["data"]
    assert (row["status"], row["status_code"], row["answer"]) == (
        "delivered", 200, "thanks",
    )  # fmt: skip
    assert (row["attempts"], row["is_asked"]) == (1, False)

    receiver.status = 500
    client.post(f"{place}/deliveries/{row['id']}/redeliver")
    call_due()
    assert receiver.ids == [receiver.ids[0]] * 2
    [again] = client.get(f"{place}/deliveries").json()["data"]
    assert (again["status"], again["attempts"]) == ("failed", 2)
    assert call_due() == []


def test_tests_and_redeliveries_are_few_whatever_token_asks(
    client, visitor, alice, settings
):
    settings.RATES = settings.RATES | {"webhook": (2, 3600)}
    settings.THROTTLE_SCALE = 1
    place = f"{URL}/{made_by(client)['id']}"
    test = client.post(f"{place}/test").json()["data"]
    again = f"{place}/deliveries/{test['id']}/redeliver"
    assert client.post(again).status_code == 200
    headers = {"Authorization": f"Bearer {personal_token(alice, 'webhooks')}"}
    for path in (f"{place}/test", again):
        assert visitor.post(path, headers=headers).json()["code"] == "throttled"
    assert client.get(f"{place}/deliveries").status_code == 200


def test_answers_are_shown_as_text_and_no_more_than_two_kilobytes(client, receiver):
    receiver.says = b"\x00\x1b[31m<b>no\xff</b>\n" + b"x" * 100_000
    made = made_by(client, url=receiver.url)
    client.post(f"{URL}/{made['id']}/test")
    call_due()
    [row] = client.get(f"{URL}/{made['id']}/deliveries").json()["data"]
    assert row["answer"].startswith("[31m<b>no\ufffd</b>\nxxx")
    assert len(row["answer"].encode()) <= 2048 + 8


def test_another_secret_signs_and_for_a_day_the_one_before_it_too(
    client, receiver, monkeypatch
):
    clock = Clock(monkeypatch)
    first = made_by(client, url=receiver.url)
    place = f"{URL}/{first['id']}"
    second = client.post(f"{place}/rotate").json()["data"]
    assert second["secret"] != first["secret"]
    assert second["previous_secret_until"] is not None
    client.post(f"{place}/test")
    call_due()
    assert receiver.verified(first["secret"]) == receiver.verified(second["secret"])
    signatures = receiver.received[0][0]["webhook-signature"].split(" ")
    assert len(signatures) == 2
    clock.goes_on(hours=25)
    assert client.get(URL).json()["data"][0]["previous_secret_until"] is None


def test_deliveries_are_kept_for_seven_days(client, monkeypatch):
    made = made_by(client)
    client.post(f"{URL}/{made['id']}/test")
    assert not old_deliveries().exists()
    Clock(monkeypatch).goes_on(days=7, seconds=1)
    assert old_deliveries().count() == 1


def test_they_go_with_the_webhook(client):
    made = made_by(client)
    client.post(f"{URL}/{made['id']}/test")
    client.delete(f"{URL}/{made['id']}")
    assert not Delivery.objects.exists()


def test_reading_them_is_two_statements(client, budget):
    made = made_by(client)
    client.post(f"{URL}/{made['id']}/test")
    with budget(2, "sign-in check, webhooks"):
        client.get(URL)
    with budget(3, "sign-in check, webhook, deliveries"):
        client.get(f"{URL}/{made['id']}/deliveries")


def test_a_write_is_no_statement_more_with_ten_of_them(client, alice, budget):
    """The log that each write keeps is the outbox."""
    for number in range(1, 11):
        made_by(client, url=f"{ADDRESS}{number}")
    AnimeFactory(id=1535, episodes=37)
    client.post(LIST, {"animeId": 1535, "type": "Watching"})
    with budget(6, "sign-in check; lock and revision; title and entry; entry; log"):
        assert client.post(f"{LIST}/1535/increment").status_code == 200


def test_who_signed_in_before_sees_the_same(alice):
    one, other = signed_in(alice), signed_in(alice)
    made_by(one)
    assert len(other.get(URL).json()["data"]) == 1
