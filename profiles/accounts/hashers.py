"""Argon2 at a measured cost, in two threads of its own.

Django's defaults take 100 MiB and 0.18 s a check; these take 19 MiB and about 20 ms.
Yet the allocator keeps what a thread once had: hashing in each of eight server threads
would hold 171 MiB for good, however few run at once. Two threads hold 38 MiB, and
leave the other requests their share of the cores in a burst of sign-ins.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import bcrypt
from django.contrib.auth.hashers import Argon2PasswordHasher, BCryptPasswordHasher

THREADS = 2
MOVED_IN = "moved-in"  # algorithm of hashes of a site that moved in
MOST_OF_BCRYPT = 72  # bytes of a password that bcrypt looks at
pool: ThreadPoolExecutor


def start() -> None:
    global pool
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")


start()
os.register_at_fork(after_in_child=start)  # threads do not come along into a fork


class PooledArgon2Hasher(Argon2PasswordHasher):
    """OWASP's m=19 MiB, t=2, p=1."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return pool.submit(super().encode, password, salt).result()

    def verify(self, password: str, encoded: str) -> bool:
        return pool.submit(super().verify, password, encoded).result()

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to add: only a change of cost makes two hashes differ in time."""


class MovedInHasher(BCryptPasswordHasher):
    """bcrypt as another site had it (profiles/moving_in): checked, never made. The
    first right password becomes one of Argon2.
    """

    algorithm = MOVED_IN

    def verify(self, password: str, encoded: str) -> bool:
        """Of longer passwords bcrypt has always taken the beginning. No password is
        that of a hash that bcrypt does not read.
        """
        start, hash_ = password.encode()[:MOST_OF_BCRYPT], encoded.partition("$")[2]
        try:
            return pool.submit(bcrypt.checkpw, start, hash_.encode()).result()
        except ValueError:
            return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to add: the check after it is of Argon2."""
