"""Pages of what others see: how they are written, kept and refused. Who sees what of
them is walked in test_what_others_see.py.
"""

import re
from html.parser import HTMLParser

import pytest

from animecollections.viewer import THINGS
from factories import AnimeFactory, UserFactory
from profiles.public_pages.contexts import own_address
from profiles.tests.test_viewers import OPEN, PROFILE, fill, titles

__all__ = ["titles"]
pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def seen(client, titles, alice):
    """Alice with all of her things for everyone; the id of her list."""
    fill(client, {OPEN})
    client.post("/api/user/profile", PROFILE | {"favorite_studios": ["A <b>"]})
    made = client.post("/api/user/lists", {"name": "Ours & <more>"}).json()["data"]
    client.put(f"/api/user/lists/{made['id']}/items/{OPEN}", {})
    everyone = dict.fromkeys(THINGS, "everyone") | {"history": "nobody"}
    client.patch("/api/user/preferences", {"audience": everyone})
    client.patch(f"/api/user/lists/{made['id']}", {"audience": "everyone"})
    return made["id"]


def pages(list_id, name="alice"):
    return {
        "profile": f"/u/{name}",
        "watchList": f"/u/{name}/watchList",
        "lists": f"/u/{name}/lists",
        "items": f"/u/{name}/lists/{list_id}",
        "stats": f"/u/{name}/stats",
        "year": f"/u/{name}/year/2016",
    }


class Head(HTMLParser):
    """What a page says of itself, by property, name or relation."""

    def __init__(self, html):
        super().__init__()
        self.says = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag == "meta" and "content" in of:
            self.says[of.get("property") or of.get("name")] = of["content"]
        if tag == "link":
            self.says[of["rel"]] = of["href"]


def test_a_picture_of_a_server_that_nobody_chose_but_its_owner_is_not_loaded(
    client, visitor, seen, settings
):
    page = visitor.get("/u/alice").content.decode()
    assert not re.search(r"img\.example\.org/[ab]\.png", page)
    assert '<span class="avatar public-avatar" aria-hidden="true">A</span>' in page
    settings.IMAGE_HOSTS = ["img.example.org"]
    client.post("/api/user/profile", {"frequency": "weekly"})  # no page of before
    page = visitor.get("/u/alice").content.decode()
    assert 'src="https://img.example.org/a.png"' in page
    assert own_address(f"{SITE}/pictures/a/b.webp") == "/pictures/a/b.webp"
    assert own_address(f"{SITE}.example.com/pictures/a/b.webp") == ""


def test_each_page_says_what_it_is_and_where(visitor, seen):
    for path in pages(seen).values():
        page = visitor.get(path.replace("alice", "Alice"))
        assert page.status_code == 200, path
        html = page.content.decode()
        says = Head(html).says
        assert says["canonical"].partition("?")[0] == f"{SITE}{path}"
        assert says["og:url"] == says["canonical"]
        assert "alice" in says["og:title"] + html[:200]
        assert says["description"] == says["og:description"] != ""
        assert "robots" not in says
        assert "X-Robots-Tag" not in page
        assert page["Cache-Control"] == "public, no-cache"
        assert page["Vary"] == "Accept-Language, Accept-Encoding"
        assert page["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in page["Content-Security-Policy"]
        assert not page.cookies
        assert "<b>" not in html
        assert " style=" not in html  # which the policy forbids
        assert len(re.findall("<h1", html)) == 1


def test_what_stays_the_same_is_not_sent_again_and_what_is_hidden_is_gone(
    visitor, client, seen
):
    paths = pages(seen).values()
    held = {}
    for path in paths:
        held[path] = {"If-None-Match": visitor.get(path)["ETag"]}
        assert visitor.get(path, headers=held[path]).status_code == 304
        spanish = {**held[path], "Accept-Language": "es"}
        assert visitor.get(path, headers=spanish).status_code == 200
    client.patch(f"/api/user/watchList/{OPEN}", {"notes": "Not for others."})
    for path in paths:
        assert visitor.get(path, headers=held[path]).status_code == 304
    nobody = dict.fromkeys(THINGS, "followers")
    client.patch("/api/user/preferences", {"audience": nobody})
    client.patch(f"/api/user/lists/{seen}", {"audience": "followers"})
    nobody_is = visitor.get("/u/nobody-at-all")
    for path in paths:
        gone = visitor.get(path, headers=held[path])
        assert (gone.status_code, gone.content) == (404, nobody_is.content)
        assert gone["X-Robots-Tag"] == "noindex"
        assert gone["Cache-Control"] == "private, no-cache"


def test_a_page_leads_only_to_what_is_seen(visitor, client, seen):
    only = dict.fromkeys(THINGS, "nobody") | {"watching": "everyone"}
    client.patch("/api/user/preferences", {"audience": only})
    html = visitor.get("/u/alice/watchList").content.decode()
    links = set(re.findall(r'href="(/u/[^"]*)"', html))
    assert links == {"/u/alice/watchList?type=Watching"}
    assert visitor.get("/u/alice/watchList?type=Completed").status_code == 404


def test_long_lists_are_turned_by_plain_links(visitor, client, seen):
    for anime in AnimeFactory.create_batch(3):
        client.post("/api/user/watchList", {"animeId": anime.id, "type": "Watching"})
    found, at = [], "?limit=2&ordering=-score&utm_source=x"
    while at:
        html = visitor.get(f"/u/alice/watchList{at}").content.decode()
        found += re.findall(r'href="/anime/(\d+)"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        at = following and following[1].replace("&amp;", "&")
    assert len(found) == len({*found}) == 4
    assert visitor.get("/u/alice/watchList?cursor=x").status_code == 400
    assert visitor.get("/u/alice/watchList?ordering=added_at").status_code == 400


@pytest.mark.parametrize(
    ("accepts", "language"),
    [("es-AR", "es"), ("fr, es;q=0.5", "es"), ("fr", "en"), ("*", "en"), ("", "en")],
    ids=["es-AR", "fr then es", "fr", "any", "none"],
)
def test_the_language_is_the_browsers_whatever_a_cookie_says(
    visitor, seen, accepts, language
):
    visitor.cookies["django_language"] = "es"
    page = visitor.get("/u/alice", headers={"Accept-Language": accepts})
    assert f'<html lang="{language}"' in page.content.decode()
    [other] = {"en", "es"} - {language}
    assert f'href="?language={other}"' in page.content.decode()  # to choose it
    path = f"/u/alice?language={other}"
    page = visitor.get(path, headers={"Accept-Language": accepts})
    assert f'<html lang="{other}"' in page.content.decode()
    unknown = visitor.get("/u/alice?language=xx", headers={"Accept-Language": accepts})
    assert f'<html lang="{language}"' in unknown.content.decode()


def test_refusals_are_pages_too(settings, visitor, db):
    settings.RATES = settings.RATES | {"others": (2, 60)}
    answers = [visitor.get(f"/u/name{n}") for n in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 429]
    assert answers[2]["Retry-After"]
    assert "Too many" not in answers[0].content.decode()
    assert answers[2]["Content-Type"] == "text/html; charset=utf-8"


def test_each_page_needs_few_statements(visitor, seen, budget):
    needed = {
        "profile": (
            12,
            "whose name, who sees what, the profile, titles it may name, these, how "  # noqa: ISC004
            "many of each type, a shelf, the lists, statistics",
        ),
        "watchList": (4, "whose name, who sees what, the entries, how many"),
        "lists": (3, "whose name, who sees what, the lists"),
        "items": (4, "whose name, who sees what, the list, what is on it"),
        "stats": (5, "whose name, who sees what, statistics"),
        "year": (10, "whose name, who sees what, a year"),
    }
    for of, path in pages(seen).items():
        with budget(*needed[of]):
            assert visitor.get(path).status_code == 200


def test_a_name_of_any_letters_has_a_page(visitor, db):
    UserFactory(user_name="猫 & Co")
    assert visitor.get("/u/猫 & Co").status_code == 404
    assert visitor.get("/u/" + "x" * 300).status_code == 404
    assert visitor.get("/u/alice%00").status_code == 404
    assert visitor.post("/u/alice").status_code == 405
