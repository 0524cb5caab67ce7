# What the command line names: its text, its code, and which files are the program. Stands behind engines.py, in
# one namespace with it. Python itself runs it, but for a text which has no file of its own, or a newer one.

# Modules that are there before anything is imported; by their names, importing them would need the path.
importing, importing_files = sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"]


class Launched:
    """`file` is the name of its file in code objects (None if it is not found), `name` what people call it,
    `folders` begin the names of files that are the program's too."""

    def __init__(self, options):
        self.name, path, launch = options["name"], options["path"], options["launch"]
        self.source, self.codes, self.folders, self.spec = None, None, (), None
        self.is_text = launch == "script" and options["source_fd"] is not None
        if options["source_fd"] is not None:
            # Decoded already, whatever its coding line says.
            with open(options["source_fd"], encoding="utf-8", newline="") as file:
                self.source = file.read()
        if launch == "command":
            self.file = "<string>"
        elif launch not in ("script", "archive"):
            self._find_module(launch["module"])
        elif path is None:
            self.file = self.name
        else:
            # Python itself makes the name of its script absolute from 3.9 on.
            is_kept = VERSION < (3, 9) or os.path.isabs(self.name)
            self.file = self.name if is_kept else os.path.join(os.getcwd(), self.name)
            if launch == "archive":
                self._find_archive()
        if self.source is None and launch == "script":
            with open(path, "rb") as file:
                self.source = file.read()

    def _find_archive(self):
        """A folder or a zip file with a `__main__`."""
        self.spec = importing_files.PathFinder.find_spec("__main__", [self.file])
        if self.spec is not None:
            self.folders = (os.path.abspath(self.file) + os.sep,)
            self._found()

    def _find_module(self, name):
        # Here, and not in Python's `runpy`, so that nothing is imported: packages run when they are.
        self.file = None
        if not getattr(sys.flags, "safe_path", False):
            sys.path.insert(0, os.getcwd())
        try:
            self._follow(name)
        except Exception:  # from a finder of the user's; Python will say it
            self.spec = None
        if not getattr(sys.flags, "safe_path", False):
            del sys.path[0]

    def _follow(self, name):
        path, spec = None, None
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            spec = importing._find_spec(".".join(parts[:end]), path)
            if spec is None:
                return
            path = spec.submodule_search_locations
            if path is not None and spec.origin is not None and not self.folders:
                self.folders = tuple(os.path.abspath(folder) + os.sep for folder in path)
        if path is not None:
            spec = importing._find_spec(name + ".__main__", path)
        self.spec = spec
        if spec is not None:
            self._found()

    def _found(self):
        spec = self.spec
        self.file = "<frozen %s>" % spec.name if spec.origin == "frozen" else spec.origin

    def text(self):
        """The bytes of its source where only Python can find them."""
        spec = self.spec
        if spec is None:
            return None
        where = getattr(spec.loader_state, "filename", None) if spec.origin == "frozen" else spec.origin
        try:
            if spec.origin == "frozen":
                with open(where, "rb") as file:
                    return file.read()
            return spec.loader.get_data(where) if where.endswith(".py") else None
        except Exception:  # compiled only
            return None

    def compiled(self):
        """Its code; None if there is none to be had before it runs."""
        if self.source is None:
            return None
        filters = sys.modules["_warnings"].filters
        if not self.is_text:
            filters.insert(0, ("ignore", None, Warning, None, 0))  # Python will warn
        try:
            code = compile(self.source, self.file, "exec", dont_inherit=True)
        finally:
            if not self.is_text:
                del filters[0]
        if self.file == "<string>":
            # Code that a command generates bears this name too.
            self.codes = frozenset(nested(code))
        return code

    def compiled_module(self):
        """The code of a module that is not to run."""
        return self.spec.loader.get_code(self.spec.name) if self.spec is not None else None

    def is_own(self, code):
        return code.co_filename == self.file and (self.codes is None or code in self.codes)


def main_module(file):
    """The module __main__ as the program would find it, emptied of what started us."""
    namespace = sys.modules["__main__"].__dict__
    keeps = [name for name in ("__annotations__",) if name in namespace]
    builtins = namespace["__builtins__"]
    namespace.clear()
    namespace.update(__name__="__main__", __doc__=None, __package__=None, __loader__=None, __spec__=None)
    for name in keeps:
        namespace[name] = {}
    namespace["__builtins__"] = builtins
    if file is not None:
        namespace["__loader__"] = sys.modules["_frozen_importlib_external"].SourceFileLoader("__main__", file)
        namespace["__file__"] = file
        namespace["__cached__"] = None
    return namespace


def make_room(launched, options):
    """The namespace for a text in place of our own main script."""
    path = options["path"]
    sys.argv[:] = [launched.name] + options["arguments"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[1:] = sys.argv
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = "" if path is None else os.path.dirname(os.path.realpath(path))
    return main_module(None if path is None else launched.file)
