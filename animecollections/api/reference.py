"""The public reference: the schema, and a page to read and try it."""

from functools import cache
from zlib import crc32

import orjson
from django.http import HttpResponse
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from animecollections.api.conditional import etag_of, not_modified
from animecollections.api.rendering import OPTIONS
from animecollections.api.schema import documented
from animecollections.api.views import ApiViewSet


@cache
def openapi() -> bytes:
    """Built once a process, for it takes a while; only a release changes it."""
    return orjson.dumps(SchemaGenerator().get_schema(public=True), option=OPTIONS)


class ReferenceView(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]

    @documented(
        "This document: the whole API as OpenAPI 3.1.",
        tags=["Reference"],
        etag=True,
        files={"application/json": dict},
    )
    def retrieve(self, request: Request) -> Response | HttpResponse:
        etag = etag_of(request, crc32(openapi()))
        if (fresh := not_modified(request, etag)) is not None:
            return fresh
        return HttpResponse(
            openapi(), content_type="application/json", headers={"ETag": etag}
        )


class DocsPage(TemplateView):
    """Swagger UI from our own static files: neither internet nor inline script."""

    template_name = "docs.html"
