"""What a password check costs, and what it holds."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from profiles.accounts import hashers


def test_the_cost_is_the_one_we_measured():
    """In a process of its own: the suite hashes at less."""
    code = "import django; django.setup(); from django.contrib.auth.hashers import *; "
    made = subprocess.check_output(
        [sys.executable, "-c", code + "print(make_password('Right-Horse-7'))"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "animecollections.settings"},
        text=True,
    )
    assert made.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_hashing_is_done_by_two_threads_whoever_asks():
    for _ in range(5):
        make_password("Right-Horse-7")
    names = {thread.name.partition("_")[0] for thread in hashers.pool._threads}
    assert names == {"argon2"}
    assert len(hashers.pool._threads) <= hashers.THREADS


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_hashes_too():
    """Its parent's threads are not there: waiting for them would last for ever."""
    encoded = make_password("Right-Horse-7")
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        os._exit(0 if check_password("Right-Horse-7", encoded) else 1)
    assert os.waitpid(child, 0)[1] == 0
