"""Typed clients of the API: made from its document, compiled, and tried on a server.

    make clients

Not a part of `make test`: this installs generators (npm, a venv of its own). What a
machine lacks is skipped, and says so.
"""

import json
import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from animecollections.tests.serving import serve_alone

HERE = Path(__file__).parent
MADE = HERE / "made"
BIN = HERE / "node_modules" / ".bin"
PYTHON = HERE / ".venv" / "bin"
CALLS = 15  # at least

needs_npm = pytest.mark.skipif(not BIN.exists(), reason="there is no npm here")
needs_java = pytest.mark.skipif(
    not shutil.which("java"), reason="there is no Java here"
)


def run(*command, **more):
    """What it says; a failure says it too."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=HERE,
        check=False,
        capture_output=True,
        text=True,
        **more,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-10_000:]
    return said


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with serve_alone(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def documents(server):
    """The documents as the server gives them to anybody, in an empty folder `made`."""
    shutil.rmtree(MADE, ignore_errors=True)
    MADE.mkdir()
    for name, path in (("schema", "/api/schema"), ("socket", "/api/schema/socket")):
        with urllib.request.urlopen(server + path) as answer:
            document = json.load(answer)
        (MADE / f"{name}.json").write_text(json.dumps(document, indent=1))


def try_calls(server, *program, **more):
    environment = os.environ | {"SERVER_URL": server} | more
    said = run(*program, env=environment)
    assert int(re.search(r"(\d+) calls", said)[1]) >= CALLS


# --- Linters -----------------------------------------------------------------------


@needs_npm
def test_redocly_finds_nothing():
    said = run(BIN / "redocly", "lint", "--format=json", "made/schema.json")
    found = json.loads(said[said.index("{") : said.rindex("}") + 1])
    odd = [
        one for one in found["problems"] if not (is_of_redirect(one) or is_of_id(one))
    ]
    assert odd == []


def is_of_id(problem):
    """Ids of scrobbles are UUIDs: no other word in their place is one."""
    is_rule = problem["ruleId"] == "no-ambiguous-paths"
    return is_rule and "~1user~1scrobbles~1" in str(problem["location"])


def is_of_redirect(problem):
    """The way to a provider answers a browser, which it sends there: by 302 alone."""
    is_rule = problem["ruleId"] == "operation-2xx-response"
    return is_rule and "~1auth~1oidc~1{provider_id}/get" in str(problem["location"])


@needs_npm
@pytest.mark.parametrize("name", ["schema", "socket"])
def test_spectral_finds_nothing(name):
    said = run(BIN / "spectral", "lint", "--ruleset=spectral.yaml",
               "--fail-severity=hint", f"made/{name}.json")  # fmt: skip
    assert "No results" in said


@needs_npm
def test_the_parser_of_asyncapi_finds_nothing():
    program = """
    const { Parser } = require("@asyncapi/parser");
    const text = require("fs").readFileSync("made/socket.json", "utf8");
    new Parser().parse(text).then(({ document, diagnostics }) => {
      console.log(JSON.stringify({ ok: !!document, diagnostics }));
    });
    """
    said = json.loads(run("node", "-e", program).splitlines()[-1])
    assert said["ok"]
    assert said["diagnostics"] == []


# --- TypeScript --------------------------------------------------------------------

MAKERS = {
    "openapi-fetch": [
        BIN / "openapi-typescript", "made/schema.json",
        "-o", "made/openapi-typescript.ts",
    ],
    "hey-api": [BIN / "openapi-ts", "-i", "./made/schema.json", "-o", "made/hey-api"],
    "orval": [BIN / "orval", "--config", "orval.config.cjs"],
    "typescript-fetch": [
        "java", "-jar", "JAR", "generate", "-g", "typescript-fetch",
        "-i", "made/schema.json", "-o", "made/typescript-fetch",
    ],
}  # fmt: skip


@needs_npm
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(one, marks=needs_java if "java" in MAKERS[one] else ())
        for one in MAKERS
    ],
)
def test_a_typescript_client_compiles_and_works(server, name):
    command = MAKERS[name]
    if "JAR" in command:
        [jar] = (HERE / ".venv").glob("**/openapi-generator.jar")
        command = [jar if part == "JAR" else part for part in command]
    run(*command)
    options = {"extends": "./tsconfig.json", "include": [f"calls/{name}.ts"]}
    config = HERE / f"tsconfig.{name}.json"
    config.write_text(json.dumps(options))
    try:
        run(BIN / "tsc", "-p", config.name)
    finally:
        config.unlink()
    try_calls(server, "node", f"made/js/calls/{name}.js")


# --- Python ------------------------------------------------------------------------


def test_a_python_client_has_types_and_works(server):
    path = f"{PYTHON}:{os.environ['PATH']}"  # it formats with the ruff of its own
    said = run(
        PYTHON / "openapi-python-client", "generate", "--path=made/schema.json",
        "--output-path=made/python", "--overwrite", "--fail-on-warning",
        "--config=python.yaml",
        env=os.environ | {"PATH": path},
    )  # fmt: skip
    assert "arning" not in said
    found = {"PYTHONPATH": "made/python", "MYPYPATH": "made/python"}
    run(
        PYTHON / "mypy", "--strict", f"--config-file={os.devnull}",
        "made/python/animecollections_client", "calls/python_client.py",
        env=os.environ | found,
    )  # fmt: skip
    try_calls(server, PYTHON / "python", "calls/python_client.py", **found)
