# Python's own main script, before it makes room for the program. Parses in every Python since 2.6, so that
# an old one can say what it is. What begins with a dollar sign is filled in before it is handed over.
import os, sys

found = set(sys.modules)
implementation = getattr(sys, "implementation", None)
if implementation is None or implementation.name != "cpython" or sys.version_info < (3, 8):
    import struct

    version = tuple(sys.version_info[:3])
    name = implementation.name if implementation and implementation.name != "cpython" else "CPython"
    hello = '{"protocol":$PROTOCOL,"interpreter":"%s %d.%d.%d","version":[%d,%d],"recorder":"none"}' % ((name,) + version + version[:2])
    hello = hello.encode("ascii")
    os.write($TRACE_FD, struct.pack("<Q", 1 << 60 | 1 << 32 | len(hello)) + hello + b"\0" * (-len(hello) % 8))
    os._exit(0)
if $SEEDED:
    del os.environ["PYTHONHASHSEED"]
os.close($BOOT_FD)
with open($TRACER_FD, "rb") as tracer:
    code = compile(tracer.read(), "<evalody>", "exec")
private = {"__name__": "evalody", "__builtins__": __builtins__, "FOUND_MODULES": found, "BOOT_FILE": __file__}
exec(code, private)
private["main"](sys.argv[1])
