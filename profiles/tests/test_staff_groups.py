"""Staff groups come ready, and each may do what it is for."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.tests.admin_forms import fill_in
from collections_app.models import WatchListEntry
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import StaffAction
from history.staff_log import services as audit
from profiles.models import WrongPasswords
from profiles.staff.groups import GROUPS, make_groups, permissions

pytestmark = pytest.mark.django_db

LISTS = {
    "profiles_user",
    "profiles_session",
    "profiles_wrongpasswords",
    "collections_app_watchlistentry",
    "collections_app_anime",
    "collections_app_merge",
    "history_change",
    "history_search",
    "history_staffaction",
    "django_tasks_database_dbtaskresult",
    "auth_group",
}
ACTIONS = {
    "reveal",
    "undo",
    "restore",
    "sign-out",
    "sign-out-device",
    "note",
    "remove-texts",
    "remove-image",
    "mail-reset",
    "lock",
    "unlock",
    "set-password",
    "export",
    "erase",
}
TITLE_PAGES = {"mature", "merge_titles", "preview_import"}
MAY = {
    "Support": {
        *(LISTS - {"auth_group"}),
        *(ACTIONS - {"set-password", "export", "erase"}),
    },
    "Catalogue editor": {
        "collections_app_anime",
        "collections_app_merge",
        "history_staffaction",
        *TITLE_PAGES,
    },
    "Moderator": {"history_staffaction"},
    "Administrator": LISTS | ACTIONS | TITLE_PAGES,
}


def opened_by(browser, alice, anime):
    pages = {name: reverse(f"admin:{name}_changelist") for name in LISTS}
    pages |= {
        name: reverse("admin:act_on_user", args=[alice.pk, name]) for name in ACTIONS
    }
    pages["mature"] = reverse("admin:mark_mature", args=[anime.pk])
    for name in ("merge_titles", "preview_import"):
        pages[name] = reverse(f"admin:{name}")
    return {
        name for name, page in pages.items() if browser.get(page).status_code == 200
    }


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_opens_what_it_is_for_and_no_more(alice, name):
    member = UserFactory(is_staff=True)
    member.groups.add(Group.objects.get(name=name))
    browser = Client()
    browser.force_login(member)
    assert opened_by(browser, alice, AnimeFactory()) == MAY[name]


def test_no_group_changes_staff_or_their_powers(alice, staff):
    member = UserFactory(is_staff=True)
    member.groups.set(Group.objects.all())
    browser = Client()
    browser.force_login(member)
    for action in ACTIONS:
        page = reverse("admin:act_on_user", args=[staff.pk, action])
        assert browser.post(page, {"reason": "x"}).status_code == 403
    body = {
        "email": alice.email,
        "user_name": "alice",
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
        "reason": "x",
    }
    browser.post(reverse("admin:profiles_user_change", args=[alice.pk]), body)
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (False, False)


@pytest.fixture
def helper(db):
    """Of every group, and no superuser."""
    member = UserFactory(is_staff=True)
    member.groups.set(Group.objects.all())
    browser = Client()
    browser.force_login(member)
    return browser


@pytest.mark.parametrize("flags", [{"is_staff": True}, {"is_superuser": True}])
def test_no_group_acts_on_staff_by_another_door(helper, death_note, flags):
    boss = UserFactory(**flags)
    row = WrongPasswords.objects.create(
        email=boss.email, address="203.0.113.9", count=99, last_at=timezone.now()
    )
    unlock = reverse("admin:open_sign_in", args=[row.pk])
    assert helper.post(unlock, {"reason": "x"}).status_code == 403
    assert WrongPasswords.objects.exists()
    for action in ACTIONS:
        page = reverse("admin:act_on_user", args=[boss.pk, action])
        assert helper.post(page, {"reason": "x"}).status_code == 403
    signed_in(boss).post("/api/user/watchList", {"animeId": 1535, "type": "Watching"})
    entry = WatchListEntry.objects.get()
    for view in ("change", "delete"):
        page = reverse(f"admin:collections_app_watchlistentry_{view}", args=[entry.pk])
        assert helper.post(page, {"reason": "x"}).status_code == 403
    add = reverse("admin:collections_app_watchlistentry_add")
    sent = {"user": boss.pk, "anime": AnimeFactory().pk, "type": "Watching"}
    assert fill_in(helper, add, **sent, state="active").status_code == 403
    assert WatchListEntry.objects.get() == entry


def test_what_staff_did_to_people_editors_do_not_read(alice, staff):
    note = {"through": Origin("admin"), "reason": "her secret"}
    audit.note(action="lock", user_id=alice.pk, **note)
    audit.note(action="merge", anime_id=5, **note | {"reason": "the same film"})
    editor = UserFactory(is_staff=True)
    editor.groups.add(Group.objects.get(name="Catalogue editor"))
    browser = Client()
    browser.force_login(editor)
    page = reverse("admin:history_staffaction_changelist")
    for query in ("", f"?q={alice.email}", f"?q={alice.pk}"):
        text = browser.get(page + query).content.decode()
        assert "her secret" not in text
        assert "the same film" in text


def test_powers_that_are_given_stand_in_the_log(staff, alice):
    boss = Client()
    boss.force_login(staff)
    page = reverse("admin:profiles_user_change", args=[alice.pk])
    support = Group.objects.get(name="Support")
    fill_in(boss, page, is_staff="on", groups=[support.pk])
    act = StaffAction.objects.get(action="edit")
    assert (act.before["groups"], act.after["groups"]) == ([], ["Support"])
    assert "user_permissions" not in act.after
    page = reverse("admin:auth_group_change", args=[support.pk])
    fill_in(boss, page, permissions=[])
    act = StaffAction.objects.get(action="edit_group")
    assert "view_user" in act.before["permissions"]
    assert act.after == {"group": "Support", "permissions": []}


def test_groups_taken_away_together_stand_in_the_log_each(staff):
    boss = Client()
    boss.force_login(staff)
    made = [Group.objects.create(name=name) for name in ("helpers", "readers")]
    page = reverse("admin:auth_group_changelist")
    chosen = {"_selected_action": [group.pk for group in made], "post": "yes"}
    boss.post(page, {"action": "delete_selected", **chosen})
    acts = StaffAction.objects.filter(action="delete_group")
    assert {act.before["group"] for act in acts} == {"helpers", "readers"}
    assert Group.objects.count() == len(GROUPS)


def test_migrating_makes_them_so_again_and_leaves_others_alone(db):
    ours = Group.objects.create(name="Ours")
    ours.permissions.add(Permission.objects.first())
    support = Group.objects.get(name="Support")
    before = set(support.permissions.all())
    support.permissions.clear()
    call_command("migrate", verbosity=0)
    assert set(support.permissions.all()) == before
    assert ours.permissions.count() == 1


def test_looking_at_a_plan_changes_nothing(db):
    Group.objects.all().delete()
    call_command("migrate", verbosity=0, plan=True)
    assert not Group.objects.exists()
    make_groups()
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)


def test_every_permission_that_is_named_is_there():
    for wanted in GROUPS.values():
        for one in wanted:
            assert permissions((one,)), one
