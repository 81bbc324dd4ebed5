"""The values of a request's body, by the serializer that says what it may hold."""

from functools import cache
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def read_body(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body's values, or 400 with a sentence for each wrong one."""
    return dict(reader(serializer).run_validation(request.data))


@cache
def reader(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """One for all requests: a serializer copies all of its fields to be made, and
    reading a body changes nothing in it.
    """
    return serializer()
