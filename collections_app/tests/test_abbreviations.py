"""What people call titles in short: the list that comes along, and editors' own."""

import pytest
from django.test import Client

from animecollections.identity import Origin
from collections_app.catalogue import abbreviation_writes as abbreviations
from collections_app.catalogue.abbreviation_writes import key_of, set_abbreviation
from collections_app.catalogue.abbreviations import ABBREVIATIONS
from collections_app.catalogue.refs import AnimeRef
from collections_app.imports.recognition import recognise
from collections_app.merges import services as merging
from collections_app.models import Abbreviation, CatalogueState, SearchName
from collections_app.tests.catalogues import import_file, title, write
from collections_app.transfer.records import Record
from history.models import StaffAction

pytestmark = pytest.mark.django_db
STAFF = Origin("admin")
LIST = "/admin/collections_app/abbreviation/"
SEVERAL = [
    title("mal:16498", "Shingeki no Kyojin", synonyms=["Attack on Titan"]),
    title("mal:35760", "Shingeki no Kyojin Season 3", type="TV"),
    title("mal:4", "Aot", type="SPECIAL"),
    title("mal:5", "Death Note"),
    title("mal:6", "Death Note: Rewrite"),
]


@pytest.fixture(autouse=True)
def _catalogue(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", *SEVERAL))


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def search(visitor, text):
    found = visitor.get("/api/animes", {"search": text}).json()["data"]
    return [anime["title"] for anime in found]


def set_(text, anime_id):
    set_abbreviation(text=text, anime_id=anime_id, reason="so said", through=STAFF)


def revision():
    return CatalogueState.objects.get().revision


def test_no_two_titles_of_the_list_have_one_abbreviation():
    keys = [key_of(text) for texts in ABBREVIATIONS.values() for text in texts]
    assert len(keys) == len(set(keys))
    assert all(keys)
    assert all(len(key) > 1 for key in keys)


def test_an_import_brings_those_of_the_titles_that_are_there(visitor):
    known = dict(Abbreviation.objects.values_list("text", "anime_id"))
    assert known["aot"] == known["snk"] == 16498
    assert "jjk" not in known
    assert search(visitor, "aot")[:2] == ["Shingeki no Kyojin", "Aot"]


def test_a_later_import_brings_those_of_new_titles(visitor, tmp_path):
    jujutsu = title("mal:40748", "Jujutsu Kaisen"), title("mal:51", "Jujutsu Kaisen 2")
    import_file(write(tmp_path / "more.jsonl", *jujutsu), source="more")
    assert search(visitor, "jjk")[0] == "Jujutsu Kaisen"
    assert search(visitor, "jjk season 2")[0] == "Jujutsu Kaisen 2"


def test_a_sequel_that_comes_later_is_found_by_it_too(visitor, tmp_path):
    later = title("mal:7", "Shingeki no Kyojin: Lost Girls")
    import_file(write(tmp_path / "more.jsonl", later), source="more")
    assert search(visitor, "aot lost girls")[0] == "Shingeki no Kyojin: Lost Girls"


def test_an_editor_adds_one(visitor):
    before = revision()
    set_("DNote", 5)
    assert search(visitor, "dnote")[0] == "Death Note"
    assert search(visitor, "dnote rewrite")[0] == "Death Note: Rewrite"
    assert revision() == before + 1
    act = StaffAction.objects.get()
    assert (act.action, act.reason, act.anime_id) == ("edit_abbreviation", "so said", 5)
    assert act.after == {"abbreviation": "DNote", "anime_id": 5}


def test_the_same_again_changes_nothing():
    set_("DNote", 5)
    before = revision()
    set_("DNote", 5)
    assert revision() == before
    assert StaffAction.objects.count() == 1


def test_an_editor_says_that_another_title_is_meant(visitor, tmp_path):
    set_("aot", 4)
    assert search(visitor, "aot")[0] == "Aot"
    assert "Shingeki no Kyojin" not in search(visitor, "aot")
    import_file(write(tmp_path / "again.jsonl", *SEVERAL))
    assert search(visitor, "aot")[0] == "Aot"


def test_one_that_an_editor_took_away_stays_away(visitor, tmp_path):
    set_("snk", None)
    assert "Shingeki no Kyojin" not in search(visitor, "snk")
    import_file(write(tmp_path / "again.jsonl", *SEVERAL))
    assert not SearchName.objects.filter(name__startswith="snk").exists()


def test_a_renamed_title_keeps_it(visitor, tmp_path):
    renamed = title("mal:16498", "Attack on Titan")
    import_file(write(tmp_path / "renamed.jsonl", renamed), source="renamed")
    assert search(visitor, "aot")[0] == "Attack on Titan"


def test_a_merged_title_leaves_it_to_the_one_that_stays(visitor):
    set_("rewritten", 6)
    merging.merge(
        kept=AnimeRef("own", "5"),
        gone=AnimeRef("own", "6"),
        reason="the same",
        through=STAFF,
    )
    assert search(visitor, "rewritten")[0] == "Death Note"


def test_a_row_of_an_import_is_not_recognised_by_it():
    """Nothing is guessed: a title "AOT" is that, or none."""
    names = ["aot", "snk", "Attack on Titan"]
    rows = [Record(row=place, title=name) for place, name in enumerate(names)]
    assert [one.anime_id for one in recognise(rows)] == [4, None, 16498]


def test_the_missing_are_added_once():
    assert abbreviations.add_shipped() == 0
    Abbreviation.objects.filter(text="aot").delete()
    before = revision()
    assert abbreviations.add_shipped() == 1
    assert revision() == before + 1


def test_they_are_kept_in_the_admin(browser, visitor):
    assert "snk" in browser.get(LIST).content.decode()
    sent = {"text": "deathy", "title": "mal:5", "reason": "asked for"}
    browser.post(LIST + "add/", sent)
    assert search(visitor, "deathy")[0] == "Death Note"
    row = Abbreviation.objects.get(text="deathy")
    page = f"{LIST}{row.pk}/change/"
    browser.post(page, {"title": "", "reason": "nobody says so"})
    assert Abbreviation.objects.get(text="deathy").anime is None
    assert not SearchName.objects.filter(name="deathy").exists()
    assert StaffAction.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "mal:99999999"}, "title"),
        ({"title": "x" * 300}, "title"),
        ({"text": ""}, "text"),
        ({"text": "  "}, "text"),
        ({"reason": ""}, "reason"),
    ],
)
def test_the_admin_says_what_is_wrong(browser, wrong, field):
    sent = {"text": "deathy", "title": "5", "reason": "asked for"} | wrong
    form = browser.post(LIST + "add/", sent).context["adminform"].form
    assert field in form.errors
    assert not StaffAction.objects.exists()


def test_the_names_of_a_title_say_what_they_are():
    kinds = dict(SearchName.objects.filter(anime=16498).values_list("name", "kind"))
    assert kinds["shingeki no kyojin"] == 0
    assert kinds["attack on titan"] == 1
    assert kinds["aot"] == 2
    assert kinds["attackontitan"] == 4
