"""POST /api/auth/signup"""

import pytest
from django.utils import timezone

from factories import PASSWORD
from history.models import UserState
from profiles.models import Preferences, Profile, Session, User, WrongPasswords

pytestmark = pytest.mark.django_db
ALICE = {"email": "alice@example.org", "user_name": "alice", "password": PASSWORD}


def sign_up(client, **changes):
    return client.post("/api/auth/signup", ALICE | changes)


def test_it_makes_a_whole_account_and_signs_in(visitor):
    response = sign_up(visitor)
    assert response.status_code == 200
    user = User.objects.get()
    session = response.json()["data"]["session"]
    assert response.json()["data"] == {
        "user": {"id": str(user.id), "name": "alice", "avatar": None},
        "session": {
            "expires_at": session["expires_at"],
            "expires_in": 30 * 86400,
            "token_type": "cookie",
        },
    }
    for model in (UserState, Profile, Preferences):
        assert model.objects.filter(user=user).exists()
    assert visitor.get("/api/auth/session").json()["data"]["name"] == "alice"


def test_the_browser_says_where_and_in_which_language_one_is(visitor):
    sign_up(visitor, timezone="Europe/Madrid", language="es")
    kept = Preferences.objects.get()
    assert (kept.timezone, kept.language) == ("Europe/Madrid", "es")


@pytest.mark.parametrize("value", ["Mars/Olympus", "", None, 5, [], {}, "x" * 9999])
def test_what_a_browser_says_wrongly_keeps_nobody_out(visitor, value):
    response = sign_up(visitor, timezone=value, language=value)
    assert response.status_code == 200
    kept = Preferences.objects.get()
    assert (kept.timezone, kept.language) == ("UTC", "en")


def test_the_cookie_is_for_this_site_and_out_of_reach_of_scripts(visitor, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = sign_up(visitor).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 30 * 86400


def test_the_same_again_signs_in(visitor):
    first = sign_up(visitor).json()["data"]
    visitor.cookies.clear()
    again = sign_up(visitor, email="ALICE@example.org", user_name="Alice")
    assert again.status_code == 200
    assert again.json()["data"]["user"] == first["user"]
    assert User.objects.count() == 1
    assert visitor.get("/api/auth/session").json()["data"]["name"] == "alice"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"password": "Another-Horse-7"}, "email_taken", "email"),
        ({"user_name": "alicia"}, "email_taken", "email"),
        ({"email": "al@example.org"}, "user_name_taken", "user_name"),
        ({"email": "al@example.org", "user_name": "ALICE"}, "user_name_taken", None),
        (
            {"email": "al@example.org", "user_name": "ａｌｉｃｅ"},
            "user_name_taken",
            None,
        ),
        ({"email": "al@example.org", "user_name": " alice "}, "user_name_taken", None),
    ],
)
def test_what_is_taken_is_told(visitor, alice, changes, code, field):
    response = sign_up(visitor, **changes)
    assert response.status_code == 409
    assert response.json()["code"] == code
    assert list(response.json()["fields"]) == [field or "user_name"]
    assert User.objects.count() == 1
    assert "sessionid" not in response.cookies


def test_guessing_a_password_here_locks_too(visitor, alice, settings):
    settings.LOCKOUT_TRIES = 2
    for _ in range(2):
        assert sign_up(visitor, password="Wrong-Horse-7").status_code == 409
    response = sign_up(visitor)
    assert (response.status_code, response.json()["code"]) == (429, "locked")


def test_a_deactivated_account_keeps_its_email(visitor, alice):
    User.objects.update(is_active=False)
    assert sign_up(visitor).json()["code"] == "email_taken"
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("password", "Ab-1xyz", "at least 8 characters"),
        ("password", " " * 8, "not only spaces"),
        ("password", "\u3000\u00a0 " * 3, "not only spaces"),
        ("password", "x" * 129, "at most 128 characters"),
        ("password", "password1", "too common"),
        ("password", "alice@example", "less similar to your user name and e-mail"),
        ("user_name", "al", "3 to 50 characters"),
        ("user_name", "a" * 51, "3 to 50 characters"),
        ("user_name", "  a  ", "3 to 50 characters"),
        ("email", "alice", "such as name@example.org"),
        ("email", "alice@example.org, bob@example.org", "such as name@example.org"),
        ("email", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.org", "at most 254"),
    ],
)
def test_what_cannot_be_taken_says_what_to_change(visitor, field, value, says):
    response = sign_up(visitor, **{field: value})
    assert response.status_code == 400
    body = response.json()
    assert body["code"] == "invalid"
    assert says in body["error"]
    assert says in body["fields"][field][0]
    assert not User.objects.exists()


@pytest.mark.parametrize("field", ["email", "user_name", "password"])
@pytest.mark.parametrize(
    "value", [None, 5, True, [], {}, "", "nul\x00nul-nul@example.org"]
)
def test_what_is_no_text_is_refused(visitor, field, value):
    response = sign_up(visitor, **{field: value})
    assert response.status_code == 400
    assert not User.objects.exists()


def test_a_password_is_kept_as_typed(visitor):
    password = "  spaces e\u0301 "
    assert sign_up(visitor, password=password).status_code == 200
    for other in (password.strip(), "  spaces \u00e9 "):
        response = visitor.post(
            "/api/auth/signin", {"email": ALICE["email"], "password": other}
        )
        assert response.status_code == 401
    same = {"email": ALICE["email"], "password": password}
    assert visitor.post("/api/auth/signin", same).status_code == 200


def test_what_only_staff_may_set_is_ignored(visitor):
    sign_up(visitor, is_staff=True, is_superuser=True, id="x", auth_epoch=0)
    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser


def test_signing_up_counts_as_a_sign_in(visitor):
    before = timezone.now()
    sign_up(visitor)
    assert User.objects.get().last_login >= before
    assert not WrongPasswords.objects.exists()


def test_the_cost_of_a_sign_up(visitor, budget):
    in_words = (
        "e-mail claimed?, its claim, that of the name, user, state, profile, "
        "preferences, session made, and saved with its cookie, pictures"
    )
    with budget(10, in_words):
        sign_up(visitor)
    visitor.cookies.clear()
    in_words = (
        "e-mail claimed?, claim, user; locked?, claim, user, still not locked?, last "
        "sign-in, known places, this place, a mail of a new device, session"
    )
    with budget(12, in_words):
        sign_up(visitor)
