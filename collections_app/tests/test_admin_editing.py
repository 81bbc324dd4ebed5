"""Editors add titles and say which ids at other sites they have."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from animecollections.tests.admin_forms import errors_of, fill_in, sent_by
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.admin.bulk import in_order
from collections_app.catalogue.lookup import find_anime, parse_anime_id
from collections_app.merges import admin as titles
from collections_app.models import Anime, CatalogueState, ExternalId, Genre, SearchName
from collections_app.tests.catalogues import BEBOP, import_file, title, write
from factories import UserFactory
from history.models import StaffAction
from profiles.staff.groups import make_groups

pytestmark = pytest.mark.django_db
ADD = reverse("admin:collections_app_anime_add")
WHY = "The site says so."


@pytest.fixture
def editor(db):
    make_groups()
    editor = UserFactory(is_staff=True)
    editor.groups.add(Group.objects.get(name="Catalogue editor"))
    return editor


@pytest.fixture
def browser(editor):
    browser = Client()
    browser.force_login(editor)
    return browser


@pytest.fixture
def take(tmp_path):
    return lambda *titles: import_file(write(tmp_path / "catalogue.jsonl", *titles))


def page_of(anime_id):
    return reverse("admin:collections_app_anime_change", args=[anime_id])


def state():
    return CatalogueState.objects.get()


# --- Titles ------------------------------------------------------------------------


def test_an_editor_adds_a_title_with_all_that_follows_from_it(browser, editor):
    drama = Genre.objects.create(key="drama", name="Drama")
    page = fill_in(
        browser, ADD, title="Kaubōi Bibappu", ids="mal:4000\nanilist:1", episodes="26",
        synonyms="CB", genres=[drama.pk],
    )  # fmt: skip
    assert errors_of(page) == {}
    anime = Anime.objects.get()
    assert (anime.pk, anime.mal_id, anime.sort_title) == (4000, 4000, "kauboi bibappu")
    assert anime.external_ids == {"mal": "4000", "anilist": "1"}
    assert (anime.genre_names, anime.genres.get()) == (["Drama"], drama)
    assert anime.revision == state().revision == 1
    assert SearchName.objects.filter(name="kauboi bibappu").exists()
    assert find_anime(parse_anime_id("anilist:1")) == anime
    act = StaffAction.objects.get()
    assert (act.action, act.anime_id, act.actor_id) == ("add_title", 4000, editor.pk)


def test_imports_know_it_and_fill_in_what_it_leaves_open(browser, take):
    fill_in(browser, ADD, title="Space Cowboys", ids="mal:1")
    said = take(BEBOP)
    anime = Anime.objects.get()
    assert (anime.title, anime.episodes) == ("Space Cowboys", 26)
    assert "title stays Space Cowboys" in said


def test_one_without_a_site_gets_a_number_of_ours_and_never_goes(browser, take):
    fill_in(browser, ADD, title="A local film")
    fill_in(browser, ADD, title="Another")
    assert list(Anime.objects.values_list("id", flat=True)) == [100000000, 100000001]
    take(BEBOP)
    take(BEBOP)
    assert not Anime.objects.exclude(gone_since=None).exists()


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ("mal:1", "mal:1 is an id of 1 Cowboy Bebop"),
        ("1535", "not an id at a site"),
        ("https://example.org", "not an id at a site"),
    ],
)
def test_ids_that_cannot_be_its_own_are_errors_of_their_field(browser, take, ids, says):
    take(BEBOP)
    page = fill_in(browser, ADD, title="Another", ids=ids)
    assert says in errors_of(page)["ids"][0]
    assert Anime.objects.count() == 1


def test_it_takes_a_title_and_a_reason(browser):
    assert {"title", "reason"} <= set(errors_of(fill_in(browser, ADD, reason="")))


def test_what_an_import_changed_since_the_page_was_opened_is_not_put_back(
    browser, take
):
    take(BEBOP)
    sent = sent_by(browser.get(page_of(1))) | {"title": "CB", "reason": WHY}
    take(BEBOP | {"episodes": 27, "synonyms": ["Kaubōi Bibappu"]})
    page = browser.post(page_of(1), sent)
    assert "It has changed since" in errors_of(page)["__all__"][0]
    anime = Anime.objects.get()
    assert (anime.title, anime.episodes, anime.held_facts) == ("Cowboy Bebop", 27, {})
    assert errors_of(fill_in(browser, page_of(1), title="CB")) == {}
    assert Anime.objects.get().held_facts == {"title": True}


def test_what_changed_between_look_and_lock_is_not_put_back(take):
    take(BEBOP)
    seen = {1: Anime.objects.get().revision}
    take(BEBOP | {"tags": ["drama"]})
    edits = {1: {"genre_names": ["Action", "Noir"]}}
    with pytest.raises(ApiError, match="changed since"):
        catalogue.edit_many(edits, reason=WHY, through=Origin("admin"), seen=seen)
    assert Anime.objects.get().genre_names == ["Drama"]


def test_a_title_merged_away_in_the_middle_is_no_fault_of_ours(browser, monkeypatch):
    gone = Anime(pk=77, title="Gone")
    monkeypatch.setattr(titles, "get_object_or_404", lambda *args, **kwargs: gone)
    page = reverse("admin:mark_mature", args=[77])
    sent = {"reason": WHY, "seen": "mature"}
    told = browser.post(page, sent, follow=True)
    assert "no anime with the id 77" in told.content.decode()


# --- Ids at other sites --------------------------------------------------------------


def remove(browser, id_, reason=WHY):
    site, _, key = id_.partition(":")
    claim = ExternalId.objects.get(site=site, external_id=key)
    page = reverse("admin:remove_id", args=[claim.pk])
    return browser.post(page, {"reason": reason}, follow=True)


def test_an_id_that_is_taken_away_stays_away(browser, take):
    take(BEBOP)
    assert "Remove it" in browser.get(page_of(1)).content.decode()
    before = state().revision
    remove(browser, "anilist:1")
    anime = Anime.objects.get()
    assert anime.external_ids == {"mal": "1", "kitsu": "1"}
    assert anime.revision == state().revision == before + 1
    assert StaffAction.objects.get().before == {"id": "anilist:1"}
    said = take(BEBOP)
    assert "external_ids: removed by staff: anilist:1" in said
    assert not ExternalId.objects.filter(site="anilist").exists()
    assert Anime.objects.get().external_ids == {"mal": "1", "kitsu": "1"}
    let_go = reverse("admin:let_go_of_facts", args=[1])
    browser.post(let_go, {"facts": ["external_ids"], "reason": WHY})
    take(BEBOP)
    assert find_anime(parse_anime_id("anilist:1")).pk == 1


def test_it_is_another_titles_then(browser, take):
    both = [BEBOP, title("mal:7 anilist:1", "Another")]
    take(*both)
    claim = ExternalId.objects.get(site="anilist", anime_id=1)
    page = reverse("admin:remove_id", args=[claim.pk])
    browser.post(page, {"reason": WHY})
    said = take(*both)
    assert "belong to more than one" not in said
    assert find_anime(parse_anime_id("anilist:1")).pk == 7


def test_what_a_title_shows_is_the_next_of_the_site(browser, take):
    take(title("mal:7 mal:9 anidb:3 anidb:4", "Two pages"))
    remove(browser, "mal:9")
    remove(browser, "anidb:3")
    anime = Anime.objects.get()
    assert (anime.mal_id, anime.external_ids) == (7, {"mal": "7", "anidb": "4"})
    assert "cannot be removed" in remove(browser, "mal:7").content.decode()
    assert Anime.objects.get().mal_id == 7


def test_an_id_is_added_where_no_title_claims_it(browser, take):
    take(BEBOP, title("mal:7", "Another"))
    remove(browser, "anilist:1")
    page = reverse("admin:add_id", args=[1])
    for id_ in ("mal:7", "1", "nonsense"):
        errors = browser.post(page, {"id": id_, "reason": WHY}).context["form"].errors
        assert "id" in errors
    browser.post(page, {"id": "anilist:1", "reason": WHY})
    anime = Anime.objects.get(pk=1)
    assert anime.external_ids["anilist"] == "1"
    assert anime.held_facts == {}
    assert StaffAction.objects.latest("id").action == "add_id"


def test_the_menu_leads_there(staff):
    browser = Client()
    browser.force_login(staff)
    text = browser.get(reverse("admin:index")).content.decode()
    for model in (
        "collections_app_abbreviation",
        "profiles_erasure",
        "profiles_madeexport",
    ):
        assert reverse(f"admin:{model}_changelist") in text


# --- Several at once ---------------------------------------------------------------

TITLES = reverse("admin:collections_app_anime_changelist")
BULK = reverse("admin:bulk_edit")


def choose(browser, *ids):
    """The page that asks, as the list leads to it."""
    body = {"action": "change_several", "_selected_action": ids}
    return browser.post(TITLES, body, follow=True)


def say(browser, asked, **fields):
    """Fills in the page and sends it."""
    address = asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"]
    seen = asked.context["form"].stands
    return browser.post(address, {"reason": WHY, "seen": seen} | fields, follow=True)


@pytest.fixture
def _titles(take):
    names = {"mal:7": "Aria", "mal:8": "Barakamon", "mal:9": "Clannad"}
    take(BEBOP, *(title(id_, name, tags=["drama"]) for id_, name in names.items()))


@pytest.mark.usefixtures("_titles")
def test_several_titles_are_changed_after_a_look(browser, editor, take):
    action = Genre.objects.get(key="action")
    drama = Genre.objects.get(key="drama")
    fields = {
        "format": "OVA",
        "mature": "yes",
        "genres_added": [action.pk],
        "genres_removed": [drama.pk],
    }
    asked = choose(browser, 7, 8)
    before = state().revision
    page = say(browser, asked, _preview="1", **fields)
    assert page.context["lines"] == [
        "Aria: format Unknown → OVA, mature False → True, genres + Action − Drama",
        "Barakamon: format Unknown → OVA, mature False → True, genres + Action − Drama",
    ]
    assert not Anime.objects.filter(format="OVA").exists()
    page = say(browser, asked, **fields)
    assert "2 titles changed." in page.content.decode()
    assert set(Anime.objects.filter(format="OVA", mature=True)) == set(
        Anime.objects.filter(pk__in=[7, 8])
    )
    assert Anime.objects.get(pk=7).genre_names == ["Action"]
    assert state().revision == before + 1
    acts = StaffAction.objects.order_by("anime_id")
    assert [act.anime_id for act in acts] == [7, 8]
    assert {(act.action, act.reason, act.actor_id) for act in acts} == {
        ("edit_title", WHY, editor.pk)
    }
    assert acts[0].operation_id == acts[1].operation_id is not None
    take(title("mal:7", "Aria", tags=["drama"], type="TV"))
    assert Anime.objects.get(pk=7).format == "OVA"


@pytest.mark.usefixtures("_titles")
def test_a_genre_is_the_same_however_a_source_spells_it(browser):
    action, drama = (Genre.objects.get(key=key) for key in ("action", "drama"))
    Anime.objects.filter(pk=7).update(genre_names=["DRAMA", "action"])
    Anime.objects.filter(pk=8).update(genre_names=["ACTION"])
    asked = choose(browser, 7, 8)
    say(browser, asked, genres_added=[action.pk], genres_removed=[drama.pk])
    assert Anime.objects.get(pk=7).genre_names == ["action"]
    assert Anime.objects.get(pk=8).genre_names == ["ACTION"]
    assert in_order(["ACTION", "DRAMA"], [drama, action]) == ["ACTION", "DRAMA"]


@pytest.mark.usefixtures("_titles")
def test_what_changed_since_it_was_shown_is_looked_at_again(browser, take):
    asked = choose(browser, 7, 8)
    take(title("mal:8", "Barakamon", episodes=12))
    page = say(browser, asked, format="OVA")
    assert "changed in the meantime" in page.content.decode()
    assert not Anime.objects.filter(format="OVA").exists()


@pytest.mark.usefixtures("_titles")
def test_nothing_is_changed_without_a_reason_or_the_right(browser, monkeypatch):
    asked = choose(browser, 7, 8)
    assert "reason" in say(browser, asked, reason="").context["form"].errors
    assert browser.get(f"{BULK}?ids=77,x").status_code == 404
    monkeypatch.setattr("collections_app.catalogue.admin.titles.MOST_AT_ONCE", 1)
    assert "at most 1 titles" in choose(browser, 7, 8).content.decode()
    helper = Client()
    helper.force_login(UserFactory(is_staff=True))
    assert helper.get(f"{BULK}?ids=7").status_code == 403
    assert not StaffAction.objects.exists()
