"""The OpenAPI document: whole, valid, and true to the addresses there are."""

import copy
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import orjson
import pytest
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from animecollections.api.errors import CODES
from animecollections.api.openapi import ApiSchema, enveloped, sample
from animecollections.api.reference import openapi
from animecollections.api.schema import (
    REFUSALS,
    Example,
    documented,
)
from animecollections.api.shapes import Raw, Words, either, nullable
from animecollections.scopes import OPEN

DOCUMENT = orjson.loads(openapi())


def operations():
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    ]


each_operation = pytest.mark.parametrize(
    "operation",
    [operation for _, operation in operations()],
    ids=[name for name, _ in operations()],
)


def resolved(part):
    while "$ref" in part:
        name = part["$ref"].removeprefix("#/").split("/")
        part = DOCUMENT
        for step in name:
            part = part[step]
    return part


def addresses(patterns, prefix="/"):
    """Every address below /api that a view of the API answers, as the schema has it."""
    for pattern in patterns:
        whole = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, whole)
        elif getattr(pattern.callback, "initkwargs", {}).get("schema", 0) is None:
            continue  # another spelling of an address that is told
        elif f"{whole}/".startswith("/api/") and hasattr(pattern.callback, "actions"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", whole)
            methods = set(pattern.callback.actions) - {"head", "options"}
            yield from ((path, method) for method in methods)


def test_it_is_made_without_a_warning(capsys):
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    validate_schema(made)
    assert made["openapi"].startswith("3.1")


def test_it_has_every_address_and_no_other():
    told = {
        (path, method)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert told == set(addresses(get_resolver().url_patterns))


def test_every_tag_has_its_place_in_the_order():
    placed = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for _, operation in operations() for tag in operation["tags"]} <= placed


CONTRACT = """
POST /api/auth/signup
POST /api/auth/signin
POST /api/auth/signout
GET /api/auth/session
POST /api/auth/token
POST /api/auth/token/refresh
POST /api/auth/token/revoke
POST /api/auth/password
POST /api/auth/password/reset
POST /api/auth/password/reset/confirm
POST /api/auth/ticket
GET POST DELETE /api/user/watchList
GET /api/user/watchList/counts
GET PATCH DELETE /api/user/watchList/{anime_id}
POST /api/user/watchList/{anime_id}/increment
POST /api/user/watchList/move
POST /api/user/watchList/batch
GET /api/user/operations
POST /api/user/operations/{operation_id}/undo
GET /api/user/sync
GET POST DELETE /api/user/searchHistory
DELETE /api/user/searchHistory/{search_id}
GET POST PATCH /api/user/profile
POST /api/user/updateProfile
GET PATCH POST /api/user/preferences
POST /api/saveUserPreferences
POST /api/user/saveUserPreferences
POST /api/uploadImage
GET /api/animes
GET /api/animes/{anime_id}
GET /api/genres
GET /api/studios
"""


@pytest.mark.parametrize("line", CONTRACT.split("\n")[1:-1])
def test_what_shipped_clients_speak_stays(line):
    *methods, path = line.split()
    assert {method.lower() for method in methods} <= DOCUMENT["paths"][path].keys()


def test_the_names_of_operations_are_unique():
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+[A-Za-z0-9]+", name) for name in names)


@each_operation
def test_every_operation_says_what_it_does(operation):
    assert re.match(r"[A-Z].*\.$", operation["summary"], re.DOTALL)
    assert operation["tags"]
    assert operation["description"]


@each_operation
def test_every_parameter_says_what_it_is(operation):
    for parameter in map(resolved, operation["parameters"]):
        assert re.match(r"\S", parameter["description"]), parameter["name"]


def success_of(operation):
    """200; of what leads a browser on, 302."""
    return next(
        told for status, told in operation["responses"].items() if status < "400"
    )


@each_operation
def test_every_operation_shows_an_example_that_is_true(operation):
    """A file needs none."""
    content = success_of(operation)["content"]
    for media in content.values():
        if "success" not in media["schema"].get("properties", {}):
            continue
        assert media["examples"]
        for example in media["examples"].values():
            check(example["value"], media["schema"])


@each_operation
def test_every_example_of_a_body_is_true(operation):
    content = resolved(operation.get("requestBody", {})).get("content", {})
    for media in content.values():
        for example in media.get("examples", {}).values():
            check(example["value"], media["schema"])


def check(value, schema):
    whole = copy.deepcopy(schema) | {"components": DOCUMENT["components"]}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert not errors


@each_operation
def test_every_operation_names_its_failures(operation):
    failures = {
        int(status): resolved(response)
        for status, response in operation["responses"].items()
        if int(status) >= 400
    }
    assert {400, 429, 500, 503} <= failures.keys()
    if {} not in (operation["security"] or [{}]):
        assert 401 in failures
    for status, response in failures.items():
        media = response["content"]["application/json"]
        schema = media["schema"]
        shapes = [resolved(shape) for shape in schema.get("oneOf", [schema])]
        can_be = [code for one in shapes for code in one["properties"]["code"]["enum"]]
        assert len(can_be) == len(set(can_be))
        assert {CODES[code].status for code in can_be} == {status}
        assert media["examples"].keys() <= {*can_be}
        for code, example in media["examples"].items():
            assert resolved(example)["value"]["code"] == code
            check(resolved(example)["value"], schema)


@pytest.mark.parametrize(("name", "operation"), operations(), ids=str)
def test_writes_name_what_guards_them(name, operation):
    if name.startswith("GET"):
        assert ("403" in operation["responses"]) == ("x-scopes" in operation)
    else:
        assert {"403", "411", "413"} <= operation["responses"].keys()
    headers = {resolved(part)["name"] for part in operation["parameters"]}
    assert "X-Request-Id" in headers
    assert ("X-Client-Id" in headers) == ("Idempotency-Key" in headers)


def test_every_code_can_be_met():
    """Whatever the table has, some operation names; but for what comes before any, or
    in the admin alone.
    """
    named = {
        code
        for response in DOCUMENT["components"]["responses"].values()
        for code in response["content"]["application/json"]["examples"]
    }
    elsewhere = {"not_found", "forbidden", "method_not_allowed", "already_decided"}
    assert CODES.keys() - named <= elsewhere


# --- What generators of typed clients need (decision 40; `make clients` runs them) ---


def parts(of, place="#"):
    """Every object of the document, with its place; not what examples show."""
    if isinstance(of, list):
        for inner in of:
            yield from parts(inner, place)
    if isinstance(of, dict):
        yield place, of
        for name, inner in of.items():
            if name not in ("example", "examples"):
                yield from parts(inner, f"{place}/{name}")


PARTS = [*parts(DOCUMENT)]


def test_words_are_enums_and_null_is_said_once():
    for place, part in PARTS:
        assert not isinstance(part.get("const"), str | int), place
        assert {} not in part.get("anyOf", ()), place
        assert None not in part.get("enum", ()), place
        assert not {"x-spec-enum-id", "nullable"} & part.keys(), place


def test_no_two_keys_of_an_object_are_one_name_in_some_language():
    for place, part in PARTS:
        if isinstance(names := part.get("properties"), dict):
            plain = Counter(name.replace("_", "").lower() for name in names)
            assert set(plain.values()) <= {1}, place


def test_what_has_a_usual_value_may_be_left_out():
    assert [place for place, part in PARTS if "default" in part] == []


@each_operation
def test_a_body_is_of_one_kind(operation):
    assert len(operation.get("requestBody", {"content": "1"})["content"]) == 1


@each_operation
def test_meta_is_optional_only_where_it_may_be_missing(operation):
    for media in success_of(operation)["content"].values():
        schema = media["schema"]
        if "required" in schema.get("properties", {}).get("meta", ()):
            assert "meta" in schema["required"]


def test_whatever_is_answered_in_words_has_a_named_type():
    """The same words as in requests: both are one type."""
    schemas = DOCUMENT["components"]["schemas"]
    for one, other, key in [
        ("Entry", "AddEntryInput", "type"),
        ("Entry", "AddEntryInput", "state"),
        ("Preferences", "PreferencesInput", "scoreFormat"),
        ("Preferences", "PreferencesInput", "theme"),
        ("ImportPlan", "ImportPolicyChangeInput", "policy"),
    ]:
        [same] = {
            schemas[name]["properties"][key]["$ref"].rpartition("/")[2]
            for name in (one, other)
        }
        assert "enum" in schemas[same]


def test_what_clients_keep_has_a_named_type():
    named = {"Profile", "Preferences", "CurrentUser", "Session", "Statistics"}
    assert named <= DOCUMENT["components"]["schemas"].keys()


def test_descriptions_speak_of_the_api_and_not_of_the_code():
    root = Path(__file__).parents[2]
    classes = {
        name
        for app in ("animecollections", "collections_app", "history", "profiles")
        for path in (root / app).rglob("*.py")
        for name in re.findall(r"^class (\w+)", path.read_text(), re.M)
    }
    modules = re.compile(r"\b\w+\.py\b|\bfor the schema\b|\b[a-z_]+\.[a-z]+_[a-z]+\b")
    names = {name for name in classes if re.match(r"\w+[a-z]\w*[A-Z]", name)}
    for place, part in PARTS:
        said = part.get("description")
        if isinstance(said, str):
            said = re.sub(r"`meta\.\w+`|meta\.\w+", "", said)
            assert not modules.search(said), (place, said)
            assert not names & {*re.findall(r"\w+", said)}, (place, said)


# --- How it is served --------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_open_to_all_and_kept_by_browsers(visitor):
    response = visitor.get("/api/schema")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == DOCUMENT
    again = visitor.get("/api/schema", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_the_page_needs_neither_internet_nor_inline_script(visitor):
    response = visitor.get("/api/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'data-schema="/api/schema"' in page
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 4
    assert all(source.startswith("/static/") for source in sources)
    assert not re.search(r"<script>|<style|style=|\son\w+=", page)


@pytest.mark.parametrize(
    "name", ["docs.js", "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"]
)
def test_the_files_of_the_page_are_there(visitor, db, name):
    response = visitor.get(f"/static/{name}")
    response.close()
    assert response.status_code == 200


# --- Its maker ---------------------------------------------------------------------


def test_a_code_that_is_none_is_refused():
    with pytest.raises(ValueError, match="made_up"):
        documented("Does.", name="do", scope=OPEN, errors=["not_found", "made_up"])


def test_an_example_may_show_meta():
    assert enveloped([1]) == {"success": True, "data": [1]}
    assert enveloped(Example([1], {"total": 1}))["meta"] == {"total": 1}


def test_a_failure_is_shown_as_it_comes():
    details = sample("throttled", REFUSALS["throttled"])["details"]
    assert details == {"retry_after": 30}
    assert "30 seconds" in sample("throttled")["error"]
    assert "{" not in sample("anime_not_found")["error"]


def test_shapes():
    shape = ApiSchema().shape
    assert shape(None) == {"type": "null"}
    assert shape([int]) == {"type": "array", "items": {"type": "integer"}}
    assert shape(nullable(str)) == {"type": ["string", "null"]}
    assert shape(either(int, str)) == {
        "anyOf": [{"type": "integer"}, {"type": "string"}]
    }
    assert shape(either(Raw(), None)) == {}
    assert shape(list[Literal["a", "b"]]) == {
        "type": "array",
        "items": {"type": "string", "enum": ["a", "b"]},
    }
    assert shape(Annotated[str, Words(("a", "b"))])["enum"] == ["a", "b"]
    assert shape(Raw(minimum=1)) == {"minimum": 1}
    assert shape({"a": str, "b?": bool}) == {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}},
    }
