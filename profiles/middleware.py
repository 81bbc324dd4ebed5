"""Sessions around a request."""

import logging

from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest
from django.http.response import HttpResponseBase

logger = logging.getLogger(__name__)


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but that an answer stands: what the view did is done, so that a session
    which cannot be saved after it (it ended meanwhile) makes no 400 of a success.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            logger.warning("A session ended, or could not be saved, after its request")
            return response
