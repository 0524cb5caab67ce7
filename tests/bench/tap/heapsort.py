# Comparisons and exchanges in a list.


def sift(items, root, end):
    while True:
        child = 2 * root + 1
        if child >= end:
            return
        if child + 1 < end and items[child] < items[child + 1]:
            child += 1
        if items[root] >= items[child]:
            return
        items[root], items[child] = items[child], items[root]
        root = child


def heapsort(items):
    end = len(items)
    for root in range(end // 2 - 1, -1, -1):
        sift(items, root, end)
    while end > 1:
        end -= 1
        items[0], items[end] = items[end], items[0]
        sift(items, 0, end)


for turn in range(2):
    heapsort([(i * 7919 + turn) % 10007 for i in range(2500)])
