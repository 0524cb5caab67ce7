# What runs that record no steps have in common: a clock, and nothing to do as threads come and go. Stands behind
# engines.py, in one namespace with it.

from _thread import start_new_thread
from time import sleep


class Unrecorded:
    """Needs `stream`, `is_stopped`, and `tell_last()`, which tells what is left to tell."""

    def start_clock(self):
        if self.stream.deadline is not None:
            # It is waited for: where the program ends before a thread has begun, 3.11 may die of that thread.
            begun = allocate_lock()
            begun.acquire()
            start_new_thread(self._end_in_time, (begun.release,))
            begun.acquire()

    def _end_in_time(self, begun):
        begun()
        left = self.stream.deadline - monotonic()
        while left > 0:
            sleep(left)
            left = self.stream.deadline - monotonic()
        if not self.is_stopped:
            self.tell_last()
            with self.stream.lock:
                self.stream.cut_short("time")

    def thread_began(self, number):
        pass

    def thread_ends(self):
        pass

    def leave(self):
        pass
