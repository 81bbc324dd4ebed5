"""The page at `/` and its service worker, as the server writes them."""

import gzip
import json
import re
from base64 import b64encode
from functools import partial
from hashlib import sha256

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import OperationalError, connection
from PIL import Image

from animecollections.web import pages as client
from animecollections.web.pages import PAGES, files
from factories import AnimeFactory

# Bytes, compressed as production sends them: of a first visit, and of all pages. Files
# that can be read one by one, and their types, compress worse than a few large ones.
MOST_SENT_AT_FIRST = 65_000  # 1,500 of them in the library: viewings, notices, lists
MOST_SCRIPT_SENT = 267_000


@pytest.mark.parametrize("address", PAGES)
def test_every_address_is_the_same_page(visitor, address):
    """Without a database: what pages show comes from the API."""
    response = visitor.get(address)
    assert response.status_code == 200
    assert 'src="/static/js/app.js?v=' in response.content.decode()
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
    assert 'src="/static/js/app.js?v=' in response.content.decode()


@pytest.mark.django_db
def test_a_page_of_a_title_opens_without_the_database_too(visitor):
    def refuse(*args):
        raise OperationalError

    with connection.execute_wrapper(refuse):
        response = visitor.get("/anime/1535")
    assert response.status_code == 200
    assert 'src="/static/js/app.js?v=' in response.content.decode()


def test_nothing_of_it_is_inline(visitor):
    """The Content-Security-Policy would refuse it; the import map it knows by hash."""
    response = visitor.get("/")
    page = response.content.decode()
    assert not re.search(r"\s(style|on\w+)=", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    inline = [script for script in scripts if "src=" not in script]
    assert [script.split('"')[-2] for script in inline] == [
        "application/json",
        "importmap",
    ]
    text = re.search(r'<script type="importmap">(.*?)</script>', page)[1]
    digest = b64encode(sha256(text.encode()).digest()).decode()
    policy = response["Content-Security-Policy"]
    assert f"script-src 'self' 'sha256-{digest}'" in policy
    assert "sha256" not in visitor.get("/reset")["Content-Security-Policy"]


def test_the_script_has_a_module_for_each_page():
    script = (settings.BASE_DIR / "static/js/app.js").read_text()
    assert re.findall(r'^  "(/.*)": \(\) => import', script, re.MULTILINE) == PAGES


def test_the_service_worker_keeps_all_that_the_pages_are_made_of(visitor):
    told = visitor.get("/sw.js")
    assert told["Content-Type"] == "text/javascript"
    script = told.content.decode()
    kept = json.loads(re.search(r"const FILES = (.*);", script)[1])
    assert json.loads(re.search(r"const PAGES = (.*);", script)[1]) == PAGES
    static = settings.BASE_DIR / "static"
    modules = {
        f"/{path.relative_to(static.parent)}" for path in static.rglob("js/**/*.js")
    }
    assert len(kept) == len(set(kept))  # a cache refuses to take one twice
    for address in kept:
        name, _, digest = address.removeprefix("/static/").partition("?v=")
        assert finders.find(name), address
        assert digest  # or it would be kept when it is another
    page = visitor.get("/").content.decode()
    imports = json.loads(re.search(r'"importmap">(.*?)</script>', page)[1])["imports"]
    assert set(imports) == modules
    assert set(imports.values()) <= set(kept)
    assert set(re.findall(r'"(/static/(?:js|css)/[^"]*)"', page)) <= set(kept) | set(
        imports
    )


def test_the_page_names_all_that_its_first_modules_import(visitor):
    """Else the browser learns of a module only when it has read another."""
    page = visitor.get("/").content.decode()
    named = re.findall(r'modulepreload" href="/static/(.*?)\?v=', page)
    assert {"js/collection/index.js", "js/collection/api.js"} < set(named)
    assert len(named) == len(set(named))
    for name in ["js/app.js", *named]:
        path = settings.BASE_DIR / "static" / name
        script = path.read_text()
        for other in re.findall(
            r'^} from "(.*)";|^import .* from "(.*)";', script, re.M
        ):
            imported = (path.parent / "".join(other)).resolve()
            assert str(imported.relative_to(settings.BASE_DIR / "static")) in named


def test_the_library_imports_nothing_from_outside_its_folder():
    """Other frontends copy the folder as it is."""
    folder = settings.BASE_DIR / "static/js/collection"
    for path in folder.iterdir():
        for name in re.findall(r'(?:from|import\() ?"(.*?)"', path.read_text()):
            assert (folder / name.removeprefix("./")).with_suffix("").parent == folder


def test_pages_import_what_they_share_and_never_each_other():
    root = settings.BASE_DIR / "static/js"
    for path in root.rglob("*/*.js"):
        for name in re.findall(r'(?:from|import\() ?"(\..*?)"', path.read_text()):
            imported = (path.parent / name).resolve().relative_to(root)
            is_page = imported.parts[0] == "pages"
            assert not is_page or (root / imported).parent == path.parent, (path, name)


def test_a_module_that_was_edited_has_another_address_and_is_a_new_version(
    tmp_path, settings, monkeypatch
):
    edited = tmp_path / "js" / "ui" / "dom.js"
    edited.parent.mkdir(parents=True)
    before, version = client.modules(), client.digest()
    edited.write_text("// edited")
    monkeypatch.setattr(
        finders, "find", partial(found_instead, finders.find, "js/ui/dom.js", edited)
    )
    after = client.modules()
    assert [name for name in after if after[name] != before[name]] == [
        "/static/js/ui/dom.js"
    ]
    assert client.digest() != version


def found_instead(find, name, path, wanted, *args, **kwargs):
    return str(path) if wanted == name else find(wanted, *args, **kwargs)


def test_in_production_a_module_has_its_hash_in_its_name(visitor, tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = [
        "django.contrib.staticfiles.finders.FileSystemFinder"
    ]
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    call_command("collectstatic", verbosity=0)
    page = visitor.get("/").content.decode()
    imports = json.loads(re.search(r'"importmap">(.*?)</script>', page)[1])["imports"]
    kept = json.loads(
        re.search(r"const FILES = (.*);", visitor.get("/sw.js").content.decode())[1]
    )
    assert set(imports.values()) <= set(kept)
    for address in {*kept, *re.findall(r'(?:src|href)="(/static/[^"]*)"', page)}:
        assert re.search(r"\.[0-9a-f]{12}\.\w+\Z", address), address
        assert (tmp_path / address.removeprefix("/static/")).exists()


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
    touch = re.search(r'rel="apple-touch-icon" href="/static/([^"?]+)', page)[1]
    with Image.open(static / touch) as picture:  # iOS paints what is clear black
        assert (picture.size, picture.mode) == ((180, 180), "RGB")


def test_the_scripts_are_small(visitor):
    def sent(names):
        scripts = [(settings.BASE_DIR / "static" / name).read_bytes() for name in names]
        return sum(len(gzip.compress(script)) for script in scripts)

    page = visitor.get("/").content.decode()
    first = re.findall(r'modulepreload" href="/static/(.*?)\?v=', page)
    assert sent(["js/app.js", "js/theme.js", *first]) < MOST_SENT_AT_FIRST
    assert sent(name for name in files() if name.startswith("js/")) < MOST_SCRIPT_SENT
