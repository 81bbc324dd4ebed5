"""How the code is described in OpenAPI: `@documented` on a view's method.

    @documented(
        "Saves one search, or an array of them.",
        name="saveSearch",                      # what generated clients call it
        scope="history:write",                  # OPEN: anybody may (scopes.py)
        tags=["Search history"],
        body=SearchInput,                       # None: no body is read
        data={"message": str},                  # what stands under "data"
        meta={"next_cursor": nullable(str)},    # what may stand under "meta"
        parameters=[query("search", str, "Only searches that contain this text.")],
        errors=["anime_not_found"],             # codes of errors.CODES, or Refusals
        examples={"saved": {"message": "Search history saved"}},
        body_examples={"a query": {"query": "naruto"}},
        etag=True,                              # a GET that answers 304
        deprecated=Deprecated(since, until=…, instead="`getStats`"),  # shall go away
    )
    def create(self, request): ...

`data`, `meta` and the values in them are shapes (shapes.py). `meta` is always there
where one of its keys is, or where it is `Always({…})`. An example is the value of
`data`; `Example(data, meta)` shows both. Files are told by `files={"text/csv": str}`,
answers that are neither data nor failure by `others={303: "To the start page."}`.

What follows from the view is added by itself: the envelope; who may ask; the failures
that every call can meet (a body that cannot be read, a dead token, a rate limit …);
headers. Path converters tell the types of path parameters. What generators of typed
clients cannot read is avoided (decision 40); `make clients` tries them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter

from animecollections.api.deprecation import Deprecated
from animecollections.api.errors import CODES
from animecollections.api.paging import MAX_LIMIT
from animecollections.api.parameters import Parameter
from animecollections.api.shapes import (
    Json,
    nullable,
)
from animecollections.scopes import scopes_of

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Example:
    data: Any
    meta: Any = None


@dataclass(frozen=True)
class Refusal:
    """A code with what its `details` have, and a sample of them; `name` is that of the
    schema.
    """

    code: str
    name: str
    details: Json
    sample: Json


RETRY_AFTER = {"retry_after": int}
LATER = {"retry_after": 30}
# Ways to prove who one is: password, authenticator, passkey, recovery_code.
METHODS: Json = {"methods": [str]}
# Of the others only an app can tell (an entry): their operations name a Refusal.
REFUSALS = {
    refusal.code: refusal
    for refusal in (
        Refusal("busy", "Busy", RETRY_AFTER, LATER),
        Refusal("locked", "Locked", RETRY_AFTER, LATER),
        Refusal("throttled", "Throttled", RETRY_AFTER, LATER),
        Refusal(
            "scope_missing", "ScopeMissing", {"scope": str}, {"scope": "list:read"}
        ),
        Refusal(
            "cursor_expired",
            "CursorExpired",
            {"reload": str},
            {"reload": "/api/user/sync"},
        ),
        Refusal("proof_needed", "ProofNeeded", METHODS, {"methods": ["password"]}),
        Refusal(
            "second_factor_needed",
            "SecondFactorNeeded",
            {"ticket": str, **METHODS},
            {"ticket": "550e8400…", "methods": ["authenticator", "recovery_code"]},
        ),
        Refusal("unknown_anime_ids", "UnknownAnimeIds", {"ids": [str]}, {"ids": ["7"]}),
        Refusal(
            "unknown_parameter",
            "UnknownParameter",
            {"parameter": str, "nearest": nullable(str), "known": [str]},
            {"parameter": "titel", "nearest": "title", "known": ["limit", "title"]},
        ),
    )
}
TOLD_BY_APPS = ("batch_refused", "plan_stale", "revision_mismatch")


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


REQUEST_ID = header(
    "X-Request-Id",
    "An id of your own for this request, up to 100 letters, digits, `.`, `_` and `-`: "
    "the answer and the server's log then have it.",
)

# One parameter for which the schema is not true: as one that makes every key of an item
# optional, it would be of little use to anyone who leaves the parameter out.
FEWER_KEYS = "Items then lack keys that this document requires."

SHARED = {one.name for one in (IDEMPOTENCY_KEY, CLIENT_ID, ACCOUNT, REQUEST_ID)}


@dataclass(frozen=True)
class Documentation:
    summary: str
    name: str
    scopes: Sequence[str]
    description: str = ""
    tags: Sequence[str] = ()
    body: Any = None
    data: Any = None
    meta: Any = None
    parameters: Sequence[OpenApiParameter] = ()
    errors: Iterable[str | Refusal] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    body_examples: Mapping[str, Any] = field(default_factory=dict)
    etag: bool = False
    status: int = 200
    files: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[int, str] = field(default_factory=dict)
    deprecated: Deprecated | None = None

    @cached_property
    def codes(self) -> list[str]:
        return [one.code if isinstance(one, Refusal) else one for one in self.errors]

    @cached_property
    def refusals(self) -> dict[str, Refusal]:
        """By their code."""
        own = {one.code: one for one in self.errors if isinstance(one, Refusal)}
        return REFUSALS | own

    @cached_property
    def query_parameters(self) -> dict[str, Parameter]:
        return {one.name: one for one in self.parameters if isinstance(one, Parameter)}

    @cached_property
    def needs_query(self) -> bool:
        """Whether an empty query is refused."""
        return any(one.required for one in self.query_parameters.values())

    def takes(self, name: str) -> bool:
        """Whether a header or parameter of this name is read."""
        return any(one.name == name for one in self.parameters)


def documented(
    summary: str, *, name: str, scope: str | Sequence[str], **more: Any
) -> Callable[[View], View]:
    """Tells what a view's method takes and answers; see the top of this module."""
    documentation = Documentation(summary, name, scopes_of(scope), **more)
    unknown = [code for code in documentation.codes if code not in CODES]
    if unknown:
        raise ValueError(f"No such codes in errors.CODES: {', '.join(unknown)}")

    def remember(method: View) -> View:
        method.documentation = documentation  # type: ignore[attr-defined]
        return method

    return remember
