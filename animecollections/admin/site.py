"""The admin as a whole: its pages that belong to no model, and its policy."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import update_wrapper
from typing import Any
from urllib.parse import urlsplit

from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from animecollections.api.errors import ApiError
from animecollections.identity import WAITS_FOR_CODE

View = Callable[..., HttpResponseBase]
PREFIX = "/admin/"
CODE_AT = "code_at"  # in the session
FRESH_FOR = timedelta(minutes=10)
# What the admin's pages need more: django-unfold's scripts (Alpine) make functions of
# text, and its theme is a style element. docs/decisions/0008-admin-on-unfold.md
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
# Sites whose covers the catalogue names; staff's browsers load from these alone.
COVER_HOSTS = [
    "cdn.myanimelist.net",
    "myanimelist.net",
    "s4.anilist.co",
    "media.kitsu.app",
    "media.kitsu.io",
    "cdn.anidb.net",
    "cdn-eu.anidb.net",
    "cdn.anime-planet.com",
    "www.anisearch.com",
    "cdn.anisearch.com",
    "u.livechart.me",
    "media.notify.moe",
    "raw.githubusercontent.com",
    "simkl.in",
]

# What stands above every page; filled by the app that knows it, when it is ready.
staff_action_hooks: list[Callable[[], Iterable[Any]]] = []

_pages: list[tuple[str, str, View, bool]] = []


def page(route: str, name: str, *, is_guarded: bool = True) -> Callable[[View], View]:
    """Gives the admin a page of its own: `@page("find/", "find")`, reversed as
    `admin:find`. Only staff get in; what else it takes, the view checks. One that is
    not guarded checks all by itself.
    """

    def register(view: View) -> View:
        _pages.append((route, name, view, is_guarded))
        return view

    return register


def refusing(view: View) -> View:
    """What a service refuses and the page shows on no form, such as a title that was
    merged away between question and answer, is shown on the dashboard.
    """

    def view_or_refusal(
        request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ApiError as error:
            messages.error(request, error.sentence)
            return HttpResponseRedirect(PREFIX)

    return update_wrapper(view_or_refusal, view)


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # untyped
    index_title = "Dashboard"

    def each_context(self, request: HttpRequest) -> dict[str, object]:
        """Notices stand above each page of staff too."""
        context: dict[str, Any] = super().each_context(request)
        is_in = self.has_permission(request)
        told = (
            [notice for tell in staff_action_hooks for notice in tell()]
            if is_in
            else []
        )
        return context | {"notices": told, "release": settings.RELEASE if is_in else ""}

    def extra_urls(self) -> list[URLPattern]:
        return [
            path(
                route,
                self.admin_view(refusing(view)) if is_guarded else view,
                name=name,
            )
            for route, name, view, is_guarded in _pages
        ]

    def get_urls(self) -> list[object]:
        """Django's own but the one that leads to any object of any table by its key."""
        return [
            one
            for one in super().get_urls()
            if getattr(one, "name", "") != "view_on_site"
        ]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner: View = super().admin_view(view, cacheable)

        def without_nul(request: HttpRequest, *args: object, **kwargs: object) -> Any:
            """No text of a database holds one: PostgreSQL refuses the statement."""
            if "\0" in request.path_info or "%00" in request.META["QUERY_STRING"]:
                raise BadRequest("The address contains a NUL.")
            return inner(request, *args, **kwargs)

        return update_wrapper(without_nul, inner)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff(request) and not lacks_second_factor(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> object:
        """The password is one thing; after it comes the second factor."""
        if is_staff(request) and lacks_second_factor(request):
            return to_second_factor(request.GET.get("next", PREFIX))
        response: object = super().login(request, extra_context)
        is_asked = request.method == "POST" and settings.STAFF_SECOND_FACTOR
        if is_asked and is_staff(request) and has_factor(request):
            request.session[WAITS_FOR_CODE] = "yes"
        return response


def is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


def has_factor(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "second_factors", ""))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether it was never asked for in this session, or too many hours ago."""
    is_verified = request.user.is_verified()  # type: ignore[union-attr]
    lasts = timedelta(hours=settings.STAFF_HOURS)
    return settings.STAFF_SECOND_FACTOR and not (
        is_verified and is_newer(request, lasts)
    )


def has_fresh_code(request: HttpRequest) -> bool:
    """For what cannot be taken back: a browser left open is not enough."""
    return not settings.STAFF_SECOND_FACTOR or is_newer(request, FRESH_FOR)


def to_second_factor(back: str) -> HttpResponseRedirect:
    """To the page that asks for a code, and leads back."""
    wanted = urlencode({"next": back})
    return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{wanted}")


def is_newer(request: HttpRequest, lasts: timedelta) -> bool:
    code_at = parse_datetime(request.session.get(CODE_AT, ""))
    return code_at is not None and code_at > timezone.now() - lasts


def note_code(request: HttpRequest) -> None:
    """That a right code came just now; a session keeps texts alone."""
    request.session[CODE_AT] = timezone.now().isoformat()


def picture_sources() -> list[str]:
    """Where staff's browsers load pictures from: here, our storage, the sites of the
    catalogue's covers and of IMAGE_HOSTS. No address that a user gives is among them.
    """
    hosts = [*COVER_HOSTS, *settings.IMAGE_HOSTS]
    named = [f"https://{'*' * host.startswith('.')}{host}" for host in hosts]
    storage = urlsplit(default_storage.url("images/"))
    elsewhere = [f"{storage.scheme}://{storage.netloc}"] if storage.netloc else []
    return [SELF, "data:", *named, *elsewhere]


class Policy(CSPMiddleware):
    """The site's policy; under /admin/ the admin's, whose scripts need more. An answer
    that has one of its own keeps it, and costs no making of another.
    """

    def process_request(self, request: HttpRequest) -> None:
        """No nonce: no template of ours has an inline script to allow by one."""

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
            parts.update = ADMIN_POLICY
            parts.replace = {"img-src": picture_sources()}
        return parts
