"""What support does beside the great acts: one device, a picture, a text, a note."""

from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from conftest import signed_in
from factories import PASSWORD
from history.models import StaffAction
from profiles.accounts.services import sign_in_name
from profiles.models import Image, Profile, Session, TokenFamily, User
from profiles.personal_data.archive import SECTIONS
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
WHY = "Ticket 4711"


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def do(browser, user, name, **fields):
    page = reverse("admin:act_on_user", args=[user.pk, name])
    return browser.post(page, {"reason": WHY, **fields}, follow=True)


def person(browser, user):
    return browser.get(reverse("admin:profiles_user_change", args=[user.pk]))


def is_in(client):
    return client.get("/api/auth/session").json().get("data") is not None


def told(mailoutbox):
    send_all()
    return "".join(mail.body for mail in mailoutbox)


# --- One device --------------------------------------------------------------------


def test_one_browser_is_signed_out_and_the_others_stay(
    browser, alice, client, mailoutbox
):
    stolen = signed_in(alice)
    key = stolen.cookies["sessionid"].value
    Session.objects.filter(pk=key).update(user_agent="The phone")
    name = sign_in_name(Session.objects.get(pk=key))
    text = person(browser, alice).content.decode()
    assert f"sign-out-device/?device={name}" in text
    assert key not in text
    do(browser, alice, "sign-out-device", device=name)
    assert not is_in(stolen)
    assert is_in(client)
    act = StaffAction.objects.get()
    assert act.action == "sign_out_device"
    assert act.before == {"device": "browser", "with": "The phone"}
    assert "signed you out on one of your devices" in told(mailoutbox)


def test_one_app_is_signed_out(browser, alice, client, visitor):
    body = {"email": alice.email, "password": PASSWORD}
    pair = visitor.post("/api/auth/token", body).json()["data"]
    visitor.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert is_in(visitor)
    name = sign_in_name(TokenFamily.objects.get())
    assert name in person(browser, alice).content.decode()
    do(browser, alice, "sign-out-device", device=name)
    assert not is_in(visitor)
    assert is_in(client)


@pytest.mark.parametrize(
    "device",
    ["browser:x", "app:x", "app:01a228e1-d3c1-7789-abf7-6b0dd30faca3", "x", ""],
)
def test_a_device_that_is_none_is_refused(browser, alice, client, device):
    page = do(browser, alice, "sign-out-device", device=device)
    assert page.context["form"].errors
    assert not StaffAction.objects.exists()
    assert is_in(client)


def test_the_device_of_another_is_none(browser, alice, stranger, other_client):
    name = sign_in_name(Session.objects.get(user=stranger))
    page = do(browser, alice, "sign-out-device", device=name)
    assert page.context["form"].errors
    assert is_in(other_client)


# --- Pictures and texts ------------------------------------------------------------


def test_a_picture_is_removed_from_the_profile_too(
    browser, alice, mailoutbox, django_capture_on_commit_callbacks
):
    path = f"images/{alice.pk}/{'0' * 32}.webp"
    default_storage.save(path, ContentFile(b"x"))
    image = Image.objects.create(
        user=alice, path=path, kind="avatar", width=9, height=9, size=1
    )
    Profile.objects.filter(user=alice).update(avatar=f"/media/{path}")
    link = f"remove-image/?image={image.pk}"
    assert link in person(browser, alice).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        do(browser, alice, "remove-image", image=str(image.pk))
    assert not Image.objects.exists()
    assert not default_storage.exists(path)
    assert Profile.objects.get(user=alice).avatar == ""
    assert StaffAction.objects.get().before == {"kind": "avatar", "path": path}
    assert "removed one of your pictures" in told(mailoutbox)


def test_a_picture_that_there_is_not_is_refused(browser, alice):
    page = do(browser, alice, "remove-image", image=str(uuid4()))
    assert page.context["form"].errors
    assert not StaffAction.objects.exists()


def test_texts_are_removed_on_all_devices(browser, alice, client, mailoutbox):
    profile = {"name": "Rude", "last_name": "Fine", "favorite_genres": ["Ruder"]}
    Profile.objects.filter(user=alice).update(**profile)
    cursor = client.get("/api/user/sync").json()["meta"]["cursor"]
    do(browser, alice, "remove-texts", names=["name", "favorite_genres"])
    stored = Profile.objects.get(user=alice)
    assert (stored.name, stored.last_name, stored.favorite_genres) == ("", "Fine", [])
    synced = client.get("/api/user/sync", {"cursor": cursor}).json()["data"]
    assert synced["profile"]["name"] is None
    before = {"name": "Rude", "favorite_genres": ["Ruder"]}
    assert StaffAction.objects.get().before == before
    assert "removed text from your profile" in told(mailoutbox)


def test_a_user_name_becomes_one_that_says_nothing(browser, alice):
    do(browser, alice, "remove-texts", names=["user_name"])
    name = User.objects.get(pk=alice.pk).user_name
    assert name.startswith("user-")
    act = StaffAction.objects.get()
    assert (act.before, act.after) == ({"user_name": "alice"}, {"user_name": name})


def test_nothing_chosen_removes_nothing(browser, alice):
    assert do(browser, alice, "remove-texts").context["form"].errors
    assert not StaffAction.objects.exists()


# --- Notes -------------------------------------------------------------------------


def test_a_note_stands_on_the_page_and_nobody_is_mailed(
    browser, staff, alice, mailoutbox
):
    do(browser, alice, "note", reason="Promised a <b>refund</b>.")
    page = person(browser, alice)
    [note] = page.context["glance"].notes
    assert (note.author, note.reason) == ("staff", "Promised a <b>refund</b>.")
    assert "Promised a &lt;b&gt;refund&lt;/b&gt;." in page.content.decode()
    assert not told(mailoutbox)
    [acts] = [section for section in SECTIONS if section.file == "staff.jsonl"]
    assert [row["reason"] for row in acts.of(alice.pk)] == [note.reason]
