"""Clients that leave, or stand still, in the middle: nobody else waits for them."""

import struct
import time
from contextlib import ExitStack
from pathlib import Path
from socket import SO_LINGER, SO_RCVBUF, SOL_SOCKET, socket

import pytest

from animecollections.tests.serving import serve

pytestmark = pytest.mark.races

THREADS = 2
PICTURE = f"images/{'0' * 8}-0000-4000-8000-{'0' * 12}/{'a' * 32}.webp"
SIZE = 20 * 1024 * 1024
DOWNLOAD = f"GET /media/{PICTURE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    home = tmp_path_factory.mktemp("stalls")
    file = home / "media" / PICTURE
    file.parent.mkdir(parents=True)
    with file.open("wb") as picture:
        picture.truncate(SIZE)
    with serve(home, WEB_THREADS=str(THREADS)) as server:
        yield server


def memory_of(server):
    """Megabytes of all its processes."""
    main = server.process.pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    statistics = [Path(f"/proc/{pid}/statm").read_text() for pid in (main, *children)]
    return sum(int(text.split()[1]) for text in statistics) * 4096 // 1024**2


def small_client(server):
    """A connection whose own end takes in little."""
    client = socket()
    client.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
    client.settimeout(20)
    client.connect(("127.0.0.1", server.port))
    return client


def still_answers(server):
    status, _, body = server.send("GET /api/auth/session HTTP/1.1")
    return (status, body) == (200, b'{"success":true,"data":null}')


def test_a_large_download_arrives_whole(server):
    status, headers, body = server.send(f"GET /media/{PICTURE} HTTP/1.1")
    assert status == 200
    assert int(headers["content-length"]) == len(body) == SIZE


def test_20_downloads_that_are_left_stop_nothing(server):
    for _ in range(20):
        client = small_client(server)
        client.sendall(DOWNLOAD)
        client.recv(1000)
        client.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # with a reset, as a phone that loses its network
    assert still_answers(server)


@pytest.mark.skipif(not Path("/proc").exists(), reason="memory is read from /proc")
def test_readers_that_stand_still_hold_neither_threads_nor_much_memory(server):
    before = memory_of(server)
    with ExitStack() as stack:
        clients = [stack.enter_context(small_client(server)) for _ in range(20)]
        for client in clients:
            client.sendall(DOWNLOAD)
            client.recv(1000)
        assert still_answers(server)
        assert memory_of(server) - before < 20 * SIZE / 1024**2 / 4
    assert still_answers(server)


def test_uploads_that_stand_still_hold_no_threads(server):
    head = (
        b"POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Length: 1000\r\n\r\n{"
    )
    with ExitStack() as stack:
        for _ in range(2 * THREADS + 1):
            stack.enter_context(server.connect()).sendall(head)
        time.sleep(0.2)
        assert still_answers(server)


def test_an_upload_that_breaks_off_is_never_taken_for_whole(server):
    """Five spaces after an object are still an object."""
    with server.connect() as client:
        client.sendall(
            b"POST /api/auth/signout HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 1000\r\n\r\n{}     "
        )
        client.shutdown(1)
        assert not client.recv(65536).startswith(b"HTTP/1.1 200")
    assert still_answers(server)


def test_connections_that_say_nothing_stop_nothing(server):
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(server.connect())
        assert still_answers(server)
