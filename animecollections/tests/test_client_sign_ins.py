"""In a browser: by a provider, with a link about an e-mail, devices on the page
Security.
"""

import json
import re

import pytest

from animecollections.tests.pages import settled
from animecollections.tests.serving import serve
from animecollections.tests.test_client_accessibility import barriers
from animecollections.translations import words_in
from conftest import signed_in
from factories import PASSWORD, UserFactory
from profiles.email_changes import links
from profiles.models import EmailChange, Session, User
from profiles.tests.bent_provider import bent_provider
from profiles.tests.factors import turn_on

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def provider():
    with bent_provider() as one:
        yield one


@pytest.fixture(scope="module")
def there(tmp_path_factory, django_db_setup, provider):
    """A server that knows the provider."""
    known = json.dumps({"work": provider.settings})
    home = tmp_path_factory.mktemp("providers")
    with serve(home, OIDC_PROVIDERS=known) as server:
        yield server.url


def is_clean(page):
    page.wait_for_load_state("networkidle")
    assert not barriers(page), page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_somebody_new_comes_by_a_provider(device, provider, there):
    provider.who |= {"sub": "lucia", "email": "lucia@example.org"}
    page = device(base_url=there, locale="es-CO", **PHONE).new_page()
    page.goto("/")
    words = words_in("es")
    is_clean(page)
    way = words["Continue with {name}"].format(name="Example")
    page.get_by_role("link", name=way).click()
    expect(page.get_by_text("lucia@example.org")).to_be_visible()
    is_clean(page)
    name = page.get_by_label("Nombre de usuario")
    expect(name).to_be_focused()
    name.fill("admin")
    name.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
    name.fill("lucia")
    name.press("Enter")
    expect(page.get_by_role("heading", name="Mi lista")).to_be_visible()
    assert User.objects.get(user_name="lucia").preferences.language == "es"


def test_an_account_is_joined_by_its_password_and_its_second_step(
    device, provider, there
):
    user = UserFactory()
    codes = turn_on(user)
    provider.who |= {"sub": user.user_name, "email": user.email}
    page = device(base_url=there).new_page()
    page.goto("/api/auth/oidc/work?next=/security")
    expect(page.get_by_role("heading", name="You already have")).to_be_visible()
    is_clean(page)
    page.get_by_label("Password").fill("Wrong-Horse-7")
    page.get_by_role("button", name="Sign in and connect").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in and connect").click()
    page.get_by_label(re.compile("Code from your authenticator")).fill(codes[0])
    is_clean(page)
    page.get_by_role("button", name="Sign in", exact=True).click()
    row = page.locator(".access li").filter(has_text="Example")
    expect(row).to_contain_text(user.email)
    page.get_by_role("button", name="Disconnect Example").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("button", name="Connect Example")).to_be_visible()
    page.get_by_role("button", name="Connect Example").click()
    expect(page.locator(".access li").filter(has_text="Example")).to_be_visible()


def test_who_came_to_let_an_app_in_goes_on_there(device, there):
    page = device(base_url=there).new_page()
    page.goto("/?said=app&next=%2Flink%3Fcode%3DABCD%26x%3Dy")
    way = page.get_by_role("link", name="Continue with Example")
    to = "/api/auth/oidc/work?next=%2Flink%3Fcode%3DABCD%26x%3Dy"
    expect(way).to_have_attribute("href", to)


def test_what_went_wrong_is_said(device, there):
    page = device(base_url=there).new_page()
    for why, words in (("cancelled", "You cancelled it."), ("x", "Try again.")):
        page.goto("about:blank")
        page.goto(f"/connect#failed={why}")
        expect(page.get_by_role("heading", name="Couldn't sign in")).to_be_visible()
        expect(page.locator("[data-why]:visible")).to_contain_text(words)
    page.goto("/connect")
    expect(page.locator("[data-why]:visible")).to_contain_text("It took too long")


def test_links_about_an_email(device, there):
    user = UserFactory(email="old@example.org")
    change = EmailChange.objects.create(
        user=user,
        new_email="new@example.org",
        auth_epoch=user.auth_epoch,
        ends_at="2099-01-01T00:00:00Z",
    )
    page = device(base_url=there, **PHONE).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for purpose, button, said in (
        ("confirm", "Confirm", "E-mail confirmed."),
        ("take-back", "Take it back", "Your e-mail is back."),
    ):
        token = links.new_text(purpose, user.pk, change.pk)
        page.goto("about:blank")
        page.goto(f"/email#{purpose}={token}")
        is_clean(page)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_text(said)).to_be_visible()
        assert token not in page.url
        assert not any(token in url for url in asked)
    user.refresh_from_db()
    assert user.email == "old@example.org"
    page.goto("/email")
    expect(page.get_by_role("heading", name="not complete")).to_be_visible()


def test_devices_are_signed_out_on_the_security_page(device, there):
    user = UserFactory()
    other = signed_in(user)
    Session.objects.update(user_agent="Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1")
    page = device(user, base_url=there, **PHONE).new_page()
    page.goto("/security")
    settled(page)
    expect(page.get_by_text("This device", exact=False).first).to_be_visible()
    is_clean(page)
    page.get_by_role("button", name="Sign out Safari on iPhone").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Device signed out.")).to_be_visible()
    assert other.get("/api/user/preferences").status_code == 401
    expect(page.get_by_role("button", name="Sign out all other devices")).to_be_hidden()


def test_an_email_is_asked_for_on_the_security_page(device, there):
    user = UserFactory()
    page = device(user, base_url=there).new_page()
    page.goto("/security")
    expect(page.get_by_text("Not confirmed")).to_be_visible()
    Session.objects.filter(user=user).update(proved_at=None)
    page.get_by_label("New e-mail").fill("another@example.org")
    page.get_by_role("button", name="Change e-mail").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("another@example.org")).to_be_visible()
    assert EmailChange.objects.get(user=user).new_email == "another@example.org"
