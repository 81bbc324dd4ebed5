"""POST /api/auth/ticket; what opens with it is in test_live.py."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from factories import PASSWORD
from profiles.models import Ticket
from profiles.sync import tickets

pytestmark = pytest.mark.django_db
URL = "/api/auth/ticket"


def test_a_ticket_is_good_for_half_a_minute(client, alice, budget):
    with budget(2, "sign-in check + ticket"):
        response = client.post(URL)
    assert response.status_code == 200
    data = response.json()["data"]
    assert data["expires_in"] == 30
    row = Ticket.objects.get(user=alice)
    assert timedelta() < row.expires_at - timezone.now() <= timedelta(seconds=30)
    user_id, sign_in = tickets.redeem(ticket=data["ticket"])
    assert (user_id, sign_in.kind, sign_in.until) == (alice.pk, "session", None)


def test_it_is_not_kept_as_it_is(client):
    ticket = client.post(URL).json()["data"]["ticket"]
    assert ticket not in str(Ticket.objects.values().get())


def test_an_apps_ticket_ends_with_its_access_token(visitor, alice):
    body = {"email": alice.email, "password": PASSWORD}
    pair = visitor.post("/api/auth/token", body).json()["data"]
    headers = {"Authorization": f"Bearer {pair['access']}"}
    visitor.post(URL, headers=headers)
    left = Ticket.objects.get(user=alice).until - timezone.now()
    assert timedelta(seconds=1790) < left <= timedelta(seconds=1800)


def test_a_visitor_gets_none(visitor):
    response = visitor.post(URL)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_a_foreign_page_gets_none(client):
    response = client.post(URL, headers={"Origin": "https://evil.test"})
    assert (response.status_code, response.json()["code"]) == (403, "cross_site")
    assert not Ticket.objects.exists()


def test_old_tickets_are_cleared_away(client):
    client.post(URL)
    client.post(URL)
    Ticket.objects.filter(pk=Ticket.objects.first().pk).update(
        expires_at=timezone.now()
    )
    call_command("prune", verbosity=0, stdout=StringIO())
    assert Ticket.objects.count() == 1
