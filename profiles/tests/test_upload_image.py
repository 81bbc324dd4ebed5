"""POST /api/uploadImage, end to end: from the request to the file on the disk."""

import base64
import io
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image as Pillow

from animecollections.api.permits import long_work
from conftest import signed_in
from factories import UserFactory
from history.models import UserState
from profiles.images import services as images
from profiles.models import Image

URL = "/api/uploadImage"
SITE = "http://testserver"

pytestmark = pytest.mark.django_db


def picture(width=60, height=40, form="PNG", color="teal", **more):
    content = io.BytesIO()
    Pillow.new("RGB", (width, height), color).save(content, form, **more)
    return content.getvalue()


def in_base64(data):
    return base64.b64encode(data).decode()


def a_file(data, name="me.png"):
    return SimpleUploadedFile(name, data, "image/png")


def kept(response):
    """The address, and the file that it stands for."""
    assert response.status_code == 200, response.json()
    url = response.json()["data"]
    return url, Path(default_storage.path(url.removeprefix(f"{SITE}/media/")))


def seen(path):
    """The picture in a file, which is closed again."""
    return Pillow.open(io.BytesIO(path.read_bytes()))


def files():
    root = Path(default_storage.path(""))
    return [path for path in root.rglob("*") if path.is_file()]


def refused(response, code, status=400):
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert body["success"] is False
    assert body["error"]
    assert files() == []
    assert not Image.objects.exists()


# Ways to send a picture


def test_base64_a_data_url_and_a_form_give_the_same_address(client, alice):
    data = picture()
    ways = [
        client.post(URL, {"image": in_base64(data), "filename": "me.png"}),
        client.post(URL, {"image": f"data:image/png;base64,{in_base64(data)}"}),
        client.post(URL, {"file": a_file(data)}, format="multipart"),
        client.post(URL, {"image": a_file(data)}, format="multipart"),
    ]
    ((url, path),) = {kept(way) for way in ways}
    assert url.startswith(f"{SITE}/media/images/{alice.id}/")
    assert files() == [path]
    row = Image.objects.get()
    assert (row.user_id, row.kind, row.size) == (
        alice.id,
        "avatar",
        len(path.read_bytes()),
    )


def test_the_form_of_the_existing_client(client):
    form = {
        "file": a_file(picture(2000, 1000)),
        "filename": "banner.png",
        "isBanner": "true",
    }
    _, path = kept(client.post(URL, form, format="multipart"))
    assert seen(path).size == (1080, 300)


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({}, (40, 40)),
        ({"isBanner": False}, (40, 40)),
        ({"isBanner": True}, (60, 17)),
        ({"kind": "banner"}, (60, 17)),
        ({"kind": "collection", "isBanner": False}, (60, 40)),
    ],
)
def test_the_kind_says_how_it_is_cropped(client, more, size):
    _, path = kept(client.post(URL, {"image": in_base64(picture())} | more))
    assert seen(path).size == size
    assert seen(path).format == "WEBP"


def test_two_people_keep_two_files(client, other_client):
    sent = {"image": in_base64(picture())}
    assert kept(client.post(URL, sent)) != kept(other_client.post(URL, sent))
    assert len(files()) == 2


def test_the_address_can_be_the_avatar(client):
    url, _ = kept(client.post(URL, {"image": in_base64(picture())}))
    response = client.post("/api/user/updateProfile", {"avatar": url})
    assert response.json()["data"]["avatar"] == url
    relative = url.removeprefix(SITE)
    response = client.post("/api/user/profile", {"avatar": relative})
    assert response.json()["data"]["avatar"] == url


# What is left of a picture


def test_where_a_photo_was_taken_is_gone(client):
    exif = Pillow.Exif()
    exif[0x010E] = "home sweet home"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture(form="JPEG", exif=exif)
    assert b"home sweet home" in data
    _, path = kept(client.post(URL, {"image": in_base64(data)}))
    assert b"home sweet home" not in path.read_bytes()
    assert not seen(path).getexif()


def test_what_trails_behind_a_picture_is_gone(client):
    data = picture() + b"<script>alert(1)</script><?php system($_GET['c']); ?>"
    _, path = kept(client.post(URL, {"image": in_base64(data)}))
    assert b"script" not in path.read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.png",
        "x.php.png",
        "x" * 300 + ".png",
        ".htaccess",
        "a\0.png",
    ],
)
def test_the_clients_file_name_is_never_used(client, alice, name):
    form = {"file": a_file(picture(), name), "filename": name.replace("\0", "")}
    _, path = kept(client.post(URL, form, format="multipart"))
    assert files() == [path]
    assert path.parent == Path(default_storage.path(f"images/{alice.id}"))


@pytest.mark.parametrize("name", ["../", "..", ".", "/", "x/", "C:\\\\"])
def test_a_file_is_read_whatever_its_name_leaves(client, alice, name):
    raw = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.encode()
        + b'"\r\nContent-Type: image/png\r\n\r\n'
        + picture()
        + b"\r\n--x--\r\n"
    )
    kept(client.generic("POST", URL, raw, "multipart/form-data; boundary=x"))


# What is refused


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SVG, "image_type_unsupported"),
        (b"<html><script>alert(1)</script>", "image_type_unsupported"),
        (picture()[:-20], "image_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"junk" * 10, "image_unreadable"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_bytes(client, data, code):
    form = {"file": a_file(data)}
    refused(client.post(URL, form, format="multipart"), code)
    refused(client.post(URL, {"image": in_base64(data)}), code)


def test_a_small_file_that_says_it_is_huge_is_refused(client):
    data = bytearray(picture())
    data[16:24] = (50_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    refused(client.post(URL, {"image": in_base64(data)}), "image_too_many_pixels")


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("!!!not base64!!!", "base64_invalid"),
        (in_base64(picture()) + "*", "base64_invalid"),
        (f"data:image/png,{in_base64(picture())}", "base64_invalid"),
        (f"data:text/html;base64,{in_base64(picture())}", "data_url_mismatch"),
        (f"data:image/jpeg;base64,{in_base64(picture())}", "data_url_mismatch"),
    ],
)
def test_a_text_that_is_no_picture_is_refused(client, image, code):
    refused(client.post(URL, {"image": image}), code)


@pytest.mark.parametrize("image", [None, "", 5, True, [], {}, ["x"]])
def test_a_picture_has_to_be_sent(client, image):
    refused(client.post(URL, {"image": image}), "invalid")


def test_a_file_of_no_bytes_is_an_empty_picture(client):
    empty = SimpleUploadedFile("a.png", b"", "image/png")
    response = client.post(URL, {"file": empty}, format="multipart")
    assert (response.status_code, response.json()["code"]) == (400, "image_empty")


def test_an_empty_body_an_empty_form_and_two_pictures_are_refused(client):
    refused(client.post(URL), "invalid")
    refused(client.post(URL, {"isBanner": "true"}, format="multipart"), "invalid")
    both = {"file": a_file(picture()), "image": a_file(picture())}
    refused(client.post(URL, both, format="multipart"), "invalid")


@pytest.mark.parametrize(
    "more",
    [
        {"isBanner": "yes"},
        {"isBanner": 2},
        {"kind": "Banner"},
        {"kind": "../x"},
        {"kind": "avatar", "isBanner": True},
        {"kind": "banner", "isBanner": False},
    ],
)
def test_kind_and_banner_have_to_make_sense(client, more):
    refused(client.post(URL, {"image": in_base64(picture())} | more), "invalid")


def test_more_than_ten_megabytes_are_refused(client):
    data = picture() + bytes(10 * 1024 * 1024)
    form = {"file": a_file(data)}
    refused(client.post(URL, form, format="multipart"), "image_too_large", 413)
    refused(client.post(URL, {"image": in_base64(data)}), "image_too_large", 413)
    refused(client.post(URL, {"image": "A" * 16_000_000}), "too_large", 413)


def test_ten_megabytes_of_base64_are_read(client):
    data = picture(form="JPEG")
    data = data[:2] + b"\xff\xfe\xff\xff" + bytes(65533) + data[2:]
    padding = (10 * 1024 * 1024 - len(data)) // 65537
    data = data[:2] + (b"\xff\xfe\xff\xff" + bytes(65533)) * padding + data[2:]
    kept(client.post(URL, {"image": in_base64(data)}))


@pytest.mark.parametrize("body", [b"--x\r\n", b"--x\r\nContent-Disposition: form-data"])
def test_a_broken_form_is_refused(client, body):
    response = client.post(URL, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    response = client.post(URL, body, content_type="multipart/form-data")
    refused(response, "bad_request")


def test_a_picture_as_the_body_is_no_way(client):
    response = client.post(URL, picture(), content_type="image/png")
    refused(response, "unsupported_media_type", 415)


# Addresses


def test_an_address_of_ours_comes_back_unchanged(client, other_client, settings):
    url, path = kept(client.post(URL, {"image": in_base64(picture())}))
    for known in (url, url.removeprefix(SITE)):
        assert client.post(URL, {"image": known}).json()["data"] == known
        assert other_client.post(URL, {"image": known}).json()["data"] == known
    assert files() == [path]
    public = url.replace(SITE, "https://anime.example.org")
    assert client.post(URL, {"image": public}).status_code == 400
    settings.PUBLIC_URL = "https://anime.example.org"
    assert client.post(URL, {"image": public}).json()["data"] == public


def test_an_address_of_a_configured_image_host_comes_back_unchanged(client, settings):
    settings.IMAGE_HOSTS = ["img.example.org", ".cdn.example.org"]
    for url in (
        "https://img.example.org/banner.jpg?w=1080",
        "https://eu.cdn.example.org/a.png",
    ):
        response = client.post(URL, {"image": url, "isBanner": True})
        assert response.json()["data"] == url


def test_the_galleries_of_the_existing_client_are_known_hosts(client):
    for url in (
        "https://cdn.myanimelist.net/images/characters/9/310307.jpg",
        "https://media.kitsu.app/anime/cover_images/3936/original.jpg",
        "https://s4.anilist.co/file/anilistcdn/media/anime/banner/1535.jpg",
    ):
        assert client.post(URL, {"image": url}).json()["data"] == url


def test_a_picture_that_the_profile_shows_comes_back_unchanged(client, other_client):
    shown = {
        "avatar": "https://lh3.googleusercontent.com/a/me=s96-c",
        "banner_image": "http://old.example.org/banner.png",
    }
    client.post("/api/user/updateProfile", shown)
    for url in shown.values():
        assert client.post(URL, {"image": url}).json()["data"] == url
        refused(other_client.post(URL, {"image": url}), "image_address_unknown")
    client.post("/api/user/profile", {"avatar": None})
    refused(client.post(URL, {"image": shown["avatar"]}), "image_address_unknown")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:6379/",
        "file:///etc/passwd",
        "ftp://img.example.org/a.png",
        "http://img.example.org/a.png",
        "https://img.example.org.evil.example/a.png",
        "https://img.example.org@evil.example/a.png",
        "https://evil.example/\\@img.example.org/a.png",
        "https://img.example.org:8443/a.png",
        "https://sub.img.example.org/a.png",
        "https://img.example.org/" + "a" * 1000,
        "http://testserver/media/../admin/",
        "http://testserver/media/images/nobody.webp",
        "http://testserver.evil.example/media/images/",
        "javascript:alert(1)",
        "HTTPS://EXAMPLE.ORG/a.png",
    ],
)
def test_any_other_address_is_refused_and_nothing_is_fetched(client, settings, url):
    settings.IMAGE_HOSTS = ["img.example.org"]
    refused(client.post(URL, {"image": url}), "image_address_unknown")


# Room, rates, failures, races


def test_so_many_pictures_are_kept_and_no_more(client, monkeypatch):
    monkeypatch.setattr(images, "MAX_IMAGES", 2)
    first, *_ = (picture(color=color) for color in ("red", "green"))
    for color in ("red", "green"):
        kept(client.post(URL, {"image": in_base64(picture(color=color))}))
    response = client.post(URL, {"image": in_base64(picture(color="blue"))})
    assert (response.status_code, response.json()["code"]) == (400, "images_full")
    assert len(files()) == 2
    kept(client.post(URL, {"image": in_base64(first)}))


def test_so_many_bytes_are_kept_and_no_more(client, monkeypatch):
    monkeypatch.setattr(images, "MAX_STORED", 10)
    response = client.post(URL, {"image": in_base64(picture())})
    refused(response, "images_full")


def test_uploads_have_a_rate_of_their_own(client, settings):
    settings.RATES = {**settings.RATES, "upload": (1, 60)}
    sent = {"image": in_base64(picture())}
    kept(client.post(URL, sent))
    assert client.post(URL, sent).status_code == 429
    assert client.post("/api/user/profile", {}).status_code == 200


def test_when_all_decode_a_further_upload_is_told_to_come_back(client, monkeypatch):
    monkeypatch.setattr(images.DECODER, "seconds", 0.01)
    with images.DECODER.held("somebody"):
        response = client.post(URL, {"image": in_base64(picture())})
    refused(response, "busy", 503)
    assert response["Retry-After"] == "5"
    kept(client.post(URL, {"image": in_base64(picture())}))


def test_pictures_of_one_person_keep_nobody_else_from_uploading(
    client, other_client, alice, monkeypatch
):
    monkeypatch.setattr(long_work, "seconds", 0.01)
    sent = {"image": in_base64(picture())}
    with long_work.held(alice.pk):  # a picture of hers is being decoded
        refused(client.post(URL, sent), "busy", 503)
        kept(other_client.post(URL, sent))
    kept(client.post(URL, sent))


def test_an_address_needs_no_place(client, alice, monkeypatch):
    address, _ = kept(client.post(URL, {"image": in_base64(picture())}))
    monkeypatch.setattr(long_work, "seconds", 0.01)
    with long_work.held(alice.pk):
        assert client.post(URL, {"image": address}).json()["data"] == address


def test_a_retry_gets_its_answer_though_there_is_no_place(client, alice, monkeypatch):
    monkeypatch.setattr(long_work, "seconds", 0.01)
    sent, key = {"image": in_base64(picture())}, {"Idempotency-Key": "k"}
    first = client.post(URL, sent, headers=key)
    with long_work.held(alice.pk):
        again = client.post(URL, sent, headers=key)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"


def test_a_full_disk_leaves_neither_row_nor_picture(client, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(FileSystemStorage, "_save", fail)
        response = client.post(URL, {"image": in_base64(picture())})
    refused(response, "busy", 503)
    kept(client.post(URL, {"image": in_base64(picture())}))


def test_half_a_file_that_a_crash_left_is_replaced(client):
    _, path = kept(client.post(URL, {"image": in_base64(picture())}))
    whole = path.read_bytes()
    Image.objects.all().delete()
    path.write_bytes(whole[:10])
    kept(client.post(URL, {"image": in_base64(picture())}))
    assert path.read_bytes() == whole


def test_a_file_that_is_missing_comes_back_with_the_same_upload(client):
    _, path = kept(client.post(URL, {"image": in_base64(picture())}))
    path.unlink()
    kept(client.post(URL, {"image": in_base64(picture())}))
    assert path.exists()


def test_an_upload_takes_few_statements_and_no_revision(client, alice, budget):
    sent = {"image": in_base64(picture())}
    with budget(5, "sign-in check, lock, same picture, room, row"):
        kept(client.post(URL, sent))
    with budget(3, "sign-in check, lock, same picture"):
        kept(client.post(URL, sent))
    assert UserState.objects.get(user=alice).revision == 0


def test_a_visitor_is_asked_to_sign_in(visitor):
    refused(visitor.post(URL, {"image": in_base64(picture())}), "not_signed_in", 401)


class Everybody:
    """Places without end."""

    def held(self, _person):
        return nullcontext()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_the_same_picture_from_many_devices_at_once_is_kept_once(monkeypatch):
    for name in ("long_work", "DECODER"):  # as if each were in a process of its own
        monkeypatch.setattr(images, name, Everybody())
    user = UserFactory()
    clients = [signed_in(user) for _ in range(4)]
    start = Barrier(len(clients))
    sent = {"image": in_base64(picture())}

    def send(one):
        try:
            start.wait()
            return one.post(URL, sent)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        addresses = {kept(response) for response in pool.map(send, clients)}
    assert len(addresses) == 1
    assert Image.objects.count() == len(files()) == 1
