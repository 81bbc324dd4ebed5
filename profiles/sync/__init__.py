"""How devices are kept the same: delta sync, and the live socket."""
