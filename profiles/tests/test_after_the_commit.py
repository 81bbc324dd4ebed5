"""What was done is answered as done, whatever fails after it; and a refusal of any kind
changed nothing.
"""

from functools import partial

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db import OperationalError, connection
from rest_framework.test import APIClient

from conftest import signed_in
from factories import PASSWORD
from history.models import UserState
from profiles.models import Profile, Session, TokenFamily, User

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "Left-Cow-8"
MOST = 140


class Fails:
    """Makes the n-th statement fail, as a database that is gone for a moment does."""

    def __init__(self, n):
        self.left = n

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0:
            raise OperationalError("gone for a moment")
        return execute(sql, params, many, context)


def state():
    """What a refusal leaves as it is, but for notes of sign-ins and mails."""
    return (
        sorted(User.objects.values_list("email", "user_name", "password", "is_active")),
        sorted(User.objects.values_list("auth_epoch", flat=True)),
        sorted(Session.objects.values_list("pk", flat=True)),
        sorted(TokenFamily.objects.values_list("pk", "refresh_id", "revoked_at")),
        sorted(Profile.objects.values_list("avatar", flat=True)),
        sorted(UserState.objects.values_list("revision", flat=True)),
    )


def pair_of(user):
    body = {"email": user.email, "password": PASSWORD}
    return APIClient().post("/api/auth/token", body).json()["data"]


def by_session(address, body):
    return lambda user: partial(signed_in(user).post, address, body)


def by_link(user):
    body = {
        "uid": user.pk.hex,
        "token": default_token_generator.make_token(user),
        "new_password": NEW,
    }
    return partial(APIClient().post, "/api/auth/password/reset/confirm", body)


def by_refresh(address):
    return lambda user: partial(
        APIClient().post, address, {"refresh": pair_of(user)["refresh"]}
    )


def by_visitor(address, **body):
    body = {"email": "alice@example.org", "password": PASSWORD} | body
    return lambda user: partial(APIClient().post, address, body)


CALLS = {
    "sign-up": by_visitor("/api/auth/signup", email="b@example.org", user_name="bob"),
    "sign-in": by_visitor("/api/auth/signin"),
    "token": by_visitor("/api/auth/token"),
    "refresh": by_refresh("/api/auth/token/refresh"),
    "revoke": by_refresh("/api/auth/token/revoke"),
    "password": by_session(
        "/api/auth/password", {"old_password": PASSWORD, "new_password": NEW}
    ),
    "reset": by_link,
    "sign-out": by_session("/api/auth/signout", {}),
    "everywhere": by_session("/api/auth/signout", {"everywhere": True}),
    "erasure": by_session("/api/user/erase", {"password": PASSWORD}),
    "name": by_session("/api/user/updateProfile", {"name": "alicia"}),
}


@pytest.mark.parametrize("call", CALLS)
def test_whichever_statement_fails_what_is_answered_is_what_was_done(
    alice, settings, call
):
    settings.RATES = dict.fromkeys(settings.RATES, (1000, 60))  # it is asked so often
    for n in range(1, MOST):
        make = CALLS[call](User.objects.get(email="alice@example.org"))
        before = state()
        fails = Fails(n)
        with connection.execute_wrapper(fails):
            response = make()
        if fails.left > 0:  # it takes fewer statements: all have failed once
            assert response.status_code == 200
            break
        assert response.status_code in (200, 503)
        assert (state() == before) == (response.status_code != 200)
        if response.status_code == 200:
            assert call in {"erasure"}  # the files go after it, by the worker then
            break
    else:
        pytest.fail("It takes more statements than were tried.")


def test_a_session_that_ends_meanwhile_makes_no_refusal_of_a_success(alice):
    """By a sign-out everywhere, between the change and the end of its request."""
    browser = signed_in(alice)

    def end_after_commit(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if sql.startswith("INSERT INTO") and "profiles_session" in sql:
            Session.objects.filter(user_id=alice.pk).delete()
        return done

    body = {"old_password": PASSWORD, "new_password": NEW}
    with connection.execute_wrapper(end_after_commit):
        response = browser.post("/api/auth/password", body)
    assert response.status_code == 200
    assert User.objects.get().check_password(NEW)


def test_staff_who_end_their_own_session_get_the_answer(staff, alice, acts_can_go):
    browser = signed_in(staff)

    def ends(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if "INSERT INTO" in sql and "history_staffaction" in sql:
            User.objects.filter(pk=staff.pk).update(auth_epoch=7)
            Session.objects.all().delete()
        return done

    address = f"/admin/users/{alice.pk}/lock/"
    with connection.execute_wrapper(ends):
        response = browser.post(address, {"reason": "A test."}, format="multipart")
    assert response.status_code == 302
    assert not User.objects.get(pk=alice.pk).is_active
