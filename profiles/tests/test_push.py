"""Web push: browsers that ask, what they are sent, and to which hosts nothing goes."""

import base64
import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django_tasks_db.models import DBTaskResult
from urllib3.exceptions import NewConnectionError

from animecollections.environ import kept_secret_key, read_key
from animecollections.management.commands.prepare import BYTES_OF_PUSH_KEY
from animecollections.ops import deadlines, public_hosts
from animecollections.ops.public_hosts import PinnedHTTP, PublicSession, what_is_wrong
from conftest import signed_in
from factories import AnimeFactory, personal_token
from profiles.models import Preferences, PushSubscription, UserNotice
from profiles.notifications.channels import push
from profiles.notifications.services import notify
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
URL = "/api/user/push"
KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
DRIPS = "drips"
PUBLIC = "https://push.example.com/wpush/v2/1"


@pytest.fixture(autouse=True)
def our_key(settings):
    settings.VAPID_PRIVATE_KEY = KEY


def text_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """What a browser keeps of its subscription."""

    auth = b"0123456789abcdef"

    def __init__(self, endpoint=PUBLIC):
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def asking(self):
        point = self.key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": text_of(point), "auth": text_of(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body):
        return json.loads(
            http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth)
        )


class Service(BaseHTTPRequestHandler):
    """A push service: keeps what it is sent, and answers as it is told."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.received.append((self.path, self.headers, self.rfile.read(length)))
        status = self.server.answers.pop(0) if self.server.answers else 201
        if status == DRIPS:
            self.drip()
            status = 201
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self):
        """A header, a letter now and then: for longer than anybody should wait."""
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 201 Created\r\nX-Letters: ")
            for _ in range(400):
                self.wfile.write(b"a")
                time.sleep(0.05)
            self.wfile.write(b"\r\n\r\n")

    def log_message(self, *args):
        pass


@contextmanager
def running(settings, allowed=True):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.received, server.answers = [], []
    port = server.server_address[1]
    settings.PRIVATE_HOSTS = [f"127.0.0.1:{port}"] if allowed else []
    server.url = f"http://127.0.0.1:{port}/send/1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def service(settings):
    with running(settings) as server:
        yield server


@pytest.fixture
def browser(client, service):
    browser = Browser(service.url)
    response = client.post(URL, browser.asking)
    assert response.status_code == 200, response.content
    return browser


def tell(user, number=1):
    AnimeFactory(id=number, title="Frieren")
    data = {"first_episode": 9, "episode": 9, "episodes": 12}
    key = f"aired:{number}:9"
    notify(user_id=user.pk, kind="episode", key=key, anime_id=number, data=data)


# --- What is sent ---------------------------------------------------------------------


def test_a_notice_reaches_the_browser_encrypted_and_signed(alice, service, browser):
    tell(alice)
    send_all()
    [(path, headers, body)] = service.received
    assert path == "/send/1"
    assert b"Frieren" not in body
    assert browser.read(body) == {
        "title": "Frieren",
        "body": "Episode 9 aired.",
        "tag": "1",
        "url": "/notices",
        "lang": "en",
    }
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["TTL"] == "86400"
    scheme, _, more = headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in more.split(","))
    assert (scheme, parts["k"]) == ("vapid", push.public_key())
    point = base64.urlsafe_b64decode(parts["k"] + "=")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    origin = service.url.removesuffix("/send/1")
    claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=origin)
    assert claims["sub"] == "mailto:noreply@localhost"
    [told] = PushSubscription.objects.of(alice.pk)
    assert told.last_sent_at is not None


def test_in_the_readers_language(alice, service, browser):
    Preferences.objects.filter(user=alice).update(language="es")
    tell(alice)
    send_all()
    assert browser.read(service.received[0][2])["body"] == "Se emitió el episodio 9."


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(alice, service, browser, status):
    service.answers = [status]
    tell(alice)
    send_all()
    assert not PushSubscription.objects.of(alice.pk).exists()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_is_asked_again_later(alice, service, browser, status):
    service.answers = [status]
    tell(alice)
    send_all()
    states = DBTaskResult.objects.values_list("status", flat=True)
    assert sorted(states) == ["FAILED", "READY"]
    failed = DBTaskResult.objects.get(status="FAILED").traceback
    assert service.url not in failed
    assert KEY not in failed


def test_what_the_service_refuses_is_not_sent_again(alice, service, browser):
    service.answers = [400]
    tell(alice)
    send_all()
    assert [row.status for row in DBTaskResult.objects.all()] == ["FAILED"]


def test_a_redirect_is_not_followed(alice, service, browser):
    service.answers = [302]
    tell(alice)
    send_all()
    assert [path for path, *_ in service.received] == ["/send/1"]


def test_what_was_read_meanwhile_is_not_sent(alice, service, browser):
    tell(alice)
    UserNotice.objects.of(alice.pk).update(read_at=alice.created_at)
    send_all()
    assert service.received == []


def test_nothing_is_queued_where_push_is_off(alice, service, browser):
    Preferences.objects.filter(user=alice).update(web_push=False)
    tell(alice)
    assert not DBTaskResult.objects.exists()


def test_a_new_password_ends_it(alice, service, browser):
    alice.set_password("Left-Horse-8")
    alice.save(update_fields=["password", "auth_epoch"])
    tell(alice)
    assert not DBTaskResult.objects.exists()


# --- Browsers -------------------------------------------------------------------------


def test_the_same_browser_asks_twice_and_is_one(client, alice):
    browser = Browser()
    first, second = (client.post(URL, browser.asking).json()["data"] for _ in range(2))
    assert first == second
    listed = client.get(URL).json()["data"]
    assert listed == {"public_key": push.public_key(), "browsers": [first]}
    assert PUBLIC not in json.dumps(listed)
    for _ in range(2):
        assert client.delete(f"{URL}/{first['id']}").status_code == 200
    assert client.get(URL).json()["data"]["browsers"] == []


def test_strangers_see_and_end_their_own_alone(client, other_client, alice):
    id_ = client.post(URL, Browser().asking).json()["data"]["id"]
    assert other_client.get(URL).json()["data"]["browsers"] == []
    other_client.delete(f"{URL}/{id_}")
    assert PushSubscription.objects.of(alice.pk).count() == 1


def test_a_token_cannot_make_one(visitor, alice):
    headers = {"Authorization": f"Bearer {personal_token(alice, 'list:write')}"}
    answer = visitor.post(URL, Browser().asking, headers=headers)
    assert answer.json()["code"] == "scope_missing"


def test_there_is_a_most(client, monkeypatch):
    monkeypatch.setattr(push, "MOST_BROWSERS", 1)
    assert client.post(URL, Browser(PUBLIC).asking).status_code == 200
    assert (
        client.post(URL, Browser(PUBLIC + "2").asking).json()["code"] == "browsers_full"
    )
    assert client.post(URL, Browser(PUBLIC).asking).status_code == 200


def test_without_a_key_there_is_no_push(client, settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert client.get(URL).json()["data"]["public_key"] is None
    assert client.post(URL, Browser().asking).json()["code"] == "push_not_set_up"


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": None},
        {"keys": {"p256dh": "AAAA", "auth": text_of(Browser.auth)}},
        {
            "keys": {
                "p256dh": text_of(b"\x04" + bytes(64)),
                "auth": text_of(Browser.auth),
            }
        },
        {"keys": {**Browser().asking["keys"], "auth": "AAAA"}},
        {"keys": {**Browser().asking["keys"], "auth": "é" * 22}},
        {"endpoint": None},
        {"endpoint": "https://push.example.com/" + "x" * 1000},
    ],
)
def test_what_no_browser_gives_is_refused(client, alice, changes):
    response = client.post(URL, Browser().asking | changes)
    assert response.status_code == 400
    assert not PushSubscription.objects.of(alice.pk).exists()


# --- Hosts ----------------------------------------------------------------------------

NOT_PUBLIC = [
    "http://push.example.com/1",
    "https://127.0.0.1/1",
    "https://10.0.0.7/1",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/1",
    "https://[::ffff:127.0.0.1]/1",
    "https://[64:ff9b::a00:7]/1",
    "https://[64:ff9b:1:a00:7::]/1",
    "https://[::a00:7]/1",
    "https://[fec0::7]/1",
    "https://[2002:7f00:1::]/1",
    "https://[fe80::1]/1",
    "https://[fec0::1]/1",
    "https://[64:ff9b:1::a00:7]/1",
    "https://[64:ff9b:1:a00:0:700::]/1",
    "https://[::10.0.0.7]/1",
    "https://224.0.0.1/1",
    "https://0.0.0.0/1",
    "https://localhost/1",
    "https://db/1",
    "https://printer.local/1",
    "https://user:pass@push.example.com/1",
    "https://push.example.com:99999/1",
    "ftp://push.example.com/1",
    "javascript:alert(1)",
    "https://",
    "",
]


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_addresses_that_are_not_of_the_internet_are_refused(client, alice, url):
    response = client.post(URL, Browser(url).asking)
    assert response.status_code == 400, url
    assert not PushSubscription.objects.of(alice.pk).exists()


def test_public_ones_are_taken():
    assert what_is_wrong("https://updates.push.services.example.com/wpush/v2/1") == ""
    assert what_is_wrong("https://93.184.215.14/1") == ""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "::1",
        "::ffff:10.0.0.1",
        "169.254.169.254",
        "fec0::7",
        "64:ff9b:1::a00:7",
        "::a00:7",
    ],
)
def test_a_name_that_means_a_private_address_is_not_connected_to(
    settings, monkeypatch, address
):
    with running(settings, allowed=False) as service:
        port = service.server_address[1]
        found = [(2, 1, 6, "", (address, port))]
        monkeypatch.setattr(public_hosts.socket, "getaddrinfo", lambda *a, **k: found)
        with (
            PublicSession() as session,
            pytest.raises(requests.ConnectionError, match="public internet"),
        ):
            session.post(f"https://push.example.com:{port}/1", data=b"x")
        assert service.received == []


def test_one_that_drips_is_waited_for_until_the_deadline_alone(settings, monkeypatch):
    monkeypatch.setattr(public_hosts, "SECONDS_IN_ALL", 0.5)
    with running(settings) as service, PublicSession() as session:
        service.answers.append(DRIPS)
        with pytest.raises(requests.ConnectionError):
            session.post(service.url, data=b"x")


def test_only_so_many_addresses_of_a_name_are_tried(service, monkeypatch):
    found = [f"127.0.0.{n}" for n in (2, 3, 4, 5, 1)]  # the last one alone listens
    monkeypatch.setattr(public_hosts, "public_addresses", lambda *_: found)
    with PublicSession() as session:
        with pytest.raises(requests.ConnectionError):
            session.post(service.url, data=b"x")
        del found[0]
        assert session.post(service.url, data=b"x").status_code == 201
    connection = PinnedHTTP("127.0.0.1", service.server_address[1], timeout=5)
    with deadlines.deadline(0), pytest.raises(NewConnectionError, match="too slow"):
        connection.connect()


def test_without_a_thread_there_is_no_deadline(monkeypatch):
    class NoTimer(threading.Timer):
        def start(self):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(deadlines, "Timer", NoTimer)
    with pytest.raises(RuntimeError), deadlines.deadline(0):
        pass
    assert deadlines.seconds_left(5) == 5


def test_plain_http_goes_nowhere_but_where_the_operator_says(settings):
    with running(settings, allowed=False) as service:
        with PublicSession() as session, pytest.raises(public_hosts.NotPublicError):
            session.post(service.url, data=b"x")
        assert service.received == []


def test_proxies_of_the_environment_are_not_asked(settings, monkeypatch):
    with running(settings) as service:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", "")
        with PublicSession() as session:
            assert session.post(service.url, data=b"x").status_code == 201


def test_the_key_of_prepare_is_one(tmp_path):
    path = tmp_path / "key"
    assert read_key(path) == ""
    made = kept_secret_key(path, BYTES_OF_PUSH_KEY)
    assert read_key(path) == made
    assert path.stat().st_mode & 0o077 == 0
    assert push.our_key(made).public_key is not None


def test_who_signs_in_elsewhere_is_not_asked_again(alice):
    """The list is of the account, not of one session."""
    one, other = signed_in(alice), signed_in(alice)
    one.post(URL, Browser().asking)
    assert len(other.get(URL).json()["data"]["browsers"]) == 1
