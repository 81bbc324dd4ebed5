"""Which release runs: GET /api/version, and the foot of the admin."""

import pytest

from animecollections import __version__

pytestmark = pytest.mark.django_db


def test_the_api_says_which_release_answers(visitor, budget):
    with budget(0, "nothing is looked up"):
        response = visitor.get("/api/version")
    assert response.json()["data"] == {"version": __version__}
    again = visitor.get("/api/version", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_the_socket_is_told_without_the_database(visitor, budget):
    with budget(0, "made once a process"):
        assert visitor.get("/api/schema/socket").status_code == 200


def test_the_admin_says_it_at_its_foot_to_staff_alone(staff_client, visitor):
    page = staff_client.get("/admin/").content.decode()
    assert f"animecollections {__version__}</footer>" in page
    assert __version__ not in visitor.get("/admin/login/").content.decode()
