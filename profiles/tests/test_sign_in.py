"""POST /api/auth/signin"""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from animecollections.api.errors import ApiError
from conftest import signed_in
from factories import PASSWORD, UserFactory
from profiles.accounts import services as accounts
from profiles.accounts.credentials import check_credentials, enter
from profiles.accounts.hashers import PooledArgon2Hasher as Hasher
from profiles.models import Session, User

pytestmark = pytest.mark.django_db
RIGHT = {"email": "alice@example.org", "password": PASSWORD}


def sign_in(client, **changes):
    return client.post("/api/auth/signin", RIGHT | changes)


def test_the_right_password_sets_the_cookie(visitor, alice):
    response = sign_in(visitor)
    assert response.status_code == 200
    data = response.json()["data"]
    assert data["user"] == {"id": str(alice.id), "name": "alice", "avatar": None}
    assert data["session"]["token_type"] == "cookie"
    assert visitor.get("/api/auth/session").json()["data"]["id"] == str(alice.id)


def test_the_email_counts_without_regard_to_case(visitor, alice):
    assert sign_in(visitor, email=" ALICE@Example.org ").status_code == 200


def test_the_avatar_is_told(visitor, alice):
    alice.profile.avatar = "https://img.example.org/a.webp"
    alice.profile.save()
    user = sign_in(visitor).json()["data"]["user"]
    assert user["avatar"] == "https://img.example.org/a.webp"


def test_unknown_wrong_and_deactivated_get_one_answer(visitor, alice):
    UserFactory(user_name="gone", is_active=False)
    answers = []
    for changes in (
        {"email": "nobody@example.org"},
        {"password": "Wrong-Horse-7"},
        {"email": "gone@example.org"},
        {"email": "gone@example.org", "password": "Wrong-Horse-7"},
    ):
        response = sign_in(visitor, **changes)
        body = response.json()
        body.pop("request_id")
        answers.append((response.status_code, body, dict(response.cookies)))
    assert answers[0][0] == 401
    assert answers[0][1]["code"] == "wrong_credentials"
    assert answers == [answers[0]] * 4


def test_unknown_and_wrong_cost_the_same_statements_and_one_hash(
    visitor, alice, django_assert_num_queries, monkeypatch
):
    hashes = []
    for name in ("encode", "verify"):
        real = getattr(Hasher, name)

        def counted(*args, real=real, name=name):
            hashes.append(name)
            return real(*args)

        monkeypatch.setattr(Hasher, name, counted)
    sign_in(visitor, email="first@example.org")  # the first of its day notes the day
    for changes in ({"email": "nobody@example.org"}, {"password": "Wrong-Horse-7"}):
        hashes.clear()
        with django_assert_num_queries(5):  # locked? whose? (2) counted, and of the day
            sign_in(visitor, **changes)
        assert len(hashes) == 1


def test_signing_in_changes_the_session(visitor, alice):
    """Or whoever planted a session in the browser would share it from then on."""
    visitor.cookies["sessionid"] = planted = "a" * 32
    new = sign_in(visitor).cookies["sessionid"].value
    assert new != planted
    again = sign_in(visitor).cookies["sessionid"].value
    assert again != new
    assert [session.pk for session in Session.objects.all()] == [again]


def test_signing_in_as_another_leaves_nothing_of_the_first(visitor, alice, stranger):
    first = signed_in(stranger)
    old = first.cookies["sessionid"].value
    assert sign_in(first).json()["data"]["user"]["name"] == "alice"
    assert not Session.objects.filter(pk=old).exists()


def test_old_credentials_in_the_request_do_no_harm(visitor, alice):
    visitor.cookies["sessionid"] = "expired"
    response = visitor.post(
        "/api/auth/signin", RIGHT, headers={"Authorization": "Bearer x"}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("format", ["multipart", "form", "text", "none"])
def test_forms_and_bare_bodies_are_read_too(visitor, alice, format):
    if format == "multipart":
        response = visitor.post("/api/auth/signin", RIGHT, format="multipart")
    else:
        form = "email=alice%40example.org&password=Right-Horse-7"
        json = '{"email": "alice@example.org", "password": "Right-Horse-7"}'
        body, content_type = {
            "form": (form, "application/x-www-form-urlencoded"),
            "text": (json, "text/plain;charset=UTF-8"),
            "none": (json, ""),
        }[format]
        response = visitor.generic(
            "POST", "/api/auth/signin", body, content_type=content_type
        )
    assert response.status_code == 200
    assert response.json()["data"]["user"]["name"] == "alice"


def test_a_browsers_form_goes_on_to_the_start_page(visitor, alice):
    response = visitor.post(
        "/api/auth/signin",
        RIGHT,
        format="multipart",
        headers={"Accept": "text/html,application/xhtml+xml"},
    )
    assert response.status_code == 303
    assert response["Location"] == "/"
    assert response.cookies["sessionid"].value


def test_json_is_answered_in_json_whatever_is_accepted(visitor, alice):
    response = visitor.post("/api/auth/signin", RIGHT, headers={"Accept": "text/html"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"email=a%00b%40example.org&password=Right-Horse-7",
        b"email=alice%40example.org&password=Right%00Horse",
        b"email=alice%40example.org",
        b"",
        b"&" * 500,
    ],
)
def test_a_bad_form_is_refused(visitor, alice, body):
    response = visitor.generic(
        "POST",
        "/api/auth/signin",
        body,
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 400
    assert response.json()["success"] is False


@pytest.mark.parametrize("charset", ["base64", "utf-7", "idna", "nonsense", "rot13"])
def test_a_form_in_an_odd_charset_is_no_error_of_ours(visitor, alice, charset):
    response = visitor.generic(
        "POST",
        "/api/auth/signin",
        b"email=alice%40example.org&password=Right-Horse-7",
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert response.status_code in (200, 400)
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("field", ["email", "password"])
@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "x" * 5000])
def test_what_is_no_text_is_refused(visitor, alice, field, value):
    response = sign_in(visitor, **{field: value})
    assert response.status_code == 400
    assert field in response.json()["fields"]


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        "5",
        '"x"',
        "{",
        '{"email": 1}',
        "",
        '{"email": "\\u0000"}',
        "[" * 99,
    ],
)
def test_other_bodies_are_refused(visitor, body):
    response = visitor.generic(
        "POST", "/api/auth/signin", body, content_type="application/json"
    )
    assert response.status_code == 400


def test_the_user_agent_is_kept_with_the_session(visitor, alice):
    visitor.post(
        "/api/auth/signin", RIGHT, headers={"User-Agent": "Fox/1 " + "x" * 500}
    )
    session = Session.objects.get()
    assert session.user_id == alice.id
    assert session.user_agent.startswith("Fox/1")
    assert len(session.user_agent) == 300


def test_a_hash_of_an_older_cost_is_renewed_and_ends_nothing(visitor, alice):
    cheap = Argon2PasswordHasher()
    cheap.time_cost, cheap.memory_cost, cheap.parallelism = 1, 16, 1
    User.objects.update(password=cheap.encode(PASSWORD, "saltsaltsalt"))
    elsewhere = signed_in(alice)
    assert sign_in(visitor).status_code == 200
    assert f"m={Hasher.memory_cost}," in User.objects.get().password
    assert elsewhere.get("/api/auth/session").json()["data"] is not None


@pytest.mark.parametrize(
    "end", [accounts.end_everything, accounts.deactivate], ids=["ended", "deactivated"]
)
def test_one_that_was_overtaken_while_hashing_is_refused(alice, end):
    user = check_credentials(email=alice.email, password=PASSWORD, address="")
    end(user_id=alice.pk)
    with pytest.raises(ApiError) as refusal:
        enter(user)
    assert refusal.value.code == "wrong_credentials"


def test_the_cost_of_a_sign_in(visitor, alice, budget):
    in_words = (
        "locked?, claim, user and profile, still not locked?, last sign-in, known "
        "places, this place, a mail of a new device, session made and saved"
    )
    with budget(9, in_words):
        assert sign_in(visitor).status_code == 200
