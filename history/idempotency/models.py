"""Writes that are safe to repeat: the tables."""

from typing import ClassVar

from django.db import models

from animecollections.db.owned import OwnedRow, owner


class KeptAnswer(OwnedRow):
    """The answer to a write that came with a key of its own; a retry gets it again.

    Written in the transaction of its write: there is either both or neither.
    """

    user = owner("kept_answers")
    # "request:<Idempotency-Key>", or "operation:<id of an operation in a batch>".
    key = models.CharField(max_length=270)
    # sha256 of method, path and body: the same key for something else is refused.
    fingerprint = models.CharField(max_length=64)
    # JSON as text: a replay is the same to the letter (jsonb would sort the keys).
    answer = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="kept_answer_unique")
        ]
        # None on created_at: ids are in the order of time, and pruning goes by them.

    def __str__(self) -> str:
        return self.key
