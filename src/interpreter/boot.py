# What lets the tracer into Python: as the module `sitecustomize`, which Python imports before it runs what its
# command line names, or as its main script, which makes room for a program that is only text. Parses in every
# Python since 2.6, so that an old one can say what it is. What begins with a dollar sign is filled in before it is
# handed over.
import os, sys

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
failure = None
if $IS_SITE:
    # Python is to find itself as it would be without us: its environment, its path, a `sitecustomize` of the user's.
    import zipimport

    place = "/dev/fd/$BOOT_FD"
    os.environ["PYTHONPATH"] = $PYTHONPATH
    if not $HAS_PYTHONPATH:
        del os.environ["PYTHONPATH"]
    sys.path.remove(place)
    for cache in (sys.path_importer_cache, zipimport._zip_directory_cache):
        cache.pop(place, None)
    own = sys.modules.pop("sitecustomize")
os.close($BOOT_FD)
if $IS_SITE:
    try:
        import sitecustomize
    except BaseException:
        failure = sys.exc_info()[1]
found = set(sys.modules)
try:
    with open($TRACER_FD, "rb") as tracer:
        code = compile(tracer.read(), "<evalody>", "exec")
    private = {"__name__": "evalody", "__builtins__": __builtins__, "FOUND_MODULES": found, "BOOT_FILE": __file__}
    exec(code, private)
    run = private["main"]()
except BaseException:
    # As `sitecustomize` it would only be a complaint, and the program would run unheard.
    sys.excepthook(*sys.exc_info())
    os._exit(70)
if run is not None:
    run()
elif failure is not None:
    sys.modules["sitecustomize"] = own
    raise failure
