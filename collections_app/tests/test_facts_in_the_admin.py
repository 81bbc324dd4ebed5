"""What staff see and say of facts by source."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from collections_app.models import Anime, CatalogueState, SourceFact
from collections_app.tests.catalogues import import_file, title, write
from collections_app.tests.facts import fact, import_facts, write_lines
from history.models import StaffAction

pytestmark = pytest.mark.django_db
VOTES = {"ids": ["mal:1"], "votes": {"mean": 8.5, "count": 100}}


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def facts(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", title("mal:1", "Cowboy Bebop")))

    def import_rows(*rows, **options):
        return import_facts(write_lines(tmp_path / "facts.jsonl", *rows), **options)

    import_rows(VOTES)
    return import_rows


def page(name, *args):
    return reverse(f"admin:{name}", args=args)


def test_the_page_of_a_title_shows_what_each_source_says(browser, facts):
    said = browser.get(page("facts_of_title", 1)).content.decode()
    assert "own" in said
    assert "8.5" in said
    assert "No source says it." in said


def test_what_staff_say_wins_over_every_import_until_they_let_go(browser, facts):
    overrule = page("overrule_fact", 1, "votes")
    body = {"value": '{"mean": 7, "count": 50}', "reason": "Bought votes."}
    assert browser.post(overrule, body).status_code == 302
    facts(VOTES | {"votes": {"mean": 9, "count": 200}})
    assert fact(1, "votes")["count"] == 200
    assert Anime.objects.get(id=1).votes == 50
    act = StaffAction.objects.latest("id")
    assert (act.action, act.anime_id, act.reason) == (
        "overrule_fact",
        1,
        "Bought votes.",
    )
    body = {"facts": ["of sources: votes"], "reason": "They are real."}
    assert page("let_go_of_facts", 1) in browser.get(page("facts_of_title", 1)).text
    browser.post(page("let_go_of_facts", 1), body)
    assert Anime.objects.get(id=1).votes == 200
    assert StaffAction.objects.latest("id").action == "let_go_of_fact"
    assert not SourceFact.objects.filter(source="staff").exists()


def test_what_is_held_stays_as_it_is_shown(browser, facts):
    browser.post(page("hold_fact", 1, "votes"), {"reason": "It is right."})
    facts(VOTES | {"votes": {"mean": 9, "count": 200}})
    assert Anime.objects.get(id=1).votes == 100


def test_staff_can_show_nothing(browser, facts, visitor):
    body = {"value": "", "reason": "Not for us."}
    browser.post(page("overrule_fact", 1, "votes"), body)
    assert Anime.objects.get(id=1).votes is None


def test_a_list_is_held_with_what_every_source_says(browser, facts):
    facts({"ids": ["mal:1"], **LISTS})
    more = {"names": {"de": ["Der Cowboy"]}, "links": [], "ids": ["mal:1"]}
    more["links"] = [{"site": "x", "url": "https://example.org/more"}]
    facts(more, source="second")
    for kind in ("names", "links"):
        browser.post(page("hold_fact", 1, kind), {"reason": "x"})
    assert set(fact(1, "names", "staff")["names"]) == {"de", "en"}
    assert len(fact(1, "links", "staff")["links"]) == 2


LISTS = {
    "names": {"en": ["Bebop of Cowboys"]},
    "links": [{"site": "x", "url": "https://example.org/link"}],
    "trailers": [{"site": "x", "url": "https://example.org/trailer"}],
    "relations": [{"type": "sequel", "ids": ["mal:5"]}],
}


@pytest.mark.parametrize("kind", LISTS)
def test_staff_replace_a_list_or_hide_it(browser, facts, visitor, tmp_path, kind):
    titles = [title(f"mal:{id_}", f"Title {id_}") for id_ in (1, 5, 6)]
    import_file(write(tmp_path / "more.jsonl", *titles))
    facts({"ids": ["mal:1"], **LISTS})

    def shown():
        anime = visitor.get(f"/api/animes/1?include={kind},franchise").json()["data"]
        return json.dumps([anime[kind], anime["franchise"]])

    wanted = json.dumps(LISTS[kind]).replace("Bebop of", "Ballad of")
    for old, new in (("link", "our-link"), ("trailer", "our-trailer"), ("5", "6")):
        wanted = wanted.replace(f"example.org/{old}", f"example.org/{new}")
        wanted = wanted.replace(f"mal:{old}", f"mal:{new}")
    marks = {
        "names": ("Bebop of", "Ballad of"),
        "links": ("org/link", "our-link"),
        "trailers": ("org/trailer", "our-trailer"),
        "relations": ("Title 5", "Title 6"),
    }
    theirs, ours = marks[kind]
    assert theirs in shown()
    page_ = page("overrule_fact", 1, kind)
    browser.post(page_, {"value": wanted, "reason": "x"})
    assert theirs not in shown()
    assert ours in shown()
    browser.post(page_, {"value": "", "reason": "x"})
    assert theirs not in shown()
    assert ours not in shown()
    if kind == "names":
        assert Anime.objects.get(id=1).names_elsewhere == []
    if kind == "relations":
        assert Anime.objects.get(id=1).franchise is None


@pytest.mark.parametrize(
    "value", ["[", "7", '{"mean": "x"}', "[" * 50_000, '{"mean": 11, "count": 1}']
)
def test_what_cannot_be_kept_is_refused(browser, facts, value):
    body = {"value": value, "reason": "x"}
    response = browser.post(page("overrule_fact", 1, "votes"), body)
    assert response.status_code == 200
    assert not SourceFact.objects.filter(source="staff").exists()


def test_a_kind_that_there_is_not_is_404(browser, facts):
    assert browser.get(page("overrule_fact", 1, "moods")).status_code == 404


def test_a_file_is_looked_at_without_changing_anything(browser, facts):
    revision = CatalogueState.objects.get().revision
    row = b'{"ids": ["mal:1"], "votes": {"mean": 9, "count": 200}}'
    body = {"file": SimpleUploadedFile("facts.jsonl", row)}
    said = browser.post(page("preview_facts"), body).content.decode()
    assert "What own would change" in said
    assert "200" in said
    assert fact(1, "votes")["count"] == 100
    assert CatalogueState.objects.get().revision == revision
    body = {"file": SimpleUploadedFile("facts.jsonl", b"<html>")}
    assert "can be read" in browser.post(page("preview_facts"), body).content.decode()
