"""Uploaded pictures, where no server in front of us serves them."""

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from animecollections.api.errors import ApiError
from animecollections.api.failures import failure
from profiles.profile.image_urls import is_own_path, unmasked_path

HEADERS = {
    "Content-Disposition": "inline",
    # A name is the hash of its content: what it stands for never changes.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
# Any page that has the address may show the picture, or draw on it. It is the same
# for all and asks for no cookie, so that caches need not tell origins apart.
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def not_allowed(method: str | None) -> ApiError:
    allowed = "GET, HEAD"
    headers = {"Allow": allowed}
    return ApiError(
        "method_not_allowed", method=method, allowed=allowed, headers=headers
    )


def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """GET /media/<path>: only what services.images has named, so no path leads out."""
    response = found(request, path)
    for name, value in ANY_ORIGIN.items():
        response[name] = value
    return response


def picture_for_others(
    request: HttpRequest, mask: str, file_name: str
) -> HttpResponseBase:
    """GET /pictures/…: the same at an address that does not say whose it is."""
    return picture(request, unmasked_path(mask, file_name))


def found(request: HttpRequest, path: str) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return failure(not_allowed(request.method), request)
    try:
        if not is_own_path(path):
            raise FileNotFoundError
        file = default_storage.open(path)
    except FileNotFoundError:
        return failure(ApiError("not_found"), request)
    if request.method == "HEAD":
        with file:
            headers = HEADERS | {"Content-Length": str(file.size)}
        return HttpResponse(content_type="image/webp", headers=headers)
    return FileResponse(file, content_type="image/webp", headers=HEADERS)
