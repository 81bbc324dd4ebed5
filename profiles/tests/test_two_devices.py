"""If-Match on profile and preferences: a device that saw something older."""

import pytest

pytestmark = pytest.mark.django_db
PROFILE = "/api/user/profile"
PREFERENCES = "/api/user/preferences"
WRITES = [
    ("post", PROFILE, "profile", {"last_name": "Doe"}),
    ("patch", PROFILE, "profile", {"last_name": "Doe"}),
    ("post", "/api/user/updateProfile", "profile", {"name": "alice_doe"}),
    ("post", PREFERENCES, "preferences", {"theme": "dark"}),
    ("patch", PREFERENCES, "preferences", {"theme": "dark"}),
    ("post", "/api/saveUserPreferences", "preferences", {"theme": "dark"}),
    ("post", "/api/user/saveUserPreferences", "preferences", {"theme": "dark"}),
]
every_write = pytest.mark.parametrize(("method", "url", "what", "body"), WRITES)


@pytest.fixture
def _another_device_wrote(client):
    client.post(PROFILE, {"name": "Alice"})  # revision 1
    client.post(PREFERENCES, {"enfasiscolor": "#00ff00"})  # revision 2


def etag_of(client, what):
    return client.get(f"/api/user/{what}")["ETag"]


def write(client, method, url, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(url, body, headers=named)


@every_write
@pytest.mark.parametrize("tag", ['"0"', "junk", '"99", W/"98-x"'])
@pytest.mark.usefixtures("_another_device_wrote")
def test_it_overwrites_nothing_and_is_told_what_is_there(
    client, method, url, what, body, tag
):
    before = client.get(f"/api/user/{what}").json()["data"]
    response = write(client, method, url, body, If_Match=tag)
    assert response.status_code == 412
    failure = response.json()
    assert failure["code"] == "revision_mismatch"
    assert failure["details"][what] == before
    assert client.get(f"/api/user/{what}").json()["data"] == before
    again = f'"{failure["details"]["revision"]}"'
    assert write(client, method, url, body, If_Match=again).status_code == 200


@every_write
@pytest.mark.usefixtures("_another_device_wrote")
def test_the_etag_of_what_was_read_and_of_each_answer_serves(
    client, method, url, what, body
):
    response = write(client, method, url, body, If_Match=etag_of(client, what))
    assert response.status_code == 200
    again = write(client, method, url, body, If_Match=response["ETag"])
    assert again.status_code == 200
    assert write(client, method, url, body, If_Match="*").status_code == 200


@every_write
def test_what_was_never_written_is_at_revision_0(client, method, url, what, body):
    assert etag_of(client, what).startswith('"0-')
    assert write(client, method, url, body, If_Match='"0"').status_code == 200
    assert write(client, method, url, body, If_Match='"0"').status_code == 412


@every_write
def test_it_is_there_always(client, method, url, what, body):
    assert write(client, method, url, body, If_None_Match="*").status_code == 412


def test_an_answer_has_the_etag_that_is_read_next(client):
    answered = client.patch(PREFERENCES, {"theme": "dark"})["ETag"]
    assert answered == etag_of(client, "preferences")
    answered = client.post(PROFILE, {"name": "Alice"})["ETag"]
    assert answered == etag_of(client, "profile")


def test_a_write_of_one_is_nothing_to_the_other(client):
    held = etag_of(client, "preferences")
    client.post(PROFILE, {"name": "Alice"})
    response = client.patch(PREFERENCES, {"theme": "dark"}, headers={"If-Match": held})
    assert response.status_code == 200


def test_a_retry_gets_the_first_answer_with_its_etag(client):
    headers = {"If-Match": '"0"', "Idempotency-Key": "k"}
    first = client.patch(PREFERENCES, {"theme": "dark"}, headers=headers)
    again = client.patch(PREFERENCES, {"theme": "dark"}, headers=headers)
    assert (again.json(), again["ETag"]) == (first.json(), first["ETag"])


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("post", "/api/user/watchList/batch", {"operations": []}),
        ("post", "/api/user/searchHistory", {"query": "naruto"}),
        ("delete", "/api/user/searchHistory", None),
        ("post", "/api/auth/ticket", None),
        ("post", "/api/uploadImage", {"image": "x"}),
    ],
)
def test_a_write_that_looks_at_no_revision_says_so(client, name, method, url, body):
    response = getattr(client, method)(url, body, headers={name: "*"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert [*response.json()["fields"]] == [name]
