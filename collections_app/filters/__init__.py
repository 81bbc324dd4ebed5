"""Query parameters as typed filters, one noun a file."""
