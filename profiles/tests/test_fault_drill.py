"""The fault drill: sandboxes, what fails there on demand, what never leaves them."""

import json
from http.client import HTTPConnection, RemoteDisconnected
from time import monotonic
from zipfile import ZipFile

import pytest
from django.contrib.admin import site
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.forms import modelform_factory

from animecollections.api.simulating import DROPPED, HELD_BACK
from animecollections.identity import Origin
from animecollections.tests.serving import serve
from collections_app.models import WatchListEntry
from conftest import WatchedClient
from factories import UserFactory, personal_token
from history.models import KeptAnswer
from profiles import doctor
from profiles.accounts import services as accounts
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.sandboxes import sandbox_id_of
from profiles.figures import running_counts
from profiles.models import Image
from profiles.personal_data import archive
from profiles.personal_data.erasure import erase
from profiles.staff import services as staff_services
from profiles.staff.admin.users import UserAdmin, UserForm

LIST = "/api/user/watchList"
ONE = f"{LIST}/1535"
SYNC = "/api/user/sync"
RESET = "/api/sandbox/reset"
pytestmark = pytest.mark.django_db


def token_of(client, *scopes):
    wanted = {"name": "drill", "scopes": ["sandbox", *(scopes or ("read", "write"))]}
    told = client.post("/api/user/tokens", wanted)
    assert told.status_code == 200, told.json()
    return told.json()["data"]


def by(text):
    client = WatchedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


@pytest.fixture
def sandbox(client):
    return by(token_of(client, "read", "write", "export")["token"])


@pytest.fixture
def entry(sandbox, death_note):
    """Of a title on the sandbox's list."""
    told = sandbox.post(LIST, {"animeId": 1535, "type": "Watching"})
    return told.json()["data"]["entry"]


def simulated(value, key="", **more):
    headers = {"HTTP_X_SIMULATE": value, **more}
    return headers | ({"HTTP_IDEMPOTENCY_KEY": key} if key else {})


def failed(told):
    return told.status_code, told.json()["code"]


# --- The account ---------------------------------------------------------------------


def test_a_sandbox_is_an_account_of_its_own_whose_tokens_its_owner_sees_and_ends(
    client, alice, death_note
):
    made = token_of(client, "list:read", "list:write", "read", "write")
    script = by(made["token"])
    assert script.post(LIST, {"animeId": 1535, "type": "Watching"}).status_code == 200
    assert client.get(LIST).json()["data"] == []
    account = script.get("/api/auth/session").json()["data"]
    assert account["id"] == str(sandbox_id_of(alice.pk)) != str(alice.pk)
    assert "following:read" in made["scopes"]
    assert not {"sharing", "following:write"} & {*made["scopes"]}
    again = token_of(client)  # of the same sandbox
    ids = [row["id"] for row in client.get("/api/user/tokens").json()["data"]]
    assert ids == [again["id"], made["id"]]
    assert client.delete(f"/api/user/tokens/{made['id']}").status_code == 200
    assert failed(script.get(LIST)) == (401, "token_invalid")
    accounts.end_everything(user_id=alice.pk)
    assert failed(by(again["token"]).get(LIST)) == (401, "token_invalid")
    accounts.deactivate(user_id=alice.pk)
    assert not User.objects.get(pk=sandbox_id_of(alice.pk)).is_active


def test_one_that_staff_locked_opens_with_its_owner_alone(
    client, alice, staff, sandbox
):
    through = Origin("admin", actor_id=staff.pk)
    lock, unlock = staff_services.lock, staff_services.unlock
    its = User.objects.get(pk=sandbox_id_of(alice.pk))
    lock(user=its, reason="spam", through=through)
    wanted = {"name": "drill", "scopes": ["sandbox", "read"]}
    assert failed(client.post("/api/user/tokens", wanted)) == (403, "forbidden")
    unlock(user=its, reason="it was none", through=through)
    lock(user=alice, reason="spam", through=through)
    unlock(user=alice, reason="it was none", through=through)
    its.refresh_from_db()
    assert its.is_active


@pytest.mark.django_db(transaction=True)  # files go after the commit
def test_it_keeps_its_name_and_no_pictures(client, alice):
    script = by(token_of(client, "read", "write", "profile:write")["token"])
    renamed = script.post("/api/user/updateProfile", {"name": "second"})
    assert failed(renamed) == (403, "forbidden")
    kept = UserFactory()  # of whom nothing goes
    for user_id in (sandbox_id_of(alice.pk), kept.pk):
        path = default_storage.save(f"images/{user_id}/a.webp", ContentFile(b"RIFF"))
        Image.objects.create(
            user_id=user_id, path=path, kind="avatar", width=1, height=1, size=4
        )
    assert script.post(RESET).status_code == 200
    left = [
        default_storage.exists(f"images/{one}/a.webp")
        for one in (sandbox_id_of(alice.pk), kept.pk)
    ]
    assert left == [False, True]


def test_nobody_finds_it_follows_it_counts_it_or_mails_it(
    client, alice, other_client, entry
):
    sandbox = User.objects.get(sandbox_of=alice.pk)
    assert other_client.get(f"/api/users/{sandbox.user_name}").status_code == 404
    follow = f"/api/user/following/{sandbox.user_name}"
    assert other_client.put(follow).status_code == 404
    assert User.objects.to_mail(sandbox.email) is None
    assert not User.objects.for_mail().filter(pk=sandbox.pk).exists()
    refused = client.post(
        "/api/user/tokens", {"name": "x", "scopes": ["sandbox", "sharing"]}
    )
    assert failed(refused) == (400, "invalid")
    assert "scopes" in refused.json()["fields"]
    running_counts.count_anew()
    assert running_counts.lists_by_title()[1535] == 0
    assert running_counts.now()["users"] == User.objects.people().count()
    client.post(LIST, {"animeId": 1535, "type": "Watching"})
    assert running_counts.lists_by_title()[1535] == 1
    erase(user_id=sandbox.pk, through=Origin("command"))
    assert not running_counts.off()


def test_staff_see_what_it_is_and_cannot_make_it_staff(client, alice, staff, entry):
    sandbox = User.objects.get(sandbox_of=alice.pk)
    page = UserAdmin(User, site)
    assert (page.role(sandbox), page.role(alice)) == ("sandbox", "")
    assert str(alice.pk) in page.sandbox_of_whom(sandbox)
    form = modelform_factory(User, form=UserForm)
    typed = {"email": sandbox.email, "user_name": sandbox.user_name, "is_staff": True}
    assert "sandbox" in str(form(typed, instance=sandbox).errors["__all__"])


def test_it_is_exported_and_erased_with_its_owner(client, alice, entry):
    with archive.write(alice.pk, name="alice") as file, ZipFile(file) as zipped:
        rows = zipped.read("sandbox/watch_list.jsonl").splitlines()
        assert json.loads(rows[0])["anime_id"] == 1535
        assert zipped.read("watch_list.jsonl") == b""
        assert b"sandbox/" in zipped.read("README.txt")
    assert not [found for found in doctor.sandboxes() if found]
    erase(user_id=alice.pk, through=Origin("command"))
    assert not User.objects.exists()
    assert not LoginClaim.objects.exists()


def test_the_doctor_erases_one_of_nobody(client, alice, entry):
    User.objects.filter(sandbox_of=alice.pk).update(sandbox_of=sandbox_id_of(alice.pk))
    User.objects.filter(pk=alice.pk).delete()
    User.objects.update(sandbox_of=alice.pk)
    (found,) = filter(None, doctor.sandboxes())
    found.fix()
    assert not User.objects.exists()


def test_reset_makes_it_new_and_ends_every_cursor(client, sandbox, alice, entry):
    cursor = sandbox.get(SYNC).json()["meta"]["cursor"]
    seen = {"HTTP_IDEMPOTENCY_KEY": "seen"}
    sandbox.post(f"{ONE}/increment", **seen)
    sandbox.patch("/api/user/preferences", {"theme": "dark"})
    assert sandbox.post(RESET).json()["data"] == {"message": "Sandbox emptied"}
    assert sandbox.get(LIST).json()["data"] == []
    assert failed(sandbox.get(SYNC, {"cursor": cursor})) == (410, "cursor_expired")
    told = sandbox.get(SYNC).json()["data"]
    assert told["entries"] == []
    assert told["preferences"]["theme"] != "dark"
    assert not KeptAnswer.objects.filter(user__sandbox_of=alice.pk).exists()
    back = sandbox.post(LIST, {"animeId": 1535, "type": "Watching"}).json()["data"]
    assert back["entry"]["progress"] == 0  # nothing of the one before comes back
    call_command("doctor")  # fails where it finds anything


def test_reset_is_of_sandboxes_alone(client, alice, death_note):
    client.post(LIST, {"animeId": 1535, "type": "Watching"})
    assert failed(client.post(RESET)) == (403, "scope_missing")
    # Even if such a token should come to be of a person.
    script = by(personal_token(alice, "sandbox"))
    assert failed(script.post(RESET)) == (403, "forbidden")
    assert WatchListEntry.objects.of(alice.pk).count() == 1


# --- What fails on demand ------------------------------------------------------------


def test_elsewhere_the_header_is_refused_and_nothing_is_done(client, death_note):
    body = {"animeId": 1535, "type": "Watching"}
    refused = client.post(LIST, body, **simulated("drop-answer"))
    assert failed(refused) == (400, "invalid")
    assert "sandbox" in refused.json()["fields"]["X-Simulate"][0]
    assert client.get(LIST).json()["data"] == []
    assert client.get("/api/genres", **simulated("503")).status_code == 400


def test_an_unknown_value_is_refused(sandbox):
    for value in ("", "500", "slow=11", "slow=0", "409,503"):
        refused = sandbox.get(LIST, **simulated(value))
        assert "X-Simulate" in refused.json()["fields"], value


def test_it_is_asked_to_wait_with_true_headers(sandbox, entry, budget):
    with budget(2, "sign-in check + note of its use"):
        busy = sandbox.post(f"{ONE}/increment", **simulated("503", "k"))
    assert failed(busy) == (503, "busy")
    assert busy.json()["details"]["retry_after"] == int(busy["Retry-After"]) == 2
    told = sandbox.get(LIST, **simulated("429"))
    assert failed(told) == (429, "throttled")
    assert told["Retry-After"] == "2"
    assert told["RateLimit"] == '"read";r=0;t=2'
    running = sandbox.post(f"{ONE}/increment", **simulated("409", "k"))
    assert failed(running) == (409, "still_running")
    assert sandbox.post(f"{ONE}/increment", **simulated("409")).status_code == 400
    done = sandbox.post(f"{ONE}/increment", HTTP_IDEMPOTENCY_KEY="k").json()["data"]
    assert done["progress"] == 1


def test_another_device_was_first(sandbox, entry):
    sent = {"notes": "mine"}
    match = {"HTTP_IF_MATCH": f'"{entry["revision"]}"'}
    told = sandbox.patch(ONE, sent, **simulated("412", "k", **match))
    assert failed(told) == (412, "revision_mismatch")
    assert told.json()["details"]["entry"]["revision"] == entry["revision"]
    operation = {"op": "update", "animeId": 1535, **sent, "id": "o"}
    queue = [operation | {"if_revision": entry["revision"]}, {"op": "increment"}]
    queue[1] |= {"animeId": 1535, "id": "p"}
    told = sandbox.post(f"{LIST}/batch", {"operations": queue}, **simulated("412"))
    results = told.json()["data"]["results"]
    assert [row["status"] for row in results] == [412, 200]
    assert sandbox.get(LIST, **simulated("412")).status_code == 400
    kept = sandbox.patch(ONE, sent, HTTP_IDEMPOTENCY_KEY="k")  # as after a merge
    assert kept.json()["data"]["notes"] == "mine"


def test_a_cursor_is_of_another_log(sandbox, entry):
    cursor = sandbox.get(SYNC).json()["meta"]["cursor"]
    expired = sandbox.get(SYNC, {"cursor": cursor}, **simulated("stale-cursor"))
    assert failed(expired) == (410, "cursor_expired")
    assert expired.json()["details"]["reload"] == SYNC
    whole = sandbox.get(SYNC, **simulated("stale-cursor"))  # there is none to be old
    assert whole.json()["data"]["entries"]
    assert sandbox.get(LIST, **simulated("stale-cursor")).status_code == 400


def test_only_what_was_done_goes_unanswered_and_only_once(sandbox, entry):
    def is_dropped(told):
        return DROPPED in told.wsgi_request.META

    lost = sandbox.post(f"{ONE}/increment", **simulated("drop-answer", "k"))
    again = sandbox.post(f"{ONE}/increment", **simulated("drop-answer", "k"))
    assert is_dropped(lost)
    assert not is_dropped(again)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == lost.json()
    assert again.json()["data"]["progress"] == 1
    refused = sandbox.post(LIST, {"animeId": 9}, **simulated("drop-answer", "l"))
    assert refused.status_code == 400
    assert not is_dropped(refused)
    late = sandbox.get(LIST, **simulated("slow=3"))
    assert late.wsgi_request.META[HELD_BACK] == 3


def test_failures_on_demand_have_a_rate_of_their_own(sandbox, settings):
    settings.RATES = settings.RATES | {"drill": (2, 60)}
    for status in (503, 503, 429):
        told = sandbox.get(LIST, **simulated("503"))
        assert told.status_code == status
    assert told["RateLimit"].startswith('"drill";r=0')
    assert sandbox.get(LIST).status_code == 200


# --- Behind the real server ----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_server_hangs_up_and_the_retry_gets_the_answer(
    client, death_note, tmp_path
):
    headers = {"Authorization": f"Bearer {token_of(client)['token']}"}

    def ask(method, path, **more):
        connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in more.items()}
        try:
            connection.request(method, path, headers=headers | named)
            return connection.getresponse().status
        finally:
            connection.close()

    with serve(tmp_path, WEB_THREADS="1", THROTTLE_SCALE="1") as server:
        body = json.dumps({"animeId": 1535, "type": "Watching"})
        connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        kept = headers | {"Content-Type": "application/json"}
        connection.request("POST", LIST, body, kept)
        assert connection.getresponse().status == 200
        connection.close()
        drop = {"X_Simulate": "drop-answer", "Idempotency_Key": "k"}
        with pytest.raises(RemoteDisconnected):
            ask("POST", f"{ONE}/increment", **drop)
        assert ask("POST", f"{ONE}/increment", Idempotency_Key="k") == 200
        # The one thread serves others while an answer is held back.
        slow = HTTPConnection("127.0.0.1", server.port, timeout=20)
        began = monotonic()
        slow.request("GET", LIST, headers=headers | {"X-Simulate": "slow=2"})
        assert ask("GET", LIST) == 200
        assert monotonic() - began < 1.5
        assert slow.getresponse().status == 200
        assert monotonic() - began >= 2
        slow.close()
    sandboxed = WatchListEntry.objects.across_users().get(anime_id=1535)
    assert sandboxed.progress == 1
