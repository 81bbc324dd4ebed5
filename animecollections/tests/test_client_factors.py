"""Second factors, passkeys and proofs in a browser, with Chromium's own authenticator."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from animecollections.tests.serving import serve
from factories import PASSWORD, UserFactory
from profiles.models import Passkey, PersonalToken, Session, User
from profiles.oidc.views import second_step
from profiles.tests.factors import code_of, turn_on

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

# The button is tried: what the field offers would answer by itself, or stand in its way.
NOTHING_IN_THE_FIELD = (
    "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
)


@pytest.fixture(scope="module")
def at_localhost(tmp_path_factory, django_db_setup):
    """No passkey is of an IP address."""
    home = tmp_path_factory.mktemp("passkeys")
    with serve(home, host="localhost") as server:
        yield f"http://localhost:{server.port}"


def sign_in(page, user):
    page.goto("/?said=signed_out")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def is_in(page):
    expect(page.get_by_role("heading", name="My list")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-status", "settled")


def with_passkey(device, user, base_url):
    """A page of who has just added one, and is signed out again."""
    page = device(base_url=base_url).new_page()
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": A_PHONE})
    sign_in(page, user)
    is_in(page)
    page.goto("/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name", exact=True).last.fill("My phone")
    page.get_by_role("button", name="Continue").click()
    codes = page.get_by_role("dialog", name="Recovery codes")
    expect(codes.locator("li")).to_have_count(10)
    codes.get_by_role("button", name="I have saved them").click()
    expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()
    assert Passkey.objects.get().name == "My phone"
    page.evaluate("localStorage.clear()")
    page.context.clear_cookies()
    return page


def second_step_of_a_provider(page, user, next_):
    """The page where the way back from a provider ends, with its ticket."""
    page.goto("/connect")
    body = {"email": user.email, "password": PASSWORD}
    details = page.evaluate(
        """async (body) => {
            const headers = { "Content-Type": "application/json" };
            const sent = { method: "POST", headers, body: JSON.stringify(body) };
            return (await (await fetch("/api/auth/signin", sent)).json()).details;
        }""",
        body,
    )
    page.goto("about:blank")
    page.goto(f"/connect#{second_step(details, next_)}")


def test_a_passkey_is_the_second_step_after_a_provider(device, at_localhost):
    user = UserFactory()
    page = with_passkey(device, user, at_localhost)
    second_step_of_a_provider(page, user, "/statistics?year=2026")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/statistics?year=2026")
    assert Session.objects.filter(user=user).count() == 2


@pytest.mark.parametrize("next_", ["/\t//evil.example", "//evil.example", "evil", ""])
def test_the_second_step_after_a_provider_leads_to_no_other_site(device, next_):
    user = UserFactory()
    codes = turn_on(user)
    page = device().new_page()
    second_step_of_a_provider(page, user, next_)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    page.get_by_label(re.compile("Code from your authenticator")).fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    is_in(page)


def test_a_passkey_is_made_and_signs_in_without_a_password(device, at_localhost):
    page = with_passkey(device, UserFactory(), at_localhost)
    page.add_init_script(NOTHING_IN_THE_FIELD)
    page.goto("/?said=signed_out")
    page.get_by_role("button", name="Sign in with a passkey").click()
    is_in(page)
    assert Passkey.objects.get().used_at


def test_after_the_password_a_code_is_asked_for(device):
    user = UserFactory()
    codes = turn_on(user)
    page = device().new_page()
    sign_in(page, user)
    form = page.locator("form", has_text="One more step")
    code = form.get_by_label("Six digits of your authenticator")
    expect(code).to_be_focused()
    code.fill("000000")
    code.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("not right")
    form.get_by_role("button", name="Use a recovery code").click()
    form.get_by_label("Recovery code").fill(codes[0])
    form.get_by_role("button", name="Confirm").click()
    is_in(page)


def test_an_authenticator_is_turned_on_with_the_keyboard(device):
    user = UserFactory()
    page = device(user, viewport={"width": 375, "height": 740}).new_page()
    page.goto("/security")
    page.get_by_role("button", name="Add an authenticator").press("Enter")
    dialog = page.get_by_role("dialog", name="Add an authenticator")
    expect(dialog.get_by_alt_text("QR code of the secret")).to_be_visible()
    code = dialog.get_by_label("Six digits of your authenticator")
    code.fill(code_of(user))
    code.press("Enter")
    codes = page.get_by_role("dialog", name="Recovery codes")
    expect(codes.locator("li")).to_have_count(10)
    codes.get_by_role("button", name="I have saved them").press("Enter")
    expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()
    assert User.objects.get(pk=user.pk).second_factors == "authenticator"
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_with_a_factor_on_a_new_password_and_the_erasure_ask_for_it(device):
    user = UserFactory()
    codes = turn_on(user)
    page = device(user).new_page()
    proof = page.get_by_role("dialog", name="Confirm that it's you")

    def prove(code):
        proof.get_by_role("button", name="Use a recovery code").click()
        proof.get_by_label("Recovery code").fill(code)
        proof.get_by_role("button", name="Confirm").click()

    Session.objects.update(proved_at=None)
    page.goto("/settings")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill("Left-Cow-8")
    page.get_by_role("button", name="Change password").click()
    prove(codes[0])
    expect(page.get_by_text("Password changed")).to_be_visible()
    assert User.objects.get().check_password("Left-Cow-8")

    Session.objects.update(proved_at=None)
    page.get_by_role("button", name="Erase my account").click()
    page.get_by_label("Your password").fill("Left-Cow-8")
    page.get_by_role("button", name="Erase everything").click()
    prove(codes[1])
    page.wait_for_url("**/?said=erased")
    assert not User.objects.exists()


def test_who_has_no_password_erases_by_a_fresh_sign_in(device):
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    page = device(user).new_page()
    page.goto("/settings")
    page.get_by_role("button", name="Erase my account").click()
    page.get_by_role("button", name="Erase everything").click()
    page.wait_for_url("**/?said=erased")
    assert not User.objects.exists()


def test_an_old_sign_in_is_asked_for_the_password_before_a_token(device):
    user = UserFactory()
    page = device(user).new_page()
    Session.objects.update(proved_at=timezone.now() - timedelta(hours=1))
    page.goto("/security")
    page.get_by_label("Name", exact=True).last.fill("a script")
    page.get_by_role("button", name="Make token").click()
    proof = page.get_by_role("dialog", name="Confirm that it's you")
    proof.get_by_label("Your password").fill(PASSWORD)
    proof.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("dialog", name="New token")).to_be_visible()
    assert PersonalToken.objects.get().name == "a script"
