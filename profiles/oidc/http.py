"""How a provider is asked: few bytes, few seconds, no other address than the one that
was meant. It is somebody else's server, and a thread of ours waits for it.
"""

from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, RequestException, Response
from urllib3.exceptions import HTTPError

from animecollections.ops.deadlines import WatchedAdapter, deadline

MOST_BYTES = 256 * 1024
SECONDS = 5.0  # for all of a question and its answer
SECONDS_TO_CONNECT = 2.0
PIECE = 16 * 1024


class BadAnswerError(RequestException):
    """Too long, too slow, or on another address."""


class Bounded(WatchedAdapter):
    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        kwargs |= {"stream": True, "timeout": (SECONDS_TO_CONNECT, SECONDS)}
        with deadline(SECONDS) as until:
            try:
                response = super().send(request, *args, **kwargs)
                response._content = read(response)
            except HTTPError as error:  # of urllib3, in the middle of the body
                raise BadAnswerError(str(error)) from error
            finally:
                self.close()
            if until.is_over:  # a body without a length may seem whole
                raise BadAnswerError("too slow")
        if response.is_redirect:  # or the client's secret would go along
            raise BadAnswerError("a redirect")
        return response


def read(response: Response) -> bytes:
    body = b""
    try:
        while piece := response.raw.read1(PIECE, decode_content=True):
            body += piece
            if len(body) > MOST_BYTES:
                raise BadAnswerError("more than it may be")
    finally:
        response.close()
    return body


def new_session(**client: Any) -> OAuth2Session:
    session = OAuth2Session(**client)
    session.trust_env = False  # no proxy, no .netrc
    for scheme in ("https://", "http://"):
        session.mount(scheme, Bounded())
    return session
