# The other half of the native tap (tap/lib.rs): what happens once a code object, a thread or a name. Stands
# behind engines.py, in one namespace with it, and has the same classes under other names: they do what those do.

from _frozen_importlib import ModuleSpec
import _imp

# What `ended` is called with (tap/stream.rs).
ENDS = {1: "steps", 2: "time", 3: "listener"}
DETACHED = 4
NO_LIMIT = (1 << 64) - 1
# Flags of an instruction (tap/codes.rs).
ENDS_LOOP, YIELDS = 1, 2


def loaded_tap(descriptor):
    """The extension module, or in words why there is none."""
    if descriptor is None:
        return None, None
    path = "/dev/fd/%d" % descriptor
    try:
        if object.__basicsize__ != 16 or hasattr(sys, "gettotalrefcount"):
            return None, "this Python was built for debugging"
        if not getattr(sys, "_is_gil_enabled", lambda: True)():
            return None, "this Python runs without the GIL"
        module = _imp.create_dynamic(ModuleSpec("evalody_tap", None, origin=path))
    except Exception as error:
        return None, str(error).replace(path + ": ", "")
    finally:
        sys.modules.pop("evalody_tap", None)
        os.close(descriptor)
    if VERSION < (3, 12) and not _knows_frames(module):
        return None, "frames of this Python are laid out in another way"
    return module, None


def _knows_frames(tap):
    def suspended():
        yield

    generator = suspended()
    next(generator)
    frame = generator.gi_frame
    frame.f_trace_lines, frame.f_trace_opcodes = False, True
    return tap.check_frame(VERSION[1], frame, frame.f_code, frame.f_lasti)


class TapBlocks:
    """Memory blocks are counted by the tap; only what is ours it must be told."""

    def __init__(self, tap):
        self.tap = tap
        self.numbers = self

    def __setitem__(self, place, value):
        if place == IMPORTED:
            self.tap.imported()

    def start(self):
        self.tap.start_blocks()

    def ours_begin(self):
        self.tap.ours(1)

    def ours_end(self):
        self.tap.ours(-1)


class TapStream(Stream):
    """Words gather in the tap, which writes them, and waits for credits, by itself."""

    def __init__(self, tap, descriptor, records, steps, seconds, control):
        self.tap, self.descriptor, self.control = tap, descriptor, control
        self.limits = records, NO_LIMIT if steps is None else steps, NO_LIMIT if seconds is None else int(seconds * 1e9)
        self.record = self
        self.append = tap.append
        self.blocks = TapBlocks(tap)
        self.lock, self.owner = allocate_lock(), 0
        self.is_detached, self._is_closed, self.credit = False, False, None
        self.learn = self.function = self.task = self.quit = self.leave = None
        tap.open(
            descriptor, -1 if control is None else control, *self.limits,
            lambda code: self.learn(code), lambda function: self.function(function), lambda _: self.task(), self.ended, METHOD_WRAPPER,
        )  # fmt: skip

    @property
    def is_closed(self):
        return self._is_closed or bool(self.tap.is_closed())

    @is_closed.setter
    def is_closed(self, value):
        self._is_closed = value

    @property
    def steps_left(self):
        return None if self.tap.has_steps_left() else 0

    def ended(self, how):
        if how == DETACHED:
            self.detach()
        else:
            self.cut_short(ENDS[how])

    def detach(self):
        self.is_detached = True
        self.end('{"kind":"detached"}')
        self.quit()

    def gather(self):
        pass

    def write(self):
        self.tap.write()

    def blob(self, which, text):
        # What is no text in UTF-8 (lone surrogates in names) becomes question marks.
        self.tap.blob(which, text.encode("utf-8", "replace"))

    def close(self):
        Stream.close(self)
        self.tap.close()


class TapThreads(Threads):
    def number(self):
        return self.stream.tap.this_thread() << 40

    def next_number(self):
        return self.stream.tap.next_thread() << 40


class Forgetting:
    """Stands where the tables of code objects are."""

    def __init__(self, tap):
        self.forget = tap.forget

    def pop(self, key, default):
        self.forget(key)


class Tap:
    """What both ways to record by the tap have in common."""

    def open(self, stream, codes):
        self.tap, self.in_c = stream.tap, FunctionsInC(codes.names)
        codes.tables.append(Forgetting(self.tap))
        stream.learn, stream.function, stream.task = self.learn, self.function, Tasks(codes.names).current

    def learn(self, code):
        """Tells the tap of a code object which it sees for the first time."""
        # Nothing of the program's is to be collected while what happens is taken for ours.
        held, collects = hold_signals(), gc.isenabled()
        gc.disable()
        try:
            word = self.codes.learn(code)
            number = -1 if word < 0 else word >> 20
            if number >= 0:
                self.heard(code)
            self.tap.know(code, number, bool(code.co_flags & COROUTINE), first_offset(code), self.kinds(code))
        finally:
            if collects:
                gc.enable()
            release_signals(held)

    def function(self, function):
        return self.in_c.learn(function, type(function))


class TapMonitoring(Tap, Monitoring):
    """Recording by sys.monitoring with callbacks of the tap."""

    NAME = "native tap on sys.monitoring"

    def __init__(self, stream, codes, threads):
        Monitoring.__init__(self, stream, codes, threads)
        self.open(stream, codes)

    def start(self):
        self.tap.open_monitoring(sys.monitoring.DISABLE, 123456789)
        self.tap.start_blocks()
        Monitoring.start(self)

    def _callbacks(self, _):
        events, tap = sys.monitoring.events, self.tap
        return {
            events.CALL: tap.call, events.PY_START: tap.py_start, events.PY_RESUME: tap.py_resume, events.PY_THROW: tap.py_throw,
            events.PY_RETURN: tap.py_return, events.PY_YIELD: tap.py_yield, events.PY_UNWIND: tap.py_unwind,
            events.RAISE: tap.raised, events.EXCEPTION_HANDLED: tap.exception_handled, events.INSTRUCTION: tap.instruction,
        }  # fmt: skip

    def _unwatch(self, _):
        """The callbacks are no code objects. Instead the tap is shown where monitoring keeps what is its own."""
        probe = lambda: None  # noqa: E731
        self.tap.forget_recent()
        probe()
        self.tap.find_monitoring(probe.__code__, probe.__code__.__sizeof__())

    def heard(self, code):
        sys.monitoring.set_local_events(self.tool, code, self.heard_of(code))

    def kinds(self, code):
        return b""

    def thread_began(self, number):
        self.tap.thread_began(number >> 40)

    def thread_ends(self):
        self.tap.thread_ended()

    def stop(self):
        if not self.is_stopped:
            self.tap.stop_blocks()
            Monitoring.stop(self)


class TapTracing(Tap):
    """Recording by the trace and profile functions of the tap, until 3.11. While the program traces
    itself, calls it makes are not recorded; when it begins to profile itself, functions in C are told no more."""

    NAME = "native tap on PyEval_SetTrace"

    def __init__(self, stream, codes, threads):
        self.stream, self.codes, self.is_stopped = stream, codes, False
        self.settrace = sys.settrace
        self.open(stream, codes)

    def start(self):
        tap, settrace = self.tap, self.settrace

        def traced_by(function):
            """When the program takes its own function off, ours returns."""
            if function is not None or self.is_stopped:
                frame = sys._getframe(1)
                while frame is not None:
                    frame.f_trace_lines, frame.f_trace_opcodes = True, False
                    frame = frame.f_back
                settrace(function)
            else:
                tap.trace(1)

        sys.settrace = traced_by
        tap.start_blocks()
        tap.profile(1)
        tap.trace(1)

    def heard(self, code):
        if "setprofile" in code.co_names:
            # Its own profile would see the end of a call whose beginning was before. C functions are told no more.
            self.tap.profile(0)

    def kinds(self, code):
        """Flags by code unit, for the places where a return or an exception means something of its own."""
        bytecode = code.co_code
        flags = bytearray(len(bytecode) // 2)
        for at in range(0, len(bytecode), 2):
            name = NAMES[bytecode[at]]
            if name in ("FOR_ITER", "SEND", "YIELD_FROM"):
                flags[at // 2] |= ENDS_LOOP
            # Until 3.10 a frame that delegates steps back, so as to come to YIELD_FROM again.
            if name.startswith("YIELD") or bytecode[at + 2:at + 3] == YIELD_FROM:
                flags[at // 2] |= YIELDS
        return bytes(flags)

    def thread_began(self, number):
        self.tap.thread_began(number >> 40)
        self.tap.profile(1)
        self.tap.trace(1)

    def thread_ends(self):
        self.leave()
        self.tap.thread_ended()

    def leave(self):
        self.tap.trace(0)
        self.tap.profile(0)

    def stop(self):
        if not self.is_stopped:
            self.is_stopped = True
            self.leave()
            self.tap.stop_blocks()
            sys.settrace = self.settrace
