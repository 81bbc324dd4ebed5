"""How the code is told in OpenAPI: `@documented` on a view's method.

    @documented(
        "Saves one search, or an array of them.",
        scope="history:write",                  # OPEN: anybody may (scopes.py)
        tags=["Search history"],
        body=SearchInput,                       # None: no body is read
        data={"message": str},                  # what stands under "data"
        meta={"next_cursor": nullable(str)},    # what may stand under "meta"
        parameters=[query("search", str, "Only searches that contain this text.")],
        errors=["anime_not_found"],             # codes of errors.CODES
        examples={"saved": {"message": "Search history saved"}},
        body_examples={"a query": {"query": "naruto"}},
        etag=True,                              # a GET that answers 304
    )
    def create(self, request): ...

`data`, `meta` and the values in them are a serializer class or instance (also with
many=True), a type (str, int, datetime, UUID, a TypedDict, list[int] …), `{name: …}` for
an object ("name?" where a key may be missing), `[…]` for an array, `nullable(…)`,
`either(…, …)`, `chosen(Serializer)` for a list that `fields=` narrows, `Raw(…)` for
plain JSON schema, or None for null. An example is the
value of `data`; `Example(data, meta)` shows both. Files are told by
`files={"text/csv": str}`, answers that are neither data nor failure by
`others={303: "To the start page."}`.

What follows from the view is added by itself: the envelope; who may ask; the failures
that every call can meet (a body that cannot be read, a dead token, a rate limit …);
headers. Path converters tell the types of path parameters.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from itertools import groupby
from typing import Any, TypeVar

from django.conf import settings
from drf_spectacular.drainage import warn
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    ResolvedComponent,
    build_array_type,
    build_basic_type,
    force_instance,
    is_basic_type,
    is_list_serializer,
    is_serializer,
    resolve_type_hint,
)
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.permissions import SAFE_METHODS

from animecollections.api.errors import CODES
from animecollections.api.paging import MAX_LIMIT
from animecollections.api.parameters import Parameter
from animecollections.scopes import OPEN, scopes_of

View = TypeVar("View", bound=Callable[..., Any])
Json = dict[str, Any]

ANY_CALL = (
    "bad_request",
    "invalid",
    "unknown_parameter",
    "text_unusable",
    "address_too_long",
    "headers_too_large",
    "throttled",
    "server_error",
    "busy",
)
KNOWN_CALLER = ("token_invalid", "token_expired", "session_ended", "other_account")
KEPT_ANSWERS = ("key_reused", "still_running")
UNSAFE_CALL = ("cross_site", "body_too_slow", "length_required", "too_large")
BODY = (
    "object_expected",
    "json_invalid",
    "json_not_utf8",
    "json_too_deep",
    "json_too_many_values",
    "json_duplicate_key",
    "json_number",
    "unsupported_media_type",
)

FAILURE: Json = {
    "type": "object",
    "description": "Every failed request gets this. `docs/errors.md` lists all codes.",
    "required": [
        "success",
        "error",
        "code",
        "status",
        "fields",
        "details",
        "request_id",
    ],
    "properties": {
        "success": {"const": False},
        "error": {"type": "string", "description": "One sentence for a person."},
        "code": {"type": "string", "description": "A stable code for programs."},
        "status": {"type": "integer", "description": "The HTTP status, repeated."},
        "fields": {
            "type": "object",
            "description": "Sentences by field name.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "details": {
            "type": "object",
            "description": "More data for programs, such as `retry_after` in seconds.",
        },
        "request_id": {"type": "string", "description": "For reports to the operator."},
    },
}
HEADERS: dict[str, Json] = {
    "X-Request-Id": {
        "description": (
            "The request's id in the server's log; a valid one from the client is used."
        ),
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left in the window: r requests, t seconds.",
        "schema": {"type": "string"},
        "example": '"read";r=599;t=42',
    },
    "RateLimit-Policy": {
        "description": "The limit: q requests in w seconds.",
        "schema": {"type": "string"},
        "example": '"read";q=600;w=60',
    },
    "Idempotency-Replayed": {
        "description": "Present if this repeats the first answer.",
        "schema": {"const": "true"},
    },
    "ETag": {
        "description": "Send it as If-None-Match; 304 means that nothing changed.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait before a retry.",
        "schema": {"type": "integer"},
    },
}


class Raw(dict[str, Any]):
    """A piece of JSON schema, taken as it is."""


def nullable(shape: Any) -> tuple[Any, ...]:
    """The shape, or null."""
    return either(shape, None)


def either(*shapes: Any) -> tuple[Any, ...]:
    """One of the shapes."""
    return _Either(shapes)


class _Either(tuple[Any, ...]):
    pass


def chosen(serializer: Any) -> tuple[Any, ...]:
    """A list of whole items or, with `fields=`, of those of their keys."""
    return either(serializer(many=True), [_SomeOf([serializer])])


class _SomeOf(list[Any]):
    pass


@dataclass(frozen=True)
class Example:
    data: Any
    meta: Any = None


def query(name: str, type: Any, description: str, **more: Any) -> Parameter:
    """A query parameter; `more` as Parameter has it (enum, required, many …)."""
    return Parameter(name, type, description, **more)


def header(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, "header", description=description, **more)


def paging(usual: int | None = None, most: int = MAX_LIMIT) -> tuple[Parameter, ...]:
    """usual: how many a page has where nobody says; all, if None."""
    if_absent = usual or "all"
    return (
        query(
            "limit",
            int,
            f"Items per page, at most {most}; {if_absent} if absent. "
            "`meta.next_cursor` then leads to the next page.",
            minimum=1,
            maximum=most,
        ),
        query("cursor", str, "`meta.next_cursor` of the previous page."),
    )


IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    "1–255 printable ASCII characters. A retry with the same key and body gets "
    "the first answer again, with `Idempotency-Replayed: true`. Stored for 30 "
    "days.",
)

CLIENT_ID = header(
    "X-Client-Id",
    "A name that the device chooses for itself, up to 100 characters; live "
    "messages and operations name the writer by it.",
)

ACCOUNT = header(
    "X-Account",
    "The id of the account that the request is for. If the cookie or token "
    "belongs to another account, nothing is done (409 `other_account`). For "
    "shared browsers.",
)


@dataclass(frozen=True)
class Documentation:
    summary: str
    scopes: Sequence[str]
    description: str = ""
    tags: Sequence[str] = ()
    body: Any = None
    data: Any = None
    meta: Any = None
    parameters: Sequence[OpenApiParameter] = ()
    errors: Iterable[str] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    body_examples: Mapping[str, Any] = field(default_factory=dict)
    etag: bool = False
    status: int = 200
    files: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def query_parameters(self) -> dict[str, Parameter]:
        return {one.name: one for one in self.parameters if isinstance(one, Parameter)}

    def takes(self, name: str) -> bool:
        """Whether a header or parameter of this name is read."""
        return any(one.name == name for one in self.parameters)


def documented(
    summary: str, *, scope: str | Sequence[str], **more: Any
) -> Callable[[View], View]:
    """Tells what a view's method takes and answers; see the top of this module."""
    documentation = Documentation(summary, scopes_of(scope), **more)
    unknown = [code for code in documentation.errors if code not in CODES]
    if unknown:
        raise ValueError(f"No such codes in errors.CODES: {', '.join(unknown)}")

    def remember(method: View) -> View:
        method.documentation = documentation  # type: ignore[attr-defined]
        return method

    return remember


class ApiSchema(AutoSchema):
    """One operation, from its `@documented` and from what its view is."""

    doc = Documentation("", OPEN)

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Json | None:
        action = getattr(self.view, getattr(self.view, "action", method.lower()))
        self.doc = getattr(action, "documentation", ApiSchema.doc)
        if not self.doc.summary:
            warn(f"{method} {path} has no @documented")
        return super().get_operation(path, path_regex, path_prefix, method, registry)

    def get_operation_id(self) -> str:
        """`getUserWatchListByAnimeId`: unique, and as stable as the address."""
        path = self.path.removeprefix("/api").replace("{", "by_") or "root"
        words = re.findall(r"[A-Za-z0-9]+", path)
        return self.method.lower() + "".join(
            word[0].upper() + word[1:] for word in words
        )

    def get_summary(self) -> str:
        return self.doc.summary

    def get_description(self) -> str:  # type: ignore[override]
        return self.doc.description

    def get_tags(self) -> list[str]:
        return list(self.doc.tags) or super().get_tags()

    def get_override_parameters(self) -> list[Any]:
        parameters = list(self.doc.parameters)
        if self.doc.etag:
            parameters.append(header("If-None-Match", "The ETag of a stored answer."))
        if self.keeps_answers:
            parameters += [IDEMPOTENCY_KEY, CLIENT_ID]
        if self.view.get_authenticators():
            parameters.append(ACCOUNT)
        return parameters

    def _get_parameters(self) -> list[Json]:
        parameters: list[Json] = super()._get_parameters()
        for parameter in parameters:
            if parameter["in"] == "query" and not parameter.get("required"):
                parameter["allowEmptyValue"] = True
        return parameters

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Whether `data` is an array is said, never guessed."""
        return False

    @property
    def keeps_answers(self) -> bool:
        keeps = getattr(self.view, "keeps_answers", False)
        return bool(keeps) and self.method not in SAFE_METHODS

    def get_auth(self) -> list[Any]:
        """With the scopes that the operation needs, by whatever one is signed in."""
        scopes = list(self.doc.scopes)
        return [dict.fromkeys(one, scopes) for one in super().get_auth()]

    def get_request_serializer(self) -> Any:
        return self.doc.body

    def get_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(name, value, request_only=True, media_type=media_type)
            for name, value in self.doc.body_examples.items()
            for media_type in self.map_parsers()[:1]
        ]

    def _get_request_body(self, direction: Any = "request") -> Json | None:
        if self.doc.body is None:
            return None
        method = self.method
        # drf-spectacular knows no DELETE with a body; shipped clients send one.
        self.method = "POST" if method == "DELETE" else method
        try:
            body: Json | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method
        if body and getattr(self.view, "accepts_array", False):
            for media in body["content"].values():
                one = media["schema"]
                media["schema"] = {"oneOf": [one, {"type": "array", "items": one}]}
        return body

    def _get_response_bodies(self, direction: Any = "response") -> Json:
        answers = {str(self.doc.status): self.success()}
        if self.doc.etag:
            answers["304"] = self.told(
                "Nothing changed since the ETag in the request.", "ETag"
            )
        for status, description in self.doc.others.items():
            answers[str(status)] = self.told(description)
        return answers | self.failures()

    def success(self) -> Json:
        headers = ["RateLimit", "RateLimit-Policy"]
        if self.doc.etag:
            headers.append("ETag")
        if self.keeps_answers:
            headers.append("Idempotency-Replayed")
        if self.doc.files:
            content = {
                media_type: {"schema": self.shape(shape)}
                for media_type, shape in self.doc.files.items()
            }
        else:
            content = {"application/json": self.envelope()}
        return self.told("Done.", *headers) | {"content": content}

    def envelope(self) -> Json:
        properties = {"success": {"const": True}, "data": self.shape(self.doc.data)}
        if self.doc.meta is not None:
            properties["meta"] = self.shape(self.doc.meta)
        media: Json = {
            "schema": {
                "type": "object",
                "required": ["success", "data"],
                "properties": properties,
            }
        }
        if self.doc.examples:
            media["examples"] = {
                name.replace(" ", "_"): {"summary": name, "value": enveloped(value)}
                for name, value in self.doc.examples.items()
            }
        return media

    def shape(self, of: Any) -> Json:
        """JSON schema of a value of `data` or `meta`; see the top of this module."""
        match of:
            case None:
                return {"type": "null"}
            case Raw():
                return dict(of)
            case _SomeOf():
                whole = self.resolve_serializer(force_instance(of[0]), "response")
                properties = whole.schema["properties"]
                return {
                    "type": "object",
                    "properties": properties,
                    "additionalProperties": False,
                }
            case _Either():
                return {"anyOf": [self.shape(inner) for inner in of]}
            case dict():
                return {
                    "type": "object",
                    "required": [name for name in of if not name.endswith("?")],
                    "properties": {
                        name.removesuffix("?"): self.shape(inner)
                        for name, inner in of.items()
                    },
                }
            case list():
                return {"type": "array", "items": self.shape(of[0])}
        of = force_instance(of)
        if is_list_serializer(of):
            return build_array_type(self.shape(of.child))
        if is_serializer(of):
            return dict(self.resolve_serializer(of, "response").ref)
        if is_basic_type(of):
            return dict(build_basic_type(of) or {})
        return dict(with_null(resolve_type_hint(of)))

    def failures(self) -> Json:
        codes = sorted(self.codes(), key=lambda code: (CODES[code].status, code))
        by_status = groupby(codes, key=lambda code: CODES[code].status)
        return {
            str(status): self.failure(status, [*same]) for status, same in by_status
        }

    def codes(self) -> set[str]:
        codes = {*self.doc.errors, *ANY_CALL}
        if self.view.get_authenticators():
            codes.update(KNOWN_CALLER)
            if {} not in self.get_auth():
                codes.add("not_signed_in")
            if self.doc.scopes:
                codes.add("scope_missing")
        if self.method not in SAFE_METHODS:
            codes.update(UNSAFE_CALL)
        if self.keeps_answers:
            codes.update(KEPT_ANSWERS)
        if self.doc.body is not None:
            codes.update(BODY)
        return codes

    def failure(self, status: int, codes: list[str]) -> Json:
        of_these = {"code": {"enum": codes}, "status": {"const": status}}
        whole = self.component("schemas", "Failure", FAILURE)
        schema = {"allOf": [whole, {"type": "object", "properties": of_these}]}
        examples = {
            code: self.component("examples", code, {"value": sample(code)})
            for code in codes
        }
        headers = ["Retry-After"] if status in (429, 503) else []
        content = {"application/json": {"schema": schema, "examples": examples}}
        response = self.told(
            f"{HTTPStatus(status).phrase}: {', '.join(codes)}", *headers
        )
        # Most operations share most of these.
        return self.component(
            "responses", ".".join(codes), response | {"content": content}
        )

    def told(self, description: str, *headers: str) -> Json:
        return {
            "description": description,
            "headers": {
                name: self.component("headers", name, HEADERS[name])
                for name in ("X-Request-Id", *headers)
            },
        }

    def component(self, kind: str, name: str, content: Json) -> Json:
        component = ResolvedComponent(name, kind, content, object=name)
        self.registry.register_on_missing(component)
        return dict(component.ref)


def with_null(schema: Any) -> Any:
    """OpenAPI 3.1 has no `nullable`, which drf-spectacular writes for `str | None`."""
    if isinstance(schema, list):
        return [with_null(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: with_null(inner) for name, inner in schema.items()}
    if not schema.pop("nullable", False):
        return schema
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"oneOf": [schema, {"type": "null"}]}


def enveloped(value: Any) -> Json:
    example = value if isinstance(value, Example) else Example(value)
    body: Json = {"success": True, "data": example.data}
    return body if example.meta is None else body | {"meta": example.meta}


class _Parts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


def sample(code: str) -> Json:
    """A failure with this code, as it may come."""
    kind = CODES[code]
    body: Json = {
        "success": False,
        "error": kind.sentence.format_map(_Parts(retry_after=30, limit="65,536")),
        "code": code,
        "status": kind.status,
        "fields": {},
        "details": {},
        "request_id": "5f0c2f3e9d5b4f0a8e4b6d1c7a90e3b2",
    }
    if kind.status in (429, 503):
        body["details"] = {"retry_after": 30}
    return body


def any_of_null(result: Any, **_: Any) -> Any:
    """What may be anything or null is null in two ways, which `oneOf` would refuse."""
    if isinstance(result, dict):
        if {"type": "null"} in result.get("oneOf", ()):
            result["anyOf"] = result.pop("oneOf")
        for inner in result.values():
            any_of_null(inner)
    elif isinstance(result, list):
        for inner in result:
            any_of_null(inner)
    return result


class CookieScheme(OpenApiAuthenticationExtension):
    target_class = "profiles.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> Json:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A browser's session cookie, set by signing in or up.",
        }


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "profiles.accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> Json:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An app's access token, from POST /api/auth/token.",
        }
