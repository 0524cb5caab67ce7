# Runs one program in the user's own Python and writes what it does as the trace protocol (wire.rs).
# Stands behind describe.py, record.py and engines.py, in a namespace of its own: the program finds nothing
# of it in __main__ or sys.modules. sys.monitoring records from 3.12 on, sys.settrace before (and would
# lose steps from 3.12 on).
#
# Hand-overs between threads are those of the recorder: whoever flushes lets the others run.

import _thread
import atexit
import gc

# Where the trace descriptor is moved to if it is free: out of the way of programs which count on
# small numbers.
HIGH_DESCRIPTOR = 1000


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


class Ending:
    """How the program ends, told at the very last: after its threads and its atexit functions."""

    def __init__(self, stream, recording, program_file):
        self.stream, self.recording, self.program_file = stream, recording, program_file
        self.error = None
        self.status = None
        self.words = None

    def stop(self):
        if self.stream.is_closed:
            return
        self.recording.stop()
        with self.stream.lock:
            self.stream.gather()
            self.stream.write()
            if self.stream.steps_left == 0:
                self.stream.end('{"kind":"cut_short","limit":"steps"}')
            else:
                self.stream.end(self.words or self.told())

    def told(self):
        if self.status is not None:
            return '{"kind":"exited","status":%d}' % self.status
        raised = self.error or self.unhandled()
        if raised is None:
            return '{"kind":"finished"}'  # or it exited, as the status of the process tells
        kind, error, trace = raised
        line, at = None, trace
        while at is not None:
            if at.tb_frame.f_code.co_filename == self.program_file:
                line = at.tb_lineno
            at = at.tb_next
        try:
            message = str(error)
        except Exception:
            message = "<%s without words>" % kind.__name__
        name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
        text = name + "\n"
        if kind is not KeyboardInterrupt or self.error or "traceback" in sys.modules:
            # Importing this now would make Python until 3.12 forget that it is to die by the signal.
            import traceback

            text = "".join(traceback.format_exception(kind, error, trace))
        return '{"kind":"raised","line":%s,"exception":%s,"message":%s,"traceback":%s}' % (
            _number(line), quoted(name), quoted(message), quoted(text))  # fmt: skip

    def unhandled(self):
        """What Python has shown as the end of the program, and not the program itself of something else."""
        kind, error, trace = (getattr(sys, "last_" + name, None) for name in ("type", "value", "traceback"))
        if trace is None or not isinstance(error, BaseException):
            return None
        code = trace.tb_frame.f_code
        is_main = code.co_name == "<module>" and code.co_filename == self.program_file
        return (kind, error, trace) if is_main or code.co_name == "_run_module_as_main" else None

    def caught(self, error):
        if isinstance(error, SystemExit):
            code = error.code
            self.status = 0 if code is None else code & 0xFF if isinstance(code, int) else 1
            return
        trace = without_own(error.__traceback__)
        self.error = type(error), error, trace
        hook = sys.excepthook

        def excepthook(kind, value, _):
            # Python calls this with our own frames on top.
            sys.excepthook = hook
            value.__traceback__ = sys.last_traceback = trace
            hook(kind, value, trace)

        sys.excepthook = excepthook
        if isinstance(error, KeyboardInterrupt):
            # Until 3.12 importing `traceback` later would make Python forget that it is to die by the
            # signal. The farewell of an interrupted program is not recorded for it.
            self.recording.stop()
            self.words = self.told()


def refused(error):
    """The words for a program that does not compile."""
    line = getattr(error, "lineno", None) or 1
    column, end = getattr(error, "offset", None) or 1, getattr(error, "end_offset", None)
    if getattr(error, "end_lineno", line) != line or not end or end <= column:
        end = None
    message = error.msg if isinstance(error, SyntaxError) else "%s: %s" % (type(error).__name__, error)
    return '{"kind":"syntax_error","line":%d,"column":%d,"end_column":%s,"message":%s}' % (
        max(line, 1), max(column, 1), _number(end), quoted(str(message)))  # fmt: skip


def high(descriptor):
    """The descriptor moved up and closed to whatever the program starts."""
    try:
        os.fstat(HIGH_DESCRIPTOR)
    except OSError:
        try:
            os.dup2(descriptor, HIGH_DESCRIPTOR, inheritable=False)
        except OSError:
            pass  # above the limit of this process
        else:
            os.close(descriptor)
            return HIGH_DESCRIPTOR
    os.set_inheritable(descriptor, False)
    return descriptor


def collector(stream, threads):
    append = stream.record.append

    def on_collection(phase, info):
        generation = info["generation"]
        if phase == "start":
            append(COLLECTION_STARTED | threads.number() | generation)
        else:
            append(COLLECTION_ENDED | threads.number() | generation << 24 | min(info["collected"], 0xFFFFFF))

    return on_collection


def main():
    """Starts recording. Gives what runs the program, or None if Python itself will."""
    # JSON as serde_json writes it is Python but for three names; `json` would take 10 ms to import.
    options = eval(OPTIONS, {"__builtins__": {}, "null": None, "true": True, "false": False})
    stream = Stream(high(options["trace_fd"]), options["records"], options["steps"], options["time_s"])
    recording_kind = Monitoring if VERSION >= (3, 12) else Settrace
    launched = Launched(options)
    version = "%d.%d.%d" % sys.version_info[:3]
    text = launched.text()
    stream.blob(
        BLOB_HELLO,
        '{"protocol":%d,"interpreter":"CPython %s","version":[%d,%d],"recorder":"%s","program_bytes":%s}'
        % (1, version, VERSION[0], VERSION[1], recording_kind.NAME, "null" if text is None else quoted(text.decode("latin-1"))),
    )
    stream.write()
    try:
        code = launched.compiled()
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        stream.end(refused(error))
        os._exit(1)

    codes = Codes(stream, launched, options["only"] == "all")
    if options["task"] == "compile":
        compile_only(stream, codes, code or launched.compiled_module(), options)

    threads = Threads(stream)
    recording = recording_kind(stream, codes, threads)
    ending = Ending(stream, recording, launched.file)
    on_collection = collector(stream, threads)

    def forked():
        # What the child of a fork does would be another trace: it runs on unheard, and its own children.
        if on_collection not in gc.callbacks:
            return
        stream.lock, stream.owner = allocate_lock(), 0
        recording.stop()
        gc.callbacks.remove(on_collection)
        stream.close()

    namespace = make_room(launched, options) if launched.is_text else None
    for module in set(sys.modules) - FOUND_MODULES - set(sys.builtin_module_names):
        del sys.modules[module]
    # What starting has left behind is not the program's to collect, and free lists begin empty: how full
    # they are differs between runs with the order of hashes, and with it which objects need a new block.
    gc.collect()
    atexit.register(ending.stop)
    for trace_no_more in (sys.settrace, sys.setprofile):
        atexit.register(trace_no_more, None)  # a debugger that still runs would come upon our farewell
    os.register_at_fork(after_in_child=forked)
    gc.callbacks.append(on_collection)
    threads.watch(recording)

    def run():
        try:
            recording.start()
            exec(code, namespace)
        except BaseException as error:
            ending.caught(error)
            raise

    if launched.is_text:
        return run
    recording.start()


def compile_only(stream, codes, code, options):
    """Tells all code of what will not run, and ends."""
    if code is None:
        sys.stderr.write("%s: No module named %s\n" % (sys.executable, options["launch"]["module"]))
        stream.end('{"kind":"exited","status":1}')
        os._exit(1)
    codes.tell_all(code)
    stream.end('{"kind":"finished"}')
    os._exit(0)
