"""The pages of the web client, and their translations."""
