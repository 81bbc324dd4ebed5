"""Every way the API says no: one table of codes.

`docs/errors.md` documents the table; a test keeps page and table equal.
"""

from dataclasses import dataclass
from typing import Any

from rest_framework import exceptions


@dataclass(frozen=True, slots=True)
class Kind:
    """A failure: its status, and its sentence with the named parts to fill in."""

    status: int
    sentence: str


CODES: dict[str, Kind] = {
    # Bodies and values
    "object_expected": Kind(400, "Send a JSON object {{…}} as the body, not {found}."),
    "json_invalid": Kind(
        400, "The body is not valid JSON: look at line {line}, column {column}."
    ),
    "json_not_utf8": Kind(
        400, "The body is not UTF-8 text: byte {position} does not fit."
    ),
    "json_too_deep": Kind(400, "The body nests deeper than {limit} levels."),
    "json_duplicate_key": Kind(
        400, 'The body has the key "{key}" twice in one object: send it once.'
    ),
    "json_number": Kind(
        400, "The body has a number that cannot be kept: {number}. Send a finite one."
    ),
    "text_unusable": Kind(
        400,
        "A text in the body has a NUL or half a surrogate pair, which cannot be kept.",
    ),
    "invalid": Kind(400, "{sentence}"),
    "bad_request": Kind(400, "The request could not be understood."),
    "invalid_cursor": Kind(
        400, "This cursor is not one of ours: start again without it."
    ),
    "unknown_anime_ids": Kind(
        400, "The catalogue has no anime with these ids: {ids}. Nothing was saved."
    ),
    "ambiguous_id": Kind(
        400, "{id} is claimed by more than one title ({titles}): use our id of one."
    ),
    # Who is asking
    "not_signed_in": Kind(401, "Sign in first."),
    "token_invalid": Kind(401, "This access token is not valid: sign in again."),
    "token_expired": Kind(
        401, "This access token has expired: refresh it, or sign in again."
    ),
    "session_ended": Kind(401, "This session has ended: sign in again."),
    "wrong_credentials": Kind(401, "E-mail or password is wrong."),
    "cross_site": Kind(
        403, "This request came from another site, so nothing was done."
    ),
    "forbidden": Kind(403, "This account may not do that."),
    # Things
    "not_found": Kind(404, "There is nothing here by that name."),
    "anime_not_found": Kind(404, "The catalogue has no anime with the id {id}."),
    "method_not_allowed": Kind(405, "{method} does not work here; use {allowed}."),
    "email_taken": Kind(
        409, "An account with this e-mail exists already: sign in instead."
    ),
    "user_name_taken": Kind(409, "This user name is taken: choose another."),
    "length_required": Kind(411, "Send the body with a Content-Length header."),
    "too_large": Kind(413, "The body is larger than the {limit} bytes allowed here."),
    "unsupported_media_type": Kind(
        415, "Send JSON (application/json), not {content_type}."
    ),
    # Not now
    "throttled": Kind(429, "Too many requests: try again in {retry_after} seconds."),
    "locked": Kind(
        429, "Too many wrong passwords: try again in {retry_after} seconds."
    ),
    "server_error": Kind(
        500, "Something went wrong on our side, and nothing was changed. Try again."
    ),
    "busy": Kind(503, "The service is busy: try again in {retry_after} seconds."),
}


class ApiError(exceptions.APIException):
    """A refusal by one of the CODES.

    fields:  what is wrong with each field, sentences by the name the client sent.
    details: more for the program (`entry` of a 412, `retry_after` of a 429 …).
    parts:   fill the sentence.
    """

    def __init__(
        self,
        code: str,
        *,
        fields: dict[str, Any] | None = None,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **parts: Any,
    ) -> None:
        kind = CODES[code]
        self.code = code
        self.status_code = kind.status
        self.sentence = kind.sentence.format(**parts)
        self.fields = fields
        self.details = details
        self.headers = headers or {}
        super().__init__(detail=self.sentence, code=code)


def not_now(code: str, retry_after: int) -> ApiError:
    """A 429 or 503 that says when to come back, in sentence, details and header."""
    return ApiError(
        code,
        retry_after=retry_after,
        details={"retry_after": retry_after},
        headers={"Retry-After": str(retry_after)},
    )


def invalid(detail: Any) -> ApiError:
    """400 `invalid` from DRF's tree of messages; the first sentence is the error."""
    fields = detail if isinstance(detail, dict) else {"non_field_errors": detail}
    fields = {name: _sentences(value) for name, value in fields.items()}
    name, sentences = next(iter(fields.items()), ("", ["The request is not valid."]))
    sentence = sentences[0]
    if name and name != "non_field_errors":
        sentence = f"{name}: {sentence}"
    return ApiError("invalid", fields=fields, sentence=sentence)


def refuse(**fields: str) -> ApiError:
    """400 `invalid` for fields by name: `raise refuse(animeId="Send one.")`."""
    return invalid({name: [sentence] for name, sentence in fields.items()})


def _sentences(value: Any) -> list[str]:
    """The leaves of a nested error, flat: clients show them as they are."""
    if isinstance(value, dict):
        return [
            f"{key}: {sentence}"
            for key, inner in value.items()
            for sentence in _sentences(inner)
        ]
    if isinstance(value, list):
        return [sentence for inner in value for sentence in _sentences(inner)]
    return [str(value)]
