"""POST /api/auth/password/reset, …/reset/confirm; and the page of the link."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.identity import Origin
from conftest import signed_in
from factories import PASSWORD
from profiles.accounts.reset_links import make_token
from profiles.models import User, WrongPasswords
from profiles.staff import services as staff
from profiles.tests.outbox import send_all
from profiles.tests.ways_in import NO_WAY_IN, add_ways_in, ways_in

pytestmark = pytest.mark.django_db
ASK = "/api/auth/password/reset"
CONFIRM = "/api/auth/password/reset/confirm"
NEW = "Left-Cow-8"


def ask(client, email="alice@example.org"):
    return client.post(ASK, {"email": email})


def links(mail):
    """What the link in a mail says, in its text and in its HTML."""
    html = mail.alternatives[0][0].replace("&amp;", "&")
    found = [
        re.search(r'http://\S+/reset\?[^\s"]+', text) for text in (mail.body, html)
    ]
    queries = [parse_qs(urlsplit(link.group()).query) for link in found]
    return [{name: values[0] for name, values in query.items()} for query in queries]


@pytest.fixture
def link(alice, visitor, mailoutbox):
    ask(visitor)
    send_all()
    in_text, in_html = links(mailoutbox.pop())
    assert in_text == in_html
    return in_text


def confirm(client, link, password=NEW, **changes):
    return client.post(CONFIRM, link | {"new_password": password} | changes)


def test_the_answer_is_the_same_for_any_address(alice, visitor):
    known, unknown = ask(visitor), ask(visitor, "nobody@example.org")
    assert known.status_code == unknown.status_code == 200
    assert known.json() == unknown.json()
    first, second = DBTaskResult.objects.order_by("enqueued_at")
    assert first.task_path == second.task_path


def test_nothing_is_looked_up_or_sent_in_the_request(
    alice, visitor, budget, mailoutbox
):
    for email in ("alice@example.org", "nobody@example.org"):
        with budget(1, "the task"):
            ask(visitor, email)
    assert not mailoutbox
    send_all()
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]


def test_the_mail_goes_to_the_address_we_know_not_to_the_one_typed(
    alice, visitor, mailoutbox
):
    ask(visitor, " ＡLICE@example.org ")
    send_all()
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Choose a new password"), ("es", "Elige una contraseña nueva")],
)
def test_the_mail_speaks_the_users_language(
    alice, visitor, mailoutbox, language, subject
):
    alice.preferences.language = language
    alice.preferences.save()
    ask(visitor)
    send_all()
    [mail] = mailoutbox
    assert mail.subject == subject
    assert "60" in mail.body
    assert f'<html lang="{language}">' in mail.alternatives[0][0]
    assert "{" not in mail.body


def test_a_deactivated_user_gets_no_mail(alice, visitor, mailoutbox):
    User.objects.update(is_active=False)
    ask(visitor)
    send_all()
    assert not mailoutbox


@pytest.mark.parametrize("email", [None, 5, [], "", "x", "a@b@c", "a\nb@example.org"])
def test_what_is_no_address_is_refused(visitor, email):
    response = ask(visitor, email)
    assert response.status_code == 400
    assert not DBTaskResult.objects.exists()


def test_mails_are_throttled(visitor):
    for _ in range(10):
        assert ask(visitor).status_code == 200
    response = ask(visitor)
    assert (response.status_code, response.json()["code"]) == (429, "throttled")


def test_the_link_sets_a_new_password(alice, visitor, link):
    response = confirm(visitor, link)
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Password changed"}
    assert "sessionid" not in response.cookies
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        body = {"email": alice.email, "password": password}
        assert visitor.post("/api/auth/signin", body).status_code == status


def test_every_session_and_token_ends(alice, visitor, link):
    """Whoever asks for a new password may have lost the old one to somebody."""
    body = {"email": alice.email, "password": PASSWORD}
    elsewhere = signed_in(alice)
    User.objects.update(last_login=alice.last_login)
    pair = visitor.post("/api/auth/token", body).json()["data"]
    User.objects.update(last_login=alice.last_login)  # as if before the mail
    assert confirm(visitor, link).status_code == 200
    assert elsewhere.get("/api/auth/session").json()["data"] is None
    again = visitor.post("/api/auth/token/refresh", {"refresh": pair["refresh"]})
    assert again.json()["code"] == "session_ended"


def test_locks_open(alice, visitor, link, settings):
    settings.LOCKOUT_TRIES = 1
    body = {"email": alice.email, "password": "Wrong-Horse-7"}
    visitor.post("/api/auth/signin", body)
    assert visitor.post("/api/auth/signin", body).status_code == 429
    confirm(visitor, link)
    assert not WrongPasswords.objects.exists()
    body["password"] = NEW
    assert visitor.post("/api/auth/signin", body).status_code == 200


def test_the_owner_gets_a_mail_about_it(visitor, link, mailoutbox):
    confirm(visitor, link)
    send_all()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]


def test_a_link_works_once(visitor, link):
    assert confirm(visitor, link).status_code == 200
    response = confirm(visitor, link, "Other-Cow-9")
    assert (response.status_code, response.json()["code"]) == (400, "reset_invalid")


def test_a_weak_password_does_not_use_up_the_link(visitor, link):
    response = confirm(visitor, link, "alice")
    assert response.status_code == 400
    assert "at least 8" in response.json()["error"]
    assert "at least 8" in response.json()["fields"]["new_password"][0]
    assert confirm(visitor, link).status_code == 200


def test_a_sign_in_makes_the_link_void(alice, visitor, link):
    body = {"email": alice.email, "password": PASSWORD}
    visitor.post("/api/auth/signin", body)
    assert confirm(visitor, link).json()["code"] == "reset_invalid"


def test_a_link_lasts_an_hour(alice, visitor, monkeypatch):
    made = default_token_generator.make_token(alice)
    link = {"uid": alice.pk.hex, "token": made}
    now = default_token_generator._now()
    for minutes, status in ((61, 400), (59, 200)):
        then = datetime.fromtimestamp(now.timestamp() + minutes * 60)  # noqa: DTZ006
        monkeypatch.setattr(default_token_generator, "_now", lambda then=then: then)
        assert confirm(visitor, link).status_code == status


def test_a_link_is_for_its_user_alone(stranger, visitor, link):
    response = confirm(visitor, link, uid=stranger.pk.hex)
    assert response.json()["code"] == "reset_invalid"


def test_a_deactivated_user_has_no_way_back(visitor, link):
    User.objects.update(is_active=False)
    assert confirm(visitor, link).json()["code"] == "reset_invalid"


@pytest.mark.parametrize("uid", ["x", "1", "0" * 32, "-" * 40, "ä" * 32])
@pytest.mark.parametrize("token", ["x", "x-x", "-", "zzzzzzzzzzzzzz-x", "ä-ä"])
def test_garbage_is_refused(visitor, alice, uid, token):
    response = visitor.post(CONFIRM, {"uid": uid, "token": token, "new_password": NEW})
    assert (response.status_code, response.json()["code"]) == (400, "reset_invalid")


@pytest.mark.parametrize("field", ["uid", "token", "new_password"])
@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "x" * 5000])
def test_what_is_no_text_is_refused(visitor, link, field, value):
    response = confirm(visitor, link, **{field: value})
    assert response.status_code == 400
    assert field in response.json()["fields"]


def test_the_link_opens_a_page_without_inline_script(visitor, link, settings):
    response = visitor.get("/reset", link)
    assert response.status_code == 200
    page = response.content.decode()
    assert "/static/reset.js" in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page)
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert link["token"] not in page


def test_the_page_speaks_the_browsers_language(visitor):
    page = visitor.get("/reset", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert "Contraseña nueva" in page.content.decode()


def test_what_confirming_costs(visitor, alice, link, budget):
    User.objects.filter(pk=alice.pk).update(email_confirmed_at=timezone.now())
    with budget(5, "user, password, its sandbox, mail, locks"):
        assert confirm(visitor, link).status_code == 200


def test_what_the_first_one_costs(visitor, link, budget):
    said = "user, password, its sandbox, mail, locks; did staff set it; the user, "
    said += (
        "3 kinds of factors, their removal; 2 kinds left?, the user, codes, removal; "
    )
    with budget(20, said + "providers, feeds, links, webhooks"):
        assert confirm(visitor, link).status_code == 200


# --- An account that somebody else made with the address ---------------------------


@pytest.fixture
def planted(alice):
    """Ways in that were there before anybody had confirmed the address."""
    add_ways_in(alice, "planted")
    return alice


def test_the_first_proof_of_an_address_takes_planted_ways_in_away(
    visitor, planted, link
):
    assert confirm(visitor, link).status_code == 200
    assert ways_in(planted) == NO_WAY_IN
    signed_up = {"email": planted.email, "password": NEW}
    assert visitor.post("/api/auth/signin", signed_up).status_code == 200


def confirmed_before(user):
    User.objects.filter(pk=user.pk).update(email_confirmed_at=timezone.now())


def is_staff(user):
    User.objects.filter(pk=user.pk).update(is_staff=True)


def set_by_staff(user):
    through = Origin("command")
    staff.edit(user=user, values={"email": "n@b.org"}, reason="x", through=through)


@pytest.mark.parametrize("so", [confirmed_before, is_staff, set_by_staff])
def test_otherwise_they_are_the_owners(visitor, planted, so):
    so(planted)
    before = ways_in(planted)
    user = User.objects.get(pk=planted.pk)
    link = {"uid": user.pk.hex, "token": make_token(user)}
    assert confirm(visitor, link).status_code == 200
    assert ways_in(planted) == before
    assert before["factors"] == "authenticator passkey"
