"""Answers compressed, where no proxy in front does it (settings.COMPRESS).

A list of 1,000 entries has 590 kB, and 90 kB compressed. zstd at its first level takes
0.8 ms for it, gzip 2.8 (benchmarks/README.md).

Anyone who can make a browser ask, and sees how long the answers are, can guess a secret
that is compressed together with text of their own (BREACH). So only what answers a GET
is compressed, and nothing that signs in, that must not be stored, or that has a form of
the admin in it.
"""

import zlib
from collections.abc import Callable
from functools import lru_cache
from threading import local

import zstandard
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from animecollections.api.response_cache import bodies

FEWEST_BYTES = 1024  # less fits into one packet as it is
LEVEL = 1
KINDS = ("application/json", "text/", "application/xml", "image/svg+xml")
WITH_SECRETS = ("/api/auth/", "/admin/", "/reset")

own = local()  # a compressor serves one thread at a time


def by_zstd(body: bytes) -> bytes:
    if not hasattr(own, "zstd"):
        own.zstd = zstandard.ZstdCompressor(level=LEVEL)
    compressed: bytes = own.zstd.compress(body)
    return compressed


def by_gzip(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL, wbits=31)  # 31: with the header of gzip


# By preference.
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {"zstd": by_zstd, "gzip": by_gzip}


class Compression:
    """Outside of what sets Content-Length, inside of what serves static files, which
    are compressed beforehand.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.COMPRESS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and may_be_compressed(request, response):
            # Of a 304 and of the plain form too: a cache keeps one next to the other.
            vary_by(response, "Accept-Encoding")
            name = best_of(request.META.get("HTTP_ACCEPT_ENCODING", ""))
            if name and response.status_code == 200:
                compress(response, name)
        return response


def vary_by(response: HttpResponseBase, name: str) -> None:
    """As Django's patch_vary_headers, without taking apart what is there: no answer of
    ours says `*`.
    """
    told = response.headers.get("Vary", "")
    if name not in told:
        response.headers["Vary"] = f"{told}, {name}" if told else name


def may_be_compressed(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code in (200, 304)
        and request.method in ("GET", "HEAD")
        and not request.path_info.startswith(WITH_SECRETS)
        and "Content-Encoding" not in response.headers
        and "no-store" not in response.get("Cache-Control", "")
    )


@lru_cache(200)  # browsers send a handful
def best_of(accepted: str) -> str | None:
    """Of Accept-Encoding; None for an answer as it is."""
    names = set()
    for part in accepted.lower().split(","):
        name, _, weight = (piece.strip() for piece in part.partition(";"))
        if weight.replace(" ", "").rstrip("0.") != "q=":  # q=0, q=0.000: not this one
            names.add(name)
    return next((name for name in ENCODINGS if name in names), None)


def compress(response: HttpResponse, name: str) -> None:
    body = response.content
    if len(body) < FEWEST_BYTES or not response["Content-Type"].startswith(KINDS):
        return
    etag = response.get("ETag")
    response.content = compressed(body, name, etag)
    response["Content-Encoding"] = name
    response["Content-Length"] = str(len(response.content))
    if etag and not etag.startswith("W/"):  # the same answer in other bytes
        response["ETag"] = f"W/{etag}"


def compressed(body: bytes, name: str, etag: str | None) -> bytes:
    """A body that is kept is kept in this form too."""
    if etag is None or bodies.get(etag) is None:
        return ENCODINGS[name](body)
    if (kept := bodies.get(f"{etag} {name}")) is None:
        kept = ENCODINGS[name](body)
        bodies.keep(f"{etag} {name}", kept)
    return kept
