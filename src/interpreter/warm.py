# The second, warm-up run: which instructions specialise (PEP 659), and when. Nothing does while every
# instruction is traced, so here only the ticks of a code object are heard: its starts and its jumps (PY_START,
# JUMP). At a tick the bytecode as it stands is compared with that of the last look. Stands behind engines.py,
# in one namespace with it.

BLOB_WARMTH = 7
# Ticks of a code object that are looked at one by one: sites commonly specialise at the second to ninth.
EACH_TICK = 64
# Of the later ones each 64th is. More often would tell fall-backs more finely, and take longer.
EVERY = 64
# Changes told at most. A site that falls back again and again tells no more than that.
MOST_CHANGES = 200000
# Code objects that are kept for the last look. Programs that make new ones for ever must not fill the memory.
MOST_KEPT = 4096
# Changes that are gathered before they are written: few enough that a program which dies has told most.
CHANGES_A_BLOB = 256


def _forms():
    """Opcode number -> CPython's own name of the specialised form; None for all else."""
    families = getattr(_opcodes, "_specializations", {})
    numbers = getattr(_opcodes, "_specialized_opmap", None)
    if numbers is None:
        # 3.11 and 3.12 give them the numbers that are left over, in this order (Lib/dis.py).
        free = [number for number, name in enumerate(_opcodes.opname) if name.startswith("<")]
        numbers = dict(zip(getattr(_opcodes, "_specialized_instructions", ()), free))
    forms, bases = [None] * 256, set()
    for base, names in families.items():
        if base in ("RESUME", "JUMP_BACKWARD"):
            continue  # the ticks themselves stand there
        for name in names:
            # Pairs in one (LOAD_FAST__LOAD_FAST) are there from the start, and so are forms that only count down.
            if "__" not in name and not name.endswith(("_ADAPTIVE", "_QUICK")):
                forms[numbers[name]] = name
                bases.add(base)
    return forms, bases


FORMS, BASES = _forms()


class Sites:
    """The instructions of one code object that may specialise, as they were at the last look."""

    def __init__(self, code, number, itemgetter):
        self.number = number
        found = [(where, offset) for where, op, _, offset in units(code) if NAMES[op] in BASES]
        self.told_at = [where for where, _ in found]
        self.forms = [None] * len(found)
        # The first argument twice as well: it never changes, and makes what is picked a tuple.
        self.pick = itemgetter(*[offset for _, offset in found], 1, 1)
        self.last = self.pick(code.co_code)

    def changes(self, code):
        """(offset, form) of what has changed since the last look."""
        now = self.pick(code._co_code_adaptive)
        if now == self.last:
            return ()
        self.last = now
        changed = []
        for index, offset in enumerate(self.told_at):
            form = FORMS[now[index]]
            if form != self.forms[index]:
                self.forms[index] = form
                changed.append((offset, form))
        return changed


class WarmUp(Unrecorded):
    """Tells what specialises, and no steps. Has the functions of the other engines."""

    NAME = "second run"

    def __init__(self, stream, codes, threads):
        # Not where a program is recorded: it would find the module imported.
        from _operator import itemgetter

        self.stream, self.codes, self.itemgetter = stream, codes, itemgetter
        self.sites = {}  # under id(code), as long as it lives; None if it is not heard
        codes.tables.append(self.sites)
        self.ticks = array("Q")  # by number: equal code objects share one
        self.told = {}  # (number, offset) -> form
        self.rows, self.changes = [], 0
        self.kept = []
        self.looking = allocate_lock()
        self.is_stopped = False
        # A tick is a step, or a call whose frame has at least one.
        self.most = None if stream.steps_left is None else 2 * stream.steps_left + 2
        stream.steps_left = None
        self.total = 0

    def start(self):
        self.start_clock()
        if VERSION < (3, 12):
            sys.addaudithook(self._audit)
            return
        monitoring, events = sys.monitoring, sys.monitoring.events
        self.tool = next(tool for tool in (4, 3) if monitoring.get_tool(tool) is None)
        monitoring.use_tool_id(self.tool, "evalody")
        started, jumped = self._callbacks()
        monitoring.register_callback(self.tool, events.PY_START, started)
        monitoring.register_callback(self.tool, events.JUMP, jumped)
        monitoring.set_events(self.tool, events.PY_START)

    def _callbacks(self):
        monitoring, tool = sys.monitoring, self.tool
        DISABLE, JUMP = monitoring.DISABLE, monitoring.events.JUMP
        known, ticks, learn, look = self.sites, self.ticks, self._learn, self._look

        def started(code, offset):
            if id(code) in known:
                sites = known[id(code)]
            else:
                sites = learn(code)
                if sites is not None:
                    monitoring.set_local_events(tool, code, JUMP)
            if sites is None:
                return DISABLE
            number = sites.number
            tick = ticks[number] = ticks[number] + 1
            if tick <= EACH_TICK or not tick % EVERY:
                look(code, sites, tick)

        def jumped(code, offset, target):
            sites = known.get(id(code))
            if sites is None:
                return
            number = sites.number
            tick = ticks[number] = ticks[number] + 1
            if tick <= EACH_TICK or not tick % EVERY:
                look(code, sites, tick)

        return started, jumped

    def _learn(self, code):
        word = self.codes.words.get(id(code))
        if word is None:
            word = self.codes.learn(code)
        sites = None
        if word >= 0:
            number = word >> 20
            sites = Sites(code, number, self.itemgetter)
            while len(self.ticks) <= number:
                self.ticks.append(0)
            if len(self.kept) < MOST_KEPT:
                self.kept.append(code)
        self.sites[id(code)] = sites
        return sites

    def _audit(self, event, arguments):
        # Every code object that runs was handed to `exec`, or is a constant of one that was.
        if event == "exec" and not self.is_stopped and arguments and type(arguments[0]) is type(main.__code__):
            for code in nested(arguments[0]):
                if id(code) not in self.sites:
                    self._learn(code)

    def _look(self, code, sites, tick):
        """Tells what has changed; `tick` is None if nobody knows when."""
        stream = self.stream
        if stream.owner == get_ident():
            return  # a finaliser in the midst of telling
        if not self.looking.acquire(False):
            return  # another thread looks: seen at the next tick
        try:
            for offset, form in sites.changes(code):
                key = sites.number, offset
                if self.told.get(key) == form or self.changes >= MOST_CHANGES:
                    continue
                self.told[key] = form
                self.changes += 1
                form = "null" if form is None else quoted(form)
                self.rows.append("[%d,%d,%s,%s]" % (sites.number, offset, form, "null" if tick is None else tick))
            if tick is not None:
                self.total += 1 if tick <= EACH_TICK else EVERY
            is_long = self.most is not None and self.total > self.most
            if is_long:
                self._cut_short("steps")
            elif len(self.rows) >= CHANGES_A_BLOB:
                self._tell(False)
        finally:
            self.looking.release()

    def _look_at_all(self):
        for code in self.kept:
            sites = self.sites.get(id(code))
            if sites is not None:
                self._look(code, sites, None)

    def tell_last(self):
        self._look_at_all()
        self._tell(True)

    def _cut_short(self, limit):
        self._tell(True)
        with self.stream.lock:
            self.stream.cut_short(limit)

    def _tell(self, is_last):
        ticks = "null"
        if is_last:
            ticks = "[%s]" % ",".join(map(str, self.ticks)) if VERSION >= (3, 12) else "[]"
        stream, rows, self.rows = self.stream, self.rows, []
        is_whole = "true" if self.changes < MOST_CHANGES else "false"
        with stream.lock:
            stream.owner = get_ident()
            try:
                stream.blob(BLOB_WARMTH, '{"rows":[%s],"ticks":%s,"is_whole":%s}' % (",".join(rows), ticks, is_whole))
                stream.write()
            finally:
                stream.owner = 0

    def stop(self):
        if self.is_stopped:
            return
        self.is_stopped = True
        # What changed after the last tick that was looked at.
        self._look_at_all()
        if VERSION >= (3, 12):
            sys.monitoring.set_events(self.tool, 0)
            sys.monitoring.free_tool_id(self.tool)
        self._tell(True)
