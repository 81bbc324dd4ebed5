"""Sign-ins at once, with real threads on the real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from animecollections.identity import Origin
from conftest import signed_in
from factories import PASSWORD, UserFactory
from profiles.accounts import services as accounts
from profiles.models import Session, TokenFamily, User, WrongPasswords
from profiles.personal_data import erasure

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
ALICE = {"email": "alice@example.org", "password": PASSWORD, "user_name": "alice"}
CHANGE = {"old_password": PASSWORD, "new_password": "Left-Cow-8"}


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Calls all of them in threads that wait for each other, in the order given."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as threads:
        return list(threads.map(run, calls))


def post(address, body, client=None):
    client = client or APIClient()
    return client, client.post(f"/api/auth/{address}", body)


def is_alive(client):
    return client.get("/api/auth/session").json().get("data") is not None


def test_20_equal_sign_ups_make_one_account_and_sign_all_in():
    answers = at_once([lambda: post("signup", ALICE)] * 20)
    assert [response.status_code for _, response in answers] == [200] * 20
    ids = {response.json()["data"]["user"]["id"] for _, response in answers}
    assert ids == {str(User.objects.get().pk)}
    assert all(is_alive(client) for client, _ in answers)
    assert not WrongPasswords.objects.exists()


def test_of_20_who_want_one_name_one_gets_it():
    bodies = [ALICE | {"email": f"{n}@example.org"} for n in range(20)]
    answers = at_once([lambda body=body: post("signup", body) for body in bodies])
    told = sorted(response.json().get("code", "") for _, response in answers)
    assert told == ["", *["user_name_taken"] * 19]
    assert User.objects.count() == 1


def test_of_20_who_want_one_email_one_gets_it():
    bodies = [ALICE | {"user_name": f"name {n}"} for n in range(20)]
    answers = at_once([lambda body=body: post("signup", body) for body in bodies])
    told = sorted(response.json().get("code", "") for _, response in answers)
    assert told == ["", *["email_taken"] * 19]
    assert User.objects.count() == 1


def test_20_sign_ins_at_once_all_get_in():
    UserFactory(user_name="alice")
    answers = at_once([lambda: post("signin", ALICE)] * 20)
    assert [response.status_code for _, response in answers] == [200] * 20
    assert all(is_alive(client) for client, _ in answers)


def test_of_20_refreshes_at_once_one_wins_and_the_family_ends():
    UserFactory(user_name="alice")
    _, response = post("token", ALICE)
    used = {"refresh": response.json()["data"]["refresh"]}
    answers = at_once([lambda: post("token/refresh", used)] * 20)
    told = sorted(response.json().get("code", "") for _, response in answers)
    assert told == ["", *["session_ended"] * 19]
    # The other 19 were replays: whose they were, nobody can tell.
    assert TokenFamily.objects.get().revoked_at
    [new] = [r.json()["data"] for _, r in answers if r.status_code == 200]
    assert post("token/refresh", {"refresh": new["refresh"]})[1].status_code == 401


def test_guessing_in_parallel_gets_no_more_answers():
    """20 guesses, the right one among them last: ten are told, the rest are locked."""
    UserFactory(user_name="alice")
    bodies = [ALICE | {"password": f"Wrong-Horse-{n}"} for n in range(20)]
    answers = at_once([lambda body=body: post("signin", body) for body in bodies])
    told = sorted(response.status_code for _, response in answers)
    assert told == [401] * 10 + [429] * 10
    assert post("signin", ALICE)[1].status_code == 429


def test_no_sign_in_by_the_old_password_survives_its_change():
    """Whatever comes first, who is told 200 is signed in, by the password in force."""
    for _ in range(5):
        User.objects.all().delete()
        browser = signed_in(UserFactory(user_name="alice"))
        first, *others = at_once(
            [
                lambda browser=browser: post("password", CHANGE, browser),
                *[lambda: post("signin", ALICE)] * 3,
                *[lambda: post("token", ALICE)] * 2,
            ]
        )
        assert first[1].status_code == 200
        assert is_alive(browser)
        for client, response in others:
            assert response.status_code in (200, 401)
            if data := response.json().get("data"):
                client.credentials(HTTP_AUTHORIZATION=f"Bearer {data.get('access')}")
            assert not is_alive(client)


def test_of_two_changes_from_one_password_one_is_made():
    alice = UserFactory(user_name="alice")
    browsers = [signed_in(alice) for _ in range(4)]
    answers = at_once(
        [
            lambda n=n, browser=browser: post(
                "password",
                {"old_password": PASSWORD, "new_password": f"Left-Cow-{n}{n}"},
                browser,
            )
            for n, browser in enumerate(browsers)
        ]
    )
    statuses = sorted(response.status_code for _, response in answers)
    assert statuses == [200, 401, 401, 401]
    alive = [client for client, _ in answers if is_alive(client)]
    assert len(alive) == 1
    assert Session.objects.filter(auth_epoch=User.objects.get().auth_epoch).count() == 1


def test_nothing_that_was_made_meanwhile_survives_signing_out_everywhere():
    alice = UserFactory(user_name="alice")
    old = alice.auth_epoch
    answers = at_once(
        [
            *[lambda: post("signin", ALICE)] * 4,
            lambda: accounts.end_everything(user_id=alice.pk),
            *[lambda: post("token", ALICE)] * 4,
        ]
    )
    assert User.objects.get().auth_epoch != old
    for client, response in filter(None, answers):
        if response.status_code != 200:
            assert response.json()["code"] == "wrong_credentials"
        elif access := response.json()["data"].get("access"):
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    # Alive is just what was made after it.
    now = User.objects.get().auth_epoch
    sessions = Session.objects.filter(auth_epoch=now).count()
    families = TokenFamily.objects.filter(auth_epoch=now).count()
    alive = sum(is_alive(client) for client, _ in filter(None, answers))
    assert alive == sessions + families


def test_who_signs_in_while_being_erased_gets_an_answer():
    """A session of a user who is gone would be made anew for ever."""
    for _ in range(5):
        alice = UserFactory(user_name="alice")
        answers = at_once(
            [
                *[lambda: post("signin", ALICE)] * 3,
                lambda alice=alice: erasure.erase(
                    user_id=alice.pk, through=Origin("admin")
                ),
                *[lambda: post("token", ALICE)] * 3,
            ]
        )
        told = {response.status_code for _, response in filter(None, answers)}
        assert told <= {200, 401}
        assert not User.objects.exists()
        assert not Session.objects.exists()


def test_who_writes_while_being_erased_gets_an_answer():
    """Nor does anything of theirs come after the account."""

    def search(client):
        return client.post("/api/user/searchHistory", {"query": "naruto"})

    def rename(client):
        return client.post("/api/user/profile", {"name": "Alicia"})

    for _ in range(3):
        alice = UserFactory(user_name="alice")
        clients = [signed_in(alice) for _ in range(4)]
        erased, *written = at_once(
            [
                partial(clients[0].delete, "/api/user", {"password": PASSWORD}),
                *[partial(search, client) for client in clients],
                *[partial(rename, client) for client in clients],
            ]
        )
        assert erased.status_code == 200
        assert {answer.status_code for answer in written} <= {200, 401}
        assert not User.objects.exists()
