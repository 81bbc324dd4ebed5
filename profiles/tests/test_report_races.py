"""Reports at once: one decision waits for all, and each is counted."""

import pytest

from collections_app.tests.test_watch_list_races import at_once
from conftest import WatchedClient
from factories import UserFactory
from profiles.models import Moderation, Preferences, Report

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_ten_visitors_report_one_thing_at_once(settings):
    settings.RATES = settings.RATES | {"report": (1000, 60)}
    owner = UserFactory(user_name="owner")
    Preferences.objects.filter(user=owner).update(audience_profile="everyone")
    body = {"of": "user_name", "user_name": "owner", "reason": "hate"}

    def report(number):
        network = f"198.51.100.{number % 5}"  # each comes twice
        return WatchedClient(REMOTE_ADDR=network).post("/api/reports", body)

    answers = at_once([lambda n=n: report(n) for n in range(10)])
    assert {one.status_code for one in answers} == {200}
    assert Moderation.objects.get().reports == Report.objects.count() == 5
