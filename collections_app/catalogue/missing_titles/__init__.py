"""Wordings that the catalogue does not find."""
