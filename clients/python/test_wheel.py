"""The Python package: built, installed from its wheel, and tried on a server.

make clients
"""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from animecollections import __version__
from animecollections.tests.serving import serve_alone

HERE = Path(__file__).parent
TOOLS = HERE.parent / "generators" / ".venv" / "bin"
SECRET_KEY = "the-key-with-which-a-test-makes-tokens-that-have-expired"

pytestmark = pytest.mark.skipif(
    not (TOOLS / "openapi-python-client").exists(),
    reason="NOT TESTED: the Python package; clients/generators is not installed.",
)


def run(*command, **more):
    """What it says; a failure says it too."""
    done = subprocess.run(
        [*map(str, command)], cwd=HERE, check=False, capture_output=True, text=True,
        timeout=240, env=os.environ | more,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-10_000:]
    return said


@pytest.fixture(scope="module")
def wheel():
    run(sys.executable, "build.py")
    [built] = (HERE / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A Python that has the package, and what it says it needs."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", home)
    pip = [home / "bin/pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "install", wheel)
    return home / "bin/python"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("server")
    with serve_alone(home, SECRET_KEY=SECRET_KEY) as url:
        yield url


def test_the_wheel_has_the_version_the_licence_and_both_parts(wheel):
    assert wheel.name == f"animecollections_client-{__version__}-py3-none-any.whl"
    packed = zipfile.ZipFile(wheel).namelist()
    for name in ("collection.py", "py.typed", "typed/client.py"):
        assert f"animecollections_client/{name}" in packed
    assert any(name.endswith("/licenses/LICENSE") for name in packed)
    assert all(name.startswith("animecollections_client") for name in packed)


def test_it_works_as_installed(installed, server, tmp_path):
    run(installed, "-W", "error", HERE / "installed.py",
        SERVER_URL=server, SECRET_KEY=SECRET_KEY)  # fmt: skip


def test_the_programs_of_its_readme_run(installed, server, tmp_path):
    programs = re.findall(
        r"```python\n(.*?)```", (HERE / "README.md").read_text(), re.S
    )
    assert len(programs) == 2
    sign_up = (
        "from animecollections_client import Api\n"
        f"Api({server!r}).ask('POST', '/api/auth/signup', {{'user_name': 'alice',"
        " 'email': 'alice@example.org', 'password': 'Right-Horse-7'})\n"
    )
    run(installed, "-c", sign_up)
    for number, program in enumerate(programs):
        path = tmp_path / f"{number}.py"
        path.write_text(program.replace("https://anime.example.org", server))
        said = run("sh", "-c", f"cd {tmp_path} && {installed} {path}")
        assert ("Death Note Watching 1" in said) is (number == 0)


def test_it_has_types(wheel, installed, tmp_path):
    """What is written by hand strictly; generators of clients test the other part."""
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nstrict = true\n")
    run(TOOLS / "mypy", f"--config-file={settings}", "-p", "animecollections_client",
        MYPYPATH=str(HERE / "src"))  # fmt: skip
