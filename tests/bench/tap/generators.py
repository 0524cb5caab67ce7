# Frames that suspend themselves and go on.


def numbers(end):
    for number in range(end):
        yield number


def evens(source):
    for number in source:
        if number % 2 == 0:
            yield number


def pairs(source):
    for number in source:
        yield number, number * number


def both(first, second):
    yield from first
    yield from second


total = 0
for turn in range(7):
    for number, square in both(pairs(evens(numbers(5000))), pairs(evens(numbers(2500)))):
        total += square - number
