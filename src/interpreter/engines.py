# The two ways to hear of every instruction, each its own class with the same functions: start, stop,
# thread_began, thread_ends. Stands behind record.py, in one namespace with it.

FUNCTION, METHOD, MODULE = type(lambda: 0), type(Blocks.here.__get__(0)), type(sys)
BUILTIN, METHOD_WRAPPER = type(len), type("".__add__)
METHOD_DESCRIPTOR, WRAPPER_DESCRIPTOR, CLASS_METHOD_DESCRIPTOR = type(str.join), type(str.__add__), type(dict.__dict__["fromkeys"])
# What these tell of a class is asked of `type` itself: a class of the program may have a metaclass, whose
# functions would run.
MRO, FLAGS, QUALNAME, HOME = (type.__dict__[name].__get__ for name in ("__mro__", "__flags__", "__qualname__", "__module__"))
is_subclass = type.__subclasscheck__
HEAP, IMMUTABLE = 1 << 9, 1 << 8  # Include/object.h


def is_in_c(kind):
    """Whether a class is implemented in C. What a class statement makes is on the heap and can be changed."""
    return FLAGS(kind) & (HEAP | IMMUTABLE) != HEAP


def placed(name, module):
    return name if type(module) is not str or module == "builtins" else module + "." + name


class FunctionsInC:
    """The numbers under which functions in C are told. Nothing here runs code of the program: its objects
    are told apart by type and identity, never compared, hashed, or asked for attributes of their own."""

    def __init__(self, names):
        self.names, self.stream = names, names.stream
        # Under id(function) where it lives as long as its module or class. What stands behind an id is kept,
        # so that no other can have its place.
        self.words, self._kept = {}, []

    def learn(self, function, kind):
        """The number of what is called for the first time, or is made anew for every call; `UNHEARD` if it
        is not in C."""
        if kind is BUILTIN:
            home = self._home(function)
            number = None if home is None else self.words.get((function.__name__, id(home)))
        elif kind is METHOD_WRAPPER:
            number = self.names.numbers.get(function.__qualname__)
        elif kind is METHOD_DESCRIPTOR or kind is WRAPPER_DESCRIPTOR or kind is CLASS_METHOD_DESCRIPTOR:
            number = None
        elif is_subclass(type, kind) and is_in_c(function):
            number = None
        else:
            return UNHEARD
        if number is None:
            blocks = self.stream.blocks
            blocks.ours_begin()
            try:
                number = self._learn(function, kind)
            finally:
                blocks.ours_end()
        return number

    def _home(self, function):
        """The class in C of what a method is bound to; `None` of a module's function."""
        owner = function.__self__
        kind = type(owner)
        if owner is None or is_subclass(MODULE, kind):
            return None
        # A class of the program's inherits it: that may go, and did not make it.
        return next(filter(is_in_c, MRO(owner if is_subclass(type, kind) else kind)), object)

    def _learn(self, function, kind):
        key, lasting = id(function), function
        if kind is BUILTIN:
            home = self._home(function)
            if home is None:
                name = placed(function.__qualname__, function.__module__)
            else:
                key, lasting = (function.__name__, id(home)), home
                name = placed(QUALNAME(home), HOME(home)) + "." + function.__name__
        elif is_subclass(type, kind):
            name = placed(QUALNAME(function), HOME(function))
        else:
            name = function.__qualname__
        number = self.names.number(name)
        if number != UNHEARD and kind is not METHOD_WRAPPER and key not in self.words:
            self._kept.append(lasting)
            self.words[key] = number
        return number


class Monitoring:
    """Recording by sys.monitoring. Steps and returns are asked for per code object, so that what is left
    out, and the recorder itself, run at full speed."""

    NAME = "sys.monitoring"

    def __init__(self, stream, codes, threads):
        self.stream, self.codes, self.threads = stream, codes, threads
        self.is_threaded = self.is_stopped = False
        self.in_c = FunctionsInC(codes.names)
        self.tasks = Tasks(codes.names)
        self.real = {name: getattr(sys.monitoring, name) for name in ("use_tool_id", "get_tool", "free_tool_id")}
        self.tool, self.callbacks = self._free_tool(), {}

    def _free_tool(self, taken=None):
        """First the numbers that nobody is known by (sys.monitoring.COVERAGE_ID and the like)."""
        return next((tool for tool in (4, 3, 5, 2, 1, 0) if tool != taken and self.real["get_tool"](tool) is None), None)

    def start(self):
        first = self._callbacks(lambda: 0)
        self._begin(first)
        self._unwatch(first)
        self._hide()

    def _hide(self):
        """The program finds our tool's number free; when it takes it, ours becomes another."""
        recording, use, get, free = self, self.real["use_tool_id"], self.real["get_tool"], self.real["free_tool_id"]

        def use_tool_id(tool_id, name, /):
            if tool_id == recording.tool:
                recording._move()
            return use(tool_id, name)

        def get_tool(tool_id, /):
            return None if tool_id == recording.tool else get(tool_id)

        def free_tool_id(tool_id, /):
            if tool_id != recording.tool:
                free(tool_id)

        sys.monitoring.use_tool_id, sys.monitoring.get_tool, sys.monitoring.free_tool_id = use_tool_id, get_tool, free_tool_id

    def _begin(self, callbacks):
        events = sys.monitoring.events
        self.real["use_tool_id"](self.tool, "evalody")
        self._register(callbacks)
        everywhere = events.PY_START | events.PY_RESUME | events.PY_THROW | events.PY_UNWIND | events.RAISE
        sys.monitoring.set_events(self.tool, everywhere | events.EXCEPTION_HANDLED)

    def _move(self):
        """To another number; the program goes on unheard if it has taken all."""
        monitoring, codes, old, callbacks = sys.monitoring, self.codes, self.tool, self.callbacks
        self.stream.blocks.ours_begin()
        known = codes.known()
        self._end()
        self.tool = self._free_tool(taken=old)
        if self.tool is None:
            self.is_stopped = True
        else:
            self._begin(callbacks)
            for code in known:
                monitoring.set_local_events(self.tool, code, self.heard_of(code))
        self.stream.blocks.ours_end()

    def _end(self):
        tool, self.tool = self.tool, None
        sys.monitoring.set_events(tool, 0)
        # Or what was asked for per code object would still be told, and take its time.
        for code in self.codes.known():
            sys.monitoring.set_local_events(tool, code, 0)
        for event, callback in self.callbacks.items():
            found = sys.monitoring.register_callback(tool, event, None)
            if found is not callback:  # the program registers first and takes the number then
                sys.monitoring.register_callback(tool, event, found)
        self.real["free_tool_id"](tool)

    def _register(self, callbacks):
        self.callbacks = callbacks
        for event, callback in callbacks.items():
            sys.monitoring.register_callback(self.tool, event, callback)

    def _unwatch(self, callbacks):
        """Calls each once, so that its own start is noticed and not asked for again: a third faster."""
        words, stream = self.codes.words, self.stream
        numbers = stream.blocks.numbers
        thresholds = stream.threshold, numbers[FRAME_DUE]
        stream.threshold = numbers[FRAME_DUE] = 1 << 30
        for callback in callbacks.values():
            code = callback.__code__
            words[id(code)] = 0
            callback(code, 0, *[None] * (code.co_argcount - 2))
            words[id(code)] = UNHEARD
        del stream.record[:]
        stream.threshold, numbers[FRAME_DUE] = thresholds

    def heard_of(self, code):
        """What is asked of a code object that is told."""
        events = sys.monitoring.events
        # Who profiles itself would see the end of a call whose beginning was before.
        calls = 0 if "setprofile" in code.co_names else events.CALL
        return events.INSTRUCTION | events.PY_RETURN | events.PY_YIELD | calls

    def _callbacks(self, thread_of):
        """By event. Asking for the thread takes as long as all the rest, so it is asked for from the second on."""
        monitoring, recording, stream, codes = sys.monitoring, self, self.stream, self.codes
        events, DISABLE = monitoring.events, monitoring.DISABLE
        append, flush, words, record, length = stream.record.append, stream.flush, codes.words, stream.record, len
        look, blocks, numbers = stream.look, stream.blocks, stream.blocks.numbers
        enter_task = self.tasks.enter
        heard_of, in_c, learn_in_c, kind_of, identity = self.heard_of, self.in_c.words, self.in_c.learn, type, id

        def entered(mark):
            def callback(code, offset):
                word = words.get(id(code))
                if word is None:
                    word = codes.learn(code)
                    if word >= 0:
                        blocks.ours_begin()
                        monitoring.set_local_events(recording.tool, code, heard_of(code))
                        blocks.ours_end()
                if word < 0:
                    return DISABLE
                # What changed until now is the caller's.
                if length(record) >= numbers[FRAME_DUE]:
                    look(offset > GREATEST_SMALL)
                if code.co_flags & COROUTINE:
                    task = enter_task()
                    if task >= 0:
                        append(TASK_ENTERED | thread_of() | task)
                append(mark | thread_of() | word >> 20)

            return callback

        def marked(mark):
            def callback(code, offset, value):
                word = words.get(id(code), UNHEARD)
                if word >= 0:
                    append(mark | thread_of() | word >> 20)
                    if length(record) >= numbers[FRAME_DUE]:
                        look(offset > GREATEST_SMALL)

            return callback

        last, last_word = None, 0

        def stepped(code, offset):
            nonlocal last, last_word
            if code is not last:
                last_word = words[id(code)]
                last = code
            append(last_word | offset >> 1)
            if length(record) >= stream.threshold:
                flush(offset > GREATEST_SMALL)

        def stepped_in_thread(code, offset):
            append(thread_of() | words[id(code)] | offset >> 1)
            if length(record) >= stream.threshold:
                flush(offset > GREATEST_SMALL)

        def called(code, offset, function, _):
            number = in_c.get(identity(function))
            if number is None:
                kind = kind_of(function)
                if kind is FUNCTION or kind is METHOD:
                    return
                number = learn_in_c(function, kind)
                if number < 0:
                    return
            # It follows a step, which has looked whether the record is full.
            append(CALLED_C | thread_of() | number)

        return {
            events.CALL: called,
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
        if not self.is_threaded and not self.is_stopped:
            self.is_threaded = True
            self._register(self._callbacks(self.threads.number))

    def thread_ends(self):
        pass

    def stop(self):
        if not self.is_stopped:
            self.is_stopped = True
            self._end()
            for name, function in self.real.items():
                setattr(sys.monitoring, name, function)

    def leave(self):
        pass


def first_offset(code):
    """Where a frame stands at its start: before everything, or at its first RESUME from 3.11 on."""
    if VERSION < (3, 11):
        return -1
    return next((at for at, op, argument, _ in units(code) if NAMES[op] == "RESUME" and argument == 0), -1)


# Until 3.10 generators delegate, and coroutines wait, by this instruction.
YIELD_FROM = bytes([NAMES.index("YIELD_FROM")]) if "YIELD_FROM" in NAMES else None


class Settrace:
    """Recording by sys.settrace: one function per thread and code object, so that neither is asked for.
    Which handler catches an exception is not told here, hence no HANDLED. While the program traces
    itself, calls it makes are not recorded."""

    NAME = "sys.settrace"

    def __init__(self, stream, codes, threads):
        self.stream, self.codes, self.threads = stream, codes, threads
        self.settrace, self.gettrace = sys.settrace, sys.gettrace
        self.is_stopped, self.tasks = False, Tasks(codes.names)
        self.globals = {}  # thread ident -> its trace function
        self.locals = set()  # the code of the functions for frames

    def start(self):
        self._hide()
        self.thread_began(0)

    def _hide(self):
        """The program finds its own trace function, or none; when it takes its own off, ours returns."""
        recording, real_get, real_set = self, self.gettrace, self.settrace

        def settrace(function):
            if function is not None:
                # Frames that are traced by it from now on are asked what they would be asked without us.
                frame = sys._getframe(1)
                while frame is not None:
                    frame.f_trace_lines, frame.f_trace_opcodes = True, False
                    if getattr(frame.f_trace, "__code__", None) in recording.locals:
                        frame.f_trace = None
                    frame = frame.f_back
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
        if not self.is_stopped:
            self.is_stopped = True
            sys.settrace, sys.gettrace = self.settrace, self.gettrace
            self.leave()

    def leave(self):
        """Ends the recording of the thread that asks."""
        self.settrace(None)
        frame = sys._getframe()
        while frame is not None:
            # A frame that still had one would keep its last traced line in tracebacks until 3.9.
            frame.f_trace = None
            frame = frame.f_back

    def _follow(self, number):
        stream, codes = self.stream, self.codes
        append, flush, record, length = stream.record.append, stream.flush, stream.record, len
        look, blocks, numbers = stream.look, stream.blocks, stream.blocks.numbers
        followers = {}
        codes.tables.append(followers)
        quiet_lines = VERSION >= (3, 10)  # before, tracebacks go by the last line that was traced
        make, enter_task = self._follower, self.tasks.enter

        def on_call(frame, event, argument):
            code = frame.f_code
            follower = followers.get(id(code))
            if follower is None:
                blocks.ours_begin()
                word = codes.words.get(id(code))
                if word is None:
                    word = codes.learn(code)
                follower = followers[id(code)] = make(code, word, number) if word >= 0 else (None, None, -2)
                blocks.ours_end()
            local, word, first = follower
            if local is None:
                return None
            frame.f_trace_opcodes = True
            if quiet_lines:
                frame.f_trace_lines = False
            # What changed until now is the caller's.
            if length(record) >= numbers[FRAME_DUE] and look(0):
                return None
            if code.co_flags & COROUTINE:
                task = enter_task()
                if task >= 0:
                    append(TASK_ENTERED | word & GREATEST_THREAD << 40 | task)
            append((CALLED if frame.f_lasti == first else RESUMED) | word)
            return local

        return on_call

    def _follower(self, code, word, number):
        stream = self.stream
        append, flush, record, length = stream.record.append, stream.flush, stream.record, len
        look, here, numbers = stream.look, stream.blocks.here, stream.blocks.numbers
        base, marked = word | number, word >> 20 | number
        bytecode = code.co_code
        name_of = NAMES
        first = first_offset(code)
        raised_at = -1

        def local(frame, event, argument):
            nonlocal raised_at
            if event == "opcode":
                append(base | frame.f_lasti >> 1)
                if length(record) >= stream.threshold and flush():
                    return None
            elif event == "line":
                return local
            elif event == "exception":
                ends_loop = argument[0] is StopIteration and name_of[bytecode[frame.f_lasti]] in ("FOR_ITER", "SEND", "YIELD_FROM")
                if ends_loop:
                    return local
                append(RAISED | marked)
                if length(record) >= stream.threshold and flush():
                    return None
                raised_at = here()
            elif event == "return":
                at = frame.f_lasti
                op = name_of[bytecode[at]]
                # Until 3.10 a frame that delegates steps back, so as to come to YIELD_FROM again.
                yields = op.startswith("YIELD") or bytecode[at + 2:at + 3] == YIELD_FROM
                if op == "RETURN_VALUE":
                    append(RETURNED | marked)
                elif argument is None and raised_at == here() or not yields:
                    append(UNWOUND | marked)
                else:
                    append(YIELDED | marked)
                if length(record) >= numbers[FRAME_DUE]:
                    look(0)
            return local

        self.locals.add(local.__code__)
        return local, marked, first
