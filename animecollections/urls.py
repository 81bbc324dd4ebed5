"""Every address at one glance."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from animecollections.api.errors import ApiError
from animecollections.api.failures import failure
from animecollections.api.reference import (
    DocsPage,
    ReferenceView,
    RootView,
    VersionView,
)
from animecollections.web.pages import (
    PAGES,
    SEASONS,
    TITLES,
    page,
    service_worker,
    title_page,
)
from collections_app.catalogue.models import Season
from profiles.accounts.pages import ConnectPage, EmailPage, KeepFactorsPage, ResetPage
from profiles.demo.views import enter
from profiles.feeds.views import FeedViewSet
from profiles.images.media import picture, picture_for_others
from profiles.oauth import endpoints as oauth
from profiles.oauth import server as oauth_server
from profiles.oauth.pages import authorize, link
from profiles.oidc.views import BackViewSet
from profiles.profile.image_urls import MASKED_FOLDER
from profiles.public_pages.views import PERSON_PAGES, PersonCard, PersonPage, SharedPage


# These addresses change nothing: 404 and 405 tell a client more than Django's 403.
@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Under /api even an unknown address answers in the API's voice."""
    return failure(ApiError("not_found"), request)


DEMO = [path("demo", enter)] if settings.DEMO else []
urlpatterns = [
    # Tried one after the other: what is asked most stands first.
    path("api/", include("collections_app.urls")),
    path("api/", include("profiles.urls")),
    path("api/", include("history.urls")),
    path("api", RootView.as_view({"get": "retrieve"}), name="api"),
    path("api/", RootView.as_view({"get": "retrieve"}, schema=None)),
    path("api/version", VersionView.as_view({"get": "retrieve"})),
    path("api/schema", ReferenceView.as_view({"get": "retrieve"}), name="schema"),
    path("api/docs", csrf_exempt(DocsPage.as_view()), name="docs"),
    re_path(r"^api(?:/.*)?$", unknown_address),
    *DEMO,
    path("admin/", admin.site.urls),
    path("email", csrf_exempt(EmailPage.as_view()), name="email"),
    path("connect", csrf_exempt(ConnectPage.as_view()), name="connect"),
    path(
        "connect/<str:provider_id>",
        BackViewSet.as_view({"get": "retrieve"}, schema=None),
    ),
    path("keep-factors", csrf_exempt(KeepFactorsPage.as_view())),
    path("reset", csrf_exempt(ResetPage.as_view()), name="reset"),
    path(oauth_server.AUTHORIZE.removeprefix("/"), authorize),
    path(oauth_server.TOKEN.removeprefix("/"), oauth.token),
    path(oauth_server.REVOKE.removeprefix("/"), oauth.revoke),
    path(oauth_server.DEVICE.removeprefix("/"), oauth.device_authorization),
    path(oauth_server.METADATA.removeprefix("/"), oauth.metadata),
    path(oauth_server.LINK.removeprefix("/"), link),
    re_path(
        r"^feeds/(?P<secret>[^/]{1,200})\.(?P<format_name>ics|rss|json)$",
        FeedViewSet.as_view({"get": "retrieve"}, schema=None),
        name="feed",
    ),
    *[
        path(
            f"u/<str:user_name>{below}{card}", view.as_view({"get": page}, schema=None)
        )
        for below, page in PERSON_PAGES
        for card, view in (("", PersonPage), ("/card.png", PersonCard))
    ],
    path(
        "shared/<str:token>",
        SharedPage.as_view({"get": "retrieve", "post": "create"}, schema=None),
    ),
    re_path(r"^media/(?P<path>.*)$", csrf_exempt(picture)),
    path(f"{MASKED_FOLDER}<str:mask>/<str:file_name>", csrf_exempt(picture_for_others)),
    path("sw.js", csrf_exempt(service_worker)),
    path(f"{TITLES.removeprefix('/')}<str:anime_id>", csrf_exempt(title_page)),
    re_path(
        rf"^{SEASONS.removeprefix('/')}\d{{4}}/(?:{'|'.join(Season.values)})$",
        csrf_exempt(page),
    ),
    *[path(address.removeprefix("/"), csrf_exempt(page)) for address in PAGES],
]
