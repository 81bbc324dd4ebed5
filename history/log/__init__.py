"""The lock and the log under every write."""
