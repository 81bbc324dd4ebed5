"""How the code is told in OpenAPI."""

from drf_spectacular.openapi import AutoSchema


class ApiSchema(AutoSchema):
    """Grows with the endpoints: see docs/adding-a-feature.md."""
