"""Feeds of what airs, at secret addresses: for calendar programs and feed readers."""
