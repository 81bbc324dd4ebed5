"""Notices in the web client: the bell, the page, without network, the settings."""

import pytest

from animecollections.tests.pages import expect, settled
from factories import AnimeFactory, UserFactory
from profiles.models import MutedTitle, Preferences, UserNotice
from profiles.notifications.services import notify
from profiles.tests.sockets import Api, cookie_of

# The pages are kept on the device by then.
KEPT = """
    navigator.serviceWorker.controller ? true : new Promise((there) =>
        navigator.serviceWorker.addEventListener("controllerchange", () => there(true)))
"""
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def user(served):
    user = UserFactory()
    AnimeFactory(id=200, title="Planetes", episodes=12)
    Api(served, cookie_of(user)).add(200, "Watching", progress=1)
    tell(user, 2)
    return user


def tell(user, number):
    data = {"first_episode": number, "episode": number, "episodes": 12}
    key = f"aired:200:{number}"
    notify(user_id=user.pk, kind="episode", key=key, anime_id=200, data=data)


def bell(page):
    return page.get_by_role("link", name="Notices").and_(page.locator(".bell"))


def test_the_bell_counts_and_the_page_reads_without_network_too(device, user):
    browser = device(user)
    page = browser.new_page()
    page.goto("/")
    expect(bell(page)).to_have_attribute("aria-label", "Notices: 1 unread")
    assert page.evaluate(KEPT)
    page.context.set_offline(True)
    bell(page).click()
    expect(page.locator("main h1")).to_have_text("Notices")
    expect(page.locator(".fresh")).to_contain_text("Planetes Episode 2 aired.")
    expect(bell(page)).to_have_attribute("aria-label", "Notices")
    assert UserNotice.objects.of(user.pk).unread().count() == 1
    page.context.set_offline(False)
    settled(page)
    assert UserNotice.objects.of(user.pk).unread().count() == 0
    expect(page.locator(".fresh")).to_have_count(1)  # as long as the page is open


def test_a_title_is_muted_and_its_page_is_one_click_away(device, user):
    page = device(user).new_page()
    page.goto("/notices")
    page.get_by_role("button", name="Mute: Planetes").click()
    expect(page.get_by_role("button", name="Unmute: Planetes")).to_be_visible()
    settled(page)
    assert MutedTitle.objects.of(user.pk).get().anime_id == 200
    page.reload()
    page.get_by_role("button", name="Unmute: Planetes").click()
    settled(page)
    assert not MutedTitle.objects.of(user.pk).exists()
    page.locator("main").get_by_role("link", name="Planetes").click()
    expect(page.locator("main h1")).to_have_text("Planetes")


def test_settings_say_what_is_told_and_how(device, user):
    page = device(user).new_page()
    page.goto("/settings")
    page.get_by_label("Moved dates").uncheck()
    page.get_by_label("Unread notices by mail").select_option("weekly")
    page.get_by_label("Add sequels to To Watch").check()
    settled(page)
    saved = Preferences.objects.get(user=user)
    assert (saved.muted_notices, saved.notice_digest, saved.add_sequels) == (
        "moved",
        "weekly",
        True,
    )


def test_in_spanish_on_a_phone(device, user):
    Preferences.objects.filter(user=user).update(language="es")
    phone = {"width": 360, "height": 700}
    page = device(user, viewport=phone, locale="es-ES").new_page()
    page.goto("/notices")
    expect(page.locator("main h1")).to_have_text("Avisos")
    expect(page.locator(".fresh")).to_contain_text("Se emitió el episodio 2.")
    settled(page)
    page.locator("#status").evaluate("status => status.append('✓ Guardando…')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
