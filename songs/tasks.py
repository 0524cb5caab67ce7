"""Tasks: many under way in one thread, each going on while others wait.

Listen for coroutines that fall asleep at every `await` and wake where they
left off. Runners take turns step by step; a kitchen hands on its dishes
through a queue; one task is cancelled in the middle of its phrase, and still
plays its last bar.
"""

import asyncio


async def runner(name, steps, track):
    for step in range(steps):
        track.append(name)
        await asyncio.sleep(0)
    return name, step + 1


async def race():
    track = []
    results = await asyncio.gather(
        runner("a", 12, track),
        runner("b", 8, track),
        runner("c", 4, track),
    )
    return "".join(track), results


async def cook(orders, counter):
    for dish in orders:
        taste = 0
        for spice in range(len(dish)):
            taste += spice * len(dish)
        await counter.put((dish, taste))
    await counter.put(None)


async def waiter(counter):
    served = []
    while True:
        plate = await counter.get()
        if plate is None:
            return served
        served.append(plate)


async def kitchen():
    counter = asyncio.Queue(maxsize=2)
    orders = ["soup", "salad", "noodles", "dumplings", "rice", "tea"] * 4
    cooking = asyncio.ensure_future(cook(orders, counter))
    served = await waiter(counter)
    await cooking
    return len(served), served[-1]


async def endless(counts):
    try:
        while True:
            counts.append(len(counts))
            await asyncio.sleep(0)
    finally:
        counts.append("the end")


async def interrupted():
    counts = []
    task = asyncio.ensure_future(endless(counts))
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    return counts[-2:]


async def countdown(start):
    """An asynchronous generator."""
    while start:
        yield start
        start -= 1
        await asyncio.sleep(0)


async def main():
    print("a race:     ", *await race())
    print("a kitchen:  ", *await kitchen())
    print("interrupted:", *await interrupted())
    squares = [number * number async for number in countdown(24)]
    print("a countdown:", squares[-6:])
    print("a race:     ", *await race())


if __name__ == "__main__":
    asyncio.run(main())
