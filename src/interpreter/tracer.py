# Runs one program in the user's own Python and writes what it does as the trace protocol (wire.rs).
# Stands behind describe.py, record.py and engines.py, in a namespace of its own: the program finds nothing
# of it in __main__ or sys.modules. sys.monitoring records from 3.12 on, sys.settrace before (and would
# lose steps from 3.12 on).
#
# Hand-overs between threads are those of the recorder: whoever flushes lets the others run.

import atexit
import gc

# Where the descriptors of trace and control are moved to if it is free: out of the way of programs which
# count on small numbers.
HIGH_DESCRIPTOR, HIGH_CONTROL = 1000, 1001


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


def high(descriptor, wanted):
    """The descriptor moved up and closed to whatever the program starts."""
    if descriptor is None:
        return None
    try:
        os.fstat(wanted)
    except OSError:
        try:
            os.dup2(descriptor, wanted, inheritable=False)
        except OSError:
            pass  # above the limit of this process
        else:
            os.close(descriptor)
            return wanted
    os.set_inheritable(descriptor, False)
    return descriptor


def collector(stream, threads):
    append, known, number, least = stream.record.append, threads.numbers.get, threads.number, min

    def on_collection(phase, info):
        # No function in Python is called but for threads that C started: a collection may come where the program has
        # recursed as deep as it may.
        thread, generation = known(get_ident()), info["generation"]
        if thread is None:
            thread = number()
        if phase == "start":
            append(COLLECTION_STARTED | thread | generation)
        else:
            append(COLLECTION_ENDED | thread | generation << 24 | least(info["collected"], 0xFFFFFF))

    return on_collection


def told(is_so):
    return "true" if is_so else "false"


def main():
    """Starts recording. Gives what runs the program, or None if Python itself will."""
    # JSON as serde_json writes it is Python but for three names; `json` would take 10 ms to import.
    options = eval(OPTIONS, {"__builtins__": {}, "null": None, "true": True, "false": False})
    trace, control = high(options["trace_fd"], HIGH_DESCRIPTOR), high(options["control_fd"], HIGH_CONTROL)
    tap, refusal = loaded_tap(options["tap_fd"])
    limits = options["records"], options["steps"], options["time_s"], control
    stream = Stream(trace, *limits) if tap is None else TapStream(tap, trace, *limits)
    if options["task"] == "warm_up":
        recording_kind = WarmUp
    elif options["task"] == "probe":
        recording_kind = Probe
    elif tap is None:
        recording_kind = Monitoring if VERSION >= (3, 12) else Settrace
    else:
        recording_kind = TapMonitoring if VERSION >= (3, 12) else TapTracing
    launched = Launched(options)
    version = "%d.%d.%d" % sys.version_info[:3]
    text = launched.text()
    stream.blob(
        BLOB_HELLO,
        '{"protocol":%d,"interpreter":"CPython %s","version":[%d,%d],"recorder":"%s","is_paced":%s,"tells_handovers":%s,"implies_handled":%s,'
        '"warnings":[%s],"program_bytes":%s}'
        % (
            1, version, VERSION[0], VERSION[1], recording_kind.NAME, told(control is not None), told(tap is not None),
            told(VERSION < (3, 12)), "" if refusal is None else quoted("the native tap cannot be loaded, so recording is slower: " + refusal),
            "null" if text is None else quoted(text.decode("latin-1")),
        ),  # fmt: skip
    )
    stream.write()
    if options["task"] == "warm_up" and VERSION < (3, 11):
        os._exit(0)  # nothing would specialise: whoever reads the hello says so, and nothing runs
    try:
        code = launched.compiled()
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        stream.end(refused(error))
        os._exit(1)

    codes = Codes(stream, launched, options["only"] == "all")
    if options["task"] == "compile":
        compile_only(stream, codes, code or launched.compiled_module(), options)

    threads = Threads(stream) if tap is None else TapThreads(stream)
    recording = recording_kind(stream, codes, threads)
    if options["task"] == "probe":
        code = recording.rewritten(launched, SITE, code)
    ending = Ending(stream, recording, launched.file)
    on_collection = collector(stream, threads)

    def quit():
        recording.stop()
        if on_collection in gc.callbacks:
            gc.callbacks.remove(on_collection)

    stream.quit, stream.leave = quit, recording.leave

    def forked():
        # What the child of a fork does would be another trace: it runs on unheard, and its own children.
        if on_collection not in gc.callbacks:
            return
        stream.lock, stream.owner, stream.credit = allocate_lock(), 0, None
        quit()
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
