"""Threads: several voices, and what makes them wait for each other.

Listen for one part per thread. First they sing in turns, passing a baton;
then all at once, each adding to one sum behind a lock; then two bake what two
others eat, a queue between each pair. What is printed is always the same; the
order in between is not.
"""

import queue
import threading


def started(work, arguments):
    """One thread for each argument, under way."""
    threads = []
    for argument in arguments:
        thread = threading.Thread(target=work, args=(argument,))
        thread.start()
        threads.append(thread)
    return threads


def passing_a_baton(singers, rounds):
    """A canon: each thread waits until it is its turn."""
    turns = [threading.Semaphore(0) for _ in range(singers)]
    song = []

    def sing(number):
        for _ in range(rounds):
            turns[number].acquire()
            for step in range(8):
                song.append(number * 8 + step)
            turns[(number + 1) % singers].release()

    threads = started(sing, range(singers))
    turns[0].release()
    for thread in threads:
        thread.join()
    return song


def adding_up(workers, times):
    lock = threading.Lock()
    sums = {"all": 0}

    def work(amount):
        for _ in range(times):
            with lock:
                sums["all"] += amount

    for thread in started(work, range(1, workers + 1)):
        thread.join()
    return sums["all"]


def bakery(loaves):
    """Two bake, two eat; the shelf between them holds three."""
    shelves = [queue.Queue(maxsize=3) for _ in range(2)]
    eaten = []

    def bake(first):
        for loaf in range(first, loaves, 2):
            shelves[first].put(loaf * loaf)

    def eat(number):
        while True:
            loaf = shelves[number].get()
            if loaf is None:
                return
            eaten.append(loaf)

    bakers, eaters = started(bake, [0, 1]), started(eat, [0, 1])
    for thread in bakers:
        thread.join()
    for shelf in shelves:
        shelf.put(None)
    for thread in eaters:
        thread.join()
    return sorted(eaten)


def main():
    song = passing_a_baton(singers=4, rounds=6)
    print("in turns:   ", len(song), "notes, from", song[:3], "to", song[-3:])

    print("all at once:", adding_up(workers=4, times=60))

    print("a bakery:   ", sum(bakery(60)))

    song = passing_a_baton(singers=2, rounds=6)
    print("in turns:   ", len(song), "notes, from", song[:3], "to", song[-3:])


if __name__ == "__main__":
    main()
