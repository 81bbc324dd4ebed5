"""Coroutines in tests."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(work):
    """In a thread of its own: Playwright keeps a loop in the one of the tests."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
