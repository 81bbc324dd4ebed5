"""The admin of lists and of the catalogue: what it writes goes through the services."""

import pytest
from django.contrib.admin.templatetags.admin_list import result_headers
from django.test import Client
from django.urls import reverse

from animecollections.tests.admin_forms import errors_of, fill_in, messages_of, sent_by
from collections_app.models import (
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    SearchName,
    Studio,
    WatchListEntry,
)
from collections_app.tests.staff import put, viewer
from factories import AnimeFactory, UserFactory
from history.models import Change, StaffAction
from history.staff_log.masks import MASK

pytestmark = pytest.mark.django_db
LIST = reverse("admin:collections_app_watchlistentry_changelist")
ADD = reverse("admin:collections_app_watchlistentry_add")
TITLES = reverse("admin:collections_app_anime_changelist")
LOG = reverse("admin:history_change_changelist")
COMPLETE = reverse("admin:autocomplete")


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def entry(alice, death_note):
    return put(alice, death_note, type="Watching", progress=3, score=85, tags=["a, b"])


def page_of(row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])


def shown(page):
    return [str(row.pk) for row in page.context["cl"].result_list]


# --- Entries -----------------------------------------------------------------------


def test_an_edit_is_in_the_log_with_who_made_it(browser, staff, alice, entry):
    page = fill_in(browser, page_of(entry), progress="5", notes="again\r\nand again")
    assert errors_of(page) == {}
    change = Change.objects.latest("revision")
    assert (change.user_id, change.through, change.actor_id) == (
        alice.pk,
        "admin",
        staff.pk,
    )
    assert change.request_id
    assert change.before == {"progress": 3, "notes": ""}
    assert change.after["progress"] == 5
    after = WatchListEntry.objects.get()
    assert (after.progress, after.revision) == (5, 2)
    assert (after.score, after.tags) == (85, ["a, b"])
    alice.state.refresh_from_db()
    assert alice.state.list_revision == 2


def test_what_the_user_changed_meanwhile_is_not_put_back(browser, alice, entry):
    shown_before = sent_by(browser.get(page_of(entry)))
    put(alice, entry.anime, progress=6)
    page = browser.post(page_of(entry), shown_before | {"priority": "9", "reason": "x"})
    (sentence,) = errors_of(page)["__all__"]
    assert sentence.startswith("This entry changed on another device")
    after = WatchListEntry.objects.get()
    assert (after.progress, after.priority) == (6, 0)
    fill_in(browser, page_of(entry), priority="9")
    after = WatchListEntry.objects.get()
    assert (after.progress, after.priority) == (6, 9)


def test_nothing_changed_takes_no_revision(browser, entry):
    fill_in(browser, page_of(entry))
    assert Change.objects.count() == 1
    assert WatchListEntry.objects.get().updated_at == entry.updated_at


def test_a_score_is_shown_and_taken_as_the_api_does(browser, entry):
    page = browser.get(page_of(entry))
    assert float(page.context["adminform"].form["score"].value()) == 8.5
    fill_in(browser, page_of(entry), score="9.1", tags="one\r\n\r\n two \r\n")
    after = WatchListEntry.objects.get()
    assert (after.score, after.tags) == (91, ["one", "two"])
    fill_in(browser, page_of(entry), score="", tags="")
    after = WatchListEntry.objects.get()
    assert (after.score, after.tags) == (None, [])


def test_what_follows_by_itself_is_told(browser, entry):
    page = fill_in(browser, page_of(entry), progress="37")
    after = WatchListEntry.objects.get()
    assert (after.type, after.progress) == ("Completed", 37)
    assert "type: Watching → Completed (last_episode)" in messages_of(page)


def test_what_looks_wrong_is_warned_of(browser, entry):
    page = fill_in(browser, page_of(entry), progress="40")
    assert any("beyond the 37 episodes" in text for text in messages_of(page))
    assert WatchListEntry.objects.get().progress == 40


def test_another_type_needs_no_fitting_state(browser, entry):
    fill_in(browser, page_of(entry), state="on_hold")
    fill_in(browser, page_of(entry), type="Completed")
    after = WatchListEntry.objects.get()
    assert (after.type, after.state) == ("Completed", "active")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("progress", "-1"),
        ("progress", "100001"),
        ("progress", "two"),
        ("score", "10.1"),
        ("score", "8.55"),
        ("type", "Dropped"),
        ("state", "dropped"),  # of Watching: the service refuses it
        ("started_on", "2017-13"),
        ("finished_on", "soon"),
        ("tags", "\u200b"),
        ("tags", "x" * 256),
        ("notes", "x" * 10_001),
        ("priority", "101"),
    ],
)
def test_a_wrong_value_is_an_error_of_its_field(browser, entry, field, value):
    page = fill_in(browser, page_of(entry), **{field: value})
    assert page.status_code == 200
    assert list(errors_of(page)) == [field]
    assert page.context["adminform"].form[field].value() == value
    assert Change.objects.count() == 1


def test_an_entry_that_is_gone_by_then_is_no_500(browser, alice, entry):
    body = {"type": "Watching", "state": "active", "progress": 9, "rewatches": 0}
    address = page_of(entry)
    entry.delete()
    page = browser.post(address, body | {"priority": 0}, follow=True)
    assert page.status_code == 200
    assert any("doesn’t exist" in text for text in messages_of(page))


def test_an_entry_is_added_by_the_service(browser, staff, alice, death_note):
    page = fill_in(
        browser, ADD, user=str(alice.pk), anime="1535", type="To Watch", score="7.5"
    )
    assert errors_of(page) == {}
    entry = WatchListEntry.objects.get()
    assert (entry.user, entry.anime, entry.score) == (alice, death_note, 75)
    change = Change.objects.get()
    assert (change.kind, change.through, change.actor_id) == ("add", "admin", staff.pk)
    assert any("1535 (To Watch)" in text for text in messages_of(page))
    assert page_of(entry) in page.content.decode()


def test_what_is_listed_already_is_not_added_again(browser, alice, entry):
    page = fill_in(browser, ADD, user=str(alice.pk), anime="1535", type="To Watch")
    assert list(errors_of(page)) == ["anime"]
    assert WatchListEntry.objects.get().type == "Watching"


def test_nothing_is_added_without_user_anime_and_type(browser):
    page = fill_in(browser, ADD)
    assert {"user", "anime", "type"} <= set(errors_of(page))


def removal_of(entry):
    return reverse("admin:collections_app_watchlistentry_delete", args=[entry.pk])


def test_a_removal_asks_why_and_is_in_the_log(browser, staff, alice, entry):
    address = removal_of(entry)
    assert "Death Note" in browser.get(address).content.decode()
    page = browser.post(address, {"reason": " "})
    assert page.context["form"].errors == {"reason": ["This field is required."]}
    assert WatchListEntry.objects.exists()
    page = browser.post(address, {"reason": "Ticket 4711"}, follow=True)
    assert messages_of(page) == ["Death Note was removed from the list of alice."]
    assert not WatchListEntry.objects.exists()
    change = Change.objects.latest("revision")
    assert (change.kind, change.through, change.actor_id) == (
        "remove",
        "admin",
        staff.pk,
    )
    act = StaffAction.objects.get()
    assert (act.action, act.reason, act.anime_id) == (
        "remove_entry",
        "Ticket 4711",
        1535,
    )
    assert (act.before["progress"], act.after) == (3, {})
    assert act.operation_id == change.operation_id
    assert browser.get(address).status_code == 404


def test_who_may_not_remove_does_not(entry):
    browser = viewer("view_watchlistentry", "change_watchlistentry")
    assert browser.post(removal_of(entry), {"reason": "x"}).status_code == 403
    assert WatchListEntry.objects.exists()


def test_many_are_not_removed_at_once(browser, entry):
    """No page asks why for each; a list is put back as a whole."""
    body = {"action": "delete_selected", "_selected_action": [str(entry.pk)]}
    browser.post(LIST, body | {"post": "yes"})
    assert WatchListEntry.objects.exists()


def test_the_log_of_staff_has_before_and_after_of_an_entry(browser, alice, entry):
    fill_in(browser, page_of(entry), progress="5", notes="mine", reason="Ticket 4711")
    act = StaffAction.objects.get()
    assert (act.action, act.user_id, act.reason) == (
        "update_entry",
        alice.pk,
        "Ticket 4711",
    )
    assert act.before == {"progress": 3, "notes": MASK}
    assert (act.after["progress"], act.after["notes"]) == (5, MASK)
    fill_in(browser, page_of(entry))  # nothing changed, nothing done
    assert StaffAction.objects.count() == 1


def test_of_a_private_entry_it_has_neither_title_nor_values(browser, entry):
    fill_in(browser, page_of(entry), progress="4", is_private="on")
    act = StaffAction.objects.get()
    assert act.anime_id is None
    assert act.before == dict.fromkeys(act.before, MASK)
    assert act.after == dict.fromkeys(act.after, MASK)


@pytest.mark.parametrize("text", ["death", "alice", "alice@example", "1535"])
def test_a_list_is_searched_by_title_and_user(browser, stranger, entry, text):
    SearchName.objects.create(anime=entry.anime, name="death note")
    put(stranger, AnimeFactory(), type="Completed")
    assert shown(browser.get(LIST, {"q": text})) == [str(entry.pk)]


def test_a_word_that_names_titles_and_people_finds_both(browser, entry):
    SearchName.objects.create(anime=entry.anime, name="death note")
    fan = put(UserFactory(user_name="deathfan"), AnimeFactory(), type="Completed")
    page = browser.get(LIST, {"q": "death"})
    assert set(shown(page)) == {str(entry.pk), str(fan.pk)}


def test_a_refusal_that_is_of_no_field_is_shown_too(browser, alice, entry):
    alice.state.delete()  # her account is being erased
    page = fill_in(browser, page_of(entry), progress="9")
    assert page.status_code == 200
    assert list(errors_of(page)) == ["__all__"]


def test_columns_sort_the_rows_of_one_user_only(browser, alice, entry):
    """Sorting a table of millions would take minutes."""
    sortable = [h for h in headers(browser.get(LIST)) if h["sortable"]]
    assert not sortable
    page = browser.get(LIST, {"user__id__exact": str(alice.pk)})
    assert shown(page) == [str(entry.pk)]
    assert [h for h in headers(page) if h["sortable"]]


def headers(page):
    return list(result_headers(page.context["cl"]))


def test_covers_are_shown(browser, entry):
    cover = '<img src="https://img.example.org/1535.jpg"'
    for address in (LIST, page_of(entry), TITLES, page_of(entry.anime)):
        assert cover in browser.get(address).content.decode()


def test_a_cover_cannot_break_out_of_its_page(browser, entry):
    Anime.objects.update(picture_url='"><script>alert(1)</script>')
    assert "<script>alert" not in browser.get(LIST).content.decode()


def test_who_may_only_look_changes_nothing(entry):
    browser = viewer("view_watchlistentry")
    assert browser.get(page_of(entry)).status_code == 200
    assert browser.post(page_of(entry), {"progress": "9"}).status_code == 403
    assert browser.get(ADD).status_code == 403
    assert WatchListEntry.objects.get().progress == 3


def test_user_and_anime_are_found_while_typing(browser, alice, death_note):
    SearchName.objects.create(anime=death_note, name="ですのと")
    field = {"app_label": "collections_app", "model_name": "watchlistentry"}
    for name, term, found in [
        ("anime", "デスノト", "1535"),
        ("user", "alice@ex", str(alice.pk)),
    ]:
        body = field | {"field_name": name, "term": term}
        results = browser.get(COMPLETE, body).json()["results"]
        assert [result["id"] for result in results] == [found]


# --- The catalogue -----------------------------------------------------------------


def revision():
    return CatalogueState.objects.get().revision


def test_an_edit_of_a_title_reaches_devices_and_search(browser, death_note):
    before = revision()
    page = fill_in(
        browser,
        page_of(death_note),
        title="Désu Nōto",
        synonyms="Death Note\r\nDN",
        episodes="38",
        rating="8.7",
    )
    assert errors_of(page) == {}
    after = Anime.objects.get()
    assert (after.title, after.episodes, after.rating) == ("Désu Nōto", 38, 8.7)
    assert after.synonyms == ["Death Note", "DN"]
    assert after.sort_title == "desu noto"
    assert after.revision == revision() == before + 1
    names = set(SearchName.objects.values_list("name", flat=True))
    assert {"desu noto", "death note", "dn"} <= names


def test_genres_and_studios_are_linked_and_shown_alike(browser, death_note):
    crime = Genre.objects.create(key="crime", name="Crime")
    drama = Genre.objects.create(key="drama", name="Drama")
    studio = Studio.objects.create(key="madhouse", name="Madhouse")
    address = page_of(death_note)
    fill_in(browser, address, genres=[crime.pk, drama.pk], studios=[studio.pk])
    after = Anime.objects.get()
    assert (after.genre_names, after.studio_names) == (["Crime", "Drama"], ["Madhouse"])
    assert set(after.genres.all()) == {crime, drama}
    fill_in(browser, address, genres=[drama.pk])
    after = Anime.objects.get()
    assert (after.genre_names, list(after.genres.all())) == (["Drama"], [drama])
    assert after.studio_names == ["Madhouse"]


def test_a_title_saved_as_it_was_takes_no_revision(browser, death_note):
    before = revision()
    fill_in(browser, page_of(death_note))
    assert revision() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("rating", "11"),
        ("year", "-1"),
        ("picture_url", "javascript:alert(1)"),
        ("season", "autumn"),
    ],
)
def test_a_wrong_fact_is_an_error_of_its_field(browser, death_note, field, value):
    before = revision()
    page = fill_in(browser, page_of(death_note), **{field: value})
    assert page.status_code == 200
    assert errors_of(page)
    assert revision() == before


def test_titles_are_not_deleted(browser, death_note):
    delete = reverse("admin:collections_app_anime_delete", args=[1535])
    assert browser.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("text", ["1535", "mal:1535", "DÉATH", "デスノート"])
def test_titles_are_found_by_any_name_and_id(browser, death_note, text):
    AnimeFactory(title="Another")
    for name in ("death note", "ですのと", "ですのーと"):
        SearchName.objects.create(anime=death_note, name=name)
    assert shown(browser.get(TITLES, {"q": text})) == ["1535"]


def test_titles_are_narrowed_by_decade_and_by_being_gone(browser, death_note):
    AnimeFactory(year=1999)
    assert shown(browser.get(TITLES, {"in": "2000-2009"})) == ["1535"]
    assert len(shown(browser.get(TITLES, {"in": "1-9 OR 1=1"}))) == 2
    assert shown(browser.get(TITLES, {"gone": "yes"})) == []
    assert len(shown(browser.get(TITLES, {"gone": "no"}))) == 2


def test_ids_elsewhere_and_search_names_are_on_the_page(browser, death_note):
    SearchName.objects.create(anime=death_note, name="a folded name")
    text = browser.get(page_of(death_note)).content.decode()
    assert "mal:1535" in text
    assert "a folded name" in text
    ids = reverse("admin:collections_app_externalid_changelist")
    claim = ExternalId.objects.get()
    assert shown(browser.get(ids, {"q": "mal:1535"})) == [str(claim.pk)]
    assert shown(browser.get(ids, {"q": "kitsu:1535"})) == []


# --- The log -----------------------------------------------------------------------


def test_the_log_says_what_changed_and_by_whom(browser, entry):
    fill_in(browser, page_of(entry), progress="5", score="", tags="c\r\nd")
    text = browser.get(LOG).content.decode()
    assert "progress: 3 → 5, score: 8.5 → none, tags: a, b → c, d" in text
    assert "Death Note" in text
    assert ">staff<" in text
    assert "Watching" in text


def test_the_log_is_found_by_user_operation_and_request(browser, stranger, entry):
    put(stranger, AnimeFactory(), type="Completed")
    change = Change.objects.get(user=entry.user)
    Change.objects.filter(user=stranger).update(request_id="another")
    for text in ("alice", entry.user_id, change.operation_id, "from-her-phone"):
        assert shown(browser.get(LOG, {"q": str(text)})) == [str(change.pk)]
    assert shown(browser.get(LOG, {"q": "nobody"})) == []


def test_the_log_cannot_be_written(browser, entry):
    change = Change.objects.get()
    delete = reverse("admin:history_change_delete", args=[change.pk])
    assert browser.post(page_of(change), {"kind": "remove"}).status_code == 403
    assert browser.post(delete, {"post": "yes"}).status_code == 403
    body = {"action": "delete_selected", "_selected_action": [str(change.pk)]}
    browser.post(LOG, body | {"post": "yes"})
    assert Change.objects.get().kind == "add"


@pytest.mark.parametrize("is_private", [False, True])
def test_the_file_of_a_private_change_is_masked_with_it(
    browser, alice, death_note, is_private
):
    put(alice, death_note, type="Watching", is_private=is_private)
    change = Change.objects.get()
    Change.objects.filter(pk=change.pk).update(file_name="what-nobody-knows.xml")
    text = browser.get(page_of(change)).content.decode()
    assert ("what-nobody-knows" in text) == (not is_private)
