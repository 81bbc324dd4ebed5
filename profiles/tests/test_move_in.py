"""manage.py move_in: a whole site, with its people"""

import csv
import json
import os
from uuid import UUID

import bcrypt
import pytest
from django.core.management import CommandError, call_command

from collections_app.models import WatchListEntry
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from profiles.models import Preferences, Profile, User

pytestmark = pytest.mark.django_db
MIA = "0b9b6b34-4a4e-4c0e-9a55-6a3a0f5f7a01"
PASSWORD = "Correct-horse-7"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
WITHOUT_SALT = HASH[:28] + "A" + HASH[29:]  # no salt ends with it
USERS = [
    {"id": MIA, "email": "Mia@Example.org", "encrypted_password": HASH},
    {"id": 7, "email": "leo@example.org", "name": "admin"},
]
LIST = [
    {"user_id": MIA, "anime_id": 1535, "type": "Watching", "created_at": "2024-05-06"},
    {"user_id": MIA, "anime_id": 1, "type": "Completed"},
    {"user_id": MIA, "anime_id": 2, "type": "Sometimes"},
    {"user_id": 7, "anime_id": 1, "type": "To Watch"},
    {"user_id": "nobody", "anime_id": 1, "type": "To Watch"},
]
SEARCHES = [
    {
        "userId": MIA,
        "query": "naruto",
        "type": "animes",
        "appliedFilters": {"genre": "action"},
        "totalResults": 12,
        "created_at": "2024-05-06T10:00:00Z",
    }
]
PROFILES = [
    {
        "user_id": MIA,
        "name": "Mia",
        "user_name": "mia",
        "gender": "no such",
        "favorite_genres": ["action"],
        "favorite_animes": ["1535", "no_such_title"],
        "enfasis_color": "#3498db",
        "parental_control": False,
    }
]
TABLES = {
    "users": USERS,
    "watch_list": LIST,
    "searches": SEARCHES,
    "profiles": PROFILES,
    "migrations": [{"version": 1}],
}


@pytest.fixture(autouse=True)
def _titles(death_note):
    for pk in (1, 2):
        AnimeFactory(id=pk, title=f"Title {pk}")


@pytest.fixture
def folder(tmp_path):
    """As JSON; 2024, so that what is done here is newer."""
    for name, rows in TABLES.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(rows))
        os.utime(path, (1_720_000_000, 1_720_000_000))
    return tmp_path


def moved(path, *options):
    call_command("move_in", path, *options)


def listed(user_id):
    rows = WatchListEntry.objects.filter(user_id=user_id).order_by("anime_id")
    return {row.anime_id: row.type for row in rows}


def test_people_move_in_with_all_that_is_theirs(folder, capsys, client):
    moved(folder)
    told = capsys.readouterr()
    assert "2 people: 2 new, 0 known, 0 left alone." in told.out
    assert "5 entries" not in told.out
    assert "4 entries, of which 3 added. 1 searches." in told.out
    mia = User.objects.get(pk=MIA)
    assert (mia.email, mia.user_name) == ("mia@example.org", "mia")
    assert listed(mia.pk) == {1: "Completed", 1535: "Watching"}
    profile, preferences = mia.profile, mia.preferences
    assert profile.favorite_animes == [1535]
    assert (preferences.accent_color, preferences.parental_control) == (
        "#3498db",
        False,
    )
    [search] = mia.searches.all()
    assert (search.query, search.filters, search.total_results) == (
        "naruto",
        {"genre": "action"},
        12,
    )
    # What cannot be taken is told, and loses nothing else.
    assert "List, row 3: “Sometimes” (status) is not a known status." in told.err
    assert "gender is left out" in told.err
    assert "no_such_title" in told.err
    assert "1 entries are of nobody in these files." in told.err
    assert "migrations: a table that is not known" in told.err


def test_a_password_of_the_other_site_signs_in_and_is_made_anew(folder, client):
    moved(folder)
    body = {"email": "mia@example.org", "password": PASSWORD}
    wrong = client.post("/api/auth/signin", body | {"password": "Wrong-horse-7"})
    assert wrong.status_code == 401
    assert client.post("/api/auth/signin", body).status_code == 200
    assert User.objects.get(pk=MIA).password.startswith("argon2$")
    assert client.post("/api/auth/signin", body).status_code == 200


def test_a_password_longer_than_bcrypt_reads_is_wrong_or_right_and_never_500(folder):
    long_ = "Aa1!" + "x" * 90
    rows = [USERS[0] | {"encrypted_password": hash_of(long_)}]
    (folder / "users.json").write_text(json.dumps(rows))
    moved(folder)
    user = User.objects.get(pk=MIA)
    assert user.check_password(long_)
    assert not user.check_password("y" * 90)


def hash_of(password):
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()


def test_without_a_hash_that_is_known_nobody_signs_in_before_a_reset(folder):
    for hash_ in ("5f4dcc3b5aa765d61d8327deb882cf99", WITHOUT_SALT):
        rows = [USERS[0] | {"encrypted_password": hash_}]
        (folder / "users.json").write_text(json.dumps(rows))
        moved(folder)
        assert not User.objects.get(pk=MIA).has_usable_password()
        User.objects.filter(pk=MIA).delete()


def test_a_hash_that_bcrypt_does_not_read_is_of_no_password(folder, client):
    moved(folder)
    User.objects.filter(pk=MIA).update(password=f"moved-in${WITHOUT_SALT}")
    body = {"email": "mia@example.org", "password": PASSWORD}
    assert client.post("/api/auth/signin", body).status_code == 401


def test_a_reserved_name_becomes_one_that_can_be_had(folder, capsys):
    moved(folder)
    leo = User.objects.get(email="leo@example.org")
    assert leo.user_name == "admin 2"
    assert "The user name is admin 2; it was admin." in capsys.readouterr().err
    assert isinstance(leo.pk, UUID)


def test_again_nothing_changes(folder, capsys):
    moved(folder)
    before = state_of_all()
    capsys.readouterr()
    moved(folder)
    assert "2 people: 0 new, 2 known" in capsys.readouterr().out
    assert state_of_all() == before


def state_of_all():
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, WatchListEntry, Profile, Preferences)
    ]


def test_what_was_changed_here_since_then_stays(folder):
    moved(folder)
    client = signed_in(User.objects.get(pk=MIA))
    client.post("/api/user/watchList", {"animeId": 1, "type": "To Watch"})
    client.delete("/api/user/watchList", {"animeId": 1535})
    client.post("/api/user/profile", {"name": "Maria"})
    moved(folder)
    assert listed(MIA) == {1: "To Watch"}
    assert Profile.objects.get(user_id=MIA).name == "Maria"


def test_an_account_that_somebody_made_here_is_left_alone(folder, capsys):
    other = UserFactory(email="mia@example.org")
    moved(folder)
    assert listed(other.pk) == {}
    assert not User.objects.filter(pk=MIA).exists()
    told = capsys.readouterr()
    assert "1 new, 0 known, 1 left alone" in told.out
    assert "There is an account with this e-mail." in told.err


def test_a_dry_run_writes_nothing_and_reports(folder, tmp_path, capsys):
    report = tmp_path / "report.csv"
    moved(folder, "--dry-run", "--report", report)
    assert not User.objects.filter(pk=MIA).exists()
    assert "Nothing was written" in capsys.readouterr().out
    with report.open() as lines:
        rows = {row["old_id"]: row for row in csv.DictReader(lines)}
    assert (rows[MIA]["status"], rows[MIA]["added"]) == ("new", "2")


def test_what_people_write_themselves_says_not_who_they_are(folder, capsys):
    mine = {"email": "victim@example.org", "encrypted_password": HASH, "id": 7}
    users = [
        USERS[0] | {"encrypted_password": None, "raw_user_meta_data": mine},
        {"id": 7, "email": None, "raw_user_meta_data": json.dumps(mine)},
        {"id": 8, "email": "eve@example.org", "encrypted_password": HASH},
        {"id": 9, "email": "Ann@example.org", "encrypted_password": HASH},
        {"id": 10, "email": None, "encrypted_password": HASH},
    ]
    (folder / "users.json").write_text(json.dumps(users))
    other = hash_of("Another-horse-7")
    copies = [
        {"id": 8, "email": "victim@example.org"},
        {"id": 9, "email": "ann@example.org", "password": other},
        {"id": 10, "email": "victim@example.org"},
    ]
    (folder / "a_copy.json").write_text(json.dumps(copies))
    written = {"gender": "male", "email": "victim@example.org"}
    profiles = [{"id": "a row", "user_id": 7} | written]
    (folder / "a_profile.json").write_text(json.dumps(profiles))
    moved(folder)
    made = {user.email: user.has_usable_password() for user in User.objects.all()}
    assert made == {"mia@example.org": False, "ann@example.org": False}
    told = capsys.readouterr().err
    assert "10: The tables tell several of one email: none is taken." in told
    assert "8: The tables tell several of one email: none is taken." in told
    assert "9: The tables tell several of one password: none is taken." in told


def test_only_those_who_moved_in_before_are_looked_at_where_that_is_said(folder):
    moved(folder, "--known")
    assert not User.objects.exists()


def test_a_folder_of_csv_and_a_dump_say_the_same(tmp_path):
    files = tmp_path / "csv"
    files.mkdir()
    (files / "users.csv").write_text(f"id,email\n{MIA},mia@example.org\n")
    (files / "list.csv").write_text(f"userId,animeId,type\n{MIA},1535,Watching\n")
    (files / "profiles.csv").write_text(
        f'user_id,favorite_genres,name\n{MIA},"{{action,""slice of life""}}",Mia\n'
    )
    moved(files)
    from_csv = state_of_all()
    User.objects.all().delete()
    dump = tmp_path / "dump.sql"
    dump.write_text(
        "SET client_encoding = 'UTF8';\n"
        "COPY public.users (id, email, note) FROM stdin;\n"
        f"{MIA}\tmia@example.org\ttabs\\tand\\nlines\\\\\n\\.\n\n"
        'COPY public."watchList" (user_id, "animeId", type) FROM stdin;\n'
        f"{MIA}\t1535\tWatching\n\\.\n"
        "COPY public.profiles (user_id, favorite_genres, name) FROM stdin;\n"
        f'{MIA}\t{{action,"slice of life"}}\tMia\n\\.\n'
    )
    moved(dump)
    assert listed(MIA) == {1535: "Watching"}
    first, second = from_csv[2], state_of_all()[2]
    assert first[0]["favorite_genres"] == second[0]["favorite_genres"]
    assert second[0]["name"] == "Mia"


def test_what_is_no_site_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="nobody in these files"):
        moved(tmp_path)
    (tmp_path / "users.json").write_text("{")
    with pytest.raises(CommandError, match=r"users\.json cannot be read"):
        moved(tmp_path)
    with pytest.raises(CommandError, match="cannot be read"):
        moved(tmp_path / "missing.sql")
