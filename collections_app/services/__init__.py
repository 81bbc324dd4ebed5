"""Every write, one noun a file."""
