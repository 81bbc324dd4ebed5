"""Second factors and proofs as JSON: what clients send, and what they are answered."""

from animecollections.api.fields import StrictObject
from profiles.accounts.serializers import Secret


class ProofInput(StrictObject):
    password = Secret(required=False, help_text="The account's password, again.")
