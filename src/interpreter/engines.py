# The two ways to hear of every instruction, each its own class with the same functions: start, stop,
# thread_began, thread_ends. Stands behind record.py, in one namespace with it.

class Monitoring:
    """Recording by sys.monitoring. Steps and returns are asked for per code object, so that what is left
    out, and the recorder itself, run at full speed."""

    NAME = "sys.monitoring"

    def __init__(self, stream, codes, threads):
        self.stream, self.codes, self.threads = stream, codes, threads
        self.is_threaded = self.is_stopped = False
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
        monitoring, events, codes, old, callbacks = sys.monitoring, sys.monitoring.events, self.codes, self.tool, self.callbacks
        self.stream.blocks.ours_begin()
        known = [code for code in (codes.at(key) for key, word in list(codes.words.items()) if word >= 0) if code is not None]
        for code in known:
            monitoring.set_local_events(old, code, 0)
        self._end()
        self.tool = self._free_tool(taken=old)
        if self.tool is None:
            self.is_stopped = True
        else:
            self._begin(callbacks)
            for code in known:
                monitoring.set_local_events(self.tool, code, events.INSTRUCTION | events.PY_RETURN | events.PY_YIELD)
        self.stream.blocks.ours_end()

    def _end(self):
        tool, self.tool = self.tool, None
        sys.monitoring.set_events(tool, 0)
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
            callback(code, 0, None) if code.co_argcount == 3 else callback(code, 0)
            words[id(code)] = UNHEARD
        del stream.record[:]
        stream.threshold, numbers[FRAME_DUE] = thresholds

    def _callbacks(self, thread_of):
        """By event. Asking for the thread takes as long as all the rest, so it is asked for from the second on."""
        monitoring, recording, stream, codes = sys.monitoring, self, self.stream, self.codes
        events, DISABLE = monitoring.events, monitoring.DISABLE
        append, flush, words, record, length = stream.record.append, stream.flush, codes.words, stream.record, len
        look, blocks, numbers = stream.look, stream.blocks, stream.blocks.numbers
        heard = events.INSTRUCTION | events.PY_RETURN | events.PY_YIELD

        def entered(mark):
            def callback(code, offset):
                word = words.get(id(code))
                if word is None:
                    word = codes.learn(code)
                    if word >= 0:
                        blocks.ours_begin()
                        monitoring.set_local_events(recording.tool, code, heard)
                        blocks.ours_end()
                if word < 0:
                    return DISABLE
                # What changed until now is the caller's.
                if length(record) >= numbers[FRAME_DUE]:
                    look(offset > GREATEST_SMALL)
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
        look, blocks, numbers = stream.look, stream.blocks, stream.blocks.numbers
        followers = {}
        codes.tables.append(followers)
        quiet_lines = VERSION >= (3, 10)  # before, tracebacks go by the last line that was traced
        make = self._follower

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
            if length(record) >= numbers[FRAME_DUE]:
                look(0)
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
        # Where a frame stands at its start: before everything, or at its first RESUME from 3.11 on.
        first = -1
        if VERSION >= (3, 11):
            first = next((at for at, op, arg, _ in units(code) if NAMES[op] == "RESUME" and arg == 0), -1)
        raised_at = -1

        def local(frame, event, argument):
            nonlocal raised_at
            if event == "opcode":
                append(base | frame.f_lasti >> 1)
                if length(record) >= stream.threshold:
                    flush()
            elif event == "line":
                return local
            elif event == "exception":
                ends_loop = argument[0] is StopIteration and name_of[bytecode[frame.f_lasti]] in ("FOR_ITER", "SEND", "YIELD_FROM")
                if ends_loop:
                    return local
                append(RAISED | marked)
                if length(record) >= stream.threshold:
                    flush()
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
