"""Loops: the same few instructions over and over, with something changed.

Listen for the beat that starts with the first loop. A loop in a loop makes a
pattern within the pattern; a triangle's rows get longer and longer;
`continue` and `break` are the steps left out and the sudden end. The
multiplication table comes back at the end, larger.
"""


def beat(times):
    total = 0
    for step in range(times):
        total += step
    return total


def table(size):
    rows = []
    for a in range(1, size + 1):
        row = []
        for b in range(1, size + 1):
            row.append(a * b)
        rows.append(row)
    return rows


def triangle(height):
    stars = 0
    for row in range(height):
        for _ in range(row):
            stars += 1
    return stars


def collatz(n):
    """A loop that does not know how often it will turn."""
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def first_square_above(limit):
    for number in range(limit):
        if number % 3:
            continue
        if number * number > limit:
            break
    else:
        return None
    return number * number


def main():
    print("a steady beat:", beat(200))

    print("a small table ends in", table(6)[-1])

    print("a triangle of", triangle(24), "stars")

    print("27 takes", collatz(27), "steps to come down to 1")

    print("first square of 3, 6, 9... above 2000:", first_square_above(2000))

    print("a large table ends in", table(16)[-1][-1])

    print("the beat again:", beat(100))


if __name__ == "__main__":
    main()
