"""viewing_cases.json: what is shown of a title's viewings and its entry, on the server
and by the client library (viewing_cases.test.mjs).
"""

import json
from pathlib import Path

import pytest

from collections_app.tests.test_rule_cases import NEW
from collections_app.watch_list.viewings import new, shown, to_json

CASES = json.loads((Path(__file__).parent / "viewing_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_shows_each_case(case):
    named = NEW | {"id": 7, "revision": 1, "started_on": "", "finished_on": ""}
    entry = case["entry"] and named | case["entry"]
    rows = {
        row["number"]: new(**{("place" if n == "where" else n): row[n] for n in row})
        for row in case["rows"]
    }
    told = [to_json(row) for row in shown(rows, entry, 12)]
    assert [
        {name: row[name] for name in wanted}
        for row, wanted in zip(told, case["shown"], strict=True)
    ] == case["shown"]
