"""Wrong passwords lock, by e-mail and address."""

from datetime import timedelta

import pytest
from django.utils import timezone

from factories import PASSWORD
from profiles.accounts import lockouts
from profiles.models import FailedSignIns, FailedSignInsPart, WrongPasswords

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def sign_in(client, password=PASSWORD, *, email="alice@example.org", **more):
    return client.post(
        "/api/auth/signin", {"email": email, "password": password}, **more
    )


def guess(client, times, **more):
    return [sign_in(client, f"Wrong-Horse-{n}", **more) for n in range(times)]


def told(response):
    return response.status_code, response.json().get("code")


def test_the_eleventh_wrong_password_locks(visitor, alice):
    answers = guess(visitor, 11)
    assert [told(answer) for answer in answers[:10]] == [
        (401, "wrong_credentials")
    ] * 10
    locked = answers[10]
    assert told(locked) == (429, "locked")
    wait = locked.json()["details"]["retry_after"]
    assert 14 * 60 < wait <= 15 * 60
    assert locked["Retry-After"] == str(wait)
    assert str(wait) in locked.json()["error"]


def test_locked_the_right_password_is_refused_too(visitor, alice):
    guess(visitor, 10)
    assert told(sign_in(visitor)) == (429, "locked")


def test_an_unknown_email_locks_alike(visitor, alice):
    known = [told(answer) for answer in guess(visitor, 12)]
    unknown = guess(visitor, 12, email="nobody@example.org")
    assert [told(answer) for answer in unknown] == known


def test_the_owner_elsewhere_still_gets_in(visitor, alice):
    guess(visitor, 12, REMOTE_ADDR=HOME)
    assert told(sign_in(visitor, REMOTE_ADDR=HOME)) == (429, "locked")
    assert sign_in(visitor, REMOTE_ADDR=ELSEWHERE).status_code == 200
    # … and opens no door for whoever guessed.
    assert told(sign_in(visitor, REMOTE_ADDR=HOME)) == (429, "locked")


def test_another_user_at_the_same_address_is_not_locked(visitor, alice, stranger):
    guess(visitor, 12)
    assert sign_in(visitor, email=stranger.email).status_code == 200


def test_a_forged_forwarded_address_counts_for_nothing(visitor, alice):
    for n in range(10):
        forged = {"X-Forwarded-For": f"192.0.2.{n}"}
        sign_in(visitor, "Wrong-Horse-7", headers=forged)
    assert told(sign_in(visitor, headers={"X-Forwarded-For": ELSEWHERE})) == (
        429,
        "locked",
    )


def test_behind_a_proxy_only_its_own_entry_counts(visitor, alice, settings):
    settings.NUM_PROXIES = 1
    for n in range(10):
        forged = {"X-Forwarded-For": f"192.0.2.{n}, {HOME}"}
        sign_in(visitor, "Wrong-Horse-7", headers=forged)
    locked = {"X-Forwarded-For": f"{ELSEWHERE}, {HOME}"}
    assert told(sign_in(visitor, headers=locked)) == (429, "locked")
    owner = {"X-Forwarded-For": f"{HOME}, {ELSEWHERE}"}
    assert sign_in(visitor, headers=owner).status_code == 200


def test_another_spelling_of_the_email_is_no_new_start(visitor, alice):
    guess(visitor, 5)
    guess(visitor, 5, email=" ALICE@Example.org")
    assert told(sign_in(visitor, email="ａlice@example.org")) == (429, "locked")


def test_every_door_counts_alike(visitor, client, alice):
    body = {"email": alice.email, "password": "Wrong-Horse-7"}
    for _ in range(3):
        visitor.post("/api/auth/signin", body)
        visitor.post("/api/auth/token", body)
        visitor.post("/api/auth/signup", body | {"user_name": "alice"})
    client.post(
        "/api/auth/password",
        {"old_password": "Wrong-Horse-7", "new_password": "Left-Cow-8"},
    )
    assert WrongPasswords.objects.get().count == 10
    right = body | {"password": PASSWORD}
    assert told(visitor.post("/api/auth/token", right)) == (429, "locked")


def test_a_right_password_forgives_the_wrong_ones(visitor, alice):
    for _ in range(3):
        guess(visitor, 9)
        assert sign_in(visitor).status_code == 200
    assert not WrongPasswords.objects.exists()


def test_waiting_opens_the_lock(visitor, alice):
    guess(visitor, 10)
    WrongPasswords.objects.update(last_at=timezone.now() - timedelta(minutes=15))
    assert told(sign_in(visitor, "Wrong-Horse-7")) == (401, "wrong_credentials")
    assert WrongPasswords.objects.get().count == 1
    assert sign_in(visitor).status_code == 200


def test_trying_on_while_locked_does_not_prolong_it(visitor, alice):
    guess(visitor, 10)
    last_at = WrongPasswords.objects.get().last_at
    guess(visitor, 3)
    assert WrongPasswords.objects.get().last_at == last_at


def test_the_limit_is_a_setting(visitor, alice, settings):
    settings.LOCKOUT_TRIES, settings.LOCKOUT_SECONDS = 2, 30
    guess(visitor, 2)
    response = sign_in(visitor)
    assert told(response) == (429, "locked")
    assert 28 <= response.json()["details"]["retry_after"] <= 30


def test_what_a_locked_try_costs(visitor, alice, budget):
    guess(visitor, 10)
    with budget(1, "locked: no look-up of the user, no hash"):
        guess(visitor, 1)


def test_what_a_wrong_try_costs(visitor, alice, budget):
    guess(visitor, 1)  # the first of its day notes the day
    with budget(5, "locked?, claim, user, counted, and of the day"):
        guess(visitor, 1)
    assert FailedSignIns.objects.with_total().get().total == 2


def test_guessers_do_not_wait_for_each_other_at_one_row(visitor, alice, monkeypatch):
    parts = iter([3, 5, 3])
    monkeypatch.setattr(lockouts, "randrange", lambda number: next(parts))
    guess(visitor, 3)
    counted = FailedSignInsPart.objects.order_by("part").values_list("part", "number")
    assert list(counted) == [(3, 2), (5, 1)]
    assert FailedSignIns.objects.with_total().get().total == 3
