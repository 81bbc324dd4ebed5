"""Apps in the web client: what has access, what it changed, and a page for developers."""

import re

import pytest

from animecollections.tests.pages import expect, settled
from animecollections.tests.test_client_accessibility import barriers
from collections_app.models import WatchListEntry
from factories import PASSWORD, AnimeFactory, UserFactory, personal_token
from profiles.models import App
from profiles.tests.registered_apps import client_of, let_in, register
from profiles.tests.test_fresh_proofs import make_stale

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/api/user/watchList"


@pytest.fixture
def mia():
    return UserFactory(user_name="mia")


@pytest.fixture
def notes(served, mia):
    """An app that changed her list."""
    AnimeFactory(id=201, title="Monster", episodes=74, picture_url="")
    app = register(UserFactory(), name="Ani Notes", description="Notes.")
    writer = client_of(let_in(app, mia, "read", "write"))
    writer.post(LIST, {"animeId": 201, "type": "Watching"})
    writer.post("/api/user/searchHistory", {"query": "monster"})
    writer.post("/api/user/lists", {"name": "Best of all"})
    return app


def open_page(device, user, address, **more):
    page = device(user, reduced_motion="reduce", **more).new_page()
    page.goto(address)
    return settled(page)


def test_an_app_is_seen_undone_and_thrown_out(device, mia, notes):
    page = open_page(device, mia, "/security", viewport={"width": 390, "height": 844})
    section = page.locator("section").filter(
        has=page.get_by_role("heading", name="Apps")
    )
    expect(section).to_contain_text("Ani Notes")
    section.get_by_text("What it may do").click()
    expect(section).to_contain_text("Change the list, and undo changes.")
    section.get_by_role("button", name="Undo changes of Ani Notes").click()
    box = page.get_by_role("dialog", name="Undo changes of Ani Notes")
    expect(box).to_contain_text("Removed Monster.")
    expect(box).to_contain_text("This can't be undone: Search history.")
    expect(box).to_contain_text("Removed the list Best of all.")
    assert not barriers(page)
    box.get_by_role("button", name="Undo changes").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: 2.")
    assert not WatchListEntry.objects.filter(user=mia).exists()

    section.get_by_role("link", name="What it changed").click()
    expect(page.get_by_text("Only changes of Ani Notes.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Added Monster")
    page.goto("/security")
    section.get_by_role("button", name="End access of Ani Notes").click()
    page.get_by_role("dialog").get_by_role("button", name="End access").click()
    expect(section).to_contain_text("No app has access.")


def test_a_developer_registers_an_app_and_tries_a_call(device, mia, served):
    page = open_page(device, mia, "/developers", color_scheme="dark")
    page.get_by_role("button", name="Register an app").click()
    box = page.get_by_role("dialog", name="Register an app")
    assert not barriers(page)
    box.get_by_label("Name").fill("Support")
    box.get_by_label("Redirect addresses").fill("https://notes.example.org/back")
    box.get_by_label("It runs on my server").check()
    box.get_by_label("Name").press("Enter")
    expect(box).to_contain_text("would pass for the service")
    box.get_by_label("Name").fill("Ani Notes")
    box.get_by_label("Name").press("Enter")
    secret = page.get_by_role("textbox", name="Secret of Ani Notes")
    expect(secret).to_have_value(re.compile("^ac_app_"))
    page.get_by_role("button", name="Done").click()
    app = App.objects.get()
    expect(page.locator("main")).to_contain_text(app.client_id)
    assert not barriers(page)

    page.get_by_label("Token").fill(personal_token(mia, "list:read"))
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".trial")).to_contain_text("Status 200")
    expect(page.locator(".trial")).to_contain_text("calls are left")

    make_stale(mia)
    page.get_by_role("button", name="Edit Ani Notes").click()
    page.get_by_label("Redirect addresses").fill("https://notes.example.org/two")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("https://notes.example.org/two")
    page.get_by_role("button", name="Remove Ani Notes").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("No apps yet.")
