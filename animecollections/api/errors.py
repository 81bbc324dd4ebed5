"""Every way the API says no: one table of codes.

`docs/errors.md` documents the table; a test keeps page and table equal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
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
    "json_too_many_values": Kind(
        400, "The body has too many values: send it in parts."
    ),
    "json_duplicate_key": Kind(
        400, 'The body has the key "{key}" twice in one object: send it once.'
    ),
    "json_number": Kind(
        400, "The body has a number out of range: {number}. Send another."
    ),
    "text_unusable": Kind(
        400,
        "A text has a NUL or half a surrogate pair, which cannot be stored: remove it.",
    ),
    "invalid": Kind(400, "{sentence}"),
    "unknown_parameter": Kind(400, "This address has no parameter {name}."),
    "bad_request": Kind(400, "The request could not be understood."),
    "invalid_cursor": Kind(
        400, "This cursor is not valid here: start again without it."
    ),
    "unknown_anime_ids": Kind(
        400, "The catalogue has no anime with these ids: {ids}. Nothing was saved."
    ),
    "ambiguous_id": Kind(
        400,
        "{id} belongs to more than one title ({titles}): send our id of the one "
        "you mean.",
    ),
    # Pictures: the sentence tells what is wrong with this one
    "base64_invalid": Kind(400, "{sentence}"),
    "data_url_mismatch": Kind(400, "{sentence}"),
    "image_empty": Kind(400, "{sentence}"),
    "image_too_large": Kind(413, "{sentence}"),
    "image_too_many_pixels": Kind(400, "{sentence}"),
    "image_type_unsupported": Kind(400, "{sentence}"),
    "image_unreadable": Kind(400, "{sentence}"),
    "image_address_unknown": Kind(
        400,
        "The server does not fetch pictures from other sites: send the file itself.",
    ),
    "images_full": Kind(
        400,
        "Your picture storage is full ({number} pictures, or {megabytes} MB): "
        "remove some first (DELETE /api/user/images/…).",
    ),
    # Who is asking
    "not_signed_in": Kind(401, "Sign in first."),
    "token_invalid": Kind(401, "This token is not valid: sign in again."),
    "token_expired": Kind(
        401, "This access token has expired: refresh it, or sign in again."
    ),
    "tokens_full": Kind(
        409, "You have {number} tokens: end one that you no longer use first."
    ),
    "session_ended": Kind(401, "This session has ended: sign in again."),
    "wrong_credentials": Kind(401, "E-mail or password is wrong: check both."),
    "second_factor_needed": Kind(
        401, "This account asks for a second factor after the password."
    ),
    "ticket_invalid": Kind(401, "This sign-in took too long: begin it again."),
    "wrong_code": Kind(401, "This code is not right: check it, or wait for the next."),
    "passkey_invalid": Kind(401, "This passkey was not accepted: try it again."),
    "passkeys_off": Kind(409, "This server has no domain, which passkeys need."),
    "passkeys_full": Kind(
        409, "You have {number} passkeys, which is the most: remove one first."
    ),
    "passkey_not_found": Kind(404, "This passkey does not exist, or was removed."),
    "link_invalid": Kind(400, "This link is not one of ours: open it from the mail."),
    "authenticator_not_begun": Kind(
        409, "No authenticator waits for its first code: begin to add one first."
    ),
    "second_factor_off": Kind(409, "No second factor is on: add one first."),
    "reset_invalid": Kind(
        400, "This password link no longer works: request a new one."
    ),
    "email_link_invalid": Kind(
        400, "This e-mail link no longer works: ask for a new one."
    ),
    "connect_expired": Kind(
        400, "What the provider said has expired: sign in there once more."
    ),
    "cross_site": Kind(
        403, "This request came from another site, so nothing was done."
    ),
    "proof_needed": Kind(403, "First prove that it is you (POST /api/auth/prove)."),
    "forbidden": Kind(403, "This account is not allowed to do that."),
    # Things
    "not_found": Kind(404, "Not found."),
    "anime_not_found": Kind(404, "The catalogue has no anime with the id {id}."),
    "search_not_found": Kind(404, "This search is not in your history."),
    "device_not_found": Kind(404, "This device is not signed in (any more)."),
    "provider_not_found": Kind(404, "There is no such provider to sign in by."),
    "identity_not_found": Kind(404, "This provider does not sign in to your account."),
    "personal_token_not_found": Kind(404, "This token does not exist, or has ended."),
    "app_not_found": Kind(404, "No such app, or it has no access any more."),
    "entry_not_found": Kind(404, "Anime {id} is not on your list: add it first."),
    "feed_not_found": Kind(
        404, "Feed not found: it was ended, or its address was replaced."
    ),
    "together_not_found": Kind(404, "Nobody says (any more) that you watched this."),
    "decision_not_found": Kind(404, "There is no such decision about your things."),
    "webhook_not_found": Kind(404, "You have no such webhook (any more)."),
    "delivery_not_found": Kind(404, "No such delivery: they are kept for seven days."),
    "share_not_found": Kind(404, "You have no such link (any more)."),
    "watched_not_found": Kind(404, "This row is not in your diary."),
    "viewing_not_found": Kind(404, "You have no such viewing of this title."),
    "viewing_not_over": Kind(
        409,
        "The current viewing is not over: complete or drop the title, then begin the "
        "next one.",
    ),
    "only_viewing": Kind(
        409, "The only viewing is the entry itself: remove the entry instead."
    ),
    "list_not_found": Kind(404, "You have no such list: it may have been removed."),
    "lists_full": Kind(
        409, "You have {number} lists, which is the most: remove one first."
    ),
    "list_full": Kind(
        409, "This list has {number} titles, which is the most: take one off first."
    ),
    "list_is_smart": Kind(
        409, "This is a smart list: its rules say what is on it. Change them instead."
    ),
    "operation_not_found": Kind(404, "Operation not found, or too old to undo."),
    "method_not_allowed": Kind(405, "{method} does not work here; use {allowed}."),
    "player_unknown": Kind(
        400,
        "This is of no player that we know: see what each sends in docs/connecting.md.",
    ),
    "scrobble_not_found": Kind(
        404, "This came from no player of yours, or too long ago."
    ),
    "scrobble_rule_not_found": Kind(404, "You have no such rule (any more)."),
    "scrobble_rules_full": Kind(
        409, "You have {number} rules, which is the most: remove one first."
    ),
    "file_unreadable": Kind(400, "{sentence}"),
    "import_not_found": Kind(
        404, "Import not found: it was discarded, or is older than 7 days."
    ),
    "already_completed": Kind(
        409,
        "All {total} episodes are watched already. To watch it again, begin the next "
        "viewing (POST …/viewings), then increment.",
    ),
    "apps_full": Kind(
        409, "You registered {number} apps, which is the most: remove one first."
    ),
    "app_name_taken": Kind(
        409, "Another app has this name, or one that reads the same: choose another."
    ),
    "app_is_public": Kind(409, "A public app has no secret."),
    "feeds_full": Kind(
        409, "You have {number} feeds, which is the most: end one first."
    ),
    "shares_full": Kind(
        409, "You have {number} links, which is the most: end one first."
    ),
    "reports_full": Kind(
        409, "{number} of your reports wait for our staff: more when they are read."
    ),
    "decision_answered": Kind(
        409, "Your answer waits for our staff: they read it before the next one."
    ),
    "already_decided": Kind(409, "A colleague decided about it already: look again."),
    "user_name_withheld": Kind(
        409, "Our staff took this user name from your account: choose another."
    ),
    "webhooks_full": Kind(
        409, "You have {number} webhooks, which is the most: end one first."
    ),
    "delivery_is_text": Kind(
        409, "What it told others may be private by now, so it is not sent again."
    ),
    "following_full": Kind(
        409, "You follow {number} people, which is the most: unfollow one first."
    ),
    "blocks_full": Kind(
        409, "You block {number} people, which is the most: unblock one first."
    ),
    "person_blocked": Kind(409, "You block this person: unblock them first."),
    "not_both_follow": Kind(409, "This is for two people who follow each other."),
    "entry_is_private": Kind(
        409, "This title is private on your list, so it is told to nobody."
    ),
    "together_full": Kind(
        409, "You said so of {number} watchings today, which is the most: go on later."
    ),
    "muted_full": Kind(
        409, "You muted {number} titles, which is the most: unmute one first."
    ),
    "hidden_full": Kind(
        409, "You hid {number} titles, which is the most: show one again first."
    ),
    "browsers_full": Kind(
        409,
        "You have {number} browsers with notices, which is the most: end one first.",
    ),
    "push_not_set_up": Kind(409, "This server sends no notices to browsers."),
    "import_applied": Kind(
        409, "This import is already applied: undo it, or upload the file again."
    ),
    "plan_stale": Kind(
        409,
        "Your list changed after the plan was made, so nothing was written: review "
        'the new conflicts, then apply again (or send {{"accept": "unchanged"}}).',
    ),
    "identity_taken": Kind(
        409, "This sign-in already belongs to another account: sign in with it there."
    ),
    "identities_full": Kind(
        409, "You have {number} connected sign-ins, the most there can be: remove one."
    ),
    "last_sign_in": Kind(409, "You sign in by this alone: choose a password first."),
    "provider_unavailable": Kind(
        503, "{name} does not answer right now: try again in a moment."
    ),
    "email_taken": Kind(
        409, "An account with this e-mail already exists: sign in instead."
    ),
    "user_name_taken": Kind(409, "This user name is taken: choose another."),
    "still_running": Kind(
        409,
        "The first request with this Idempotency-Key is still running: try again soon.",
    ),
    "other_account": Kind(
        409,
        "Another account is signed in here now, so nothing was done: reload the page.",
    ),
    "scope_missing": Kind(403, "This app does not have permission for this ({scope})."),
    "token_too_wide": Kind(
        403,
        "A token in an address may have the scope scrobble alone: make one for it.",
    ),
    "batch_refused": Kind(
        409, "Nothing was done: see details.results for the refused operations."
    ),
    "cursor_expired": Kind(
        410, "This cursor is too old to continue from: load everything again."
    ),
    "body_too_slow": Kind(408, "The body did not arrive in time: send it again."),
    "length_required": Kind(411, "Send the body with a Content-Length header."),
    "revision_mismatch": Kind(
        412,
        "{This} changed on another device: see details.{name}, then try again.",
    ),
    "too_large": Kind(413, "The body is larger than the {limit} bytes allowed here."),
    "unsupported_media_type": Kind(
        415, "Send JSON (application/json), not {content_type}."
    ),
    "address_too_long": Kind(414, "The address is too long: send fewer parameters."),
    "headers_too_large": Kind(431, "The headers are too large: send fewer or shorter."),
    "key_reused": Kind(
        422, "This Idempotency-Key belongs to another request: use a new one."
    ),
    # Not now
    "throttled": Kind(429, "Too many requests: try again in {retry_after} seconds."),
    "locked": Kind(
        429, "Too many wrong passwords: try again in {retry_after} seconds."
    ),
    "server_error": Kind(
        500, "Something went wrong on our side: try again in a moment."
    ),
    "busy": Kind(503, "The service is busy: try again in {retry_after} seconds."),
}


class ApiError(exceptions.APIException):
    """A refusal by one of the CODES.

    fields:  what is wrong with each field, sentences by the name the client sent.
    details: more for the program (`entry` of a 412, `retry_after` of a 429 …).
    parts:   fill the sentence; `sentence` replaces it where it says too little.
    """

    def __init__(
        self,
        code: str,
        *,
        fields: dict[str, Any] | None = None,
        details: Mapping[str, object] | None = None,
        headers: dict[str, str] | None = None,
        sentence: str = "",
        **parts: object,
    ) -> None:
        kind = CODES[code]
        self.code = code
        self.status_code = kind.status
        self.sentence = sentence or kind.sentence.format(**parts)
        self.fields = fields
        self.details = details
        self.headers = headers or {}
        super().__init__(detail=self.sentence, code=code)


def missing(scope: str) -> ApiError:
    """403 for a sign-in that was not given this scope."""
    return ApiError("scope_missing", scope=scope, details={"scope": scope})


def not_now(code: str, retry_after: int) -> ApiError:
    """A 429 or 503 that says when to come back, in sentence, details and header."""
    return ApiError(
        code,
        retry_after=retry_after,
        details={"retry_after": retry_after},
        headers={"Retry-After": str(retry_after)},
    )


def no_such_method(request: HttpRequest, allowed: str) -> ApiError:
    return ApiError(
        "method_not_allowed",
        method=request.method,
        allowed=allowed,
        headers={"Allow": allowed},
    )


# DRF's name for what is wrong with an object or array as a whole; clients never see it.
OF_NO_FIELD = "non_field_errors"


def invalid(detail: object) -> ApiError:
    """400 `invalid` from DRF's tree of messages; the first sentence is the error.

    What is wrong with the items of an array is told by their place: "3": […].
    """
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        detail = {str(place): item for place, item in enumerate(detail) if item}
    fields = detail if isinstance(detail, dict) else {OF_NO_FIELD: detail}
    fields = {str(name): _sentences(value) for name, value in fields.items() if value}
    name, sentences = next(iter(fields.items()), ("", ["The request is not valid."]))
    sentence = _placed(name, sentences[0]) if name else sentences[0]
    fields.pop(OF_NO_FIELD, None)
    return ApiError("invalid", fields=fields, sentence=sentence)


def refuse(**fields: str) -> ApiError:
    """400 `invalid` for fields by name: `raise refuse(animeId="Send one.")`."""
    return invalid({name: [sentence] for name, sentence in fields.items()})


def unusable(place: str) -> ApiError:
    """400 `text_unusable` for a text at a place such as `notes`, `operations.3.notes`;
    "" is a key of the body.
    """
    sentence = (
        "This has a NUL or half a surrogate pair, which cannot be stored. Remove it."
    )
    name, _, within = place.partition(".")
    error = invalid({name or OF_NO_FIELD: {within: sentence} if within else sentence})
    return ApiError("text_unusable", fields=error.fields, sentence=error.sentence)


# In our words, by the code of what Django or DRF says; {number} is the one in it.
PLAIN = {
    "required": "This is missing: send it.",
    "null": "This cannot be null: send a value.",
    "blank": "This cannot be empty: send a text.",
    "not_a_list": "Send a list.",
    "empty": "This list cannot be empty.",
    "not_a_dict": "Send an object.",
    "max_length": "Send at most {number} characters.",
    "min_length": "Send at least {number} characters.",
    "min_value": "Send {number} or more.",
    "max_value": "Send {number} or less.",
    "null_characters_not_allowed": "This text has control characters.",
    "surrogate_characters_not_allowed": "This text has half a surrogate pair.",
}
NUMBER = re.compile(r"-?\d+")


def _placed(name: object, sentence: str) -> str:
    return sentence if name == OF_NO_FIELD else f"{name}: {sentence}"


def _sentences(value: object) -> list[str]:
    """The leaves of a nested error, flat: clients show them as they are."""
    if isinstance(value, dict):
        return [
            _placed(key, sentence)
            for key, inner in value.items()
            for sentence in _sentences(inner)
        ]
    if isinstance(value, list):
        return [sentence for inner in value for sentence in _sentences(inner)]
    plain = PLAIN.get(getattr(value, "code", ""))
    if plain is None:
        return [str(value)]
    number = NUMBER.search(str(value))
    return [plain.format(number=number[0] if number else "")]
