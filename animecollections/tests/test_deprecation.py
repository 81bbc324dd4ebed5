"""How what shall go away says so: in its answers, and in the document."""

import json
from datetime import date

import pytest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny

from animecollections.api.deprecation import Deprecated
from animecollections.api.openapi import ApiSchema
from animecollections.api.reference import openapi
from animecollections.api.rendering import answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.scopes import OPEN

LEAVING = Deprecated(date(2027, 1, 31), date(2028, 1, 31), "`getNew`")


class Old(ApiViewSet):
    permission_classes = [AllowAny]
    schema = ApiSchema()

    @documented(
        "Answers.",
        name="getOld",
        scope=OPEN,
        tags=["Old"],
        data=str,
        deprecated=LEAVING,
    )
    def list(self, request):
        return answer("still here")


urlpatterns = [path("api/old", Old.as_view({"get": "list"}))]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("query", ["", "?unknown=1"])
def test_each_answer_says_since_when_and_until_when(visitor, query):
    told = visitor.get(f"/api/old{query}")
    assert told.status_code == (400 if query else 200)
    assert told["Deprecation"] == "@1801353600"
    assert told["Sunset"] == "Mon, 31 Jan 2028 00:00:00 GMT"
    assert 'rel="deprecation"' in told["Link"]


def test_others_do_not(visitor):
    assert "Deprecation" not in visitor.get("/api")


def test_the_document_marks_it_and_names_what_replaces_it():
    made = SchemaGenerator(patterns=urlpatterns).get_schema(public=True)
    told = made["paths"]["/api/old"]["get"]
    assert told["deprecated"] is True
    assert "use `getNew`" in told["description"]
    assert {"Deprecation", "Sunset"} <= told["responses"]["200"]["headers"].keys()


def test_it_works_for_at_least_a_year():
    with pytest.raises(ValueError, match="twelve months"):
        Deprecated(date(2027, 1, 31), date(2027, 12, 1), "`getNew`")


def test_today_nothing_is_deprecated():
    """Else docs/upgrading.md and CHANGELOG.md name it."""
    paths = json.loads(openapi())["paths"].values()
    assert not any("deprecated" in told for path in paths for told in path.values())
