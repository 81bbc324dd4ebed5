"""Devices: the browsers and apps in which a person is signed in."""
