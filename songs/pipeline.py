"""Generators: a pipeline in which every value is carried through alone.

Listen for voices taking turns: each value wakes one generator after the
other, and each falls asleep again in the middle of its work. First one voice,
then four in a row; three that take turns; a tree of them; and one that is
told things with send(). The row comes back, longer.
"""


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def numbers_as_text(limit):
    return (str(n) for n in numbers(limit))


def odd(values):
    for value in values:
        if value % 2:
            yield value


def squares(values):
    for value in values:
        yield value * value


def pairs(values):
    values = iter(values)
    for first in values:
        yield first, next(values, None)


def taking_turns(*singers):
    waiting = list(singers)
    while waiting:
        singer = waiting.pop(0)
        try:
            yield next(singer)
        except StopIteration:
            continue
        waiting.append(singer)


def walk(tree):
    """The leaves of a tree: a generator that waits for its own kind."""
    for branch in tree:
        if isinstance(branch, tuple):
            yield from walk(branch)
        else:
            yield branch


def running_mean():
    total = count = 0
    mean = None
    while True:
        total += yield mean
        count += 1
        mean = total / count


def main():
    print("alone:    ", sum(numbers(60)))

    print("in a row: ", list(pairs(squares(odd(numbers(60)))))[-3:])

    singers = iter("BACHBACH"), iter("bach"), numbers_as_text(6)
    print("in turns: ", "".join(taking_turns(*singers)))

    print("in a tree:", list(walk((1, (2, (3, (4, (5, 6)), 7), 8), (9, 10)))))

    mean = running_mean()
    next(mean)
    answers = [mean.send(value) for value in squares(numbers(40))]
    print("answering:", answers[-1])

    print("in a row: ", sum(squares(odd(squares(odd(numbers(90)))))))


if __name__ == "__main__":
    main()
