# The line that the probe looks at: its places are found in the syntax tree, each is handed a function of its own
# to look with, and what came of it is told. Stands behind probe.py, in one namespace with it.

import _ast
from itertools import count

# What a place's function is called until the code is compiled: a syntax tree holds no functions.
STAND_IN = "<evalody %d>"
LONGEST_TEXT = 80


def mangled(name, inside):
    """A private name as the compiler writes it within a class."""
    inside = (inside or "").lstrip("_")
    return "_" + inside + name if inside and name.startswith("__") and not name.endswith("__") else name


class Place:
    """An attribute or a call on the line, and the ways in which it went."""

    def __init__(self, node, inside, is_called, is_augmented):
        self.node, self.is_called = node, is_called
        self.is_call = isinstance(node, _ast.Call)
        inner = node.func if self.is_call else node
        self.at = inner.end_lineno, inner.end_col_offset
        self.name = None if self.is_call else mangled(node.attr, inside)
        self.access = "call"
        if not self.is_call:
            stored = {_ast.Store: "store", _ast.Del: "delete"}.get(type(node.ctx), "load")
            self.access = "augmented" if is_augmented else stored
        # key -> (number, the next visit), and the visits of what is one way too many.
        self.ways, self.others, self.number = {}, count(1).__next__, count().__next__

    def key(self, obj):
        """What tells two ways apart, of numbers and words only: nothing of the program's is kept."""
        kind = type(obj)
        if self.is_call:
            if kind is FUNCTION:
                return id(obj.__code__)
            if kind is METHOD:
                inner = obj.__func__
                return id(inner.__code__ if type(inner) is FUNCTION else inner), id(type(obj.__self__))
            if kind is BUILTIN:
                return obj.__name__, id(type(obj.__self__)), QUALNAME(kind)
            return id(obj) if is_subclass(type, kind) else (id(kind), QUALNAME(kind))
        mro, name = MRO(kind), self.name
        style = style_of(obj, mro)
        place, value = search(mro, name)
        key = id(kind), QUALNAME(kind), style, place, id(type(value))
        if style == "class":
            place, value = search(MRO(obj), name)
            return key, id(obj), place, id(type(value))
        if style == "super":
            return key + tuple(id(part) for part in (type(part).__get__(part, obj) for part in (SUPER_PARTS[0], SUPER_PARTS[2])))
        state, own = in_dict(obj, mro, name)
        return key, state, id(type(own)), id(obj) if style == "module" else 0

    def way(self, obj):
        told = {"load": None, "store": None, "call": None}
        if self.is_call:
            told["call"] = callee(obj)
        if self.access in ("load", "augmented"):
            told["load"] = load(obj, self.name)
        if self.access != "load" and not self.is_call:
            told["store"] = store(obj, self.name, self.access == "delete")
        return told


class Probe(Unrecorded):
    """Has the functions of the engines; it records no steps."""

    NAME = "probe"

    def __init__(self, stream, codes, threads):
        self.stream, self.places, self.is_stopped, self.process = stream, [], False, os.getpid()
        self.file = self.line = self.source = None

    def rewritten(self, launched, site, code):
        """The program's code with the line made to be looked at, or its own if the line is another file's."""
        self.line, self.file = site["line"], site["file"]
        if self.file is None:
            return self.compiled(launched.source, launched.file, True)
        with open(self.file, "rb") as file:
            self.compiled(file.read(), self.file, True)
        self.file = os.path.realpath(self.file)
        return code

    def compiled(self, source, file, is_first=False):
        filters = sys.modules["_warnings"].filters
        filters.insert(0, ("ignore", None, Warning, None, 0))  # they have been told, or Python tells them
        try:
            tree = compile(source, file, "exec", ONLY_AST, dont_inherit=True)
            found, lines = self.found(tree)
            if is_first:
                self.places = found
                self.tell_site(source, lines)
            for number, place in enumerate(found):
                self.hand_through(place.node, STAND_IN % number)
            code = compile(tree, file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
            if not is_first:
                raise
            self.stream.end(refused(error))
            os._exit(1)
        finally:
            del filters[0]
        return self.filled_in(code, {STAND_IN % number: self.looker(number) for number in range(len(self.places))})

    def found(self, tree):
        """The places on the line, in the order of the text, and all lines that have any."""
        places, lines = [], set()
        is_deferred = VERSION >= (3, 14) or any(
            isinstance(node, _ast.ImportFrom) and node.module == "__future__" and any(name.name == FUTURE_ANNOTATIONS for name in node.names)
            for node in tree.body
        )
        called, augmented = set(), set()
        waiting = [(tree, None)]
        while waiting:
            node, inside = waiting.pop()
            if isinstance(node, _ast.Call):
                called.add(id(node.func))
                is_place = not isinstance(node.func, _ast.Attribute)
                # Without arguments it looks at who calls it.
                is_place = is_place and not (isinstance(node.func, _ast.Name) and node.func.id == "super" and not node.args)
            else:
                is_place = isinstance(node, _ast.Attribute)
            if isinstance(node, _ast.AugAssign):
                augmented.add(id(node.target))
            if is_place:
                place = Place(node, inside, id(node) in called, id(node) in augmented)
                lines.add(place.at[0])
                if place.at[0] == self.line:
                    places.append(place)
            for field in node._fields:
                if is_deferred and field in ("annotation", "returns") or field == "cls" and type(node).__name__ == "MatchClass":
                    continue
                value = getattr(node, field, None)
                scope = node.name if isinstance(node, _ast.ClassDef) and field == "body" else inside
                for inner in value if isinstance(value, list) else (value,):
                    if isinstance(inner, _ast.AST):
                        waiting.append((inner, scope))
        places.sort(key=lambda place: place.at)
        return places, lines

    def hand_through(self, node, stand_in):
        """`E.name` becomes `look(E).name`, and `f(x)` becomes `look(f)(x)`."""
        field = "func" if isinstance(node, _ast.Call) else "value"
        inner = getattr(node, field)
        where = {name: getattr(inner, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
        look = _ast.Constant(value=stand_in, kind=None, **where)
        setattr(node, field, _ast.Call(func=look, args=[inner], keywords=[], **where))

    def filled_in(self, code, lookers):
        constants = []
        for constant in code.co_consts:
            if type(constant) is type(code):
                constant = self.filled_in(constant, lookers)
            elif type(constant) is str:
                constant = lookers.get(constant, constant)
            constants.append(constant)
        return code.replace(co_consts=tuple(constants))

    def tell_site(self, source, lines):
        if isinstance(source, bytes):
            try:
                source = source.decode("utf-8-sig")
            except UnicodeDecodeError:
                source = source.decode("latin-1")
        self.source = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        before = [line for line in lines if line < self.line]
        after = [line for line in lines if line > self.line]
        nearest = ([max(before)] if before else []) + ([min(after)] if after else [])
        told = []
        for place in self.places:
            node = place.node
            inner = node.func if place.is_call else node.value
            told.append({
                "text": self.text(node), "object": self.text(inner), "name": place.name,
                "access": place.access, "is_called": place.is_called,
            })  # fmt: skip
        self.tell({"kind": "site", "places": told, "nearest": nearest})
        if not self.places:
            self.stream.end('{"kind":"finished"}')
            os._exit(0)

    def text(self, node):
        """An expression as it stands in the text. Until 3.12 those in f-strings do not know where that is."""
        if isinstance(node, _ast.Attribute):
            return self.short(self.text(node.value) + "." + node.attr)
        if isinstance(node, _ast.Name):
            return node.id
        if isinstance(node, _ast.Call):
            return self.short(self.text(node.func) + ("(...)" if node.args or node.keywords else "()"))
        if isinstance(node, _ast.Subscript):
            return self.short(self.text(node.value) + "[...]")
        try:
            lines = [line.encode("utf-8", "replace") for line in self.source[node.lineno - 1:node.end_lineno]]
            lines[-1] = lines[-1][:node.end_col_offset]
            lines[0] = lines[0][node.col_offset:]
            text = " ".join(b" ".join(lines).decode("utf-8", "replace").split())
        except (IndexError, AttributeError):
            text = "..."
        is_plain = isinstance(node, (_ast.Constant, _ast.List, _ast.Dict, _ast.Tuple, _ast.Set))
        return self.short(text if is_plain else "(%s)" % text)

    def short(self, text):
        return text if len(text) <= LONGEST_TEXT else "..." + text[-LONGEST_TEXT:]

    def looker(self, number):
        place = self.places[number]
        ways, others, key_of, learn, tell_visits = place.ways, place.others, place.key, self.learn, self.tell_visits

        def look(obj):
            try:
                key = key_of(obj)
                way = ways.get(key)
                if way is None:
                    way = learn(number, key, obj)
                visit = way[1]()
                if not visit & visit - 1:
                    tell_visits([[number, way[0], visit]])
            except (RecursionError, MemoryError):
                pass  # as deep as the program may go: a visit that is not told
            return obj

        return look

    def learn(self, number, key, obj):
        place = self.places[number]
        if len(place.ways) >= MOST_WAYS:
            return None, place.others
        own = place.number(), count(1).__next__
        way = place.ways.setdefault(key, own)
        if way is own:  # else another thread was first
            self.tell(dict({"kind": "way", "place": number, "way": way[0]}, **place.way(obj)))
        return way

    def tell_visits(self, rows, is_last=False):
        self.tell({"kind": "visits", "rows": rows, "is_last": is_last})

    def tell(self, what):
        stream = self.stream
        if stream.owner == get_ident() or self.process != os.getpid():
            return  # a finaliser in the midst of telling, or the child of a fork
        held = hold_signals()
        try:
            with stream.lock:
                stream.owner = get_ident()
                try:
                    stream.blob(BLOB_PROBE, jsoned(what))
                    stream.write()
                finally:
                    stream.owner = 0
        finally:
            release_signals(held)

    def start(self):
        self.start_clock()
        if self.file is not None:
            self._watch_imports()

    def _watch_imports(self):
        """Puts our code in place of the file's where Python loads it."""
        loader, name = importing_files.SourceLoader, os.path.basename(self.file)
        real, probe = loader.get_code, self

        def get_code(self, fullname):
            path = self.get_filename(fullname)
            if os.path.basename(path) != name or os.path.realpath(path) != probe.file:
                return real(self, fullname)
            probe.tell({"kind": "loaded"})
            return probe.compiled(self.get_data(path), path)

        loader.get_code = get_code

    def tell_last(self):
        rows = []
        for number, place in enumerate(self.places):
            rows.extend([number, way, visits() - 1] for way, visits in list(place.ways.values()))
            others = place.others() - 1
            if others:
                rows.append([number, None, others])
        self.tell_visits(rows, True)

    def stop(self):
        if not self.is_stopped:
            self.is_stopped = True
            self.tell_last()
