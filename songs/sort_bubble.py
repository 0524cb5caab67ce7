"""Bubble sort: neighbours swap until nobody needs to. See also sort_merge.

Listen for the loop inside the loop: each turn of the outer one is a little
shorter, and swaps are the accents. The same three lists as in sort_merge:
shuffled, sorted already (over at once!), and backwards (an accent on every
step).
"""

SHUFFLED = [
    13, 4, 22, 9, 0, 17, 6, 20, 11, 2, 15, 23,
    8, 1, 19, 12, 5, 21, 3, 16, 10, 18, 7, 14,
]


def bubble_sort(items):
    items = list(items)
    swaps = 0
    for end in range(len(items) - 1, 0, -1):
        is_sorted = True
        for i in range(end):
            if items[i] > items[i + 1]:
                items[i], items[i + 1] = items[i + 1], items[i]
                swaps += 1
                is_sorted = False
        if is_sorted:
            break
    return items, swaps


def main():
    in_order, swaps = bubble_sort(SHUFFLED)
    print("shuffled: ", swaps, "swaps ->", in_order)

    in_order, swaps = bubble_sort(in_order)
    print("in order: ", swaps, "swaps")

    in_order, swaps = bubble_sort(reversed(in_order))
    print("backwards:", swaps, "swaps ->", in_order)


if __name__ == "__main__":
    main()
