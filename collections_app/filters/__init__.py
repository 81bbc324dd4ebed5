"""Query parameters of lists and operations as typed filters, one noun a file."""
