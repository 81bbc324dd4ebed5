"""The page of a link: what it shows, to whom, and what it costs."""

import pytest

from animecollections.ops.logs import redacted
from factories import AnimeFactory
from profiles.models import Share
from profiles.sharing.fields import FIELDS
from profiles.tests.test_viewers import EVERYTHING, OPEN, fill, titles

__all__ = ["titles"]
pytestmark = pytest.mark.django_db
URL = "/api/user/shares"
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def page_of(client, alice):
    """`page_of(of=…)`: the path of the page of a new link."""

    def make(**body):
        made = client.post(URL, body).json()["data"]
        assert made["page_url"] == made["url"].replace("/api/shared/", "/shared/")
        return made["page_url"].removeprefix(HERE)

    return make


@pytest.fixture
def noted(client, titles):
    fill(client, EVERYTHING)
    changed = {"notes": "With <b>Anna</b>.", "progress": 1}
    assert client.patch(f"/api/user/watchList/{OPEN}", changed).status_code == 200


def uses():
    return Share.objects.values_list("uses", flat=True).get()


def test_a_link_opens_as_a_page_that_is_in_no_cache_and_no_search(
    page_of, visitor, noted
):
    path = page_of(of="type", id="Watching", fields=["notes"])
    page = visitor.get(path)
    html = page.content.decode()
    assert page.status_code == 200
    assert "With &lt;b&gt;Anna&lt;/b&gt;." in html
    assert path.rpartition("/")[2] not in html  # the secret stands in the address alone
    assert page["Cache-Control"] == "private, no-cache"
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert not page.cookies
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html
    assert uses() == 1
    held = {"If-None-Match": page["ETag"]}
    assert visitor.get(path, headers=held).status_code == 304
    assert visitor.head(path).status_code == 200
    assert visitor.get(f"{path}?fbclid=x&cursor=").status_code == 200
    assert uses() == 2


def test_fields_that_a_link_does_not_name_are_not_on_its_page(page_of, visitor, noted):
    html = visitor.get(page_of(of="type", id="Watching")).content.decode()
    assert "Anna" not in html


def test_a_preview_costs_no_use_and_a_button_does(page_of, visitor, noted, client):
    path = page_of(of="type", id="Watching", max_uses=1)
    for _ in range(3):
        closed = visitor.get(path)
        assert (closed.status_code, uses()) == (200, 0)
    html = closed.content.decode()
    assert '<form method="post"' in html
    assert "ETag" not in closed
    name = client.get("/api/user/watchList").json()["data"][0]["title"]
    assert name not in html
    # As a browser sends a form of a page that says no referrer.
    how = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    opened = visitor.post(path, headers=how)
    assert opened.status_code == 200
    assert "<form" not in opened.content.decode()
    assert opened["Cache-Control"] == "private, no-cache"
    assert uses() == 1
    assert visitor.get(path).status_code == visitor.post(path).status_code == 404


@pytest.mark.parametrize("max_uses", [None, 3])
def test_a_link_to_what_nobody_sees_is_the_page_of_no_link(
    page_of, visitor, client, noted, max_uses
):
    path = page_of(of="type", id="Watching", max_uses=max_uses)
    seen = {"watching": "nobody", "completed": "everyone"}
    client.patch("/api/user/preferences", {"audience": seen})
    gone = visitor.get(path)
    nobody_is = visitor.get("/shared/no-such-link")
    assert (gone.status_code, nobody_is.status_code) == (404, 404)
    assert gone.content == nobody_is.content
    assert visitor.get(path.replace("/shared/", "/api/shared/")).status_code == 404
    assert uses() == 0


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        ({"of": "profile"}, "Madhouse"),
        ({"of": "stats"}, "Genres"),
        ({"of": "year", "id": "2016"}, "2016 in review"),
        ({"of": "type", "id": "Watching"}, "1 / 12"),
    ],
    ids=["profile", "stats", "year", "type"],
)
def test_each_thing_has_a_page_in_the_language_of_who_reads(
    page_of, visitor, client, noted, thing, says
):
    client.post("/api/user/profile", {"favorite_studios": ["Madhouse"]})
    path = page_of(**thing, fields=[*FIELDS])
    html = visitor.get(path).content.decode()
    assert says in html
    assert "alice" in html
    spanish = visitor.get(path, headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert '<html lang="es"' in spanish.content.decode()
    assert spanish["Vary"].startswith("Accept-Language")


def test_a_long_list_has_pages_that_count_once(page_of, visitor, client):
    made = client.post("/api/user/lists", {"name": "Ours & more"}).json()["data"]
    for anime in AnimeFactory.create_batch(3, title="A <title>"):
        client.put(f"/api/user/lists/{made['id']}/items/{anime.id}", {})
    path = page_of(of="list", id=made["id"])
    html = visitor.get(f"{path}?limit=2").content.decode()
    assert "Ours &amp; more" in html
    assert html.count("A &lt;title&gt;</span>") == 4  # on the cover, and below it
    after = html.partition('rel="next"')[0].rpartition('href="')[2].split('"')[0]
    second = visitor.get(path + after.replace("&amp;", "&")).content.decode()
    assert second.count("A &lt;title&gt;</span>") == 2
    assert uses() == 1


def test_the_address_of_a_page_is_in_no_log(page_of):
    path = page_of(of="stats")
    assert redacted(f"GET {path} 200") == "GET /shared/… 200"
    assert redacted(f"GET /api{path} 200") == "GET /api/shared/… 200"
