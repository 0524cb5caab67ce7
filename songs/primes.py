"""Primes: two ways to find them, and what the difference sounds like.

Listen for trial division: a search that sometimes ends at once and sometimes
has to go on and on. Then the sieve of Eratosthenes: steps of two, of three,
of five, each sweep thinner than the last. The primes are the same; at the end
they are taken apart again.
"""

LIMIT = 200  # knob: LIMIT 20..400 cc 20


def is_prime(number):
    if number < 2:
        return False
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def by_division(limit):
    primes = []
    for number in range(limit):
        if is_prime(number):
            primes.append(number)
    return primes


def by_sieve(limit):
    is_left = [True] * limit
    is_left[0] = is_left[1] = False
    for number in range(2, limit):
        if not is_left[number]:
            continue
        for multiple in range(number * number, limit, number):
            is_left[multiple] = False
    return [number for number in range(limit) if is_left[number]]


def factors(number, primes):
    found = []
    for prime in primes:
        while number % prime == 0:
            found.append(prime)
            number //= prime
    return found


def main():
    divided = by_division(LIMIT)
    print("by division:", len(divided), "primes, the last", divided[-1])

    sieved = by_sieve(LIMIT)
    print("by sieve:   ", len(sieved), "primes, the same:", divided == sieved)

    for number in (1001, 1024, 30030):
        print(number, "=", " * ".join(map(str, factors(number, sieved))))

    print("by sieve:   ", len(by_sieve(2 * LIMIT)), "primes below", 2 * LIMIT)


if __name__ == "__main__":
    main()
