"""Memory: objects come and go, and some need a collector to go.

Listen for the shaker when objects are made, and for the release when the last
name for them is gone: at once for a chain (one after the other, like
dominoes), but for rings only when the collector runs: that is the swell of
a cymbal. A weak reference watches without holding.
"""

import gc
import weakref


class Node:
    alive = 0

    def __init__(self, value):
        Node.alive += 1
        self.value = value
        self.next = None

    def __del__(self):
        Node.alive -= 1


def chain(length):
    head = None
    for value in range(length):
        node = Node(value)
        node.next = head
        head = node
    return head


def ring(length):
    last = head = chain(length)
    while last.next is not None:
        last = last.next
    last.next = head
    return head


def short_lived(times):
    total = 0
    for i in range(times):
        node = Node(i)
        total += node.value
    return total


def kept(times):
    shelf = []
    for i in range(times):
        shelf.append(Node(i))
    alive = Node.alive
    while shelf:
        shelf.pop()
    return alive


def main():
    # Only when we ask for it, so that each run is the same.
    gc.disable()

    print("short-lived:", short_lived(60), "and alive now", Node.alive)

    print("kept:       ", kept(60), "and alive now", Node.alive)

    head = chain(60)
    watched = weakref.ref(head)
    print("a chain:    ", Node.alive, "and what we watch is", watched().value)
    del head
    print("let go:     ", Node.alive, "and what we watch is", watched())

    for size in (5, 10, 20, 40):
        ring(size)
    print("four rings: ", Node.alive, "that nobody can reach")
    gc.collect()
    print("collected:  ", Node.alive)

    print("short-lived:", short_lived(60), "and alive now", Node.alive)
    gc.enable()


if __name__ == "__main__":
    main()
