"""What staff do to a person: it asks, does it, logs it, and tells them."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.tests.admin_forms import fill_in, messages_of
from collections_app.models import ImportRow, WatchListEntry
from collections_app.tests.staff import viewer
from collections_app.tests.test_add_to_watch_list import URL, add
from conftest import signed_in
from factories import PASSWORD, AnimeFactory, UserFactory
from history.models import Change, Search, StaffAction
from history.searches.services import NewSearch, save
from history.staff_log import services as audit
from profiles.accounts import services as accounts
from profiles.models import Image, User, WrongPasswords
from profiles.staff import services as support
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
WHY = "Ticket 4711"
NEW_PASSWORD = "Left-Cow-8"
NAMES = [
    "reveal",
    "undo",
    "restore",
    "sign-out",
    "sign-out-device",
    "note",
    "remove-texts",
    "remove-list-texts",
    "remove-image",
    "mail-reset",
    "lock",
    "unlock",
    "set-password",
    "reset-second-factor",
    "export",
    "erase",
]


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def page_of(user, name):
    return reverse("admin:act_on_user", args=[user.pk, name])


def do(browser, user, name, **fields):
    return browser.post(page_of(user, name), {"reason": WHY, **fields}, follow=True)


def is_in(client):
    return client.get("/api/auth/session").json()["data"] is not None


def logged():
    act = StaffAction.objects.get()
    assert act.reason == WHY
    assert act.request_id
    return act


def glance(browser, user):
    return browser.get(reverse("admin:profiles_user_change", args=[user.pk]))


# --- Each asks, and is logged ------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_nothing_happens_before_a_reason_is_given(browser, alice, client, name):
    AnimeFactory(id=1)
    add(client, 1)
    change = Change.objects.get()
    fields = {
        "operation": str(change.operation_id),
        "new_password": NEW_PASSWORD,
        "user_name": "alice",
        "device": "browser:x",
        "names": "name",
        "image": str(uuid4()),
        "list": str(uuid4()),
        "at_0": "2026-01-01",
        "at_1": "00:00",
    }
    address = page_of(alice, name)
    assert browser.get(address, {"operation": change.operation_id}).status_code == 200
    page = browser.post(address, fields | {"reason": "  "})
    assert page.context["form"].errors == {"reason": ["This field is required."]}
    assert is_in(client)
    assert WatchListEntry.objects.exists()
    assert not StaffAction.objects.exists()


def test_signing_out_everywhere(browser, staff, alice, client, mailoutbox):
    page = do(browser, alice, "sign-out")
    assert messages_of(page) == ["alice: Signed out everywhere."]
    assert not is_in(client)
    act = logged()
    assert (act.action, act.actor_id, act.user_id) == ("sign_out", staff.pk, alice.pk)
    send_all()
    [mail] = mailoutbox
    assert mail.to == [alice.email]
    assert "Our staff signed you out on all devices.\n" in mail.body
    assert WHY in mail.body
    assert WHY in mail.alternatives[0].content


@pytest.mark.parametrize(
    ("action", "does"),
    [
        ("add", "added a title to your list"),
        ("change", "changed a title on your list"),
        ("delete", "removed a title from your list"),
    ],
)
def test_the_person_is_told_of_what_is_done_to_an_entry(
    browser, alice, client, mailoutbox, action, does
):
    anime = AnimeFactory(id=1)
    page = "admin:collections_app_watchlistentry_"
    if action == "add":
        fields = {"user": str(alice.pk), "anime": "1", "type": "Watching"}
        fill_in(browser, reverse(f"{page}add"), **fields, reason=WHY)
    else:
        add(client, anime.pk)
        entry = WatchListEntry.objects.get()
        address = reverse(f"{page}{action}", args=[entry.pk])
        if action == "change":
            fill_in(browser, address, priority="3", reason=WHY)
        else:
            browser.post(address, {"reason": WHY})
    logged()
    send_all()
    [mail] = mailoutbox
    assert mail.to == [alice.email]
    assert does in mail.body
    assert WHY in mail.body


# Nobody is mailed of these, or by a mail of their own.
NOT_IN_THAT_MAIL = {"create", "mail_reset", "set_password"}


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_mail_has_words_for_each_thing_that_staff_do(language):
    source = (settings.BASE_DIR / "profiles/staff/services.py").read_text()
    acts = set(re.findall(r'acting\(\s*"(\w+)"', source))
    folder = settings.BASE_DIR / "templates" / "mail" / language
    words = (folder / "staff_did.txt").read_text()
    told = set(re.findall(r'action == "(\w+)"', words))
    assert acts - told == NOT_IN_THAT_MAIL


def test_what_cannot_be_told_is_not_done(browser, alice, client, monkeypatch):
    """Act, log and mail are one transaction."""
    add(client, AnimeFactory(id=1).pk)
    entry = WatchListEntry.objects.get()

    def fails(*told):
        raise RuntimeError

    monkeypatch.setattr(audit, "staff_action_hooks", [fails])
    page = reverse("admin:collections_app_watchlistentry_delete", args=[entry.pk])
    with pytest.raises(RuntimeError):
        browser.post(page, {"reason": WHY})
    assert WatchListEntry.objects.exists()
    assert not StaffAction.objects.exists()


def test_a_mail_is_in_the_language_of_the_person(browser, alice, mailoutbox):
    alice.preferences.language = "es"
    alice.preferences.save()
    do(browser, alice, "sign-out")
    send_all()
    assert "ha cerrado tu sesión" in mailoutbox[0].body


def test_locking_and_unlocking(browser, alice, client, visitor, mailoutbox):
    do(browser, alice, "lock")
    assert not is_in(client)
    body = {"email": alice.email, "password": PASSWORD}
    assert visitor.post("/api/auth/signin", body).status_code == 401
    act = logged()
    assert (act.before, act.after) == ({"is_active": True}, {"is_active": False})
    do(browser, alice, "unlock")
    send_all()
    assert [mail.to for mail in mailoutbox] == [[alice.email]] * 2
    assert visitor.post("/api/auth/signin", body).status_code == 200
    assert not is_in(client)  # what was ended stays so


def test_unlocking_forgets_wrong_passwords_too(browser, alice):
    WrongPasswords.objects.create(
        email=alice.email, address="10.0.0.7", count=99, last_at=timezone.now()
    )
    assert "closed until" in glance(browser, alice).content.decode()
    do(browser, alice, "unlock")
    assert not WrongPasswords.objects.exists()
    assert logged().before["wrong_passwords"] == 99


def test_mailing_a_link_to_a_new_password(browser, alice, mailoutbox):
    do(browser, alice, "mail-reset")
    assert logged().action == "mail_reset"
    send_all()
    [mail] = mailoutbox
    assert "/reset?uid=" in mail.body


def test_a_password_by_staff_ends_what_was_signed_in_and_opens_locks(
    browser, alice, client, visitor, mailoutbox
):
    WrongPasswords.objects.create(
        email=alice.email, address="127.0.0.1", count=99, last_at=timezone.now()
    )
    do(browser, alice, "set-password", new_password=NEW_PASSWORD)
    assert not is_in(client)
    act = logged()
    assert (act.action, act.before, act.after) == ("set_password", {}, {})
    send_all()
    assert len(mailoutbox) == 1
    body = {"email": alice.email, "password": NEW_PASSWORD}
    assert visitor.post("/api/auth/signin", body).status_code == 200


def test_no_weak_password_is_set(browser, alice):
    page = do(browser, alice, "set-password", new_password="12345678")
    assert "new_password" in page.context["form"].errors
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)
    assert not StaffAction.objects.exists()


def test_djangos_own_page_for_passwords_leads_to_ours(browser, alice):
    theirs = reverse("admin:auth_user_password_change", args=[alice.pk])
    assert browser.post(theirs).headers["Location"] == page_of(alice, "set-password")


# --- Undo and restore --------------------------------------------------------------


@pytest.fixture
def mushishi(client):
    AnimeFactory(id=1, title="Mushishi")
    add(client, 1)
    return Change.objects.get()


def test_an_undo_says_first_what_it_would_do(browser, alice, mushishi):
    asked = {"operation": mushishi.operation_id}
    page = browser.get(page_of(alice, "undo"), asked)
    assert page.context["lines"] == ["Mushishi: not on the list"]
    assert WatchListEntry.objects.exists()


def test_undoing_is_an_operation_in_the_name_of_staff(
    browser, staff, alice, mushishi, mailoutbox
):
    page = do(browser, alice, "undo", operation=str(mushishi.operation_id))
    assert messages_of(page) == ["alice: 0 entries put back, 1 removed."]
    assert not WatchListEntry.objects.exists()
    undone = Change.objects.get(kind="remove")
    assert (undone.through, undone.actor_id) == ("admin", staff.pk)
    act = logged()
    assert act.operation_id == undone.operation_id
    assert act.before == {"undid": str(mushishi.operation_id)}
    send_all()
    assert "undid a change to your list" in mailoutbox[0].body


def test_what_changed_since_stays_and_is_told(browser, alice, client, mushishi):
    client.patch(f"{URL}/1", {"notes": "mine"})
    asked = {"operation": mushishi.operation_id}
    lines = browser.get(page_of(alice, "undo"), asked).context["lines"]
    assert "Mushishi: notes changed later, and stays" in lines
    page = do(browser, alice, "undo", operation=str(mushishi.operation_id))
    assert "1 values changed later, and stay." in messages_of(page)[0]
    assert WatchListEntry.objects.get().notes == "mine"


@pytest.mark.parametrize("operation", ["", "x", "7e57ab1e-0000-4000-8000-000000000000"])
def test_what_is_no_operation_is_refused(browser, alice, operation):
    assert (
        browser.get(page_of(alice, "undo"), {"operation": operation}).status_code == 200
    )
    page = do(browser, alice, "undo", operation=operation)
    assert page.context["form"].errors


def test_the_list_goes_back_to_a_moment(browser, alice, client, mushishi):
    before = timezone.now()
    client.patch(f"{URL}/1", {"progress": 5, "is_private": True})
    AnimeFactory(id=2, title="Monster")
    add(client, 2)
    moment = {"at_0": f"{before:%Y-%m-%d}", "at_1": f"{before:%H:%M:%S.%f}"}
    page = do(browser, alice, "restore", **moment, _preview="1")
    assert page.context["lines"] == [
        "Monster: not on the list",
        "1 private entries put back",
    ]
    assert WatchListEntry.objects.count() == 2
    do(browser, alice, "restore", **moment)
    assert WatchListEntry.objects.get().progress == 0
    assert logged().after == {"put_back": 1, "taken_off": 1}


def test_a_moment_before_the_account_existed_warns(browser, alice, mushishi):
    moment = {"at_0": "1999-01-01", "at_1": "00:00"}
    for more in ({"_preview": "1"}, {}, {"_despite": "yes"}):
        page = do(browser, alice, "restore", **moment, **more)
        warning = page.context["warning"]
        assert warning.startswith("The account was created later, on ")
        assert warning.endswith("UTC: all 1 title would be removed from the list.")
        assert warning in page.content.decode()
        assert WatchListEntry.objects.exists()
    do(browser, alice, "restore", **moment, _despite=warning)
    assert not WatchListEntry.objects.exists()


def test_a_moment_at_which_the_list_was_empty_warns(browser, alice, mushishi):
    User.objects.filter(pk=alice.pk).update(created_at="1998-01-01T00:00Z")
    moment = {"at_0": "1999-01-01", "at_1": "00:00"}
    warning = do(browser, alice, "restore", **moment).context["warning"]
    assert (
        warning
        == "The list was empty then: all 1 title would be removed from the list."
    )


@pytest.mark.parametrize("day", ["1999-01-01", "2999-01-01", "someday"])
def test_a_moment_that_cannot_be_is_refused(browser, alice, mushishi, day):
    Change.objects.filter(pk=mushishi.pk).update(revision=7)
    alice.state.revision = 7
    alice.state.save()
    page = do(browser, alice, "restore", at_0=day, at_1="00:00")
    assert page.context["form"].errors
    assert not StaffAction.objects.exists()


# --- Erasing -----------------------------------------------------------------------


@pytest.fixture
def kept(alice, client, mushishi):
    """What alice keeps: an entry, a search, and a file."""
    client.post("/api/user/searchHistory", {"query": "naruto"})
    path = f"images/{alice.pk}/{'0' * 32}.webp"
    default_storage.save(path, ContentFile(b"x"))
    return Image.objects.create(
        user=alice, path=path, kind="avatar", width=9, height=9, size=1
    )


def test_erasing_wants_the_name_typed(browser, alice, kept):
    page = do(browser, alice, "erase", user_name="alicia")
    assert "user_name" in page.context["form"].errors
    assert User.objects.filter(pk=alice.pk).exists()


def test_erasing_takes_all_rows_and_files_and_tells(
    browser, staff, alice, kept, mailoutbox, django_capture_on_commit_callbacks
):
    do(browser, alice, "sign-out")
    send_all()
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        do(browser, alice, "erase", user_name="alice")
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not default_storage.exists(kept.path)
    for model in (WatchListEntry, Change, Search):
        assert not model.objects.exists()
    first, last = StaffAction.objects.order_by("pk")
    assert (first.action, first.user_id, first.reason) == ("sign_out", None, "")
    assert (last.action, last.actor_id, last.reason) == ("erase", staff.pk, WHY)
    send_all()
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]


def test_an_export_is_a_file_and_is_told(browser, alice, mushishi, mailoutbox):
    response = browser.post(page_of(alice, "export"), {"reason": WHY})
    zip_ = ZipFile(BytesIO(b"".join(response.streaming_content)))
    assert b"Mushishi" in zip_.read("watch_list.jsonl")
    assert WHY.encode() in zip_.read("staff.jsonl")  # this very act too
    assert logged().action == "export"
    send_all()
    assert "exported the data" in mailoutbox[0].body


# --- What is private ---------------------------------------------------------------


@pytest.fixture
def secrets(alice, client, mushishi):
    client.patch(f"{URL}/1", {"notes": "her diary", "is_private": True})
    AnimeFactory(id=2, title="Monster")
    add(client, 2)
    client.patch(f"{URL}/2", {"notes": "her other diary"})
    search = NewSearch("her search", "animes", {"q": "her filter"}, 7, None)
    save(user_id=alice.pk, searches=[search], through=Origin("session"))


def pages_of(alice):
    yield reverse("admin:profiles_user_change", args=[alice.pk])
    yield reverse("admin:collections_app_watchlistentry_changelist")
    yield reverse("admin:collections_app_watchlistentry_changelist") + "?q=Mushishi"
    yield reverse("admin:history_search_changelist")
    yield reverse("admin:history_change_changelist")
    for model, rows in (
        ("collections_app_watchlistentry", WatchListEntry.objects.all()),
        ("history_search", Search.objects.all()),
        ("history_change", Change.objects.all()),
    ):
        for row in rows:
            yield reverse(f"admin:{model}_change", args=[row.pk])


SECRETS = ["her diary", "her other diary", "her search", "her filter", "Mushishi"]


def test_what_is_private_is_masked_everywhere(browser, alice, secrets):
    for address in pages_of(alice):
        text = browser.get(address, follow=True).content.decode()
        text = re.sub(r'(q=|q%3D|value=")Mushishi', "", text)
        shown = [secret for secret in SECRETS if secret in text]
        assert not shown, address


def test_an_entry_that_was_private_and_is_gone_stays_masked(browser, alice, secrets):
    """A change holds what it changed, and not that its entry was private."""
    client = signed_in(alice)
    client.post(f"{URL}/1/increment", {})
    operations = {
        str(id_) for id_ in Change.objects.values_list("operation_id", flat=1)
    }
    client.delete(URL, {"animeId": 1})
    undo = page_of(alice, "undo")
    for address in [
        *pages_of(alice),
        reverse("admin:history_episodeswatched_changelist"),
        *(f"{undo}?operation={operation}" for operation in operations),
    ]:
        text = browser.get(address, follow=True).content.decode()
        text = re.sub(r'(q=|q%3D|value=")Mushishi', "", text)
        assert "Mushishi" not in text, address
        assert "Title 1:" not in text, address


def test_the_history_of_a_private_entry_wants_a_reason_too(browser, alice, secrets):
    entry = WatchListEntry.objects.get(anime_id=1)
    page = reverse("admin:collections_app_watchlistentry_history", args=[entry.pk])
    assert browser.get(page).headers["Location"].startswith(page_of(alice, "reveal"))


def test_a_row_of_an_import_tells_no_private_title(browser, alice, secrets):
    row = {"user": alice, "plan_id": uuid4(), "outcome": "update", "anime_id": 1}
    ImportRow.objects.create(**row, row=1, title="Mushishi")
    said = {"values": {"is_private": True}}
    ImportRow.objects.create(
        **row | {"anime_id": None}, row=2, title="Her Own", record=said
    )
    ImportRow.objects.create(**row | {"anime_id": 2}, row=3, title="Monster")
    listed = reverse("admin:collections_app_importrow_changelist")
    text = browser.get(listed).content.decode()
    assert "Monster" in text
    assert "Mushishi" not in text
    assert "Her Own" not in text
    do(browser, alice, "reveal")
    assert "Her Own" in browser.get(listed).content.decode()


def test_a_reason_shows_it_to_whoever_gave_it(browser, alice, secrets):
    do(browser, alice, "reveal")
    assert logged().action == "reveal"
    all_pages = "".join(
        browser.get(address, follow=True).content.decode()
        for address in pages_of(alice)
    )
    assert [secret for secret in SECRETS if secret not in all_pages] == []
    other = Client()
    other.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert "her search" not in glance(other, alice).content.decode()


def test_a_private_entry_leads_to_the_question_and_back(browser, alice, secrets):
    entry = WatchListEntry.objects.get(anime_id=1)
    address = reverse("admin:collections_app_watchlistentry_change", args=[entry.pk])
    asked = browser.get(address).headers["Location"]
    assert asked == f"{page_of(alice, 'reveal')}?next={address}"
    answer = browser.post(asked, {"reason": WHY})
    assert answer.headers["Location"] == address


def test_nobody_is_sent_to_another_site(browser, alice):
    asked = page_of(alice, "reveal") + "?next=https://evil.example/"
    answer = browser.post(asked, {"reason": WHY})
    assert answer.headers["Location"].startswith("/admin/")


def test_notes_that_are_not_shown_are_not_lost(browser, alice, secrets):
    entry = WatchListEntry.objects.get(anime_id=2)
    address = reverse("admin:collections_app_watchlistentry_change", args=[entry.pk])
    form = browser.get(address).context["adminform"].form
    assert "notes" not in form.fields
    body = {
        "type": "Watching",
        "state": "active",
        "progress": "3",
        "rewatches": "0",
        "priority": "0",
        "reason": WHY,
    }
    browser.post(address, body)
    entry.refresh_from_db()
    assert (entry.progress, entry.notes) == (3, "her other diary")


# --- Finding -----------------------------------------------------------------------


def found(browser, text):
    return browser.get(reverse("admin:find"), {"q": text})


@pytest.mark.parametrize("id_", [UUID(int=2**128 - 1), UUID("f" * 12 + "7" * 20)])
def test_an_id_that_tells_no_time_is_looked_for_too(browser, id_):
    """Accounts of the demo have such ids; an operation has none."""
    assert found(browser, str(id_)).status_code == 200
    fan = UserFactory(id=id_)
    page = reverse("admin:profiles_user_change", args=[fan.pk])
    assert found(browser, str(id_)).headers["Location"] == page


def test_one_box_finds_by_email_name_id_request_and_operation(
    browser, alice, stranger, client
):
    AnimeFactory(id=1)
    response = add(client, 1)
    change = Change.objects.get()
    page = reverse("admin:profiles_user_change", args=[alice.pk])
    for text in (
        alice.email,
        "ALICE",
        str(alice.pk),
        response.headers["X-Request-Id"],
        str(change.operation_id),
    ):
        assert found(browser, text).headers["Location"] == page, text
    assert list(found(browser, "nobody").context["found"]) == []
    assert len(found(browser, "example.org").context["found"]) == 3


def test_an_id_that_a_proxy_gave_is_found_for_a_day(browser, alice, client):
    AnimeFactory(id=1)
    client.post(
        URL, {"animeId": 1, "type": "Watching"}, headers={"X-Request-Id": "proxy-0001"}
    )
    assert found(browser, "proxy-0001").status_code == 302


def test_an_address_that_is_locked_out_is_found_and_opened(browser, alice):
    last = timezone.now() - timedelta(minutes=1)
    for email in (alice.email, "nobody@example.org"):
        WrongPasswords.objects.create(
            email=email, address="10.0.0.7", count=10, last_at=last
        )
    page = found(browser, "10.0.0.7")
    rows = {row.email: until for row, until in page.context["locks"]}
    assert rows[alice.email] == last + timedelta(minutes=15)
    row = WrongPasswords.objects.get(email="nobody@example.org")
    address = reverse("admin:open_sign_in", args=[row.pk])
    assert browser.get(address).status_code == 200
    browser.post(address, {"reason": WHY})
    assert WrongPasswords.objects.get().email == alice.email
    act = logged()
    assert (act.user_id, act.before["address"]) == (None, "10.0.0.7")


def test_the_texts_of_a_list_are_taken_down(browser, alice, client):
    """By the write path: its owner sees it at once, and the log has it."""
    values = {"name": "Something rude", "description": "And more."}
    made = client.post("/api/user/lists", values).json()["data"]
    do(browser, alice, "remove-list-texts", list=made["id"])
    [now] = client.get("/api/user/lists").json()["data"]
    assert (now["name"], now["description"]) == ("List", "")
    act = logged()
    assert act.before == values
    assert act.operation_id == Change.objects.latest("revision").operation_id
    gone = do(browser, alice, "remove-list-texts", list=str(uuid4()))
    assert "no such list" in gone.content.decode()


# --- Who may -----------------------------------------------------------------------

PERMISSION_OF = {
    "reveal": "reveal_user",
    "undo": "restore_user",
    "restore": "restore_user",
    "sign-out": "help_user",
    "mail-reset": "help_user",
    "lock": "help_user",
    "unlock": "help_user",
    "sign-out-device": "help_user",
    "note": "help_user",
    "remove-texts": "help_user",
    "remove-list-texts": "help_user",
    "remove-image": "help_user",
    "set-password": "change_user",
    "reset-second-factor": "change_user",
    "export": "export_user",
    "erase": "erase_user",
}


@pytest.mark.parametrize("name", NAMES)
def test_each_takes_its_own_permission(alice, name):
    others = {*PERMISSION_OF.values(), "view_user"} - {PERMISSION_OF[name]}
    without = viewer(*others)
    assert without.get(page_of(alice, name)).status_code == 403
    assert without.post(page_of(alice, name), {"reason": WHY}).status_code == 403
    allowed = viewer(PERMISSION_OF[name])
    assert allowed.get(page_of(alice, name)).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_staff_are_acted_on_by_superusers_alone(staff, name):
    helper = viewer(*PERMISSION_OF.values())
    assert helper.post(page_of(staff, name), {"reason": WHY}).status_code == 403


@pytest.mark.parametrize(
    "name", ["lock", "erase", "set-password", "reset-second-factor"]
)
def test_nobody_does_it_to_themselves(browser, staff, name):
    assert browser.post(page_of(staff, name), {"reason": WHY}).status_code == 403


def test_an_unknown_action_or_person_is_none(browser, alice):
    assert browser.get(page_of(alice, "praise")).status_code == 404
    nobody = reverse("admin:act_on_user", args=[uuid4(), "lock"])
    assert browser.get(nobody).status_code == 404


def test_users_are_deleted_by_erasing_alone(browser, alice):
    page = reverse("admin:profiles_user_delete", args=[alice.pk])
    assert browser.post(page, {"post": "yes"}).status_code == 403


def test_a_visitor_and_a_user_get_nowhere(alice, client):
    user = Client()
    user.force_login(alice)
    for someone in (Client(), user):
        for address in (page_of(alice, "lock"), reverse("admin:find")):
            assert someone.get(address).headers["Location"].startswith("/admin/login/")


def test_what_fails_is_neither_logged_nor_told(browser, alice, monkeypatch):
    """One transaction: the act, its line in the log, the mail."""

    def fail(**more):
        raise RuntimeError

    monkeypatch.setattr(accounts, "end_everything", fail)
    with pytest.raises(RuntimeError):
        support.sign_out(user=alice, reason=WHY, through=Origin("admin"))
    assert not StaffAction.objects.exists()
