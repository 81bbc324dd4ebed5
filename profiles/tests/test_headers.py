"""Headers of answers that are about an account."""

import pytest

from factories import PASSWORD

pytestmark = pytest.mark.django_db
ALICE = {"email": "alice@example.org", "password": PASSWORD}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("token", ALICE),
        ("token", ALICE | {"password": "Wrong-Horse-7"}),
        ("token/refresh", {"refresh": "x"}),
        ("token/revoke", {"refresh": "x"}),
        ("signin", ALICE),
        ("signup", ALICE | {"email": "b@example.org", "user_name": "bob"}),
        ("password/reset", {"email": ALICE["email"]}),
        ("password/reset/confirm", {}),
    ],
)
def test_no_cache_keeps_what_opens_an_account(alice, visitor, address, body):
    assert visitor.post(f"/api/auth/{address}", body)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["ticket", "password"])
def test_nor_what_a_signed_in_one_is_given(client, address):
    assert client.post(f"/api/auth/{address}", {})["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("format_", "says"),
    [("account", "private, no-store"), ("json", "private, no-cache")],
)
def test_nor_the_export_of_an_account(client, format_, says):
    response = client.get(f"/api/user/export?format={format_}")
    assert response["Cache-Control"] == says
    response.close()


def test_the_page_of_a_link_is_kept_and_told_nowhere(visitor):
    response = visitor.get("/reset?uid=1&token=x")
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("address", "loaded_by"),
    [
        ("/", "same-origin"),
        ("/api/auth/session", "same-origin"),
        ("/api/nothing", "same-origin"),
        ("/admin/login/", "same-origin"),
        ("/nowhere", "same-origin"),
        ("/static/icon.svg", "same-origin"),
        ("/media/images/none.webp", "cross-origin"),
    ],
)
def test_every_answer_says_who_may_load_it_and_what_it_needs(
    visitor, address, loaded_by
):
    response = visitor.get(address)
    assert response["Cross-Origin-Resource-Policy"] == loaded_by
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]
    response.close()
