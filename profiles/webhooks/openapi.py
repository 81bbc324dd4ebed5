"""The part `webhooks` of the OpenAPI document: what receivers are sent."""

from typing import Any

from animecollections.api.shapes import Json

SYNC = "/api/user/sync"
TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}


def add_webhooks(result: Json, **_: object) -> Json:
    """A message has what a page of sync has, by the same types."""
    answered = result["paths"][SYNC]["get"]["responses"]["200"]
    data = answered["content"]["application/json"]["schema"]["properties"]["data"]
    result["webhooks"] = {
        "changed": webhook(
            "receiveChange",
            "Something changed, of the parts that were chosen.",
            {
                "type": {"type": "string", "enum": ["changed"]},
                "since": TEXT_OR_NULL,
                "cursor": TEXT,
                "revision": {"type": "integer"},
                "has_more": {"type": "boolean"},
                **data["properties"],
                "operation_id": TEXT_OR_NULL,
                "client_id": TEXT_OR_NULL,
            },
        ),
        "test": webhook(
            "receiveTest",
            "A test, which its owner asked for.",
            {
                "type": {"type": "string", "enum": ["test"]},
                "cursor": TEXT_OR_NULL,
                "revision": {"type": "integer"},
            },
        ),
    }
    return result


def webhook(name: str, summary: str, properties: Json) -> Json:
    body: dict[str, Any] = {
        "type": "object",
        "required": [*properties],
        "properties": properties,
    }
    headers = [
        {"in": "header", "name": name, "required": True, "schema": TEXT}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    post: Json = {
        "operationId": name,
        "security": [],  # it is signed
        "summary": summary,
        "description": "Signed after Standard Webhooks (`docs/webhooks.md`).",
        "tags": ["Webhooks"],
        "parameters": headers,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": body}},
        },
        "responses": {"204": {"description": "Taken. Any 2xx is."}},
    }
    return {"post": post}
