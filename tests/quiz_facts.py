"""Judges questions on CPython by routes of its own, as JSON lines: which choices may be right, or null where it has no route.

Standard input holds questions with their choices and what they were worked out from, but not which choice is right, and
the programs with their traces as text. The Python that runs this is of the version that the questions are asked of.
"""

import builtins
import ctypes
import dis
import importlib
import inspect
import json
import math
import opcode
import os
import subprocess
import sys
import sysconfig
import tempfile
import types

WATCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "quiz_watch.py")
LIBRARY = os.path.dirname(os.__file__)
VALUES = {"int": 3, "float": 2.5, "str": "ab", "list": [1], "dict": {3: 4}, "set": {3}, "tuple": (1,), "bool": True}
KINDS = {"function": types.FunctionType, "generator": types.GeneratorType}


# -- What the interpreter itself says of its C functions.

class Symbols:
    """Names of the C functions of this interpreter by their addresses, by the symbols of its binary."""

    def __init__(self):
        self.names = {}
        path = os.path.realpath(sys.executable)
        if sysconfig.get_config_var("Py_ENABLE_SHARED"):
            path = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
        try:
            told = subprocess.run(["nm", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout
        except OSError:
            return
        at = {}
        for line in told.splitlines():
            words = line.split()
            if len(words) == 3 and words[1] in "tTwW":
                at[words[2]] = int(words[0], 16)
        if "Py_IncRef" not in at:
            return
        slide = ctypes.cast(ctypes.pythonapi.Py_IncRef, ctypes.c_void_p).value - at["Py_IncRef"]
        for name, address in at.items():
            # A function in parts: `dict_subscript.part.0`, `list_concat.lto_priv.0`.
            self.names.setdefault(address + slide, set()).add(name.split(".")[0])


def word(address):
    return ctypes.c_void_p.from_address(address).value


def kind_of(name):
    return KINDS.get(name) or getattr(builtins, name, None)


def pointer(name):
    """The address of the C function behind a method, or a function of builtins; None where it is another thing."""
    owner, _, method = name.rpartition(".")
    kind = kind_of(owner) if owner else None
    value = getattr(builtins, name, None) if not owner else vars(kind).get(method) if isinstance(kind, type) else None
    # PyDescr_COMMON is five words; PyMethodDef begins with its name.
    if isinstance(value, types.MethodDescriptorType):
        return word(word(id(value) + 40) + 8)
    if isinstance(value, types.WrapperDescriptorType):
        return word(id(value) + 48)
    if isinstance(value, types.BuiltinFunctionType):
        return word(word(id(value) + 16) + 8)
    return None


def by_symbol(choices, name):
    address = pointer(name)
    names = SYMBOLS.names.get(address) if address is not None else None
    if not names:
        return None
    is_it = lambda choice: any(choice in (each, each + "_impl") or choice + "_impl" == each for each in names)  # noqa: E731
    return [at for at, choice in enumerate(choices) if is_it(choice)]


def slots():
    """The numbers of slots, by the header of this Python."""
    path = os.path.join(sysconfig.get_path("include"), "typeslots.h")
    try:
        with open(path) as file:
            words = [line.split() for line in file if line.startswith("#define Py_")]
    except OSError:
        return {}
    return {each[1][3:]: int(each[2]) for each in words if len(each) == 3 and each[2].isdigit()}


def by_slot(choices, basis):
    numbers, kind = slots(), kind_of(basis["type"])
    held = pointer(basis["type"] + "." + basis["method"])
    if not numbers or held is None:
        return None
    get = ctypes.pythonapi.PyType_GetSlot
    get.argtypes, get.restype = [ctypes.py_object, ctypes.c_int], ctypes.c_void_p
    try:
        return [at for at, slot in enumerate(choices) if slot in numbers and get(kind, numbers[slot]) == held]
    except SystemError:
        return None  # until 3.9 only types on the heap can be asked


# -- What it says of its opcodes, types and modules.

def height(choice):
    words = choice.split()
    return 0 if words[0] == "as" else int(words[0]) * (1 if words[-1] == "higher" else -1)


def stack_effect(choices, basis):
    code = opcode.opmap[basis["opcode"]]
    takes = code in getattr(opcode, "hasarg", range(opcode.HAVE_ARGUMENT, 256))
    effect = dis.stack_effect(code, 0 if takes else None)
    return [at for at, choice in enumerate(choices) if height(choice) == effect]


def found_in_python(value):
    """The file below Lib of something written in Python; None if it is in C."""
    value = inspect.unwrap(value) if callable(value) and not isinstance(value, type) else value
    functions = [value] if isinstance(value, types.FunctionType) else []
    if isinstance(value, type):
        functions = [each for each in vars(value).values() if isinstance(each, types.FunctionType)]
    return "Lib/" + os.path.relpath(functions[0].__code__.co_filename, LIBRARY) if functions else None


def c_or_python(choices, basis):
    module, _, name = basis["name"].partition(".")
    file = found_in_python(getattr(importlib.import_module(module), name))
    if file is None:
        return [at for at, choice in enumerate(choices) if choice.startswith("in C")]
    return [at for at, choice in enumerate(choices) if choice == "in Python, " + file]


def module_of(choices, basis):
    def public(module):
        value = getattr(importlib.import_module(module), basis["name"], None)
        # What a module only imported for itself is not of it.
        return value is not None and getattr(value, "__module__", "").lstrip("_") == module

    return [at for at, choice in enumerate(choices) if public(choice)]


def operation(choices, basis):
    symbol, left, right = basis["symbol"], VALUES[basis["left"]], VALUES[basis["right"]]
    owner = None
    if symbol == "in":
        owner = type(right) if type(right).__contains__(right, left) in (True, False) else None
    else:
        forward, reflected = {"+": ("__add__", "__radd__"), "*": ("__mul__", "__rmul__")}[symbol]
        for first, second, method in ((left, right, forward), (right, left, reflected)):
            asked = getattr(type(first), method, None)
            if owner is None and asked is not None and asked(first, second) is not NotImplemented:
                owner = type(first)
        try:
            left + right if symbol == "+" else left * right
            assert owner is not None
        except TypeError:
            assert owner is None
    end = "TypeError" if owner is None else "of " + owner.__name__
    return [at for at, choice in enumerate(choices) if choice.endswith(end)]


# -- What programs do: by a plain run, and by their traces as text.

class Told:
    """The entries of a trace."""

    def __init__(self, path, file):
        self.entries, files = [], {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("code c"):
                    number, rest = line[6:].split(" ", 1)
                    files[number] = rest.split(' file "', 1)[1].split('" line ', 1)[0]
                elif line.startswith("mark"):
                    words = line.split()
                    self.entries.append(("mark", int(words[1]), words[2], words[3:]))
                elif line[:8].strip().isdigit():
                    words = line.split()
                    number, at = words[6][1:], words[8]
                    is_own = files.get(number) == file and at.isdigit()
                    self.entries.append(("step", int(words[1]), int(words[2]), words[3], number, int(at) if is_own else 0, int(words[9]) if len(words) > 9 else 0))


class Witness:
    """A program, its trace, and what a plain run of it saw."""

    def __init__(self, program):
        self.program, self.watched, self._told = program, {}, None

    @property
    def told(self):
        self._told = self._told or Told(self.program["trace"], self.program["file"])
        return self._told

    def watch(self, what, **more):
        key = what, json.dumps(more, sort_keys=True)
        if key not in self.watched:
            with tempfile.TemporaryDirectory() as folder:
                spec, to = os.path.join(folder, "spec.json"), os.path.join(folder, "told.json")
                asked = dict(self.program, what=what, to=to, lines=[], objects=[])
                asked.update(more)
                with open(spec, "w") as file:
                    json.dump(asked, file)
                try:
                    subprocess.run([sys.executable, WATCH, spec], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, cwd=folder)
                except subprocess.TimeoutExpired:
                    pass
                self.watched[key] = json.load(open(to)) if os.path.exists(to) else None
        return self.watched[key]


def line_of(choice):
    return int(choice.split()[1].rstrip(":"))


def called(witness, line):
    seen = witness.watch("calls")
    return None if seen is None else seen["calls"].get(str(line), [])


def is_class(name):
    module, _, name = name.rpartition(".")
    try:
        return isinstance(getattr(importlib.import_module(module or "builtins"), name, None), type)
    except ImportError:
        return False


def called_c(question, witness):
    basis, choices = question["basis"], question["choices"]
    names = called(witness, basis["line"])
    last = basis["name"].rsplit(".", 1)[-1]
    # Calls of classes in C are told by none of Python's own hooks.
    if names is None or not is_class(basis["name"]) and not any(name.rsplit(".", 1)[-1] == last for name in names):
        return None if names is None else []
    return by_symbol(choices, basis["name"]) if question["subject"] == "function" else list(range(len(choices)))


def collection(question, witness):
    seen = witness.watch("calls")
    of_line = [each for each in seen["collections"] if each[0] == int(question["basis"]["line"])] if seen else []
    # One that begins by itself begins elsewhere where nobody records.
    if not of_line or "gc.collect" not in witness.program["text"]:
        return None
    if question["subject"] == "generation":
        return [at for at, choice in enumerate(question["choices"]) if any("generation %d," % each[1] in choice for each in of_line)]
    counts = [int(choice.split()[0]) for choice in question["choices"]]
    nearest = min(counts, key=lambda count: abs(math.log1p(count) - math.log1p(of_line[0][2])))
    return [counts.index(nearest)]


def nets(told):
    """By prefix sums over the first thread's steps: what each line that was come to once added."""
    steps = []
    total = 0
    for entry in told.entries:
        if entry[1] != 0:
            continue
        if entry[0] == "mark":
            total += int(entry[3][0]) if entry[2] == "blocks_changed" else 0
        else:
            total += entry[6]
            steps.append((entry[2], entry[4], entry[5], total))
    found = {}
    for at, (depth, code, line, begun) in enumerate(steps):
        if line == 0:
            continue
        before = at - 1
        while before >= 0 and steps[before][0] > depth:
            before -= 1
        if before >= 0 and steps[before][:3] == (depth, code, line):
            continue  # goes on
        behind = at + 1
        while behind < len(steps) and (steps[behind][0] > depth or steps[behind][:3] == (depth, code, line)):
            behind += 1
        # With the line goes its frame, and what that held.
        is_last = behind == len(steps) or steps[behind][:2] != (depth, code)
        found.setdefault(line, []).append(None if is_last else steps[behind][3] - begun)
    return found


def blocks(question, witness):
    sign = 1 if question["subject"] == "taken" else -1
    lines = [line_of(choice) for choice in question["choices"]]
    recomputed = nets(witness.told)
    if any(len(recomputed.get(line, [])) != 1 or recomputed[line][0] is None for line in lines):
        return []
    most = max(sign * recomputed[line][0] for line in lines)
    may = [at for at, line in enumerate(lines) if sign * recomputed[line][0] == most]
    # And without a recorder, by what Python counts itself: with what watching takes, some blocks more or fewer.
    NOISE = 8
    seen = witness.watch("blocks", lines=sorted(lines))
    if seen is not None and all(len(seen["nets"].get(str(line), [])) == 1 for line in lines):
        counted = [sign * seen["nets"][str(line)][0] for line in lines]
        may = [at for at in may if counted[at] >= max(counted) - NOISE]
    return may


def thread(number):
    return "the main thread" if number == 0 else "thread %d" % number


LOOKS = ("JUMP_BACKWARD", "JUMP_ABSOLUTE", "RESUME", "POP_JUMP_BACKWARD")


def gil(question, witness):
    entries, basis = witness.told.entries, question["basis"]
    at = int(basis["entry"])
    if question["subject"] == "holder":
        holder = 0
        for entry in entries[:at]:
            if entry[0] == "mark" and entry[2] == "handed_over":
                holder = entry[1]
        return [number for number, choice in enumerate(question["choices"]) if choice == thread(holder)]
    behind = next(number for number in range(at, len(entries)) if entries[number][2] == "handed_over")
    giver = entries[at][1]
    ended = any(entry[0] == "mark" and entry[2] == "thread_ended" and entry[1] == giver for entry in entries[at:behind])
    word = "come to its end" if ended else "switch interval" if entries[at][3].startswith(LOOKS) else "in a call"
    return [number for number, choice in enumerate(question["choices"]) if word in choice]


def suspended(question, witness):
    seen, basis = witness.watch("calls"), question["basis"]
    if seen is None:
        return None
    lines = {line for code, line, back in seen["suspended"] if code == basis["code"] and back == int(basis["next"])}
    return [at for at, choice in enumerate(question["choices"]) if line_of(choice) in lines]


def simple(name):
    return name.isidentifier()


def attribute(question, witness):
    basis, choices = question["basis"], question["choices"]
    told = watched(question, witness, is_called=False)
    if not told:
        return None
    assert all(each["agrees"] for each in told), told
    may = set()
    for each in told:
        if question["subject"] == "first":
            right = "the __dict__ of the type " + each["mro"][0]
        elif question["subject"] == "next":
            is_data = each["gets"] and each["sets"]
            right = "its __get__ is called, and the object's own __dict__ is not looked at" if is_data else "the object's own __dict__ is looked at"
        elif each["owner"] is not None and (each["gets"] and each["sets"] or not each["is_own"]):
            right = "in the type " + each["owner"]
        elif each["is_own"]:
            right = "in the object's own __dict__"
        else:
            right = "nowhere: __getattr__ of its type was asked" if each["has_getattr"] else "nowhere: AttributeError"
        if each["kind"] != basis["kind"] or ",".join(each["mro"]) != basis["mro"]:
            return []
        may.add(right)
    return [at for at, choice in enumerate(choices) if choice in may]


def watched(question, witness, is_called):
    """What was seen of the object as its line came, where it is a plain name, and always the same is seen."""
    basis = question["basis"]
    if not simple(basis["object"]):
        return None
    wanted = [dict(each) for each in witness.program["objects"]]
    seen = witness.watch("objects", objects=wanted)
    key = "%s %s %s %d" % (basis["line"], basis["object"], basis["name"], is_called)
    told = (seen or {"objects": {}})["objects"].get(key)
    return None if not told or None in told else told


def callee(question, witness):
    told = watched(question, witness, is_called=True)
    return None if not told else [at for at, choice in enumerate(question["choices"]) if choice in told]


ATLAS = {
    "stack-effect": lambda each: stack_effect(each["choices"], each["basis"]),
    "c-symbol": lambda each: by_symbol(each["choices"], each["basis"]["name"]),
    "python-name": lambda each: [
        at for at, choice in enumerate(each["choices"]) if (by_symbol([each["basis"]["function"]], choice) or [])
    ] or None,
    "c-or-python": lambda each: c_or_python(each["choices"], each["basis"]),
    "module-of": lambda each: module_of(each["choices"], each["basis"]),
    "base": lambda each: [at for at, choice in enumerate(each["choices"]) if choice == getattr(builtins, each["basis"]["type"]).__base__.__name__],
    "slot": lambda each: by_slot(each["choices"], each["basis"]),
    "operation": lambda each: operation(each["choices"], each["basis"]),
    # Which does what is described nobody but the atlas says; but all are there.
    "opcode-described": lambda each: [at for at, choice in enumerate(each["choices"]) if choice in opcode.opmap],
}
RUNS = {
    "called-c": called_c, "collection": collection, "blocks": blocks, "gil": gil,
    "suspended": suspended, "attribute": attribute, "callable": callee,
}  # fmt: skip

asked = json.load(sys.stdin)
SYMBOLS = Symbols()
witnesses = [Witness(program) for program in asked["programs"]]
for question in asked["questions"]:
    maker = question["maker"]
    if maker in ATLAS:
        may = ATLAS[maker](question)
    elif maker in RUNS:
        may = RUNS[maker](question, witnesses[question["program"]])
    else:
        may = None
    print(json.dumps(may))
