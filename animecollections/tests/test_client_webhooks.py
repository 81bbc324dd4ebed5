"""Webhooks in the web client: one is added, tested, looked at, paused and removed."""

import pytest

from animecollections.tests.pages import expect, settled
from animecollections.tests.test_client_accessibility import barriers
from factories import UserFactory
from profiles.models import Webhook
from profiles.tests.receivers import call_due, receiving
from profiles.webhooks.signing import secret_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mia():
    return UserFactory(user_name="mia")


def test_one_is_added_tested_paused_and_removed(device, served, mia, settings):
    context = device(
        mia, reduced_motion="reduce", viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/settings")
    page.get_by_role("link", name="Webhooks").click()
    settled(page)
    page.get_by_role("button", name="Add a webhook").click()
    box = page.get_by_role("dialog", name="Add a webhook")
    box.get_by_label("Name").fill("Home")
    box.get_by_label("Address").fill("https://10.0.0.7/hook")
    box.get_by_label("Notices").check()
    assert not barriers(page)
    box.get_by_role("button", name="Add", exact=True).click()
    expect(box).to_contain_text("public internet")
    box.get_by_label("Address").fill("https://hooks.example.org/hook")
    box.get_by_role("button", name="Add", exact=True).click()
    once = page.get_by_role("dialog", name="Secret of Home")
    expect(once).to_be_visible()
    row = Webhook.objects.get(user=mia)
    expect(once.get_by_label("Secret of Home")).to_have_value(secret_of(row.seed))
    once.get_by_role("button", name="Done").click()
    shown = page.locator("main li")
    expect(shown).to_contain_text("A server of mine · My list, Notices")

    page.get_by_role("button", name="Deliveries to Home").click()
    box = page.get_by_role("dialog", name="Deliveries to Home")
    box.get_by_role("button", name="Send a test").click()
    expect(box).to_contain_text("Leaves in a moment")
    with receiving(settings) as receiver:  # what a worker does
        receiver.status, receiver.says = 500, b"<b>down</b>"
        Webhook.objects.of(mia.pk).update(url=receiver.url)
        call_due()
    expect(box).to_contain_text("Not taken · HTTP 500")
    box.get_by_text("What it answered").click()
    expect(box.locator(".answer")).to_have_text("<b>down</b>")
    assert not barriers(page)
    box.get_by_role("button", name="Done").click()

    page.get_by_role("button", name="Pause Home").click()
    expect(shown).to_contain_text("Paused.")
    page.get_by_role("button", name="Let Home go on").click()
    expect(shown).to_contain_text("Works.")
    page.get_by_role("button", name="Remove Home").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("No webhooks yet.")
    assert not Webhook.objects.exists()
