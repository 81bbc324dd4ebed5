"""manage.py import_list and export_list"""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from collections_app.imports import services as imports
from collections_app.models import ImportPlan, WatchListEntry
from collections_app.tests.imports import mal, title
from factories import AnimeFactory
from history.models import Change, StaffAction
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(alice, death_note, tmp_path):
    AnimeFactory(id=1, title="=Title")
    file = tmp_path / "list.xml"
    row = title(1535, status="Completed", watched_episodes=37, score=9)
    file.write_bytes(mal(row, title(99999, name="=1+1")))
    return file


def run(command, *arguments):
    out = StringIO()
    why = ["--reason", "asked by mail"] if command == "import_list" else []
    call_command(command, *map(str, arguments), *why, stdout=out, stderr=out)
    return out.getvalue()


def test_it_imports_as_one_operation(path, alice):
    said = run("import_list", "alice", path)
    assert "2 rows: 1 add, 0 update, 0 unchanged, 0 conflict, 1 unmatched" in said
    change = Change.objects.get()
    assert f"Operation {change.operation_id}." in said
    assert (change.user_id, change.through) == (alice.pk, "import")


def test_it_stands_in_the_log_of_staff_and_is_mailed(path, alice, mailoutbox):
    with pytest.raises(CommandError, match="Give a reason with --reason"):
        call_command("import_list", "alice", str(path))
    assert not ImportPlan.objects.exists()
    for _ in range(2):  # the second changes nothing: of that there is no mail
        run("import_list", "alice", path)
    again, act = StaffAction.objects.order_by("-pk")
    assert (act.action, act.user_id, act.reason) == (
        "import_list",
        alice.pk,
        "asked by mail",
    )
    assert act.operation_id == Change.objects.get().operation_id
    assert again.operation_id is None
    send_all()
    [mail] = mailoutbox
    assert "imported a file into your list" in mail.body


def test_run_again_it_changes_nothing(path):
    run("import_list", "alice", path)
    assert "No change." in run("import_list", "alice", path)
    assert Change.objects.count() == 1


def test_a_dry_run_writes_nothing(path):
    said = run("import_list", "alice@example.org", path, "--dry-run")
    assert "1 add" in said
    assert "Nothing was written" in said
    assert not WatchListEntry.objects.exists()
    assert not ImportPlan.objects.exists()


def test_the_report_has_every_row(path, tmp_path):
    report = tmp_path / "report.csv"
    run("import_list", "alice", path, "--report", report)
    with report.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows] == ["add", "unmatched"]
    assert rows[1]["reason"].startswith("The catalogue has no title")
    assert rows[1]["title"] == "'=1+1"  # no formula in a spreadsheet


def test_interrupted_it_left_nothing_and_runs_again(path, monkeypatch):
    apply = imports.apply

    def interrupt(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "apply", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run("import_list", "alice", path)
    assert not WatchListEntry.objects.exists()
    monkeypatch.setattr(imports, "apply", apply)
    assert "1 add" in run("import_list", "alice", path)


@pytest.mark.parametrize("at", ["yesterday", "2999-01-01"])
def test_a_time_that_is_none(path, at):
    with pytest.raises(CommandError):
        run("import_list", "alice", path, "--exported-at", at)


def test_what_cannot_be_read_is_told(path, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_list", "alice", tmp_path / "missing.xml")
    path.write_bytes(b"")
    with pytest.raises(CommandError, match="empty"):
        run("import_list", "alice", path)
    with pytest.raises(CommandError, match="Account not found"):
        run("import_list", "nobody", path)


def test_what_cannot_be_written_is_told(path, tmp_path):
    nowhere = tmp_path / "missing" / "file"
    with pytest.raises(CommandError, match="cannot be written"):
        run("import_list", "alice", path, "--report", nowhere)
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_list", "alice", "--output", nowhere)


def test_what_was_exported_is_imported_without_a_change(path, tmp_path):
    run("import_list", "alice", path)
    out = tmp_path / "out.xml"
    said = run("export_list", "alice", "--format", "mal", "--output", out)
    assert said.strip() == f"1 entries in {out}."
    assert "1 unchanged" in run("import_list", "alice", out, "--policy", "overwrite")
    assert sorted(tmp_path.iterdir()) == sorted([path, out])  # no half file is left


def test_without_a_path_it_goes_to_the_screen(path, capfdbinary):
    call_command("export_list", "alice", "--format", "mal")
    assert b"<myanimelist>" in capfdbinary.readouterr().out


def test_the_scale_may_be_said_and_the_name_of_the_file_says_its_time(
    alice, death_note, tmp_path
):
    table = tmp_path / "stars.csv"
    table.write_text("title,mal id,score\nDeath Note,1535,4\n")
    run("import_list", "alice", table, "--scale", "5")
    assert WatchListEntry.objects.get().score == 80
    with pytest.raises(CommandError, match="invalid choice"):
        run("import_list", "alice", table, "--scale", "7")
    export = tmp_path / "animelist_1700000000_-_12345.xml"
    export.write_bytes(mal(title(1535, status="Completed")))
    run("import_list", "alice", export)
    plan = ImportPlan.objects.order_by("created_at").last()
    assert plan.exported_at.timestamp() == 1_700_000_000
