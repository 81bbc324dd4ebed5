"""What open sockets cost, and how soon a write reaches them.

    python -m benchmarks.sockets [--open 1,10,100,1000]

Loads a database of its own, starts the product as docs/deployment.md says (two
processes, Redis), opens so many sockets, devices of 250 users in turn, and has these
users write, 20 increments a second. Of each: the time of a write, the time from the end
of its answer until all devices of the user were told, and CPU and memory of the server.
The sockets' other ends live in this process, and cost the machine as much again.
"""

import argparse
import asyncio
import json
import resource
import statistics
import time
from contextlib import ExitStack

from websockets.asyncio.client import connect

from benchmarks import compare, measuring

USERS = 250
LISTS = {20: USERS}
A_SECOND, SECONDS, IDLE_SECONDS = 20, 10, 5


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sockets")
    parser.add_argument("--open", default="1,10,100,1000")
    wanted = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ExitStack() as stack:
        home, cast = compare.staged(stack, titles=2_000, entries=20_000, lists=LISTS)
        ours = next(compare.all_servers(compare.start_redis(home, stack)))
        compare.start({ours.name: ours}, home, stack)
        print(
            "| sockets | a write, p50 | p99 ms | told after, p50 | p99 ms "
            "| CPU ms a write | idle CPU % | MB |\n|---|---|---|---|---|---|---|---|"
        )
        for number in map(int, wanted.open.split(",")):
            told = asyncio.run(measure(ours, cast, number))
            print(f"| {number:,} | " + " | ".join(told) + " |", flush=True)


async def measure(server, cast, number):
    heard = {}  # revision and user: when each device was told
    sockets = [
        await opened(server, cast.tokens[20][place % USERS]) for place in range(number)
    ]
    listeners = [
        asyncio.create_task(listen(socket, place % USERS, heard))
        for place, socket in enumerate(sockets)
    ]
    await asyncio.sleep(1)
    processes = measuring.family(server.pid)
    idle = measuring.cpu_seconds(processes)
    await asyncio.sleep(IDLE_SECONDS)
    start = measuring.cpu_seconds(processes)
    idle = (start - idle) / IDLE_SECONDS * 100
    writers = min(number, USERS)
    writes = [
        await asyncio.gather(
            asyncio.to_thread(write, server, cast, index % writers),
            asyncio.sleep(1 / A_SECOND),
        )
        for index in range(A_SECOND * SECONDS)
    ]
    await asyncio.sleep(1)
    spent = (measuring.cpu_seconds(processes) - start) * 1000 / len(writes)
    memory = measuring.resident_megabytes(processes)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*(socket.close() for socket in sockets))
    taken = [ended - began for (_, _, began, ended), _ in writes]
    after = [
        max(heard[user, revision]) - ended for (user, revision, _, ended), _ in writes
    ]
    devices = {(user, revision): 0 for (user, revision, _, _), _ in writes}
    for key in devices:  # nobody was forgotten
        assert len(heard.get(key, ())) == len(range(key[0], number, USERS)), key
    return [
        *percentiles(taken),
        *percentiles(after),
        f"{spent:.1f}",
        f"{idle:.1f}",
        f"{memory:.0f}",
    ]


async def opened(server, token):
    ask = asyncio.to_thread(
        server.ask, "POST", "/api/auth/ticket", compare.bearer(token)
    )
    _, _, body = await ask
    ticket = json.loads(body)["data"]["ticket"]
    address = f"ws://127.0.0.1:{server.port}/ws/user?ticket={ticket}"
    return await connect(address, open_timeout=30)


async def listen(socket, user, heard):
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "changed":
            key = user, message["revision"]
            heard.setdefault(key, []).append(time.perf_counter())


def write(server, cast, user):
    """(user, its revision, when it began, when it had its answer)"""
    headers = compare.bearer(cast.tokens[20][user])
    path = f"{compare.LIST}/{cast.listed[user]}/increment"
    began = time.perf_counter()
    status, _, body = server.ask(
        "POST", path, headers | {"Content-Type": "application/json"}, '{"by": 1}'
    )
    ended = time.perf_counter()
    assert status == 200, body
    return user, json.loads(body)["data"]["revision"], began, ended


def percentiles(seconds):
    found = statistics.quantiles([max(0, s) * 1000 for s in seconds], n=100)
    return f"{found[49]:.1f}", f"{found[98]:.1f}"


if __name__ == "__main__":
    main()
