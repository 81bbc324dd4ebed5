"""Pages of what others see of a person: for everybody, the same for all who read one
language. No sign-in is looked at: the page's script asks who is here.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import override
from rest_framework.request import Request

from animecollections.api.parameters import read_query
from animecollections.api.schema import documented
from animecollections.api.views import FOR_ALL, OWN_ALONE
from animecollections.scopes import OPEN
from profiles.public_pages import contexts, titles_named
from profiles.public_pages.words import language_of, t
from profiles.sharing import reads, services
from profiles.sharing.models import Share
from profiles.sharing.owners import Look
from profiles.sharing.parameters import ORDERING, PAGES
from profiles.sharing.public_views import ForLinks, ForOthers

NOT_FOUND = 404
# Covers come from the sites that the catalogue names. The script asks our API alone.
POLICY = (
    "default-src 'none'; img-src 'self' data: https:; style-src 'self'; "
    "font-src 'self'; script-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Page(ForOthers):
    """An answer in HTML, and failures too."""

    authentication_classes = []

    def read_query(self, request: Request) -> dict[str, object]:
        """What a page does not know does it no harm: messengers and the like add
        parameters of their own to an address that is shared.
        """
        if self.documentation is None:
            return {}
        known = self.documentation.query_parameters
        query = QueryDict(mutable=True)
        for name, texts in request.query_params.lists():
            if name in known:
                query.setlist(name, texts)
        return read_query(query, known)

    @property
    def language(self) -> str:
        return language_of(self.request._request)

    def page(self, template: str, context: Mapping[str, Any], **more: Any) -> Any:
        said = {"language": self.language, **context}
        return HttpResponse(render_to_string(f"public/{template}.html", said), **more)

    def handle_exception(self, exc: Exception) -> Any:
        """What is not seen and what nobody has are one page, to the letter."""
        answer = super().handle_exception(exc)
        if answer.status_code < 400:
            return answer
        with override(self.language):
            context = refusal(answer.status_code)
            page = self.page("refused", context, status=answer.status_code)
        if wait := answer.get("Retry-After"):
            page["Retry-After"] = wait
        return page

    def cache_control(self, request: Request, response: HttpResponseBase) -> str:
        """No cookie and no token changes it, so none makes it somebody's own."""
        is_seen = response.status_code in (200, 304)
        return FOR_ALL if self.is_public and is_seen else OWN_ALONE

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Any:
        response["Content-Security-Policy"] = POLICY
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Vary"] = "Accept-Language"
        return response


def refusal(status: int) -> dict[str, Any]:
    if status == NOT_FOUND:
        return {
            "title": t("Nothing here"),
            "description": t("There is no such page, or it is not shared with you."),
        }
    if status in (429, 503):
        return {
            "title": t("One moment…"),
            "description": t("There are too many requests. Try again in a moment."),
        }
    return {
        "title": t("This address is not right"),
        "description": t("Part of it is missing or wrong."),
    }


class SharedPage(Page, ForLinks):
    """At /shared/{token}. A link that is answered a number of times opens by a button:
    a messenger that asks for the address to show a preview of it presses none.
    """

    @documented(
        "What a link leads to, as a page.",
        name="sharedPage",
        scope=OPEN,
        parameters=[ORDERING, *PAGES],
    )
    def retrieve(self, request: Request, token: str) -> HttpResponseBase:
        with self.limits():
            share = services.find(token)
            look = self.look(share)
            if share.max_uses is not None:
                reads.require(look, share)
                return self.closed(share, look)
            return self.opened(share, look)

    @documented("Opens a link that is counted.", name="openShared", scope=OPEN)
    def create(self, request: Request, token: str) -> HttpResponseBase:
        with self.limits():
            share = services.find(token)
            look = self.look(share)
            return self.opened(share, look)

    def closed(self, share: Share, look: Look) -> HttpResponseBase:
        with override(self.language):
            return self.page("shared", contexts.of_link(share, look.user_name))

    def opened(self, share: Share, look: Look) -> HttpResponseBase:
        shown, meta = reads.by_link(look, share)
        names = titles_named.cards(ids_in(shown.get("profile", {})))
        shown = {"of": share.of, "user_name": look.user_name} | shown
        etag = self.etag([shown, names], meta, self.language)
        with override(self.language):
            context = contexts.of_shared(share, shown, meta, names)
            page = self.page("shared", context, headers={"ETag": etag})
        self.spend(share)
        return page

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"  # its address holds the secret
        return response


def ids_in(profile: Mapping[str, Any]) -> list[str]:
    return [
        id_
        for name in ("favorite_animes", "watched_animes")
        for id_ in profile.get(name, ())
    ]
