"""The public reference: the schema, and a page to read and try it."""

from functools import cache
from zlib import crc32

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.rendering import OPTIONS, Answer, answer
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet
from animecollections.scopes import OPEN


@cache
def openapi() -> bytes:
    """Built once a process, for it takes a while; only a release changes it."""
    return orjson.dumps(SchemaGenerator().get_schema(public=True), option=OPTIONS)


LINKS = {
    "documentation": "/api/docs",
    "version": "/api/version",
    "schema": "/api/schema",
    "socket_schema": "/api/schema/socket",
    "animes": "/api/animes",
    "genres": "/api/genres",
    "studios": "/api/studios",
    "session": "/api/auth/session",
    "watch_list": "/api/user/watchList",
    "search_history": "/api/user/searchHistory",
    "profile": "/api/user/profile",
    "preferences": "/api/user/preferences",
    "statistics": "/api/user/stats",
    "sync": "/api/user/sync",
}


class RootView(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "The API's name, its release, and links to continue.",
        name="getRoot",
        scope=OPEN,
        tags=["Reference"],
        data={"name": str, "version": str, "links": dict[str, str]},
        examples={
            "links": {
                "name": "animecollections",
                "version": "0.1.0",
                "links": {"documentation": "/api/docs", "schema": "/api/schema"},
            }
        },
        etag=True,
    )
    def retrieve(self, request: Request) -> Answer:
        etag = unless_held(request, etag_of(request))
        data = {
            "name": "animecollections",
            "version": settings.RELEASE,
            "links": LINKS,
        }
        return answer(data, headers={"ETag": etag})


class VersionView(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "The release that answers.",
        name="getVersion",
        description="By semantic versioning. The contract of the API is kept across "
        "all releases with the same first number.",
        scope=OPEN,
        tags=["Reference"],
        data={"version": str},
        examples={"a release": {"version": "0.1.0"}},
        etag=True,
    )
    def retrieve(self, request: Request) -> Answer:
        etag = unless_held(request, etag_of(request))
        return answer({"version": settings.RELEASE}, headers={"ETag": etag})


class ReferenceView(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "This document: the whole API as OpenAPI 3.1.",
        name="getSchema",
        scope=OPEN,
        tags=["Reference"],
        etag=True,
        files={"application/json": dict},
    )
    def retrieve(self, request: Request) -> Answer | HttpResponse:
        etag = unless_held(request, etag_of(request, crc32(openapi())))
        return HttpResponse(
            openapi(), content_type="application/json", headers={"ETag": etag}
        )


class DocsPage(TemplateView):
    """Swagger UI from our own static files: neither internet nor inline script."""

    template_name = "docs.html"
