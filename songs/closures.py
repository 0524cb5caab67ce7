"""Closures: functions which remember where they were made.

Listen for the cells: variables that live on after the function which made
them has returned. A counter counts, two counters do not disturb each other,
functions are put together like phrases, a decorator plays before and after
its theme, and a cache makes a long piece short.
"""


def counter():
    count = 0

    def step():
        nonlocal count
        count += 1
        return count

    return step


def adders(limit):
    """One function for each number."""

    def adder(amount):
        return lambda value: value + amount

    return [adder(amount) for amount in range(limit)]


def composed(*functions):
    def run(value):
        for function in functions:
            value = function(value)
        return value

    return run


def remembering(function):
    """A decorator: asks `function` only what it has not been asked before."""
    memory = {}

    def ask(argument):
        if argument not in memory:
            memory[argument] = function(argument)
        return memory[argument]

    return ask


def ways_slow(steps):
    """Ways to climb stairs by one, two or three steps at a time."""
    if steps < 3:
        return (1, 1, 2)[steps]
    return ways_slow(steps - 1) + ways_slow(steps - 2) + ways_slow(steps - 3)


@remembering
def ways(steps):
    if steps < 3:
        return (1, 1, 2)[steps]
    return ways(steps - 1) + ways(steps - 2) + ways(steps - 3)


def main():
    tick = counter()
    print("one counter:  ", [tick() for _ in range(30)][-1])

    left, right = counter(), counter()
    for beat in range(30):
        left()
        if beat % 3 == 0:
            right()
    print("two counters: ", left() - 1, right() - 1)

    climb = composed(*adders(12))
    print("put together: ", [climb(start) for start in range(10)])

    print("without cache:", ways_slow(9))
    print("with a cache: ", ways(9))
    print("and far above:", ways(60))

    print("one counter:  ", [tick() for _ in range(30)][-1])


if __name__ == "__main__":
    main()
