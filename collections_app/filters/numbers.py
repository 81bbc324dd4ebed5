"""Numbers in addresses, as strict as those in bodies."""

import re
from typing import Any

import django_filters as filters
from django import forms

PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class PlainNumberField(forms.DecimalField):
    """Not 1e2 or 1_000, nor the digits of other scripts, which Decimal reads too."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not PLAIN.fullmatch(str(value).strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class PlainNumberFilter(filters.NumberFilter):
    field_class = PlainNumberField
