"""What one client can take from all others: threads, the line for them, connections,
memory. Each is bounded.
"""

import asyncio
import json
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from socket import SO_LINGER, SOL_SOCKET

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from animecollections.api.errors import ApiError
from animecollections.api.failures import to_api_error
from animecollections.server import request_bodies
from animecollections.server.bridge import Bridge
from animecollections.server.request_bodies import RequestBodies
from animecollections.server.senders import Senders
from animecollections.server.turns import Turns, give_back
from animecollections.tests.loops import run
from animecollections.tests.postgres import Proxy
from animecollections.tests.serving import serve
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = pytest.mark.races

HOLDING = "animecollections.tests.holding:application"
PROMPTLY = 1.5  # seconds, on a machine that does other things too


@contextmanager
def warm(*arguments, **options):
    """Its first request would wait for the server to be loaded."""
    with serve(*arguments, **options) as server:
        assert server.send("GET /api/auth/session HTTP/1.1")[0] == 200
        yield server


def timed(send, *request, **more):
    began = time.monotonic()
    return *send(*request, **more), time.monotonic() - began


@contextmanager
def held(server, number, seconds, forwarded=""):
    """Requests that each hold a thread, once none of an earlier test does."""
    server.send("GET /hold/0 HTTP/1.1", "X-Forwarded-For: 192.0.2.9")
    line = f"X-Forwarded-For: {forwarded}\r\n" if forwarded else ""
    request = f"GET /hold/{seconds} HTTP/1.1\r\nHost: localhost\r\n{line}\r\n"
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(number)]
        for client in clients:
            client.sendall(request.encode())
        time.sleep(0.3)
        yield clients


# --- Threads -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def narrow(tmp_path_factory, django_db_setup):
    """One thread, and one place in line for each client."""
    home = tmp_path_factory.mktemp("narrow")
    more = {"WEB_THREADS": "1", "WEB_QUEUE": "4", "METRICS_TOKEN": "of-this-test-alone"}
    trusted = {"TRUSTED_ORIGINS": "https://app.test", "NUM_PROXIES": "1"}
    with warm(home, app=HOLDING, **more, **trusted) as server:
        yield server


def test_probes_and_pages_wait_for_no_thread(narrow):
    with held(narrow, 1, 3):
        bearer = "Authorization: Bearer of-this-test-alone"
        for path, said in [
            ("/healthz", b'"status":"ok"'),
            ("/readyz", b'"checks"'),
            ("/metrics", b"database_answers 1.0"),
            ("/", b"<!doctype html>"),
            ("/static/icon.svg", b"<svg"),
        ]:
            status, _, body, took = timed(narrow.send, f"GET {path} HTTP/1.1", bearer)
            assert status == 200, path
            assert said in body.lower(), path
            assert took < PROMPTLY, path
        status, headers, body = narrow.send("HEAD /healthz HTTP/1.1")
        assert (status, body) == (200, b"")
        assert int(headers["content-length"]) > 10


def test_past_the_length_of_the_line_the_answer_is_busy_at_once(narrow):
    with held(narrow, 2, 2):
        status, headers, body, took = timed(
            narrow.send, "GET /api/auth/session HTTP/1.1", "Origin: https://app.test"
        )
        assert took < PROMPTLY
        assert status == 503
        failure = json.loads(body)
        assert failure["code"] == "busy"
        assert failure["details"] == {"retry_after": 2}
        assert headers["retry-after"] == "2"
        assert headers["x-request-id"] == failure["request_id"]
        assert headers["access-control-allow-origin"] == "https://app.test"
        status, headers, body = narrow.send("GET /reset HTTP/1.1")
        assert (status, headers["retry-after"]) == (503, "2")
        assert headers["content-type"].startswith("text/plain")
    assert wait_for(lambda: narrow.send("GET /api/auth/session HTTP/1.1")[0] == 200)


def test_the_line_is_nobodys_alone(narrow):
    with held(narrow, 3, 1.5, "203.0.113.1"):
        status, _, _ = narrow.send(
            "GET /api/auth/session HTTP/1.1", "X-Forwarded-For: 203.0.113.2"
        )
        assert status == 200


def test_a_client_that_leaves_gives_its_thread_back_once_it_is_free(narrow):
    """gunicorn ends its request after three seconds; the thread goes on."""
    with held(narrow, 1, 6) as [client]:
        client.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(3.5)
    status, _, _, took = timed(narrow.send, "GET /api/auth/session HTTP/1.1")
    assert status == 200
    assert took > 1


def test_one_client_leaves_a_thread_to_others(tmp_path):
    with (
        warm(tmp_path, app=HOLDING, NUM_PROXIES="1") as server,
        held(server, 10, 2, "203.0.113.1"),
    ):
        status, _, _, took = timed(
            server.send,
            "GET /api/auth/session HTTP/1.1",
            "X-Forwarded-For: [2001:db8::1]:4711",
        )
        assert status == 200
        assert took < PROMPTLY


@pytest.fixture
def locked_row():
    """`with locked_row(user):` — by somebody outside. On SQLite there is one lock."""

    @contextmanager
    def lock(user):
        other = connections.create_connection("default")
        try:
            with other.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("BEGIN IMMEDIATE")
                else:
                    cursor.execute("BEGIN")
                    cursor.execute(
                        "SELECT 1 FROM history_userstate WHERE user_id = %s FOR UPDATE",
                        [user.pk],
                    )
                yield
                cursor.execute("ROLLBACK")
        finally:
            other.close()

    return lock


@pytest.mark.django_db(transaction=True)
def test_writes_that_wait_for_a_lock_leave_threads_to_all_who_read(
    tmp_path, locked_row
):
    """Of one user with two sign-ins, more writes than there are threads."""
    anime, alice, bob = AnimeFactory(), UserFactory(), UserFactory()
    with warm(tmp_path) as server, ThreadPoolExecutor(20) as pool:
        devices = [Api(server, cookie_of(alice)) for _ in range(2)]
        reader = Api(server, cookie_of(bob))
        for api in (*devices, reader):  # each is known from here on
            assert api("GET", "/api/user/watchList")[0] == 200
        body = {"animeId": anime.pk, "type": "Watching"}
        with locked_row(alice):
            writes = [
                pool.submit(devices[number % 2], "POST", "/api/user/watchList", body)
                for number in range(20)
            ]
            time.sleep(0.5)
            for api in (reader, *devices):  # alice herself reads as well
                status, _, took = timed(api, "GET", "/api/user/watchList")
                assert status == 200
                assert took < PROMPTLY
            if connection.vendor == "postgresql":  # where others may write
                status, _, took = timed(reader, "POST", "/api/user/watchList", body)
                assert status == 200
                assert took < PROMPTLY
        assert {write.result()[0] for write in writes} == {200}


def test_who_writes_much_waits_outside_of_the_threads():
    async def scene():
        turns = Turns(threads=4, line=100)
        held = [await turns.take("alice", is_write=True) for _ in range(2)]
        third = asyncio.create_task(turns.take("alice", is_write=True))
        await asyncio.sleep(0)
        assert not third.done()
        held.append(await turns.take("bob", is_write=True))
        fourth = asyncio.create_task(turns.take("carol", is_write=True))
        await asyncio.sleep(0)
        assert not fourth.done()
        reading = await turns.take("alice", is_write=False)
        give_back(reading)
        give_back(held.pop())
        held.append(await fourth)
        third.cancel()
        await asyncio.gather(third, return_exceptions=True)
        for places in held:
            give_back(places)
        assert turns.length == 0
        assert not turns.waiting
        assert turns.threads._value == 8

    run(scene())


def test_in_line_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr("animecollections.server.turns.SECONDS_IN_LINE", 0.1)

    async def scene():
        turns = Turns(threads=1, line=100)
        for name in ("alice", "bob"):
            await turns.take(name, is_write=False)
        with pytest.raises(ApiError) as refused:
            await turns.take("carol", is_write=True)
        assert refused.value.code == "busy"
        assert not turns.writers.locked()

    run(scene())


# --- Whom a request comes from -------------------------------------------------------


def test_a_sign_in_counts_as_its_users_once_it_was_seen_to_hold():
    senders = Senders()
    told = {"HTTP_COOKIE": "a=b; sessionid=abc; c=d", "REMOTE_ADDR": "2001:db8::7"}
    assert senders.client(told) == "2001:db8::"
    senders.learn(told | {"animecollections.user_id": None})
    assert not senders.knows(told)
    senders.learn(told | {"animecollections.user_id": 7})
    assert senders.client(told) == "7"
    assert senders.client(told | {"HTTP_COOKIE": "sessionid=abd"}) == "2001:db8::"
    twice = {"HTTP_COOKIE": "sessionid=made-up; sessionid=abc", "REMOTE_ADDR": ""}
    assert senders.client(twice) == "7"  # Django reads the last one too
    token = {"HTTP_AUTHORIZATION": "bearer  xyz ", "REMOTE_ADDR": ""}
    senders.learn(token | {"animecollections.user_id": 7})
    assert senders.client({"HTTP_AUTHORIZATION": "Bearer xyz"}) == "7"
    assert senders.client({"HTTP_COOKIE": "xsessionid=abc"}) == ""


# --- Connections -------------------------------------------------------------------


def test_connections_that_send_nothing_are_no_end_of_the_service(tmp_path):
    """As many as there may be files, and then half again as many."""
    with warm(tmp_path, files=500) as server, ExitStack() as stack:
        for number in range(700):
            client = stack.enter_context(server.connect())
            if number % 2:
                client.sendall(b"GET / HTTP/1.1\r\nHost: ")
        for _ in range(3):
            status, _, _, took = timed(server.send, "GET /api/auth/session HTTP/1.1")
            assert status == 200
            assert took < PROMPTLY
        assert server.log.read_text().count("\n") < 20
        assert "some are closed" in server.log.read_text()


SLOW = (
    b"POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
)


def test_connections_that_are_busy_make_room_too(tmp_path):
    """Bodies that trickle, from one network, leave others what they have."""
    with warm(tmp_path, WEB_CONNECTIONS="30") as server, ExitStack() as stack:
        address = ("127.0.0.1", server.port)
        other = stack.enter_context(
            socket.create_connection(address, source_address=("127.0.0.2", 0))
        )
        other.sendall(SLOW)
        slow = [stack.enter_context(server.connect()) for _ in range(40)]
        for client in slow:
            with suppress(OSError):
                client.sendall(SLOW)
        time.sleep(0.5)  # then none of them is idle
        for _ in range(3):
            assert server.send("GET /api/auth/session HTTP/1.1")[0] == 200
        other.settimeout(0.5)
        with pytest.raises(TimeoutError):  # it is waited for
            other.recv(1)


def test_a_header_that_does_not_end_is_not_waited_for(tmp_path):
    options = "--keep-alive 1"
    with warm(tmp_path, GUNICORN_CMD_ARGS=options) as server, ExitStack() as stack:
        silent, half, slow, large = (
            stack.enter_context(server.connect()) for _ in range(4)
        )
        half.sendall(b"POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\n")
        large.sendall(b"GET / HTTP/1.1\r\n")
        fields = [b"A: " + b"x" * 8000 + b"\r\n"] * 12
        assert is_cut_off(large, fields, pause=0.02)
        letters = [bytes([byte]) for byte in b"GET / HTTP/1.1\r\nHost: localhost"]
        assert is_cut_off(slow, letters, pause=0.1)
        assert silent.recv(1) == half.recv(1) == b""


def is_cut_off(client, pieces, pause):
    try:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
    except OSError:
        return True
    return False


def test_no_answer_names_the_program(narrow):
    for path in ("/api/auth/session", "/healthz", "/", "/x"):
        _, headers, _ = narrow.send(f"GET {path} HTTP/1.1")
        assert "server" not in headers


# --- Bodies ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    with warm(tmp_path_factory.mktemp("bodies")) as server:
        yield server


def post(server, path, size, *lines, sent=None):
    """Status, code and seconds of a request that says it has so many bytes."""
    began = time.monotonic()
    status, _, body = server.send(
        f"POST {path} HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {size}",
        *lines,
        body=b" " * (size if sent is None else sent),
    )
    return status, json.loads(body)["code"], time.monotonic() - began


@pytest.mark.parametrize("sent", [0, 5_000_000])
def test_a_small_address_refuses_a_large_body_from_its_header(server, sent):
    status, code, took = post(server, "/api/user/preferences", 5_000_000, sent=sent)
    assert (status, code) == (413, "too_large")
    assert sent or took < request_bodies.SECONDS


@pytest.mark.parametrize("path", ["/api/uploadImage", "/api/user/imports"])
def test_without_a_sign_in_no_large_body_is_waited_for(server, path):
    """Nor with one that is none."""
    for line in (
        "A: b",
        f"Cookie: sessionid={'a' * 32}",
        "Authorization: Bearer x.y.z",
    ):
        status, _, took = post(server, path, 5_000_000, line, sent=100)
        assert status == 401
        assert took < 5 + PROMPTLY


def test_an_unknown_address_reads_no_large_body(server):
    status, code, _ = post(server, "/api/nothing", 5_000_000, sent=100)
    assert (status, code) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_who_is_signed_in_sends_as_much_as_the_address_takes(server):
    cookie = f"Cookie: {cookie_of(UserFactory())}"
    for _ in range(2):  # the second time it is known
        status, code, _ = post(server, "/api/uploadImage", 5_000_000, cookie)
        assert (status, code) == (400, "invalid")


def read(bodies, size, client, pieces, pause=0):
    async def receive():
        await asyncio.sleep(pause)
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece}

    return run(bodies.read(size, client, receive))


def test_what_is_held_of_all_bodies_has_a_limit():
    bodies = RequestBodies(largest=1000, most=400)
    first = read(bodies, 100, "alice", iter([b"x" * 60, b"x" * 40]))
    assert first.file.read() == b"x" * 100
    with pytest.raises(ApiError):  # of one client a quarter
        read(bodies, 100, "alice", iter([b"x"]))
    others = [read(bodies, 90, name, iter([b"x" * 90])) for name in "bcd"]
    with pytest.raises(ApiError) as refused:
        read(bodies, 90, "e", iter([b"x" * 90]))
    assert refused.value.code == "busy"
    for body in (first, first, *others):
        body.release()
    assert (bodies.size, dict(bodies.held)) == (0, {})


def test_a_client_that_leaves_the_line_takes_its_body_along():
    """Else what leavers left behind would fill the server's limit until it restarts."""
    bodies = RequestBodies(largest=1000, most=400)
    bridge = Bridge(None, threads=1, line=9, bodies=bodies, senders=Senders())
    scope = {
        "method": "POST",
        "raw_path": b"/api/auth/signin",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "client": ("192.0.2.1", 1),
        "headers": [(b"content-length", b"50")],
    }

    async def receive():
        return {"type": "http.request", "body": b"x" * 50}

    async def leave_the_line():
        taken = await bridge.turns.take("192.0.2.1", is_write=True)
        waiting = asyncio.create_task(bridge(scope, receive, send=None))
        await asyncio.sleep(0.05)
        assert bodies.size == 50
        waiting.cancel()
        await asyncio.wait([waiting])
        give_back(taken)

    run(leave_the_line())
    assert (bodies.size, dict(bodies.held)) == (0, {})


def test_a_body_that_trickles_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(request_bodies, "SECONDS", 0.1)
    bodies = RequestBodies(largest=1000, most=400)
    with pytest.raises(ApiError) as refused:
        read(bodies, 100, "alice", iter([b"x"] * 100), pause=0.02)
    assert (refused.value.code, refused.value.status_code) == ("body_too_slow", 408)
    assert bodies.size == 0


# --- A database that hangs -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file does not end")
def test_a_connection_that_ends_after_the_last_row_is_a_database_that_is_away():
    rows = connection.chunked_cursor()
    rows.execute("SELECT 1")
    pid = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    try:
        with pytest.raises(OperationalError) as failed:
            rows.close()
    finally:
        connection.close()
        # psycopg takes it for open still, and would say so when it is collected.
        rows.cursor._closed = True
    assert to_api_error(failed.value).code == "busy"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file does not hang")
def test_a_database_that_hangs_is_found_out(tmp_path):
    """It takes connections and acknowledges what it gets, and answers nothing."""
    proxy = Proxy.to_test_database()
    cookie, token = cookie_of(UserFactory()), "of-this-test-alone"
    try:
        with warm(tmp_path, DATABASE_URL=proxy.url, METRICS_TOKEN=token) as server:
            api = Api(server, cookie)
            assert api("GET", "/api/user/watchList")[0] == 200
            proxy.freeze()
            with ThreadPoolExecutor(12) as pool:
                reads = [
                    pool.submit(timed, api, "GET", "/api/user/watchList")
                    for _ in range(12)
                ]
                time.sleep(0.3)
                bearer = f"Authorization: Bearer {token}"
                for path, expected, said in [
                    ("/healthz", 200, b"ok"),
                    ("/readyz", 503, b'"database":{"ok":false'),
                    ("/metrics", 200, b"database_answers 0.0"),
                    ("/", 200, b"html"),
                ]:
                    line = f"GET {path} HTTP/1.1"
                    status, _, body, took = timed(
                        server.send, line, bearer, f"Cookie: {cookie}"
                    )
                    assert (status, said in body) == (expected, True), path
                    assert took < 2 + PROMPTLY / 2, path
                for read in reads:
                    status, failure, took = read.result()
                    assert (status, failure["code"]) == (503, "busy")
                    assert took < 25
            proxy.thaw()
            assert wait_for(lambda: api("GET", "/api/user/watchList")[0] == 200)
            assert wait_for(lambda: server.send("GET /readyz HTTP/1.1")[0] == 200)
    finally:
        proxy.end()


def wait_for(condition, seconds=15):
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.1)
    return found
