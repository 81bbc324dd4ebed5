"""GET /api: where the API begins."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_it_tells_where_to_go_on(visitor, path):
    body = visitor.get(path).json()
    assert body["success"] is True
    assert body["data"]["name"] == "animecollections"
    assert body["data"]["version"]
    assert body["data"]["links"]["documentation"] == "/api/docs"


def test_every_link_leads_somewhere(client):
    links = client.get("/api").json()["data"]["links"]
    for path in links.values():
        assert client.get(path).status_code == 200, path


def test_it_is_told_once_in_the_schema(visitor):
    paths = visitor.get("/api/schema").json()["paths"]
    assert paths["/api"]["get"]["operationId"] == "getRoot"
    assert "/api/" not in paths


def test_it_cannot_be_written_to(visitor):
    response = visitor.post("/api", {})
    assert (response.status_code, response.json()["code"]) == (
        405,
        "method_not_allowed",
    )
