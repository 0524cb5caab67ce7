# The best recorder that can be written in Python on sys.monitoring, for tests/bench/tap.rs: a word of an array for
# each event, written to standard output by the thousand. `steps` records instructions alone, by code object
# and offset; `same` also what else the tap tells of one thread, but for memory: frames entered and left,
# exceptions, and the functions in C that are called.

import os
import sys
from array import array

TOOL = 4
FULL = 4096


def recorded(which, path):
    monitoring = sys.monitoring
    events, DISABLE = monitoring.events, monitoring.DISABLE
    record, codes, words, functions = array("Q"), [], {}, {}
    append, length, identity = record.append, len, id
    last, last_word = None, 0
    heard = events.INSTRUCTION
    if which == "same":
        heard |= events.PY_RETURN | events.PY_YIELD | events.CALL

    def flush():
        os.write(1, record)
        del record[:]

    def learned(code):
        codes.append(code)  # or another may have its address
        word = words[id(code)] = len(words) << 20 if code.co_filename == path else -1
        if word >= 0:
            monitoring.set_local_events(TOOL, code, heard)
        return word

    def stepped(code, offset):
        nonlocal last, last_word
        if code is not last:
            last_word = words[identity(code)]
            last = code
        append(last_word | offset)
        if length(record) >= FULL:
            flush()

    def met(code, offset):
        learned(code)
        return DISABLE

    def entered(mark):
        def callback(code, offset):
            word = words.get(identity(code))
            if word is None:
                word = learned(code)
            if word < 0:
                return DISABLE
            append(mark | word)

        return callback

    def marked(mark):
        def callback(code, offset, value):
            word = words.get(identity(code), -1)
            if word >= 0:
                append(mark | word)

        return callback

    def called(code, offset, function, _):
        word = functions.get(identity(function))
        if word is None:
            word = functions[identity(function)] = len(functions) if type(function) in IN_C else -1
        if word >= 0:
            append(1 << 63 | word)

    callbacks = {events.INSTRUCTION: stepped, events.PY_START: met}
    if which == "same":
        callbacks[events.CALL] = called
        for number, event in enumerate((events.PY_START, events.PY_RESUME)):
            callbacks[event] = entered(number + 1 << 52)
        for number, name in enumerate(("PY_THROW", "PY_RETURN", "PY_YIELD", "PY_UNWIND", "RAISE", "EXCEPTION_HANDLED")):
            callbacks[getattr(events, name)] = marked(number + 3 << 52)
    monitoring.use_tool_id(TOOL, "bench")
    everywhere = 0
    for event, callback in callbacks.items():
        monitoring.register_callback(TOOL, event, callback)
        everywhere |= event & ~heard
    with open(path, encoding="utf-8") as file:
        program = compile(file.read(), path, "exec")
    monitoring.set_events(TOOL, everywhere)
    try:
        exec(program, {"__name__": "__main__"})
    finally:
        monitoring.set_events(TOOL, 0)
        flush()


IN_C = {type(len), type(str.join), type(dict.__dict__["fromkeys"]), type(object.__init__)}

recorded(sys.argv[1], sys.argv[2])
