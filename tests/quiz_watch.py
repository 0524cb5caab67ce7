"""Runs a program in a plain Python and tells what it saw, as JSON: another witness than our recorders.

    quiz_watch.py SPEC.json

The spec names the program (`file`, `text`, `arguments`), what to watch (`what`: calls, blocks or objects), the lines
and objects of interest, and where to write (`to`). What is seen is told by lines of the program's own file.
"""

import dis
import gc
import inspect
import json
import os
import sys
import threading
import types

spec = json.load(open(sys.argv[1]))
FILE = spec["file"]
calls, suspended, collections, nets, objects = {}, set(), [], {}, {}
sys.setrecursionlimit(3000)


def own(frame):
    """The innermost frame of the program's own file."""
    while frame is not None and frame.f_code.co_filename != FILE:
        frame = frame.f_back
    return frame


def profile(frame, event, arg):
    if event == "c_call" and frame.f_code.co_filename == FILE:
        home = getattr(arg, "__self__", None)
        kind = "" if home is None or isinstance(home, types.ModuleType) else (home if isinstance(home, type) else type(home)).__qualname__ + "."
        calls.setdefault(frame.f_lineno, set()).add(kind + arg.__name__)
    elif event == "return" and frame.f_code.co_flags & 0x2A0 and frame.f_code.co_filename == FILE:
        back = frame.f_back
        if back is not None and back.f_code.co_filename == FILE:
            suspended.add((getattr(frame.f_code, "co_qualname", frame.f_code.co_name), frame.f_lineno, back.f_lineno))


running = []


def collected(phase, info):
    frame = own(sys._getframe(1))
    if phase == "start":
        running.append(frame.f_lineno if frame is not None else 0)
    elif running:
        collections.append((running.pop(), info["generation"], info["collected"]))


open_lines, codes = {}, {}
blocks = sys.getallocatedblocks


def trace_blocks(frame, event, arg):
    """Blocks when a frame comes to a line, and when it goes on. Nothing is made for frames that have no such line."""
    code = frame.f_code
    if code.co_filename != FILE:
        return None
    if code not in codes:
        codes[code] = not {line for _, line in dis.findlinestarts(code)}.isdisjoint(spec["lines"])
    return on_line if codes[code] else None


def on_line(frame, event, arg):
    now = blocks()
    key = id(frame)
    begun = open_lines.pop(key, None)
    if begun is not None and (event == "return" or frame.f_lineno != begun[0]):
        nets.setdefault(begun[0], []).append(now - begun[1])
        begun = None
    if event == "line" and frame.f_lineno in spec["lines"] or begun is not None:
        open_lines[key] = begun or (frame.f_lineno, blocks())
    return on_line


def named(kind):
    module = kind.__module__
    return kind.__qualname__ if module in ("__main__", "builtins") else module + "." + kind.__qualname__


def static(obj, name):
    """Where an attribute is, without asking for it: the owner, whether a data descriptor, whether the object has it."""
    kind = type(obj)
    order = type.__dict__["__mro__"].__get__(kind)
    owner = next((each for each in order if name in type.__dict__["__dict__"].__get__(each)), None)
    value = None if owner is None else type.__dict__["__dict__"].__get__(owner)[name]
    has = lambda method: any(method in type.__dict__["__dict__"].__get__(each) for each in type.__dict__["__mro__"].__get__(type(value)))  # noqa: E731
    gets, sets = owner is not None and has("__get__"), owner is not None and (has("__set__") or has("__delete__"))
    try:
        own_dict = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        own_dict = None
    is_own = own_dict is not None and name in own_dict
    # Two ways to the same: what inspect finds without running anything.
    nothing = object()
    found = inspect.getattr_static(obj, name, nothing)
    expected = own_dict[name] if is_own and not (gets and sets) else nothing if owner is None else value
    return {
        "kind": named(kind), "mro": [named(each) for each in order], "owner": None if owner is None else named(owner),
        "gets": gets, "sets": sets, "is_own": is_own, "has_dict": own_dict is not None, "agrees": found is expected,
        "has_getattr": any("__getattr__" in type.__dict__["__dict__"].__get__(each) for each in order),
    }  # fmt: skip


def is_python_class(kind):
    return bool(kind.__flags__ & (1 << 9)) and kind.__module__ not in ("builtins",) and any(
        isinstance(each, types.FunctionType) for each in list(vars(kind).values())
    ) or kind.__module__ == "__main__"  # fmt: skip


def callable_kind(value):
    if isinstance(value, types.FunctionType):
        return "a function written in Python"
    if isinstance(value, types.MethodType):
        return "a method written in Python, with its object in front" if isinstance(value.__func__, types.FunctionType) else None
    if isinstance(value, types.BuiltinFunctionType):
        home = value.__self__
        return "a function written in C" if home is None or isinstance(home, types.ModuleType) else "a method written in C, with its object in front"
    if isinstance(value, type):
        return "a class written in Python" if is_python_class(value) else "a class written in C"
    return "an object that is no function and no class, by __call__ of its type" if hasattr(type(value), "__call__") else None


def trace_objects(frame, event, arg):
    if frame.f_code.co_filename != FILE:
        return None
    for wanted in spec["objects"]:
        if event == "line" and frame.f_lineno == wanted["line"]:
            look(frame, wanted)
    return trace_objects


def look(frame, wanted):
    key = "%d %s %s %d" % (wanted["line"], wanted["object"], wanted["name"], wanted["is_called"])
    first = wanted["object"]
    spaces = frame.f_locals, frame.f_globals, vars(__import__("builtins"))
    obj = next((space[first] for space in spaces if first in space), spaces)
    seen = objects.setdefault(key, [])
    if obj is spaces or len(seen) > 2000:
        seen.append(None)  # bound by the line itself, or never
    elif not wanted["name"]:
        seen.append(callable_kind(obj))
    elif wanted["is_called"]:
        told = static(obj, wanted["name"])
        # Bound as the program binds it: of properties nothing is known without running them.
        value = inspect.getattr_static(obj, wanted["name"], None)
        is_safe = not isinstance(value, property) and told["owner"] is not None and not told["is_own"]
        seen.append(callable_kind(getattr(obj, wanted["name"])) if is_safe or told["is_own"] else None)
    else:
        seen.append(static(obj, wanted["name"]))


def main():
    sys.argv = [FILE] + spec["arguments"]
    if os.path.isabs(FILE):
        sys.path.insert(0, os.path.dirname(FILE))
    space = types.ModuleType("__main__")
    space.__dict__["__file__"] = FILE
    sys.modules["__main__"] = space
    code = compile(spec["text"], FILE, "exec")
    sys.stdout = sys.stderr = open(os.devnull, "w")
    what = spec["what"]
    if what == "calls":
        gc.callbacks.append(collected)
        threading.setprofile(profile)
        sys.setprofile(profile)
    else:
        trace = trace_blocks if what == "blocks" else trace_objects
        if what == "objects":
            threading.settrace(trace)
        sys.settrace(trace)
    try:
        exec(code, space.__dict__)
    except BaseException:
        pass
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    told = {
        "calls": {line: sorted(names) for line, names in calls.items()}, "suspended": sorted(suspended), "collections": collections,
        "nets": nets, "objects": objects,
    }  # fmt: skip
    with open(spec["to"], "w") as file:
        json.dump(told, file)
    os._exit(0)


main()
