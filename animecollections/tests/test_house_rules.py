"""The rules of the house that no single file shows."""

import ast
import inspect
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from importlinter.cli import lint_imports

from animecollections.db.owned import NamesOwner, OwnedRow

pytestmark = pytest.mark.no_cover  # they read our files, and run none of them
PYPROJECT = settings.BASE_DIR / "pyproject.toml"

# The order of apps and of their rooms stands in pyproject.toml, [tool.importlinter].
APPS = ("animecollections", "history", "collections_app", "profiles")
WITH_TABLES = APPS[1:]


def modules(*packages, tests=False):
    for package in packages:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            parts = path.relative_to(settings.BASE_DIR).parts
            if "migrations" not in parts and (tests or "tests" not in parts):
                yield path


def name_of(path):
    return str(path.relative_to(settings.BASE_DIR))


@cache
def tree_of(path):
    return ast.parse(path.read_text(), str(path))


def imports(path):
    """Dotted names of everything a module imports, inside functions too."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                yield from (f"{module}.{alias.name}" for alias in names)


def test_imports_go_one_way_and_in_no_circle(capfd):
    """As `make lint` shows it too: pyproject.toml has the list."""
    status = lint_imports(config_filename=str(PYPROJECT), no_cache=True)
    assert status == 0, capfd.readouterr().out


def test_every_module_at_the_joints_has_its_place_in_the_order():
    order = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"][0]
    named = set(re.findall(r"animecollections\.(\w+)", " ".join(order["layers"])))
    there = {
        path.stem
        for path in (settings.BASE_DIR / "animecollections").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - {"__init__", "tests"} == named


HTTP = re.compile(r"(?:^|_)(?:views|serializers)$")
# What devices are sent has the form that its own address answers.
SENDS_ANSWERS = "profiles/sync/parts.py"
# What another site was sent is checked as bodies are.
READS_BODIES = "profiles/moving_in/services.py"


def test_only_http_knows_views_and_serializers():
    """What a write answers, and its refusal shows, services share with reads."""
    wrong = {
        f"{name_of(path)} imports {imported}"
        for path in modules(*WITH_TABLES)
        if name_of(path) not in (SENDS_ANSWERS, READS_BODIES)
        and not HTTP.search(path.stem)
        and not {"admin", "urls"}
        & {*path.relative_to(settings.BASE_DIR).parts, path.stem}
        for imported in imports(path)
        if imported.split(".")[0] in WITH_TABLES
        and any(HTTP.search(name) for name in imported.split(".")[1:])
    }
    assert not wrong


def test_no_code_imports_from_tests():
    wrong = {
        f"{name_of(path)} imports {imported}"
        for path in modules(*APPS)
        for imported in imports(path)
        if re.search(r"(^|\.)(tests|conftest|factories)\b", imported)
    }
    assert not wrong


def test_foreign_keys_to_other_apps_are_text():
    """A class would be an import of the app it is in."""
    wrong = {
        f"{name_of(path)} imports {imported}"
        for path in files_of_models()
        for imported in imports(path)
        if (app := imported.partition(".")[0]) in WITH_TABLES
        and not name_of(path).startswith(app)
    }
    assert not wrong


def files_of_models():
    return {Path(inspect.getfile(model)) for model in our_models()}


def test_no_signals():
    wrong = {
        f"{name_of(path)} imports {imported}"
        for path in modules(*APPS)
        for imported in imports(path)
        if "signals" in imported or imported.endswith(".dispatch.receiver")
    }
    assert not wrong


def our_models():
    return [
        model for app in WITH_TABLES for model in apps.get_app_config(app).get_models()
    ]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_no_model_hides_a_rule_in_save_or_delete(model):
    overridden = {
        name
        for base in model.__mro__
        if base.__module__.split(".")[0] in APPS
        and base is not NamesOwner  # it only says whose the row is
        for name in ("save", "delete", "full_clean")
        if name in vars(base)
    }
    assert not overridden


NOT_OWNED = {
    "App": "the sign-ins of all who let it in refer to it",
    "LoginClaim": "found before it is known whose it is",
    "DeviceCode": "the same",
    "UserState": "one row a user, by which all else is locked",
    "Profile": "one row a user",
    "Preferences": "one row a user",
    "Session": "looked up by its key, before it is known whose it is",
    "TokenFamily": "the same, by the id in a token",
    "Ticket": "the same, by what opens a socket",
    "SecondStep": "the same, by what ends a sign-in",
    "PrivacyRequest": "a register that outlives its user",
}


def owned_models():
    return [model for model in our_models() if issubclass(model, OwnedRow)]


def test_every_row_of_a_users_is_an_owned_row():
    with_user = {
        model.__name__
        for model in our_models()
        if any(field.name == "user" for field in model._meta.fields)
    }
    owned = {model.__name__ for model in owned_models()}
    assert with_user == owned | NOT_OWNED.keys()
    assert not owned & NOT_OWNED.keys()


@pytest.mark.parametrize("model", owned_models(), ids=lambda model: model.__name__)
def test_rows_of_a_user_are_made_to_be_spread_by_user(model):
    """A UUID id, an owner that is not null, and unique constraints led by the owner."""
    owner = model._meta.get_field("user")
    assert not owner.null
    assert model._meta.pk.get_internal_type() == "UUIDField"
    uniques = [c for c in model._meta.constraints if hasattr(c, "deferrable")]
    assert uniques
    assert all(constraint.fields[0] == "user" for constraint in uniques)
    referred = [f for f in model._meta.related_objects if not f.many_to_many]
    assert not referred


BEGINS = {"of", "across_users", "between", "create", "get_or_create"}
NAMES_OWNER = {"user", "user_id"}


def unowned_statements(path, models):
    """Lines where a statement on rows of users' names neither an owner nor all."""
    tree = tree_of(path)
    begun = {
        call.func.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in BEGINS
        or NAMES_OWNER & {keyword.arg for keyword in call.keywords}
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(
                attr="objects" | "_default_manager", value=ast.Name(name)
            ):
                if name in models and node not in begun:
                    yield f"{name_of(path)}:{node.lineno}"


def test_every_statement_on_rows_of_users_says_whose():
    """`of(user_id)`; or `across_users()`, where it is about everybody's."""
    models = {model.__name__ for model in owned_models()}
    wrong = [
        line for path in modules(*APPS) for line in unowned_statements(path, models)
    ]
    assert not wrong


def test_the_search_for_statements_without_an_owner_finds_them():
    path = Path(settings.BASE_DIR, "collections_app", "catalogue", "lookup.py")
    assert list(unowned_statements(path, {"Anime"}))


# --- One write path ----------------------------------------------------------------

WRITES = {
    "create", "bulk_create", "bulk_update", "update", "save", "delete", "aupdate",
    "get_or_create", "update_or_create", "acreate", "asave", "adelete",
}  # fmt: skip


# The one exception: it argues why.
WHOLE_NEW_ACCOUNTS = "profiles/demo/services.py"
WHOLE_ACCOUNTS = ("profiles/accounts/managers", "profiles/profile/repair")
LIST_REPAIR = "collections_app/watch_list/repair"


def writes_to(model, path):
    """Lines where a statement that names the model also writes."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr=attr) if attr in WRITES:
                named = node.func.value
            case ast.Name(id="upsert" | "pour"):
                named = node
            case _:
                continue
        names = {inner.id for inner in ast.walk(named) if isinstance(inner, ast.Name)}
        if model in names:
            yield f"{name_of(path)}:{node.lineno}"


def test_the_search_for_writes_finds_them(tmp_path):
    path = Path(settings.BASE_DIR, "collections_app", "watch_list", "writes.py")
    assert list(writes_to("WatchListEntry", path))


@pytest.mark.parametrize(
    ("model", "writers"),
    [
        ("WatchListEntry", ("collections_app/watch_list/writes", LIST_REPAIR)),
        ("Viewing", "collections_app/watch_list/viewings"),
        ("Change", "history/log/"),
        ("UserState", ("history/log/", *WHOLE_ACCOUNTS)),
        ("Search", "history/searches/services"),
        ("EpisodesWatched", ("history/log/", "history/watched/services")),
        ("KeptAnswer", "history/idempotency/records"),
    ],
)
def test_what_is_a_users_is_written_in_one_place(model, writers):
    """Whatever wrote beside it would break every device that syncs."""
    wrong = [
        line
        for path in modules(*APPS)
        if name_of(path) != WHOLE_NEW_ACCOUNTS
        for line in writes_to(model, path)
        if not line.startswith(writers)
    ]
    assert not wrong


@pytest.mark.parametrize("table", ["watchlistentry", "change", "userstate", "search"])
def test_no_raw_statement_writes_beside_it(table):
    statement = re.compile(
        rf"(INSERT INTO|UPDATE|DELETE FROM)\s+\w*_{table}\b", re.IGNORECASE
    )
    wrong = [
        name_of(path)
        for path in modules(*APPS)
        if statement.search(path.read_text())
        and not name_of(path).startswith("history/log/")
    ]
    assert not wrong


def test_one_file_says_how_each_database_unpacks_json():
    """It is where they differ, and easy to get right for one of them only."""
    unpacking = re.compile(r"json_each|jsonb_array_elements|jsonb_to_record")
    found = {
        name_of(path) for path in modules(*APPS) if unpacking.search(path.read_text())
    }
    assert found == {"animecollections/db/json_rows.py"}


# How many of a hundred functions may have `Any` in their signature. It only gets less.
MOST_WITH_ANY = 9.6


def test_few_functions_take_or_return_anything_at_all():
    functions = [
        node
        for path in modules(*APPS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    with_any = [node for node in functions if says_any(node)]
    assert len(with_any) * 100 <= MOST_WITH_ANY * len(functions), len(with_any)


def says_any(function):
    arguments = [n for n in ast.walk(function.args) if isinstance(n, ast.arg)]
    hints = [argument.annotation for argument in arguments]
    return any(
        isinstance(node, ast.Name) and node.id == "Any"
        for hint in (*hints, function.returns)
        if hint is not None
        for node in ast.walk(hint)
    )


# --- Tests -------------------------------------------------------------------------


def test_every_app_has_the_same_file_names():
    """What Django, commands and jobs look for; all else lies in rooms by subject."""
    for app in WITH_TABLES:
        names = {
            path.name.removesuffix(".py")
            for path in (settings.BASE_DIR / app).iterdir()
        }
        usual = {"admin", "apps", "doctor", "models", "retention", "urls", "tests"}
        assert usual <= names


def test_no_test_stands_outside_of_a_tests_folder():
    stray = [
        name_of(path)
        for path in modules(*APPS, tests=True)
        if path.name.startswith("test_") and path.parent.name != "tests"
    ]
    assert not stray


def test_view_methods_are_short():
    """Parse, call one thing, answer."""
    long = {
        f"{name_of(path)}:{method.lineno} {method.name}: {length} lines"
        for path in modules(*WITH_TABLES)
        if "views" in name_of(path)
        for view in ast.walk(tree_of(path))
        if isinstance(view, ast.ClassDef)
        for method in view.body
        if isinstance(method, ast.FunctionDef)
        and (length := lines_of_code(path, method)) > 20
    }
    assert not long


def lines_of_code(path, method):
    lines = path.read_text().splitlines()[method.body[0].lineno - 1 : method.end_lineno]
    return sum(1 for line in lines if not line.strip().startswith("#"))
