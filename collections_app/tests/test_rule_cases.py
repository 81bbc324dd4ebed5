"""rule_cases.json: what a change makes of an entry, for the server and its clients.

The server does each case here; the client library's guess of it, which a device shows
until the server has answered, is held to the same cases by rule_cases.test.mjs
(animecollections/tests/test_javascript.py runs it).
`before` and `becomes` name what differs from a new entry on Watching, and from before;
`behind_by` is what it then is, of a title of which all 12 episodes have aired.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from collections_app.watch_list.fields import FIELD_NAMES, NEW_ENTRY, shown
from factories import AnimeFactory

HERE = Path(__file__).parent
CASES = json.loads((HERE / "rule_cases.json").read_text())
KNOWN = {"episodes": 12, "airing_status": "finished"}
NEW = {name: shown(name, NEW_ENTRY[name]) for name in FIELD_NAMES} | {
    "type": "Watching"
}


def run(client: Any, operations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = client.post(
        "/api/user/watchList/batch", {"operations": operations}, format="json"
    )
    assert answer.status_code == 200, answer.data
    return answer.json()["data"]["results"]


def anime_of(case: dict[str, Any]) -> dict[str, Any]:
    facts = {"year": None, "season": "", **case.get("anime", KNOWN)}
    last_year = timezone.now().year - 1
    return facts | {
        "year": last_year if facts["year"] == "last year" else facts["year"]
    }


def ids(case: dict[str, Any]) -> dict[str, str]:
    return {"animeId": str(CASES.index(case) + 1)}


@pytest.mark.django_db
def test_the_server_does_each_case(client):
    for at, case in enumerate(CASES, start=1):
        AnimeFactory(id=at, **anime_of(case))
    listed = [case for case in CASES if case["before"] is not None]
    run(
        client, [{"op": "add", **ids(case), **NEW, **case["before"]} for case in listed]
    )
    today = [timezone.now().date().isoformat()]
    results = run(client, [{**case["operation"], **ids(case)} for case in CASES])
    today.append(timezone.now().date().isoformat())

    def said(entry: dict[str, Any] | None) -> dict[str, Any] | None:
        if entry is None:
            return None
        return {
            name: "today" if entry.get(name) in today else entry.get(name)
            for name in FIELD_NAMES
        }

    for case, result in zip(CASES, results, strict=True):
        becomes = case["becomes"]
        if becomes is not None:
            becomes = {**NEW, **(case["before"] or {}), **becomes}
        if "refused" in case:
            assert result["code"] == case["refused"], case["name"]
            continue
        follows = {item["field"]: item["reason"] for item in result.get("changes", [])}
        assert "error" not in result, case["name"]
        assert said(result["entry"]) == becomes, case["name"]
        assert follows == case["follows"], case["name"]
        if "behind_by" in case:
            assert result["entry"]["behind_by"] == case["behind_by"], case["name"]
        warns = [item["code"] for item in result.get("warnings", [])]
        assert warns == case.get("warns", []), case["name"]
