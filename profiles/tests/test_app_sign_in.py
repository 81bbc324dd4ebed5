"""A registered app's sign-in: by one statement, with its scopes, ended at once."""

from datetime import timedelta
from types import SimpleNamespace

import jwt
import pytest
from django.utils import timezone

from animecollections.api import throttling
from animecollections.identity import Origin, SignIn
from animecollections.scopes import GROUPS
from conftest import WatchedClient
from factories import AnimeFactory
from history.models import Change
from profiles.accounts.authentication import account_behind, find_by_app_token
from profiles.accounts.tokens import write_pair
from profiles.models import App, TokenFamily
from profiles.tests.registered_apps import client_of, let_in, register

LIST = "/api/user/watchList"
pytestmark = pytest.mark.django_db


@pytest.fixture
def no_time_passes(monkeypatch):
    """For rates, which begin anew with each minute."""
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: 1_800_000_000))


@pytest.fixture
def notes(stranger):
    return register(stranger)


@pytest.fixture
def family(notes, alice):
    return let_in(notes, alice, "read", "list:write")


@pytest.fixture
def app(family):
    return client_of(family)


def code(answer):
    return answer.status_code, answer.json().get("code")


def test_one_statement_tells_who_it_is_and_what_the_app_may(
    alice, notes, family, budget
):
    with budget(1, "family, app, user, preferences, state and catalogue together"):
        found = find_by_app_token(alice.pk, family.pk, None)
    assert found.account.id == alice.pk
    wanted = frozenset({*GROUPS["read"], "list:write"})
    assert found.sign_in == SignIn(
        "app", str(family.pk), None, wanted, notes.name, notes.pk
    )


def test_it_does_what_its_scopes_allow_and_no_more(app):
    assert app.get(LIST).status_code == 200
    refused = app.delete("/api/user/searchHistory")
    assert code(refused) == (403, "scope_missing")
    assert refused.json()["details"] == {"scope": "history:write"}
    assert code(app.get("/api/user/tokens")) == (403, "scope_missing")


def test_a_change_names_the_app(app, notes, alice):
    anime = AnimeFactory()
    app.post(LIST, {"animeId": anime.pk, "type": "Watching"})
    change = Change.objects.of(alice.pk).get()
    assert (change.token_id, change.token_name) == (notes.pk, notes.name)
    assert change.through == "token"


def test_all_families_of_an_app_have_one_origin(notes, alice):
    origins = {
        find_by_app_token(alice.pk, let_in(notes, alice).pk, None).sign_in.origin()
        for _ in range(2)
    }
    assert origins == {Origin("token", token_id=notes.pk, token_name=notes.name)}


def test_a_stopped_app_is_refused_at_once_and_works_again_afterwards(app, notes):
    App.objects.filter(pk=notes.pk).update(stopped_at=timezone.now())
    assert code(app.get(LIST)) == (401, "session_ended")
    App.objects.filter(pk=notes.pk).update(stopped_at=None)
    assert app.get(LIST).status_code == 200


def test_an_app_whose_row_is_gone_is_refused(app, stranger, family):
    stranger.delete()
    assert TokenFamily.objects.filter(pk=family.pk).exists()
    assert code(app.get(LIST)) == (401, "session_ended")


def test_a_revoked_family_is_refused(app, family, alice):
    TokenFamily.objects.filter(pk=family.pk).update(revoked_at=timezone.now())
    assert code(app.get(LIST)) == (401, "session_ended")


def test_a_new_password_ends_it(app, alice):
    alice.set_password("Other-Horse-7")
    alice.save()
    assert code(app.get(LIST)) == (401, "session_ended")


def test_narrowed_scopes_hold_at_once(app, family):
    TokenFamily.objects.filter(pk=family.pk).update(scopes="stats:read")
    assert code(app.get(LIST)) == (403, "scope_missing")


def test_a_token_cannot_be_taken_for_one_with_all_scopes(family):
    """As if it were of a sign-in by password: such a token has no `app` in it."""
    family.app_id, app_id = None, family.app_id
    forged = client_of(family)
    assert TokenFamily.objects.get(pk=family.pk).app_id == app_id
    assert code(forged.get(LIST)) == (401, "session_ended")


def test_its_refresh_token_is_no_good_without_the_app(family):
    visitor = WatchedClient()
    refresh = write_pair(family)["refresh"]
    told = visitor.post("/api/auth/token/refresh", {"refresh": refresh})
    assert code(told) == (401, "session_ended")
    assert TokenFamily.objects.get(pk=family.pk).revoked_at is None


def test_mature_titles_need_its_users_leave_and_theirs(notes, alice):
    sees = find_by_app_token(alice.pk, let_in(notes, alice, mature=True).pk, None)
    assert sees.account.hides_mature == alice.preferences.parental_control
    alice.preferences.parental_control = False
    alice.preferences.save()
    for mature in (True, False):
        family = let_in(notes, alice, mature=mature)
        found = find_by_app_token(alice.pk, family.pk, None)
        assert found.account.hides_mature is not mature


def test_no_app_reads_the_e_mail(notes, alice):
    """The page on which it was let in says so."""
    told = client_of(let_in(notes, alice, "profile:read")).get("/api/auth/session")
    assert (told.json()["data"]["name"], told.json()["data"]["email"]) == ("alice", "")


def test_of_an_address_of_ipv6_the_network_is_noted(app, family):
    before = timezone.now() - timedelta(minutes=2)
    TokenFamily.objects.filter(pk=family.pk).update(used_at=before)
    app.get(LIST, REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    assert TokenFamily.objects.get(pk=family.pk).used_from == "2001:db8:1:2::"


def test_its_use_is_noted_once_a_minute(app, family):
    before = timezone.now() - timedelta(minutes=2)
    TokenFamily.objects.filter(pk=family.pk).update(used_at=before)
    app.get(LIST, REMOTE_ADDR="203.0.113.7")
    first = TokenFamily.objects.get(pk=family.pk)
    assert first.used_at > before
    assert first.used_from == "203.0.113.7"
    app.get(LIST)
    assert TokenFamily.objects.get(pk=family.pk).used_at == first.used_at


@pytest.mark.usefixtures("no_time_passes")
def test_each_person_and_app_has_a_rate_of_its_own(settings, notes, alice, stranger):
    settings.RATES = settings.RATES | {"read": (2, 60)}
    settings.THROTTLE_SCALE = 1
    two_devices = [client_of(let_in(notes, alice)) for _ in range(2)]
    statuses = [two_devices[n % 2].get(LIST).status_code for n in range(3)]
    assert statuses == [200, 200, 429]
    assert client_of(let_in(notes, stranger)).get(LIST).status_code == 200
    other = register(stranger, name="Other")
    assert client_of(let_in(other, alice)).get(LIST).status_code == 200


def test_what_stays_open_asks_for_the_sign_in_again(notes, alice):
    family = let_in(notes, alice, "live", "read")
    ticket = client_of(family).post("/api/auth/ticket")
    assert ticket.status_code == 200
    sign_in = SignIn("app", str(family.pk))
    assert account_behind(sign_in, alice.pk).id == alice.pk
    App.objects.update(stopped_at=timezone.now())
    assert account_behind(sign_in, alice.pk) is None


def test_signing_out_ends_it(app, family):
    app.post("/api/auth/signout")
    assert TokenFamily.objects.get(pk=family.pk).revoked_at is not None


def test_a_release_that_knows_no_apps_refuses_its_tokens(family):
    """It reads `family`, and would let it do everything."""
    for token in write_pair(family).values():
        if isinstance(token, str):
            said = jwt.decode(token, options={"verify_signature": False})
            assert "family" not in said
