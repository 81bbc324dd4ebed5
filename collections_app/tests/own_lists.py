"""What tests say of lists of one's own."""

from typing import Any

LISTS = "/api/user/lists"


def done(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()["data"]


def make(client: Any, name: str = "With Anna", **values: Any) -> Any:
    return done(client.post(LISTS, {"name": name, **values}))


def put(client: Any, list_: Any, anime_id: int, **values: Any) -> Any:
    return done(client.put(f"{LISTS}/{list_['id']}/items/{anime_id}", values))


def titles(client: Any, list_: Any, **query: Any) -> list[int]:
    """What is on it, in order."""
    items = done(client.get(f"{LISTS}/{list_['id']}/items", query))
    return [int(item["anime_id"]) for item in items]


def undo_last(client: Any) -> Any:
    newest = done(client.get("/api/user/operations"))[0]["id"]
    return done(client.post(f"/api/user/operations/{newest}/undo", {}))
