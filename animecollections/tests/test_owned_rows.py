"""What Django does to a row by its key, it does here to a row of its user."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from animecollections.db.citus.placing import PLACES, all_models, place_of
from animecollections.db.owned import NamesOwner, OwnerChangedError
from animecollections.tests.owners import UnownedStatementError, refuse_unowned, unowned
from conftest import signed_in
from profiles.models import Image, Session, TokenFamily

pytestmark = pytest.mark.django_db
STATEMENTS = ("UPDATE", "SELECT", "DELETE")


@pytest.fixture
def image(alice):
    return Image.objects.create(
        user=alice, path="a.webp", kind="avatar", width=1, height=1, size=1
    )


def only_statement(captured):
    [sql] = [
        q["sql"]
        for q in captured
        if q["sql"].startswith(("UPDATE", "SELECT", "DELETE"))
    ]
    return sql


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda row: row.save(), id="save"),
        pytest.param(lambda row: row.save(update_fields=["size"]), id="a field"),
        pytest.param(lambda row: row.refresh_from_db(), id="refresh"),
        pytest.param(lambda row: row.refresh_from_db(fields=["size"]), id="one field"),
        pytest.param(lambda row: row.delete(), id="delete"),
    ],
)
def test_every_statement_on_a_row_names_its_owner(image, act):
    row = Image.objects.get(pk=image.pk)
    with CaptureQueriesContext(connection) as captured:
        act(row)
    assert '"user_id" = ' in only_statement(captured.captured_queries)


def test_a_deferred_owner_is_read_as_any_other_field(image, alice):
    row = Image.objects.only("path").get(pk=image.pk)
    assert row.user_id == alice.pk


def test_a_row_under_another_owner_is_not_found(image, stranger):
    forged = Image(pk=image.pk, user=stranger)
    assert forged.delete()[0] == 0
    with pytest.raises(Image.DoesNotExist):
        forged.refresh_from_db()
    assert Image.objects.filter(pk=image.pk).exists()


def test_an_owner_that_changed_is_refused(image, stranger):
    row = Image.objects.get(pk=image.pk)
    row.user = stranger
    with pytest.raises(OwnerChangedError), transaction.atomic():
        row.save()
    assert Image.objects.get(pk=image.pk).user_id == image.user_id


def test_sign_ins_are_guarded_too():
    for model in (Session, TokenFamily):
        assert issubclass(model, NamesOwner)


# --- The watch over the API's statements (conftest.WatchedClient) -----------------


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "id" FROM "profiles_image" WHERE "id" = %s',
        'SELECT 1 FROM "profiles_image" WHERE "profiles_image"."user_id" > %s',
        "SELECT s.user_id FROM profiles_session s WHERE s.session_key = %s",
        'DELETE FROM "history_search" WHERE "history_search"."id" IN (%s, %s)',
        (
            'UPDATE "profiles_tokenfamily" SET "used_at" = %s WHERE ("user_id" = %s '
            'AND 1 = (SELECT 1 FROM "profiles_user" U0 WHERE U0."id" = ("user_id")))'
        ),
        "SELECT 1 FROM a, profiles_image i JOIN x ON true",
        "SELECT 'user_id = %s' FROM profiles_image",
    ],
)
def test_the_watch_sees_a_statement_without_an_owner(sql):
    assert unowned(sql)
    with (
        connection.execute_wrapper(refuse_unowned),
        connection.cursor() as cursor,
        pytest.raises(UnownedStatementError),
    ):
        cursor.execute(sql, [])


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "id" FROM "profiles_image" WHERE ("user_id" = %s AND "id" = %s)',
        'SELECT "email" FROM "profiles_user" WHERE "profiles_user"."id" = %s',
        (
            "SELECT 1 FROM profiles_session i JOIN profiles_user u ON true "
            "WHERE i.user_id = %s"
        ),
        'INSERT INTO "history_search" ("user_id") VALUES (%s)',
        "WITH t AS (INSERT INTO x SELECT 1) INSERT INTO history_search SELECT 3",
        'SELECT "id" FROM "collections_app_anime" WHERE "id" = %s',
        "DELETE FROM history_search WHERE user_id = %s AND id IN (SELECT id FROM x)",
    ],
)
def test_the_watch_lets_a_statement_with_an_owner_pass(sql):
    assert not unowned(sql)


def test_every_client_of_the_tests_is_watched(alice, visitor):
    assert type(signed_in(alice)) is type(visitor)
    assert type(visitor).__name__ == "WatchedClient"


# --- Places ------------------------------------------------------------------------


def test_every_model_has_a_place_and_a_reason():
    assert {model._meta.label for model in all_models()} == PLACES.keys()
    assert all(place.reason for place in PLACES.values())


@pytest.mark.parametrize("model", all_models(), ids=lambda model: model._meta.label)
def test_the_column_of_a_place_is_one_of_the_model(model):
    column = place_of(model).column
    columns = {field.column for field in model._meta.concrete_fields}
    assert not column or column in columns


@pytest.mark.parametrize("model", all_models(), ids=lambda model: model._meta.label)
def test_what_is_a_users_lies_with_the_user(model):
    if issubclass(model, NamesOwner):
        assert place_of(model).column == "user_id"


@pytest.mark.parametrize("model", all_models(), ids=lambda model: model._meta.label)
def test_no_reference_leads_from_everywhere_to_one_machine(model):
    """That the database would have to keep: it could not."""
    if place_of(model).is_everywhere:
        for field in model._meta.concrete_fields:
            if field.remote_field and field.db_constraint:
                assert place_of(field.remote_field.model).is_everywhere


def test_a_row_that_was_read_without_its_owner_is_saved_and_deleted(image):
    row = Image.objects.only("path", "size").get(pk=image.pk)
    row.size = 7
    row.save()
    assert Image.objects.get(pk=image.pk).size == 7
    assert Image.objects.only("path").get(pk=image.pk).delete()[0] == 1
