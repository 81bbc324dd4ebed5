"""The web client at `/`: one page for all its addresses, and the service worker that
opens it without network. What it shows comes from the public API alone.
"""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

from csp.constants import SELF
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language_from_request, gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from animecollections.api.errors import ApiError
from animecollections.scripts import addresses, allowed, import_map, once, with_imports
from animecollections.translations import words_in
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.models import Format
from collections_app.catalogue.refs import parse_anime_id
from collections_app.models import Anime

# Each is a page of static/js; the script looks which one is asked for.
PAGES = [
    "/",
    "/next",
    "/discover",
    "/browse",
    "/season",
    "/recommendations",
    "/calendar",
    "/diary",
    "/statistics",
    "/lists",
    "/history",
    "/notices",
    "/sharing",
    "/players",
    "/following",
    "/feed",
    "/settings",
    "/security",
    "/transfer",
    "/developers",
    "/webhooks",
]
# Below these, a page for every title, and for every season.
TITLES = "/anime/"
SEASONS = "/season/"
APP = "js/app.js"  # the frame of all pages
LIST = "js/pages/list/page.js"  # the page that most people see first


@require_safe
@never_cache
@vary_on_headers("Accept-Language", "Cookie")
def page(request: HttpRequest) -> HttpResponse:
    return frame(request)


@require_safe
@never_cache
@vary_on_headers("Accept-Language", "Cookie")
def title_page(request: HttpRequest, anime_id: str) -> HttpResponse:
    """What other sites show of it when it is shared is what any visitor may see."""
    try:
        anime = find_anime(parse_anime_id(anime_id))
    except ApiError:
        return frame(request, status=404)
    except DatabaseError:  # the page opens all the same, of what the device keeps
        return frame(request)
    return frame(request, None if anime.mature else anime)


def frame(
    request: HttpRequest, anime: Anime | None = None, status: int = 200
) -> HttpResponse:
    """The page of all addresses; the title it is about, told to who shares it."""
    language = get_language_from_request(request)
    more = shell(language)
    with override(language):
        if anime:
            more |= {"anime": anime, "description": description(anime)}
            more["address"] = request.build_absolute_uri(f"{TITLES}{anime.id}")
        response = render(request, "app.html", more, status=status)
    policy = {"script-src": [SELF, allowed(more["import_map"])]}
    response._csp_update = policy  # type: ignore[attr-defined]
    return response


def shell(language: str) -> dict[str, Any]:
    """What the page has at every address."""
    return {
        "language": language,
        "words": words_in(language),
        "import_map": import_map(modules()),
        "first": [static(name) for name in first_modules()],
    }


def modules() -> dict[str, str]:
    return addresses(name for name in files() if name.startswith("js/"))


@once
def first_modules() -> list[str]:
    """What the first page imports: a browser asks for all of it at once."""
    return with_imports(APP, LIST)[1:]  # the page names the frame as its script


def description(anime: Anime) -> str:
    """ "TV · 2006 · 37 episodes · Supernatural, Suspense"."""
    count = "{n} episodes" if anime.episodes != 1 else "1 episode"
    facts = [
        anime.format if anime.format != Format.UNKNOWN else "",
        str(anime.year or ""),
        gettext(count).format(n=anime.episodes) if anime.episodes else "",
        ", ".join(anime.genre_names),
    ]
    return " · ".join(filter(None, facts))


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Its text names what it keeps, and changes with it: so browsers take a new one."""
    more: dict[str, Any] = {
        "version": version(),
        "static": settings.STATIC_URL,
        "pages": json.dumps(PAGES),
        "below": json.dumps([TITLES, SEASONS]),
        "files": json.dumps([static(name) for name in files()]),
        "icon": static("icon-192.png"),
    }
    return render(request, "sw.js", more, content_type="text/javascript")


@once
def files() -> list[str]:
    """What the pages are made of, as named in static/."""
    root = Path(settings.BASE_DIR, "static")
    kinds = ["js/**/*.js", "css/*.css", "fonts/*-latin.woff2", "icon.svg"]
    found = [path for kind in kinds for path in root.glob(kind)]
    return sorted(str(path.relative_to(root)) for path in found)


def digest() -> str:
    """Of the pages as they are written: they name all that they are made of."""
    made = blake2b(digest_size=8)
    for language, _ in settings.LANGUAGES:
        with override(language):
            made.update(render_to_string("app.html", shell(language)).encode())
    return made.hexdigest()


version = once(digest)
