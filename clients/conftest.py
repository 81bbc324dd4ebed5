"""What generators write is no test, though an operation is named `testWebhook`: a
second run would find the files of the first.
"""

collect_ignore_glob = ["generators/made/*", "python/src/*", "*/node_modules/*"]
