"""Two titles that are one."""
