"""manage.py prepare: what `make run` does before it serves."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from collections_app.models import Anime, CatalogueState
from collections_app.services.catalogue_import import CatalogueImport
from collections_app.tests.catalogues import BEBOP, import_file, write

pytestmark = pytest.mark.django_db


def prepare():
    out = StringIO()
    call_command("prepare", stdout=out)
    return out.getvalue()


def test_the_first_time_loads_the_starter_catalogue_and_says_where_all_is(settings):
    settings.HOST, settings.PORT = "127.0.0.1", 8123
    said = prepare()
    assert Anime.objects.count() >= 200
    for part in ("http://127.0.0.1:8123/api/docs", "/admin/", "createsuperuser"):
        assert part in said
    assert "import_catalog" in said


def test_the_second_time_changes_nothing_and_is_quiet():
    prepare()
    before = CatalogueState.objects.get().revision
    said = prepare()
    assert "Loading" not in said
    assert "Setting up" not in said
    assert CatalogueState.objects.get().revision == before


def test_killed_in_its_first_import_it_loads_all_the_next_time(monkeypatch):
    def killed(self, *, is_complete):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CatalogueImport, "mark_gone", killed)
        with pytest.raises(CommandError, match="Interrupted"):
            prepare()
    assert not Anime.objects.exists()
    prepare()
    assert Anime.objects.count() >= 200


def test_a_catalogue_that_is_there_is_left_alone(tmp_path):
    import_file(write(tmp_path / "mine.jsonl", BEBOP))
    assert "1 titles" in prepare()
    assert Anime.objects.count() == 1
