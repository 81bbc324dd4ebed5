"""The admin as a whole: its pages that belong to no model, and its policy."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponseBase]
PREFIX = "/admin/"

_pages: list[tuple[str, str, View]] = []


def page(route: str, name: str) -> Callable[[View], View]:
    """Gives the admin a page of its own: `@page("find/", "find")`, reversed as
    `admin:find`. Only staff get in; what else it takes, the view checks.
    """

    def register(view: View) -> View:
        _pages.append((route, name, view))
        return view

    return register


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # untyped
    index_title = "Dashboard"

    def extra_urls(self) -> list[URLPattern]:
        return [
            path(route, self.admin_view(view), name=name)
            for route, name, view in _pages
        ]


class Policy(CSPMiddleware):
    """The site's policy; under /admin/ the admin's, whose scripts need more. An answer
    that has one of its own keeps it, and costs no making of another.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if HEADER in response:
            return response
        return super().process_response(request, response)

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith(PREFIX):
            parts.update = settings.ADMIN_POLICY
        return parts
