"""Measures which C function is behind each name of `functions.tsv`, in the CPython that runs this.

    python3.X -I -S functions.py > 3.X.tsv       # measures
    python3 functions.py --merge 3.*.tsv         # writes functions.tsv and bases.tsv beside this directory

Addresses are read out of the objects, as Include/ lays them out, and named by the symbols of the binaries in which they
lie. Needs 64-bit Linux, a CPython with symbols and DWARF, and `nm`, `addr2line` and `llvm-dwarfdump`; says so with
status 3 where it has them not.
"""

import bisect
import ctypes
import os
import re
import subprocess
import sys

MODULES = """builtins gc sys sys.monitoring itertools functools _functools collections _collections math _thread time operator
 _operator weakref _weakref _asyncio""".split()
# What tells nothing of the type in whose dictionary it stands.
LEFT_OUT = {"__doc__", "__subclasshook__", "__init_subclass__", "__class_getitem__", "__module__"}

# Where things stand in the objects, in bytes: PyCFunctionObject.m_ml, PyMethodDef.ml_meth, PyDescr_COMMON and what
# follows it, wrapperbase.offset, PyGetSetDef.get.
FUNCTION_METHOD, METHOD_FUNCTION, DESCRIBED, WRAPPED, WRAPPER_OFFSET, GETTER = 16, 8, 40, 48, 8, 8
# PyTypeObject and the tables that it points to, a word each (Include/cpython/object.h).
TYPE = """ob_refcnt ob_type ob_size tp_name tp_basicsize tp_itemsize tp_dealloc tp_vectorcall_offset tp_getattr tp_setattr
 tp_as_async tp_repr tp_as_number tp_as_sequence tp_as_mapping tp_hash tp_call tp_str tp_getattro tp_setattro tp_as_buffer
 tp_flags tp_doc tp_traverse tp_clear tp_richcompare tp_weaklistoffset tp_iter tp_iternext tp_methods tp_members tp_getset
 tp_base tp_dict tp_descr_get tp_descr_set tp_dictoffset tp_init tp_alloc tp_new tp_free tp_is_gc tp_bases tp_mro tp_cache
 tp_subclasses tp_weaklist tp_del tp_version_tag tp_finalize tp_vectorcall""".split()
ASYNC = "am_await am_aiter am_anext am_send".split()
NUMBER = """nb_add nb_subtract nb_multiply nb_remainder nb_divmod nb_power nb_negative nb_positive nb_absolute nb_bool
 nb_invert nb_lshift nb_rshift nb_and nb_xor nb_or nb_int nb_reserved nb_float nb_inplace_add nb_inplace_subtract
 nb_inplace_multiply nb_inplace_remainder nb_inplace_power nb_inplace_lshift nb_inplace_rshift nb_inplace_and
 nb_inplace_xor nb_inplace_or nb_floor_divide nb_true_divide nb_inplace_floor_divide nb_inplace_true_divide nb_index
 nb_matrix_multiply nb_inplace_matrix_multiply""".split()
MAPPING = "mp_length mp_subscript mp_ass_subscript".split()
SEQUENCE = """sq_length sq_concat sq_repeat sq_item was_sq_slice sq_ass_item was_sq_ass_slice sq_contains
 sq_inplace_concat sq_inplace_repeat""".split()
BUFFER = "bf_getbuffer bf_releasebuffer".split()
# Slots of functions in the type object itself. Those of memory are nearly always the general ones.
OWN_SLOTS = """tp_dealloc tp_repr tp_hash tp_call tp_str tp_getattro tp_setattro tp_traverse tp_clear tp_richcompare tp_iter
 tp_iternext tp_descr_get tp_descr_set tp_init tp_new tp_finalize tp_vectorcall""".split()


def word(address):
    return ctypes.c_size_t.from_address(address).value


def heap_offsets():
    """Slot by its place in PyHeapTypeObject, as wrappers tell it; measured from where `int.__add__` says nb_add is."""
    names = {8 * index: name for index, name in enumerate(TYPE)}
    number = ctypes.c_int.from_address(word(id(int.__add__) + DESCRIBED) + WRAPPER_OFFSET).value
    length = 4 if sys.version_info >= (3, 10) else 3
    for start, table in (
        (number - 8 * length, ASYNC[:length]),
        (number, NUMBER),
        (number + 8 * len(NUMBER), MAPPING),
        (number + 8 * (len(NUMBER) + len(MAPPING)), SEQUENCE),
        (number + 8 * (len(NUMBER) + len(MAPPING) + len(SEQUENCE)), BUFFER),
    ):
        names.update((start + 8 * index, name) for index, name in enumerate(table))
    return names


SLOT_AT = heap_offsets()


def slot_of_wrapper(descriptor):
    return SLOT_AT[ctypes.c_int.from_address(word(id(descriptor) + DESCRIBED) + WRAPPER_OFFSET).value]


# Something known from each table: were one laid out otherwise, all would be wrong.
KNOWN = {type.__call__: "tp_call", dict.__setitem__: "mp_ass_subscript", tuple.__contains__: "sq_contains", int.__bool__: "nb_bool"}
assert all(slot_of_wrapper(wrapper) == slot for wrapper, slot in KNOWN.items())


def slots(kind):
    """Every slot of a function that a type fills, with the function's address."""
    filled = {name: word(id(kind) + 8 * TYPE.index(name)) for name in OWN_SLOTS}
    tables = {"async": ASYNC[: 4 if sys.version_info >= (3, 10) else 3], "number": NUMBER, "sequence": SEQUENCE, "mapping": MAPPING, "buffer": BUFFER}
    for table, names in tables.items():
        start = word(id(kind) + 8 * TYPE.index("tp_as_" + table))
        if start:
            filled.update((name, word(start + 8 * index)) for index, name in enumerate(names))
    return {name: address for name, address in filled.items() if address and name not in ("nb_reserved", "was_sq_slice", "was_sq_ass_slice")}


def core_types():
    """Types that builtins does not name, by what makes one of them."""
    import types

    async def asynchronous():
        yield

    async def coroutine():
        pass

    def generator():
        yield

    def closure():
        return asynchronous

    awaited, asend, athrow = coroutine(), asynchronous().asend(None), asynchronous().athrow(ValueError)
    made = [
        None, ..., NotImplemented, len, [].append, generator, generator(), awaited, awaited.__await__(), asynchronous(), asend, athrow,
        closure.__closure__[0], closure.__code__, sys._getframe(), sys, type.__dict__, core_types.__get__(1), "".__add__, str.__add__,
        str.join, dict.__dict__["fromkeys"], types.FunctionType.__code__, types.FunctionType.__closure__, types.SimpleNamespace(),
        iter([]), reversed([]), iter(()), iter(range(0)), iter(range(1 << 70)), iter(""), iter("\u1234"), iter(b""), iter(bytearray()),
        iter(set()), iter({}), reversed({}), {}.keys(), {}.values(), {}.items(), iter({}.values()), iter({}.items()), iter(memoryview(b"")),
        reversed({}.values()), reversed({}.items()), iter(int, 1), iter(type("", (), {"__getitem__": None})()),
    ]  # fmt: skip
    awaited.close()
    code = closure.__code__
    if sys.version_info >= (3, 9):
        made += [list[int]]
    if sys.version_info >= (3, 10):
        made += [int | str, code.co_lines(), anext(asynchronous(), None)]
    if sys.version_info >= (3, 11):
        made += [code.co_positions(), iter(list[int])]
    if sys.version_info >= (3, 13):
        made += [sys._getframe().f_locals]
    try:
        raise ValueError
    except ValueError as error:
        made.append(error.__traceback__)
    return {type(each) for each in made}


def module_types(module):
    """Types of modules in C which their modules do not name, by what makes one of them."""
    if module == "itertools":
        import itertools

        made = [itertools.tee([])[0], next(itertools.groupby([1]))[1]]
    elif module == "collections":
        import collections

        ordered = collections.OrderedDict()
        made = [ordered.keys(), ordered.values(), ordered.items(), iter(ordered)]
    elif module == "functools":
        import functools

        made = [functools.cmp_to_key(None), functools.lru_cache(None)(len)]
    else:
        made = []
    return {type(each) for each in made}


def is_in_c(kind):
    """Whether no class statement made it: on the heap are also types of extensions, and `ExceptionGroup`."""
    if not kind.__flags__ & 1 << 9 or kind.__module__ == "builtins":
        return True
    dealloc = 8 * TYPE.index("tp_dealloc")
    return word(id(kind) + dealloc) != word(id(Facts) + dealloc)


def has_class_statement(kind):
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    if not file.endswith(".py"):
        return False
    with open(file, encoding="utf-8") as source:
        return re.search(r"^\s*class %s\b" % kind.__name__, source.read(), re.M) is not None


def placed(name, module):
    return name if not isinstance(module, str) or module == "builtins" else module + "." + name


# What makes an object without looking at what is given: `tp_init` does that.
GENERAL_NEW = slots(object)["tp_new"], ctypes.cast(ctypes.pythonapi.PyType_GenericNew, ctypes.c_void_p).value


class Facts:
    def __init__(self):
        # (address, slot), (file, function) and bases, nearest first, by name.
        self.addresses, self.python, self.bases = {}, {}, {}

    def c(self, name, address, slot="-"):
        self.addresses.setdefault(name, (address, slot))

    def module(self, name):
        import importlib

        is_within = name == "sys.monitoring"
        module = getattr(sys, "monitoring", None) if is_within else importlib.import_module(name)
        for attribute, value in sorted(vars(module).items()) if module else ():
            home = getattr(value, "__module__", None)
            if isinstance(value, type(len)):
                address = word(word(id(value) + FUNCTION_METHOD) + METHOD_FUNCTION)
                if home == name or name == "builtins":
                    self.c(placed(value.__qualname__, home), address)
                if name == "builtins":
                    self.c(attribute, address)
            elif isinstance(value, type(core_types)) and home == name:
                self.written_in_python(placed(value.__qualname__, home), value)
            elif isinstance(value, type) and (home in (name, name.lstrip("_")) or name == "_weakref"):
                self.type(value)
        for kind in sorted(module_types(name), key=lambda kind: kind.__name__):
            self.type(kind)

    def written_in_python(self, name, value):
        code = getattr(value, "__code__", None)
        file = code.co_filename if code else getattr(sys.modules[value.__module__], "__file__", "")
        library = os.path.dirname(os.__file__) + os.sep
        # What was compiled from a text, as methods of named tuples are, has no file.
        if file.startswith(library) and (code or has_class_statement(value)):
            self.python[name] = ("Lib/" + file[len(library) :], code.co_name if code else value.__name__)

    def type(self, kind):
        name = placed(kind.__qualname__, kind.__module__)
        if not is_in_c(kind):
            self.written_in_python(name, kind)
            for attribute, value in kind.__dict__.items():
                value = getattr(value, "__func__", value)
                value = getattr(value, "fget", value)
                if isinstance(value, type(core_types)) and attribute not in LEFT_OUT:
                    self.written_in_python(name + "." + attribute, value)
            return
        if len(kind.__mro__) > 2:
            self.bases[name] = ",".join(placed(base.__qualname__, base.__module__) for base in kind.__mro__[1:-1])
        filled, inherited = slots(kind), slots(kind.__base__) if kind.__base__ else {}
        # Who calls the type calls this: type_call goes past what makes nothing new.
        called = "tp_vectorcall"
        if called not in filled:
            is_general = filled.get("tp_new") in GENERAL_NEW and filled.get("tp_init") != slots(object)["tp_init"]
            called = "tp_init" if is_general else "tp_new"
        if called in filled:
            self.c(name, filled[called], called)
        told = {("tp_vectorcall", filled.get("tp_vectorcall"))}
        for attribute, value in kind.__dict__.items():
            if attribute in LEFT_OUT:
                continue
            address, slot = self.attribute(kind, attribute, value, filled)
            if address:
                told.add((slot, address))
                self.c(name + "." + attribute, address, slot)
        if kind.__module__ == "builtins" and not issubclass(kind, BaseException):
            for slot, address in filled.items():
                if (slot, address) not in told and inherited.get(slot) != address:
                    self.c(name + "." + slot, address, slot)

    def attribute(self, kind, attribute, value, filled):
        """Address and slot."""
        value = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if attribute == "__new__" and isinstance(value, type(len)):
            return filled["tp_new"], "tp_new"
        if isinstance(value, type(str.__add__)):
            return word(id(value) + WRAPPED), slot_of_wrapper(value)
        if isinstance(value, type(type(core_types).__code__)):
            return word(word(id(value) + DESCRIBED) + GETTER), "tp_getset"
        if isinstance(value, (type(str.join), type(dict.__dict__["fromkeys"]))):
            address = word(word(id(value) + DESCRIBED) + METHOD_FUNCTION)
            # Some are methods for speed, and are the very function of the slot.
            same = [slot for slot, function in filled.items() if function == address]
            return address, same[0] if attribute.startswith("__") and same else "-"
        if isinstance(value, type(len)):
            return word(word(id(value) + FUNCTION_METHOD) + METHOD_FUNCTION), "-"
        return None, "-"


class Binaries:
    """Files that are mapped into this process, and what their symbols say."""

    def __init__(self):
        self.starts, self.mapped, bases = [], [], {}
        with open("/proc/self/maps") as maps:
            for line in maps:
                fields = line.split(None, 5)
                if len(fields) == 6 and fields[5].startswith("/"):
                    (start, end), path = (int(part, 16) for part in fields[0].split("-")), fields[5].rstrip("\n")
                    bases.setdefault(path, start - int(fields[2], 16))
                    self.starts.append(start)
                    self.mapped.append((end, path))
        self.bases = bases

    def of(self, address):
        """File and address within it."""
        index = bisect.bisect_right(self.starts, address) - 1
        end, path = self.mapped[index]
        assert self.starts[index] <= address < end, hex(address)
        with open(path, "rb") as file:
            is_fixed = file.read(18)[16] == 2
        return path, address - (0 if is_fixed else self.bases[path])


def tool(*command, **options):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, **options).stdout
    except OSError as error:
        give_up("%s: %s" % (command[0], error))


def give_up(reason):
    print(reason, file=sys.stderr)
    sys.exit(3)


def from_the_top(path):
    """A file's path from the top of CPython's tree."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    tops = [index for index, part in enumerate(parts) if part in ("Objects", "Python", "Modules", "Parser", "Include")]
    return "/".join(parts[tops[-1] :]) if tops else None


def named(path, addresses):
    """(file, function, implementation) by address, of one binary."""
    symbols = {}
    for line in tool("nm", "--defined-only", path).splitlines():
        address, kind, name = line.split(" ", 2)
        if kind in "tTwWi":
            symbols.setdefault(int(address, 16), []).append(name.split(".")[0])
    written = {}
    for match in re.finditer(r'DW_TAG_subprogram\n(?:.+\n)*?.*DW_AT_name\t\("(\w+_impl)"\)\n.*DW_AT_decl_file\t\("(.+)"\)', tool("llvm-dwarfdump", "--regex", "--name", "_impl$", path)):
        written.setdefault(match[1], set()).add(from_the_top(match[2]))
    facts, lines = {}, []
    asked = "".join("%#x\n" % address for address in addresses)
    for line in tool("addr2line", "-a", "-f", "-i", "-e", path, input=asked).splitlines() + ["0x0"]:
        if not line.startswith("0x"):
            lines.append(line)
            continue
        if lines:
            # What is inlined at the very beginning comes first, the function itself last.
            function, file = lines[-2], from_the_top(lines[-1].rsplit(":", 1)[0])
            here = symbols.get(address)
            if not here or file is None:
                give_up("%s has no symbols or no DWARF" % path)
            # Equal functions are made one, with several names: DWARF's is the one that is written there.
            function = function if function in here else sorted(here)[0]
            facts[address] = (file, function, "-")
            clinic = re.fullmatch(r"(.*)clinic/(.*)\.h", file)
            if clinic:
                source, implementation = clinic[1] + clinic[2], function + "_impl"
                if source in written.get(implementation, ()):
                    facts[address] = (source, function, implementation)
        address, lines = int(line, 16), []
    return facts


def measured():
    facts = Facts()
    for kind in sorted(core_types(), key=lambda kind: kind.__name__):
        facts.type(kind)
    for module in MODULES:
        facts.module(module)
    # Extensions were loaded meanwhile.
    binaries = Binaries()
    places = {name: (binaries.of(address), slot) for name, (address, slot) in facts.addresses.items()}
    by_path = {}
    for (path, address), _ in places.values():
        by_path.setdefault(path, set()).add(address)
    known = {path: named(path, sorted(addresses)) for path, addresses in by_path.items()}
    rows = {name: known[path][address] + (slot,) for name, ((path, address), slot) in places.items()}
    for name, (file, function) in facts.python.items():
        rows.setdefault(name, (file, function, "-", "-"))
    return rows, facts.bases


def print_measured():
    rows, bases = measured()
    if not any(function == "long_add" for _, function, _, _ in rows.values()):
        give_up("no symbols")
    print("release\t%d.%d.%d" % sys.version_info[:3])
    for name, row in sorted(rows.items()):
        print("\t".join(("function", name) + row))
    for name, mro in sorted(bases.items()):
        print("\t".join(("bases", name, mro)))


# Gone from 3.14, by its "What's New": the iterators of itertools can be copied and pickled no more.
GONE = re.compile(r"itertools\..*\.(__reduce__|__setstate__|__deepcopy__)")
LAST = 14


def versions_of(minors):
    """As the tables write them; the last measured one stands for what came after it."""
    ranges = []
    for minor in sorted(minors):
        if ranges and ranges[-1][1] + 1 == minor:
            ranges[-1][1] = minor
        else:
            ranges.append([minor, minor])
    words = ("3.%d-" % first if last == LAST else "3.%d" % first if first == last else "3.%d-3.%d" % (first, last) for first, last in ranges)
    return ",".join(words)


def merge(paths):
    """One row for each distinct fact, with the releases in which it was measured."""
    found, releases = {}, {}
    for path in paths:
        with open(path) as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        release = rows[0][1]
        minor = int(release.split(".")[1])
        releases[minor] = release
        for row in rows[1:]:
            found.setdefault(tuple(row), []).append(minor)
    newest, tables = max(releases), {"function": [], "bases": []}
    for (table, name, *fact), minors in found.items():
        measured_in = ",".join(releases[minor] for minor in sorted(minors))
        if newest in minors and not GONE.fullmatch(name):
            minors = minors + list(range(newest + 1, LAST + 1))
        tables[table].append((name, min(minors), [name, versions_of(minors)] + fact + [measured_in]))
    headings = {
        "function": ("functions.tsv", "name versions file function implementation slot checked"),
        "bases": ("bases.tsv", "type versions bases checked"),
    }
    for table, (file, heading) in headings.items():
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", file), "w") as out:
            out.write("\t".join(heading.split()) + "\n")
            out.writelines("\t".join(row) + "\n" for _, _, row in sorted(tables[table]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--merge"]:
        merge(sys.argv[2:])
    else:
        print_measured()
