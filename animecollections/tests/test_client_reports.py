"""The dialog of a report, and what staff withhold in the settings."""

import pytest
from django.utils import timezone

from animecollections.tests.test_client_accessibility import barriers
from factories import UserFactory
from profiles.models import Moderation, Preferences, Report

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_THE_DIALOG = """async () => {
  const { Api } = await import("/static/js/collection/index.js");
  const { reportDialog } = await import("/static/js/ui/report.js");
  const things = [{ of: "profile" }, { of: "user_name" }];
  reportDialog({ api: new Api() }, { user_name: "bob" }, things);
}"""


def test_somebody_reports_a_name(device, served):
    bob = UserFactory(user_name="bob")
    Preferences.objects.filter(user=bob).update(audience_profile="everyone")
    page = device(viewport={"width": 390, "height": 844}).new_page()
    page.goto("/discover")
    page.wait_for_selector("h1")
    page.evaluate(OPEN_THE_DIALOG)
    page.get_by_label("What is it about?").select_option("The username")
    assert not barriers(page)
    page.get_by_role("button", name="Report").click()
    assert not Report.objects.exists()  # before a reason is chosen
    page.get_by_label("What is wrong with it?").select_option("Hate")
    page.get_by_label("In your words").fill("It is a slur.")
    page.get_by_role("button", name="Report").click()
    page.wait_for_selector("text=Thank you. Our staff will look at it.")
    report = Report.objects.get()
    assert (report.thing, report.reason, report.about_user_id) == (
        "user_name",
        "hate",
        bob.pk,
    )


def test_the_owner_reads_why_and_answers(device, served):
    alice = UserFactory()
    Moderation.objects.create(
        user=alice,
        thing="avatar",
        state="withheld",
        reason="A violent picture.",
        decided_at=timezone.now(),
    )
    page = device(alice, viewport={"width": 390, "height": 844}).new_page()
    page.goto("/settings#decisions")
    page.wait_for_selector("text=A violent picture.")
    page.wait_for_load_state("networkidle")
    assert not barriers(page)
    page.get_by_label("Your answer").fill("I chose another.")
    page.get_by_role("button", name="Send the answer").click()
    page.wait_for_selector("text=Our staff will read your answer.")
    assert Moderation.objects.get().answer == "I chose another."
    assert not page.get_by_label("Your answer").count()
