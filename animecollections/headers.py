"""Headers that every answer has, whatever answered."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What no page of ours needs, no script that got into one may have.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class Headers:
    """Pictures may be shown on any site. Nothing else of ours is loaded as part of
    another one: trusted frontends ask by CORS, of which this says nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_picture = request.path_info.startswith(settings.MEDIA_URL)
        loaded_by = "cross-origin" if is_picture else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", loaded_by)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
