"""DELETE /api/user and POST /api/user/erase"""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from conftest import signed_in
from factories import PASSWORD, UserFactory
from history.models import UserState
from profiles.accounts.services import end_everything
from profiles.figures import running_counts
from profiles.models import Erasure, Figure, Image, Session, User, WrongPasswords
from profiles.personal_data import erasure
from profiles.tests.outbox import send_all
from profiles.tests.personal import (
    fill,
    label,
    names_of,
    naming_fields,
    traces_of,
)
from profiles.tests.test_fresh_proofs import make_stale

pytestmark = pytest.mark.django_db
BODY = {"password": PASSWORD}
# Of staff: whom they erased, or whose list they changed, is told by their id. It is
# random, and leads to nobody once they are erased too.
NOT_OF_USERS = {
    "history.Change.actor_id",
    "history.StaffAction.actor_id",
    "profiles.Erasure.actor_id",
}
ONLY_UNTIL_THE_FILES_ARE_GONE = {"profiles.Erasure.files_of"}


@pytest.fixture
def zaphira(db):
    return UserFactory(user_name="zaphira")


@pytest.fixture
def hers(zaphira):
    return signed_in(zaphira)


@pytest.fixture
def filled(zaphira, hers, visitor, stranger, death_note):
    """Zaphira, of whom every table that names users tells something."""
    fill(zaphira, hers, visitor, death_note)
    return zaphira


def test_it_is_known_of_every_table_that_names_users_what_of_a_user_it_holds(filled):
    """A new one needs a row from `personal.fill`, or the others would prove nothing."""
    naming = {label(model, field) for model, field in naming_fields()}
    missing = naming - traces_of(*names_of(filled))
    assert missing == NOT_OF_USERS | ONLY_UNTIL_THE_FILES_ARE_GONE


def test_no_table_knows_the_user_any_more(
    filled, hers, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = hers.delete("/api/user", BODY)
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Account erased"}
    assert traces_of(*names_of(filled), "Zaphira", "naruto", "a note") == set()


def test_all_their_files_are_gone_and_no_others(
    filled, hers, stranger, django_capture_on_commit_callbacks
):
    paths = [f"images/{owner.pk}/{'0' * 32}.webp" for owner in (filled, stranger)]
    for path in paths:  # hers has no row: a crash left it
        default_storage.save(path, ContentFile(b"x"))
    folder = f"images/{filled.pk}"
    assert len(default_storage.listdir(folder)[1]) == 3
    with django_capture_on_commit_callbacks(execute=True):
        hers.delete("/api/user", BODY)
    assert not default_storage.exists(folder)
    assert default_storage.exists(paths[1])


def test_post_does_the_same(zaphira, hers):
    assert hers.post("/api/user/erase", BODY).status_code == 200
    assert not User.objects.exists()


def test_staff_see_that_it_happened_and_not_to_whom(zaphira, hers):
    hers.delete("/api/user", BODY)
    row = Erasure.objects.get()
    assert (row.through, row.actor_id) == ("session", None)
    assert timezone.now() - row.at < timedelta(minutes=1)


def test_staff_need_no_password_and_are_named(zaphira, staff):
    erasure.erase(user_id=zaphira.pk, through=Origin("admin", actor_id=staff.pk))
    row = Erasure.objects.get()
    assert (row.through, row.actor_id) == ("admin", staff.pk)
    assert list(User.objects.all()) == [staff]


def test_the_browser_drops_its_cookie_and_a_retry_is_told_that_nobody_is_there(hers):
    response = hers.delete("/api/user", BODY)
    assert response.cookies["sessionid"]["max-age"] == 0
    assert not Session.objects.exists()


def test_a_retry_is_session_ended(zaphira, visitor):
    cookie = signed_in(zaphira)
    pair = visitor.post("/api/auth/token", {"email": zaphira.email, **BODY}).json()
    visitor.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['data']['access']}")
    assert visitor.delete("/api/user", BODY).status_code == 200
    for client in (visitor, cookie):
        retry = client.delete("/api/user", BODY)
        assert (retry.status_code, retry.json()["code"]) == (401, "session_ended")


def test_the_password_must_be_right(zaphira, hers):
    response = hers.delete("/api/user", {"password": "Wrong-Horse-7"})
    assert (response.status_code, response.json()["code"]) == (401, "wrong_credentials")
    assert response.json()["fields"] == {
        "password": ["That's not your current password."]
    }
    assert hers.get("/api/auth/session").json()["data"]["name"] == "zaphira"
    assert not Erasure.objects.exists()


def test_guessing_locks_as_at_sign_in(zaphira, hers, visitor, settings):
    settings.LOCKOUT_TRIES = 2
    for _ in range(2):
        hers.post("/api/user/erase", {"password": "Wrong-Horse-7"})
    assert WrongPasswords.objects.get().count == 2
    response = hers.delete("/api/user", BODY)
    assert (response.status_code, response.json()["code"]) == (429, "locked")
    assert User.objects.filter(pk=zaphira.pk).exists()


def test_it_is_throttled(hers, settings):
    settings.RATES = {**settings.RATES, "sign_in": (1, 60)}
    hers.delete("/api/user", {"password": "Wrong-Horse-7"})
    assert hers.delete("/api/user", BODY).json()["code"] == "throttled"


@pytest.mark.parametrize("body", [None, {}, {"password": None}, {"password": 7}])
def test_without_a_password_nothing_is_erased(zaphira, hers, body):
    response = hers.delete("/api/user", body)
    assert response.status_code == 400
    assert "password" in response.json()["fields"]
    assert User.objects.exists()


def test_who_has_no_password_proves_who_they_are(zaphira, hers):
    """As by a provider; nor does any try lock the account."""
    zaphira.set_unusable_password()
    User.objects.filter(pk=zaphira.pk).update(password=zaphira.password)
    make_stale(zaphira)
    for body in ({}, BODY):
        refused = hers.post("/api/user/erase", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
    assert not WrongPasswords.objects.exists()
    Session.objects.filter(user=zaphira).update(proved_at=timezone.now())
    assert hers.post("/api/user/erase", {}).status_code == 200
    assert not User.objects.exists()


def test_nobody_erases_another(zaphira, client):
    client.delete("/api/user", BODY | {"user": str(zaphira.pk), "email": zaphira.email})
    assert list(User.objects.all()) == [zaphira]


def test_a_visitor_has_no_account_to_erase(visitor):
    response = visitor.delete("/api/user", BODY)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_another_site_erases_nobody(zaphira, hers):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    response = hers.delete("/api/user", BODY, headers=headers)
    assert response.json()["code"] == "cross_site"
    assert User.objects.exists()


def test_who_was_signed_out_meanwhile_erases_nothing(zaphira):
    """As by a change of the password, while the hash of the old one was computed."""
    old = zaphira.auth_epoch
    end_everything(user_id=zaphira.pk)
    with pytest.raises(ApiError, match="ended"):
        erasure.erase(user_id=zaphira.pk, through=Origin("session"), epoch=old)
    assert User.objects.exists()


def test_the_name_and_the_address_are_free_again(zaphira, hers, visitor):
    hers.delete("/api/user", BODY)
    body = {"email": zaphira.email, "user_name": "zaphira", **BODY}
    again = visitor.post("/api/auth/signup", body)
    assert again.status_code == 200
    assert again.json()["data"]["user"]["id"] != str(zaphira.pk)


# --- Files, and what comes in between ----------------------------------------------


def test_files_that_a_crash_after_the_commit_left_are_removed_by_the_worker(
    filled, hers
):
    hers.delete("/api/user", BODY)  # nothing runs after the commit here
    assert len(default_storage.listdir(f"images/{filled.pk}")[1]) == 2
    assert Erasure.objects.get().files_of == filled.pk
    send_all()
    assert not default_storage.exists(f"images/{filled.pk}")
    assert Erasure.objects.get().files_of is None
    assert traces_of(*names_of(filled)) == set()


def test_a_storage_that_is_away_is_asked_again(
    filled, hers, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def fail(path):
        raise ConnectionError

    with monkeypatch.context() as away:
        away.setattr(default_storage, "delete", fail)
        with django_capture_on_commit_callbacks(execute=True):
            assert hers.delete("/api/user", BODY).status_code == 200
        send_all()
    assert "is left over" in caplog.text
    assert Erasure.objects.get().files_of == filled.pk
    waiting = DBTaskResult.objects.filter(status="READY", run_after__gt=timezone.now())
    assert waiting.update(run_after=timezone.now()) == 1
    send_all()
    assert Erasure.objects.get().files_of is None


def test_an_erasure_that_fails_to_commit_leaves_all_as_it_was(
    filled, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("profiles.personal_data.erasure.tasks.remove_files", None)
    before = traces_of(*names_of(filled))
    with (
        django_capture_on_commit_callbacks(execute=True) as callbacks,
        pytest.raises(AttributeError),
    ):
        erasure.erase(user_id=filled.pk, through=Origin("command"))
    assert not callbacks
    assert traces_of(*names_of(filled)) == before
    for path in Image.objects.values_list("path", flat=True):
        assert default_storage.exists(path)


def test_a_write_that_waited_for_the_lock_is_told_that_the_session_ended(zaphira, hers):
    """What a request that was let in meets, when the account went meanwhile."""
    UserState.objects.all().delete()
    response = hers.post("/api/user/searchHistory", {"query": "x"})
    assert response.json()["code"] in {"session_ended", "not_signed_in"}


def has_been_counted(until):
    """By the dashboard; of what comes later an erasure has to tell each minute."""
    value = {"counts": {}, "until": until.isoformat()}
    Figure.objects.create(
        name=running_counts.NAME, day=until.date(), value=value, computed_at=until
    )


def test_what_it_costs_whatever_there_is(filled, hers, budget):
    has_been_counted(timezone.now())
    in_words = (
        "sign-in check, user (2), locked?, still not?, tries forgiven; lock, account, "
        "its sandbox?, "
        "what it claims besides (2), its claims (4), counts: until when, what is new "
        "(2), entries, pictures, "
        "titles of 8 days, today (7), the correction; wrong passwords, codes, log of "
        "staff (2), privacy requests (2), outbox; their app, its end; "
        "recovery codes (2); decisions about reports, reports (2), ties, what was "
        "watched together (3); one for each of 53 tables; the erasure, its task; "
        "the session: found?"
    )
    with budget(111, in_words):
        assert hers.delete("/api/user", BODY).status_code == 200
