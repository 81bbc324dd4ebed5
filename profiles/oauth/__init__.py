"""The OAuth 2 server: registered apps, and how a person lets one in."""
