# Words on their way to the parent, and which code objects they name. Stands behind describe.py, in one
# namespace with it.

import os
import sys
from _thread import allocate_lock, get_ident
import _weakref
from array import array
from time import monotonic
from _signal import getsignal, signal, SIGALRM, SIGINT, SIGUSR1, SIGUSR2

OWN_FILE = "<evalody>"
# What a broken pipe means here: nobody listens any more.
STATUS_UNHEARD = 143

# The marks of wire.rs.
MARK = 2 << 60
CALLED, RESUMED, RETURNED, YIELDED, UNWOUND, RAISED, HANDLED = (MARK | what << 52 for what in range(1, 8))
COLLECTION_STARTED, COLLECTION_ENDED, THREAD_STARTED, THREAD_ENDED = (MARK | what << 52 for what in range(8, 12))
BLOCKS_CHANGED = MARK | 12 << 52
BLOB_HELLO, BLOB_CODE, BLOB_END = 1, 2, 4
# Twenty bits of a step name its code object, twenty its code unit.
GREATEST_ID = GREATEST_UNIT = (1 << 20) - 1
GREATEST_THREAD = 255
# Word of a code object that is left out.
UNHEARD = -1


# A reading of the memory blocks takes as long as recording some words, and longer the more blocks there
# are. So in the long run there is one in GAP words, and in as many again for every BLOCKS_A_GAP blocks
# that the program has made: a few per cent of the time. 3.9 is slow at it, and 3.11 records its words
# faster than the others.
GAP, BLOCKS_A_GAP = 256 if VERSION == (3, 11) else 128, 4000 if VERSION == (3, 9) else 20000
# Words whose readings may be saved up for a dense stretch of calls and returns.
SAVED = 32 * GAP
# Words after which a loop without calls is read. Fewer would tell more finely, and take longer.
LOOP = 1024
# Above it an int is a memory block.
GREATEST_SMALL = 256
getallocatedblocks = sys.getallocatedblocks
# Places in the numbers of `Blocks`.
FRAME_DUE, TOLD, FIRST, BASE, FREE_AT, LOOP_AT, BEFORE, OWN, IMPORTED = range(9)


# Their handlers may raise. In the midst of our own work something would be told twice or never, so they wait.
RAISING = SIGINT, SIGALRM, SIGUSR1, SIGUSR2
MAIN_THREAD = get_ident()  # the only one in which handlers run


def hold_signals():
    """From here to `release_signals` handlers of signals wait; nothing of it in a thread, where none is called."""
    waiting, handlers = {}, []
    if get_ident() == MAIN_THREAD:
        try:
            for number in RAISING:
                handler = getsignal(number)
                if callable(handler) and getattr(handler, "__self__", None).__class__ is not dict:
                    handlers.append((number, handler))
                    signal(number, waiting.setdefault)
        except BaseException:  # of a signal that came before
            release_signals(({}, handlers))
            raise
    return waiting, handlers


def release_signals(held):
    waiting, handlers = held
    for number, handler in handlers:
        signal(number, handler)
    for number, handler in handlers:
        if number in waiting:
            handler(number, waiting[number])


class Blocks:
    """How many memory blocks are in use, without our own. When they are read follows from the words that
    were recorded, less the marks made here, and from how many blocks there are; never from time, so that
    the same program is read at the same places. Numbers that change are kept in an array: an int that is
    kept is a block.

    What it takes to import a module of the library is not told: it is none of the program's doing, and
    differs from run to run by a few blocks. So does, now and then, what the library does later: the seed
    of hashes and the place of objects in memory decide which of its objects find a block in a free list.
    With both held fixed two runs are told the same."""

    def __init__(self, record):
        self.record = record
        self.numbers = array("q", bytes(8 * 9))

    def start(self):
        numbers = self.numbers
        numbers[FREE_AT], numbers[LOOP_AT] = -SAVED, LOOP
        numbers[TOLD] = numbers[FIRST] = getallocatedblocks() + self._missing()

    def _missing(self):
        """An empty record has no block; whenever it is read it has."""
        return 0 if self.record.buffer_info()[0] else 1

    def here(self):
        """Words recorded until now, less the marks made here."""
        return self.numbers[BASE] + len(self.record)

    def read(self, ours, full):
        """Marks what has changed since the last reading, less `ours`, unless it is too soon."""
        numbers, record = self.numbers, self.record
        here = numbers[BASE] + len(record)
        if here >= numbers[FREE_AT]:
            count = getallocatedblocks() - ours
            by = count - numbers[TOLD]
            if by:
                numbers[TOLD] = count
                if not numbers[IMPORTED]:
                    record.append(BLOCKS_CHANGED | by & 0xFFFFFFFF)  # more at once would be 32 GiB
                    numbers[BASE] -= 1
            numbers[IMPORTED] = 0
            gap = GAP * (1 + max(0, count - numbers[FIRST]) // BLOCKS_A_GAP)
            numbers[FREE_AT] = max(numbers[FREE_AT], here - SAVED) + gap
        numbers[FRAME_DUE] = min(numbers[FREE_AT] - numbers[BASE], full)

    def read_in_loop(self, ours, full):
        """Reads if no frame was entered or left for long."""
        numbers = self.numbers
        here = self.here()
        if here >= numbers[LOOP_AT]:
            self.read(ours, full)
            numbers[LOOP_AT] = here + LOOP

    def loop_due(self):
        """Length of the record at which to read in a loop."""
        return self.numbers[LOOP_AT] - self.numbers[BASE]

    def gathered(self, count, full):
        numbers = self.numbers
        numbers[BASE] += count
        numbers[FRAME_DUE] = min(numbers[FREE_AT] - numbers[BASE], full)

    def ours_begin(self):
        """What changes until `ours_end` is our own doing, and is not told."""
        numbers = self.numbers
        numbers[OWN] += 1
        if numbers[OWN] == 1:
            numbers[BEFORE] = getallocatedblocks() + self._missing()

    def ours_end(self):
        numbers = self.numbers
        if numbers[OWN] == 1:
            numbers[TOLD] += getallocatedblocks() + self._missing() - numbers[BEFORE]
        numbers[OWN] -= 1


class Stream:
    """Words on their way to the parent. `record` is appended to by whoever records; the rest holds the lock."""

    def __init__(self, descriptor, records, steps, seconds):
        self.descriptor, self.records, self.steps_left = descriptor, max(records, 1), steps
        self.deadline = None if seconds is None else monotonic() + seconds
        self.record = array("Q")
        self.pending = bytearray()
        self.lock, self.owner = allocate_lock(), 0
        self.is_closed = False
        self.blocks = Blocks(self.record)
        # Few words at first, so that a program which soon waits for something is heard until then.
        self.gathered, self.full, self.threshold = 0, 1, 1
        self._next_threshold()

    def _next_threshold(self):
        # As every word may be a step, a record shorter than the steps that are left never holds too many.
        self.gathered = min(self.records, 2 * self.gathered or 1)
        left = self.steps_left
        self.full = self.gathered if left is None else max(1, min(self.gathered, left))

    def gather(self):
        record = self.record
        count = len(record)
        data = record[:count].tobytes()
        if self.steps_left is not None:
            # The highest byte of a step is 0 (no memory blocks are told), that of a mark is not.
            steps = data[7::8].count(0)
            while steps > self.steps_left:  # two threads came in at once
                data = data[:-8]
                steps = data[7::8].count(0)
            self.steps_left -= steps
        self._next_threshold()
        self.blocks.gathered(count, self.full)
        self.threshold = min(self.full, self.blocks.loop_due())
        del record[:count]
        self.pending += data

    def look(self, ours):
        """What is to be done where a frame is entered or left and FRAME_DUE is reached; `ours` blocks are
        there only for this call."""
        self.blocks.read(ours, self.full)
        if len(self.record) >= self.full:
            self.flush(ours)

    def flush(self, ours=0):
        """What is to be done when the threshold is reached."""
        self.blocks.read_in_loop(ours, self.full)
        if len(self.record) < self.full:
            # An int that is kept is a block if it is no small one.
            was_block = self.threshold > GREATEST_SMALL
            self.threshold = min(self.full, self.blocks.loop_due())
            self.blocks.numbers[TOLD] += (self.threshold > GREATEST_SMALL) - was_block
            return
        me = get_ident()
        if self.owner == me:
            return  # a collection in the midst of a flush
        blocks = self.blocks
        with self.lock:
            held = hold_signals()
            self.owner = me
            blocks.ours_begin()
            try:
                self.gather()
                self.write()
                if self.steps_left == 0:
                    self.cut_short("steps")
                if self.deadline is not None and monotonic() > self.deadline:
                    self.cut_short("time")
            finally:
                self.owner = 0
                blocks.ours_end()
                release_signals(held)

    def write(self):
        if self.is_closed:
            self.pending.clear()
        while self.pending:
            try:
                written = os.write(self.descriptor, self.pending)
            except BrokenPipeError:
                os._exit(STATUS_UNHEARD)
            except OSError:  # the program has closed it
                self.is_closed = True
                self.pending.clear()
                return
            del self.pending[:written]

    def blob(self, which, text):
        # What is no text in UTF-8 (lone surrogates in names) becomes question marks.
        payload = text.encode("utf-8", "replace")
        self.pending += (1 << 60 | which << 32 | len(payload)).to_bytes(8, "little")
        self.pending += payload
        self.pending += bytes(-len(payload) % 8)

    def end(self, text):
        if not self.is_closed:
            self.blob(BLOB_END, text)
            self.write()
            self.close()

    def cut_short(self, limit):
        if self.is_closed:
            return
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:  # closed, or busy further up in this very thread
                pass
        self.end('{"kind":"cut_short","limit":"%s"}' % limit)
        os._exit(0)

    def close(self):
        if not self.is_closed:
            self.is_closed = True
            os.close(self.descriptor)


class Codes:
    """Which code objects are heard, and under which number."""

    def __init__(self, stream, launched, hears_all):
        self.stream, self.launched, self.hears_all = stream, launched, hears_all
        # Under id(code): the number shifted to its place in a step, or UNHEARD. Dies with the code object.
        self.words = {}
        self.tables = [self.words]
        self._references = {}
        self._numbers = {}  # equal code objects share one
        self._count, self._is_begun = 0, False
        self._origins = {}
        library = {os.path.dirname(os.path.realpath(os.__file__)), os.path.dirname(os.__file__)}
        library.add(os.path.join(sys.base_exec_prefix, sys.platlibdir if hasattr(sys, "platlibdir") else "lib", "python%d.%d" % VERSION))
        self._library = tuple(path + os.sep for path in library)

    def origin(self, file):
        known = self._origins.get(file)
        if known is None:
            known = self._origins[file] = self._find_origin(file)
        return known

    def _find_origin(self, file):
        if file == OWN_FILE:
            return None
        if file.startswith("<frozen "):
            return "library"
        if file.startswith("<"):
            return "generated"
        path = os.path.abspath(file)
        if path.startswith(self.launched.folders):
            return "user"
        parts = path.split(os.sep)
        if "site-packages" in parts or "dist-packages" in parts or path.startswith(self._library) or ".zip" + os.sep in path:
            return "library"
        return "user"

    def learn(self, code):
        """The word of a code object seen for the first time."""
        blocks = self.stream.blocks
        held = hold_signals()
        blocks.ours_begin()
        try:
            return self._learn(code)
        finally:
            blocks.ours_end()
            if self._count == 1 and not self._is_begun:
                # What Python takes to read and compile the program is none of its doing.
                self._is_begun = True
                blocks.start()
            release_signals(held)

    def _learn(self, code):
        stream, me = self.stream, get_ident()
        if stream.owner == me:
            return UNHEARD
        origin = "user" if self.launched.is_own(code) else self.origin(code.co_filename)
        if origin == "generated" and not self._is_begun:
            origin = "library"  # by what Python imports to find the program
        if origin == "library" and code.co_name == "<module>":
            stream.blocks.numbers[IMPORTED] = 1
        word = UNHEARD
        if origin is not None and (origin != "library" or self.hears_all) and len(code.co_code) >> 1 <= GREATEST_UNIT:
            with stream.lock:
                stream.owner = me
                try:
                    word = self._tell(code, origin)
                finally:
                    stream.owner = 0
        key = id(code)
        tables, references, blocks = self.tables, self._references, stream.blocks

        def forget(_):
            blocks.ours_begin()
            references.pop(key, None)
            for table in tables:
                table.pop(key, None)
            blocks.ours_end()

        references[key] = _weakref.ref(code, forget)
        self.words[key] = word
        return word

    def _tell(self, code, origin):
        lines = code.co_linetable if VERSION >= (3, 10) else code.co_lnotab
        content = (code.co_filename, getattr(code, "co_qualname", ""), lines, code)
        try:
            known = self._numbers.get(content)
        except TypeError:  # constants made by hand that cannot be hashed
            content, known = (id(code), code), None
        if known is not None:
            return known << 20
        number = self._count
        if number > GREATEST_ID:
            return UNHEARD
        file = self.launched.name if self.launched.is_own(code) else code.co_filename
        try:
            text = described(code, number, origin, file)
        except Exception:  # bytecode made by hand that no compiler would make
            return UNHEARD
        self.stream.gather()
        self.stream.blob(BLOB_CODE, text)
        self._numbers[content] = number
        self._count += 1
        return number << 20

    def at(self, key):
        """The code object of this id, unless it has gone."""
        reference = self._references.get(key)
        return reference and reference()

    def tell_all(self, code):
        for inner in nested(code):
            self._tell(inner, "user")
            self.stream.write()
