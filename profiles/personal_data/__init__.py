"""A person's data: exports, erasure, the register of privacy requests."""
