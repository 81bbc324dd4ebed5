"""Into an account and out of it: what the browser knows need not be asked."""

import re

import pytest

from animecollections.translations import words_in
from factories import PASSWORD, UserFactory
from profiles.accounts.reset_links import make_token
from profiles.models import Preferences

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_account_has_the_browsers_time_zone_and_language(device):
    page = device(timezone_id="America/Bogota", locale="es-CO").new_page()
    page.goto("/")
    for name, language in (
        ("English", "en"),
        ("Español", "es"),
    ):  # a visitor can choose
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
    page.get_by_label(words_in("es")["Username"]).fill("lucia")
    page.get_by_label(words_in("es")["E-mail"]).fill("lucia@example.org")
    page.get_by_label(words_in("es")["Password"]).fill(PASSWORD)
    page.get_by_role("button", name=words_in("es")["Create account"]).click()
    expect(page.get_by_role("heading", name="Mi lista")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    kept = Preferences.objects.get(user__user_name="lucia")
    assert (kept.timezone, kept.language) == ("America/Bogota", "es")


def test_a_new_password_lands_on_sign_in_and_says_so(device):
    user = UserFactory()
    mine = device(user).new_page()
    mine.goto("/")
    expect(mine.locator("body")).to_have_attribute("data-status", "settled")
    other = device().new_page()  # where nobody was signed in
    user.refresh_from_db()
    link = f"/reset?uid={user.pk}&token={make_token(user)}"
    other.goto(link)
    other.get_by_label(re.compile("New password")).fill("Other-Cow-99")
    other.get_by_role("button", name="Save").click()
    expect(other.locator(".said")).to_contain_text("Password changed.")
    other.get_by_label("E-mail").fill(user.email)
    other.get_by_label("Password").fill("Other-Cow-99")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="My list")).to_be_visible()
    mine.goto("/?said=reset")  # where a list lies on the device
    dialog = mine.get_by_role("dialog", name="Sign in")
    expect(dialog.get_by_label("Password")).to_be_visible()


def test_a_language_that_could_not_be_had_is_asked_for_again(device):
    page = device().new_page()
    page.goto("/")
    spanish = page.get_by_role("button", name="Español")
    expect(spanish).to_be_visible()
    page.context.set_offline(True)
    spanish.click()
    expect(page.get_by_role("alert")).to_contain_text("could not be changed")
    page.context.set_offline(False)
    spanish.click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
