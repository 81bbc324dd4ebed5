"""The messages of the live feed as AsyncAPI 3, next to the OpenAPI document.

What OpenAPI tells already (an entry, the profile …) has the same schema here.
"""

from functools import cache
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from animecollections.api.errors import CODES
from animecollections.api.reference import openapi
from animecollections.api.rendering import OPTIONS
from animecollections.api.shapes import Json
from collections_app.models import Player
from profiles.sync.feed import GOING_AWAY, TOO_MANY_SOCKETS
from profiles.sync.parts import SYNCED
from profiles.sync.socket import (
    BINARY,
    NOT_NOW,
    OTHER_ACCOUNT,
    SIGN_IN,
    TOO_LARGE,
    TOO_MANY_FRAMES,
    TOO_SLOW,
)

TEXT: Json = {"type": "string"}
CURSOR: Json = {"type": "string", "description": "Where the user stands. Opaque."}
REVISION: Json = {"type": "integer", "description": "The user's newest revision."}
ENDS = {
    SIGN_IN: "not signed in any more: sign in or refresh, then connect again",
    OTHER_ACCOUNT: "another account than `account` in the address: stop",
    TOO_SLOW: "the device reads too slowly: connect again, and sync",
    TOO_MANY_SOCKETS: "too many devices, this was the oldest",
    GOING_AWAY: "the server restarts: connect again",
    NOT_NOW: "the server cannot look anything up: connect again, later",
    BINARY: "binary data was sent",
    TOO_MANY_FRAMES: "too many messages were sent",
    TOO_LARGE: "a message of too many bytes was sent",
}
DESCRIPTION = (
    "A WebSocket for each device, which is told of each commit of its user. A message "
    "may be lost: each has a cursor, and `GET /api/user/sync` tells what came after "
    "one. A browser connects with its session cookie, from this host or a trusted "
    "origin; an app with a ticket from `POST /api/auth/ticket`.\n\n"
    "The server closes a socket with\n"
    + "\n".join(f"- {code}: {why}" for code, why in sorted(ENDS.items()))
)


def named(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def some_of(schema: Json) -> Json:
    """Of a part with many things: those that changed."""
    return object_of({"saved": schema, "removed": {"type": "array", "items": TEXT}})


def object_of(properties: Json) -> Json:
    return {"type": "object", "required": [*properties], "properties": properties}


def message(kind: str, summary: str, **keys: Json) -> Json:
    kinds = {"type": {"type": "string", "enum": [kind]}}
    return {
        "name": kind,
        "title": kind,
        "summary": summary,
        "contentType": "application/json",
        "payload": object_of(kinds | keys),
    }


def messages(shapes: Json) -> dict[str, Json]:
    """shapes: of each part of sync, by its key in an answer of sync."""
    parts = {
        part.name: or_null(
            some_of(shapes[part.key]) if part.read_some else shapes[part.key]
        )
        for part in SYNCED
    }
    stands = {"cursor": CURSOR, "revision": REVISION}
    return {
        "hello": message("hello", "First: where the user stands.", **stands),
        "changed": message(
            "changed",
            "One commit, on every device of the user, also on the one that wrote.",
            since=CURSOR | {"description": "From where this leads to `cursor`."},
            **stands,
            entries={"type": "array", "items": named("Entry")},
            removed={
                "type": "array",
                "items": TEXT,
                "description": "The anime ids of entries that are gone.",
            },
            **parts,
            sync={
                "type": "boolean",
                "description": "It was too much for a message: ask sync.",
            },
            operation_id=TEXT | {"format": "uuid"},
            client_id=or_null(TEXT)
            | {"description": "The `X-Client-Id` of the write; null if it had none."},
        ),
        "playing": message(
            "playing",
            "What a player of the user plays. Nobody keeps it, and it may be lost.",
            state=TEXT | {"enum": ["playing", "paused", "stopped"]},
            player=TEXT | {"enum": Player.values},
            anime_id=or_null(TEXT)
            | {"description": "null: it was not recognised, or is no anime."},
            episode=or_null({"type": "integer"}),
            series=TEXT | {"description": "As the player calls it; or the film."},
            title=TEXT | {"description": "Of the episode."},
            percent=or_null({"type": "number"}),
        ),
        "ping": message("ping", "Where the user stands, every 30 s or less.", **stands),
        "pong": message("pong", "The answer to a device's ping."),
        "error": message(
            "error",
            "The answer to anything else that a device sends.",
            code=TEXT | {"enum": sorted(CODES)},
            error=TEXT | {"description": "One sentence for a person."},
        ),
        "devicePing": message("ping", "All that a device may send; answered by pong."),
    }


def operations(told_messages: dict[str, Json]) -> dict[str, Json]:
    """As the server sees them: it sends, and receives."""
    told = {}
    for name, one in told_messages.items():
        verb = "receive" if name == "devicePing" else "send"
        told[f"{verb}{name[0].upper()}{name[1:]}"] = {
            "action": verb,
            "description": one["summary"],
            "channel": {"$ref": "#/channels/user"},
            "messages": [{"$ref": f"#/channels/user/messages/{name}"}],
        }
    return told


def schemas_named_in(part: object, all_of_them: Json, found: Json) -> Json:
    """The schemas that a part refers to, and those that these refer to."""
    if isinstance(part, list):
        for inner in part:
            schemas_named_in(inner, all_of_them, found)
    elif isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name in all_of_them and name not in found:
            found[name] = all_of_them[name]
            schemas_named_in(all_of_them[name], all_of_them, found)
        for inner in part.values():
            schemas_named_in(inner, all_of_them, found)
    return found


@cache
def asyncapi() -> bytes:
    """Built once a process, like the OpenAPI document."""
    document = orjson.loads(openapi())
    answer = document["paths"]["/api/user/sync"]["get"]["responses"]["200"]
    data = answer["content"]["application/json"]["schema"]["properties"]["data"]
    shapes = {key: without_null(shape) for key, shape in data["properties"].items()}
    told = messages(shapes)
    site = urlsplit(settings.PUBLIC_URL)
    server = {
        "host": site.netloc,
        "protocol": "wss" if site.scheme == "https" else "ws",
        "description": "This server.",
        "security": [{"$ref": f"#/components/securitySchemes/{n}"} for n in SECURITY],
    }
    whole = {
        "asyncapi": "3.1.0",
        "info": {
            "title": "animecollections, live feed",
            "version": settings.RELEASE,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
            "contact": document["info"]["contact"],
            "tags": [{"name": "Sync"}],
        },
        "defaultContentType": "application/json",
        "servers": {"this": server},
        "channels": {
            "user": {
                "address": "/ws/user",
                "description": "What is the signed-in user's.",
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in told
                },
                "bindings": {"ws": {"query": QUERY}},
            }
        },
        "operations": operations(told),
        "components": {
            "messages": told,
            "schemas": schemas_named_in(told, document["components"]["schemas"], {}),
            "securitySchemes": SECURITY,
        },
    }
    return orjson.dumps(whole, option=OPTIONS)


def without_null(shape: Json) -> Json:
    """A part of sync is null where it did not change."""
    one_or_null = shape.get("anyOf", [])
    if {"type": "null"} in one_or_null:
        return dict(one_or_null[0])
    kinds = [kind for kind in shape.get("type", ()) if kind != "null"]
    return shape | {"type": kinds[0]} if "type" in shape else shape


QUERY: Json = {
    "type": "object",
    "properties": {
        "ticket": TEXT | {"description": "An app's, good for one socket."},
        "account": TEXT
        | {"description": "The account that it is for; another one ends it."},
    },
}
SECURITY: Json = {
    "session": {
        "type": "httpApiKey",
        "name": settings.SESSION_COOKIE_NAME,
        "in": "cookie",
        "description": "A browser's session.",
    },
    "ticket": {
        "type": "httpApiKey",
        "name": "ticket",
        "in": "query",
        "description": "From POST /api/auth/ticket; it works once, for 30 seconds.",
    },
}
