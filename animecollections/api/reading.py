"""The values of a request's body, by the serializer that says what it may hold.

A view asks `ApiViewSet.read_body`.
"""

from functools import cache
from typing import Any

from rest_framework.serializers import Serializer


def read_values(
    serializer: type[Serializer[Any]],
    body: object,
    context: dict[str, object] | None = None,
) -> dict[str, Any]:
    """The body's values, or 400 with a sentence for each wrong one.

    context: what its fields need to know besides.
    """
    reader = serializer(context=context) if context else reader_of(serializer)
    return dict(reader.run_validation(body))


@cache
def reader_of(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """One for all requests: a serializer copies all of its fields to be made, and
    reading a body changes nothing in it.
    """
    return serializer()
