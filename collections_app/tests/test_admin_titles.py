"""The admin of the catalogue: corrections with reasons, merges, a look ahead."""

import gzip
import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.identity import Origin
from animecollections.tests.admin_forms import fill_in, messages_of
from collections_app.catalogue.refs import AnimeRef
from collections_app.merges import services as merging
from collections_app.models import Anime, CatalogueState, Merge, WatchListEntry
from collections_app.tests.catalogues import BEBOP, import_file, write
from collections_app.watch_list import writes as watch_list
from factories import AnimeFactory, UserFactory
from history.models import StaffAction
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
MERGE, MERGES = (
    reverse("admin:merge_titles"),
    reverse("admin:collections_app_merge_changelist"),
)
IMPORT = reverse("admin:preview_import")
WHY = "The same title."


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def test_a_title_is_marked_mature_for_a_reason(browser, staff, death_note):
    page = reverse("admin:mark_mature", args=[1535])
    assert "mature" in browser.get(page).content.decode()
    assert browser.post(page, {"reason": ""}).status_code == 200
    assert not Anime.objects.get().mature
    seen = {"reason": "violence", "seen": "mature"}
    browser.post(page, seen)
    assert Anime.objects.get().mature
    assert "changed in the meantime" in browser.post(page, seen).content.decode()
    assert Anime.objects.get().mature
    act = StaffAction.objects.get()
    assert (act.anime_id, act.actor_id, act.reason) == (1535, staff.pk, "violence")
    assert (act.before, act.after) == ({"mature": False}, {"mature": True})
    assert Anime.objects.get().revision == CatalogueState.objects.get().revision
    browser.post(page, {"reason": "a slip", "seen": "not mature"})
    assert not Anime.objects.get().mature


# --- Merging -----------------------------------------------------------------------


@pytest.fixture
def twice(alice, death_note):
    """Death Note twice, the second on a list."""
    AnimeFactory(id=900, title="DEATH NOTE", year=2007)
    watch_list.add(
        user_id=alice.pk,
        anime=AnimeRef("own", "900"),
        values={"type": "Watching", "progress": 3},
        today=timezone.now().date(),
        through=Origin("session"),
    )


def merge(browser, **fields):
    body = {"kept": "mal:1535", "gone": "900", "reason": WHY, **fields}
    return browser.post(MERGE, body, follow=True)


def test_both_titles_are_shown_side_by_side_first(browser, twice):
    lines = merge(browser, _preview="1").context["lines"]
    assert "title: Death Note stays, DEATH NOTE goes" in lines
    assert "year: 2006 stays, 2007 goes" in lines
    assert lines[-1] == "1 lists change"
    assert not Merge.objects.exists()


def test_the_worker_merges_and_parts(browser, staff, alice, twice):
    page = merge(browser)
    assert "DEATH NOTE is being merged into Death Note" in messages_of(page)[0]
    assert WatchListEntry.objects.get().anime_id == 900
    under_way = browser.get(MERGES).content.decode()
    for name in ("1535 Death Note<", "900 DEATH NOTE<"):
        assert name in under_way
    send_all()
    assert WatchListEntry.objects.get().anime_id == 1535
    job = Merge.objects.get()
    assert job.status == "merged"
    assert StaffAction.objects.get(action="merge").actor_id == staff.pk
    assert StaffAction.objects.get(action="begin_merge").reason == WHY
    text = browser.get(MERGES).content.decode()
    part = reverse("admin:go_on_with_merge", args=[job.pk])
    assert part in text
    assert "DEATH NOTE" in text
    assert browser.get(part).status_code == 200
    late = browser.post(part, {"reason": WHY, "seen": "merging"})
    assert "changed in the meantime" in late.content.decode()
    send_all()
    assert Merge.objects.get().status == "merged"
    browser.post(part, {"reason": "a sequel", "seen": "merged"})
    send_all()
    assert WatchListEntry.objects.get().anime_id == 900
    assert StaffAction.objects.get(action="unmerge").reason == "a sequel"
    assert StaffAction.objects.get(action="part_titles").actor_id == staff.pk
    assert "Part …" not in browser.get(MERGES).content.decode()


def run_waiting_tasks():
    waiting = DBTaskResult.objects.filter(status="READY")  # and not due yet
    waiting.update(run_after=timezone.now())
    send_all()


@pytest.mark.parametrize(("failures", "ends"), [(2, "merged"), (9, "merging")])
def test_one_that_failed_goes_on_by_itself_and_not_for_ever(
    browser, twice, monkeypatch, failures, ends
):
    tried = []
    join = merging.join_titles

    def join_titles(*args):
        tried.append(args)
        if len(tried) <= failures:
            raise RuntimeError("out of memory")  # refused by the database: see work
        join(*args)

    monkeypatch.setattr(merging, "join_titles", join_titles)
    merge(browser)
    for _ in range(8):
        run_waiting_tasks()
    assert len(tried) == min(failures + 1, 5)
    assert DBTaskResult.objects.failed().count() == min(failures, 5)
    assert WatchListEntry.objects.get().anime_id == 1535  # moved at the first try
    assert Merge.objects.get().status == ends


def test_one_that_was_interrupted_goes_on(browser, twice):
    job = Merge.objects.create(kept_id=1535, gone_id=900, reason=WHY)
    page = reverse("admin:go_on_with_merge", args=[job.pk])
    assert "Go on" in browser.get(MERGES).content.decode()
    browser.post(page, {"reason": WHY, "seen": "merging"})
    send_all()
    assert Merge.objects.get().status == "merged"
    assert StaffAction.objects.get(action="go_on").reason == WHY


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kept": "77"}, "kept"),
        ({"gone": "nonsense:1"}, "gone"),
        ({"gone": ""}, "gone"),
        ({"reason": ""}, "reason"),
        ({"gone": "1535"}, "__all__"),
    ],
)
def test_what_cannot_be_merged_is_said(browser, twice, fields, field):
    page = merge(browser, **fields)
    assert field in page.context["form"].errors
    assert not Merge.objects.exists()


def test_the_page_of_a_title_leads_there(browser, twice):
    page = reverse("admin:collections_app_anime_change", args=[1535])
    text = browser.get(page).content.decode()
    assert f"{MERGE}?kept=1535" in text
    assert reverse("admin:mark_mature", args=[1535]) in text
    assert 'value="1535"' in browser.get(MERGE, {"kept": "1535"}).content.decode()


# --- Looking ahead -----------------------------------------------------------------


def upload(browser, content, name="catalogue.jsonl"):
    return browser.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def test_an_import_is_looked_at_title_by_title(browser, tmp_path):
    path = write(tmp_path / "catalogue.jsonl", BEBOP)
    import_file(path)
    Anime.objects.update(episodes=1)
    revision = CatalogueState.objects.get().revision
    page = upload(browser, path.read_bytes())
    [difference] = page.context["preview"].changes
    assert difference.before["episodes"] == 1
    assert difference.after["episodes"] == 26
    assert "Cowboy Bebop" in page.content.decode()
    assert Anime.objects.get().episodes == 1
    assert CatalogueState.objects.get().revision == revision


def test_new_titles_are_told_apart_and_packed_files_are_read(browser, tmp_path):
    path = write(tmp_path / "catalogue.jsonl", BEBOP)
    content = gzip.compress(path.read_bytes())
    page = upload(browser, content, "catalogue.jsonl.gz")
    [difference] = page.context["preview"].changes
    assert difference.before is None
    assert page.context["preview"].counts["new"] == 1
    assert not Anime.objects.exists()


@pytest.mark.parametrize("content", [b"no catalogue", json.dumps({"a": 1}).encode()])
def test_what_is_no_catalogue_is_said(browser, content):
    page = upload(browser, content)
    assert page.context["form"].errors["file"]


def test_without_a_file_it_asks_for_one(browser):
    assert browser.get(IMPORT).status_code == 200
    assert "file" in browser.post(IMPORT).context["form"].errors


# --- Who may -----------------------------------------------------------------------


def test_each_page_takes_its_permission(twice):
    job = Merge.objects.create(kept_id=1535, gone_id=900, reason=WHY)
    pages = {
        MERGE: "add_merge",
        reverse("admin:go_on_with_merge", args=[job.pk]): "add_merge",
        IMPORT: "change_anime",
        reverse("admin:mark_mature", args=[1535]): "change_anime",
        reverse("admin:let_go_of_facts", args=[1535]): "change_anime",
    }
    for page, codename in pages.items():
        for permission, status in (("view_anime", 403), (codename, 200)):
            helper = UserFactory(is_staff=True)
            helper.user_permissions.add(Permission.objects.get(codename=permission))
            browser = Client()
            browser.force_login(helper)
            assert browser.get(page).status_code == status, page


# --- What is held ------------------------------------------------------------------


def test_what_staff_set_is_shown_and_let_go(browser, tmp_path):
    path = write(tmp_path / "catalogue.jsonl", BEBOP)
    import_file(path)
    page = reverse("admin:collections_app_anime_change", args=[1])
    assert fill_in(browser, page, title="Space Cowboys", synonyms="Bebop").status_code
    text = browser.get(page).content.decode()
    assert "title (as it is)" in text
    assert "synonyms (− カウボーイビバップ)" in text
    ahead = upload(browser, path.read_bytes())
    assert "title stays Space Cowboys" in ahead.content.decode()
    assert ahead.context["preview"].changes == []
    held = reverse("admin:collections_app_anime_changelist") + "?held=yes"
    assert browser.get(held).context["cl"].result_count == 1
    let_go = reverse("admin:let_go_of_facts", args=[1])
    assert let_go in text
    nothing = browser.post(let_go, {"reason": WHY}).context["form"].errors
    assert "facts" in nothing
    browser.post(let_go, {"facts": ["title", "synonyms"], "reason": WHY})
    assert StaffAction.objects.latest("id").action == "let_go_of_facts"
    assert browser.get(held).context["cl"].result_count == 0
    import_file(path)
    assert Anime.objects.get().title == "Cowboy Bebop"
