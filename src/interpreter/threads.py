# Threads of the program: their numbers, and how they begin and end. Stands behind record.py, in one namespace
# with it.

import _thread


class Threads:
    """Numbers of threads in the order of their start; `recording` is told when one begins or ends."""

    def __init__(self, stream):
        self.stream = stream
        self.numbers = {get_ident(): 0}
        self.count = 1

    def number(self):
        """Of the thread that asks, shifted to its place in a word."""
        number = self.numbers.get(get_ident())
        if number is None:  # started by C code
            number = self.numbers[get_ident()] = self.next_number()
        return number

    def next_number(self):
        number = min(self.count, GREATEST_THREAD)
        self.count += 1
        return number << 40

    def watch(self, recording):
        """Replaces the functions that start threads. `threading` goes through them too."""
        for name in ("start_new_thread", "start_new", "start_joinable_thread"):
            real = getattr(_thread, name, None)
            if real is not None:
                starter = self._starter(real, recording)
                setattr(_thread, name, starter)
                threading = sys.modules.get("threading")
                if threading is not None and hasattr(threading, "_" + name):
                    setattr(threading, "_" + name, starter)

    def _starter(self, real, recording):
        threads, stream = self, self.stream
        is_raw = real.__name__ != "start_joinable_thread"

        def starter(function, *rest, **named):
            if not callable(function) or stream.is_closed:
                return real(function, *rest, **named)
            number = threads.next_number()

            def run(*arguments, **keywords):
                threads.numbers[get_ident()] = number
                recording.thread_began(number)
                try:
                    function(*arguments, **keywords)
                except SystemExit:
                    pass
                except BaseException as error:
                    if not is_raw:
                        raise
                    error.__traceback__ = without_own(error.__traceback__)
                    sys.unraisablehook(ignored(error, function))
                finally:
                    recording.thread_ends()
                    stream.record.append(THREAD_ENDED | number)
                    threads.numbers.pop(get_ident(), None)

            stream.record.append(THREAD_STARTED | threads.number() | number >> 40)
            return real(run, *rest, **named)

        return starter


def ignored(error, function):
    """What sys.unraisablehook is given when a bare thread dies of an error."""
    # Its type has no name anywhere: one must be caught.
    caught, hook = [], sys.unraisablehook

    class Failing:
        def __del__(self):
            raise error

    trace = error.__traceback__
    sys.unraisablehook = lambda arguments: caught.append(type(arguments))
    Failing()
    sys.unraisablehook = hook
    error.__traceback__ = trace
    text = "Exception ignored in thread started by"
    if VERSION >= (3, 13):
        text, function = "%s %r" % (text, function), None
    return caught[0]((type(error), error, trace, text, function))


def without_own(traceback):
    """A traceback from its first frame that is the program's."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename in (OWN_FILE, BOOT_FILE):
        traceback = traceback.tb_next
    return traceback
