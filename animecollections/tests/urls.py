"""The project's addresses, and views that misbehave in every way there is."""

from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpResponse, UnreadablePostError
from django.urls import path
from rest_framework import exceptions
from rest_framework.permissions import AllowAny

from animecollections.api.rendering import answer
from animecollections.api.schema import documented, query
from animecollections.api.views import ApiViewSet
from animecollections.scopes import OPEN
from animecollections.urls import urlpatterns as own

RAISED: dict[str, Exception] = {
    "bug": ZeroDivisionError("secret: /etc/passwd SELECT 1"),
    "validation": exceptions.ValidationError({"animeId": ["Send one."]}),
    "no_sentence": exceptions.ValidationError([]),
    "parse": exceptions.ParseError("library text"),
    "not_authenticated": exceptions.NotAuthenticated(),
    "authentication_failed": exceptions.AuthenticationFailed("library text"),
    "django_404": Http404("library text"),
    "drf_404": exceptions.NotFound("library text"),
    "django_403": PermissionDenied("library text"),
    "drf_403": exceptions.PermissionDenied("library text"),
    "too_big": RequestDataTooBig("library text"),
    "suspicious": SuspiciousOperation("library text"),
    "client_left": UnreadablePostError("library text"),
    "database_gone": OperationalError("library text"),
    "connection_closed": InterfaceError("library text"),
}


class Misbehaving(ApiViewSet):
    permission_classes = [AllowAny]
    max_body = 1000

    def raised(self, request: Any, kind: str) -> None:
        raise RAISED[kind]

    def wrong_statement(self, request: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM there_is_no_such_table")

    def unrenderable(self, request: Any) -> Any:
        return answer("half a pair: \ud800")

    @documented(
        name="echo",
        summary="Says what it hears.",
        scope=OPEN,
        parameters=[query("search", str, "Text.")],
    )
    def echo(self, request: Any) -> Any:
        return answer(request.data)


def outside_of_views(request: Any) -> HttpResponse:
    raise ZeroDivisionError("secret")


urlpatterns = [
    path("api/raised/<kind>", Misbehaving.as_view({"get": "raised"})),
    path("api/wrong-statement", Misbehaving.as_view({"get": "wrong_statement"})),
    path("api/unrenderable", Misbehaving.as_view({"get": "unrenderable"})),
    path("api/outside", outside_of_views),
    path("api/echo", Misbehaving.as_view({"post": "echo"})),
    path(
        "api/echo-array",
        Misbehaving.as_view({"post": "echo"}, accepts_array=True),
    ),
    *own,
]
