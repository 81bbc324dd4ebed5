"""Answers and messages beside the schemas that tell them."""

# Told in words: two spellings of one key are one name in many languages.
SECOND_SPELLINGS = {"enfasis_color", "parental_control"}


def closed(part):
    """The schema, whose objects have no other keys than those that it names."""
    if isinstance(part, list):
        return [closed(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    part = {name: closed(inner) for name, inner in part.items()}
    if isinstance(part.get("properties"), dict) and part.get("type") == "object":
        part.setdefault("additionalProperties", False)
    return part


def as_told(data):
    if isinstance(data, list):
        return [as_told(inner) for inner in data]
    if not isinstance(data, dict):
        return data
    return {n: as_told(inner) for n, inner in data.items() if n not in SECOND_SPELLINGS}


def without_required(part):
    """What `fields` leaves out is missing, and that is all that may be."""
    if isinstance(part, list):
        return [without_required(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    return {n: without_required(inner) for n, inner in part.items() if n != "required"}
