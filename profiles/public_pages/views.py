"""Pages of what others see of a person: for everybody, the same for all who read one
language. No sign-in is looked at: the page's script asks who is here.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache, partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import override
from rest_framework.request import Request

from animecollections import scripts
from animecollections.api.client_ip import address, network
from animecollections.api.errors import ApiError
from animecollections.api.ids import parse_id
from animecollections.api.parameters import read_query
from animecollections.api.permits import long_work
from animecollections.api.response_cache import bodies
from animecollections.api.schema import documented, query
from animecollections.api.views import OWN_ALONE
from animecollections.scopes import OPEN
from animecollections.translations import words_in
from collections_app.watch_list.models import EntryType
from profiles.accounts.people import user_named
from profiles.public_pages import contexts, drawing, person_reads, pictures
from profiles.public_pages.words import language_of, languages, t
from profiles.sharing import reads, services
from profiles.sharing.models import Share
from profiles.sharing.owners import Look, look_at
from profiles.sharing.parameters import ORDERING, PAGES, YEARS
from profiles.sharing.public_views import FOR_ALL_IF_STILL_SO, ForLinks, ForOthers
from profiles.sharing.viewers import viewer_of

Json = dict[str, Any]
NOT_FOUND = 404
ENTRY = "js/for_others.js"  # what a page has besides for who is signed in


@scripts.once
def entry_imports() -> str:
    return scripts.import_map(scripts.addresses(scripts.with_imports(ENTRY)))


@scripts.once
def policy() -> str:
    """Covers come from the sites that the catalogue names. The script asks our API
    alone.
    """
    return (
        "default-src 'none'; img-src 'self' data: https:; style-src 'self'; "
        f"font-src 'self'; script-src 'self' {scripts.allowed(entry_imports())}; "
        "connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


@cache
def entry_words(language: str) -> dict[str, str]:
    """What its modules say, in the language of the page."""
    said = scripts.sentences_of(scripts.with_imports(ENTRY))
    words = words_in(language)
    return {sentence: words[sentence] for sentence in sorted(said) if sentence in words}


def entry(language: str) -> Json:
    """The same for everybody: who is signed in here, the page's script finds out."""
    return {
        "import_map": entry_imports(),
        "more": static(ENTRY),
        "words": entry_words(language),
    }


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
        sent = QueryDict(mutable=True)
        for name, texts in request.query_params.lists():
            if name in known:
                sent.setlist(name, texts)
        return read_query(sent, known)

    @property
    def language(self) -> str:
        return language_of(self.request._request)

    def page(
        self, template: str, context: Mapping[str, Any], **more: Any
    ) -> HttpResponse:
        said = {
            "language": self.language,
            "languages": languages(self.language, self.request._request.GET),
        }
        said |= {**entry(self.language), **context}
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
        return cache_control_of(response) if self.is_public else OWN_ALONE

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Any:
        response["Content-Security-Policy"] = policy()
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Vary"] = "Accept-Language"
        return response


def cache_control_of(response: HttpResponseBase) -> str:
    """No cookie and no token changes it, so none makes it somebody's own."""
    is_seen = response.status_code in (200, 304)
    return FOR_ALL_IF_STILL_SO if is_seen else OWN_ALONE


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
    if status >= 500:
        return {
            "title": t("Something went wrong"),
            "description": t("Try again later."),
        }
    return {
        "title": t("This address is not right"),
        "description": t("Part of it is missing or wrong."),
    }


TYPE = query("type", str, "Which list.", enum=EntryType.values)


# Below /u/{name}, each also with a picture at /card.png below it.
PERSON_PAGES = (
    ("", "profile"),
    ("/watchList", "watch_list"),
    ("/lists", "lists"),
    ("/lists/<str:list_id>", "list_items"),
    ("/stats", "stats"),
    ("/year/<int:year>", "year"),
)


class PersonPage(Page):
    def seen(
        self,
        name: str,
        template: str,
        read: Callable[[Look], Json],
        draw: Callable[[str, Json], Json],
    ) -> HttpResponseBase:
        with self.limits():
            owner_id = user_named(name)
            look = look_at(owner_id, viewer_of(self, owner_id), (), self.wanted)
            found = read(look)
        return self.written(template, look.user_name, found, draw)

    def written(
        self,
        template: str,
        owner: str,
        found: Json,
        draw: Callable[[str, Json], Json],
    ) -> HttpResponseBase:
        meta = found.get("meta", {})
        content = {key: value for key, value in found.items() if key != "meta"}
        etag = self.etag([owner, content], meta, self.language)
        with override(self.language):
            context = draw(owner, found)
            return self.page(template, context, headers={"ETag": etag})

    @documented("A profile.", name="profilePage", scope=OPEN)
    def profile(self, request: Request, user_name: str) -> HttpResponseBase:
        return self.seen(
            user_name, "profile", person_reads.profile, contexts.profile_page
        )

    @documented(
        "A list of one type.",
        name="watchListPage",
        scope=OPEN,
        parameters=[TYPE, ORDERING, *PAGES],
    )
    def watch_list(self, request: Request, user_name: str) -> HttpResponseBase:
        draw = partial(contexts.watch_list_page, query=self.wanted)
        return self.seen(user_name, "titles", person_reads.watch_list, draw)

    @documented("Lists that they made.", name="listsPage", scope=OPEN)
    def lists(self, request: Request, user_name: str) -> HttpResponseBase:
        return self.seen(user_name, "lists", person_reads.lists, contexts.lists_page)

    @documented("One of them.", name="listPage", scope=OPEN, parameters=PAGES)
    def list_items(
        self, request: Request, user_name: str, list_id: str
    ) -> HttpResponseBase:
        read = partial(person_reads.list_and_titles, list_id=parse_id(list_id))
        draw = partial(contexts.list_page, query=self.wanted)
        return self.seen(user_name, "titles", read, draw)

    @documented("Statistics.", name="statisticsPage", scope=OPEN)
    def stats(self, request: Request, user_name: str) -> HttpResponseBase:
        return self.seen(
            user_name, "figures", person_reads.statistics, contexts.stats_page
        )

    @documented("A year in review.", name="yearPage", scope=OPEN)
    def year(self, request: Request, user_name: str, year: int) -> HttpResponseBase:
        if not YEARS["minimum"] <= year <= YEARS["maximum"]:
            raise ApiError("not_found")
        read = partial(person_reads.year, which=year)
        draw = partial(contexts.year_page, which=year)
        return self.seen(user_name, "figures", read, draw)


class PersonCard(PersonPage):
    """The picture of each of these pages, for messengers: of what the page draws."""

    def written(
        self,
        template: str,
        owner: str,
        found: Json,
        draw: Callable[[str, Json], Json],
    ) -> HttpResponseBase:
        with override(self.language):
            picture = pictures.of_page(draw(owner, found))
        etag = self.etag(asdict(picture), {}, self.language)
        body = bodies.get(etag)
        if body is None:
            # It takes a core for a tenth of a second: never many at once.
            with long_work.held(network(address(self.request._request))):
                body = drawing.draw(picture)
            bodies.keep(etag, body)
        headers = {"ETag": etag, "Cross-Origin-Resource-Policy": "cross-origin"}
        return HttpResponse(body, "image/png", headers=headers)


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
        is_closed = share.max_uses is not None
        return self.closed(share, look) if is_closed else self.opened(share, look)

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
        with self.limits():
            shown, meta = reads.by_link(look, share)
            profile = shown.get("profile")
            names = person_reads.titles_named(profile) if profile else {}
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
