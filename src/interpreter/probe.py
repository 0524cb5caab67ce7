# The probe: how the attributes on one line are found, and what its calls call. The program is compiled with each
# object there handed through a function of ours on its way to the lookup; the lookup itself is Python's own, as
# ever. Stands behind tracer.py's other parts, in one namespace with them, and only where a line is asked for.
#
# Looking runs no code of the program: types are asked by `type`'s own descriptors, instances by the getters that
# CPython itself made, and nothing is compared, hashed, or asked for an attribute of its own.

BLOB_PROBE = 8
# Ways told apart at one place; what comes after them is counted together.
MOST_WAYS = 16
ONLY_AST, FUTURE_ANNOTATIONS = 0x400, "annotations"

TYPE_DICT = type.__dict__["__dict__"].__get__
PROPERTY, STATIC_METHOD, CLASS_METHOD = property, staticmethod, classmethod
MEMBER, GETSET = type(type.__dict__["__basicsize__"]), type(FUNCTION.__dict__["__code__"])
GETTERS = {
    id(object.__dict__["__getattribute__"]): "instance",
    id(type.__dict__["__getattribute__"]): "class",
    id(MODULE.__dict__["__getattribute__"]): "module",
    id(super.__dict__["__getattribute__"]): "super",
}
SETTERS = {id(object.__dict__["__setattr__"]): "instance", id(type.__dict__["__setattr__"]): "class"}
SETTERS.update({id(object.__dict__["__delattr__"]): "instance", id(type.__dict__["__delattr__"]): "class"})
# Types in C whose own lookup is not `object`'s (tp_getattro and tp_setattro in CPython's source). Others of the
# library name `object`'s function once more, which makes a `__getattribute__` of their own that is the same.
UNUSUAL = frozenset(
    "method instancemethod weakproxy weakcallableproxy weakref.ProxyType weakref.CallableProxyType types.GenericAlias "
    "types.UnionType typing.Union decimal.Context _thread._local _pickle.Pickler _pickle.Unpickler".split()
)
LIBRARY = frozenset(getattr(sys, "stdlib_module_names", ())) | frozenset(sys.builtin_module_names)
LIBRARY |= frozenset("builtins array collections ctypes datetime decimal functools io itertools operator re random socket types".split())
SUPER_PARTS = [super.__dict__[name] for name in ("__thisclass__", "__self__", "__self_class__")]
ABSENT = object()


def jsoned(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{%s}" % ",".join(quoted(name) + ":" + jsoned(inner) for name, inner in value.items())
    return "[%s]" % ",".join(map(jsoned, value))


def type_name(kind):
    home = HOME(kind)
    return QUALNAME(kind) if home == "__main__" and type(home) is str else placed(QUALNAME(kind), home)


def kind_of(value):
    """What stands in a class, in one word."""
    kind = type(value)
    for known, word in KINDS:
        if kind is known:
            return word
    return "class" if is_subclass(type, kind) else "other"


KINDS = (
    (FUNCTION, "function"), (PROPERTY, "property"), (MEMBER, "member"), (GETSET, "getset"), (STATIC_METHOD, "static_method"),
    (CLASS_METHOD, "class_method"), (METHOD_DESCRIPTOR, "method_descriptor"), (WRAPPER_DESCRIPTOR, "wrapper_descriptor"),
    (CLASS_METHOD_DESCRIPTOR, "class_method_descriptor"), (BUILTIN, "c_function"), (METHOD, "method"),
)  # fmt: skip


def search(mro, name):
    """The first type of these that has a name in its own dict, as _PyType_Lookup does it: its place, the value."""
    for place, kind in enumerate(mro):
        value = TYPE_DICT(kind).get(name, ABSENT)
        if value is not ABSENT:
            return place, value
    return len(mro), ABSENT


def has(value, name):
    return search(MRO(type(value)), name)[1] is not ABSENT


def is_data(value):
    return has(value, "__set__") or has(value, "__delete__")


def instance_dict(obj, mro):
    """Its own dict; None if it has none, ABSENT if only code of the program's could tell."""
    for kind in mro:
        value = TYPE_DICT(kind).get("__dict__", ABSENT)
        if value is not ABSENT:
            if type(value) is not GETSET and type(value) is not MEMBER:
                return ABSENT
            try:
                found = type(value).__get__(value, obj)
            except (AttributeError, TypeError):
                return ABSENT
            return found if isinstance(found, dict) else ABSENT
    return None


def in_dict(obj, mro, name):
    own = instance_dict(obj, mro)
    if own is ABSENT:
        return "hidden", ABSENT
    if own is None:
        return "none", ABSENT
    value = dict.get(own, name, ABSENT)
    return ("missing" if value is ABSENT else "has"), value


def found_as(kind, name, value):
    in_c = is_in_c(kind)
    found = {"in": type_name(kind), "is_in_c": in_c, "what": kind_of(value), "type": type_name(type(value)), "name": type_name(kind) + "." + name}
    found.update(is_kind_in_c=is_in_c(type(value)), gets=has(value, "__get__"), sets=is_data(value), is_empty=False)
    return found


def searched(of, mro, name):
    place, value = search(mro, name)
    found = None if value is ABSENT else found_as(mro[place], name, value)
    return {"of": of, "missed": [type_name(kind) for kind in mro[:place]], "found": found}, value


def found_special(mro, name):
    """A special method, which is looked for in types only."""
    return searched("type", mro, name)[0]["found"]


def subject(obj, style):
    """What kind of object it is, and which: a class and a module have names, a super object its two types."""
    if style == "class":
        return type_name(obj)
    if style == "module":
        name = instance_dict(obj, MRO(type(obj)))
        name = dict.get(name, "__name__") if isinstance(name, dict) else None
        return name if type(name) is str else "?"
    if style == "super":
        here, bound, start = (type(part).__get__(part, obj) for part in SUPER_PARTS)
        return "super(%s, %s)" % (type_name(here), "unbound" if start is None else ("" if bound is start else "an instance of ") + type_name(start))
    return None


def style_of(obj, mro):
    """Which of CPython's ways of looking attributes up is in force: tp_getattro."""
    return style(GETTERS, mro, "__getattribute__")


def style(known, mro, special):
    place, value = search(mro, special)
    found = known.get(id(value))
    if found is None:
        home, kind = mro[place], "own"
        if type(value) is WRAPPER_DESCRIPTOR and is_in_c(home) and type_name(home) not in UNUSUAL:
            module = HOME(home)
            if type(module) is str and module.partition(".")[0] in LIBRARY:
                kind = "instance"
        found = kind
        if not FLAGS(home) & HEAP:
            known[id(value)] = kind  # it lives for ever
    return found


def is_safe_empty(value, obj, kind):
    """Whether a slot of an instance holds nothing; reading a slot runs nothing."""
    if type(value) is not MEMBER:
        return False
    try:
        type(value).__get__(value, obj, kind)
    except AttributeError:
        return True
    return False


def load(obj, name):
    """How `obj.name` is found. Everything that decides it is in the first part, which is the key of a way."""
    kind = type(obj)
    mro = MRO(kind)
    style = style_of(obj, mro)
    told = {"subject": style if style != "own" else plain_subject(obj), "type": type_name(kind), "itself": None}
    told["mro"] = [type_name(base) for base in mro]
    told.update(own_mro=[], overridden=None, searches=[], dict="unasked", rule="own", fallback=None, result=None)
    told["itself"] = subject(obj, told["subject"])
    if style == "own":
        told["overridden"] = found_special(mro, "__getattribute__")
    elif style == "class":
        load_of_class(told, obj, mro, name)
    elif style == "super" and name != "__class__":
        load_of_super(told, obj, mro, name)
    else:
        load_of_instance(told, obj, mro, name)
        if style == "module" and told["rule"] == "missing":
            own = instance_dict(obj, mro)
            hook = dict.get(own, "__getattr__", ABSENT) if isinstance(own, dict) else ABSENT
            if hook is not ABSENT:
                told["rule"] = "module_fallback"
                told["fallback"] = dict(found_as(MODULE, "__getattr__", hook), name=told["itself"] + ".__getattr__")
    if told["fallback"] is None:
        told["fallback"] = found_special(mro, "__getattr__")
        if told["fallback"] is not None and told["rule"] == "missing":
            told["rule"] = "fallback"
    return told


def plain_subject(obj):
    kind = type(obj)
    return next((word for base, word in ((type, "class"), (MODULE, "module"), (super, "super")) if is_subclass(base, kind)), "instance")


def load_of_instance(told, obj, mro, name):
    step, value = searched("type", mro, name)
    told["searches"].append(step)
    found = step["found"]
    if found and found["gets"] and found["sets"]:
        found["is_empty"] = is_safe_empty(value, obj, type(obj))
        told["rule"] = "missing" if found["is_empty"] else "data_descriptor"
        return
    told["dict"], own = in_dict(obj, mro, name)
    if own is not ABSENT:
        told["rule"], told["result"] = "instance_dict", callee(own)
    elif found is None:
        told["rule"] = "missing"
    elif found["gets"]:
        told["rule"], told["result"] = "descriptor", bound(value, obj, type(obj))
    else:
        told["rule"], told["result"] = "plain", callee(value)


def load_of_class(told, obj, mro, name):
    own = MRO(obj)
    told["own_mro"] = [type_name(base) for base in own]
    of_metatype, meta_value = searched("metatype", mro, name)
    told["searches"].append(of_metatype)
    found = of_metatype["found"]
    if found and found["gets"] and found["sets"]:
        told["rule"] = "metatype_data_descriptor"
        return
    of_class, value = searched("class", own, name)
    told["searches"].append(of_class)
    if of_class["found"]:
        told["rule"], told["result"] = "class_dict", bound(value, None, obj) if of_class["found"]["gets"] else callee(value)
    elif found and found["gets"]:
        told["rule"], told["result"] = "metatype_descriptor", bound(meta_value, obj, type(obj))
    elif found:
        told["rule"], told["result"] = "metatype_plain", callee(meta_value)
    else:
        told["rule"] = "missing"


def load_of_super(told, obj, mro, name):
    here, bound_to, start = (type(part).__get__(part, obj) for part in SUPER_PARTS)
    if start is not None:
        whole = MRO(start)
        place = next((place for place, kind in enumerate(whole) if kind is here), len(whole))
        rest = whole[place + 1:]
        told["own_mro"] = [type_name(base) for base in whole]
        step, value = searched("super", rest, name)
        told["searches"].append(step)
        if step["found"]:
            told["rule"] = "super"
            told["result"] = bound(value, None if bound_to is start else bound_to, start) if step["found"]["gets"] else callee(value)
            return
    load_of_instance(told, obj, mro, name)


def bound(value, obj, kind):
    """What a descriptor gives, where that is known without asking it; `obj` is None if it is asked by a class."""
    what = type(value)
    if what is FUNCTION or what is METHOD_DESCRIPTOR or what is WRAPPER_DESCRIPTOR:
        inner = callee(value)
        return inner if obj is None else {"kind": "method", "name": inner["name"], "to": type_name(type(obj)), "inner": inner}
    if what is STATIC_METHOD:
        return callee(type(value).__dict__["__func__"].__get__(value))
    if what is CLASS_METHOD:
        inner = callee(type(value).__dict__["__func__"].__get__(value))
        return {"kind": "method", "name": inner["name"], "to": "class " + type_name(kind), "inner": inner}
    if what is CLASS_METHOD_DESCRIPTOR:
        return {"kind": "method", "name": callee(value)["name"], "to": "class " + type_name(kind), "inner": callee(value)}
    return None


def store(obj, name, is_delete):
    """What sets or deletes `obj.name`."""
    kind = type(obj)
    mro = MRO(kind)
    special = "__delattr__" if is_delete else "__setattr__"
    found = style(SETTERS, mro, special)
    told = {"type": type_name(kind), "subject": plain_subject(obj), "itself": None, "is_delete": is_delete}
    told["itself"] = subject(obj, told["subject"])
    told.update(mro=[type_name(base) for base in mro], overridden=None, search=None, dict="unasked", rule="own")
    is_class = found == "class"
    if found == "own":
        told["overridden"] = found_special(mro, special)
        return told
    told["search"], value = searched("metatype" if is_class else "type", mro, name)
    found = told["search"]["found"]
    if is_class and FLAGS(obj) & (HEAP | IMMUTABLE) != HEAP:
        told["rule"] = "immutable"
    elif found and found["sets"]:
        told["rule"] = "data_descriptor"
    elif is_class:
        told["dict"] = "has" if name in TYPE_DICT(obj) else "missing"
        told["rule"] = "missing" if is_delete and told["dict"] == "missing" else "class_dict"
    else:
        told["dict"] = in_dict(obj, mro, name)[0]
        told["rule"] = {"none": "missing", "missing": "missing" if is_delete else "instance_dict"}.get(told["dict"], "instance_dict")
    return told


def callee(value, depth=0):
    """What a call of this calls."""
    kind = type(value)
    if kind is FUNCTION:
        code = value.__code__
        flags = code.co_flags
        flavour = "generator" if flags & 0x20 else "coroutine" if flags & 0x80 else "async_generator" if flags & 0x200 else "plain"
        home = value.__module__
        name = value.__qualname__ if type(home) is str and home == "__main__" else placed(value.__qualname__, home)
        return {"kind": "function", "name": name, "flavour": flavour, "file": code.co_filename, "line": code.co_firstlineno}
    if kind is METHOD:
        inner = callee(value.__func__, depth + 1) if depth < 3 else None
        return {"kind": "method", "name": inner["name"] if inner else "?", "to": type_name(type(value.__self__)), "inner": inner}
    if kind is BUILTIN:
        home = FunctionsInC._home(None, value)
        name = placed(value.__qualname__, value.__module__) if home is None else placed(QUALNAME(home), HOME(home)) + "." + value.__name__
        return {"kind": "c_function", "name": name, "to": None if home is None else type_name(type(value.__self__))}
    if kind is METHOD_WRAPPER:
        return {"kind": "slot_wrapper", "name": value.__qualname__}
    if kind is METHOD_DESCRIPTOR or kind is CLASS_METHOD_DESCRIPTOR or kind is WRAPPER_DESCRIPTOR:
        home = value.__objclass__
        word = "slot_wrapper" if kind is WRAPPER_DESCRIPTOR else "c_method"
        return {"kind": word, "name": placed(QUALNAME(home), HOME(home)) + "." + value.__name__}
    mro = MRO(kind)
    told = {"kind": "instance", "name": type_name(kind), "call": found_special(mro, "__call__")}
    if is_subclass(type, kind):
        own = MRO(value)
        told.update(kind="class", name=type_name(value), is_in_c=is_in_c(value), is_type=value is type)
        told["is_type_call"] = search(mro, "__call__")[1] is type.__dict__["__call__"]
        told.update(new=found_special(own, "__new__"), init=found_special(own, "__init__"), metatype=type_name(kind))
    elif told["call"] is None:
        told["kind"] = "not_callable"
    elif told["name"] == "functools.partial" and is_in_c(kind) and depth < 3:
        told["inner"] = callee(TYPE_DICT(kind)["func"].__get__(value), depth + 1)
    return told
