"""Uploaded pictures."""
