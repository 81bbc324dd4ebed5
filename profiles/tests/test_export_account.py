"""GET /api/user/export?format=account"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Pillow

from animecollections.api.permits import Permits
from animecollections.db.ids import first_id_at
from animecollections.db.spread import is_spread
from collections_app import transfer
from conftest import signed_in
from factories import UserFactory
from history.models import Change
from profiles import retention
from profiles.models import Image, MadeExport, Session, Ticket, TokenFamily
from profiles.personal_data import archive, exports
from profiles.tests.personal import fill, models_that_name_users, names_of

pytestmark = pytest.mark.django_db
URL = "/api/user/export?format=account"
# Tables that name users and are not in the archive, and why.
EXCEPTIONS = {
    "collections_app.MergedList": "what it was is in the changes, and in the days",
    "collections_app.MissingTitle": "which wording a colleague looks at",
    "profiles.LoginClaim": "the e-mail and the name, as the account has them",
    "profiles.Ticket": "a key that opens one socket for half a minute, and no more",
    "profiles.AuthorizationCode": "what an app takes tokens with, within a minute",
    "profiles.DeviceCode": "the same, within ten",
    "profiles.Erasure": "is there only once the account is not",
    "profiles.SecondStep": "a key that ends one sign-in within minutes, and no more",
    "profiles.User_groups": "what staff may do",
    "profiles.User_user_permissions": "what staff may do",
    "django_tasks_database.DBTaskResult": "mails on their way: the address alone",
}


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


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


def archive_of(response):
    assert response.status_code == 200, response.content
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


def lines(zip_, name):
    return [json.loads(line) for line in zip_.read(name).splitlines()]


def test_every_table_that_names_users_is_in_it_or_has_a_reason(db):
    held = {section.rows(None).model._meta.label for section in archive.SECTIONS}
    assert held | EXCEPTIONS.keys() == models_that_name_users()
    assert not held & EXCEPTIONS.keys()


def test_it_is_a_file_named_and_dated(filled, hers):
    response = hers.get(URL)
    assert response["Content-Type"] == "application/zip"
    today = timezone.now().astimezone(ZoneInfo("Europe/Madrid"))  # hers
    name = f"animecollections-account-{today:%Y-%m-%d}.zip"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Cache-Control"] == "private, no-store"
    length = int(response["Content-Length"])
    zip_ = archive_of(response)
    assert zip_.fp.getbuffer().nbytes == length
    assert zip_.testzip() is None


def test_every_section_has_what_is_held(filled, hers):
    zip_ = archive_of(hers.get(URL))
    for section in archive.SECTIONS:
        text = zip_.read(section.file).decode()
        assert json.loads(text.splitlines()[0] if section.file[-1] == "l" else text)
    assert json.loads(zip_.read("account.json"))["email"] == filled.email
    assert json.loads(zip_.read("profile.json"))["birthday"] == "1995-05-20"
    assert json.loads(zip_.read("preferences.json"))["timezone"] == "Europe/Madrid"
    [entry] = lines(zip_, "watch_list.jsonl")
    assert (entry["title"], entry["notes"], entry["score"]) == (
        "Death Note",
        "a note",
        95,
    )
    [watched] = lines(zip_, "episodes_watched.jsonl")
    assert (watched["anime_id"], watched["episodes"]) == (1535, 2)
    changes = lines(zip_, "changes.jsonl")
    assert [change["revision"] for change in changes] == list(
        range(1, len(changes) + 1)
    )
    assert [search["query"] for search in lines(zip_, "searches.jsonl")] == ["naruto"]
    [act] = lines(zip_, "staff.jsonl")
    assert (act["action"], act["reason"]) == ("reveal", "Zaphira asked for it")
    assert "Signed out everywhere" in zip_.read("staff_admin.jsonl").decode()


def test_that_it_was_made_is_noted_and_takes_no_revision(zaphira, hers, browser):
    before = zaphira.state.revision
    length = archive_of(hers.get(URL)).fp.getbuffer().nbytes
    note = MadeExport.objects.get()
    assert (note.user, note.format, note.size) == (zaphira, "account", length)
    zaphira.state.refresh_from_db()
    assert zaphira.state.revision == before
    [told] = lines(archive_of(hers.get(URL)), "exports.jsonl")
    assert (told["format"], told["size"]) == ("account", length)
    page = reverse("admin:profiles_user_change", args=[zaphira.pk])
    tables = browser.get(page).context["glance"].tables
    [rows] = [table.rows for table in tables if table.heading == "Exports"]
    assert [row[1:] for row in rows][1] == ("account", f"{length:,}")
    assert retention.old_exports().count() == 0
    old = first_id_at(timezone.now() - timedelta(days=91))
    MadeExport.objects.create(id=old, user=zaphira, format="csv", size=1)
    assert retention.old_exports().get().pk == old


def test_an_account_erased_while_it_is_made_gets_none(zaphira, hers, monkeypatch):
    made = BytesIO(b"a file")

    def slowly(user_id, *, name):
        zaphira.state.delete()
        return made

    monkeypatch.setattr(archive, "write", slowly)
    response = hers.get(URL)
    assert (response.status_code, response.json()["code"]) == (
        401,
        "session_ended",
    )
    assert made.closed
    assert not MadeExport.objects.exists()


def test_its_list_can_be_imported_again(filled, hers):
    content = archive_of(hers.get(URL)).read("list.json")
    [record] = transfer.read(content, format="json").rows
    assert (record.title, record.values["score"]) == ("Death Note", 95)
    assert record.values["notes"] == "a note"


def test_the_pictures_are_in_it(filled, hers):
    zip_ = archive_of(hers.get(URL))
    rows = lines(zip_, "images.jsonl")
    assert len(rows) == 2
    for row in rows:
        content = zip_.read(f"images/{row['path'].rpartition('/')[2]}")
        assert len(content) == row["size"]
        assert Pillow.open(BytesIO(content)).size == (row["width"], row["height"])


def test_a_picture_that_the_storage_lost_is_told(filled, hers):
    lost = Image.objects.first().path
    default_storage.delete(lost)
    zip_ = archive_of(hers.get(URL))
    name = f"images/{lost.rpartition('/')[2]}"
    assert name not in zip_.namelist()
    assert f"Lost, and not included: {name}." in zip_.read("README.txt").decode()


def test_a_storage_that_is_away_passes(filled, hers, monkeypatch):
    def fail(path):
        raise ConnectionError

    monkeypatch.setattr(default_storage, "open", fail)
    response = hers.get(URL)
    assert (response.status_code, response.json()["code"]) == (503, "busy")


def test_its_readme_says_what_each_file_is(filled, hers):
    zip_ = archive_of(hers.get(URL))
    readme = zip_.read("README.txt").decode()
    for name in zip_.namelist():
        assert name.startswith("images/") or name == "README.txt" or name in readme
    assert "changes.jsonl (" in readme
    assert "images/ (2)" in readme


def test_no_secret_is_in_it(filled, hers):
    Session.objects.update(user_agent="Firefox on her phone")
    ticket = Ticket.objects.get()
    zip_ = archive_of(hers.get(URL))
    text = "\n".join(zip_.read(name).decode("latin-1") for name in zip_.namelist())
    assert "Firefox on her phone" in text
    secrets = [
        filled.password,
        ticket.key,
        *map(str, TokenFamily.objects.values_list("refresh_id", flat=True)),
        *Session.objects.values_list("session_key", flat=True),
        *Session.objects.values_list("session_data", flat=True),
        str(filled.auth_epoch),
    ]
    assert not [secret for secret in secrets if secret in text]


def test_nothing_of_anybody_else_is_in_it(filled, hers, stranger, other_client):
    zip_ = archive_of(other_client.get(URL))
    texts = {name: zip_.read(name).decode("latin-1") for name in zip_.namelist()}
    [tie] = map(json.loads, texts.pop("ties.jsonl").splitlines())
    assert tie["user_name"] == filled.user_name  # who asks to follow
    assert tie.keys() == {"user_name", "kind", "since"}
    [watched] = map(json.loads, texts.pop("watched_together.jsonl").splitlines())
    assert watched["user_name"] == filled.user_name  # who says so
    assert not {"id", "person_id"} & watched.keys()
    [report] = map(json.loads, texts.pop("reports.jsonl").splitlines())
    assert report["about_user_name"] == filled.user_name  # whom they reported
    text = "\n".join(texts.values())
    assert stranger.email in text
    assert not [name for name in names_of(filled) if name in text]
    assert not [name for name in zip_.namelist() if name.startswith("images/")]


def test_it_does_not_tell_when_one_was_reported(filled, hers):
    [decision] = lines(archive_of(hers.get(URL)), "moderation.jsonl")
    assert decision["reason"] == "Zaphira's"
    assert "decided_at" in decision
    assert not {"id", "created_at", "snapshot", "reports"} & decision.keys()


def test_a_new_account_has_one_too(hers):
    zip_ = archive_of(hers.get(URL))
    assert zip_.read("watch_list.jsonl") == b""
    assert "watch_list.jsonl (0)" in zip_.read("README.txt").decode()


def test_many_rows_are_read_in_parts(zaphira, hers, monkeypatch):
    monkeypatch.setattr(archive, "ROWS_AT_ONCE", 2)
    for n in range(5):
        hers.post("/api/user/profile", {"name": f"Name {n}"})
    zip_ = archive_of(hers.get(URL))
    assert len(lines(zip_, "changes.jsonl")) == Change.objects.count() == 5


def add_in_another_thread(user, anime):
    def add():
        try:
            body = {"animeId": anime.pk, "type": "Watching"}
            return signed_in(user).post("/api/user/watchList", body).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(add).result(10)


@pytest.mark.django_db(transaction=True)
def test_all_rows_are_of_one_moment_and_nobody_waits_for_it(
    zaphira, hers, death_note, monkeypatch
):
    add_list = archive.add_list

    def write_meanwhile(zip_, *rest):
        assert add_in_another_thread(zaphira, death_note) == 200
        return add_list(zip_, *rest)

    monkeypatch.setattr(archive, "add_list", write_meanwhile)
    zip_ = archive_of(hers.get(URL))
    for name in ("watch_list.jsonl", "changes.jsonl"):
        assert lines(zip_, name) == []
    assert json.loads(zip_.read("list.json"))["entries"] == []
    assert len(hers.get("/api/user/watchList").json()["data"]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_list_and_its_numbers_are_of_one_moment(
    zaphira, hers, death_note, monkeypatch
):
    owner_of = exports.owner

    def write_meanwhile(account, part):
        owner = owner_of(account, part)
        assert add_in_another_thread(zaphira, death_note) == 200
        return owner

    monkeypatch.setattr(exports, "owner", write_meanwhile)
    response = hers.get("/api/user/export?format=mal")
    text = b"".join(response.streaming_content).decode()
    assert "<user_total_anime>0<" in text
    assert "Death Note" not in text


@pytest.mark.parametrize("query", ["", "?format=", "?format=pdf", "?format=api"])
def test_an_unknown_format_is_told_which_there_are(hers, query):
    response = hers.get(f"/api/user/export{query}")
    assert response.status_code == 400
    body = response.json()
    assert body["code"] == "invalid"
    for name in exports.FORMATS:
        assert name in body["fields"]["format"][0]


def test_a_visitor_has_nothing_to_export(visitor):
    response = visitor.get(URL)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_it_is_throttled(hers, settings):
    settings.RATES = {**settings.RATES, "export": (1, 60)}
    archive_of(hers.get(URL))
    assert hers.get(URL).json()["code"] == "throttled"


def test_while_others_are_being_made_it_is_busy(hers, monkeypatch):
    monkeypatch.setattr(exports, "long_work", Permits(1, waiting=0))
    with exports.long_work.held("somebody"):
        response = hers.get(URL)
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    archive_of(hers.get(URL))


def test_what_it_costs(filled, hers, budget):
    in_words = (
        "sign-in check, the proof, 49 sections, the list once more (14), names of "
        "pictures (2) and of people, its sandbox?, lock and note; the e-mail, where it "
        "is spread"
    )
    with budget(71 + is_spread(), in_words):
        archive_of(hers.get(URL))
