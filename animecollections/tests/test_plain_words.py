"""What refuses a value says so in our words, never in those of Django or of DRF.

Wrong values of every kind are sent in every field of every body, and as parameters of
the query; what comes back is compared with the catalogues of messages of both.
"""

import gettext
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import django
import orjson
import pytest
import rest_framework

from animecollections.api.reference import openapi
from animecollections.tests.test_query_parameters import OPERATIONS, WRONG, call

pytestmark = pytest.mark.django_db
DOCUMENT = orjson.loads(openapi())

CATALOGUES = [
    Path(django.__file__).parent / "conf/locale/de/LC_MESSAGES/django.mo",
    Path(django.__file__).parent / "contrib/auth/locale/de/LC_MESSAGES/django.mo",
    Path(rest_framework.__file__).parent / "locale/de/LC_MESSAGES/django.mo",
]
GAP = re.compile(r"%\(\w+\)[sdr]|%[sdr]|\{\w*(?::\w+)?\}")


@cache
def words_of_libraries():
    """All their sentences as one pattern: whatever stands in their gaps."""
    sentences = set()
    for path in CATALOGUES:
        with path.open("rb") as file:
            messages = gettext.GNUTranslations(file)._catalog
        for key in messages:
            sentences.add(key[0] if isinstance(key, tuple) else key)
    patterns = [
        ".*".join(map(re.escape, GAP.split(sentence)))
        for sentence in sentences
        if len(GAP.sub("", sentence).split()) > 2
    ]
    return re.compile("|".join(patterns), re.DOTALL)


def sentences(response):
    """What a refusal says, without the names of fields before it."""
    body = response.json()
    if body.get("success"):
        return
    for said in [body["error"], *(one for of in body["fields"].values() for one in of)]:
        yield said
        *_, last = said.split(": ", 1)
        yield last
        yield said.rsplit(": ", 1)[-1]


def check(response):
    assert response.status_code < 500, response.content
    if response.get("Content-Type") != "application/json":
        return
    for sentence in sentences(response):
        assert not words_of_libraries().fullmatch(sentence), sentence
        assert re.search(r"[.!?…)]$", sentence), sentence


ANY_VALUES = [
    None,
    True,
    5,
    -1,
    10**12,
    1.5,
    "",
    " ",
    "x",
    "x" * 20_000,
    "a\tb",
    "\u200b",
    [],
    ["x"],
    [None],
    [[]],
    [{}],
    [5] * 600,
    ["x" * 300],
    {},
    {"x": 1},
]


def bodies():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            if schema:
                yield method, path, schema


def resolved(schema):
    while "$ref" in schema or "oneOf" in schema or "allOf" in schema:
        for key in ("oneOf", "allOf"):
            if key in schema:
                schema = schema[key][0]
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = DOCUMENT["components"]["schemas"][name]
    return schema


BODIES = [*bodies()]
SAMPLES = {
    "animeId": 1535,
    "type": "Watching",
    "op": "add",
    "email": "a@example.org",
    "password": "Long-enough-7",
    "user_name": "somebody",
    "old_password": "Long-enough-7",
    "new_password": "12345678",
    "refresh": "x",
    "uid": "x",
    "token": "x",
    "image": "x",
}


def with_each_wrong(schema):
    properties = resolved(schema).get("properties", {})
    required = resolved(schema).get("required", [])
    right = {name: SAMPLES[name] for name in required if name in SAMPLES}
    yield {}
    for name, inner in properties.items():
        for value in ANY_VALUES:
            yield right | {name: value}
        item = resolved(resolved(inner).get("items", {}))
        for part in item.get("properties", {}):
            for value in ANY_VALUES:
                yield right | {name: [{part: value}]}


def test_the_words_of_libraries_are_known():
    for sentence in (
        "Select a valid choice. x is not one of the available choices.",
        "Ensure this value is less than or equal to 5.",
        "Ensure this field has no more than 50 characters.",
        "This field is required.",
        "Enter a valid email address.",
        "Invalid data. Expected a dictionary, but got int.",
        "Null characters are not allowed.",
        "This password is too common.",
    ):
        assert words_of_libraries().fullmatch(sentence), sentence


@pytest.mark.parametrize(
    ("method", "path", "schema"),
    BODIES,
    ids=[f"{method} {path}" for method, path, _ in BODIES],
)
def test_a_wrong_body_is_refused_in_our_words(
    client, death_note, settings, method, path, schema
):
    settings.THROTTLE_SCALE = settings.LOCKOUT_TRIES = 1_000_000
    path = re.sub(r"\{anime_id\}", "1535", path)
    path = re.sub(r"\{\w+\}", "0193ab0c-7a31-7c3e-9d0b-6f2f4f5f8a11", path)
    if path.endswith("/erase") or path == "/api/user":
        return  # the account would be gone
    for body in with_each_wrong(schema):
        check(getattr(client, method)(path, body))


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_wrong_parameter_is_refused_in_our_words(client, method):
    for used, path, name, value in WRONG:
        if used == method:
            check(call(client, method, path, urlencode({name: value}, doseq=True)))


def test_wrong_forms_are_refused_in_our_words(visitor, client):
    for name in ("email", "password"):
        for value in ("", "a\x00b", "x" * 5000):
            form = {"email": "a@example.org", "password": "x"} | {name: value}
            check(visitor.post("/api/auth/signin", form, format="multipart"))
    for form in ({}, {"file": "x"}, {"policy": "x", "exported_at": "\x00"}):
        check(client.post("/api/user/imports", form, format="multipart"))
        check(client.post("/api/uploadImage", form, format="multipart"))


def test_all_operations_are_tried():
    assert len(BODIES) > 20
    assert len(OPERATIONS) > len(BODIES)
