"""The application as the server calls it, asked in charsets that are none."""

import json
from io import BytesIO

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from animecollections.wsgi import application

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _keep_the_connection():
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def call(method, path, content_type, body=b""):
    environ = RequestFactory().generic(method, path).environ
    environ |= {
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    told = []
    chunks = application(environ, lambda status, headers: told.append(status))
    body = b"".join(chunks)
    chunks.close()
    return told[0], json.loads(body)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain; charset=base64",
        "text/plain;CHARSET = idna",
        'text/plain; charset="rot13"; x=y',
        "text/plain; charset*=utf-8''hex",
        "text/plain; charset=nonsense",
        "text/plain; charset=utf-16",
    ],
)
def test_a_query_is_read_as_utf8(content_type):
    status, body = call("GET", "/api/auth/session?_=%C3%A4", content_type)
    assert status == "200 OK"
    assert body == {"success": True, "data": None}


@pytest.mark.parametrize("charset", ["base64", "utf-7", "utf-8"])
def test_a_form_is_read_as_utf8(alice, charset):
    form = b"email=alice%40example.org&password=Right-Horse-7"
    status, body = call(
        "POST", "/api/auth/signin?_=1", f"{FORM}; charset={charset}", form
    )
    assert status == "200 OK"
    assert body["data"]["user"]["name"] == "alice"
