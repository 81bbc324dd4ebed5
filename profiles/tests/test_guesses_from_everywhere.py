"""Guesses at one account from many networks; and how its owner gets in meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from factories import PASSWORD
from profiles.accounts import services as accounts
from profiles.accounts.lockouts import account_tries
from profiles.models import KnownPlace, Session, User, WrongPasswords
from profiles.tests.outbox import send_all
from profiles.tests.test_lockouts import told
from profiles.tests.test_reset_password import ask, confirm, links
from profiles.tests.test_sign_in_races import at_once

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
TRIES = 20


def try_from(address, password=PASSWORD, *, client=None, door="signin", **more):
    body = {"email": "alice@example.org", "password": password} | more
    client = client or APIClient()
    return client.post(f"/api/auth/{door}", body, REMOTE_ADDR=address)


def guess(number, first=0, **more):
    return [
        told(try_from(f"10.1.{n // 250}.{n % 250}", f"Wrong-Horse-{n}", **more))
        for n in range(first, first + number)
    ]


def wait(**time):
    """As if so much time had passed since the last wrong password."""
    for row in WrongPasswords.objects.all():
        row.last_at -= timedelta(**time)
        row.save()


def test_from_many_networks_no_more_are_looked_at_than_the_account_has_tries(alice):
    answers = guess(200)
    assert answers[:TRIES] == [(401, "wrong_credentials")] * TRIES
    assert answers[TRIES:] == [(429, "locked")] * (200 - TRIES)
    assert told(try_from(ELSEWHERE)) == (429, "locked")
    assert account_tries() == TRIES


@pytest.mark.parametrize("door", ["signin", "token", "signup"])
def test_every_door_is_closed_alike(alice, door):
    guess(TRIES)
    answer = try_from(ELSEWHERE, door=door, user_name="alice")
    assert told(answer) == (429, "locked")
    assert answer["Retry-After"] in {"58", "59", "60"}


def test_an_unknown_email_is_answered_alike(alice):
    assert guess(30) == guess(30, email="nobody@example.org")


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_an_unknown_email_costs_alike(alice, budget, email):
    guess(TRIES + 3, email=email)
    wait(minutes=5)
    in_words = (
        "locked?, claim, user, counted, of the day; claim, known place?, known session?"
    )
    with budget(9, in_words):
        guess(1, 500, email=email)
    with budget(4, "locked?, claim, known place?, known session?"):
        guess(1, 501, email=email)


def test_the_network_that_the_owner_knows_gets_in_at_once(alice):
    try_from(HOME)
    guess(30)
    assert try_from(HOME).status_code == 200
    assert try_from(HOME, door="token").status_code == 200
    assert told(try_from(HOME, "Wrong-Horse-7")) == (401, "wrong_credentials")


def test_the_other_addresses_of_a_household_are_the_same_network(alice):
    try_from("2001:db8:1:2::7")
    guess(30)
    assert try_from("2001:db8:1:2:aaaa::1").status_code == 200
    assert told(try_from("2001:db8:1:3::7")) == (429, "locked")


def test_the_browser_that_the_owner_knows_gets_in_from_anywhere(alice):
    browser = APIClient()
    try_from(HOME, client=browser)
    browser.post("/api/auth/signout")
    guess(30)
    assert try_from(ELSEWHERE, client=browser).status_code == 200


def test_a_browser_that_is_signed_in_gets_in_without_its_other_cookie(alice):
    browser = APIClient()
    try_from(HOME, client=browser)
    KnownPlace.objects.all().delete()  # of a sign-in before there were any
    guess(30)
    assert try_from(ELSEWHERE, client=browser).status_code == 200


def test_a_browser_of_another_person_is_not_known(alice, stranger):
    browser = APIClient()
    try_from(HOME, client=browser, email=stranger.email)
    guess(30)
    assert told(try_from(HOME, client=browser)) == (429, "locked")


@pytest.mark.parametrize("cookie", ["x", "0" * 32, "' OR 1=1", "\u00e4" * 32])
def test_a_made_up_cookie_opens_nothing(alice, cookie):
    guess(30)
    browser = APIClient()
    browser.cookies["device"] = cookie
    assert told(try_from(ELSEWHERE, client=browser)) == (429, "locked")


def test_a_known_browser_has_no_more_tries_than_any_other(alice):
    browser = APIClient()
    try_from(HOME, client=browser)
    answers = [
        told(try_from(HOME, f"Wrong-Horse-{n}", client=browser)) for n in range(11)
    ]
    assert answers == [(401, "wrong_credentials")] * 10 + [(429, "locked")]


def test_from_a_new_place_the_owner_gets_in_by_mail(alice, visitor, mailoutbox):
    guess(30)
    ask(visitor)
    send_all()
    [link, _] = links(mailoutbox.pop())
    assert confirm(APIClient(), link).status_code == 200
    guess(30)
    # The place that the link was opened at is known from now on, by its network.
    assert told(try_from("127.0.0.1", "Left-Cow-8")) == (200, None)


def test_each_wrong_one_closes_it_for_twice_as_long(alice):
    guess(TRIES)
    for n, seconds in enumerate((60, 120, 240, 480, 900, 900)):
        refused = try_from(ELSEWHERE, "Wrong-Horse-7")
        assert seconds - 5 < refused.json()["details"]["retry_after"] <= seconds
        wait(seconds=seconds)
        assert guess(1, 1000 + n) == [(429, "locked")]  # counted, and not told
    wait(seconds=900)
    assert try_from(ELSEWHERE).status_code == 200


def test_it_is_never_closed_for_longer_than_a_lock(alice):
    guess(TRIES)
    WrongPasswords.objects.update(count=9)
    refused = try_from(ELSEWHERE)
    assert 890 < refused.json()["details"]["retry_after"] <= 900


def test_what_is_tried_while_it_is_closed_does_not_prolong_it(alice):
    guess(TRIES + 3)
    before = list(WrongPasswords.objects.order_by("pk").values_list("last_at", "count"))
    guess(50, 300)
    after = list(WrongPasswords.objects.order_by("pk").values_list("last_at", "count"))
    assert before == after


def test_after_an_hour_it_is_forgotten(alice):
    guess(30)
    wait(hours=1)
    assert try_from(ELSEWHERE).status_code == 200


def test_another_account_is_open_meanwhile(alice, stranger):
    guess(30)
    assert try_from(ELSEWHERE, email=stranger.email).status_code == 200


def test_staff_see_it_and_open_it(alice, staff_client):
    guess(TRIES)
    WrongPasswords.objects.update(count=9)
    page = staff_client.get(f"/admin/profiles/user/{alice.pk}/change/")
    assert "new places are closed until" in (page.content.decode().replace("\n", " "))
    address = f"/admin/users/{alice.pk}/unlock/"
    staff_client.post(address, {"reason": "A test."}, format="multipart")
    assert try_from(ELSEWHERE).status_code == 200


def test_staff_in_the_admin_are_guarded_too(staff):
    guess(30, email=staff.email)
    page = APIClient().post(
        "/admin/login/",
        {"username": staff.email, "password": PASSWORD},
        format="multipart",
        REMOTE_ADDR=ELSEWHERE,
    )
    assert page.status_code == 200
    assert "Too many wrong passwords" in page.content.decode()


def test_a_place_is_kept_as_nothing_that_tells_where_it_is(alice):
    browser = APIClient()
    try_from(HOME, client=browser)
    device = browser.cookies["device"]
    assert device["httponly"]
    assert device["samesite"] == "Lax"
    rows = list(KnownPlace.objects.values())
    assert {row["kind"] for row in rows} == {"network", "device"}
    assert HOME not in str(rows)
    assert device.value not in str(rows)
    try_from(HOME, client=browser)  # the same once more
    assert KnownPlace.objects.count() == 2


def test_a_wrong_password_makes_no_place_known(alice):
    browser = APIClient()
    try_from(HOME, "Wrong-Horse-7", client=browser)
    assert not KnownPlace.objects.exists()
    assert "device" not in browser.cookies


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_guessing_from_many_networks_in_parallel_gets_no_more_answers(alice):
    """The right one is among them, last: who comes too late learns nothing."""
    calls = [lambda n=n: try_from(f"10.2.0.{n}", f"Wrong-Horse-{n}") for n in range(40)]
    answers = [told(answer) for answer in at_once(calls)]
    assert answers.count((401, "wrong_credentials")) <= TRIES
    assert answers.count((429, "locked")) >= 40 - TRIES
    assert told(try_from(ELSEWHERE)) == (429, "locked")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_owner_gets_in_while_others_guess(alice):
    browser = APIClient()
    try_from(HOME, client=browser)
    calls = [
        *[lambda n=n: try_from(f"10.3.0.{n}", f"Wrong-Horse-{n}") for n in range(30)],
        *[lambda: try_from(HOME)] * 3,
        *[lambda: try_from(HOME, door="token")] * 3,
    ]
    assert [answer.status_code for answer in at_once(calls)[30:]] == [200] * 6


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_many_sign_ins_at_once_know_one_place(alice):
    answers = at_once([lambda: try_from(HOME)] * 10)
    assert [answer.status_code for answer in answers] == [200] * 10
    assert KnownPlace.objects.filter(kind="network").count() == 1


def test_what_is_forgotten_with_the_account(alice):
    try_from(HOME)
    User.objects.filter(pk=alice.pk).delete()
    assert not KnownPlace.objects.exists()


def test_a_session_that_has_ended_is_not_known(alice):
    browser = APIClient()
    try_from(HOME, client=browser)
    KnownPlace.objects.all().delete()
    accounts.end_everything(user_id=alice.pk)
    guess(30)
    assert Session.objects.exists()
    assert told(try_from(ELSEWHERE, client=browser)) == (429, "locked")
    assert WrongPasswords.objects.latest("last_at").last_at <= timezone.now()


def test_a_script_without_cookies_fills_no_table(alice, monkeypatch):
    monkeypatch.setattr("profiles.accounts.places.MOST_PLACES", 3)
    for _ in range(5):
        assert try_from(HOME).status_code == 200
    assert KnownPlace.objects.count() == 3
    guess(30)
    assert try_from(HOME).status_code == 200
