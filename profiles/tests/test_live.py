"""/ws/user: what a socket is told, who gets one, and what ends it."""

import json
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from socket import SO_RCVBUF, SOL_SOCKET, socket

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from animecollections.identity import SignIn
from animecollections.tests.serving import serve
from factories import PASSWORD, AnimeFactory, UserFactory
from profiles.accounts import services as accounts
from profiles.models import Session, Ticket, TokenFamily
from profiles.sync import tickets
from profiles.tests.sockets import (
    Api,
    by_cookie,
    by_ticket,
    closed_with,
    cookie_of,
    hear,
)

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
NOTHING = {
    "entries": [],
    "removed": [],
    "profile": None,
    "preferences": None,
    "searches": None,
    "viewings": None,
    "notices": None,
    "lists": None,
    "sync": False,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    home = tmp_path_factory.mktemp("live")
    with serve(home, LIVE_PING_SECONDS="1", TRUSTED_ORIGINS="https://app.test") as one:
        yield one


@pytest.fixture
def alice():
    return UserFactory(user_name="alice")


@pytest.fixture
def cookie(alice):
    return cookie_of(alice)


@pytest.fixture
def api(server, cookie):
    """Alice's laptop, which writes."""
    return Api(server, cookie)


@pytest.fixture
def phone(server, cookie):
    """Alice's phone, which listens."""
    with by_cookie(server, cookie) as phone:
        yield phone


@pytest.fixture
def death_note():
    return AnimeFactory(id=1535)


def told(message):
    """What changed, without where and by whom."""
    return {name: message[name] for name in NOTHING}


# --- What it is told -------------------------------------------------------------


def test_first_it_says_where_the_user_stands(api, phone):
    hello = json.loads(phone.recv())
    _, body = api("GET", "/api/user/sync")
    assert hello["type"] == "hello"
    assert hello["cursor"] == body["meta"]["cursor"]


def test_every_commit_is_told_with_the_entry_and_the_next_cursor(
    api, phone, death_note
):
    hello = hear(phone, "hello")
    api.add(1535)
    changed = hear(phone)
    _, listed = api("GET", "/api/user/watchList")
    assert told(changed) == NOTHING | {"entries": listed["data"]}
    assert changed["since"] == hello["cursor"]
    assert changed["revision"] == 1
    _, body = api("GET", "/api/user/sync")
    assert changed["cursor"] == body["meta"]["cursor"]
    [operation] = api.data("GET", "/api/user/operations")
    assert changed["operation_id"] == operation["id"]
    api.add(1535, "Completed")
    assert hear(phone)["since"] == changed["cursor"]


def test_the_writer_is_named_as_it_names_itself(api, phone, death_note):
    api("POST", "/api/user/searchHistory", {"query": "a"}, **{"X-Client-Id": "laptop"})
    assert hear(phone)["client_id"] == "laptop"
    api.add(1535)
    assert hear(phone)["client_id"] is None


def test_a_removal_is_told(api, phone, death_note):
    api.add(1535)
    hear(phone)
    api("DELETE", "/api/user/watchList", {"animeId": 1535})
    assert told(hear(phone)) == NOTHING | {"removed": ["1535"]}


def test_profile_and_preferences_are_told_whole(api, phone):
    for name, path, body in (
        ("profile", "/api/user/profile", {"name": "Alice"}),
        ("preferences", "/api/user/preferences", {"theme": "dark"}),
    ):
        api.data("POST", path, body)
        whole = api.data("GET", path)
        assert told(hear(phone)) == NOTHING | {name: whole}


SEARCHES = "/api/user/searchHistory"


def test_of_the_searches_those_are_told_that_changed(api, phone):
    many = [{"query": str(number)} for number in range(200)]
    api.data("POST", SEARCHES, many)
    assert hear(phone)["sync"]
    [*_, oldest] = api.data("GET", SEARCHES)
    api.data("POST", SEARCHES, {"query": "naruto"})
    newest = api.data("GET", SEARCHES)[0]
    searches = {"saved": [newest], "removed": [oldest["id"]]}
    assert told(hear(phone)) == NOTHING | {"searches": searches}
    api.data("DELETE", f"{SEARCHES}/{newest['id']}")
    searches = {"saved": [], "removed": [newest["id"]]}
    assert told(hear(phone)) == NOTHING | {"searches": searches}


def test_that_all_searches_are_gone_is_left_to_sync(api, phone):
    api.data("POST", SEARCHES, {"query": "naruto"})
    hear(phone)
    api.data("DELETE", SEARCHES)
    assert told(hear(phone)) == NOTHING | {"sync": True}


def test_what_changes_nothing_is_not_told(api, phone, death_note):
    api.add(1535)
    hear(phone)
    api.add(1535)
    api.add(1535, score=7)
    assert hear(phone)["entries"][0]["score"] == 7


def test_too_much_for_a_message_is_left_to_sync(api, phone):
    AnimeFactory.create_batch(101)
    hello = hear(phone, "hello")
    animes = api.data("GET", "/api/animes?limit=500")
    operations = [
        {"op": "add", "animeId": anime["id"], "type": "To Watch"} for anime in animes
    ]
    assert len(operations) == 101
    api.data("POST", "/api/user/watchList/batch", {"operations": operations})
    changed = hear(phone)
    assert told(changed) == NOTHING | {"sync": True}
    assert changed["since"] == changed["cursor"] == hello["cursor"]
    assert changed["revision"] == 101


def test_all_of_ones_devices_are_told_and_nobody_elses(
    server, api, cookie, phone, death_note
):
    with by_cookie(server, cookie_of(UserFactory())) as foreign:
        with by_cookie(server, cookie) as tablet:
            api.add(1535)
            assert hear(tablet)["revision"] == hear(phone)["revision"] == 1
        kinds = [json.loads(foreign.recv(10))["type"] for _ in range(3)]
    assert kinds == ["hello", "ping", "ping"]


def test_what_a_player_plays_is_told_and_not_kept(api, phone, death_note):
    playing = {"event": "playing", "series": "Death Note", "episode": 2, "percent": 5}
    assert api.data("POST", "/api/scrobble", playing)["state"] == "playing"
    assert hear(phone, "playing") == {
        "type": "playing",
        "state": "playing",
        "player": "own",
        "anime_id": None,  # this one has no names for search
        "episode": None,
        "series": "Death Note",
        "title": "",
        "percent": 5.0,
    }
    assert api.data("GET", "/api/user/scrobbles") == []


def test_a_ping_tells_where_the_user_stands(api, phone, death_note):
    hello = hear(phone, "hello")
    assert hear(phone, "ping")["cursor"] == hello["cursor"]
    api.add(1535)
    changed = hear(phone)
    assert hear(phone, "ping")["cursor"] == changed["cursor"]


# --- Who gets one ----------------------------------------------------------------


def refused(*arguments, **more):
    with (
        pytest.raises(InvalidStatus) as refusal,
        connect(*arguments, **more),
    ):
        pass
    return refusal.value.response.status_code


def test_a_foreign_page_gets_none(server, cookie):
    for origin in (
        "http://evil.test",
        "null",
        "https://app.test.evil.test",
        "http://app.test",
        "http://127.0.0.1",
        "",
    ):
        headers = {"Cookie": cookie, "Origin": origin}
        assert refused(server.live, additional_headers=headers) == 403, origin


def test_a_cookie_without_an_origin_gets_none(server, cookie):
    assert refused(server.live, additional_headers={"Cookie": cookie}) == 403


def test_an_empty_ticket_is_no_way_around_the_origin(server, cookie):
    headers = {"Cookie": cookie, "Origin": "http://evil.test"}
    for query in ("?ticket=", "?ticket", "?ticket=&ticket=", "?ticket=x&ticket="):
        with connect(server.live + query, additional_headers=headers) as socket:
            assert closed_with(socket) == 4401, query


def test_a_trusted_frontend_gets_one(server, cookie):
    with by_cookie(server, cookie, origin="https://app.test") as socket:
        hear(socket, "hello")


def test_a_token_in_the_address_is_refused_even_beside_a_good_cookie(server, cookie):
    headers = {"Cookie": cookie, "Origin": server.url}
    for name in ("token", "access_token", "jwt"):
        url = f"{server.live}?{name}=eyJhbGciOi"
        assert refused(url, additional_headers=headers) == 403, name


def test_other_addresses_have_no_sockets(server):
    assert refused(f"ws://127.0.0.1:{server.port}/ws/other") == 403
    assert refused(f"ws://127.0.0.1:{server.port}/api/user/sync") == 403


def test_odd_handshakes_are_no_failure_of_ours(server, cookie):
    headers = {"Cookie": cookie, "Origin": server.url}
    many = "a&" * 1000
    assert refused(f"{server.live}?{many}", additional_headers=headers) == 403
    with server.connect() as client:
        client.sendall(
            HANDSHAKE.replace(b"127.0.0.1:%d", b"evil.test")
            + f"Cookie: {cookie}\r\nOrigin: http://evil.test\r\n\r\n".encode()
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 403")
    charset = headers | {"Content-Type": "text/plain; charset=base64"}
    with connect(f"{server.live}?x=%ff", additional_headers=charset) as socket:
        hear(socket, "hello")


def test_a_session_that_is_none_is_told_to_sign_in(server):
    for key in ("x", "a" * 32, "é", ""):
        with by_cookie(server, f"sessionid={key}") as socket:
            assert closed_with(socket) == 4401, key


def test_whoever_brings_nothing_is_told_to_sign_in(server):
    with connect(server.live) as socket:
        assert closed_with(socket) == 4401


@pytest.fixture
def app(server, alice):
    """Alice's app, which has tokens."""
    api = Api(server)
    body = {"email": alice.email, "password": PASSWORD}
    access = api.data("POST", "/api/auth/token", body)["access"]
    return Api(server, Authorization=f"Bearer {access}")


def test_an_app_brings_a_ticket(server, app, death_note):
    data = app.data("POST", "/api/auth/ticket")
    assert data["expires_in"] == 30
    with by_ticket(server, data["ticket"]) as socket:
        hear(socket, "hello")
        app.add(1535)
        assert hear(socket)["entries"][0]["anime_id"] == "1535"


def test_a_ticket_is_good_once_however_many_come_at_once(server, app):
    ticket = app.data("POST", "/api/auth/ticket")["ticket"]

    def come(_):
        with by_ticket(server, ticket) as socket:
            message = json.loads(socket.recv(10))
            return message["type"]

    def attempt(number):
        try:
            return come(number)
        except Exception as error:  # noqa: BLE001
            return error.rcvd.code

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(attempt, range(8)))
    assert sorted(map(str, results)) == ["4401"] * 7 + ["hello"]


def test_an_old_ticket_is_none(server, app):
    ticket = app.data("POST", "/api/auth/ticket")["ticket"]
    Ticket.objects.update(expires_at=timezone.now())
    with by_ticket(server, ticket) as socket:
        assert closed_with(socket) == 4401


def test_neither_is_a_token_or_nonsense(server, app):
    for ticket in (app.headers["Authorization"][7:], "x", "%00", "é", ""):
        with by_ticket(server, ticket) as socket:
            assert closed_with(socket) == 4401


# --- What ends it ----------------------------------------------------------------


def test_signing_out_ends_it_at_once(api, phone):
    hear(phone, "hello")
    api.data("POST", "/api/auth/signout")
    assert closed_with(phone) == 4401


def test_signing_out_elsewhere_ends_only_what_was_signed_out(server, alice, phone):
    laptop = Api(server, cookie_of(alice))
    laptop.data("POST", "/api/auth/signout")
    assert hear(phone, "ping")
    assert hear(phone, "ping")
    Api(server, cookie_of(alice)).data(
        "POST", "/api/auth/signout", {"everywhere": True}
    )
    assert closed_with(phone) == 4401


def test_another_password_ends_it(server, alice, phone):
    body = {"old_password": PASSWORD, "new_password": "Left-Cow-8-and-more"}
    Api(server, cookie_of(alice)).data("POST", "/api/auth/password", body)
    assert closed_with(phone) == 4401


def test_the_session_that_changes_the_password_keeps_its_sockets(server, alice):
    cookie = cookie_of(alice)
    body = {"old_password": PASSWORD, "new_password": "Left-Cow-8-and-more"}
    with (
        by_cookie(server, cookie) as mine,
        by_cookie(server, cookie_of(alice)) as other,
    ):
        hear(mine, "hello")
        hear(other, "hello")
        Api(server, cookie).data("POST", "/api/auth/password", body)
        assert closed_with(other) == 4401
        assert hear(mine, "ping")
        assert hear(mine, "ping")
        assert Session.objects.count() == 2  # the other one is good for nothing
        Session.objects.update(expire_date=timezone.now())
        assert closed_with(mine) == 4401


def test_deactivation_ends_it(alice, phone):
    accounts.deactivate(user_id=alice.pk)
    assert closed_with(phone) == 4401


def test_the_end_of_the_session_ends_it(phone):
    hear(phone, "hello")
    Session.objects.update(expire_date=timezone.now())
    assert closed_with(phone) == 4401


def test_erasing_the_account_ends_it(alice, phone):
    hear(phone, "hello")
    alice.delete()
    assert closed_with(phone) == 4401


def test_the_end_of_an_access_token_ends_the_socket_behind_its_ticket(
    server, app, alice
):
    family = TokenFamily.objects.get(user=alice)
    until = timezone.now() + timedelta(seconds=2)
    sign_in = SignIn("token", str(family.id), until)
    ticket = tickets.issue(user_id=alice.pk, sign_in=sign_in)
    with by_ticket(server, ticket) as socket:
        hear(socket, "hello")
        assert closed_with(socket) == 4401


def test_a_revoked_family_ends_the_socket_behind_its_ticket(server, app, alice):
    ticket = app.data("POST", "/api/auth/ticket")["ticket"]
    with by_ticket(server, ticket) as socket:
        hear(socket, "hello")
        app.data("POST", "/api/auth/signout")
        assert closed_with(socket) == 4401


def test_of_21_sockets_the_oldest_ends(server, cookie):
    with ExitStack() as stack:
        sockets = []
        for _ in range(21):
            sockets.append(stack.enter_context(by_cookie(server, cookie)))
            hear(sockets[-1], "hello")
        assert closed_with(sockets[0]) == 4429
        assert hear(sockets[1], "ping")
        assert hear(sockets[20], "ping")


# --- What is sent to it ----------------------------------------------------------


NONSENSE = [
    ("", "invalid"),
    ("{", "json_invalid"),
    ("[" * 4000, "json_too_deep"),
    ('{"a": 1, "a": 2}', "json_duplicate_key"),
    ('"\\ud800"', "text_unusable"),
    ("null", "invalid"),
    ('{"type": ["ping"]}', "invalid"),
    ('{"type": "changed", "entries": []}', "invalid"),
]


def test_nonsense_is_answered_and_the_socket_goes_on(phone):
    for text, code in NONSENSE:
        phone.send(text)
        assert hear(phone, "error")["code"] == code, text
    phone.send('{"type": "ping"}')
    assert hear(phone, "pong") == {"type": "pong"}


def test_what_is_no_text_or_too_long_ends_it_and_nobody_else_notices(
    server, api, cookie, phone, death_note
):
    too_long = ["x" * 5000, "é" * 3000, b"x" * 10**6]
    for frame, code in [(b"\x00\x01", 1003), *((text, 1009) for text in too_long)]:
        with by_cookie(server, cookie) as rude:
            rude.send(frame)
            assert closed_with(rude) == code
    api.add(1535)
    assert hear(phone)["revision"] == 1


def test_a_flood_ends_it_and_nobody_else_notices(
    server, api, cookie, phone, death_note
):
    with by_cookie(server, cookie) as rude:
        try:
            for _ in range(5000):
                rude.send('{"type": "ping"}')
        except Exception:  # noqa: BLE001, S110  (closed in the middle)
            pass
        assert closed_with(rude) == 1008
    api.add(1535)
    assert hear(phone)["revision"] == 1


def test_a_flood_of_halves_of_frames_ends_with_its_connection(server, phone, api):
    for rest in (b"", b"\x81", b"\x81\xfe\xff", b"\xff" * 50, b"\x01\x80\0\0\0\0" * 9):
        with server.connect() as rude:
            rude.sendall(HANDSHAKE % server.port + b"\r\n")
            assert b" 101 " in rude.recv(1000)
            rude.sendall(rest)
    assert api("GET", "/api/auth/session")[0] == 200
    assert hear(phone, "ping")


HANDSHAKE = (
    b"GET /ws/user HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


TOO_SLOW = struct.pack("!H", 4408)


def test_a_reader_that_is_too_slow_is_cut_off_and_nobody_else_notices(
    server, api, cookie, phone
):
    filters = {"words": "x" * 4000}
    searches = [{"query": str(number), "filters": filters} for number in range(20)]
    with socket() as slow:
        slow.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
        slow.settimeout(10)
        slow.connect(("127.0.0.1", server.port))
        headers = f"Cookie: {cookie}\r\nOrigin: {server.url}\r\n\r\n"
        slow.sendall(HANDSHAKE % server.port + headers.encode())
        assert slow.recv(12) == b"HTTP/1.1 101"
        for round_ in range(60):  # each tells 80 KB
            again = [one | {"totalResults": round_} for one in searches]
            api.data("POST", SEARCHES, again)
            assert len(hear(phone)["searches"]["saved"]) == 20
        received = b""
        while TOO_SLOW not in received[-200:]:
            chunk = slow.recv(65536)
            assert chunk
            received += chunk
    assert len(received) < 60 * 80_000


def test_a_socket_says_for_whom_it_is(server, alice, cookie):
    """In a browser of two people the cookie may be of the other by now."""
    headers = {"Cookie": cookie}
    address = f"{server.live}?account={alice.id}"
    with connect(address, origin=server.url, additional_headers=headers) as socket:
        assert hear(socket, "hello")
    address = f"{server.live}?account={UserFactory().id}"
    with connect(address, origin=server.url, additional_headers=headers) as socket:
        assert closed_with(socket) == 4409
