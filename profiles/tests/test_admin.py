"""The admin of people: what it shows of them, and what it may do to them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from animecollections.tests.admin_forms import errors_of, fill_in
from collections_app.tests.staff import put
from conftest import signed_in
from factories import PASSWORD, AnimeFactory, UserFactory
from history.models import Change, UserState
from history.searches.services import NewSearch, save
from profiles.accounts import services as accounts
from profiles.models import (
    Image,
    Profile,
    Session,
    Ticket,
    TokenFamily,
    User,
)
from profiles.staff import services as support
from profiles.staff.account_changes import edit

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:profiles_user_changelist")
ADD = reverse("admin:profiles_user_add")
NEW_PASSWORD = "Left-Cow-8"


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def helper(db):
    """Staff who may change users, and is no superuser."""
    user = UserFactory(user_name="helper", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="profiles", codename__endswith="_user"
        )
    )
    return user


@pytest.fixture
def helper_browser(helper):
    browser = Client()
    browser.force_login(helper)
    return browser


def page_of(user, view="change"):
    return reverse(f"admin:profiles_user_{view}", args=[user.pk])


def password_page(user):
    return reverse("admin:auth_user_password_change", args=[user.pk])


def act(browser, action, *users):
    body = {"action": action, "_selected_action": [str(user.pk) for user in users]}
    return browser.post(PEOPLE, body, follow=True)


def is_in(client):
    return client.get("/api/auth/session").json()["data"] is not None


# --- What is shown -----------------------------------------------------------------


def test_the_page_of_a_user_shows_all_of_them_together(browser, alice, death_note):
    put(alice, death_note, type="Watching")
    search = NewSearch("<b>notes of death</b>", "animes", {}, 7, None)
    save(user_id=alice.pk, searches=[search], through=Origin(kind="session"))
    Profile.objects.filter(user=alice).update(name="Alicia", favorite_animes=[1535, 9])
    path = f"images/{alice.pk}/{'0' * 32}.webp"
    Image.objects.create(
        user=alice, path=path, kind="avatar", width=9, height=9, size=512
    )
    session = signed_in(alice).cookies["sessionid"].value
    Session.objects.update(user_agent="Firefox on her phone")
    text = browser.get(page_of(alice)).content.decode()
    for shown in (
        "Death Note",
        'src="https://img.example.org/1535.jpg"',
        "0 / 37",
        "Watching <small>1 ",
        "Alicia",
        "Death Note, 9",  # favourites, one of them gone from the catalogue
        "#3498DB",
        f'src="/media/{path}"',
        "Firefox on her phone",
    ):
        assert shown in text
    assert "notes of death" not in text  # until there is a reason to see it
    assert session not in text
    assert "argon2" not in text


def test_what_was_searched_for_is_escaped(browser, staff, alice):
    search = NewSearch("<b>notes of death</b>", "animes", {}, 7, None)
    save(user_id=alice.pk, searches=[search], through=Origin(kind="session"))
    support.reveal(user=alice, reason="x", through=Origin("admin", actor_id=staff.pk))
    text = browser.get(page_of(alice)).content.decode()
    assert "&lt;b&gt;notes of death&lt;/b&gt;" in text


def test_it_shows_the_latest_entries_and_leads_to_all(browser, alice, monkeypatch):
    monkeypatch.setattr("profiles.staff.admin.user_page.COVERS_OF_TYPE", 2)
    for number in range(3):
        put(alice, AnimeFactory(title=f"Title {number}"), type="Watching")
        put(alice, AnimeFactory(title=f"Seen {number}"), type="Completed")
    glance = browser.get(page_of(alice)).context["glance"]
    shown = {
        shelf.type: [cover.title for cover in shelf.covers] for shelf in glance.shelves
    }
    assert shown == {
        "Completed": ["Seen 2", "Seen 1"],
        "Watching": ["Title 2", "Title 1"],
    }
    rows = reverse("admin:collections_app_watchlistentry_changelist")
    page = browser.get(glance.shelves[0].address)
    assert page.context["cl"].result_count == 3
    page = browser.get(rows, {"user__id__exact": str(alice.pk)})
    assert page.context["cl"].result_count == 6


def test_its_numbers_are_those_that_the_person_sees(browser, alice, client):
    put(alice, AnimeFactory(episodes=12, episode_minutes=30), type="Completed")
    for score in (8, 7.5):
        anime = AnimeFactory(episodes=12)
        client.post("/api/user/watchList", {"animeId": anime.pk, "type": "Watching"})
        client.patch(f"/api/user/watchList/{anime.pk}", {"score": score})
    told = client.get("/api/user/stats").json()["data"]
    shown = dict(browser.get(page_of(alice)).context["glance"].numbers)
    assert shown == {
        "entries": 3,
        "on hold": 0,
        "dropped": 0,
        "mean score": told["totals"]["mean_score"],
        "episodes": "12",
        "hours": "6",
        "watched here": str(told["watched"]["episodes"]),
        "in 30 days": 0,  # what was completed before it came here has no day
    }


def test_what_a_member_of_staff_may_not_see_is_not_there(
    helper_browser, alice, death_note
):
    put(alice, death_note, type="Watching")
    text = helper_browser.get(page_of(alice)).content.decode()
    assert "alice@example.org" in text
    assert "Death Note" not in text
    assert "#3498DB" not in text


def test_the_list_counts_entries_by_type(browser, alice, death_note):
    put(alice, death_note, type="Watching")
    put(alice, AnimeFactory(), type="Completed")
    put(alice, AnimeFactory(), type="Completed")
    assert "2 Completed, 1 Watching" in browser.get(PEOPLE).content.decode()


@pytest.mark.parametrize("field", ["email", "user_name", "id"])
def test_people_are_found_by_email_name_and_id(browser, alice, stranger, field):
    page = browser.get(PEOPLE, {"q": str(getattr(alice, field)).upper()})
    assert list(page.context["cl"].result_list) == [alice]


def test_the_keys_of_sessions_and_tickets_are_nowhere(browser, alice, client):
    key = client.cookies["sessionid"].value
    Ticket.objects.create(
        key="its-hash",
        user=alice,
        kind="session",
        sign_in=key,
        expires_at=timezone.now(),
    )
    for model, pk in (("session", key), ("ticket", "its-hash")):
        rows = browser.get(reverse(f"admin:profiles_{model}_changelist"))
        assert "alice" in rows.content.decode()
        assert key not in rows.content.decode()
        assert "its-hash" not in rows.content.decode()
        page = reverse(f"admin:profiles_{model}_change", args=[pk])
        assert browser.get(page).status_code == 403


def test_a_session_that_was_ended_is_shown_as_ended(browser, alice, client):
    sessions = reverse("admin:profiles_session_changelist")
    page = {"q": "alice"}
    assert "check_small" in browser.get(sessions, page).content.decode()
    accounts.end_everything(user_id=alice.pk)
    assert "check_small" not in browser.get(sessions, page).content.decode()


def test_refresh_ids_are_nowhere(browser, alice):
    family = TokenFamily.objects.create(
        user=alice,
        auth_epoch=alice.auth_epoch,
        refresh_id="7e57ab1e-0000-4000-8000-000000000000",
        expires_at=timezone.now() + timedelta(days=1),
    )
    page = reverse("admin:profiles_tokenfamily_change", args=[family.pk])
    assert "7e57ab1e" not in browser.get(page).content.decode()


# --- New accounts ------------------------------------------------------------------

NEW = {
    "email": "New@Example.org",
    "user_name": "newcomer",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def test_an_account_made_by_staff_is_whole_and_signs_in(browser, visitor):
    page = browser.post(ADD, NEW, follow=True)
    assert errors_of(page) == {}
    user = User.objects.get(user_name="newcomer")
    assert (user.email, user.is_staff) == ("new@example.org", False)
    assert user.state
    assert user.profile
    assert user.preferences
    body = {"email": "new@example.org", "password": PASSWORD}
    assert visitor.post("/api/auth/signin", body).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "ALICE@example.org"}, "email"),
        ({"email": "no address"}, "email"),
        ({"user_name": "Alice"}, "user_name"),  # only the database knows
        ({"user_name": "x"}, "user_name"),
        ({"user_name": "аlice"}, "user_name"),  # of two alphabets
        ({"password1": "12345678", "password2": "12345678"}, "password2"),
        ({"password2": "Another-Horse-7"}, "password2"),
        ({"password1": "", "password2": ""}, "password1"),
    ],
)
def test_a_wrong_value_is_an_error_of_its_field(browser, alice, changes, field):
    page = browser.post(ADD, NEW | changes)
    assert page.status_code == 200
    assert field in errors_of(page)
    assert not User.objects.filter(email="new@example.org").exists()
    assert User.objects.filter(user_name_key="alice").count() == 1


# --- Changes -----------------------------------------------------------------------


def test_a_new_name_and_email_reach_devices_and_the_log(browser, staff, alice, client):
    page = fill_in(browser, page_of(alice), user_name="Alicia", email="B@example.org")
    assert errors_of(page) == {}
    after = User.objects.get(pk=alice.pk)
    assert (after.user_name, after.user_name_key) == ("Alicia", "alicia")
    assert after.email == "b@example.org"
    change = Change.objects.get()
    assert (change.kind, change.through, change.actor_id) == (
        "profile",
        "admin",
        staff.pk,
    )
    assert UserState.objects.get(user=alice).profile_revision == 1
    assert client.get("/api/auth/session").json()["data"]["name"] == "Alicia"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_name", "STRANGER"),
        ("user_name", "a\u200bb"),
        ("email", "stranger@example.org"),
        ("email", ""),
    ],
)
def test_what_is_taken_or_wrong_is_an_error_of_its_field(
    browser, alice, stranger, field, value
):
    page = fill_in(browser, page_of(alice), **{field: value})
    assert list(errors_of(page)) == [field]
    assert User.objects.get(pk=alice.pk).user_name == "alice"
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "stranger@example.org"}, "email_taken"),
        ({"email": "free@example.org", "user_name": "Stranger"}, "user_name_taken"),
    ],
)
def test_between_two_who_want_the_same_the_database_decides(
    alice, stranger, values, code
):
    with pytest.raises(ApiError) as refused:
        edit(user_id=alice.pk, values=values, through=Origin(kind="admin"))
    assert refused.value.code == code
    assert User.objects.get(pk=alice.pk).email == "alice@example.org"


def test_saving_a_user_brings_no_old_epoch_back(browser, alice, client):
    """The page was open while she signed out everywhere."""
    page = browser.get(page_of(alice))
    accounts.end_everything(user_id=alice.pk)
    epoch = User.objects.get(pk=alice.pk).auth_epoch
    fill_in(browser, page_of(alice), user_name="Alicia")
    assert page.status_code == 200
    assert User.objects.get(pk=alice.pk).auth_epoch == epoch
    assert not is_in(client)


def test_deactivation_ends_sessions_for_good(browser, alice, client):
    assert is_in(client)
    fill_in(browser, page_of(alice), is_active=None)
    assert not User.objects.get(pk=alice.pk).is_active
    assert not is_in(client)
    fill_in(browser, page_of(alice), is_active="on")
    assert User.objects.get(pk=alice.pk).is_active
    assert not is_in(client)


def test_a_superuser_makes_staff(browser, alice):
    view = Permission.objects.get(codename="view_user")
    fill_in(browser, page_of(alice), is_staff="on", user_permissions=[view.pk])
    after = User.objects.get(pk=alice.pk)
    assert after.is_staff
    assert list(after.user_permissions.all()) == [view]


# --- Who may -----------------------------------------------------------------------


def test_staff_who_are_no_superusers_change_no_staff(helper_browser, helper, staff):
    for user in (staff, helper):
        assert helper_browser.get(page_of(user)).status_code == 200  # may look
        assert helper_browser.post(page_of(user), {}).status_code == 403


def test_staff_who_are_no_superusers_give_no_powers(helper_browser, alice):
    everything = Permission.objects.values_list("pk", flat=True)
    fill_in(
        helper_browser,
        page_of(alice),
        user_name="Alicia",
        is_staff="on",
        is_superuser="on",
        user_permissions=list(everything),
    )
    after = User.objects.get(pk=alice.pk)
    assert (after.user_name, after.is_staff, after.is_superuser) == (
        "Alicia",
        False,
        False,
    )
    assert not after.user_permissions.exists()


def test_a_refused_save_shows_what_is_saved_in_its_head(browser, alice):
    page = reverse("admin:profiles_user_change", args=[alice.pk])
    answer = fill_in(browser, page, user_name="unsaved", email="nonsense")
    text = answer.content.decode()
    assert text.index("Not saved: 1 problem") < text.index("<h1>alice</h1>")
    assert answer.context["subtitle"] == "alice"
    assert answer.context["adminform"].form["user_name"].value() == "unsaved"
    assert 'href="#id_email">Email</a>' in text


# --- What is not to be misread ------------------------------------------------------


def test_only_staff_are_marked_and_names_stay_as_they_are(browser, staff, alice):
    rows = browser.get(PEOPLE).context["cl"].result_list
    assert {user.user_name for user in rows} == {"alice", "staff"}
    page = browser.get(PEOPLE).content.decode()
    assert "cancel" not in page.partition("<tbody")[2].partition("</table>")[0]
    page = browser.get(page_of(alice)).content.decode()
    assert ">alice</a>" in page
    assert ">Alice</a>" not in page


def test_a_list_without_a_row_says_why(browser):
    jobs = reverse("admin:history_job_changelist")
    assert "There are none." in browser.get(jobs).content.decode()
    page = browser.get(f"{PEOPLE}?q=nobody-at-all").content.decode()
    assert "Nothing matches." in page
    assert "Create a new item" not in page
