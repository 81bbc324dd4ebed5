"""Makes `dist/animecollections_client-….whl`: what is written by hand, and the typed
client, which openapi-python-client makes of the schema as this checkout has it.

    make client-python
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOLS = HERE.parent / "generators" / ".venv" / "bin"
TYPED = HERE / "src" / "animecollections_client" / "typed"
SCHEMA = HERE / "made" / "schema.json"
WRITES_SCHEMA = """
from animecollections.api.reference import openapi
print(openapi().decode())
"""


def run(*command: object) -> None:
    path = f"{TOOLS}:{os.environ['PATH']}"  # the generator formats with its own ruff
    parts = [str(part) for part in command]
    subprocess.run(parts, cwd=HERE, check=True, env=os.environ | {"PATH": path})


def write_schema() -> None:
    SCHEMA.parent.mkdir(exist_ok=True)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c"]
    with SCHEMA.open("w") as file:
        subprocess.run([*command, WRITES_SCHEMA], cwd=ROOT, check=True, stdout=file)


def build() -> Path:
    """The wheel."""
    shutil.rmtree(HERE / "dist", ignore_errors=True)
    shutil.copy(ROOT / "LICENSE", HERE / "LICENSE")
    write_schema()
    generate = [TOOLS / "openapi-python-client", "generate", f"--path={SCHEMA}"]
    run(*generate, "--meta=none", f"--output-path={TYPED}", "--overwrite")
    pip = [TOOLS / "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "wheel", ".", "--no-deps", "--no-build-isolation", "--wheel-dir=dist")
    [wheel] = (HERE / "dist").glob("*.whl")
    return wheel


if __name__ == "__main__":
    print(build())
