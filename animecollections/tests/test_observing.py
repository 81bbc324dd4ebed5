"""What is counted (/metrics) and logged of every request, and what never is."""

import json
import logging
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from prometheus_client.parser import text_string_to_metric_families

from animecollections.ops import reporting
from animecollections.ops.logs import JsonFormatter, NoSecrets, pseudonym, redacted
from animecollections.ops.observing import known_user_id
from animecollections.tests.postgres import Proxy
from animecollections.tests.serving import serve
from conftest import signed_in
from history.models import Job
from profiles.accounts import tasks

TOKEN = "of-this-test-alone"
NOW = timezone.now()
SECRETS = {
    "Authorization: Bearer abc.def-ghi": "abc.def-ghi",
    '{"password": "Right-Horse-7"}': "Right-Horse-7",
    "password=Right-Horse-7&email=a@example.org": "Right-Horse-7",
    "GET /ws/user?ticket=s3cr3t-ticket HTTP/1.1": "s3cr3t-ticket",
    "Cookie: sessionid=abcdef0123456789; a=b": "abcdef0123456789",
    "postgres://anime:hunter22@db.example.org/anime": "hunter22",
    "redis://:hunter22@cache:6379/0": "hunter22",
    "DETAIL:  Key (email)=(mia@example.org) already exists.\nhere": "mia@example.org",
    "refused eyJhbGciOiJI.eyJ1c2VyIjox.c2lnbmF0dXJl here": "eyJ1c2VyIjox",
}


# --- Metrics ---------------------------------------------------------------------


def scrape(settings, token=TOKEN):
    settings.METRICS_TOKEN = TOKEN
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get("/metrics", headers=headers)


def figures(settings):
    response = scrape(settings)
    assert response.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def test_metrics_are_for_whoever_has_the_token(settings, db):
    assert Client().get("/metrics").status_code == 404
    for token in ("", "of-this-test-alonf"):
        assert scrape(settings, token).status_code == 401
    assert scrape(settings).status_code == 200


def test_requests_count_by_route_method_and_status(
    client, death_note, settings, django_capture_on_commit_callbacks
):
    keys = {
        ("http_requests_total", "POST", "api/user/watchList", "200"): 1,
        ("http_requests_total", "GET", "none", "404"): 1,
        ("http_request_seconds_count", "POST", "api/user/watchList"): 1,
        ("writes_total",): 1,
        ("http_requests_running",): 0,
    }
    before = figures(settings)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    client.get("/api/user/watchList/1535")
    client.get("/made-up/1535")
    after = figures(settings)
    for key, more in keys.items():
        assert after[key] - before.get(key, 0) == more, key
    assert any("watchList/" in str(key) for key in after)
    assert not any("1535" in str(key) for key in after)
    assert not any("made-up" in str(key) for key in after)


def test_the_outbox_and_the_jobs_are_told(settings, db):
    tasks.mail_reset.enqueue(email="a@example.org")
    ago = NOW - timezone.timedelta(hours=1)
    Job.objects.create(name="prune", due_at=ago, due_since=ago, seconds=2.5)
    Job.objects.create(name="figures", due_at=NOW, due_since=ago, has_failed=True)
    found = figures(settings)
    assert found["tasks_waiting",] == 1
    assert found["job_late_seconds", "prune"] >= 3600
    assert found["job_seconds", "prune"] == 2.5
    assert found["job_failed", "prune"] == 0
    assert found["job_failed", "figures"] == 1
    assert found["job_late_seconds", "figures"] >= 3600


# --- Logs ------------------------------------------------------------------------


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_in_production_each_request_is_a_line_of_json(alice, death_note, tmp_path):
    """By the real server: who it was only under a pseudonym, and no secret at all."""
    cookie = signed_in(alice).cookies["sessionid"].value
    key = "of-this-test-alone-" * 3
    production = {"DEBUG": "false", "HTTPS": "false", "SECRET_KEY": key}
    with serve(tmp_path, **production) as server:
        body = b'{"animeId": 1535, "type": "Watching", "notes": "mine alone"}'
        status, headers, answer = server.send(
            "POST /api/user/watchList?_=s3cr3t HTTP/1.1",
            f"Cookie: sessionid={cookie}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            body=body,
        )
        assert status == 200, answer
        server.send("GET /api/nothing?token=s3cr3t HTTP/1.1")
        server.stop()
        text = server.log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    write, nothing = [line for line in lines if line.get("event") == "request"]
    assert write["route"] == "api/user/watchList"
    assert (write["method"], write["status"]) == ("POST", 200)
    assert write["ms"] > 0
    assert write["request_id"] == headers["x-request-id"]
    assert write["operation_id"] == json.loads(answer)["meta"]["operation_id"]
    assert re.fullmatch("[0-9a-f]{16}", write["user"])
    assert (nothing["status"], nothing.get("user")) == (404, None)
    warned = [line for line in lines if line.get("logger") == "django.request"]
    assert warned[0]["message"] == "Not Found: /api/nothing"
    assert warned[0]["request_id"] == nothing["request_id"]
    for secret in (cookie, "s3cr3t", str(alice.pk), alice.email, "mine alone"):
        assert secret not in text


def test_a_pseudonym_is_the_same_for_the_same_user_under_the_same_key(
    alice, stranger, settings
):
    first = pseudonym(alice.pk)
    assert first == pseudonym(alice.pk) != pseudonym(stranger.pk)
    settings.SECRET_KEY = "another" * 8
    assert pseudonym(alice.pk) != first


def record_of(message, *args, **more):
    record = logging.LogRecord("x", logging.WARNING, "f", 1, message, args, None)
    vars(record).update(more)
    return record


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_reaches_no_log(text):
    """Whoever logs it, as a message, an argument or the text of an exception."""
    secret = SECRETS[text]
    assert secret not in redacted(text)
    assert "here" not in text or "here" in redacted(text)
    assert secret not in JsonFormatter().format(record_of("got %s", text))
    plain = record_of("got %s", text)
    assert NoSecrets().filter(plain)
    assert secret not in plain.getMessage()
    try:
        raise ValueError(text)
    except ValueError:
        failed = record_of("failed", exc_info=sys.exc_info())
    line = JsonFormatter().format(failed)
    assert "Traceback" in line
    assert secret not in line


def test_a_plain_line_stays_as_it_is():
    text = "3 tasks of killed workers queued again at 10:30; see the log"
    assert redacted(text) == text
    line = json.loads(JsonFormatter().format(record_of(text)))
    assert line.pop("timestamp").endswith("Z")
    assert line == {"message": text, "level": "warning", "logger": "x"}


def test_a_line_that_cannot_be_made_is_no_failure_of_the_request():
    class Lazy:
        def __str__(self):
            raise OperationalError("the connection is closed")

    for record in (record_of("%d tasks", "three"), record_of("for %s", Lazy())):
        assert NoSecrets().filter(record)
        assert "could not be made" in record.getMessage()


def test_the_log_asks_for_no_user_that_nobody_asked_for():
    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(lambda: 1 / 0)
    assert known_user_id(request) is None
    request.user = SimpleLazyObject(lambda: SimpleNamespace(id=7))
    assert str(request.user.id) == "7"
    assert known_user_id(request) == 7


@pytest.mark.races
@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file is never away")
def test_a_failing_request_is_logged_while_the_database_is_away(tmp_path):
    proxy = Proxy.to_test_database()
    options = {"REQUEST_LOG": "true", "LOG_FORMAT": "json"}
    try:
        with serve(tmp_path, DATABASE_URL=proxy.url, **options) as server:
            cookie = "Cookie: sessionid=" + "a" * 32
            assert server.send("GET /api/user/watchList HTTP/1.1", cookie)[0] == 401
            proxy.close()
            for path in ("/api/user/watchList", "/admin/"):
                status, headers, _ = server.send(f"GET {path} HTTP/1.1", cookie)
                assert status == 503, path
                assert headers["retry-after"]
            server.stop()
            text = server.log.read_text()
    finally:
        proxy.end()
    lines = [json.loads(line) for line in text.splitlines() if '"request"' in line]
    assert [line["status"] for line in lines] == [401, 503, 503]


# --- Reports ---------------------------------------------------------------------


def test_a_report_carries_no_secret():
    event = {
        "transaction": "reset",
        "request": {
            "method": "GET",
            "headers": {"Cookie": "a=b", "Referer": "http://x/?q=in+private"},
            "url": "http://x/reset",
            "query_string": "q=in+private",
        },
        "exception": {"values": [{"value": "password=s3cr3t", "line": 3}]},
    }
    cleaned = reporting.without_secrets(event, None)
    assert cleaned == {
        "transaction": "reset",
        "request": {"method": "GET"},
        "exception": {"values": [{"value": "password=…", "line": 3}]},
    }


def test_what_led_to_a_failure_is_told_by_lines_of_the_log_alone():
    line = {"type": "log", "message": "Jobs wait for the database"}
    assert reporting.only_lines(line, None) == line
    for category in ("query", "httplib", "redis"):
        assert reporting.only_lines({"category": category}, None) is None


class Sink:
    """A collector of OpenTelemetry on a port of its own; keeps what it is sent."""

    def __init__(self):
        self.bodies = bodies = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names", ["", "http,database"], ids=["older", "newer"])
def test_a_trace_carries_patterns_and_no_address_header_or_value(
    alice, death_note, tmp_path, names
):
    """By the real exporter of a real server, with names of either convention."""
    cookie = signed_in(alice).cookies["sessionid"].value
    secrets = {
        "GET /reset?uid=1&token=s3cr3t-token HTTP/1.1": b"s3cr3t-token",
        "GET /api/animes?q=s3cr3t-search HTTP/1.1": b"s3cr3t-search",
        "GET /api/user/watchList/1535-s3cr3t-path HTTP/1.1": b"s3cr3t-path",
        "GET /made/up/s3cr3t-address HTTP/1.1": b"s3cr3t-address",
        "S3CR3T-METHOD /api HTTP/1.1": b"S3CR3T-METHOD",
    }
    with Sink() as sink:
        traced = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": sink.url,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "DATABASE_PREPARED": "true",
            "OTEL_SEMCONV_STABILITY_OPT_IN": names,
            "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST": ".*",
        }
        with serve(tmp_path, **traced) as server:
            for request in secrets:
                server.send(
                    request,
                    f"Cookie: sessionid={cookie}",
                    "User-Agent: s3cr3t-agent",
                    "Referer: http://localhost/?q=s3cr3t-referer",
                    "tracestate: s3cr3t=s3cr3t-state",
                    f"traceparent: 00-{'a' * 32}-{'b' * 16}-01",
                )
            with server.connect() as client:  # refused as without traces
                client.sendall(b"GET /api HTTP/1.1\r\nHost: s3cr3t.example\r\n\r\n")
                refusal = client.recv(65536).lower()
            assert b" 400 " in refusal
            assert b"x-request-id" in refusal
            server.stop()
        told = b"".join(sink.bodies)
    assert b"api/animes" in told
    assert b"api/user/watchList/" in told
    assert bytes.fromhex("a" * 32) in told  # goes on with the caller's trace
    if connection.vendor == "postgresql":
        assert b"i.auth_epoch" in told  # of a hot statement
    for secret in (
        *secrets.values(),
        cookie.encode(),
        b"s3cr3t",
        b"127.0.0.1",
        alice.email.encode(),
        str(alice.pk).encode(),
    ):
        assert secret not in told, secret


STATEMENTS = {
    "SELECT 1 FROM t1 WHERE a = 'it''s me' AND n = 42": (
        "SELECT ? FROM t1 WHERE a = ? AND n = ?"
    ),
    'SELECT "it\'s" FROM t WHERE a = %s AND b = $1': (
        'SELECT "it\'s" FROM t WHERE a = %s AND b = $1'
    ),
    r"SELECT E'a\'b', 2.5e3 /* for s3cr3t */ -- s3cr3t": "SELECT ?, ? ? ?",
    "DO $x$ s3cr3t 'a $x$": "DO ?",
    "SELECT 'cut off in the mid": "SELECT ?",
}


def test_a_statement_is_told_without_the_values_in_it():
    """In another process: here nothing imports OpenTelemetry (see below)."""
    code = (
        "import sys, json; from animecollections.ops.tracing import without_values;"
        "print(json.dumps([without_values(text) for text in json.load(sys.stdin)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(list(STATEMENTS)),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == list(STATEMENTS.values())


@pytest.mark.parametrize(
    ("name", "package"), [("SENTRY_DSN", "sentry_sdk"), ("TRACES_URL", "opentelemetry")]
)
def test_a_report_needs_its_package_and_says_so(settings, monkeypatch, name, package):
    setattr(settings, name, "http://key@localhost:9/1")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImproperlyConfigured, match=r"requirements-reporting\.txt"):
        reporting.start()


def test_without_an_address_nothing_is_imported(settings):
    reporting.start()
    assert "sentry_sdk" not in sys.modules
    # (redis imports OpenTelemetry's own package by itself, where it is installed.)
    assert "animecollections.ops.tracing" not in sys.modules
    assert "opentelemetry.instrumentation.django" not in sys.modules
