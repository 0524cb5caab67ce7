"""Works out the right answers of questions asked by eye once more, from nothing but the program and what a question
says it was made from: the bytecode by `dis`, what ran by a run of its own under sys.settrace or sys.monitoring.

Reads one JSON object on standard input: the program and the questions. Writes one on standard output: what is wrong."""

import ast
import dis
import gc
import json
import opcode
import os
import re
import sys
import threading
import types

VERSION = sys.version_info[:2]
MISSING = object()


class Unjudged(Exception):
    """Neither right nor wrong: this judge does not know how to tell."""


class Wrong(Exception):
    pass


def check(claim, *words):
    if not claim:
        raise Wrong(" ".join(map(str, words)))


# Bytecode


class Instruction:
    def __init__(self, offset, name, number, argument, value, line, shown):
        self.offset, self.name, self.number, self.argument = offset, name, number, argument
        self.value, self.line, self.shown = value, line, shown


def lines_of(code):
    """The line of each code unit; None where the compiler gave none."""
    units = len(code.co_code) // 2
    if VERSION >= (3, 11):
        return [position[0] for position in code.co_positions()]
    lines = [None] * units
    if VERSION >= (3, 10):
        for start, end, line in code.co_lines():
            lines[start // 2 : end // 2] = [line] * (end // 2 - start // 2)
        return lines
    starts = list(dis.findlinestarts(code)) + [(units * 2, None)]
    for (start, line), (end, _) in zip(starts, starts[1:]):
        lines[start // 2 : end // 2] = [line] * (end // 2 - start // 2)
    return lines


def instructions(code):
    """As `dis` has them; until 3.11 a prefix and its instruction are one, which begins with the prefix."""
    lines, found, start = lines_of(code), [], None
    for i in dis.get_instructions(code):
        if i.opname == "EXTENDED_ARG" and VERSION < (3, 12):
            start = i.offset if start is None else start
            continue
        offset = i.offset if start is None else start
        start = None
        found.append(Instruction(offset, i.opname, i.opcode, i.arg, i.argval, lines[i.offset // 2], i.argrepr))
    return found


def nested(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested(constant)


class Program:
    def __init__(self, told):
        with open(told["source"], "rb") as file:
            self.bytes = file.read()
        self.name, self.argv, self.path = told["name"], told["argv"], told["source"]
        self.code = compile(self.bytes, self.name, "exec", dont_inherit=True)
        self.codes = list(nested(self.code))
        self.text = self.bytes.decode("utf-8").split("\n")
        self.known, self.places = {}, {}

    def listing(self, code):
        if code not in self.known:
            self.known[code] = instructions(code)
        return self.known[code]

    def named(self, basis):
        found = [c for c in self.codes if c.co_name == basis["code"] and c.co_firstlineno == int(basis["first_line"])]
        check(len(found) == 1, "no one code object", basis)
        return found[0]

    def at(self, code, offset):
        if code not in self.places:
            self.places[code] = {i.offset: i for i in self.listing(code)}
        return self.places[code][offset]

    def after(self, code, offset):
        return next((i for i in self.listing(code) if i.offset > offset), None)

    def on_line(self, line):
        """All instructions of a line, of whatever code object."""
        return [i for code in self.codes for i in self.listing(code) if i.line == line]

    def line(self, number):
        return self.text[number - 1].strip()

    def line_of(self, choice):
        """The number that a choice begins with; its words must be that line's."""
        number, words = choice.split("  ", 1)
        mine = self.line(int(number))
        check(words == mine or words.endswith("…") and mine.startswith(words[:-1]), "not that line:", choice)
        return int(number)


def target(instruction):
    return instruction.value if instruction.number in JUMPS else None


JUMPS = set(getattr(dis, "hasjrel", ())) | set(getattr(dis, "hasjabs", ())) | set(getattr(opcode, "hasjump", ()))


# A run of our own


class Step:
    __slots__ = "thread", "frame", "code", "offset", "line"


class Record:
    """What the program's own code did, instruction by instruction."""

    def __init__(self, program):
        self.program = program
        self.own = set(program.codes)
        self.lines = {code: lines_of(code) for code in program.codes}
        self.steps = []
        # (code, whether it was resumed, its steps)
        self.activations = []
        self.open, self.deepest, self.called = {}, {}, {}
        self.in_c = []
        self.collections, self.starts, self.tasks = [], [], []
        self.local, self.threads = threading.local(), 0
        self.frames = {}

    def thread(self):
        if not hasattr(self.local, "number"):
            self.local.number = self.threads
            self.threads += 1
        return self.local.number

    def enter(self, frame, code, resumed):
        self.frames[id(frame)] = len(self.activations)
        self.activations.append((code, resumed, []))
        self.open[code] = self.open.get(code, 0) + 1
        self.deepest[code] = max(self.deepest.get(code, 0), self.open[code])
        if not resumed:
            self.called[code] = self.called.get(code, 0) + 1
        asyncio = sys.modules.get("asyncio")
        if asyncio:
            try:
                task = asyncio.current_task()
            except RuntimeError:
                task = None
            if task is not None and (not self.tasks or self.tasks[-1][0] != task.get_name()):
                self.tasks.append([task.get_name(), None])

    def leave(self, code):
        self.open[code] = self.open.get(code, 1) - 1

    def step(self, frame, code, offset):
        number = self.frames.get(id(frame))
        if number is None or self.activations[number][0] is not code:
            self.enter(frame, code, False)
            number = self.frames[id(frame)]
        step = Step()
        step.thread, step.frame, step.code, step.offset = self.thread(), number, code, offset
        step.line = self.lines[code][offset // 2]
        self.steps.append(step)
        self.activations[number][2].append(step)
        if self.tasks and step.line:
            self.tasks[-1][1] = step.line

    def call_c(self, code, offset, names):
        self.in_c.append((code, offset, self.lines[code][offset // 2], names))

    def own_line(self, frame):
        while frame is not None and frame.f_code not in self.own:
            frame = frame.f_back
        return frame and frame.f_lineno

    def collected(self, phase, info):
        if phase == "start":
            self.collections.append((self.own_line(sys._getframe(1)), info["generation"]))


def names_in_c(function):
    """What a function in C may be called; None for one in Python."""
    kind = type(function)
    if kind in (types.FunctionType, types.MethodType) or isinstance(function, types.CodeType):
        return None
    if isinstance(function, type):
        # A class of Python's gives its objects a dict or slots.
        if any(kind.__flags__ & 1 << 9 and {"__dict__", "__slots__"} & set(vars(kind)) for kind in function.__mro__):
            return None
        return {function.__qualname__, "%s.%s" % (function.__module__, function.__qualname__)}
    bare = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    if not isinstance(bare, str):
        return None
    names, owner = {bare}, getattr(function, "__self__", None)
    for module in (getattr(function, "__module__", None), getattr(owner, "__name__", None)):
        if isinstance(module, str):
            names.add("%s.%s" % (module, bare))
    bases = (owner if isinstance(owner, type) else type(owner)).__mro__
    in_python = types.FunctionType, classmethod, staticmethod, property
    has = lambda kind: bare.rsplit(".", 1)[-1] in vars(kind) and not isinstance(vars(kind)[bare.rsplit(".", 1)[-1]], in_python)
    defines = next(filter(has, bases), None)
    for kind in (getattr(function, "__objclass__", None), bases[0], defines):
        if isinstance(kind, type):
            last = bare.rsplit(".", 1)[-1]
            names |= {"%s.%s" % (kind.__qualname__, last), "%s.%s.%s" % (kind.__module__, kind.__qualname__, last)}
    return names


def watch_by_monitoring(record):
    monitoring = sys.monitoring
    events, tool = monitoring.events, 4
    monitoring.use_tool_id(tool, "judge")

    def instruction(code, offset):
        record.step(sys._getframe(1), code, offset)

    def start(code, offset):
        record.enter(sys._getframe(1), code, False)

    def resume(code, offset, *_):
        record.enter(sys._getframe(1), code, True)

    def leave(code, *_):
        record.leave(code)

    def unwind(code, *_):
        if code in record.own:
            record.leave(code)

    def throw(code, *_):
        if code in record.own:
            record.enter(sys._getframe(1), code, True)

    def call(code, offset, function, _):
        names = names_in_c(function)
        if names:
            record.call_c(code, offset, names)

    local = {
        events.INSTRUCTION: instruction, events.PY_START: start, events.PY_RESUME: resume, events.PY_RETURN: leave,
        events.PY_YIELD: leave, events.CALL: call,
    }  # fmt: skip
    for event, callback in list(local.items()) + [(events.PY_UNWIND, unwind), (events.PY_THROW, throw)]:
        monitoring.register_callback(tool, event, callback)
    for code in record.program.codes:
        monitoring.set_local_events(tool, code, sum(local))
    monitoring.set_events(tool, events.PY_UNWIND | events.PY_THROW)
    return lambda: monitoring.free_tool_id(tool)


def watch_by_tracing(record):
    begun = set()

    def local(frame, event, _):
        code = frame.f_code
        if event == "opcode":
            record.step(frame, code, frame.f_lasti)
        elif event == "return":
            record.leave(code)
        return local

    def watch(frame, event, _):
        code = frame.f_code
        if code not in record.own:
            return None
        frame.f_trace_opcodes = True
        # A frame that was suspended has run instructions already.
        first = -1 if VERSION < (3, 11) else first_resume(code)
        record.enter(frame, code, frame.f_lasti > first)
        return local

    def profile(frame, event, function):
        if event == "c_call" and frame.f_code in record.own:
            record.call_c(frame.f_code, frame.f_lasti, names_in_c(function) or set())

    def first_resume(code):
        return next((i.offset for i in record.program.listing(code) if i.name == "RESUME"), -1)

    def everywhere():
        sys.settrace(watch)
        sys.setprofile(profile)

    threading.settrace(watch)
    threading.setprofile(profile)
    everywhere()

    def stop():
        sys.settrace(None)
        sys.setprofile(None)
        threading.settrace(None)
        threading.setprofile(None)

    return stop


def executed(program, watch):
    """Runs the program as `python FILE` would, watched."""
    module = types.ModuleType("__main__")
    module.__file__, module.__builtins__ = program.path, __builtins__
    before = sys.modules["__main__"], sys.argv, sys.stdout, sys.stderr
    sys.modules["__main__"], sys.argv = module, [program.path] + program.argv
    sys.path.insert(0, os.path.dirname(program.path))
    sys.stdout = sys.stderr = open(os.devnull, "w")
    stop = lambda: None
    try:
        stop = watch()
        exec(program.code, module.__dict__)
    except BaseException:  # how it ends is its own affair
        pass
    finally:
        stop()
        sys.stdout.close()
        sys.modules["__main__"], sys.argv, sys.stdout, sys.stderr = before
    return module


def recorded(program):
    record = Record(program)
    start = threading.Thread.start

    def started(thread):
        record.starts.append(record.own_line(sys._getframe(1)))
        return start(thread)

    threading.Thread.start = started
    record.thread()
    gc.callbacks.append(record.collected)
    try:
        executed(program, lambda: (watch_by_monitoring if VERSION >= (3, 12) else watch_by_tracing)(record))
    finally:
        gc.callbacks.remove(record.collected)
        threading.Thread.start = start
    return record


def measured(program):
    """Memory blocks taken less given back, by code object and line, in a run of its own: whoever records takes some."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        gc.collect()  # free lists begin empty
        gc.disable()  # what is collected by itself is no line's
        record = Blocks(program)
        try:
            executed(program, lambda: (watch_by_monitoring if VERSION >= (3, 12) else watch_by_tracing)(record))
        finally:
            told = json.dumps([[c.co_name, c.co_firstlineno, line, net] for (c, line), net in record.net.items()])
            with os.fdopen(write, "w") as out:
                out.write(told)
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        text = told.read()
    os.waitpid(child, 0)
    return {(name, first, line): net for name, first, line, net in json.loads(text)}


class Blocks:
    """Stands where a Record does and keeps as little as can be."""

    def __init__(self, program):
        self.program, self.own = program, set(program.codes)
        self.lines = {code: lines_of(code) for code in program.codes}
        self.net, self.stack = {}, []
        self.count = sys.getallocatedblocks

    def enter(self, frame, code, resumed):
        # What is put in its place at each step is a block too, as this one.
        self.stack.append([code, None, self.count()])

    def leave(self, code):
        if self.stack and self.stack[-1][0] is code:
            self.stack.pop()

    def step(self, frame, code, offset):
        if not self.stack or self.stack[-1][0] is not code:
            self.stack.append([code, None, self.count()])
        last = self.stack[-1]
        # So is a number that is not among the small ones which are always there.
        now = self.count() - (offset > 256)
        if last[1]:
            self.net[code, last[1]] = self.net.get((code, last[1]), 0) + now - last[2]
        last[1], last[2] = self.lines[code][offset // 2], now

    def call_c(self, *_):
        pass


# What questions ask


class Judge:
    def __init__(self, told):
        self.program = Program(told)
        self.trace = told.get("trace")
        self._record = self._blocks = None

    @property
    def record(self):
        if self._record is None:
            self._record = recorded(self.program)
        return self._record

    @property
    def blocks(self):
        if self._blocks is None:
            self._blocks = measured(self.program)
        return self._blocks

    def judge(self, question):
        basis, choices, right = question["basis"], question.get("choices"), question["right"]
        if choices is not None:
            check(right in choices and len(set(choices)) == len(choices), "choices", choices)
        by = getattr(self, question["maker"].replace("-", "_"))
        by(question["subject"], basis, choices or [], right)

    def marked(self, basis):
        code = self.program.named(basis)
        return code, self.program.at(code, int(basis["offset"]))

    # the stack

    def stack_height(self, _, basis, choices, right):
        code, marked = self.marked(basis)
        height = int(basis["before"])
        found = heights(code, self.program.listing(code)).get(int(basis["from"]))
        check(found is None or found == height, "the stack begins at", found)
        for i in self.program.listing(code):
            if int(basis["from"]) <= i.offset <= marked.offset:
                height += effect(i)
        check(str(height) == right, "height is", height)

    def stack_after(self, _, basis, choices, right):
        code, marked = self.marked(basis)
        stack = [normal(text) for text in basis["found"].split("\n") if text]
        for i in self.program.listing(code):
            if int(basis["from"]) <= i.offset <= marked.offset:
                run(i, stack)
        check(alike(right, stack), "the stack is", [ast_text(value) for value in stack])
        for other in choices:
            check(other == right or not alike(other, stack), "is right too:", other)

    # lines and bytecode

    def content(self, line):
        return [(i.name, i.shown if i.number not in JUMPS else "") for i in self.program.on_line(line)]

    def line_of(self, _, basis, choices, right):
        line = self.program.line_of(right)
        mine = ["%d %s" % (i.offset, i.name) for i in self.program.on_line(line)]
        shown = [" ".join(row.split(" ")[:2]) for row in basis["listing"].split("\n")]
        check(mine == shown, "line", line, "is", mine)
        for other in choices:
            number = self.program.line_of(other)
            check(other == right or self.content(number) != self.content(line), "is right too:", other)

    def compiles_to(self, _, basis, choices, right):
        mine = ", ".join(i.name for i in self.program.on_line(int(basis["line"])))
        check(mine == right, "it becomes", mine)

    def missing_opcode(self, _, basis, choices, right):
        _, marked = self.marked(basis)
        check(marked.name == right and marked.line == int(basis["line"]), "it is", marked.name)

    def operand(self, subject, basis, choices, right):
        _, marked = self.marked(basis)
        mine = shown(marked.value) if subject == "constant" else str(marked.value)
        check(mine == right, "it is", mine)

    # jumps

    def ways(self, code, offset):
        """Offsets that ran next in the same frame."""
        found = {}
        for _, _, steps in self.record.activations:
            for one, two in zip(steps, steps[1:]):
                if one.code is code and one.offset == offset:
                    found[two.offset] = found.get(two.offset, 0) + 1
        return found

    def next_opcode(self, subject, basis, choices, right):
        code, marked = self.marked(basis)
        behind, there = getattr(self.program.after(code, marked.offset), "offset", None), target(marked)
        condition, jumps = basis["condition"], True
        if subject == "if":
            jumps = is_taken(marked.name, condition)
        elif subject == "for":
            jumps = condition == "exhausted"
        ways = self.ways(code, marked.offset)
        chosen = int(right.split("  ")[0])
        check(chosen in ways, "it went to", ways)
        # From 3.12 on the end of a loop is passed over.
        past = [i for i in self.program.listing(code) if there <= i.offset <= chosen]
        at_end = all(i.name in ("END_FOR", "POP_TOP") for i in past[:-1]) and subject == "for"
        check(chosen == behind if not jumps else chosen == there or at_end, "jumps", jumps, "to", there)
        for other in choices:
            number = int(other.split("  ")[0])
            i = self.program.at(code, number)
            check(other.split("  ")[1] == i.name, "not that instruction:", other)
            if other != right:
                likely = {behind} if not jumps else {place for place in ways if place != behind}
                check(number not in likely, "is right too:", other)

    def jump_taken(self, subject, basis, choices, right):
        code, marked = self.marked(basis)
        ways, behind = self.ways(code, marked.offset), self.program.after(code, marked.offset)
        if subject == "times":
            check(str(ways.get(behind.offset, 0)) == right, "it went", ways)
            line = self.program.at(code, int(basis["next_offset"])).line
            runs = sum(1 for step in self.record.steps if step.offset == int(basis["next_offset"]) and step.code is code)
            check(str(runs) == right, "line", line, "ran", runs)
            return
        there = self.program.at(code, target(marked))
        line = int(basis["next_line"])
        check(behind.line != there.line and line in (behind.line, there.line), "lines", behind.line, there.line)
        went = behind if line == behind.line else there
        check(went.offset in ways, "it went", ways)
        check(right == ("yes: it jumps to %d" if went is there else "no: it goes on to %d") % went.offset, "it went to", went.offset)

    # counts

    def opcode_family(self, _, basis, choices, right):
        _, marked = self.marked(basis)
        check(family(marked) == right, "the family is", family(marked))

    def ran_most(self, subject, basis, choices, right):
        record, counts = self.record, {}
        if subject == "calls":
            counts = {name: record.called.get(self.function(name), 0) for name in choices}
        else:
            ran = {}
            for step in record.steps:
                ran[step.code, step.offset] = ran.get((step.code, step.offset), 0) + 1
            line_of = {name: self.program.line_of(name) for name in choices} if subject == "line" else {}
            code_of = {name: self.function(name) for name in choices} if subject == "function" else {}
            for name in choices:
                is_it = {
                    "line": lambda code, i: i.line == line_of[name],
                    "opcode": lambda code, i: i.name == name,
                    "family": lambda code, i: family(i) == name,
                    "function": lambda code, i: code is code_of[name],
                }[subject]
                counts[name] = sum(count for (code, offset), count in ran.items() if is_it(code, self.program.at(code, offset)))
        for other in choices:
            check(other == right or counts[other] < counts[right] * 0.8, "counts", counts)

    def function(self, choice):
        """The code object of `merge (line 15)`."""
        qualified, first = re.match(r"(.*) \(line (\d+)\)$", choice).groups()
        last = qualified.rsplit(".", 1)[-1]
        return next(c for c in self.program.codes if c.co_name == last and c.co_firstlineno == int(first))

    def inline_cache(self, subject, basis, choices, right):
        entries = opcode._inline_cache_entries
        bytes_of = lambda name: 2 * (entries.get(name, 0) if isinstance(entries, dict) else entries[opcode.opmap[name]])
        if subject == "bytes":
            _, marked = self.marked(basis)
            check(str(bytes_of(marked.name)) == right, "bytes", bytes_of(marked.name))
            return
        on_line = {i.name for i in self.program.on_line(int(basis["line"]))}
        for other in choices:
            check(other in on_line and (bytes_of(other) > 0) == (other == right), "bytes of", other, bytes_of(other))

    # where execution goes

    def visits(self, steps):
        """Lines of one activation as a reader sees them: the head of a function only makes ready."""
        seen = []
        for step in steps:
            if step.line and step.line != head(step.code, self.program) and (not seen or seen[-1] != step.line):
                seen.append(step.line)
        return seen

    def goes_on(self, subject, basis, choices, right):
        line = self.program.line_of(right)
        for other in choices:
            self.program.line_of(other)
        code = self.program.named(basis)
        record = self.record
        if subject in ("resume", "loop-end"):
            offset, own = int(basis["offset"]), int(basis["line"])
            led = set()
            for its_code, resumed, steps in record.activations:
                if its_code is not code:
                    continue
                if subject == "resume":
                    if resumed and steps and steps[0].offset == offset:
                        led.add(next((l for l in self.visits(steps) if l != own), None))
                    continue
                behind = self.program.after(code, offset).offset
                for place, (one, two) in enumerate(zip(steps, steps[1:])):
                    if one.offset == offset and two.offset != behind:
                        led.add(next((l for l in self.visits(steps[place + 1 :]) if l != own), None))
            check(led == {line}, "it led to", led)
            return
        step = int(basis["step"])
        if VERSION < (3, 12) and any(c.co_name == "__del__" for c in self.program.codes):
            step = self.like(basis, line, step)
        now = record.steps[step]
        before = self.before(step)
        check(before.code is code and before.line == int(basis["line"]), "before it ran", before.code.co_name, before.line)
        check(now.line == line, "then ran", now.line)
        activation = lambda step: record.activations[step.frame]
        if subject == "call":
            check(now.frame != before.frame and not activation(now)[1], "it is no call")
        elif subject in ("return", "yield"):
            last = activation(before)[2][-1]
            name = self.program.at(last.code, last.offset).name
            check(now.frame != before.frame and ("YIELD" in name if subject == "yield" else name.startswith("RETURN")), "it ended by", name)
        else:
            last = activation(before)[2][-1] if before.frame != now.frame else None
            name = self.program.at(last.code, last.offset).name if last else ""
            check(not name.startswith(("RETURN", "YIELD")), "it ended by", name)
            check(is_handler(now.code, now.offset, self.program), "no handler at", now.offset)

    def before(self, step):
        return [s for s in self.record.steps[max(0, step - 400) : step] if s.line and s.line != head(s.code, self.program)][-1]

    def like(self, basis, line, step):
        """A step on that line after such a line, the nearest: until 3.11 a trace function in Python keeps what locals
        were bound to alive for a while, and a __del__ that is called by itself is not traced."""
        steps = self.record.steps
        fit = [n for n, (one, two) in enumerate(zip(steps, steps[1:]), 1) if two.line == line and two.frame != one.frame]
        fit = [n for n in fit if self.before(n).line == int(basis["line"])]
        check(fit, "never ran so")
        return min(fit, key=lambda n: abs(n - step))

    def deepest(self, _, basis, choices, right):
        depth = self.record.deepest.get(self.program.named(basis))
        check(str(depth) == right, "frames at once:", depth)

    # turns

    def turns(self, subject, basis, choices, right):
        record = self.record
        if subject == "count":
            code = self.program.named(basis)
            found = len({step.thread for step in record.steps if step.code is code})
            check(str(found) == right, "threads:", found)
        elif subject == "start":
            for other in choices:
                check((self.program.line_of(other) in record.starts) == (other == right), "threads start on", set(record.starts))
        else:
            # Which thread runs is chance: there the turns are counted in the trace itself, another way.
            turns = [(who, line) for who, line in record.tasks] if subject == "task" else turns_in(self.trace, self.program.name)
            shown = [(who, int(line)) for who, line in (row.split("\t") for row in basis["turns"].split("\n"))]
            following = {turns[at + len(shown)][0] for at in range(len(turns) - len(shown)) if turns[at : at + len(shown)] == shown}
            check(following == {right}, "then came", following)

    # C

    def c_function(self, subject, basis, choices, right):
        in_c = self.record.in_c
        if subject == "most":
            counts = {name: sum(1 for call in in_c if name in call[3]) for name in choices}
            for other in choices:
                check(other == right or counts[other] < counts[right], "counts", counts)
            return
        calls = [(offset, names) for _, offset, line, names in in_c if line == int(basis["line"])]
        check(calls, "nothing was called")
        if subject == "method":
            check(all(right in names for _, names in calls), "called were", calls)
            for other in choices:
                check(other == right or not any(other in names for _, names in calls), "is right too:", other)
            return
        firsts = {name: min((offset for offset, names in calls if name in names), default=None) for name in choices}
        check(None not in firsts.values(), "not called:", firsts)
        check(min(firsts, key=firsts.get) == right and len(set(firsts.values())) == len(firsts), "called at", firsts)

    def leaves_python(self, _, basis, choices, right):
        lines = {line for _, _, line, _ in self.record.in_c}
        for other in choices:
            check((self.program.line_of(other) in lines) == (other == right), "lines that call C:", sorted(filter(None, lines)))

    # memory

    def memory_blocks(self, subject, basis, choices, right):
        net = {c: self.blocks.get((basis["code"], int(basis["first_line"]), self.program.line_of(c)), 0) for c in choices}
        sign = 1 if subject == "took" else -1
        is_right = all(other == right or net[other] * sign < net[right] * sign for other in choices)
        if not is_right and VERSION < (3, 12):
            # A trace function in Python keeps what locals were bound to alive for a while.
            raise Unjudged("blocks %s" % net)
        check(is_right, "blocks", net)

    def collector_runs(self, subject, basis, choices, right):
        collections = self.record.collections
        if subject == "line":
            lines = {line for line, _ in collections}
            for other in choices:
                number = self.program.line_of(other)
                check("gc.collect" not in self.program.line(number) or other == right, "is right too:", other)
            check(self.program.line_of(right) in lines, "the collector ran on", lines)
        else:
            found = {generation for line, generation in collections if line == int(basis["line"])}
            check(found == {int(right[0])}, "generations", found)


def head(code, program):
    """The line of a function's head, if it has a body apart from it."""
    lines = [i.line for i in program.listing(code) if i.line]
    return code.co_firstlineno if max(lines, default=0) > code.co_firstlineno and not code.co_name.startswith("<") else None


def is_handler(code, offset, program):
    """Whether a handler begins at or just before an offset: of the exception table, until 3.10 of a block."""
    if VERSION >= (3, 11):
        targets = {entry.target for entry in dis._parse_exception_table(code)}
    else:
        targets = {i.value for i in program.listing(code) if i.name.startswith("SETUP_")}
    before = [i for i in program.listing(code) if i.offset <= offset][-3:]
    return any(i.offset in targets for i in before)


def is_taken(name, condition):
    if "IF_NOT_NONE" in name:
        return condition != "None"
    if "IF_NONE" in name:
        return condition == "None"
    return ("IF_TRUE" in name) == (condition == "a true value")


def turns_in(path, name):
    """Who ran, and the line of the program on which each turn ended, from the trace as text."""
    turns, own, lines, current = [], set(), {}, None
    with open(path) as file:
        for row in file:
            if row.startswith("code "):
                current = row.split()[1]
                if 'file "%s"' % name in row:
                    own.add(current)
                continue
            step = re.match(r"\s*\d+\s+(\d+)\s+\d+\s+\S+\s+\S+\s+\S+\s+(c\d+)\s+@\d+\s+(\S+)", row)
            if step:
                thread, code, line = step.groups()
                who = "thread " + thread
                if not turns or turns[-1][0] != who:
                    turns.append((who, 0))
                if code in own and line.isdigit():
                    turns[-1] = who, int(line)
    return turns


FAMILIES = (
    ("loop", r"GET_ITER|FOR_ITER|JUMP_BACKWARD.*|END_FOR|POP_ITER"),
    ("except", r"RAISE.*|RERAISE|PUSH_EXC_INFO|CHECK_E.*|POP_EXCEPT|SETUP_(FINALLY|WITH|ASYNC_WITH)|BEFORE_(WITH|ASYNC_WITH)"
     r"|WITH_.*|POP_BLOCK|BEGIN_FINALLY|END_FINALLY|CALL_FINALLY|POP_FINALLY|.*EXC_MATCH|CLEANUP_THROW|LOAD_ASSERTION_ERROR|PREP_RERAISE_STAR"),
    ("test", r"COMPARE_OP|IS_OP|CONTAINS_OP|TO_BOOL|UNARY_NOT|MATCH_.*|GET_LEN"),
    ("jump", r".*JUMP.*"),
    ("gen", r"YIELD.*|SEND|END_SEND|GET_AWAITABLE|GET_YIELD_FROM_ITER|GEN_START|ASYNC_GEN_WRAP|RETURN_GENERATOR|GET_A.*|END_ASYNC_FOR"),
    ("attr", r"(LOAD|STORE|DELETE)_ATTR|LOAD_METHOD|LOAD_SUPER_ATTR"),
    ("subscr", r"(BINARY|STORE|DELETE)_(SUBSCR|SLICE)"),
    ("scope", r".*_(GLOBAL|NAME|DEREF|CLASSDEREF|CLOSURE)|MAKE_CELL|COPY_FREE_VARS|IMPORT_.*|LOAD_LOCALS|SETUP_ANNOTATIONS|LOAD_FROM_DICT.*"),
    ("call", r"CALL.*|RETURN.*|MAKE_FUNCTION|PRECALL|KW_NAMES|RESUME|LOAD_BUILD_CLASS|SET_FUNCTION_ATTRIBUTE|PRINT_EXPR|EXIT_INIT_CHECK"),
    ("stack", r"POP_TOP|DUP_.*|ROT_.*|SWAP|COPY|PUSH_NULL"),
    ("build", r"BUILD_.*|FORMAT_.*|CONVERT_VALUE|LIST_.*|SET_.*|DICT_.*|MAP_ADD|UNPACK_.*|COPY_DICT.*"),
    ("arith", r"BINARY_.*|INPLACE_.*|UNARY_.*"),
    ("store", r"STORE_FAST.*|DELETE_FAST"),
    ("load", r"LOAD_.*"),
)  # fmt: skip


def family(instruction):
    """By the name alone; until 3.10 a jump back has no name of its own."""
    name = instruction.name
    if name == "JUMP_ABSOLUTE" and target(instruction) <= instruction.offset:
        return "loop"
    return next((family for family, names in FAMILIES if re.fullmatch(names, name)), "rest")


# Heights and values of the stack


def effect(instruction, jump=False):
    if VERSION == (3, 11) and instruction.name == "PRECALL":
        return 0
    if VERSION == (3, 11) and instruction.name == "CALL":
        return -instruction.argument - 1
    if VERSION <= (3, 12) and instruction.name == "RETURN_GENERATOR":
        return 1
    if instruction.name == "EXTENDED_ARG":
        return 0
    argument = instruction.argument if instruction.number >= dis.HAVE_ARGUMENT else None
    return dis.stack_effect(instruction.number, argument, jump=jump)


def heights(code, listing):
    """The height before each instruction, where the ways that are no exceptions lead."""
    if VERSION == (3, 10) and code.co_flags & 0x2A0:
        return {}
    index = {i.offset: place for place, i in enumerate(listing)}
    found, ways = {}, [(0, 0)]
    if VERSION >= (3, 11):
        ways += [(index[e.target], e.depth + bool(e.lasti) + 1) for e in dis._parse_exception_table(code) if e.target in index]
    final = "RETURN_VALUE RETURN_CONST RAISE_VARARGS RERAISE JUMP_FORWARD JUMP_ABSOLUTE JUMP_BACKWARD JUMP_BACKWARD_NO_INTERRUPT"
    while ways:
        place, height = ways.pop()
        i = listing[place]
        if found.get(i.offset, 1 << 30) <= height:
            continue
        found[i.offset] = height
        if target(i) is not None and target(i) in index:
            ways.append((index[target(i)], height + effect(i, True)))
        if i.name not in final.split() and place + 1 < len(listing):
            ways.append((place + 1, height + effect(i)))
    return found


def normal(text):
    """A value as its syntax tree, so that brackets and blanks do not matter; what is no Python stays text."""
    text = " ".join(text.split())
    try:
        return ast.dump(ast.parse(text, mode="exec"))
    except SyntaxError:
        return text


def ast_text(value):
    return value


def alike(choice, stack):
    values = [] if choice == "(empty)" else choice.split(" | ")
    return len(values) == len(stack) and all(is_called(mine, theirs) for mine, theirs in zip(values, stack))


def is_called(words, value):
    if not isinstance(value, Value):
        return normal(words) == value
    if isinstance(value, Slice):
        return normal("_[%s]" % words) in [normal("_[%s]" % text) for text in value.texts]
    return normal(words) in [normal(text) for text in value.texts]


class Value:
    """A value by its text, or by any of some texts."""

    def __init__(self, *texts):
        self.texts = texts

    def __repr__(self):
        return self.texts[0]


class Slice(Value):
    """Without what is left out, and with it."""

    def __init__(self, parts):
        parts = [text(part) for part in parts]
        Value.__init__(self, ":".join("" if part == "None" else "(%s)" % part for part in parts), ":".join(parts))


def text(value):
    if isinstance(value, Value):
        return value.texts[0]
    raise Unjudged("what was there before is part of an expression")


def shown(constant):
    if isinstance(constant, types.CodeType):
        return "<code object %s>" % constant.co_name
    return repr(constant)


NULL, SELF = Value("NULL"), Value("self or NULL", "self|NULL")
SIGNS = {
    "ADD": "+", "SUBTRACT": "-", "MULTIPLY": "*", "TRUE_DIVIDE": "/", "FLOOR_DIVIDE": "//", "MODULO": "%", "POWER": "**",
    "MATRIX_MULTIPLY": "@", "LSHIFT": "<<", "RSHIFT": ">>", "AND": "&", "OR": "|", "XOR": "^",
}  # fmt: skip


def between(one, sign, two):
    return Value("(%s) %s (%s)" % (text(one), sign, text(two)))


def run(i, stack):
    """Does to a stack of texts what an instruction does to values."""
    name, argument, value = i.name, i.argument, i.value
    pop = stack.pop

    def take(count):
        taken = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        return taken

    def called(callable_, arguments):
        stack.append(Value("%s(%s)" % (text(callable_), ", ".join("(%s)" % text(a) for a in arguments))))

    if name in ("LOAD_CONST", "LOAD_SMALL_INT"):
        stack.append(Value(shown(value)))
    elif name in ("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"):
        stack.extend(Value(part) for part in value)
    elif name == "STORE_FAST_LOAD_FAST":
        pop()
        stack.append(Value(value[1]))
    elif name == "LOAD_GLOBAL":
        pushed = [Value(value)]
        if VERSION >= (3, 11) and argument & 1:
            pushed = [Value(value), NULL] if VERSION >= (3, 13) else [NULL, Value(value)]
        stack.extend(pushed)
    elif name in ("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLOSURE", "LOAD_CLASSDEREF"):
        stack.append(Value(value))
    elif name == "PUSH_NULL":
        stack.append(NULL)
    elif name == "LOAD_BUILD_CLASS":
        stack.append(Value("__build_class__"))
    elif name in ("LOAD_ATTR", "LOAD_METHOD"):
        stack.append(Value("(%s).%s" % (text(pop()), value)))
        if name == "LOAD_METHOD" or VERSION >= (3, 12) and argument & 1:
            stack.append(SELF)
    elif name == "LOAD_SUPER_ATTR":
        take(3)
        stack.append(Value("super().%s" % value))
        if argument & 1:
            stack.append(SELF)
    elif name in ("PRECALL", "RESUME", "NOP"):
        pass
    elif name == "CALL" and VERSION >= (3, 11):
        arguments, (one, two) = take(argument), take(2)
        called(two if one is NULL else one, arguments)
    elif name == "CALL_FUNCTION":
        arguments = take(argument)
        called(pop(), arguments)
    elif name == "CALL_METHOD":
        arguments, (one, _) = take(argument), take(2)
        called(one, arguments)
    elif name == "BINARY_OP":
        two, one = pop(), pop()
        sign = i.shown
        if sign.endswith("=") and sign not in ("==",):
            stack.append(Value("%s %s %s" % (text(one), sign, text(two))))
        else:
            stack.append(between(one, sign, two))
    elif name in ("BINARY_SUBSCR",):
        two, one = pop(), pop()
        stack.append(Value(*("(%s)[%s]" % (text(one), at) for at in (two.texts if isinstance(two, Slice) else [text(two)]))))
    elif name == "BINARY_SLICE":
        one, *parts = take(3)
        stack.append(Value(*("(%s)[%s]" % (text(one), at) for at in Slice(parts).texts)))
    elif name.startswith(("BINARY_", "INPLACE_")) and name.split("_", 1)[1] in SIGNS:
        two, one = pop(), pop()
        stack.append(between(one, SIGNS[name.split("_", 1)[1]], two))
    elif name == "COMPARE_OP":
        two, one = pop(), pop()
        stack.append(between(one, dis.cmp_op[argument >> (5 if VERSION >= (3, 13) else 4)] if VERSION >= (3, 12) else value, two))
    elif name == "IS_OP":
        two, one = pop(), pop()
        stack.append(between(one, "is not" if argument else "is", two))
    elif name == "CONTAINS_OP":
        two, one = pop(), pop()
        stack.append(between(one, "not in" if argument else "in", two))
    elif name == "TO_BOOL":
        one = text(pop())
        stack.append(Value(one, "bool(%s)" % one))
    elif name == "UNARY_NOT":
        stack.append(Value("not (%s)" % text(pop())))
    elif name in ("UNARY_NEGATIVE", "UNARY_INVERT", "UNARY_POSITIVE"):
        stack.append(Value("%s(%s)" % ({"N": "-", "I": "~", "P": "+"}[name[6]], text(pop()))))
    elif name in ("BUILD_LIST", "BUILD_TUPLE", "BUILD_SET"):
        inner = ", ".join("(%s)" % text(part) for part in take(argument))
        if name == "BUILD_TUPLE" and argument == 1:
            inner += ","
        one, two = {"LIST": "[]", "TUPLE": "()", "SET": "{}"}[name[6:]]
        stack.append(Value(one + inner + two))
    elif name == "BUILD_MAP":
        parts = [text(part) for part in take(2 * argument)]
        stack.append(Value("{%s}" % ", ".join("(%s): (%s)" % pair for pair in zip(parts[::2], parts[1::2]))))
    elif name == "GET_ITER":
        of = text(pop())
        stack.append(Value("iter(%s)" % of))
    elif name == "UNPACK_SEQUENCE":
        of = text(pop())
        stack.extend(Value("%s[%d]" % (of, place)) for place in reversed(range(argument)))
    elif name == "BUILD_SLICE":
        stack.append(Slice(take(argument)))
    elif name == "IMPORT_NAME":
        take(2)
        stack.append(Value(value))
    elif name == "IMPORT_FROM":
        stack.append(Value(value))
    elif name in ("COPY", "DUP_TOP"):
        stack.append(stack[-(argument or 1)])
    elif name == "DUP_TOP_TWO":
        stack.extend(stack[-2:])
    elif name == "SWAP":
        stack[-1], stack[-argument] = stack[-argument], stack[-1]
    elif name in ("ROT_TWO", "ROT_THREE", "ROT_FOUR"):
        stack.insert(-{"TWO": 1, "THREE": 2, "FOUR": 3}[name[4:]], pop())
    elif name.startswith("STORE_") or name in ("POP_TOP", "LIST_APPEND", "LIST_EXTEND", "SET_ADD", "DELETE_SUBSCR", "DELETE_ATTR"):
        take(-effect(i))
    else:
        raise Unjudged(name)


def main():
    told = json.load(sys.stdin)
    judge = Judge(told)
    wrong, unjudged = [], {}
    if any(question["maker"] == "memory-blocks" for question in told["questions"]):
        judge.blocks  # before the first run has filled what libraries keep
    for question in told["questions"]:
        where = "%s/%s" % (question["maker"], question["subject"])
        try:
            judge.judge(question)
        except Unjudged as words:
            unjudged[where] = unjudged.get(where, 0) + 1
        except Exception as error:
            told = where, type(error).__name__, error, question["right"], question.get("choices"), question["basis"]
            wrong.append("%s: %s: %s; right: %s of %s, from %s" % told)
    json.dump({"wrong": wrong, "unjudged": unjudged}, sys.stdout)


if __name__ == "__main__":
    main()
