"""Code objects as the trace protocol tells them: what each instruction is, where it comes from, and
what it does to the height of the value stack. Every CPython from 3.8 on, without `dis`, whose import
would cost more than the rest of the start. Knows nothing of running programs."""

import opcode as _opcodes
import sys
from _json import encode_basestring as quoted

VERSION = sys.version_info[:2]
# Longest meaning of an argument, in characters: wider than any column that shows it.
MEANING_LENGTH = 80
EXTENDED_ARG = _opcodes.EXTENDED_ARG
NAMES = list(_opcodes.opname)
# Jumps count in code units of two bytes from 3.10 on, in bytes before.
JUMP_UNIT = 2 if VERSION >= (3, 10) else 1
RELATIVE = frozenset(getattr(_opcodes, "hasjrel", ())) | frozenset(getattr(_opcodes, "hasjump", ()))
ABSOLUTE = frozenset(getattr(_opcodes, "hasjabs", ()))
CONSTANTS, NAMED, LOCALS = frozenset(_opcodes.hasconst), frozenset(_opcodes.hasname), frozenset(_opcodes.haslocal)
FREE, COMPARE = frozenset(_opcodes.hasfree), frozenset(_opcodes.hascompare)
# Those after which the next instruction is never reached.
FINAL = frozenset(
    "RETURN_VALUE RETURN_CONST RAISE_VARARGS RERAISE JUMP_FORWARD JUMP_ABSOLUTE JUMP_BACKWARD "
    "JUMP_BACKWARD_NO_INTERRUPT INTERPRETER_EXIT".split()
)
# The kinds of function whose frame starts with a value sent in (inspect.CO_GENERATOR and the like).
SUSPENDED = 0x20 | 0x80 | 0x200


def _caches():
    entries = getattr(_opcodes, "_inline_cache_entries", None)
    if entries is None:
        return [0] * 256
    if isinstance(entries, dict):
        return [entries.get(name, 0) for name in NAMES]
    return list(entries) + [0] * 256


def _takes_argument():
    if hasattr(_opcodes, "hasarg"):
        return [op in set(_opcodes.hasarg) for op in range(256)]
    return [op >= _opcodes.HAVE_ARGUMENT for op in range(256)]


CACHES = _caches()
TAKES_ARGUMENT = _takes_argument()
_effects = {}


def effects(op, argument):
    """Changes of height: falling through (None if it never does) and jumping."""
    key = op, argument
    known = _effects.get(key)
    if known is None:
        known = _effects[key] = _count(op, NAMES[op], argument)
    return known


def _count(op, name, argument):
    operand = argument if TAKES_ARGUMENT[op] else None
    falling = None if name in FINAL else _opcodes.stack_effect(op, operand, jump=False)
    jumping = _opcodes.stack_effect(op, operand, jump=True)
    if name == "RETURN_GENERATOR" and VERSION <= (3, 12):
        falling = 1  # booked as 0, but the resume pushes the value sent in
    elif VERSION == (3, 11) and name == "PRECALL":
        falling = 0  # the table books the arguments here, though CALL takes them off
    elif VERSION == (3, 11) and name == "CALL":
        falling = -argument - 1
    return falling, jumping


def units(code):
    """(offset, opcode, argument) of every instruction that the interpreter can report. Until 3.11 it
    reports the prefix and not the instruction behind it, so the instruction stands there."""
    bytecode = code.co_code
    offset, end, extended, start = 0, len(bytecode), 0, None
    while offset < end:
        op = bytecode[offset]
        argument = bytecode[offset + 1] | extended
        if op == EXTENDED_ARG:
            if start is None:
                start = offset
            if VERSION >= (3, 12):
                yield offset, op, argument, offset
            extended = (argument << 8) & 0xFFFFFFFF
        else:
            where = offset if start is None or VERSION >= (3, 12) else start
            yield where, op, argument, offset
            extended, start = 0, None
        offset += 2 + 2 * CACHES[op]


def target(op, argument, offset):
    """Where the instruction whose opcode is at `offset` may jump to, or None."""
    if op in ABSOLUTE:
        return argument * JUMP_UNIT
    if op in RELATIVE:
        way = -argument if "JUMP_BACKWARD" in NAMES[op] else argument
        return offset + 2 + 2 * CACHES[op] + way * JUMP_UNIT
    return None


def handlers(code):
    """The exception table (Objects/exception_handling_notes.txt): start, end, target, depth, lasti."""
    table = iter(getattr(code, "co_exceptiontable", b""))

    def number(first):
        value = first & 63
        while first & 64:
            first = next(table)
            value = value << 6 | first & 63
        return value

    for first in table:
        start = number(first) * 2
        length = number(next(table)) * 2
        to = number(next(table)) * 2
        packed = number(next(table))
        yield start, start + length, to, packed >> 1, bool(packed & 1)


def positions(code):
    """(line, column, end line, end column) of every code unit."""
    count = len(code.co_code) // 2
    if VERSION >= (3, 11):
        return [(line, column, end_line, end_column) for line, end_line, column, end_column in code.co_positions()]
    lines = [None] * count
    if VERSION >= (3, 10):
        for start, end, line in code.co_lines():
            lines[start // 2 : end // 2] = [line] * (end // 2 - start // 2)
    else:
        line, address, table = code.co_firstlineno, 0, code.co_lnotab
        for index in range(0, len(table), 2):
            upto = address + table[index]
            lines[address // 2 : upto // 2] = [line] * (upto // 2 - address // 2)
            change = table[index + 1]
            address, line = upto, line + (change - 256 if change >= 128 else change)
        lines[address // 2 :] = [line] * (count - address // 2)
    return [(line, None, None, None) for line in lines[:count]]


def shown(constant):
    """A constant as `dis` shows it, but the same in every run: no addresses, sets in order."""
    kind = type(constant)
    if kind is type(shown.__code__):
        return "<code object %s>" % constant.co_name
    if kind is str or kind is bytes:
        return repr(constant[: MEANING_LENGTH + 1])
    if kind is frozenset:
        return "frozenset({%s})" % ", ".join(sorted(map(shown, constant))) if constant else "frozenset()"
    if kind is tuple:
        inner = ", ".join(map(shown, constant[:MEANING_LENGTH]))
        return "(%s,)" % inner if len(constant) == 1 else "(%s)" % inner
    if kind is int and constant.bit_length() > 8 * MEANING_LENGTH:
        return "<int of %d bits>" % constant.bit_length()
    return repr(constant)


def _local(code, index):
    if VERSION >= (3, 11):
        return code._varname_from_oparg(index)
    return code.co_varnames[index]


def _free(code, index):
    if VERSION >= (3, 11):
        return code._varname_from_oparg(index)
    return (code.co_cellvars + code.co_freevars)[index]


def _name(code, name, argument):
    shift = 0
    if name == "LOAD_GLOBAL" and VERSION >= (3, 11) or name == "LOAD_ATTR" and VERSION >= (3, 12):
        shift = 1
    elif name == "LOAD_SUPER_ATTR":
        shift = 2
    found = code.co_names[argument >> shift]
    if not (shift and argument & 1):
        return found
    if name == "LOAD_GLOBAL":
        return found + " + NULL" if VERSION >= (3, 13) else "NULL + " + found
    return found + " + NULL|self" if VERSION >= (3, 13) else "NULL|self + " + found


def _compared(argument):
    if VERSION < (3, 12):
        return _opcodes.cmp_op[argument]
    if VERSION == (3, 12):
        return _opcodes.cmp_op[argument >> 4]
    sign = _opcodes.cmp_op[argument >> 5]
    return "bool(%s)" % sign if argument & 16 else sign


CONVERSIONS = ("", "str", "repr", "ascii")
FUNCTION_PARTS = ("defaults", "kwdefaults", "annotations", "closure", "annotate")
TABLES = {
    "CALL_INTRINSIC_1": getattr(_opcodes, "_intrinsic_1_descs", ()),
    "CALL_INTRINSIC_2": getattr(_opcodes, "_intrinsic_2_descs", ()),
    "LOAD_COMMON_CONSTANT": getattr(_opcodes, "_common_constants", ()),
    "LOAD_SPECIAL": getattr(_opcodes, "_special_method_names", ()),
    "CONVERT_VALUE": CONVERSIONS,
}


def meaning(code, op, argument, offset):
    name = NAMES[op]
    if op in CONSTANTS:
        return shown(code.co_consts[argument])
    if op in NAMED:
        return _name(code, name, argument)
    if op in ABSOLUTE or op in RELATIVE:
        return "to %d" % target(op, argument, offset)
    if op in LOCALS:
        if name.count("_FAST") == 2 and name != "LOAD_FAST_AND_CLEAR":
            return "%s, %s" % (_local(code, argument >> 4), _local(code, argument & 15))
        return _local(code, argument)
    if op in FREE:
        return _free(code, argument)
    if op in COMPARE:
        return _compared(argument)
    if name == "BINARY_OP":
        return _opcodes._nb_ops[argument][1]
    if name == "LOAD_SMALL_INT":
        return str(argument)
    if name in TABLES:
        found = TABLES[name][argument]
        return found if isinstance(found, str) else getattr(found, "__name__", str(found))
    if name == "FORMAT_VALUE":
        parts = [CONVERSIONS[argument & 3]] if argument & 3 else []
        return ", ".join(parts + ["with format"] * bool(argument & 4))
    if name in ("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE"):
        return ", ".join(part for bit, part in enumerate(FUNCTION_PARTS) if argument & 1 << bit)
    return ""


def _number(value):
    # Generated code may carry any number as its line.
    return "null" if value is None or not 0 <= value < 1 << 31 else str(value)


def described(code, number, origin, file):
    """The payload of the blob that tells a code object."""
    where = positions(code)
    rows = []
    for offset, op, argument, opcode_offset in units(code):
        name = NAMES[op]
        falling, jumping = effects(op, argument) if op != EXTENDED_ARG else (0, None)
        to = target(op, argument, opcode_offset)
        try:
            text = meaning(code, op, argument, opcode_offset)[:MEANING_LENGTH]
        except (LookupError, ValueError):
            text = ""  # made by hand, not by the compiler
        line, column, end_line, end_column = where[opcode_offset // 2]
        rows.append(
            '[%d,"%s",%s,%s,[%s,%s,%s,%s],%s,%s]'
            % (
                offset, name, argument if TAKES_ARGUMENT[op] else "null", quoted(text),
                _number(line), _number(column), _number(end_line), _number(end_column),
                "null" if falling is None else falling,
                "null" if to is None else "[%d,%d]" % (to, jumping),
            )
        )  # fmt: skip
    entry = 1 if VERSION == (3, 10) and code.co_flags & SUSPENDED else 0
    table = ",".join("[%d,%d,%d,%d,%s]" % (*h[:4], "true" if h[4] else "false") for h in handlers(code))
    return (
        '{"id":%d,"name":%s,"qualname":%s,"file":%s,"first_line":%d,"flags":%d,"stack_size":%d,"origin":"%s",'
        '"entry_depth":%d,"instructions":[%s],"handlers":[%s]}'
        % (
            number, quoted(code.co_name), quoted(getattr(code, "co_qualname", code.co_name)), quoted(file),
            max(code.co_firstlineno, 0), code.co_flags, code.co_stacksize, origin,
            entry, ",".join(rows), table,
        )
    )  # fmt: skip


def nested(code):
    """A code object and all within it, outermost first."""
    open_codes = [code]
    while open_codes:
        code = open_codes.pop(0)
        yield code
        open_codes.extend(constant for constant in code.co_consts if type(constant) is type(code))
