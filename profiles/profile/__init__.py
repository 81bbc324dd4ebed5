"""The profile and the preferences."""
