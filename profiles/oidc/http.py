"""How a provider is asked: few bytes, few seconds, no other address than the one that
was meant. It is somebody else's server, and a thread of ours waits for it.
"""

from time import monotonic
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter

MOST_BYTES = 256 * 1024
SECONDS = 5.0  # for all of an answer
SECONDS_TO_CONNECT = 2.0
PIECE = 16 * 1024


class BadAnswerError(RequestException):
    """Too long, too slow, or on another address."""


class Bounded(HTTPAdapter):
    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        ends = monotonic() + SECONDS
        kwargs |= {"stream": True, "timeout": (SECONDS_TO_CONNECT, SECONDS)}
        response = super().send(request, *args, **kwargs)
        try:
            response._content = read(response, ends)
        finally:
            response.close()
        if response.is_redirect:  # or the client's secret would go along
            raise BadAnswerError("a redirect")
        return response


def read(response: Response, ends: float) -> bytes:
    body = b""
    while piece := response.raw.read1(PIECE, decode_content=True):
        body += piece
        if len(body) > MOST_BYTES:
            raise BadAnswerError("more than it may be")
        if monotonic() > ends:
            raise BadAnswerError("too slow")
    return body


def new_session(**client: Any) -> OAuth2Session:
    session = OAuth2Session(**client)
    session.trust_env = False  # no proxy, no .netrc
    for scheme in ("https://", "http://"):
        session.mount(scheme, Bounded())
    return session
