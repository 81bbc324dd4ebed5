"""The admin of what users did: it is read there, and never written."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.identity import Origin
from history.models import KeptAnswer, Search, UserState
from history.searches.services import NewSearch, save

pytestmark = pytest.mark.django_db
SEARCHES = reverse("admin:history_search_changelist")


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def searches(alice, stranger):
    for user, query in ((alice, "death note"), (stranger, "50% off")):
        search = NewSearch(query, "animes", {"genre": "Action"}, 7, None)
        save(user_id=user.pk, searches=[search], through=Origin(kind="session"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alice", ["death note"]),
        ("death", []),  # it would tell who searched for it
        ("%", []),
        ("nobody", []),
    ],
)
def test_searches_are_found_by_user_alone(browser, searches, text, found):
    page = browser.get(SEARCHES, {"q": text})
    assert [search.query for search in page.context["cl"].result_list] == found


def test_searches_of_one_user(browser, searches, alice):
    page = browser.get(SEARCHES, {"user__id__exact": str(alice.pk)})
    assert [search.user for search in page.context["cl"].result_list] == [alice]
    page = browser.get(SEARCHES, {"q": str(alice.pk)})
    assert [search.user for search in page.context["cl"].result_list] == [alice]


@pytest.mark.parametrize("model", [Search, UserState, KeptAnswer])
def test_nothing_is_written_here(browser, searches, alice, model):
    KeptAnswer.objects.create(user=alice, key="k", answer={}, created_at=timezone.now())
    name = f"admin:history_{model._meta.model_name}"
    row = model.objects.first()
    for view in ("change", "delete"):
        address = reverse(f"{name}_{view}", args=[row.pk])
        assert browser.post(address, {"post": "yes"}).status_code == 403
    assert browser.post(reverse(f"{name}_add")).status_code == 403
    body = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    browser.post(reverse(f"{name}_changelist"), body | {"post": "yes"})
    assert model.objects.filter(pk=row.pk).exists()


def test_kept_answers_are_not_shown(browser, alice):
    answer = {"data": "of alice's eyes only"}
    row = KeptAnswer.objects.create(
        user=alice, key="request:abc", answer=answer, created_at=timezone.now()
    )
    page = browser.get(reverse("admin:history_keptanswer_change", args=[row.pk]))
    assert "request:abc" in page.content.decode()
    assert "eyes only" not in page.content.decode()
