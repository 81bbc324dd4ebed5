"""OpenAPI of one operation, from its `@documented` (schema.py) and its view."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.conf import settings
from drf_spectacular.drainage import has_override, warn
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample
from rest_framework.permissions import SAFE_METHODS

from animecollections.api.errors import CODES
from animecollections.api.schema import (
    ACCOUNT,
    CLIENT_ID,
    IDEMPOTENCY_KEY,
    REFUSALS,
    REQUEST_ID,
    SHARED,
    TOLD_BY_APPS,
    Documentation,
    Example,
    Refusal,
    header,
)
from animecollections.api.shapes import (
    Always,
    Json,
    Shapes,
)
from animecollections.scopes import ACCOUNT as ACCOUNT_SCOPE
from animecollections.scopes import GRANTABLE, OPEN, SANDBOX, SCOPES

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

TRUE: Json = {"type": "boolean", "enum": [True]}
FALSE: Json = {"type": "boolean", "enum": [False]}
PATH_PARAMETERS = {
    "anime_id": "Our id (`1535`), or a site's (`mal:1535`).",
    "app_id": "The `id` of an app.",
    "browser_id": "The `id` of a browser that gets pushed notices.",
    "delivery_id": "The `id` of a delivery of this webhook.",
    "device_id": "The `id` of a device.",
    "feed_id": "The `id` of a feed.",
    "identity_id": "The `id` of a provider that signs in.",
    "image_id": "The `id` of a stored picture.",
    "import_id": "The `id` of an import.",
    "moderation_id": "The `id` of a decision of the service's staff.",
    "operation_id": "The `id` of an operation.",
    "provider_id": "The `id` of a provider.",
    "rule_id": "The `id` of a rule about what players say.",
    "scrobble_id": "The `id` of what a player said.",
    "search_id": "The `id` of a search.",
    "passkey_id": "The `id` of a passkey.",
    "share_id": "The `id` of a link.",
    "together_id": "The `id` of what was watched together.",
    "token": "What stands at the end of the link's address.",
    "user_name": "A user name, in any case.",
    "year": "The year to review.",
    "secret": "What stands in the link of the mail.",
    "token_id": "The `id` of a personal token.",
    "list_id": "The `id` of a list, or its `client_key`.",
    "viewing_id": "The `id` of a viewing; of the only one, that of its entry.",
    "watched_id": "The `id` of a row of the diary.",
    "webhook_id": "The `id` of a webhook.",
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
        "schema": {"type": "string", "enum": ["true"]},
    },
    "ETag": {
        "description": "Send it as If-None-Match; 304 means that nothing changed.",
        "schema": {"type": "string"},
    },
    "Deprecation": {
        "description": "Since when this is deprecated: @ and seconds (RFC 9745).",
        "schema": {"type": "string"},
        "example": "@1801353600",
    },
    "Sunset": {
        "description": "From when on this may be gone (RFC 8594).",
        "schema": {"type": "string"},
        "example": "Mon, 31 Jan 2028 00:00:00 GMT",
    },
    "Link": {
        "description": "Where the deprecation is explained.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait before a retry.",
        "schema": {"type": "integer"},
    },
}

SYNC = "/api/user/sync"


class ApiSchema(Shapes, AutoSchema):
    """One operation, from its `@documented` and from what its view is.

    name: of a second address of the same method: each operation has a name of its own.
    """

    doc = Documentation("", "", OPEN)

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Json | None:
        action = getattr(self.view, getattr(self.view, "action", method.lower()))
        self.doc = getattr(action, "documentation", ApiSchema.doc)
        if not self.doc.summary:
            warn(f"{method} {path} has no @documented")
        operation: Json | None = super().get_operation(
            path, path_regex, path_prefix, method, registry
        )
        # An empty list says that nobody need sign in; none says nothing.
        return operation and {"security": [], **operation}

    def get_operation_id(self) -> str:
        return self.name or self.doc.name

    def get_summary(self) -> str:
        return self.doc.summary

    def get_description(self) -> str:  # type: ignore[override]
        scopes = " ".join(f"`{scope}`" for scope in self.doc.scopes)
        needs = f"Scope: {scopes}." if scopes else "Anybody may call it."
        leaves = self.doc.deprecated.sentence if self.doc.deprecated else ""
        return " ".join(filter(None, [leaves, self.doc.description, needs]))

    def is_deprecated(self) -> bool:
        return self.doc.deprecated is not None

    def get_tags(self) -> list[str]:
        return list(self.doc.tags) or super().get_tags()

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [*self.doc.parameters, REQUEST_ID]
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
            if parameter["in"] == "path":
                about = PATH_PARAMETERS.get(parameter["name"], "")
                parameter.setdefault("description", about)
        return [
            self.component("parameters", one["name"], one)
            if one["name"] in SHARED
            else one
            for one in parameters
        ]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name = str(super().get_serializer_name(serializer, direction))
        if has_override(serializer, "component_name"):
            return name
        return re.sub("(Input|Output)$", "", name)

    def _get_serializer_name(self, *args: object, **more: object) -> str:
        """`…Input`: some generators name their own types `AddEntryRequest`."""
        name: str = super()._get_serializer_name(*args, **more)
        return re.sub("Request$", "Input", name)

    def _is_list_view(self, serializer: object = None) -> bool:
        """Whether `data` is an array is said, never guessed."""
        return False

    @property
    def keeps_answers(self) -> bool:
        keeps = getattr(self.view, "keeps_answers", False)
        return bool(keeps) and self.method not in SAFE_METHODS

    def get_auth(self) -> list[Json]:
        """Nothing, where nobody can sign in: `[{}]` is taken for a duty to."""
        ways: list[Json] = super().get_auth()
        return [] if ways == [{}] else ways

    def map_parsers(self) -> list[str]:
        """One: generators make no call of two kinds of bodies. The others that a view
        reads its description tells.
        """
        return list(super().map_parsers())[:1]

    def get_extensions(self) -> Json:
        """Not under `security`: of cookies and tokens it has none by the standard's own
        list, and linters refuse them there.
        """
        return {"x-scopes": list(self.doc.scopes)} if self.doc.scopes else {}

    def get_request_serializer(self) -> Any:
        return self.doc.body

    def get_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(name, value, request_only=True, media_type=media_type)
            for name, value in self.doc.body_examples.items()
            for media_type in self.map_parsers()
        ]

    def _get_request_body(self, direction: object = "request") -> Json | None:
        if self.doc.body is None:
            return None
        method = self.method
        # drf-spectacular knows no DELETE with a body; shipped clients send one.
        self.method = "POST" if method == "DELETE" else method
        try:
            body: Json | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method
        if body and isinstance(self.doc.body, dict):
            body["required"] = True  # the parts of a form are told by hand
        return body

    def _get_response_bodies(self, direction: object = "response") -> Json:
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
        if self.doc.deprecated:
            headers += self.doc.deprecated.headers
        if self.doc.files:
            content = {
                media_type: {"schema": self.shape(shape)}
                for media_type, shape in self.doc.files.items()
            }
        else:
            content = {"application/json": self.envelope()}
        return self.told("Done.", *headers) | {"content": content}

    def envelope(self) -> Json:
        properties = {"success": TRUE, "data": self.shape(self.doc.data)}
        required, meta = ["success", "data"], self.doc.meta
        if meta is not None:
            properties["meta"] = self.shape(meta)
            if isinstance(meta, Always) or not all(name.endswith("?") for name in meta):
                required.append("meta")
        media: Json = {
            "schema": {
                "type": "object",
                "required": required,
                "properties": properties,
            }
        }
        if self.doc.examples:
            media["examples"] = {
                name.replace(" ", "_"): {"summary": name, "value": enveloped(value)}
                for name, value in self.doc.examples.items()
            }
        return media

    def failures(self) -> Json:
        codes = sorted(self.codes(), key=lambda code: (CODES[code].status, code))
        by_status = groupby(codes, key=lambda code: CODES[code].status)
        return {
            str(status): self.failure(status, [*same]) for status, same in by_status
        }

    def codes(self) -> set[str]:
        codes = {*self.doc.codes, *ANY_CALL}
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
        shapes = [*dict.fromkeys(map(self.failed_by, codes))]
        schema: Json = (
            {"oneOf": [{"$ref": ref} for ref in shapes]}
            if len(shapes) > 1
            else {"$ref": shapes[0]}
        )
        examples = {code: self.shown(code) for code in codes}
        headers = ["Retry-After"] if status in (429, 503) else []
        content = {"application/json": {"schema": schema, "examples": examples}}
        response = self.told(
            f"{HTTPStatus(status).phrase}: {', '.join(codes)}", *headers
        )
        # Most operations share most of these.
        names = ".".join(map(self.name_of, codes))
        return self.component("responses", names, response | {"content": content})

    def told(self, description: str, *headers: str) -> Json:
        return {
            "description": description,
            "headers": {
                name: self.component("headers", name, HEADERS[name])
                for name in ("X-Request-Id", *headers)
            },
        }

    def name_of(self, code: str) -> str:
        return self.doc.refusals[code].name if code in self.doc.refusals else code

    def shown(self, code: str) -> Json:
        value = {"value": sample(code, self.doc.refusals.get(code))}
        return self.component("examples", self.name_of(code), value)

    def failed_by(self, code: str) -> str:
        """The address of the schema of a failure: codes of one status share it, but for
        those whose details have something.
        """
        status = CODES[code].status
        if refusal := self.doc.refusals.get(code):
            shape = failed(status, [code], self.shape(refusal.details))
            name = f"Failure{refusal.name}"
        else:
            shape = failed(status, plain_codes(status), {"type": "object"})
            name = f"Failure{status}"
        return str(self.component("schemas", name, shape)["$ref"])


def plain_codes(status: int) -> list[str]:
    """Those whose details have nothing."""
    same = (code for code, kind in CODES.items() if kind.status == status)
    return [one for one in same if one not in REFUSALS and one not in TOLD_BY_APPS]


def failed(status: int, codes: Sequence[str], details: Json) -> Json:
    """A failure. Every key is in every one, so that a client reads them unasked."""
    properties = {
        "success": FALSE,
        "error": {"type": "string", "description": "One sentence for a person."},
        "code": {"type": "string", "enum": [*codes]},
        "status": {"type": "integer", "enum": [status]},
        "fields": {
            "type": "object",
            "description": "Sentences by the name of the field that was sent.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "details": details,
        "request_id": {"type": "string", "description": "For reports to the operator."},
    }
    return {"type": "object", "required": [*properties], "properties": properties}


def enveloped(value: object) -> Json:
    example = value if isinstance(value, Example) else Example(value)
    body: Json = {"success": True, "data": example.data}
    return body if example.meta is None else body | {"meta": example.meta}


class _Parts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


def sample(code: str, refusal: Refusal | None = None) -> Json:
    """A failure with this code, as it may come."""
    kind = CODES[code]
    return {
        "success": False,
        "error": kind.sentence.format_map(_Parts(retry_after=30, limit="65,536")),
        "code": code,
        "status": kind.status,
        "fields": {},
        "details": refusal.sample if refusal else {},
        "request_id": "5f0c2f3e9d5b4f0a8e4b6d1c7a90e3b2",
    }


class CookieScheme(OpenApiAuthenticationExtension):
    target_class = "profiles.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> Json:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A browser's session cookie, set by signing in or up.",
        }


class PersonalTokenScheme(OpenApiAuthenticationExtension):
    target_class = "profiles.personal_tokens.authentication.PersonalTokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: object) -> Json:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ac_pat_…",
            "description": "A personal token, from POST /api/user/tokens. It can do "
            "what its scopes allow; each operation names its own. One of the scope "
            "`sandbox` may send `X-Simulate: 409`, `412`, `429`, `503`, `slow=3`, "
            "`drop-answer` or `stale-cursor` (`docs/fault-drill.md`).",
        }


class BearerScheme(OpenApiAuthenticationExtension):
    """One header, and two ways to come by what stands in it."""

    target_class = "profiles.accounts.authentication.BearerAuthentication"
    name = ["bearer", "oauth2"]

    def get_security_requirement(self, auto_schema: ApiSchema) -> list[Json]:  # type: ignore[override]
        """Apps cannot be given what `account` is for, and work in no sandbox."""
        scopes = list(auto_schema.doc.scopes)
        if SANDBOX in scopes:
            return []
        ways: list[Json] = [{"bearer": []}]
        return ways if ACCOUNT_SCOPE in scopes else [*ways, {"oauth2": scopes}]

    def get_security_definition(self, auto_schema: object) -> list[Json]:
        addresses = {
            "authorizationUrl": f"{settings.PUBLIC_URL}/oauth/authorize",
            "tokenUrl": f"{settings.PUBLIC_URL}/oauth/token",
            "refreshUrl": f"{settings.PUBLIC_URL}/oauth/token",
            "scopes": {scope: SCOPES[scope] for scope in sorted(GRANTABLE)},
        }
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An app's access token, from POST /api/auth/token.",
            },
            {
                "type": "oauth2",
                "description": "A registered app that a person let in: authorization "
                "code with PKCE (S256), or the device flow of RFC 8628 at "
                "/oauth/device_authorization. All addresses: "
                "/.well-known/oauth-authorization-server.",
                "flows": {"authorizationCode": addresses},
            },
        ]
