"""GET /api/user/images and DELETE /api/user/images/{id}: room for new ones."""

import base64
import io
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image as Pillow

from animecollections.identity import Origin
from history.models import UserState
from profiles.images.services import remove
from profiles.models import Image

URL = "/api/user/images"

pytestmark = pytest.mark.django_db


def upload(client, color="teal"):
    content = io.BytesIO()
    Pillow.new("RGB", (20, 20), color).save(content, "PNG")
    image = base64.b64encode(content.getvalue()).decode()
    return client.post("/api/uploadImage", {"image": image}).json()["data"]


def listed(client):
    response = client.get(URL)
    assert response.status_code == 200
    return response.json()["data"]


def test_the_newest_comes_first(client):
    addresses = [upload(client, color) for color in ("red", "green", "blue")]
    images = listed(client)
    assert [image["url"] for image in images] == addresses[::-1]
    assert images[0].keys() == {
        *("id", "url", "kind", "width", "height", "size", "created_at")
    }


def test_a_removed_one_is_gone_from_list_disk_and_profile(
    client, alice, django_capture_on_commit_callbacks
):
    gone, stays = upload(client, "red"), upload(client, "blue")
    client.post("/api/user/updateProfile", {"avatar": gone, "banner_image": stays})
    row = Image.objects.of(alice.id).newest_first().last()
    assert default_storage.exists(row.path)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"{URL}/{row.id}").status_code == 200
        assert default_storage.exists(row.path)
    assert not default_storage.exists(row.path)
    assert [image["url"] for image in listed(client)] == [stays]
    profile = client.get("/api/user/profile").json()["data"]
    assert (profile["avatar"], profile["banner_image"]) == (None, stays)
    assert UserState.objects.get(user=alice).profile_revision == 2
    assert client.delete(f"{URL}/{row.id}").json()["code"] == "not_found"


def test_one_that_no_profile_shows_takes_no_revision(client, alice):
    upload(client)
    row = Image.objects.get()
    with_words = client.delete(f"{URL}/{row.id}")
    assert with_words.json()["data"] == {"message": "Image removed"}
    assert UserState.objects.get(user=alice).revision == 0


def test_a_stranger_sees_and_removes_nothing(client, other_client):
    upload(client)
    row = Image.objects.get()
    assert listed(other_client) == []
    missing = other_client.delete(f"{URL}/{uuid4()}")
    foreign = other_client.delete(f"{URL}/{row.id}")
    assert foreign.status_code == missing.status_code == 404
    assert default_storage.exists(row.path)


@pytest.mark.parametrize("image_id", ["5", "x" * 40, "..", "%00"])
def test_what_is_no_id_is_refused(client, image_id):
    assert client.delete(f"{URL}/{image_id}").status_code == 400


def test_a_visitor_is_asked_to_sign_in(visitor):
    assert visitor.get(URL).status_code == 401
    assert visitor.delete(f"{URL}/{uuid4()}").status_code == 401


def test_the_list_says_when_nothing_changed(client, budget):
    upload(client, "red")
    with budget(3, "sign-in check, how many, which"):
        etag = client.get(URL).headers["ETag"]
    with budget(2, "sign-in check, how many"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    upload(client, "blue")
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 200


def test_a_picture_that_came_again_meanwhile_keeps_its_file(
    client, django_capture_on_commit_callbacks
):
    url = upload(client)
    row = Image.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.delete(f"{URL}/{row.id}")
        assert upload(client) == url
    assert default_storage.exists(row.path)


def test_a_removal_that_fails_to_commit_leaves_the_file(
    client, alice, django_capture_on_commit_callbacks
):
    upload(client)
    row = Image.objects.get()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        remove(user_id=alice.id, image_id=row.id, through=Origin(kind="session"))
        transaction.set_rollback(True)
    assert Image.objects.get() == row
    assert default_storage.exists(row.path)


def test_a_file_that_cannot_be_deleted_is_left_over_and_told_in_the_log(
    client, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    """A row without its file would be worse: it shows a picture that is not there."""
    upload(client)
    row = Image.objects.get()

    def fail(path):
        raise OSError

    monkeypatch.setattr(default_storage, "delete", fail)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"{URL}/{row.id}").status_code == 200
    assert not Image.objects.exists()
    assert f"The file {row.path} is left over" in caplog.text


def test_the_list_under_another_host_is_another(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    upload(client)
    etag = client.get(URL)["ETag"]
    there = client.get(URL, headers={"If-None-Match": etag, "Host": "other.example"})
    assert there.status_code == 200
    assert there.json()["data"][0]["url"].startswith("http://other.example/")
