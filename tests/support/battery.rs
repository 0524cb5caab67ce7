//! Small programs which end, print and meddle in every way that a tracer might spoil.

pub const BATTERY: &[(&str, &str)] = &[
    ("prints and finishes", "print('a'); import sys; print('b', file=sys.stderr)"),
    ("exits with a number", "import sys; sys.exit(7)"),
    ("exits with a large number", "import sys; sys.exit(-1)"),
    ("exits with words", "import sys; sys.exit('no reason')"),
    ("exits with nothing", "import sys; print(1); sys.exit()"),
    ("raises", "def f(x):\n    return 1 / x\n\nf(0)\n"),
    ("raises within an exception", "def f():\n    try:\n        {}['a']\n    except KeyError:\n        raise ValueError('b')\nf()\n"),
    ("raises from another", "try:\n    int('x')\nexcept ValueError as e:\n    raise TypeError('y') from e\n"),
    ("raises its own class", "class Mine(Exception): pass\nraise Mine('text', 3)"),
    ("raises in generated code", "exec('1/0')"),
    ("raises in the library", "import json\njson.loads('[1,')"),
    ("is interrupted", "raise KeyboardInterrupt"),
    ("leaves without farewell", "import os, sys\nprint('x', flush=True)\nos._exit(3)"),
    (
        "leaves without farewell in a thread",
        "import os, threading\nthreading.Thread(target=os._exit, args=(4,)).start()\nimport time\ntime.sleep(60)",
    ),
    ("kills itself", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nimport time\ntime.sleep(60)"),
    ("crashes", "import ctypes\nctypes.string_at(0)"),
    ("replaces itself", "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'print(5); raise SystemExit(6)'])"),
    (
        "its threads outlive it",
        "import threading\ngo = threading.Event()\ndef f():\n    go.wait()\n    print('thread')\nthreading.Thread(target=f).start()\nprint('main')\nimport atexit\natexit.register(print, 'exit')\ngo.set()",
    ),
    ("a thread raises", "import threading\ndef f(): 1/0\nt = threading.Thread(target=f, name='T')\nt.start(); t.join(); print('on')"),
    (
        "a raw thread raises",
        "import _thread\nlock = _thread.allocate_lock(); lock.acquire()\ndef f():\n    try: 1/0\n    finally: lock.release()\n_thread.start_new_thread(f, ())\nlock.acquire()\nimport time\ntime.sleep(.2)",
    ),
    (
        "a raw thread exits",
        "import _thread, sys, time\ndone = []\ndef f():\n    done.append(1)\n    sys.exit(3)\n_thread.start_new_thread(f, ())\nwhile not done: time.sleep(.01)\ntime.sleep(.1)\nprint('on')",
    ),
    (
        "a daemon thread runs on",
        "import threading\ndef f():\n    while True: pass\nthreading.Thread(target=f, daemon=True).start()\nprint('over')",
    ),
    (
        "uses a pool",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool: print(sum(pool.map(abs, range(20))))",
    ),
    (
        "forks",
        "import os, sys\npid = os.fork()\nif pid == 0:\n    print('child', flush=True)\n    sys.exit(5)\nprint(os.waitpid(pid, 0)[1] >> 8)",
    ),
    (
        "forks within a fork",
        "import gc, os\ngc.callbacks.clear()\nif os.fork() == 0:\n    if os.fork() == 0:\n        print('grandchild', flush=True)\n        os._exit(0)\n    os.wait()\n    print('child', flush=True)\n    os._exit(0)\nos.wait()\nprint('parent')",
    ),
    ("forks and raises", "import os, sys\npid = os.fork()\nif pid == 0:\n    1/0\nprint(os.waitpid(pid, 0)[1] >> 8)"),
    (
        "forks from a thread",
        "import os, threading\ndef f():\n    pid = os.fork()\n    if pid == 0: os._exit(sum(range(5)))\n    print(os.waitpid(pid, 0)[1] >> 8)\nt = threading.Thread(target=f); t.start(); t.join()",
    ),
    (
        "shares its work by spawning",
        "import multiprocessing as m\ndef square(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('spawn').Pool(2) as pool: print(pool.map(square, range(5)))",
    ),
    (
        "shares its work by forking",
        "import multiprocessing as m\ndef square(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('fork').Pool(2) as pool: print(pool.map(square, range(5)))",
    ),
    (
        "starts another",
        "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'import os; print(sorted(os.listdir(\"/proc/self/fd\"))[:3])'], stdout=subprocess.PIPE).stdout)",
    ),
    (
        "leaves a generator open",
        "def g():\n    try:\n        yield 1\n    finally:\n        print('closed')\nx = g(); next(x)\nprint('end')",
    ),
    (
        "throws into generators",
        "def g():\n    while True:\n        try:\n            yield 1\n        except ValueError as e:\n            print('got', e)\nx = g(); next(x); x.throw(ValueError('v')); x.close()\ntry: x.throw(KeyError('k'))\nexcept KeyError as e: print(e)\nprint(list(i for i in (yield_ for yield_ in 'ab')))",
    ),
    (
        "delegates to generators",
        "def inner():\n    got = yield 1\n    print(got)\n    return 5\ndef outer():\n    print((yield from inner()))\n    yield None\nx = outer(); next(x); print(x.send('s'))",
    ),
    (
        "is asynchronous",
        "import asyncio\nasync def one(n):\n    await asyncio.sleep(0)\n    return n\nasync def all_of():\n    async for x in numbers(): print(x)\n    print(await asyncio.gather(*(one(i) for i in range(3))))\nasync def numbers():\n    for i in range(2):\n        yield i\n        await asyncio.sleep(0)\nasyncio.run(all_of())",
    ),
    ("recurses too deep", "def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError as e: print(str(e)[:32])"),
    ("recurses deep", "import sys\nsys.setrecursionlimit(9000)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(5000))"),
    (
        "traces itself",
        "import sys\ndef tracer(frame, event, arg):\n    seen.append((event, frame.f_lineno)); return tracer\nseen = []\ndef f():\n    x = 1\n    return x\nprint(sys.gettrace())\nsys.settrace(tracer)\nf()\nsys.settrace(None)\nprint([s for s in seen if s[1] < 9], sys.gettrace())\nf()",
    ),
    (
        "profiles itself",
        "import sys\nseen = []\ndef f(): return 1\nsys.setprofile(lambda frame, event, arg: seen.append(event))\nf()\nsys.setprofile(None)\nprint(seen)",
    ),
    (
        "knows its own modules and names",
        "import sys, __main__\nprint(__name__, sys.modules['__main__'] is __main__, __main__.__dict__ is globals(), sorted(globals()))\nprint(__file__ == __main__.__file__, __doc__, __spec__, __package__, type(__loader__), __builtins__)\nprint(sys.path[0], sys.argv, sys.flags, sys.gettrace(), sys.excepthook is sys.__excepthook__, sys.orig_argv[1:] if hasattr(sys, 'orig_argv') else '')",
    ),
    ("knows its modules", "import sys\nprint(sorted(m for m in sys.modules if m not in sys.builtin_module_names))"),
    ("has a docstring", "'''words'''\nprint(__doc__, __name__)"),
    (
        "pickles its classes",
        "import pickle\nclass A:\n    def __init__(self, x): self.x = x\nprint(pickle.loads(pickle.dumps(A(3))).x, A, pickle.dumps(A)[:40])",
    ),
    (
        "says farewell in order",
        "import atexit\natexit.register(print, 'first')\natexit.register(print, 'second')\nclass D:\n    def __del__(self): print('deleted')\nd = D()\nraise ValueError('v')",
    ),
    ("raises in its farewell", "import atexit\ndef f(): 1/0\natexit.register(f)\nprint('x')"),
    (
        "has its own excepthook",
        "import sys\ndef hook(kind, value, tb):\n    names = []\n    while tb: names.append(tb.tb_frame.f_code.co_name); tb = tb.tb_next\n    print('hook', kind.__name__, value, names, sys.excepthook is hook)\nsys.excepthook = hook\ndef f(): raise ValueError(1)\nf()",
    ),
    ("warns", "import warnings\nwarnings.warn('careful')\nassert (1, 2)\n"),
    ("warns while it is compiled", "x = '\\d'\nprint(x is 'a')"),
    ("collects", "import gc\nclass A: pass\nfor i in range(10):\n    a = A(); a.a = a\ndel a\nprint(gc.collect() >= 10)"),
    (
        "handles signals",
        "import signal, os\nsignal.signal(signal.SIGUSR1, lambda *a: print('signal'))\nos.kill(os.getpid(), signal.SIGUSR1)\nfor i in range(100): pass\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    for i in range(1000): pass\nexcept KeyboardInterrupt: print('interrupted')\nprint('on')",
    ),
    (
        "makes classes",
        "import dataclasses, collections, enum\n@dataclasses.dataclass\nclass P:\n    x: int\n    y: int = 2\nprint(P(1), P(1) == P(1), collections.namedtuple('N', 'a b')(1, 2), enum.Enum('E', 'A B').B)",
    ),
    ("closes low descriptors", "import os\nos.closerange(3, 256)\nprint(sum(range(10)))"),
    ("closes all descriptors", "import os\nos.closerange(3, 5000)\nprint(sum(range(10)))"),
    ("has one surrogate", "print(ascii('\\ud800'))\nd = {'\\udc80': 1}\nexec('def f(): return \"\\\\ud801\"')\nprint(ascii(f()))"),
];
