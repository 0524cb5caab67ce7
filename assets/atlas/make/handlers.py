"""Rows of ../handlers.tsv out of CPython source trees: handlers.py TREE...

Facts only are taken: which names are implemented, by what text the line begins, and of which parts a macro is put
together. Trees are told apart by Include/patchlevel.h; what is alike in successive versions becomes one row.
"""

import pathlib
import re
import sys

# A definition of Python/bytecodes.c: words that are no part of its anchor (see ../README.md), and what it is of.
HEAD = re.compile(r"^[ \t]*((?:[a-z_0-9]+(?:\(\d+\))? +)*)(inst|op|macro|super|pseudo)( ?)\((\w+)(,|\)(?: =)?)", re.M)
TARGET = re.compile(r"^[ \t]*(case TARGET|TARGET)\(([A-Z_0-9]+)\)|^[ \t]*(TARGET_INSTRUMENTED_LINE:)", re.M)


def release(tree):
    return re.search(r'define PY_VERSION\s+"([^"+]+)', (tree / "Include/patchlevel.h").read_text())[1]


def definitions(source):
    """Each definition of Python/bytecodes.c: name, what kind, anchor, names of its parts."""
    source = re.sub(r"//.*", "", source)
    for match in HEAD.finditer(source):
        words, kind, blank, name, end = match.groups()
        # With a blank before the bracket only the whole beginning of the line is an anchor.
        start = f"{words}{kind} (" if blank else f"{kind}("
        parts = []
        if kind in ("macro", "super"):
            body = source[match.end() : source.index(";", match.end())]
            # Entries like unused/1 stand for space in the inline cache.
            parts = [part for part in re.split(r"[\s+]+", body) if part and "/" not in part and part != "flush"]
        yield name, kind, f"{start}{name}{end}", parts


def handlers(tree):
    """Of each opcode and form: file, anchor, anchors of its parts."""
    rows = {}
    for kind, name, line in TARGET.findall((tree / "Python/ceval.c").read_text()):
        name, anchor = (name, f"{kind}({name})") if name else ("INSTRUMENTED_LINE", line)
        rows.setdefault(name, ("Python/ceval.c", anchor, "-"))
    path = tree / "Python/bytecodes.c"
    found = list(definitions(path.read_text())) if path.exists() else []
    # A part may be an instruction that has a row of its own.
    anchors = {name: anchor for name, _, anchor, _ in found}
    for name, kind, anchor, parts in found:
        if kind != "op":
            rows[name] = ("Python/bytecodes.c", anchor, " ".join(anchors[part] for part in parts) or "-")
    return rows


def main(trees):
    merged = {}
    for tree in sorted(trees, key=lambda tree: int(release(tree).split(".")[1])):
        minor = int(release(tree).split(".")[1])
        for name, row in handlers(tree).items():
            runs = merged.setdefault(name, [])
            if runs and runs[-1][0] == row and runs[-1][2] == minor - 1:
                runs[-1] = (row, runs[-1][1], minor, f"{runs[-1][3]},{release(tree)}")
            else:
                runs.append((row, minor, minor, release(tree)))
    print("name", "versions", "file", "anchor", "parts", "checked", sep="\t")
    for name, runs in sorted(merged.items()):
        for (file, anchor, parts), first, last, releases in runs:
            versions = f"3.{first}" if first == last else f"3.{first}-3.{last}"
            print(name, versions, file, anchor, parts, releases, sep="\t")


main([pathlib.Path(tree) for tree in sys.argv[1:]])
