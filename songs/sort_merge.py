"""Merge sort: halve, sort the halves, merge them. See also sort_bubble.

Listen for the walk down as the list is halved, and for the merges on the way
back: two short ones, then a longer one, like breathing. The same three lists
as in sort_bubble: shuffled, sorted already, and backwards. To merge sort they
are nearly the same piece.
"""

SHUFFLED = [
    13, 4, 22, 9, 0, 17, 6, 20, 11, 2, 15, 23,
    8, 1, 19, 12, 5, 21, 3, 16, 10, 18, 7, 14,
]


def merge(left, right):
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]


def merge_sort(items):
    if len(items) < 2:
        return items
    middle = len(items) // 2
    return merge(merge_sort(items[:middle]), merge_sort(items[middle:]))


def main():
    in_order = merge_sort(SHUFFLED)
    print("shuffled: ", in_order)

    print("in order: ", merge_sort(in_order) == in_order)

    print("backwards:", merge_sort(in_order[::-1]))


if __name__ == "__main__":
    main()
