"""Comprehensions: the same work said three ways.

Listen to the three versions of one idea: a loop that appends, a
comprehension, and a call of map(). The comprehension is the loop without
looking up `append` each time; map() hands the loop to C, and what is left to
hear is the function. Then sets, dictionaries and nested ones.
"""

COUNT = 120


def with_a_loop():
    cubes = []
    for n in range(COUNT):
        if n % 3 == 0:
            cubes.append(n * n * n)
    return cubes


def with_a_comprehension():
    return [n * n * n for n in range(COUNT) if n % 3 == 0]


def with_map_and_filter():
    thirds = filter(lambda n: n % 3 == 0, range(COUNT))
    return list(map(lambda n: n * n * n, thirds))


def with_a_generator():
    return sum(n * n * n for n in range(COUNT) if n % 3 == 0)


def collections(words):
    letters = {letter for word in words for letter in word}
    lengths = {word: len(word) for word in words}
    return len(letters), max(lengths, key=lengths.get)


def nested(size):
    numbers = range(size)
    grid = [[row * size + column for column in numbers] for row in numbers]
    turned = [[row[column] for row in grid] for column in numbers]
    return [number for row in turned for number in row]


def main():
    print("loop:         ", sum(with_a_loop()))
    print("comprehension:", sum(with_a_comprehension()))
    print("map, filter:  ", sum(with_map_and_filter()))
    print("generator:    ", with_a_generator())

    words = "listen how one idea is said in many ways".split()
    print("collections:  ", collections(words))

    print("nested:       ", nested(14)[:10])

    print("loop again:   ", sum(with_a_loop()))


if __name__ == "__main__":
    main()
