"""The queue of editors: wordings that the catalogue does not find."""

import pytest
from django.test import Client
from django.urls import reverse

from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.catalogue.search.search_names import fold_name
from collections_app.imports import services as imports
from collections_app.imports.recognition import recognise
from collections_app.merges import services as merging
from collections_app.models import Anime, MissingTitle
from collections_app.tests.catalogues import BEBOP, import_file, write
from collections_app.transfer.records import ListFile, Record
from factories import AnimeFactory, UserFactory
from history.models import StaffAction
from profiles.figures import services as figures
from profiles.models import Figure

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:missing_titles")
WORDING = "Kaubōi Bibappu & Co"
WHY = "It is how the site writes it."


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def take(tmp_path):
    path = write(tmp_path / "catalogue.jsonl", BEBOP)
    return lambda: import_file(path)


@pytest.fixture
def _wording(alice, take):
    """An imported title that matches none."""
    take()
    imports.plan(user_id=alice.pk, file=ListFile("mal", [Record(1, WORDING)]))
    figures.refresh()


def settle(browser, act, **fields):
    page = reverse("admin:settle_missing_title", args=[act])
    body = {"reason": WHY} | fields
    return browser.post(f"{page}?text={WORDING.replace('&', '%26')}", body, follow=True)


def is_shown(browser, **query):
    return (
        "Kaubōi Bibappu" in browser.get(PAGE, query).content.decode().split("<main")[-1]
    )


@pytest.mark.usefixtures("_wording")
def test_a_wording_that_is_linked_is_a_name_from_then_on(browser, staff, take):
    assert is_shown(browser)
    assert recognise([Record(row=1, title=WORDING)])[0].anime_id is None
    assert "%26 Co" in browser.get(PAGE).content.decode().replace("%20", " ")
    settle(browser, "link", anime="1")
    assert not is_shown(browser)
    assert WORDING in Anime.objects.get().synonyms
    [found] = recognise([Record(row=1, title=WORDING)])
    assert found.anime_id == 1
    take()
    assert WORDING in Anime.objects.get().synonyms
    row = MissingTitle.objects.get()
    assert (row.key, row.status, row.anime_id) == (fold_name(WORDING), "linked", 1)
    edit, act = StaffAction.objects.order_by("id")
    assert (edit.action, edit.anime_id) == ("edit_title", 1)
    assert (act.action, act.actor_id, act.reason) == (
        "missing_title_linked",
        staff.pk,
        WHY,
    )


@pytest.mark.usefixtures("_wording")
def test_a_name_that_the_title_has_is_not_added_twice(browser):
    Anime.objects.update(synonyms=[WORDING.upper()])
    settle(browser, "link", anime="1")
    assert Anime.objects.get().synonyms == [WORDING.upper()]
    assert MissingTitle.objects.get().status == "linked"


@pytest.mark.usefixtures("_wording")
def test_two_editors_link_it_to_one_title(browser):
    other = AnimeFactory()
    settle(browser, "link", anime="1")
    page = settle(browser, "link", anime=str(other.pk))
    assert "linked to Cowboy Bebop already" in page.context["form"].errors["anime"][0]
    other.refresh_from_db()
    assert WORDING not in other.synonyms
    assert MissingTitle.objects.get().anime_id == 1


@pytest.mark.usefixtures("_wording")
def test_it_stays_linked_to_what_its_title_is_merged_into(browser):
    other = AnimeFactory()
    settle(browser, "link", anime="1")
    refs = [AnimeRef("own", str(id_)) for id_ in (other.pk, 1)]
    by = Origin("admin")
    merging.merge(kept=refs[0], gone=refs[1], reason=WHY, through=by)
    assert MissingTitle.objects.get().anime_id == other.pk


@pytest.mark.usefixtures("_wording")
def test_one_that_is_dismissed_does_not_come_back_until_it_is_opened(browser):
    settle(browser, "dismiss")
    assert not is_shown(browser)
    assert StaffAction.objects.get().after == {"wording": WORDING, "is": "dismissed"}
    figures.refresh()
    assert Figure.objects.get(name="unmatched").value == []
    done = reverse("admin:collections_app_missingtitle_changelist")
    assert "Open again" in browser.get(done).content.decode()
    settle(browser, "reopen")
    figures.refresh()
    assert is_shown(browser)


@pytest.mark.usefixtures("_wording")
def test_one_is_assigned_to_an_editor(browser, staff, alice):
    other = UserFactory(is_staff=True, is_superuser=True)
    for nobody in (alice, UserFactory(is_staff=True)):
        page = settle(browser, "assign", to=str(nobody.pk))
        assert "to" in page.context["form"].errors
    settle(browser, "assign", to=str(other.pk))
    assert other.user_name in browser.get(PAGE).content.decode()
    assert not is_shown(browser, mine="1")
    settle(browser, "assign", to=str(staff.pk))
    assert is_shown(browser, mine="1")
    assert StaffAction.objects.latest("id").before["was"] == other.user_name
    settle(browser, "assign")
    assert not is_shown(browser, mine="1")


@pytest.mark.usefixtures("_wording")
def test_it_takes_a_reason_a_title_and_the_right_to(browser):
    assert "reason" in settle(browser, "dismiss", reason="").context["form"].errors
    assert "anime" in settle(browser, "link", anime="77").context["form"].errors
    assert settle(browser, "nonsense").status_code == 404
    helper = Client()
    helper.force_login(UserFactory(is_staff=True))
    assert settle(helper, "dismiss").status_code == 403
    assert not MissingTitle.objects.exists()


@pytest.mark.usefixtures("_wording")
def test_the_queue_costs_the_same_whatever_is_in_it(browser, budget):
    settle(browser, "assign")
    with budget(5, "session, user, figures, what was done, notices"):
        browser.get(PAGE)
