"""From a connection to the thread that answers it."""
