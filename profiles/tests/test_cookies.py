"""The names of cookies over HTTPS, and browsers that signed in before."""

import pytest
from rest_framework.test import APIClient

from animecollections.tests.test_settings import PRODUCTION, manage
from conftest import signed_in
from factories import PASSWORD
from profiles.models import Session
from profiles.sync.socket import handshake, who_comes

pytestmark = pytest.mark.django_db
NEW, OLD = "__Host-sessionid", "sessionid"
SESSION = "/api/auth/session"


@pytest.fixture
def _https(settings):
    settings.SESSION_COOKIE_NAME = NEW
    settings.CSRF_COOKIE_NAME = "__Host-csrftoken"
    settings.DEVICE_COOKIE_NAME = "__Host-device"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def of_before(user):
    """A browser that signed in when the cookie had its old name."""
    browser = signed_in(user)
    browser.cookies[OLD] = browser.cookies.pop(NEW).value
    return browser


def name_of(client):
    return (client.get(SESSION).json()["data"] or {}).get("name")


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, [NEW, "__Host-csrftoken", "__Host-device"]),
        ({"HTTPS": "false"}, [OLD, "csrftoken", "device"]),
    ],
)
def test_over_https_no_neighbour_can_set_them(more, names):
    shown = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, "
        "s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME)"
    )
    result = manage("shell", "-v", "0", "-c", shown, **PRODUCTION, **more)
    assert result.stdout.split() == names


@pytest.mark.usefixtures("_https")
class TestOverHttps:
    def test_a_sign_in_sets_what_browsers_take(self, alice, visitor):
        body = {"email": alice.email, "password": PASSWORD}
        cookies = visitor.post("/api/auth/signin", body).cookies
        assert cookies.keys() == {NEW, "__Host-device"}
        for cookie in cookies.values():
            assert cookie["secure"]
            assert cookie["httponly"]
            assert (cookie["path"], cookie["domain"]) == ("/", "")
        assert name_of(visitor) == "alice"

    def test_nobody_is_signed_out_by_the_new_name(self, alice):
        browser = of_before(alice)
        response = browser.get(SESSION)
        assert response.json()["data"]["name"] == "alice"
        assert response.cookies[NEW].value == Session.objects.get().pk
        assert response.cookies[NEW]["secure"]
        assert response.cookies[OLD]["max-age"] == 0
        del browser.cookies[OLD]
        assert name_of(browser) == "alice"

    def test_they_can_write_and_sign_out_with_it(self, alice):
        browser = of_before(alice)
        saved = browser.post("/api/user/searchHistory", {"query": "naruto"})
        assert saved.status_code == 200
        browser = of_before(alice)
        response = browser.post("/api/auth/signout")
        assert response.cookies[NEW].value == response.cookies[OLD].value == ""
        assert Session.objects.count() == 1

    def test_another_site_cannot_ride_on_it_either(self, alice):
        response = of_before(alice).post(
            "/api/auth/signout", headers={"Origin": "https://evil.test"}
        )
        assert response.json()["code"] == "cross_site"

    def test_a_planted_old_one_does_not_beat_the_new(self, alice, stranger):
        browser = signed_in(alice)
        key = signed_in(stranger).cookies[NEW].value
        browser.cookies[OLD] = key
        response = browser.get(SESSION)
        assert response.json()["data"]["name"] == "alice"
        assert response.cookies[OLD]["max-age"] == 0

    @pytest.mark.parametrize("key", ["", "x", "a" * 31, "A" * 32, "a" * 32])
    def test_what_is_no_session_signs_nobody_in(self, db, key):
        browser = APIClient()
        browser.cookies[OLD] = key
        assert name_of(browser) is None

    def test_sockets_open_with_it(self, alice):
        key = signed_in(alice).cookies[NEW].value
        scope = {
            "type": "http",
            "scheme": "wss",
            "path": "/ws/user",
            "query_string": b"",
            "headers": [(b"cookie", f"{OLD}={key}".encode())],
        }
        user_id, sign_in = who_comes(handshake(scope))
        assert (user_id, sign_in.key) == (alice.pk, key)

    def test_staff_sign_in_with_the_new_names(self, staff):
        browser = APIClient(enforce_csrf_checks=True)
        browser.get("/admin/login/")
        body = {
            "username": staff.email,
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["__Host-csrftoken"].value,
        }
        response = browser.post("/admin/login/", body, format="multipart")
        assert response.status_code == 302
        assert NEW in browser.cookies


def test_without_https_the_name_is_the_old_one(alice):
    browser = signed_in(alice)
    response = browser.get(SESSION)
    assert response.json()["data"]["name"] == "alice"
    assert OLD not in response.cookies
