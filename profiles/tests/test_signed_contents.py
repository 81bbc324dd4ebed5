"""What our own key signed and yet makes no sense: tokens, cursors, sessions, links.

Only the key's holder can make one; it is refused like any other that is not ours.
"""

from datetime import timedelta
from urllib.parse import urlencode

import jwt
import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.messages.storage.cookie import CookieStorage
from django.core import signing
from django.db import connection
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from animecollections.api import paging
from animecollections.identity import Origin, SignIn
from collections_app.models import WatchListEntry
from conftest import signed_in
from factories import PASSWORD, AnimeFactory
from history.log.cursors import SIGNER, Cursor
from history.models import Change, Search
from profiles.accounts.authentication import account_behind
from profiles.accounts.sessions import SessionStore
from profiles.models import Session, Ticket, TokenFamily
from profiles.personal_data import erasure
from profiles.sync import tickets
from profiles.tests.test_tokens import forged, get_by, refresh, told

pytestmark = pytest.mark.django_db
NAN, INFINITY = float("nan"), float("inf")
ODD = [
    None,
    True,
    -1,
    0,
    1.5,
    2**31,
    2**63,
    10**40,
    -(10**40),
    1e300,
    NAN,
    INFINITY,
    "",
    "x",
    "\x00",
    "\ud800",
    "1",
    "9" * 400,
    "٧",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2024-01-01",
    "2024-W01-1",
    "00000000-0000-0000-0000-000000000000",
    [],
    [[]],
    {},
    {"a": 1},
]
NAMES = [repr(value)[:30] for value in ODD]


@pytest.fixture
def pair(alice, visitor):
    body = {"email": alice.email, "password": PASSWORD}
    return visitor.post("/api/auth/token", body).json()["data"]


# --- Tokens --------------------------------------------------------------------------


@pytest.mark.parametrize("value", ODD, ids=NAMES)
@pytest.mark.parametrize(
    "claim", ["user_id", "family", "jti", "exp", "iat", "nbf", "token_type", "aud"]
)
def test_no_claim_of_a_token_is_an_error_of_ours(visitor, pair, claim, value):
    if value == "\ud800":
        pytest.skip("No JSON in UTF-8 holds half a surrogate pair.")
    for kind, ask in ((AccessToken, get_by), (RefreshToken, refresh)):
        response = ask(visitor, forged(kind, **{claim: value}))
        is_refused = response.status_code == 401
        assert is_refused or claim in {"iat", "nbf", "aud", "exp", "jti"}
        assert response.status_code < 500


@pytest.mark.parametrize("claims", ODD, ids=NAMES)
def test_nor_are_claims_that_are_no_object(visitor, pair, claims):
    if isinstance(claims, dict | str):
        claims = [claims]
    body = jwt.utils.base64url_encode(b"%r" % str(claims)).decode()
    token = jwt.PyJWS().encode(body.encode(), settings.SECRET_KEY, algorithm="HS256")
    assert told(get_by(visitor, token)) == (401, "token_invalid")


def shifted(kind, seconds):
    """As a machine whose clock is off by so much makes it."""
    now = int(timezone.now().timestamp()) + seconds
    return forged(kind, iat=now, nbf=now, exp=now + 1800)


@pytest.mark.parametrize("seconds", [1, 2, 30, 50])
def test_a_token_of_a_machine_whose_clock_is_ahead_is_good(visitor, pair, seconds):
    assert get_by(visitor, shifted(AccessToken, seconds)).status_code == 200
    assert refresh(visitor, shifted(RefreshToken, seconds)).status_code == 200


def test_a_token_of_a_machine_whose_clock_is_behind_is_good_to_its_end(visitor, pair):
    assert get_by(visitor, shifted(AccessToken, -1810)).status_code == 200
    assert told(get_by(visitor, shifted(AccessToken, -1900))) == (401, "token_expired")
    assert told(refresh(visitor, shifted(RefreshToken, -1900))) == (
        401,
        "token_expired",
    )


def test_a_clock_that_is_hours_off_is_not_believed(visitor, pair):
    far = shifted(AccessToken, 7200)
    assert told(get_by(visitor, far)) == (401, "token_invalid")


def test_a_socket_of_such_a_token_is_good_as_long(alice, pair):
    family = TokenFamily.objects.get()
    now = timezone.now()
    for seconds, is_good in ((-10, True), (-70, False)):
        until = now + timedelta(seconds=seconds)
        sign_in = SignIn("token", str(family.pk), until)
        assert (account_behind(sign_in, alice.pk) is not None) == is_good


# --- Cursors of pages ----------------------------------------------------------------


@pytest.fixture
def rows(alice, client):
    for id_ in range(1, 4):
        AnimeFactory(id=id_, title=f"T{id_}", year=2000 + id_)
        body = {"animeId": id_, "type": "Watching", "progress": 1, "score": 8}
        client.post("/api/user/watchList", body)
        client.post("/api/user/searchHistory", {"query": f"naruto {id_}"})
    assert Change.objects.count() == Search.objects.count() + 3
    assert WatchListEntry.objects.count() == 3


PAGES = [
    "/api/user/watchList?limit=1",
    "/api/user/watchList?limit=1&ordering=-score,title",
    "/api/user/watchList?limit=1&ordering=updated_at",
    "/api/user/searchHistory?limit=1",
    "/api/user/operations?limit=1",
    "/api/animes?limit=1&ordering=-rating,title",
    "/api/animes?limit=1&ordering=year",
]


def with_cursor(client, address, contents):
    cursor = signing.dumps(contents, salt=paging.SALT)
    return client.get(f"{address}&{urlencode({'cursor': cursor})}")


@pytest.mark.parametrize("address", PAGES)
def test_no_value_in_a_cursor_is_an_error_of_ours(client, rows, address):
    cursor = client.get(address).json()["meta"]["next_cursor"]
    good = signing.loads(cursor, salt=paging.SALT)
    for place in range(1, len(good)):
        for value in ODD:
            bent = [*good[:place], value, *good[place + 1 :]]
            answer = with_cursor(client, address, bent)
            is_one_of_ours = answer.status_code == 200
            assert is_one_of_ours or answer.json()["code"] == "invalid_cursor"
    assert with_cursor(client, address, good).status_code == 200


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("contents", ODD, ids=NAMES)
def test_nor_are_contents_that_are_no_cursor(client, rows, address, contents):
    answer = with_cursor(client, address, contents)
    assert told(answer) == (400, "invalid_cursor")


# --- Cursors of sync -----------------------------------------------------------------


def synced(client, contents):
    cursor = contents if isinstance(contents, str) else SIGNER.sign_object(contents)
    return client.get("/api/user/sync", {"cursor": cursor})


@pytest.mark.parametrize("value", ODD, ids=NAMES)
def test_no_number_in_a_cursor_of_sync_is_an_error_of_ours(client, rows, value):
    meta = client.get("/api/user/sync").json()["meta"]
    good = list(Cursor.parse(meta["cursor"])[:3])
    for walk in ([], [good[2], 1]):
        for place in range(3 + len(walk)):
            bent = [*good, *walk]
            bent[place] = value
            answer = synced(client, bent)
            assert answer.status_code in (200, 400, 410)
            is_number = type(value) is int and -1 <= value < 2**63
            assert is_number or told(answer) == (400, "invalid_cursor")


@pytest.mark.parametrize("contents", [*ODD, [1], [1, 2], [1, 2, 3, 4], [1] * 6])
def test_nor_are_contents_that_are_no_place(client, alice, contents):
    cursor = SIGNER.sign_object(contents)
    assert told(synced(client, cursor)) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "bent", [b".eJw", b".AAAA", b"!!!!", b"W", b"_w", b"eyJhIjox", b"." + b"x" * 50]
)
def test_what_is_signed_need_not_be_json(client, rows, bent):
    cursor = SIGNER.sign(bent.decode())
    assert told(synced(client, cursor)) == (400, "invalid_cursor")
    signer = signing.TimestampSigner(salt=paging.SALT)
    cursor = urlencode({"cursor": signer.sign(bent.decode())})
    answer = client.get(f"{PAGES[0]}&{cursor}")
    assert told(answer) == (400, "invalid_cursor")


# --- Sessions ------------------------------------------------------------------------


@pytest.mark.parametrize("value", ODD, ids=NAMES)
@pytest.mark.parametrize(
    "name",
    ["_auth_user_id", "_auth_user_hash", "_auth_user_backend", "otp_device_id"],
)
def test_no_value_in_a_session_is_an_error_of_ours(staff, name, value):
    browser = signed_in(staff)
    row = Session.objects.get()
    store = SessionStore()
    data = store.decode(row.session_data) | {name: value}
    Session.objects.update(session_data=store.encode(data))
    for address in ("/admin/", "/admin/second-factor/", "/admin/login/"):
        assert browser.get(address).status_code in (200, 302)
    assert browser.post("/api/auth/signout").status_code == 200


@pytest.mark.parametrize("contents", ODD, ids=NAMES)
def test_nor_are_contents_that_are_no_session(staff, contents):
    browser = signed_in(staff)
    made = signing.dumps(
        contents, salt="django.contrib.sessions.SessionStore", compress=True
    )
    Session.objects.update(session_data=made)
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("contents", ODD, ids=NAMES)
def test_no_message_cookie_is_an_error_of_ours(staff_client, contents):
    storage = CookieStorage(None)
    staff_client.cookies["messages"] = storage.signer.sign_object(contents)
    assert staff_client.get("/admin/").status_code == 200
    bent = storage.signer.sign_object([["__json_message", contents]])
    staff_client.cookies["messages"] = bent
    assert staff_client.get("/admin/").status_code == 200


# --- Tickets -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_ticket_beside_an_erasure_is_no_error_of_ours(alice, client):
    def erased(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO") and "profiles_ticket" in sql:
            wrappers, connection.execute_wrappers = connection.execute_wrappers, []
            erasure.erase(user_id=alice.pk, through=Origin("command"))
            connection.execute_wrappers = wrappers
        return execute(sql, params, many, context)

    with connection.execute_wrapper(erased):
        response = client.post("/api/auth/ticket")
    assert told(response) == (401, "session_ended")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("ticket", ["", "x", "\x00", "é" * 50, "0" * 5000])
def test_no_ticket_is_an_error_of_ours(db, ticket):
    assert tickets.redeem(ticket=ticket) is None


# --- Links ---------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 2**40, 36**12, 36**13 - 1])
def test_no_time_in_a_link_is_an_error_of_ours(alice, visitor, seconds):
    token = default_token_generator._make_token_with_timestamp(
        alice, seconds, default_token_generator.secret
    )
    body = {"uid": str(alice.pk), "token": token, "new_password": "Left-Cow-8"}
    response = visitor.post("/api/auth/password/reset/confirm", body)
    assert response.status_code in (200, 400)
