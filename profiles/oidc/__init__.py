"""Signing in by a provider of OpenID Connect, such as Google."""
