"""Functions of static/js that need no browser: Node runs all *.test.mjs in tests."""

import json
import os
import shutil
import subprocess

import pytest
from django.conf import settings

from collections_app.tests.test_rule_cases import NEW
from collections_app.watch_list.fields import FIELD_NAMES, LARGEST_NUMBER
from collections_app.watch_list.models import STATES_OF_TYPE, EntryType

# What JavaScript says of its own is compared there with what Python says.
PYTHON = {
    "fields": FIELD_NAMES,
    "types": EntryType.values,
    "states_of_type": STATES_OF_TYPE,
    "largest": LARGEST_NUMBER,
    "new": NEW,
}


def test_the_functions_of_the_web_client():
    node = shutil.which("node")
    if not node:
        pytest.skip("NOT TESTED: functions of the web client; Node.js is not here.")
    files = sorted(map(str, settings.BASE_DIR.glob("*/tests/**/*.test.mjs")))
    assert files
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", *files],
        env=os.environ | {"PYTHON_SAYS": json.dumps(PYTHON), "TZ": "UTC"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
