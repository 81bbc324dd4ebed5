"""The lock and the log under every write, and the writes of searches."""

from history.services.recording import Recording, recording

__all__ = ["Recording", "recording"]
