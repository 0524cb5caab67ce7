"""What some stretches of a program do, as sys.settrace (from 3.12 on sys.monitoring, since settrace leaves instructions out there)
and gc.callbacks tell it: nothing here comes from evalody.

Reads {"name", "text", "ranges": [[first, last], ...]} from standard input, instructions counted from 0, the last of a stretch not
included; writes one object for each stretch, and how many instructions ran, to standard output.
"""

import dis
import gc
import io
import json
import sys
import types

HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made at run time, by a class statement as a rule
NO_ERRORS = (StopIteration, StopAsyncIteration, GeneratorExit)


class Heard:
    """What was told, and of each instruction the depth of the call stack, the line and the opcode."""

    def __init__(self, name):
        self.name = name
        self.told, self.depths, self.lines, self.opcodes = [], [], [], []
        # Code and the offset that ran last, of each frame.
        self.stack = []

    def tell(self, what, more=None):
        self.told.append((len(self.depths), what, more))

    def enter(self, code, is_resumed):
        if is_resumed:
            self.tell("resume", code.co_name)
        else:
            self.tell("call", code.co_name)
            if any(code is under for under, _ in self.stack):
                self.tell("again", code.co_name)
        self.stack.append((code, -1))

    def leave(self):
        self.stack.pop()

    def step(self, code, offset, line):
        before = self.stack[-1][1]
        if 0 <= offset <= before:
            self.tell("turn")
        self.stack[-1] = (code, offset)
        self.depths.append(len(self.stack) - 1)
        self.lines.append(line)
        self.opcodes.append(code.co_code[offset])

    def raised(self, kind):
        # Loops end by these; sys.settrace tells them there, too.
        self.tell("stopped" if issubclass(kind, NO_ERRORS) else "raised", kind.__name__)

    def called(self, function):
        is_type = isinstance(function, type) and not function.__flags__ & HEAP_TYPE
        if is_type or isinstance(function, (types.BuiltinFunctionType, types.MethodDescriptorType)):
            self.tell("c_call", function.__qualname__)


def is_resumed(frame):
    if sys.version_info < (3, 11):
        return frame.f_lasti >= 0
    # The argument of RESUME is 0 at the start of a function.
    return frame.f_code.co_code[frame.f_lasti + 1] & 3 != 0


def settrace(heard):
    def local(frame, event, arg):
        if event == "opcode":
            heard.step(frame.f_code, frame.f_lasti, frame.f_lineno)
        elif event == "exception":
            heard.raised(arg[0])
        elif event == "return":
            heard.leave()
        return local

    def begin(frame, event, arg):
        if frame.f_code.co_filename != heard.name:
            return None
        heard.enter(frame.f_code, is_resumed(frame))
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return local

    def profile(frame, event, arg):
        if event == "c_call" and frame.f_code.co_filename == heard.name:
            heard.called(arg)

    def stop():
        sys.settrace(None)
        sys.setprofile(None)

    sys.setprofile(profile)
    sys.settrace(begin)
    return stop


def monitor(heard):
    tool, events = sys.monitoring.DEBUGGER_ID, sys.monitoring.events
    lines = {}

    def line(code, offset):
        if code not in lines:
            lines[code] = {at: number for first, last, number in code.co_lines() for at in range(first, last, 2)}
        return lines[code].get(offset)

    def ours(act):
        return lambda code, *rest: act(code, *rest) if code.co_filename == heard.name else None

    acts = {
        events.PY_START: lambda code, at: heard.enter(code, False),
        events.PY_RESUME: lambda code, at: heard.enter(code, True),
        events.PY_THROW: lambda code, at, error: heard.enter(code, True),
        events.PY_RETURN: lambda code, at, value: heard.leave(),
        events.PY_YIELD: lambda code, at, value: heard.leave(),
        events.PY_UNWIND: lambda code, at, error: heard.leave(),
        events.RAISE: lambda code, at, error: heard.raised(type(error)),
        events.CALL: lambda code, at, function, first: heard.called(function),
        events.INSTRUCTION: lambda code, at: heard.step(code, at, line(code, at)) if heard.stack else None,
    }
    sys.monitoring.use_tool_id(tool, "judge")
    for event, act in acts.items():
        sys.monitoring.register_callback(tool, event, ours(act))
    sys.monitoring.set_events(tool, sum(acts))
    return lambda: sys.monitoring.set_events(tool, 0)


def run(name, text):
    heard = Heard(name)

    def collected(phase, info):
        if phase == "stop" and info["generation"] == 2:
            heard.tell("full collection")

    code = compile(text, name, "exec", dont_inherit=True)
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    module.__file__ = name
    sys.modules["__main__"] = module
    sys.argv = [name]
    said, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()
    gc.callbacks.append(collected)
    stop = (monitor if sys.version_info >= (3, 12) else settrace)(heard)
    try:
        exec(code, module.__dict__)
    except BaseException:
        pass
    stop()
    gc.callbacks.remove(collected)
    sys.stdout, sys.stderr = said, sys.__stderr__
    return heard.told, heard.depths, heard.lines, heard.opcodes


def main():
    given = json.load(sys.stdin)
    told, depths, lines, opcodes = run(given["name"], given["text"])
    stretches = []
    for first, last in given["ranges"]:
        counts = {}
        for step, what, _ in told:
            if first <= step < last:
                counts[what] = counts.get(what, 0) + 1
        within = depths[first:last]
        stretches.append({
            "counts": counts,
            "again": sorted({more for step, what, more in told if what == "again" and first <= step < last}),
            "deepest": max(within, default=0),
            "mean": sum(within) / max(len(within), 1),
            "steps": len(within),
            "opcodes": [[dis.opname[opcode], line] for opcode, line in zip(opcodes[first:last], lines[first:last])] if last - first < 200 else [],
        })
    json.dump({"steps": len(depths), "stretches": stretches}, sys.stdout)


main()
