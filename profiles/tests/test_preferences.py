"""The preferences, at all their addresses."""

from typing import get_type_hints

import pytest

from animecollections.viewer import THINGS
from conftest import WatchedClient
from factories import personal_token
from history.models import Change, UserState
from profiles.profile.answers import PreferencesAnswer
from profiles.profile.preference_serializers import SPELLINGS
from profiles.profile.undoing import COLUMNS

pytestmark = pytest.mark.django_db

URL = "/api/user/preferences"
ALIASES = ["/api/saveUserPreferences", "/api/user/saveUserPreferences"]
WHOLE = {
    "enfasiscolor": "#FF5733",
    "parentalControl": False,
    "trackSearchHistory": False,
    "scoreFormat": "100",
    "titleLanguage": "native",
    "timezone": "Europe/Madrid",
    "language": "es",
    "theme": "dark",
    "mutedNotices": ["episode", "moved"],
    "noticeDigest": "weekly",
    "webPush": False,
    "addSequels": True,
    "helpRecommend": False,
    "audience": dict.fromkeys(THINGS, "followers"),
}


def told(response):
    assert response.status_code == 200, response.json()
    return response.json()["data"]


def test_a_new_account_has_those_of_everybody(client, alice):
    data = told(client.get(URL))
    assert data.pop("updated_at").endswith("Z")
    assert data == {
        "user_id": str(alice.id),
        "enfasiscolor": "#3498DB",
        "enfasis_color": "#3498DB",
        "parentalControl": True,
        "parental_control": True,
        "trackSearchHistory": True,
        "scoreFormat": "10.0",
        "titleLanguage": "romaji",
        "timezone": "UTC",
        "language": "en",
        "theme": "auto",
        "mutedNotices": [],
        "noticeDigest": "off",
        "webPush": True,
        "addSequels": False,
        "helpRecommend": True,
        "audience": dict.fromkeys(THINGS, "nobody"),
    }


def test_all_of_them_are_saved(client):
    assert WHOLE.items() <= told(client.patch(URL, WHOLE)).items()
    assert WHOLE.items() <= told(client.get(URL)).items()


@pytest.mark.parametrize("url", [URL, *ALIASES])
def test_the_request_of_the_existing_client(client, url):
    told(client.patch(URL, WHOLE))
    data = told(client.post(url, {"enfasiscolor": "#3498db", "parentalControl": True}))
    assert (data["enfasiscolor"], data["parentalControl"]) == ("#3498db", True)
    assert data["theme"] == "dark", "what is absent is kept"


def test_both_spellings_are_read_and_answered(client):
    data = told(
        client.post(URL, {"enfasis_color": "#123abc", "parental_control": False})
    )
    assert data["enfasiscolor"] == data["enfasis_color"] == "#123abc"
    assert data["parentalControl"] is data["parental_control"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"enfasiscolor": "#123abc", "enfasis_color": "#123abd"},
        {"parentalControl": True, "parental_control": False},
    ],
)
def test_two_spellings_that_disagree_are_refused(client, body):
    assert client.post(URL, body).status_code == 400
    assert told(client.get(URL))["parentalControl"] is True


def test_two_spellings_that_agree_are_fine(client):
    body = {"parentalControl": False, "parental_control": False}
    assert told(client.post(URL, body))["parentalControl"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enfasiscolor", "red"),
        ("enfasiscolor", "#FFF"),
        ("enfasiscolor", "#GGGGGG"),
        ("enfasiscolor", "#FF57331"),
        ("enfasiscolor", "#FF5733\n"),
        ("enfasiscolor", "#١٢٣٤٥٦"),
        ("enfasiscolor", 0xFF5733),
        ("enfasiscolor", None),
        ("parentalControl", "true"),
        ("parentalControl", 1),
        ("parentalControl", None),
        ("trackSearchHistory", "no"),
        ("scoreFormat", 10),
        ("scoreFormat", 10.0),
        ("scoreFormat", "7"),
        ("titleLanguage", "English"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "europe/madrid"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "localtime"),
        ("timezone", ""),
        ("language", "fr"),
        ("theme", ["dark"]),
        ("mutedNotices", "moved"),
        ("mutedNotices", ["deliveries"]),
        ("mutedNotices", None),
        ("noticeDigest", "hourly"),
        ("webPush", 1),
        ("addSequels", "yes"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    client, alice, name, value
):
    before = told(client.get(URL))
    response = client.patch(URL, {"theme": "light", name: value})
    assert response.status_code == 400
    assert name in response.json()["fields"]
    assert told(client.get(URL)) == before
    assert UserState.objects.get(user=alice).revision == 0


def test_a_change_takes_one_revision_and_the_same_again_none(client, alice):
    for _ in range(2):
        client.post(URL, WHOLE)
    client.post(URL, {})
    state = UserState.objects.get(user=alice)
    assert (state.revision, state.preferences_revision) == (1, 1)
    assert Change.objects.get(user=alice).kind == "preferences"


def test_the_same_kinds_in_another_order_are_no_change(client, alice):
    for kinds in (["moved", "episode"], ["episode", "moved", "moved"]):
        data = told(client.patch(URL, {"mutedNotices": kinds}))
        assert data["mutedNotices"] == ["episode", "moved"]
    assert UserState.objects.get(user=alice).revision == 1


OPERATIONS = "/api/user/operations"


def operations(client):
    return client.get(OPERATIONS).json()["data"]


def test_the_log_has_all_that_are_answered():
    others = {"user_id", "updated_at", "audience", *SPELLINGS}
    answered = get_type_hints(PreferencesAnswer).keys() - others
    assert COLUMNS.keys() == answered | {f"audience.{thing}" for thing in THINGS}


def test_a_change_is_undone_but_for_what_changed_since(client):
    before = told(client.get(URL))
    made = client.patch(URL, WHOLE).json()["meta"]["operation_id"]
    client.patch(URL, {"theme": "light", "audience": {"year": "link"}})
    newest, first = operations(client)
    assert first["undoable"]
    assert first["changes"][0]["after"]["preferences"]["audience.stats"] == "followers"
    assert newest["summary"] == (
        "preferencias cambiadas: theme dark → light, audience.year followers → link"
    )
    undone = client.post(f"{OPERATIONS}/{made}/undo", {}).json()
    found = {one["field"]: one["found"] for one in undone["data"]["conflicts"]}
    assert found == {"theme": "light", "audience.year": "link"}
    after = told(client.get(URL))
    kept = {"theme": "light", "audience": before["audience"] | {"year": "link"}}
    traces = {"updated_at": after["updated_at"]}
    assert after == before | kept | traces
    # And the undo itself.
    client.post(f"{OPERATIONS}/{undone['meta']['operation_id']}/undo", {})
    assert told(client.get(URL))["audience"]["stats"] == "followers"
    assert told(client.get(URL))["mutedNotices"] == WHOLE["mutedNotices"]


def test_a_change_of_which_the_log_has_no_values_is_not_undone(client):
    made = client.patch(URL, {"theme": "dark"}).json()["meta"]["operation_id"]
    Change.objects.update(before={}, after={})  # as a release before this one did
    [operation] = operations(client)
    assert not operation["undoable"]
    assert operation["summary"] == "changed the preferences"
    refused = client.post(f"{OPERATIONS}/{made}/undo", {})
    assert refused.json()["code"] == "operation_not_found"


def test_an_undo_needs_the_scopes_of_what_it_changes(client, alice):
    made = client.patch(URL, {"theme": "dark"}).json()["meta"]["operation_id"]
    shown = client.patch(URL, {"audience": {"stats": "everyone"}}).json()
    shown = shown["meta"]["operation_id"]

    def undo(operation_id, *scopes):
        token = personal_token(alice, "list:read", "list:write", *scopes)
        script = WatchedClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        return script, script.post(f"{OPERATIONS}/{operation_id}/undo", {})

    for operation_id, scopes, needed in (
        (made, ("sharing",), "profile:write"),
        (shown, ("profile:write",), "sharing"),
    ):
        script, refused = undo(operation_id, *scopes)
        assert (refused.status_code, refused.json()["details"]) == (
            403,
            {"scope": needed},
        )
        # Nor is it told what they are.
        for operation in operations(script):
            assert operation["summary"] == "changed the preferences"
            assert not operation["undoable"]
            assert operation["changes"][0]["after"] == {}
        assert undo(operation_id, needed)[1].status_code == 200
    assert told(client.get(URL))["theme"] == "auto"
    assert told(client.get(URL))["audience"]["stats"] == "nobody"


def test_an_undo_tells_no_value_to_who_may_not_read_it(client, alice):
    made = client.patch(URL, {"theme": "dark"}).json()["meta"]["operation_id"]
    client.patch(URL, {"theme": "light"})

    def undo(*scopes):
        token = personal_token(alice, "list:write", *scopes)
        script = WatchedClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        return script.post(f"{OPERATIONS}/{made}/undo", {"dry_run": True})

    # Whether or not anything would change.
    assert undo("profile:read").json()["details"] == {"scope": "profile:write"}
    for scopes, values in (
        (["profile:write"], (None, None)),
        (["profile:read", "profile:write"], ("dark", "light")),
    ):
        [conflict] = undo(*scopes).json()["data"]["conflicts"]
        assert conflict["field"] == "theme"
        assert (conflict["expected"], conflict["found"]) == values


def test_a_body_cannot_say_whose_they_are(client, stranger):
    client.post(URL, {"user_id": str(stranger.id), "user": 5, "theme": "dark"})
    stranger.preferences.refresh_from_db()
    assert stranger.preferences.theme == "auto"


def test_a_stranger_sees_their_own(client, other_client):
    client.post(URL, WHOLE)
    assert told(other_client.get(URL))["theme"] == "auto"


@pytest.mark.parametrize("url", [URL, *ALIASES])
def test_a_visitor_is_asked_to_sign_in(visitor, url):
    assert visitor.post(url, WHOLE).status_code == 401


def test_unchanged_preferences_are_told_before_they_are_read(client, budget):
    etag = client.get(URL).headers["ETag"]
    with budget(1, "sign-in check"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    with budget(6, "sign-in check, lock, preferences, save, change, state"):
        client.post(URL, {"theme": "dark"})
    with budget(2, "sign-in check + preferences"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 200
