# Text made of nested values, as `json` does it without its part in C.

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}


def quoted(text):
    return '"' + "".join([ESCAPES.get(letter, letter) for letter in text]) + '"'


def encode(value, write):
    if value is None:
        write("null")
    elif value is True or value is False:
        write("true" if value else "false")
    elif isinstance(value, str):
        write(quoted(value))
    elif isinstance(value, (int, float)):
        write(repr(value))
    elif isinstance(value, dict):
        write("{")
        is_first = True
        for key, item in sorted(value.items()):
            if not is_first:
                write(", ")
            is_first = False
            write(quoted(key))
            write(": ")
            encode(item, write)
        write("}")
    else:
        write("[")
        for place, item in enumerate(value):
            if place:
                write(", ")
            encode(item, write)
        write("]")


THINGS = {"name": "a\nthing", "tags": ["red", "green", "blue"], "size": {"x": 1.5, "y": -2, "z": None}, "is_new": True}

for turn in range(1200):
    parts = []
    encode([THINGS, turn, {"number": turn}], parts.append)
    "".join(parts)
