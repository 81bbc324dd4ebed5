"""Every address at one glance."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from animecollections.api.errors import ApiError
from animecollections.api.failures import failure


def unknown_address(request: HttpRequest) -> HttpResponse:
    """Under /api even an unknown address answers in the API's voice."""
    return failure(ApiError("not_found"), request.request_id)  # type: ignore[attr-defined]


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("profiles.urls")),
    path("api/", include("collections_app.urls")),
    path("api/", include("history.urls")),
    re_path(r"^api(?:/.*)?$", unknown_address),
]
