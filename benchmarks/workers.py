"""How many processes and threads: the product with one setting after the other.

    python -m benchmarks.workers [--settings 1x4,2x2,2x4,2x8,4x4]

Loads a database of its own and drives lists of 20, unchanged ones and increments, each
over 8 connections and over 32. Prints requests a second and the slowest of a hundred.
"""

import argparse
from contextlib import ExitStack

from benchmarks import compare
from benchmarks.measuring import drive

LISTS = {20: 250}
CASES = ("GET 20", "GET 20 unchanged (304)", "increment")
CONNECTIONS = (8, 32)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers")
    parser.add_argument("--settings", default="1x4,2x2,2x4,2x8,4x4")
    parser.add_argument("--seconds", type=int, default=3)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        home, cast = compare.staged(stack, titles=2_000, entries=50_000, lists=LISTS)
        redis = compare.start_redis(home, stack)
        heads = [f"{case}, {number}" for case in CASES for number in CONNECTIONS]
        print(f"| processes × threads | {' | '.join(heads)} |")
        print("|---" * (len(heads) + 1) + "|")
        for setting in wanted.settings.split(","):
            told = measure(setting, cast, redis, home, wanted.seconds)
            print(f"| {setting.replace('x', ' × ')} | {' | '.join(told)} |", flush=True)


def measure(setting, cast, redis, home, seconds):
    workers, threads = setting.split("x")
    ours = next(compare.all_servers(redis))
    ours.environment |= {"WEB_WORKERS": workers, "WEB_THREADS": threads}
    with ExitStack() as stack:
        compare.start({ours.name: ours}, home, stack)
        for case in compare.cases_of(cast, ("ours",)):
            if case.name not in CASES:
                continue
            requests = case.make(ours)
            compare.warm(ours, requests)
            for connections in CONNECTIONS:
                load = drive(
                    ours.port, requests, seconds=seconds, connections=connections
                )
                yield f"{load.per_second:.0f} ({load.p99:.0f} ms)"


if __name__ == "__main__":
    main()
