# Runs one program in the user's own Python and writes what it does as the trace protocol (wire.rs).
# Stands in a namespace of its own, behind describe.py: the program finds nothing of it in __main__ or
# sys.modules. From 3.12 on sys.monitoring records, before that sys.settrace (3.12 loses steps by it).
#
# Hand-overs between threads are those of the recorder: whoever flushes lets the others run.

import atexit
import gc
import os
import sys
from _thread import allocate_lock, get_ident
import _thread
import _weakref
from array import array
from time import monotonic

OWN_FILE = "<evalody>"
# What a broken pipe means here: nobody listens any more.
STATUS_UNHEARD = 143
# Where the trace descriptor is moved to if it is free: out of the way of programs which count on
# small numbers.
HIGH_DESCRIPTOR = 1000

MARK = 2 << 60
CALLED, RESUMED, RETURNED, YIELDED, UNWOUND, RAISED, HANDLED = (MARK | what << 52 for what in range(1, 8))
COLLECTION_STARTED, COLLECTION_ENDED, THREAD_STARTED, THREAD_ENDED = (MARK | what << 52 for what in range(8, 12))
BLOB_HELLO, BLOB_CODE, BLOB_END = 1, 2, 4
# Twenty bits of a step name its code object, twenty its code unit.
GREATEST_ID = GREATEST_UNIT = (1 << 20) - 1
GREATEST_THREAD = 255
# Word of a code object that is left out.
UNHEARD = -1


class Stream:
    """Words on their way to the parent. `record` is appended to by whoever records; the rest holds the lock."""

    def __init__(self, descriptor, records, steps, seconds):
        self.descriptor, self.records, self.steps_left = descriptor, max(records, 1), steps
        self.deadline = None if seconds is None else monotonic() + seconds
        self.record = array("Q")
        self.pending = bytearray()
        self.lock, self.owner = allocate_lock(), 0
        self.is_closed = False
        self.threshold = 1
        self._next_threshold()

    def _next_threshold(self):
        # As every word may be a step, a record shorter than the steps that are left never holds too many.
        left = self.steps_left
        self.threshold = self.records if left is None else max(1, min(self.records, left))

    def gather(self):
        record = self.record
        count = len(record)
        data = record[:count].tobytes()
        if self.steps_left is not None:
            # The highest byte of a step is 0 (no memory blocks are told), that of a mark is not.
            steps = data[7::8].count(0)
            while steps > self.steps_left:  # two threads came in at once
                data = data[:-8]
                steps = data[7::8].count(0)
            self.steps_left -= steps
            self._next_threshold()
        del record[:count]
        self.pending += data

    def flush(self):
        me = get_ident()
        if self.owner == me:
            return  # a collection in the midst of a flush
        with self.lock:
            self.owner = me
            try:
                self.gather()
                self.write()
                if self.steps_left == 0:
                    self.cut_short("steps")
                if self.deadline is not None and monotonic() > self.deadline:
                    self.cut_short("time")
            finally:
                self.owner = 0

    def write(self):
        if self.is_closed:
            self.pending.clear()
        while self.pending:
            try:
                written = os.write(self.descriptor, self.pending)
            except BrokenPipeError:
                os._exit(STATUS_UNHEARD)
            except OSError:  # the program has closed it
                self.is_closed = True
                self.pending.clear()
                return
            del self.pending[:written]

    def blob(self, which, text):
        # What is no text in UTF-8 (lone surrogates in names) becomes question marks.
        payload = text.encode("utf-8", "replace")
        self.pending += (1 << 60 | which << 32 | len(payload)).to_bytes(8, "little")
        self.pending += payload
        self.pending += bytes(-len(payload) % 8)

    def end(self, text):
        if not self.is_closed:
            self.blob(BLOB_END, text)
            self.write()
            self.close()

    def cut_short(self, limit):
        if self.is_closed:
            return
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:  # closed, or busy further up in this very thread
                pass
        self.end('{"kind":"cut_short","limit":"%s"}' % limit)
        os._exit(0)

    def close(self):
        if not self.is_closed:
            self.is_closed = True
            os.close(self.descriptor)


class Codes:
    """Which code objects are heard, and under which number."""

    def __init__(self, stream, program_file, name, hears_all):
        self.stream, self.program_file, self.name, self.hears_all = stream, program_file, name, hears_all
        # Under id(code): the number shifted to its place in a step, or UNHEARD. Dies with the code object.
        self.words = {}
        self.tables = [self.words]
        self._references = {}
        self._numbers = {}  # equal code objects share one
        self._count = 0
        self._origins = {}
        library = {os.path.dirname(os.path.realpath(os.__file__)), os.path.dirname(os.__file__)}
        library.add(os.path.join(sys.base_exec_prefix, sys.platlibdir if hasattr(sys, "platlibdir") else "lib", "python%d.%d" % VERSION))
        self._library = tuple(path + os.sep for path in library)

    def origin(self, file):
        known = self._origins.get(file)
        if known is None:
            known = self._origins[file] = self._find_origin(file)
        return known

    def _find_origin(self, file):
        if file == self.program_file:
            return "user"
        if file == OWN_FILE:
            return None
        if file.startswith("<frozen "):
            return "library"
        if file.startswith("<"):
            return "generated"
        path = os.path.abspath(file)
        parts = path.split(os.sep)
        if "site-packages" in parts or "dist-packages" in parts or path.startswith(self._library) or ".zip" + os.sep in path:
            return "library"
        return "user"

    def learn(self, code):
        """The word of a code object seen for the first time."""
        stream, me = self.stream, get_ident()
        if stream.owner == me:
            return UNHEARD
        origin = self.origin(code.co_filename)
        word = UNHEARD
        if origin is not None and (origin != "library" or self.hears_all) and len(code.co_code) >> 1 <= GREATEST_UNIT:
            with stream.lock:
                stream.owner = me
                try:
                    word = self._tell(code, origin)
                finally:
                    stream.owner = 0
        key = id(code)
        tables, references = self.tables, self._references

        def forget(_):
            references.pop(key, None)
            for table in tables:
                table.pop(key, None)

        references[key] = _weakref.ref(code, forget)
        self.words[key] = word
        return word

    def _tell(self, code, origin):
        lines = code.co_linetable if VERSION >= (3, 10) else code.co_lnotab
        content = (code.co_filename, getattr(code, "co_qualname", ""), lines, code)
        try:
            known = self._numbers.get(content)
        except TypeError:  # constants made by hand that cannot be hashed
            content, known = (id(code), code), None
        if known is not None:
            return known << 20
        number = self._count
        if number > GREATEST_ID:
            return UNHEARD
        file = self.name if code.co_filename == self.program_file else code.co_filename
        try:
            text = described(code, number, origin, file)
        except Exception:  # bytecode made by hand that no compiler would make
            return UNHEARD
        self.stream.gather()
        self.stream.blob(BLOB_CODE, text)
        self._numbers[content] = number
        self._count += 1
        return number << 20

    def tell_all(self, code):
        for inner in nested(code):
            self._tell(inner, "user")
            self.stream.write()


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
                stream.record.append(THREAD_STARTED | number)
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

            return real(run, *rest, **named)

        return starter


class Monitoring:
    """Recording by sys.monitoring. Steps and returns are asked for per code object, so that what is left
    out, and the recorder itself, run at full speed."""

    NAME = "sys.monitoring"

    def __init__(self, stream, codes, threads):
        self.stream, self.codes, self.threads = stream, codes, threads
        self.is_threaded = self.is_stopped = False
        self.tool = next(tool for tool in (4, 3) if sys.monitoring.get_tool(tool) is None)

    def start(self):
        monitoring, events = sys.monitoring, sys.monitoring.events
        monitoring.use_tool_id(self.tool, "evalody")
        first = self._callbacks(lambda: 0)
        self._register(first)
        everywhere = events.PY_START | events.PY_RESUME | events.PY_THROW | events.PY_UNWIND | events.RAISE
        monitoring.set_events(self.tool, everywhere | events.EXCEPTION_HANDLED)
        self._unwatch(first)

    def _register(self, callbacks):
        for event, callback in callbacks.items():
            sys.monitoring.register_callback(self.tool, event, callback)

    def _unwatch(self, callbacks):
        """Calls each once, so that its own start is noticed and not asked for again: a third faster."""
        words, record = self.codes.words, self.stream.record
        for callback in callbacks.values():
            code = callback.__code__
            words[id(code)] = 0
            callback(code, 0, None) if code.co_argcount == 3 else callback(code, 0)
            words[id(code)] = UNHEARD
        del record[:]

    def _callbacks(self, thread_of):
        """By event. Asking for the thread takes as long as all the rest, so it is asked for from the second on."""
        monitoring, tool, stream, codes = sys.monitoring, self.tool, self.stream, self.codes
        events, DISABLE = monitoring.events, monitoring.DISABLE
        append, flush, words, record, length = stream.record.append, stream.flush, codes.words, stream.record, len
        heard = events.INSTRUCTION | events.PY_RETURN | events.PY_YIELD

        def entered(mark):
            def callback(code, offset):
                word = words.get(id(code))
                if word is None:
                    word = codes.learn(code)
                    if word >= 0:
                        monitoring.set_local_events(tool, code, heard)
                if word < 0:
                    return DISABLE
                append(mark | thread_of() | word >> 20)
                if length(record) >= stream.threshold:
                    flush()

            return callback

        def marked(mark):
            def callback(code, offset, value):
                word = words.get(id(code), UNHEARD)
                if word >= 0:
                    append(mark | thread_of() | word >> 20)
                    if length(record) >= stream.threshold:
                        flush()

            return callback

        last, last_word = None, 0

        def stepped(code, offset):
            nonlocal last, last_word
            if code is not last:
                last_word = words[id(code)]
                last = code
            append(last_word | offset >> 1)
            if length(record) >= stream.threshold:
                flush()

        def stepped_in_thread(code, offset):
            append(thread_of() | words[id(code)] | offset >> 1)
            if length(record) >= stream.threshold:
                flush()

        return {
            events.PY_START: entered(CALLED),
            events.PY_RESUME: entered(RESUMED),
            events.PY_THROW: marked(RESUMED),
            events.PY_RETURN: marked(RETURNED),
            events.PY_YIELD: marked(YIELDED),
            events.PY_UNWIND: marked(UNWOUND),
            events.RAISE: marked(RAISED),
            events.EXCEPTION_HANDLED: marked(HANDLED),
            events.INSTRUCTION: stepped_in_thread if thread_of == self.threads.number else stepped,
        }

    def thread_began(self, number):
        if not self.is_threaded:
            self.is_threaded = True
            self._register(self._callbacks(self.threads.number))

    def thread_ends(self):
        pass

    def stop(self):
        if not self.is_stopped:
            self.is_stopped = True
            sys.monitoring.set_events(self.tool, 0)
            sys.monitoring.free_tool_id(self.tool)


class Settrace:
    """Recording by sys.settrace: one function per thread and code object, so that neither is asked for.
    Which handler catches an exception is not told here, hence no HANDLED. While the program traces
    itself, calls it makes are not recorded."""

    NAME = "sys.settrace"

    def __init__(self, stream, codes, threads):
        self.stream, self.codes, self.threads = stream, codes, threads
        self.settrace, self.gettrace = sys.settrace, sys.gettrace
        self.globals = {}  # thread ident -> its trace function

    def start(self):
        self._hide()
        self.thread_began(0)

    def _hide(self):
        """The program finds its own trace function, or none; when it takes its own off, ours returns."""
        recording, real_get, real_set = self, self.gettrace, self.settrace

        def settrace(function):
            real_set(recording.globals.get(get_ident()) if function is None else function)

        def gettrace():
            found = real_get()
            return None if found is recording.globals.get(get_ident()) else found

        sys.settrace, sys.gettrace = settrace, gettrace

    def thread_began(self, number):
        self.globals[get_ident()] = follow = self._follow(number)
        self.settrace(follow)

    def thread_ends(self):
        self.settrace(None)
        self.globals.pop(get_ident(), None)

    def stop(self):
        self.settrace(None)
        sys.settrace, sys.gettrace = self.settrace, self.gettrace
        frame = sys._getframe()
        while frame is not None:
            # A frame that still had one would keep its last traced line in tracebacks until 3.9.
            frame.f_trace = None
            frame = frame.f_back

    def _follow(self, number):
        stream, codes = self.stream, self.codes
        append, flush, record, length = stream.record.append, stream.flush, stream.record, len
        followers = {}
        codes.tables.append(followers)
        quiet_lines = VERSION >= (3, 10)  # before, tracebacks go by the last line that was traced
        make = self._follower

        def on_call(frame, event, argument):
            code = frame.f_code
            follower = followers.get(id(code))
            if follower is None:
                word = codes.words.get(id(code))
                if word is None:
                    word = codes.learn(code)
                follower = followers[id(code)] = make(code, word, number) if word >= 0 else (None, None, -2)
            local, word, first = follower
            if local is None:
                return None
            frame.f_trace_opcodes = True
            if quiet_lines:
                frame.f_trace_lines = False
            append((CALLED if frame.f_lasti == first else RESUMED) | word)
            if length(record) >= stream.threshold:
                flush()
            return local

        return on_call

    def _follower(self, code, word, number):
        stream = self.stream
        append, flush, record, length = stream.record.append, stream.flush, stream.record, len
        base, marked = word | number, word >> 20 | number
        bytecode = code.co_code
        name_of = NAMES
        # Where a frame stands at its start: before everything, or at its first RESUME from 3.11 on.
        first = -1
        if VERSION >= (3, 11):
            first = next((at for at, op, arg, _ in units(code) if NAMES[op] == "RESUME" and arg == 0), -1)
        raised_at = -1

        def local(frame, event, argument):
            nonlocal raised_at
            if event == "opcode":
                append(base | frame.f_lasti >> 1)
            elif event == "line":
                return local
            elif event == "exception":
                ends_loop = argument[0] is StopIteration and name_of[bytecode[frame.f_lasti]] in ("FOR_ITER", "SEND", "YIELD_FROM")
                if ends_loop:
                    return local
                append(RAISED | marked)
                raised_at = length(record)
            elif event == "return":
                op = name_of[bytecode[frame.f_lasti]]
                if op == "RETURN_VALUE":
                    append(RETURNED | marked)
                elif argument is None and raised_at == length(record) or not op.startswith("YIELD"):
                    append(UNWOUND | marked)
                else:
                    append(YIELDED | marked)
            if length(record) >= stream.threshold:
                flush()
            return local

        return local, marked, first


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
        if self.error is None:
            return '{"kind":"finished"}'
        import traceback

        kind, error, trace = self.error
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
        text = "".join(traceback.format_exception(kind, error, trace))
        return '{"kind":"raised","line":%s,"exception":%s,"message":%s,"traceback":%s}' % (
            _number(line), quoted(name), quoted(message), quoted(text))  # fmt: skip

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


def main_module(file):
    """The module __main__ as the program would find it, emptied of what started us."""
    namespace = sys.modules["__main__"].__dict__
    keeps = [name for name in ("__annotations__",) if name in namespace]
    builtins = namespace["__builtins__"]
    namespace.clear()
    namespace.update(__name__="__main__", __doc__=None, __package__=None, __loader__=None, __spec__=None)
    for name in keeps:
        namespace[name] = {}
    namespace["__builtins__"] = builtins
    if file is not None:
        namespace["__loader__"] = sys.modules["_frozen_importlib_external"].SourceFileLoader("__main__", file)
        namespace["__file__"] = file
        namespace["__cached__"] = None
    return namespace


def main(argument):
    # JSON as serde_json writes it is Python but for three names; `json` would take 10 ms to import.
    options = eval(argument, {"__builtins__": {}, "null": None, "true": True, "false": False})
    name, path = options["name"], options["path"]
    stream = Stream(high(options["trace_fd"]), options["records"], options["steps"], options["time_s"])
    recording_kind = Monitoring if VERSION >= (3, 12) else Settrace
    version = "%d.%d.%d" % sys.version_info[:3]
    stream.blob(
        BLOB_HELLO,
        '{"protocol":%d,"interpreter":"CPython %s","version":[%d,%d],"recorder":"%s"}'
        % (1, version, VERSION[0], VERSION[1], recording_kind.NAME),
    )
    stream.write()

    source_fd = options["source_fd"]
    if source_fd is not None:
        with open(source_fd, "rb") as file:
            source = file.read()
        program_file = name
    else:
        with open(path, "rb") as file:
            source = file.read()
        # Python itself makes the name of its script absolute from 3.9 on.
        program_file = name if VERSION < (3, 9) or os.path.isabs(name) else os.path.join(os.getcwd(), name)
    try:
        code = compile(source, program_file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        stream.end(refused(error))
        os._exit(1)

    codes = Codes(stream, program_file, name, options["only"] == "all")
    if options["task"] == "compile":
        codes.tell_all(code)
        stream.end('{"kind":"finished"}')
        os._exit(0)

    threads = Threads(stream)
    recording = recording_kind(stream, codes, threads)
    ending = Ending(stream, recording, program_file)
    on_collection = collector(stream, threads)

    def forked():
        # The child of a fork is another program's trace: it runs on unheard.
        stream.lock, stream.owner = allocate_lock(), 0
        recording.stop()
        gc.callbacks.remove(on_collection)
        stream.close()

    sys.argv[:] = [name] + options["arguments"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[1:] = sys.argv
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = "" if path is None else os.path.dirname(os.path.realpath(path))
    namespace = main_module(program_file if source_fd is None else None)
    for module in set(sys.modules) - FOUND_MODULES - set(sys.builtin_module_names):
        del sys.modules[module]
    atexit.register(ending.stop)
    os.register_at_fork(after_in_child=forked)
    gc.callbacks.append(on_collection)
    threads.watch(recording)
    try:
        recording.start()
        exec(code, namespace)
    except BaseException as error:
        ending.caught(error)
        raise
