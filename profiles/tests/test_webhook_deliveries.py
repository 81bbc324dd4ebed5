"""What webhooks are sent, in which order, and what happens where that fails."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from http.server import HTTPServer

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from animecollections.ops import public_hosts
from animecollections.tests.serving import database_url
from factories import AnimeFactory
from history.log.recording import end_all_cursors
from history.models import Change
from profiles.models import Delivery, Preferences, User, Webhook
from profiles.notifications.services import notify
from profiles.tests.outbox import send_all
from profiles.tests.receivers import DRIPS, Clock, Copy, call_due, receiving
from profiles.tests.test_webhooks import LIST, URL, made_by
from profiles.webhooks import bodies, couriers, sending
from profiles.webhooks.couriers import Couriers
from profiles.webhooks.sending import pause_after, take_turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    with receiving(settings) as server:
        yield server


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def titles(db):
    return [AnimeFactory(id=n, title=f"Title {n}", episodes=12) for n in range(1, 8)]


def state_of(client):
    [webhook] = client.get(URL).json()["data"]
    return webhook["state"], webhook["paused_why"]


# --- Changes, in order ----------------------------------------------------------------


def test_a_change_arrives_signed_with_the_cursor_it_leads_to(client, receiver, titles):
    made = made_by(client, url=receiver.url)
    headers = {"X-Client-Id": "phone-1"}
    wrote = client.post(LIST, {"animeId": 1, "type": "Watching"}, headers=headers)
    call_due()
    [message] = receiver.verified(made["secret"])
    synced = client.get(f"/api/user/sync?cursor={made['cursor']}").json()
    assert message["since"] == made["cursor"]
    assert message["cursor"] == synced["meta"]["cursor"]
    assert message["entries"] == synced["data"]["entries"]
    assert message.keys() == {
        "type", "since", "cursor", "revision", "has_more", "operation_id", "client_id",
        *synced["data"],
    }  # fmt: skip
    assert message["client_id"] == "phone-1"
    assert message["operation_id"] == wrote.json()["meta"]["operation_id"]
    assert client.get(URL).json()["data"][0]["cursor"] == message["cursor"]
    assert call_due() == []
    assert receiver.received[0][0]["Content-Type"] == "application/json"


def test_only_the_parts_that_were_chosen(client, receiver, titles):
    made = made_by(client, url=receiver.url, parts=["preferences", "lists"])
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    call_due()
    assert receiver.received == []
    client.post("/api/user/lists", {"name": "Mine"})
    client.post("/api/user/preferences", {"language": "es"})
    call_due()
    [message] = receiver.verified(made["secret"])
    assert [one["name"] for one in message["lists"]] == ["Mine"]
    assert message["preferences"]["language"] == "es"
    assert (message["entries"], message["profile"]) == ([], None)


def test_down_for_an_hour_it_misses_nothing(client, receiver, titles, clock):
    """With changes all the while, answers that are lost, and a webhook of pages."""
    made = made_by(client, url=receiver.url)
    copy, read = Copy(made["cursor"]), 0

    def take_in():
        nonlocal read
        messages = receiver.verified(made["secret"])[read:]
        for id_, message in zip(receiver.ids[read:], messages, strict=True):
            copy.take(message, id_)
        read = len(receiver.received)

    client.post(LIST, {"animeId": 1, "type": "Watching"})
    call_due()
    take_in()
    receiver.status = 503
    for minute in range(60):
        anime_id = minute % 7 + 1
        if minute % 5 == 3:
            client.delete(f"{LIST}/{anime_id}")
        else:
            values = {"animeId": anime_id, "type": "Watching", "progress": minute % 12}
            client.post(LIST, values)
        call_due()
        clock.goes_on(minutes=1)
    assert state_of(client) == ("failing", None)
    refused = receiver.ids[1:]
    assert 5 < len(refused) < 25
    assert len(set(refused)) == 1  # the same message, until it is taken
    read = len(receiver.received)

    # It took that message before it fell over, and is sent it again.
    copy.take(receiver.verified(made["secret"])[-1], refused[-1])
    receiver.status = 200
    clock.goes_on(minutes=15)
    call_due()
    take_in()
    assert receiver.ids[-2] == refused[0]
    listed = client.get(LIST).json()
    assert copy.cursor == listed["meta"]["cursor"]
    now = {entry["anime_id"]: entry["progress"] for entry in listed["data"]}
    kept = copy.entries.items()
    assert {id_: entry["progress"] for id_, entry in kept} == now
    assert state_of(client) == ("active", None)


def test_many_changes_come_in_pages(client, alice, receiver, titles, monkeypatch):
    monkeypatch.setattr(bodies, "MOST_CHANGES", 2)
    made = made_by(client, url=receiver.url)
    for title in titles:
        client.post(LIST, {"animeId": title.pk, "type": "Watching"})
    receiver.answers = [200, 500]
    call_due()
    Webhook.objects.of(alice.pk).update(due_at=timezone.now())
    call_due()
    copy = Copy(made["cursor"])
    messages = receiver.verified(made["secret"])
    for id_, message in zip(receiver.ids, messages, strict=True):
        copy.take(message, id_)
    assert len(copy.entries) == 7
    assert [one["has_more"] for one in messages] == [True, True, True, True, False]


@pytest.mark.parametrize("lost", ["log", "epoch"])
def test_where_the_log_does_not_reach_it_begins_at_nothing(
    client, alice, receiver, titles, lost
):
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    made = made_by(client, url=receiver.url)
    for anime_id in (2, 3):
        client.post(LIST, {"animeId": anime_id, "type": "Watching"})
    if lost == "log":
        Change.objects.of(alice.pk).filter(revision__lte=2).delete()
    else:
        call_due()
        end_all_cursors()
    call_due()
    message = receiver.verified(made["secret"])[-1]
    assert message["since"] is None
    assert [entry["anime_id"] for entry in message["entries"]] == ["1", "2", "3"]
    assert call_due() == []


def test_a_title_that_changed_in_the_catalogue_comes_with_the_next_change(
    client, receiver, titles
):
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    made = made_by(client, url=receiver.url)
    titles[0].title = "Another name"
    titles[0].save()
    client.post(LIST, {"animeId": 2, "type": "Watching"})
    call_due()
    [message] = receiver.verified(made["secret"])
    assert message["cursor"] == client.get(LIST).json()["meta"]["cursor"]


def test_the_receiver_of_the_page_works(client, titles, settings):
    page = (settings.BASE_DIR / "docs/webhooks.md").read_text()
    told = {"__name__": "receiver"}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], told)  # noqa: S102
    told["Receiver"].log_message = lambda *args: None
    server = HTTPServer(("127.0.0.1", 0), told["Receiver"])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.server_address[1]}"]
    url = f"http://{settings.PRIVATE_HOSTS[0]}/"
    told["SECRET"] = made_by(client, url=url)["secret"]
    try:
        assert deliver_one(client)["status"] == "delivered"
    finally:
        server.shutdown()
        server.server_close()
    assert [*told["copy"]] == ["1"]
    assert told["cursor"] == client.get(LIST).json()["meta"]["cursor"]


# --- What fails -----------------------------------------------------------------------


def test_after_a_day_it_is_paused_with_a_mail_and_goes_on_where_it_was(
    client, alice, receiver, titles, clock
):
    Preferences.objects.filter(user=alice).update(language="es")
    made = made_by(client, url=receiver.url, name="Casa")
    receiver.status = 500
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    for _ in range(24 * 4 + 20):
        call_due()
        clock.goes_on(minutes=15)
    assert state_of(client) == ("paused", "failing")
    asked = len(receiver.received)
    assert 90 < asked < 130
    send_all()
    [told] = mail.outbox
    assert told.subject == "Hemos pausado uno de tus webhooks"
    assert "/webhooks" in told.body
    assert "Casa" not in told.body
    client.post(LIST, {"animeId": 2, "type": "Watching"})
    assert call_due() == []

    receiver.status = 200
    client.patch(f"{URL}/{made['id']}", {"is_paused": False})
    call_due()
    after = receiver.verified(made["secret"])[asked:]
    assert [[e["anime_id"] for e in one["entries"]] for one in after] == [["1"], ["2"]]
    assert state_of(client) == ("active", None)
    send_all()
    assert len(mail.outbox) == 1


def test_one_that_says_it_is_gone_is_paused_at_once(client, receiver, titles):
    made_by(client, url=receiver.url)
    receiver.status = 410
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    call_due()
    assert state_of(client) == ("paused", "gone")
    send_all()
    assert "answered that it is gone" in mail.outbox[0].body


def test_pauses_double_up_to_a_quarter_of_an_hour_and_are_random():
    for failures, longest in ((0, 5), (3, 40), (7, 640), (8, 900), (1000, 900)):
        pauses = {pause_after(failures).total_seconds() for _ in range(50)}
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(pauses) > 40


@pytest.mark.parametrize(("says", "seconds"), [("120", 120), ("99999999", 3600)])
def test_retry_after_is_obeyed_up_to_an_hour(client, receiver, titles, says, seconds):
    made_by(client, url=receiver.url)
    receiver.status, receiver.headers = 429, {"Retry-After": says}
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    call_due()
    waits = Webhook.objects.get().due_at - timezone.now()
    assert timedelta(seconds=seconds - 30) < waits <= timedelta(seconds=seconds)


def deliver_one(client):
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    call_due()
    [webhook] = client.get(URL).json()["data"]
    return client.get(f"{URL}/{webhook['id']}/deliveries").json()["data"][0]


def test_one_that_drips_is_waited_for_until_the_deadline_alone(
    client, receiver, titles, monkeypatch
):
    monkeypatch.setattr(sending, "SECONDS_OF_A_CALL", 0.5)
    monkeypatch.setattr(sending, "SLOW_SECONDS", 0.4)
    made_by(client, url=receiver.url)
    receiver.answers = [DRIPS]
    row = deliver_one(client)
    assert (row["status"], row["status_code"]) == ("waiting", None)
    assert row["failure"] == "too_slow"
    assert row["seconds"] < 3
    assert Webhook.objects.get().is_slow


def test_a_server_of_names_that_is_silent_is_waited_for_no_longer(monkeypatch):
    """The system would wait for half a minute."""
    done = threading.Event()
    monkeypatch.setattr(
        public_hosts.socket, "getaddrinfo", lambda *a, **k: done.wait(20)
    )
    monkeypatch.setattr(public_hosts, "SECONDS", (0.2, 1))
    with pytest.raises(TimeoutError):
        public_hosts.public_addresses("hooks.example.com", 443)
    done.set()


def test_a_redirect_is_an_answer_like_any_other(client, receiver, titles):
    made_by(client, url=receiver.url)
    receiver.status = 302
    receiver.headers = {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    row = deliver_one(client)
    assert (row["status"], row["status_code"]) == ("waiting", 302)
    assert len(receiver.received) == 1


def test_a_name_that_means_a_private_address_by_now_is_not_called(
    client, alice, receiver, titles, settings, monkeypatch
):
    """It was public when it was given (DNS rebinding)."""
    made_by(client, url=f"https://hooks.example.com:{receiver.port}/")
    settings.PRIVATE_HOSTS = []
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "10.0.0.7", "fe80::1"):
        found = [(2, 1, 6, "", (address, receiver.port))]
        monkeypatch.setattr(
            public_hosts.socket, "getaddrinfo", lambda *a, f=found, **k: f
        )
        Webhook.objects.of(alice.pk).update(due_at=timezone.now())
        assert deliver_one(client)["failure"] == "not_public"
    assert receiver.received == []


def test_nobody_listens(client, titles, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        made_by(client, url=f"http://127.0.0.1:{port}/")
        assert deliver_one(client)["failure"] == "not_reached"


def test_who_may_not_sign_in_is_not_sent_anything(client, alice, receiver, titles):
    made_by(client, url=receiver.url)
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert call_due() == []


def test_what_cannot_be_told_stops_its_own_webhook_alone(
    client, other_client, receiver, titles, monkeypatch, caplog
):
    broken = made_by(client, url=receiver.url)
    works = made_by(other_client, url=receiver.url)
    for one in (client, other_client):
        one.post(LIST, {"animeId": 1, "type": "Watching"})
    whole = bodies.changes_since

    def fails(place, *, user_id, **more):
        if str(Webhook.objects.of(user_id).get().pk) == broken["id"]:
            raise LookupError("a row")
        return whole(place, user_id=user_id, **more)

    monkeypatch.setattr(bodies, "changes_since", fails)
    call_due()
    assert len(receiver.verified(works["secret"])) == 1
    assert "could not be served" in caplog.text
    assert call_due() == []


# --- Workers --------------------------------------------------------------------------


def test_what_a_killed_worker_had_in_hand_is_sent_again_by_the_same_id(
    client, alice, receiver, titles, clock, monkeypatch
):
    """It is killed between the answer and the note of it."""

    class Killed(BaseException):
        pass

    def dies(*args):
        raise Killed

    made_by(client, url=receiver.url)
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    with monkeypatch.context() as patch:
        patch.setattr(sending, "note", dies)
        with pytest.raises(Killed):
            call_due()
    # Nor did it let go of its lease.
    until = timezone.now() + sending.LEASE
    Webhook.objects.of(alice.pk).update(held_until=until)
    assert call_due() == []
    clock.goes_on(seconds=61)
    call_due()
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert {body for _, body in receiver.received} == {receiver.received[0][1]}
    assert Delivery.objects.get().status == "delivered"


def test_one_that_was_ended_meanwhile_leaves_nothing_behind(
    client, receiver, titles, monkeypatch
):
    made = made_by(client, url=receiver.url)
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    send = sending.send

    def slowly(webhook, delivery):
        outcome = send(webhook, delivery)
        client.delete(f"{URL}/{made['id']}")
        return outcome

    monkeypatch.setattr(sending, "send", slowly)
    call_due()
    assert not Delivery.objects.exists()
    assert not Webhook.objects.exists()


def test_other_parts_make_the_message_that_waits_anew(client, receiver, titles):
    made = made_by(client, url=receiver.url)
    receiver.status = 500
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    client.post("/api/user/lists", {"name": "Mine"})
    call_due()
    receiver.status = 200
    place = f"{URL}/{made['id']}"
    client.patch(place, {"parts": ["lists"]})
    client.patch(place, {"is_paused": False})
    call_due()
    message = receiver.verified(made["secret"])[-1]
    assert (message["entries"], len(message["lists"])) == ([], 1)


def test_slow_ones_leave_threads_to_the_others(client, alice, titles, monkeypatch):
    monkeypatch.setattr(couriers, "AT_ONCE", 2)
    monkeypatch.setattr(couriers, "SLOW_AT_ONCE", 1)
    for number in range(4):
        made_by(client, url=f"https://hooks.example.com/{number}")
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    first, second, third, fourth = Webhook.objects.oldest_first()
    slow = [first.pk, second.pk, third.pk]
    Webhook.objects.of(alice.pk).filter(pk__in=slow).update(is_slow=True)
    threads = Couriers()
    called = []
    monkeypatch.setattr(
        threads.pool, "submit", lambda call, user, pk: called.append(pk)
    )
    threads.look()
    assert called == [fourth.pk, first.pk]
    threads.calling.pop(fourth.pk)
    threads.look()
    assert called == [fourth.pk, first.pk, fourth.pk]
    threads.pool.shutdown()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(client, alice, receiver, titles):
    made_by(client, url=receiver.url)
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    [webhook] = Webhook.objects.of(alice.pk)
    taken = []

    def turn():
        try:
            taken.append(take_turn(alice.pk, webhook.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=turn) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [0, 1]
    assert len(receiver.received) == 1


# --- For people -----------------------------------------------------------------------


def test_discord_gets_a_sentence_without_what_others_must_not_see(
    client, receiver, titles
):
    mature = AnimeFactory(id=30, title="For adults", mature=True)
    client.post(LIST, {"animeId": 5, "type": "Watching", "is_private": True})
    client.post(LIST, {"animeId": 4, "type": "Watching", "progress": 3})
    made_by(client, url=receiver.url, format="discord")
    client.post(LIST, {"animeId": 1, "type": "Watching", "progress": 3, "score": 9.5})
    client.post(LIST, {"animeId": 2, "type": "Watching", "is_private": True})
    client.post(LIST, {"animeId": mature.pk, "type": "Watching"})
    client.post(f"{LIST}/4/increment")
    client.patch(f"{LIST}/4", {"notes": "for me alone"})
    client.patch(f"{LIST}/5", {"is_private": False})
    client.delete(f"{LIST}/5")
    call_due()
    assert receiver.texts == [
        "Added Title 1 to Watching.\nRated Title 1. ★ 9.5\nTitle 4: episode 4 watched."
    ]
    client.patch(f"{LIST}/1", {"notes": "secret"})
    assert len(call_due()) == 1
    assert len(receiver.received) == 1


def test_discord_is_not_told_what_was_quiet_or_became_private_while_it_failed(
    client, receiver, titles, clock
):
    made = made_by(client, url=receiver.url, format="discord")
    receiver.status = 500
    for number in (1, 2):
        client.post(LIST, {"animeId": number, "type": "Watching"})
    client.post(LIST, {"animeId": 3, "type": "Watching", "quiet": True})
    call_due()
    assert receiver.texts == ["Added Title 1 to Watching.\nAdded Title 2 to Watching."]
    client.patch(f"{LIST}/2", {"is_private": True})
    receiver.status = 200
    clock.goes_on(minutes=1)
    call_due()
    assert receiver.texts[1:] == ["Added Title 1 to Watching."]
    assert receiver.ids[0] == receiver.ids[1]
    # Once it was taken it is not said again, and what is all hidden is not said at all.
    [row] = client.get(f"{URL}/{made['id']}/deliveries").json()["data"]
    again = client.post(f"{URL}/{made['id']}/deliveries/{row['id']}/redeliver")
    assert (again.status_code, again.json()["code"]) == (409, "delivery_is_text")
    receiver.status = 500
    client.post(f"{LIST}/1/increment")
    call_due()
    client.patch(f"{LIST}/1", {"is_private": True})
    clock.goes_on(minutes=1)
    call_due()
    assert len(receiver.texts) == 3
    assert len(client.get(f"{URL}/{made['id']}/deliveries").json()["data"]) == 1


def test_of_many_changes_it_says_how_many_more_in_the_persons_language(
    client, alice, receiver
):
    Preferences.objects.filter(user=alice).update(language="es")
    made_by(client, url=receiver.url, format="discord")
    for number in range(1, 14):
        AnimeFactory(id=number, title=f"@everyone *{number}*")
        client.post(LIST, {"animeId": number, "type": "Completed"})
    call_due()
    [text] = receiver.texts
    assert text.count("\n") == 9
    assert r"@everyone \*1\* añadido a Completados." in text
    assert text.endswith("Y 3 más.")
    assert '"allowed_mentions":{"parse":[]}' in receiver.received[0][1]


def test_ntfy_tells_of_notices_in_plain_text(client, alice, receiver, titles):
    client.post(LIST, {"animeId": 2, "type": "Watching", "is_private": True})
    made_by(client, url=receiver.url, format="ntfy", parts=["notices"])
    for number in (1, 2):
        data = {"first_episode": 9, "episode": 9, "episodes": 12}
        key = f"aired:{number}:9"
        notify(user_id=alice.pk, kind="episode", key=key, anime_id=number, data=data)
    call_due()
    [(headers, body)] = receiver.received
    assert body == "Title 1: Episode 9 aired."
    assert headers["Content-Type"].startswith("text/plain")


def test_a_turn_is_so_many_statements(client, alice, receiver, titles, budget):
    made_by(client, url=receiver.url)
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    [webhook] = Webhook.objects.of(alice.pk)
    with budget(
        13,
        "lease; webhook; stand, log, entries, operation; kept (2); noted (2); webhook "
        "and stand again; lease",
    ):
        take_turn(alice.pk, webhook.pk)
    with budget(2, "quick ones that are due, slow ones"):
        Couriers().look()


# --- The worker itself ----------------------------------------------------------------


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_worker_calls_and_one_that_is_killed_is_made_good(
    client, alice, receiver, titles
):
    """Started as systemd does, and killed while the receiver thinks."""
    made = made_by(client, url=receiver.url)
    copy = Copy(made["cursor"])
    receiver.answers = [DRIPS]
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    first = worker(receiver)
    wait_for(lambda: receiver.received)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    Webhook.objects.of(alice.pk).update(held_until=timezone.now())
    second = worker(receiver)
    try:
        wait_for(lambda: Delivery.objects.filter(status="delivered").exists())
        client.post(LIST, {"animeId": 2, "type": "Watching"})
        wait_for(lambda: len(receiver.received) == 3)
    finally:
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=20)
    for id_, message in zip(
        receiver.ids, receiver.verified(made["secret"]), strict=True
    ):
        copy.take(message, id_)
    assert receiver.ids[0] == receiver.ids[1]
    assert [*copy.entries] == ["1", "2"]


def worker(receiver):
    sources = {
        "DATABASE_URL": database_url(),
        "PRIVATE_HOSTS": f"127.0.0.1:{receiver.port}",
        "EMAIL_URL": "console://",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "work", "--interval", "0.2", "--no-reload"],
        cwd=settings.BASE_DIR,
        env=os.environ | sources,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(condition):
    until = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)
