"""The viewset that every endpoint of the API stands on."""

from typing import Any
from uuid import UUID

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from animecollections.api import cross_site
from animecollections.api.account import Account, Through
from animecollections.api.errors import ApiError


class ApiViewSet(ViewSet):
    """HTTP manners: size caps, the cross-site rule, caching headers.

    max_body:      bytes a body may have; an endpoint that needs more says so.
    accepts_array: whether a JSON array may be the body.
    sets_cookie:   whether an answer can sign a browser in (cross-site rule).
    throttle_scope: which of settings.RATES counts; reads and writes by themselves.
    """

    max_body = 64 * 1024
    accepts_array = False
    sets_cookie = False
    throttle_scope = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_size(request)
        super().initial(request, *args, **kwargs)

    def check_size(self, request: Request) -> None:
        """The cap holds before a byte is read; servers pass on no more than declared."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise ApiError("bad_request") from None
        if length > self.max_body:
            raise ApiError("too_large", limit=f"{self.max_body:,}")

    def check_permissions(self, request: Request) -> None:
        if request.method not in SAFE_METHODS:
            cross_site.check(request, sets_cookie=self.sets_cookie)
        super().check_permissions(request)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-cache")
        # Accept never changes an answer; who asks does.
        response["Vary"] = "Cookie, Authorization"
        for name, value in getattr(request, "rate_headers", {}).items():
            response[name] = value
        return response

    @property
    def account(self) -> Account:
        """Who is asking, where the endpoint is for signed-in users alone."""
        account: Account = self.request.user
        return account

    @property
    def user_id(self) -> UUID:
        return self.account.id

    @property
    def through(self) -> Through:
        """Through what this request writes."""
        return Through(
            kind=self.request.auth.kind,
            client_id=self.request.headers.get("X-Client-Id", "")[:100],
            request_id=self.request.request_id,
        )
