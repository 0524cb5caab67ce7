"""Recursion: functions that call themselves, and find their way back.

Listen for the harmony going down a step with every call, and coming home as
the calls return. The factorial goes down once and comes back once; Fibonacci
branches like a tree and keeps turning round half way; the tower of Hanoi
swings from side to side. Then the factorial again.
"""


def factorial(n):
    if n == 0:
        return 1
    return n * factorial(n - 1)


def fibonacci(n):
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


def hanoi(disks, source, spare, target, moves):
    if disks == 0:
        return
    hanoi(disks - 1, source, target, spare, moves)
    moves.append(source + target)
    hanoi(disks - 1, spare, source, target, moves)


def depth(nested):
    """How deep lists are nested in each other."""
    deepest = 0
    for item in nested:
        if isinstance(item, list):
            deepest = max(deepest, depth(item))
    return deepest + 1


def main():
    print("10! is", factorial(10))

    print("Fibonacci:", [fibonacci(n) for n in range(12)])

    moves = []
    hanoi(6, "A", "B", "C", moves)
    print("six disks take", len(moves), "moves:", " ".join(moves[:7]), "...")

    nested = [1, [2, [3, [4]], 5], [6, [7, [8, [9, [10]]]]]]
    print("lists in lists,", depth(nested), "deep")

    print("and once more, deeper: 40! is", factorial(40))


if __name__ == "__main__":
    main()
