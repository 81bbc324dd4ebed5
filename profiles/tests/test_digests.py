"""Digests by mail: whose, when, of what; sent once, whatever is killed when."""

import re
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from smtplib import SMTPServerDisconnected

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.ops.logs import redacted
from collections_app.models import Anime
from factories import AnimeFactory
from history.models import UserState
from profiles.models import Digest, Preferences, UserNotice
from profiles.notifications.channels import mail
from profiles.notifications.services import notify
from profiles.notifications.wants import Wants
from profiles.tests.notices import person
from profiles.tests.outbox import send_all
from profiles.tests.test_killed_worker import age, worker

pytestmark = pytest.mark.django_db


def tell(user, number=1, **more):
    if not Anime.objects.filter(id=1).exists():
        AnimeFactory(id=1, title="Frieren")
    for n in range(1, number + 1):
        data = {"first_episode": n, "episode": n, "episodes": 12}
        values = {"kind": "episode", "key": f"aired:1:{n}", "anime_id": 1, "data": data}
        notify(user_id=user.pk, **values | more)


@pytest.fixture
def reader(db):
    return person("reader", notice_digest="daily")


def come_due():
    Digest.objects.across_users().update(due_at=timezone.now())
    return mail.queue_due()


# --- When -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digest", "zone", "expected"),
    [
        ("off", "UTC", None),
        ("daily", "UTC", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("weekly", "UTC", datetime(2026, 12, 7, 8, tzinfo=UTC)),
        ("daily", "Asia/Tokyo", datetime(2026, 12, 1, 23, tzinfo=UTC)),
        ("weekly", "America/New_York", datetime(2026, 12, 7, 13, tzinfo=UTC)),
    ],
)
def test_it_comes_in_the_morning_of_its_reader(digest, zone, expected):
    wants = Wants(frozenset(), digest, False, True, zone)
    monday = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert wants.digest_due(monday) == expected


def test_nobody_gets_one_who_did_not_ask(alice, mailoutbox):
    tell(alice)
    assert come_due() == "0 digests queued"
    send_all()
    assert not mailoutbox


def test_all_that_is_unread_is_one_mail(reader, mailoutbox):
    tell(reader, 3)
    assert Digest.objects.of(reader.pk).count() == 1
    assert mail.queue_due() == "0 digests queued", "it is not due yet"
    assert come_due() == "1 digests queued"
    assert come_due() == "0 digests queued"
    send_all()
    [sent] = mailoutbox
    assert sent.to == [reader.email]
    assert sent.subject == "What is new on your anime list"
    for n in (1, 2, 3):
        assert f"- Frieren: Episode {n} aired." in sent.body
    assert "<strong>Frieren</strong>: Episode 3 aired." in sent.alternatives[0][0]


def test_in_the_readers_language(reader, mailoutbox):
    Preferences.objects.filter(user=reader).update(language="es", timezone="Asia/Tokyo")
    tell(
        reader,
        kind="moved",
        data={"episode": 2, "airs_at": "2026-12-05T15:30:00Z", "was_at": "2026-12-04"},
    )
    come_due()
    send_all()
    [sent] = mailoutbox
    assert sent.subject == "Novedades de tu lista de anime"
    assert "El episodio 2 pasa al 6 de diciembre de 2026, 00:30." in sent.body


def test_what_was_read_meanwhile_is_not_in_it(reader, mailoutbox):
    tell(reader, 2)
    UserNotice.objects.of(reader.pk).update(read_at=timezone.now())
    come_due()
    send_all()
    assert not mailoutbox


def test_a_digest_that_is_not_wanted_any_more_is_not_sent(reader, mailoutbox):
    tell(reader)
    come_due()
    Preferences.objects.filter(user=reader).update(notice_digest="off")
    send_all()
    assert not mailoutbox


def test_the_next_one_has_what_came_since(reader, mailoutbox):
    tell(reader, 1)
    come_due()
    tell(reader, 2)  # the second alone is new
    send_all()
    come_due()
    send_all()
    bodies = [sent.body for sent in mailoutbox]
    assert ["Episode 1 aired" in body for body in bodies] == [True, False]
    assert ["Episode 2 aired" in body for body in bodies] == [False, True]


def test_a_long_one_names_the_newest_and_says_that_there_is_more(reader, mailoutbox):
    tell(reader, 51)
    come_due()
    send_all()
    [sent] = mailoutbox
    assert sent.body.count("- Frieren:") == 50
    assert "Episode 1 aired" not in sent.body
    assert "There is more" in sent.body


def test_a_text_that_somebody_chose_is_in_no_mail(reader, mailoutbox):
    notify(user_id=reader.pk, kind="app", key="app:1", data={"text": "Buy now!"})
    come_due()
    send_all()
    assert not mailoutbox


# --- Once -----------------------------------------------------------------------------


class KilledError(BaseException):
    pass


STEPS = ["queue", "message", "note_sent", "get_connection", "unread_of"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_killed_before_or_after_any_step_it_is_sent_once(
    reader, mailoutbox, monkeypatch, step, is_after
):
    tell(reader)
    real = getattr(mail, step)

    def dying(*args, **more):
        if is_after:
            real(*args, **more)
        raise KilledError

    def run():
        come_due()
        [task] = DBTaskResult.objects.all()
        mail.mail_digest.call(**task.args_kwargs["kwargs"])

    with monkeypatch.context() as patched:
        patched.setattr(mail, step, dying)
        with pytest.raises(KilledError):
            run()
    come_due()
    send_all()
    is_noted = step == "note_sent" and is_after
    assert len(mailoutbox) == (0 if is_noted else 1), "the one moment nobody can know"


def test_killed_after_the_mail_server_has_it_it_is_not_sent_again(
    reader, mailoutbox, monkeypatch
):
    tell(reader)
    real = EmailBackend.send_messages

    def dying(self, messages):
        real(self, messages)
        raise KilledError

    come_due()
    [task] = DBTaskResult.objects.all()
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", dying)
        with pytest.raises(KilledError):
            mail.mail_digest.call(**task.args_kwargs["kwargs"])
    send_all()
    assert len(mailoutbox) == 1


def test_one_that_the_mail_server_did_not_take_is_sent_by_the_next_try(
    reader, mailoutbox, monkeypatch
):
    tell(reader)
    come_due()

    def failing(self, messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", failing)
        send_all()
    assert Digest.objects.of(reader.pk).get().sent_at is None
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    send_all()
    assert len(mailoutbox) == 1


class MailServer(threading.Thread):
    """Takes mails by SMTP and counts them. `holds`: it says nothing after a mail."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.mails, self.holds = [], False
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rwb", 0) as lines:
            lines.write(b"220 here\r\n")
            while line := lines.readline():
                if line.upper().startswith(b"DATA"):
                    lines.write(b"354 go on\r\n")
                    text = b""
                    while (more := lines.readline()) not in (b".\r\n", b""):
                        text += more
                    self.mails.append(text.decode())
                    if self.holds:
                        time.sleep(30)
                lines.write(b"250 fine\r\n")


@contextmanager
def mail_server():
    server = MailServer()
    try:
        yield server
    finally:
        server.socket.close()


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.1)
    assert what()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_the_mail_server_takes_it_has_no_second_sent():
    reader = person("reader", notice_digest="daily")
    tell(reader)
    Digest.objects.across_users().update(due_at=timezone.now())
    with mail_server() as server:
        server.holds = True
        address = f"smtp://127.0.0.1:{server.port}"
        with worker(address) as process:
            wait_for(lambda: server.mails)
            process.kill()
            process.wait()
        server.holds = False
        age(minutes=6)
        with worker(address):
            wait_for(lambda: DBTaskResult.objects.get().status == "SUCCESSFUL")
        [sent] = server.mails
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in sent


# --- The end of digests ---------------------------------------------------------------


def unsubscribing(sent):
    headers = sent.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return re.fullmatch(r"<http://127.0.0.1:8000(.*)>", headers["List-Unsubscribe"])[1]


def test_one_click_ends_them_without_a_sign_in(reader, visitor, mailoutbox):
    tell(reader)
    come_due()
    send_all()
    address = unsubscribing(mailoutbox[0])
    for _ in range(2):
        answer = visitor.post(
            address,
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200, answer.content
    assert Preferences.objects.get(user=reader).notice_digest == "off"
    state = UserState.objects.get(user=reader)
    assert state.preferences_revision == state.revision


def test_looking_at_the_address_ends_nothing(reader, visitor, mailoutbox):
    tell(reader)
    come_due()
    send_all()
    assert visitor.get(unsubscribing(mailoutbox[0])).status_code == 405
    assert Preferences.objects.get(user=reader).notice_digest == "daily"


def test_another_address_ends_nothing(reader, visitor):
    forged = mail.secret(reader.pk)[:-1] + "!"
    assert visitor.post(f"/api/unsubscribe/{forged}").status_code == 404
    assert Preferences.objects.get(user=reader).notice_digest == "daily"


def test_its_secret_is_in_no_log(reader):
    secret = mail.secret(reader.pk)
    assert secret not in redacted(f"POST /api/unsubscribe/{secret} 200")
