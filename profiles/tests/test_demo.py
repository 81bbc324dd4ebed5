"""manage.py demo: one command, and you look at a filled list."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from http.cookiejar import CookieJar

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from animecollections.tests.serving import free_port, wait_for


@pytest.fixture
def demo(tmp_path):
    """(its address, what it said)"""
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "manage.py", "demo", f"--folder={tmp_path / 'demo'}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"--port={port}", "--users=2"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"HOME": str(tmp_path)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            wait_for(port, process, log, seconds=120)
            yield f"http://127.0.0.1:{port}", log.read_text
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def test_one_command_and_you_are_signed_in_with_a_list(demo):
    url, said = demo
    browser = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(CookieJar())
    )
    with browser.open(f"{url}/demo", timeout=20) as page:
        assert page.url == f"{url}/"
        assert b"<!doctype html>" in page.read().lower()
    with browser.open(f"{url}/api/user/watchList", timeout=20) as answer:
        assert len(json.load(answer)["data"]) > 5
    assert f"Open {url}/demo" in said()


@pytest.mark.django_db
def test_elsewhere_nobody_is_let_in_like_that(visitor):
    assert visitor.get("/demo").status_code == 404


def test_it_removes_only_what_is_a_demos(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(CommandError, match="not a demo's folder"):
        call_command("demo", "--fresh", f"--folder={tmp_path}")
    assert (tmp_path / "mine").exists()
