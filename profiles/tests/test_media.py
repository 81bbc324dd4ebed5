"""GET /media/…: uploaded pictures, and nothing else."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

# A picture that is closed ends its request, and Django looks at its connections then.
pytestmark = pytest.mark.django_db

PATH = f"images/{'0' * 8}-0000-4000-8000-{'0' * 12}/{'a' * 32}.webp"


@pytest.fixture
def stored():
    return default_storage.save(PATH, ContentFile(b"a picture"))


def test_a_picture_is_served_to_everybody_for_good(visitor, stored):
    response = visitor.get(f"/media/{stored}")
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == b"a picture"
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Content-Length"] == "9"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db  # closing an answer looks after the connection
@pytest.mark.parametrize("path", [PATH, PATH.replace("aaa", "bbb")])
def test_pages_of_any_origin_may_show_it_and_draw_it(visitor, stored, path):
    response = visitor.get(f"/media/{path}", headers={"Origin": "https://app.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in response.headers
    response.close()


def test_a_head_request_says_as_much(visitor, stored):
    response = visitor.head(f"/media/{stored}")
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["Content-Length"] == "9"
    assert response.headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    "path",
    [
        PATH.replace("aaa", "bbb"),
        "",
        "images/",
        "secret.txt",
        "../settings.py",
        "images/../secret.txt",
        "images/%2e%2e/secret.txt",
        "images/..%2fsecret.txt",
        "/etc/passwd",
        "images/%00.webp",
    ],
)
def test_nothing_else_is_there(visitor, path):
    default_storage.save("secret.txt", ContentFile(b"secret"))
    response = visitor.get(f"/media/{path}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_a_picture_cannot_be_written_to(visitor, stored):
    response = visitor.post(f"/media/{stored}")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert response.json()["code"] == "method_not_allowed"
