"""The page at `/` and its service worker, as the server writes them."""

import gzip
import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from animecollections.client import FIRST, PAGES, files

MOST_SCRIPT_SENT = 80_000  # bytes, compressed as production sends them


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


def test_nothing_of_it_is_inline(visitor):
    """The Content-Security-Policy would refuse it."""
    page = visitor.get("/").content.decode()
    assert not re.search(r"\s(style|on\w+)=", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)


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


def test_the_scripts_are_small():
    scripts = [
        (settings.BASE_DIR / "static" / name).read_bytes()
        for name in files()
        if name.startswith("js/")
    ]
    assert sum(len(gzip.compress(script)) for script in scripts) < MOST_SCRIPT_SENT
