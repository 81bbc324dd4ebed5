"""The page at `/` and its service worker, as the server writes them."""

import gzip
import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import OperationalError, connection
from PIL import Image

from animecollections.client import FIRST, PAGES, files
from factories import AnimeFactory

MOST_SCRIPT_SENT = 84_000  # bytes, compressed as production sends them


@pytest.mark.parametrize("address", PAGES)
def test_every_address_is_the_same_page(visitor, address):
    """Without a database: what pages show comes from the API."""
    response = visitor.get(address)
    assert response.status_code == 200
    assert 'src="/static/js/app.js"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_page_speaks_the_readers_language(visitor):
    english = visitor.get("/").content.decode()
    spanish = visitor.get("/", headers={"Accept-Language": "es-MX"})
    told = spanish.content.decode()
    assert '<html lang="en"' in english
    assert '<html lang="es"' in told
    assert "Mi lista" in told
    visitor.cookies["django_language"] = "es"
    assert '<html lang="es"' in visitor.get("/").content.decode()


@pytest.mark.django_db
def test_a_page_of_a_title_tells_other_sites_what_it_is(visitor, budget):
    AnimeFactory(
        id=1535,
        title="Death <Note>",
        format="TV",
        year=2006,
        episodes=37,
        genre_names=["Suspense"],
        picture_url="https://img.example.org/1535.jpg",
    )
    with budget(1, "the title by its id"):
        response = visitor.get("/anime/1535")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>Death &lt;Note&gt; – animecollections</title>" in page
    described = 'content="TV · 2006 · 37 episodes · Suspense"'
    assert f'<meta name="description" {described}>' in page
    assert f'<meta property="og:description" {described}>' in page
    assert 'og:image" content="https://img.example.org/1535.jpg"' in page
    assert 'rel="canonical" href="http://testserver/anime/1535"' in page
    spanish = visitor.get("/anime/1535", headers={"Accept-Language": "es"})
    assert "37 episodios" in spanish.content.decode()


@pytest.mark.django_db
def test_a_mature_title_is_not_described(visitor):
    AnimeFactory(id=1535, title="Not For Children", mature=True)
    response = visitor.get("/anime/1535")
    assert response.status_code == 200
    assert "Not For Children" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("anime_id", ["7", "no-such-thing", "mal:7", "99999999999999"])
def test_a_title_that_is_not_there_is_404_and_the_same_page(visitor, anime_id):
    response = visitor.get(f"/anime/{anime_id}")
    assert response.status_code == 404
    assert 'src="/static/js/app.js"' in response.content.decode()


@pytest.mark.django_db
def test_a_page_of_a_title_opens_without_the_database_too(visitor):
    def refuse(*args):
        raise OperationalError

    with connection.execute_wrapper(refuse):
        response = visitor.get("/anime/1535")
    assert response.status_code == 200
    assert 'src="/static/js/app.js"' in response.content.decode()


def test_nothing_of_it_is_inline(visitor):
    """The Content-Security-Policy would refuse it."""
    page = visitor.get("/").content.decode()
    assert not re.search(r"\s(style|on\w+)=", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)


def test_the_script_has_a_module_for_each_page():
    script = (settings.BASE_DIR / "static/js/app.js").read_text()
    assert re.findall(r'^  "(/.*)": \(\) => import', script, re.MULTILINE) == PAGES


def test_the_service_worker_keeps_all_that_the_pages_are_made_of(visitor):
    told = visitor.get("/sw.js")
    assert told["Content-Type"] == "text/javascript"
    script = told.content.decode()
    kept = json.loads(re.search(r"const FILES = (.*);", script)[1])
    assert json.loads(re.search(r"const PAGES = (.*);", script)[1]) == PAGES
    modules = {path.name for path in (settings.BASE_DIR / "static/js").glob("*.js")}
    assert {f"/static/js/{name}" for name in modules} <= set(kept)
    assert {f"{name}.js" for name in FIRST} <= modules
    assert kept.pop(0) == "/"
    assert len(kept) == len(set(kept))  # a cache refuses to take one twice
    for address in kept:
        assert finders.find(address.removeprefix("/static/")), address


def test_it_changes_with_what_it_keeps(monkeypatch):
    from animecollections import client

    before = client.digest()
    monkeypatch.setattr(client, "files", lambda: files()[1:])
    assert client.digest() != before


def test_it_can_be_installed_with_pictures_that_every_system_reads(visitor):
    static = settings.BASE_DIR / "static"
    manifest = json.loads((static / "app.webmanifest").read_text())
    pngs = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    purposes = {(icon["sizes"], icon["purpose"]) for icon in pngs}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= purposes
    for icon in pngs:
        with Image.open(static / icon["src"]) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
    page = visitor.get("/").content.decode()
    touch = re.search(r'rel="apple-touch-icon" href="/static/([^"]+)"', page)[1]
    with Image.open(static / touch) as picture:  # iOS paints what is clear black
        assert (picture.size, picture.mode) == ((180, 180), "RGB")


def test_the_scripts_are_small():
    scripts = [
        (settings.BASE_DIR / "static" / name).read_bytes()
        for name in files()
        if name.startswith("js/")
    ]
    assert sum(len(gzip.compress(script)) for script in scripts) < MOST_SCRIPT_SENT
