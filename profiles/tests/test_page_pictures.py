"""Pictures of pages: how they are drawn, kept and bounded. What goes into them is
walked in test_what_others_see.py.
"""

from io import BytesIO

import pytest
from PIL import Image

from animecollections.api.response_cache import bodies
from animecollections.viewer import THINGS
from profiles.public_pages import drawing, views
from profiles.public_pages.pictures import Picture

FIGURES = (("Titles", "1,234"), ("Mean score", "7.4"))
PICTURE = Picture("alice", "", "Every day", FIGURES, ((0, "Monster"), (13, "Mushishi")))


def read(png):
    with Image.open(BytesIO(png)) as image:
        return image.size, image.format, image.convert("RGB").tobytes()


@pytest.fixture
def no_font_of_the_system(monkeypatch):
    monkeypatch.setattr(drawing, "FALLBACKS", ())
    drawing.font_with.cache_clear()
    yield
    drawing.font_with.cache_clear()


def test_a_picture_is_one_that_messengers_take():
    png = drawing.draw(PICTURE)
    size, form, pixels = read(png)
    assert (size, form) == ((1200, 630), "PNG")
    assert len(png) < 100_000
    assert read(drawing.draw(PICTURE))[2] == pixels
    assert read(drawing.draw(Picture("bob", "", "", (), ())))[2] != pixels


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Łódź – ¿Qué?", "Łódź – ¿Qué?"),
        ("Frieren 葬", "Frieren"),
        ("葬送のフリーレン", ""),
        ("a\n  b", "a b"),
        ("", ""),
    ],
    ids=["latin", "one letter", "none", "lines", "empty"],
)
def test_letters_that_no_font_has_are_left_out(no_font_of_the_system, text, drawn):
    assert drawing.seen_of(text) == drawn


@pytest.mark.parametrize("title", ["x" * 500, "word " * 100, "葬" * 90, "\u202e", ""])
def test_any_text_can_be_drawn(title):
    picture = Picture(title, title, title, ((title, title),) * 4, ((1, title),) * 3)
    assert read(drawing.draw(picture))[0] == drawing.SIZE


@pytest.mark.django_db
def test_a_picture_is_drawn_once_until_it_changes(client, visitor, alice, monkeypatch):
    drawn = []
    draw = drawing.draw
    monkeypatch.setattr(
        views.drawing, "draw", lambda picture: drawn.append(picture) or draw(picture)
    )
    everyone = {"audience": dict.fromkeys(THINGS, "everyone")}
    client.patch("/api/user/preferences", everyone)
    first = visitor.get("/u/alice/card.png")
    assert first["Content-Type"] == "image/png"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert first["Cache-Control"] == "public, no-cache"
    assert visitor.get("/u/alice/card.png").content == first.content
    held = {"If-None-Match": first["ETag"]}
    assert visitor.get("/u/alice/card.png", headers=held).status_code == 304
    assert len(drawn) == 1
    client.patch("/api/user/profile", {"frequency": "daily"})
    assert visitor.get("/u/alice/card.png", headers=held).status_code == 200
    assert len(drawn) == 2
    client.patch("/api/user/preferences", {"audience": {"profile": "followers"}})
    assert visitor.get("/u/alice/card.png", headers=held).status_code == 404
    bodies.forget()


@pytest.mark.django_db
def test_who_asks_for_many_at_once_waits_or_is_asked_to(client, visitor, monkeypatch):
    everyone = {"audience": dict.fromkeys(THINGS, "everyone")}
    client.patch("/api/user/preferences", everyone)
    permits = views.long_work
    monkeypatch.setattr(permits, "most_waiting", 0)
    with permits.held("127.0.0.1"):
        busy = visitor.get("/u/alice/stats/card.png")
    assert busy.status_code == 503
    assert busy["Retry-After"]
