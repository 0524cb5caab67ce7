//! Programs of every shape and in every company: modules, packages, archives, commands, environments, inputs. What
//! `battery.rs` has are scripts that need nothing but themselves.

/// A program, and how Python is asked to run it.
pub struct Scene {
    pub name: &'static str,
    /// The version of Python from which on it is a program.
    pub since: (u8, u8),
    /// What stands behind `python`: a file, `-m` and a module, `-c` and a text.
    pub named: &'static [&'static str],
    pub arguments: &'static [&'static str],
    pub files: &'static [(&'static str, &'static str)],
    /// Whether the files are put into an archive of the name first.
    pub is_zipped: bool,
    pub input: Option<&'static str>,
    pub environment: &'static [(&'static str, &'static str)],
    /// Whether it does not compile, which evalody says in its own words.
    pub is_wrong: bool,
}

const SCRIPT: Scene = Scene {
    name: "",
    since: (3, 8),
    named: &["program.py"],
    arguments: &[],
    files: &[],
    is_zipped: false,
    input: None,
    environment: &[],
    is_wrong: false,
};

pub const SCENES: &[Scene] = &[
    Scene {
        name: "a package",
        named: &["-m", "pkg"],
        arguments: &["one", "--two"],
        files: &[
            ("pkg/__init__.py", "print('init', __name__, __package__)\n"),
            (
                "pkg/__main__.py",
                "import sys\nfrom . import part\nfrom .part import double\nprint(__name__, __package__, __spec__.name, sys.argv[1:], sys.path[0] == __import__('os').getcwd(), double(4))\npart.fail(0)\n",
            ),
            (
                "pkg/part.py",
                "from . import __name__ as parent\ndef double(x): return 2 * x\ndef fail(x): return 1 / x\nif __name__ == '__main__':\n    print('as main', parent, __spec__.name)\n",
            ),
        ],
        ..SCRIPT
    },
    Scene {
        name: "a module of a package",
        named: &["-m", "pkg.part"],
        files: &[
            ("pkg/__init__.py", "print('init', __name__, __package__)\n"),
            (
                "pkg/__main__.py",
                "import sys\nfrom . import part\nfrom .part import double\nprint(__name__, __package__, __spec__.name, sys.argv[1:], sys.path[0] == __import__('os').getcwd(), double(4))\npart.fail(0)\n",
            ),
            (
                "pkg/part.py",
                "from . import __name__ as parent\ndef double(x): return 2 * x\ndef fail(x): return 1 / x\nif __name__ == '__main__':\n    print('as main', parent, __spec__.name)\n",
            ),
        ],
        ..SCRIPT
    },
    Scene {
        name: "a module of the library",
        named: &["-m", "json.tool"],
        arguments: &["--sort-keys"],
        input: Some("{\"b\": [1, 2], \"a\": {\"c\": null}}"),
        ..SCRIPT
    },
    Scene { name: "a module that is not there", named: &["-m", "nowhere.at_all"], ..SCRIPT },
    Scene { name: "a package without a main", named: &["-m", "bare"], files: &[("bare/__init__.py", "print('bare')\n")], ..SCRIPT },
    Scene { name: "a module that does not compile", named: &["-m", "wrong"], files: &[("wrong.py", "print(1)\nx = (\n")], ..SCRIPT },
    Scene {
        name: "a module in a namespace",
        named: &["-m", "space.deep.thing"],
        files: &[("space/deep/thing.py", "import sys\nprint(__name__, __package__, len(sys.argv))\n")],
        ..SCRIPT
    },
    Scene { name: "a module that is frozen", named: &["-m", "this"], ..SCRIPT },
    Scene {
        name: "a folder",
        named: &["app"],
        arguments: &["x"],
        files: &[
            (
                "app/__main__.py",
                "import sys, beside\nprint(__name__, __package__, sys.argv[1:], sys.path[0].endswith('app'), __file__.endswith('__main__.py'), type(__spec__))\nbeside.fail(0)\n",
            ),
            ("app/beside.py", "def fail(x): return 1 / x\n"),
        ],
        ..SCRIPT
    },
    Scene {
        name: "a zip application",
        is_zipped: true,
        named: &["app.pyz"],
        arguments: &["x"],
        files: &[
            (
                "__main__.py",
                "import sys, beside\nprint(__name__, __package__, sys.argv, sys.path[0].endswith('app.pyz'), type(__loader__).__name__)\nbeside.fail(0)\n",
            ),
            ("beside.py", "def fail(x): return 1 / x\n"),
        ],
        ..SCRIPT
    },
    Scene {
        name: "a command",
        named: &[
            "-c",
            "import sys\nprint(__name__, sorted(globals()), sys.argv, sys.path[0], __spec__, __loader__)\ndef f(x):\n    return 1 / x\nexec('def g(): return f(0)')\ng()\n",
        ],
        arguments: &["a", "-b"],
        ..SCRIPT
    },
    Scene { name: "a command that does not compile", named: &["-c", "print(1"], is_wrong: true, ..SCRIPT },
    Scene { name: "a command with an eval", named: &["-c", "print(eval('1 + 1')); import warnings; warnings.warn('so')"], ..SCRIPT },
    Scene { name: "a command that asks", named: &["-c", "print(input('? ')[::-1])"], input: Some("word\n"), ..SCRIPT },
    Scene {
        name: "starts others from a package",
        named: &["-m", "pkg"],
        files: &[
            ("pkg/__init__.py", ""),
            (
                "pkg/__main__.py",
                "import multiprocessing as m\nfrom pkg.work import square\nif __name__ == '__main__':\n    for way in ('spawn', 'forkserver'):\n        with m.get_context(way).Pool(1) as pool: print(pool.map(square, range(3)))\n",
            ),
            ("pkg/work.py", "def square(x): return x * x\n"),
        ],
        ..SCRIPT
    },
    Scene {
        name: "shares its work by a server that forks",
        files: &[(
            "program.py",
            "import multiprocessing as m\ndef square(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('forkserver').Pool(1) as pool: print(pool.map(square, range(5)))\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "starts a process",
        files: &[(
            "program.py",
            "import multiprocessing as m\ndef work(q): q.put(__name__)\nif __name__ == '__main__':\n    context = m.get_context('spawn')\n    q = context.Queue(); p = context.Process(target=work, args=(q,)); p.start(); print(q.get()); p.join(); print(p.exitcode)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "makes code without end",
        files: &[("program.py", "for i in range(3000):\n    exec('def f(x): return x + %d' % i)\n    assert f(1) == i + 1\nprint(i)\n")],
        ..SCRIPT
    },
    Scene {
        name: "compiles and evaluates",
        files: &[(
            "program.py",
            "x = 0\nfor i in range(3000):\n    x += eval(compile('%d * 2' % i, 'made%d' % (i % 7), 'eval'))\nprint(x)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "monitors itself",
        since: (3, 12),
        files: &[(
            "program.py",
            "import sys\nm = sys.monitoring\nseen = []\nprint([m.get_tool(i) for i in range(6)])\nfor tool in range(6):\n    m.use_tool_id(tool, 'mine%d' % tool)\nm.register_callback(3, m.events.PY_START, lambda code, at: seen.append(code.co_name))\nm.register_callback(4, m.events.LINE, lambda code, line: seen.append(line))\ndef f():\n    x = 1\n    return x\nm.set_events(3, m.events.PY_START)\nm.set_local_events(4, f.__code__, m.events.LINE)\nf()\nm.set_events(3, 0)\nprint(seen, [m.get_tool(i) for i in range(6)])\nfor tool in range(6): m.free_tool_id(tool)\nf()\nprint(seen)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "monitors with one tool",
        since: (3, 12),
        files: &[(
            "program.py",
            "import sys\nm = sys.monitoring\nseen = []\nm.use_tool_id(4, 'coverage')\ntry: m.use_tool_id(4, 'again')\nexcept ValueError as e: print(e)\nm.register_callback(4, m.events.PY_RETURN, lambda code, at, value: seen.append((code.co_name, value)))\nm.set_events(4, m.events.PY_RETURN)\ndef f(x): return x * 2\nf(2); f(3)\nm.set_events(4, 0); m.free_tool_id(4)\nprint(seen, m.get_tool(4))\nsum(f(i) for i in range(10))\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "traces its threads",
        files: &[(
            "program.py",
            "import sys, threading\nseen = []\ndef tracer(frame, event, arg):\n    if frame.f_code.co_name == 'work': seen.append((event, frame.f_lineno))\n    return tracer\ndef work():\n    x = 1\n    return x\nthreading.settrace(tracer)\nt = threading.Thread(target=work); t.start(); t.join()\nthreading.settrace(None)\nt = threading.Thread(target=work); t.start(); t.join()\nprint(seen)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "profiles its threads",
        files: &[(
            "program.py",
            "import sys, threading\nseen = []\ndef profiler(frame, event, arg):\n    if frame.f_code.co_name == 'work': seen.append((event, frame.f_lineno))\ndef work():\n    return abs(-1)\nthreading.setprofile(profiler)\nt = threading.Thread(target=work); t.start(); t.join()\nthreading.setprofile(None)\nprint(seen)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is measured by cProfile",
        files: &[(
            "program.py",
            "import cProfile, pstats, io\ndef f(n): return n if n < 2 else f(n - 1) + f(n - 2)\np = cProfile.Profile(); p.enable(); f(8); p.disable()\nout = io.StringIO(); pstats.Stats(p, stream=out).print_stats('f')\nprint([l.split()[0] for l in out.getvalue().splitlines() if '(f)' in l])\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is followed by trace",
        files: &[(
            "program.py",
            "import trace\ndef f(x):\n    if x:\n        return 1\n    return 2\nt = trace.Trace(count=1, trace=0)\nt.runfunc(f, 0)\nprint(sorted(line for (name, line), count in t.results().counts.items()))\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "knows its frames",
        files: &[(
            "program.py",
            "import sys, inspect\ndef f():\n    print(len(inspect.stack()), [x.function for x in inspect.stack()])\n    print(sys._getframe(1).f_code.co_name, sys._getframe(1).f_back)\nf()\ntry: sys._getframe(5)\nexcept ValueError as e: print(e)\nimport traceback\ntraceback.print_stack()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "knows how deep it may go",
        files: &[(
            "program.py",
            "import sys\nprint(sys.getrecursionlimit())\ndef f(n):\n    global deepest\n    deepest = n\n    f(n + 1)\ntry: f(1)\nexcept RecursionError as e: print(str(e)[:32], 980 < deepest < 1000)\nsys.setrecursionlimit(300)\ntry: f(1)\nexcept RecursionError: print(280 < deepest < 300)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "sums deeply with sort keys",
        files: &[(
            "program.py",
            "import sys\nclass K:\n    def __init__(self, n): self.n = n\n    def __lt__(self, o): return self.n < o.n\nprint([k.n for k in sorted([K(3), K(1), K(2)])])\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "crashes in C",
        files: &[("program.py", "import faulthandler, sys\nfaulthandler.enable()\nprint('before', flush=True)\nfaulthandler._sigsegv()\n")],
        ..SCRIPT
    },
    Scene { name: "aborts", files: &[("program.py", "import os\nprint('x', flush=True)\nos.abort()\n")], ..SCRIPT },
    Scene {
        name: "dumps its stack",
        files: &[("program.py", "import faulthandler, sys\ndef f(): faulthandler.dump_traceback(file=sys.stdout)\nf()\n")],
        ..SCRIPT
    },
    Scene {
        name: "is interrupted and has a last word",
        files: &[("program.py", "try:\n    raise KeyboardInterrupt\nfinally:\n    print('finally')\n")],
        ..SCRIPT
    },
    Scene {
        name: "is interrupted and takes it",
        files: &[(
            "program.py",
            "import sys\ntry:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    print('caught'); sys.exit(130)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "interrupts itself in a loop",
        files: &[(
            "program.py",
            "import os, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass\nfinally: print('finally')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is interrupted twice",
        files: &[(
            "program.py",
            "import os, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\ndef ask():\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass\ntry: ask()\nexcept KeyboardInterrupt: print('once', flush=True)\nask()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "interrupts itself asleep",
        files: &[(
            "program.py",
            "import os, signal, time, threading\nsignal.signal(signal.SIGINT, signal.default_int_handler)\nthreading.Timer(.2, os.kill, (os.getpid(), signal.SIGINT)).start()\ntime.sleep(60)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is interrupted with a farewell",
        files: &[("program.py", "import atexit\natexit.register(print, 'farewell')\nraise KeyboardInterrupt\n")],
        ..SCRIPT
    },
    Scene {
        name: "a thread exits",
        files: &[(
            "program.py",
            "import sys, threading\ndef f(): sys.exit(3)\nt = threading.Thread(target=f); t.start(); t.join(); print('on')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "a thread is hooked",
        files: &[(
            "program.py",
            "import threading\nthreading.excepthook = lambda a: print('hook', a.exc_type.__name__, a.thread.name, a.exc_traceback.tb_frame.f_code.co_name)\nt = threading.Thread(target=lambda: 1/0, name='T'); t.start(); t.join()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "waits for daemons not",
        files: &[(
            "program.py",
            "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nprint(threading.active_count())\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "counts its threads",
        files: &[(
            "program.py",
            "import threading\ndef f(): print(threading.current_thread().name, threading.active_count(), threading.get_ident() != threading.main_thread().ident)\nt = threading.Thread(target=f); t.start(); t.join()\nprint(threading.main_thread() is threading.current_thread(), len(threading.enumerate()))\nlocal = threading.local(); local.x = 1; print(local.x)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is told of its warnings",
        files: &[(
            "program.py",
            "import warnings\nwarnings.warn('a')\ndef f():\n    warnings.warn('b', DeprecationWarning, stacklevel=2)\nf()\nprint('end')\n",
        )],
        environment: &[("PYTHONWARNINGS", "always")],
        ..SCRIPT
    },
    Scene {
        name: "turns warnings into errors",
        files: &[("program.py", "import warnings\nwarnings.warn('careful')\n")],
        environment: &[("PYTHONWARNINGS", "error")],
        ..SCRIPT
    },
    Scene {
        name: "turns warnings of the compiler into errors",
        files: &[("program.py", "x = 1\nprint(x is 'a')\n")],
        environment: &[("PYTHONWARNINGS", "error")],
        is_wrong: true,
        ..SCRIPT
    },
    Scene {
        name: "is optimised",
        files: &[(
            "program.py",
            "assert False, 'no'\nprint(__debug__)\n'''words'''\ndef f():\n    '''doc'''\nprint(f.__doc__, __import__('sys').flags.optimize)\n",
        )],
        environment: &[("PYTHONOPTIMIZE", "2")],
        ..SCRIPT
    },
    Scene {
        name: "writes no bytecode",
        named: &["main.py"],
        files: &[
            (
                "main.py",
                "import sys, os, beside\nprint(sys.dont_write_bytecode, os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), '__pycache__')))\n",
            ),
            ("beside.py", "x = 1\n"),
        ],
        environment: &[("PYTHONDONTWRITEBYTECODE", "1")],
        ..SCRIPT
    },
    Scene {
        name: "writes bytecode",
        named: &["main.py"],
        files: &[
            (
                "main.py",
                "import sys, os, beside\nprint(os.listdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '__pycache__')))\n",
            ),
            ("beside.py", "x = 1\n"),
        ],
        ..SCRIPT
    },
    Scene {
        name: "is not buffered",
        files: &[(
            "program.py",
            "import sys, os\nprint('a', end='')\nos.write(1, b'b')\nprint('c', sys.stdout.line_buffering, sys.stdout.write_through)\n",
        )],
        environment: &[("PYTHONUNBUFFERED", "1")],
        ..SCRIPT
    },
    Scene {
        name: "prints in another encoding",
        files: &[("program.py", "import sys\nprint(sys.stdout.encoding, sys.stdin.encoding, sys.stdout.errors, '\\xe4')\n")],
        environment: &[("PYTHONIOENCODING", "latin-1:replace")],
        ..SCRIPT
    },
    Scene {
        name: "is in UTF-8 mode",
        files: &[(
            "program.py",
            "import sys, locale\nprint(sys.flags.utf8_mode, sys.getfilesystemencoding(), locale.getpreferredencoding(False))\n",
        )],
        environment: &[("PYTHONUTF8", "1"), ("LC_ALL", "C")],
        ..SCRIPT
    },
    Scene {
        name: "is in developer mode",
        files: &[(
            "program.py",
            "import sys\nprint(sys.flags.dev_mode, sys.warnoptions, __import__('faulthandler').is_enabled())\nf = open(__file__)\ndel f\n",
        )],
        environment: &[("PYTHONDEVMODE", "1")],
        ..SCRIPT
    },
    Scene {
        name: "finds its modules by the environment",
        named: &["main.py"],
        files: &[
            (
                "main.py",
                "import sys, os, elsewhere\nprint(elsewhere.x, os.environ['PYTHONPATH'], sys.path[1].endswith('lib'), len(sys.path), 'sitecustomize' in sys.modules)\nos.system('echo $PYTHONPATH')\n",
            ),
            ("lib/elsewhere.py", "x = 'found'\n"),
        ],
        environment: &[("PYTHONPATH", "lib")],
        ..SCRIPT
    },
    Scene {
        name: "has a sitecustomize of its own",
        named: &["main.py"],
        files: &[
            (
                "main.py",
                "import sys, sitecustomize\nprint(sitecustomize.__file__[-20:], sys.marked)\nprint(sorted(m for m in sys.modules if m not in sys.builtin_module_names))\n",
            ),
            ("lib/sitecustomize.py", "import sys, string\nsys.marked = __name__\nprint('customized')\n"),
        ],
        environment: &[("PYTHONPATH", "lib")],
        ..SCRIPT
    },
    Scene {
        name: "has a sitecustomize that fails",
        named: &["main.py"],
        files: &[("main.py", "print('on')\n"), ("lib/sitecustomize.py", "1/0\n")],
        environment: &[("PYTHONPATH", "lib")],
        ..SCRIPT
    },
    Scene {
        name: "has an empty module path",
        files: &[("program.py", "import os, sys\nprint(repr(os.environ.get('PYTHONPATH')), sys.path[1:])\n")],
        environment: &[("PYTHONPATH", "")],
        ..SCRIPT
    },
    Scene {
        name: "knows its environment",
        files: &[(
            "program.py",
            "import os, sys, subprocess\nprint(sorted(k for k in os.environ if k.startswith('PYTHON')), sorted(sys.path_importer_cache) == sorted(set(sys.path_importer_cache)), [p for p in sys.path_importer_cache if '/fd/' in p], [p for p in sys.path if '/fd/' in p])\nimport zipimport; print(zipimport._zip_directory_cache)\nsubprocess.run(['sh', '-c', 'env | grep ^PYTHON'])\nprint(sorted(os.listdir('/proc/self/fd'), key=int)[:3])\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "knows its flags and options",
        files: &[(
            "program.py",
            "import sys\nprint(sys.flags, sys.argv, sys.warnoptions, sys._xoptions, sys.executable, sys.prefix, sys.base_prefix, getattr(sys, 'orig_argv', None), sys.path[1:], sys.meta_path, sys.dont_write_bytecode, sys.pycache_prefix, sys.getswitchinterval(), sys.hash_info.width)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "reads its input",
        files: &[("program.py", "import sys\nfor line in sys.stdin: print(line.strip()[::-1])\nprint(sys.stdin.isatty())\n")],
        input: Some("one\ntwo\n"),
        ..SCRIPT
    },
    Scene {
        name: "asks",
        files: &[("program.py", "name = input('name? ')\nprint('hello', name)\ntry: input()\nexcept EOFError: print('end')\n")],
        input: Some("you\n"),
        ..SCRIPT
    },
    Scene { name: "prints much", files: &[("program.py", "for i in range(40000): print(i, 'x' * 20)\n")], ..SCRIPT },
    Scene {
        name: "prints bytes",
        files: &[(
            "program.py",
            "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 50)\nsys.stdout.flush()\nsys.stdout.buffer.write(b'\\x00end')\n",
        )],
        ..SCRIPT
    },
    Scene { name: "closes its output", files: &[("program.py", "import sys\nprint('x')\nsys.stdout.close()\n")], ..SCRIPT },
    Scene { name: "has no output any more", files: &[("program.py", "import os, sys\nprint('x')\nos.close(1)\n")], ..SCRIPT },
    Scene {
        name: "runs tasks",
        files: &[(
            "program.py",
            "import asyncio\nasync def work(n):\n    try: await asyncio.sleep(60)\n    except asyncio.CancelledError: print('cancelled', n); raise\nasync def main():\n    ts = [asyncio.ensure_future(work(i)) for i in range(3)]\n    await asyncio.sleep(0)\n    for t in ts: t.cancel()\n    print(await asyncio.gather(*ts, return_exceptions=True))\n    async with asyncio.Lock(): print(await asyncio.wait_for(asyncio.sleep(0, 'r'), 1))\nasyncio.run(main())\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "forgets a task",
        files: &[(
            "program.py",
            "import asyncio\nasync def fail(): 1/0\nasync def never(): pass\nasync def main():\n    t = asyncio.ensure_future(fail())\n    await asyncio.sleep(0)\n    never()\nasyncio.run(main(), debug=False)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "talks to a process asynchronously",
        files: &[(
            "program.py",
            "import asyncio, sys\nasync def main():\n    p = await asyncio.create_subprocess_exec(sys.executable, '-c', 'print(input()[::-1])', stdin=-1, stdout=-1)\n    print(await p.communicate(b'abc\\n'), p.returncode)\nasyncio.run(main())\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is told of what goes",
        files: &[(
            "program.py",
            "import weakref\nclass A: pass\na = A()\nr = weakref.ref(a, lambda _: print('gone'))\nf = weakref.finalize(a, print, 'finalized')\ndel a\nprint(r())\nb = A(); g = weakref.finalize(b, print, 'at exit')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "exits in its farewell",
        files: &[("program.py", "import atexit, sys\natexit.register(print, 'later')\natexit.register(sys.exit, 5)\nprint('x')\n")],
        ..SCRIPT
    },
    Scene {
        name: "runs a function at the end of main",
        files: &[(
            "program.py",
            "import atexit, threading\n@atexit.register\ndef bye():\n    print('bye', threading.active_count())\n    atexit.register(print, 'even later')\nprint('x')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "traces its memory",
        files: &[(
            "program.py",
            "import tracemalloc\ntracemalloc.start()\nx = [bytes(1000) for _ in range(10)]\nsnap = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)])\nprint([(s.traceback[0].lineno, s.size > 9000) for s in snap.statistics('lineno')[:1]], tracemalloc.get_object_traceback(x[0])[0].lineno)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is debugged",
        files: &[("program.py", "def f(x):\n    y = x + 1\n    breakpoint()\n    z = y * 2\n    return z\nprint(f(1))\nprint('end')\n")],
        input: Some("n\np y, z\ns\nn\nw\nc\n"),
        ..SCRIPT
    },
    Scene {
        name: "is stepped from the outset",
        files: &[("program.py", "import pdb\npdb.set_trace()\nx = 1\ndef f(a):\n    b = a + 1\n    return b\nf(x)\ny = 3\nprint('end')\n")],
        input: Some("n\nn\nn\ns\nn\nn\np b\nr\nn\nn\nc\n"),
        ..SCRIPT
    },
    Scene {
        name: "is debugged by module",
        named: &["-m", "pdb"],
        arguments: &["prog.py"],
        files: &[("prog.py", "x = 1\ny = x + 1\nprint(y)\n")],
        input: Some("n\nn\np x\nc\nq\n"),
        ..SCRIPT
    },
    Scene {
        name: "stops at breakpoints",
        files: &[(
            "program.py",
            "import pdb\ndef f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\np = pdb.Pdb()\np.set_trace()\nf(3)\nf(4)\n",
        )],
        input: Some("b 5\nc\np i, total\nc\np i\ncl 1\nc\n"),
        ..SCRIPT
    },
    Scene {
        name: "is tested by doctest",
        named: &["-m", "doctest"],
        arguments: &["mod.py"],
        files: &[("mod.py", "def double(x):\n    '''\n    >>> double(2)\n    4\n    >>> double(3)\n    7\n    '''\n    return 2 * x\n")],
        ..SCRIPT
    },
    Scene {
        name: "is tested by unittest",
        named: &["-m", "unittest"],
        arguments: &["test_it"],
        files: &[(
            "test_it.py",
            "import unittest\nclass T(unittest.TestCase):\n    def test_good(self): self.assertEqual(1, 1)\n    def test_bad(self):\n        with self.assertRaises(ValueError): int('x')\n        self.assertEqual([1], [2])\n    @unittest.skip('no')\n    def test_skip(self): pass\nif __name__ == '__main__': unittest.main()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "tests itself",
        files: &[(
            "program.py",
            "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        with self.subTest(1), self.assertWarns(DeprecationWarning):\n            import warnings; warnings.warn('x', DeprecationWarning)\nunittest.main()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "pickles across processes",
        files: &[(
            "program.py",
            "import multiprocessing as m\nclass A:\n    def __init__(self, x): self.x = x\n    def __reduce__(self): return A, (self.x + 1,)\ndef f(a): return a\nif __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as pool: print(pool.apply(f, (A(1),)).x, type(pool.apply(f, (A(1),))) is A)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "is imported by another",
        named: &["main.py"],
        files: &[(
            "main.py",
            "import subprocess, sys\nvalue = 3\nif __name__ == '__main__':\n    import main\n    print(main.value, main is not sys.modules['__main__'])\n    print(subprocess.check_output([sys.executable, '-c', 'import main; print(main.value, main.__name__)']))\n",
        )],
        environment: &[("PYTHONPATH", ".")],
        ..SCRIPT
    },
    Scene {
        name: "loads a module again",
        named: &["main.py"],
        files: &[
            ("main.py", "import importlib, beside\nprint(beside.n)\nbeside.n = 7\nprint(importlib.reload(beside).n, beside.again)\n"),
            ("beside.py", "try: again = n\nexcept NameError: again = None\nn = 1\ndef f(): return n\n"),
        ],
        ..SCRIPT
    },
    Scene {
        name: "is deleted at the end",
        files: &[(
            "program.py",
            "class D:\n    def __init__(self, n): self.n = n\n    def __del__(self): print('del', self.n)\na = D(1)\nb = [D(2)]; b.append(b)\nimport sys\nsys.keep = D(3)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "fails while it is deleted",
        files: &[("program.py", "class D:\n    def __del__(self): 1/0\nd = D()\ndel d\nprint('on')\n")],
        ..SCRIPT
    },
    Scene {
        name: "leaves coroutines open",
        files: &[(
            "program.py",
            "async def f():\n    try: await g()\n    finally: print('closed')\nimport types\n@types.coroutine\ndef g(): yield\nc = f(); c.send(None)\nagen = (x async for x in ())\nprint('end')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "replaces its modules",
        files: &[(
            "program.py",
            "import sys, types\nm = types.ModuleType('made'); m.x = 4; sys.modules['made'] = m\nimport made; print(made.x)\nsys.modules['__main__'].y = 5; print(y)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "raises a group",
        since: (3, 11),
        files: &[(
            "program.py",
            "def f():\n    raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\ntry: f()\nexcept* ValueError as e: print(e.exceptions)\n",
        )],
        ..SCRIPT
    },
    Scene { name: "adds a note", since: (3, 11), files: &[("program.py", "e = ValueError('v')\ne.add_note('note')\nraise e\n")], ..SCRIPT },
    Scene {
        name: "raises in a comprehension",
        files: &[("program.py", "def f(x): return [1 / (x - y) for y in range(3)]\nx = f(1)\n")],
        ..SCRIPT
    },
    Scene {
        name: "raises over many lines",
        files: &[("program.py", "def f(a, b):\n    return (a +\n            b /\n            0)\nf(1,\n  2)\n")],
        ..SCRIPT
    },
    Scene { name: "raises in a class", files: &[("program.py", "class A:\n    x = 1\n    y = x / 0\n")], ..SCRIPT },
    Scene {
        name: "raises in a decorator",
        files: &[("program.py", "def deco(f):\n    raise ValueError('d')\n@deco\ndef g(): pass\n")],
        ..SCRIPT
    },
    Scene {
        name: "raises in a context",
        files: &[(
            "program.py",
            "import contextlib\n@contextlib.contextmanager\ndef m():\n    try: yield\n    except KeyError: raise ValueError('from it')\nwith m(): {}['a']\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "raises the same thing again",
        files: &[(
            "program.py",
            "def f():\n    try: 1/0\n    except ZeroDivisionError as e: raise\ntry: f()\nexcept Exception as e:\n    import traceback\n    traceback.print_exc()\n    print(len(traceback.extract_tb(e.__traceback__)))\n    raise\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "suspends itself",
        files: &[(
            "program.py",
            "import signal, os\nsignal.signal(signal.SIGALRM, lambda *a: print('alarm'))\nsignal.setitimer(signal.ITIMER_REAL, .05)\nsignal.pause()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "has a handler that raises",
        files: &[(
            "program.py",
            "import signal, os\nclass Stop(Exception): pass\ndef handler(n, frame): raise Stop(frame.f_code.co_name)\nsignal.signal(signal.SIGUSR1, handler)\ndef f():\n    os.kill(os.getpid(), signal.SIGUSR1)\n    for i in range(1000): pass\ntry: f()\nexcept Stop as e: print('stopped', e)\nf()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "audits itself",
        files: &[(
            "program.py",
            "import sys\nseen = []\nsys.addaudithook(lambda event, args: seen.append(event) if event in ('compile', 'exec', 'import', 'open') else None)\nexec('x = 1')\nprint(seen)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "has locals",
        files: &[(
            "program.py",
            "def f(a):\n    b = a\n    locals()['c'] = 3\n    return sorted(locals()), eval('b'), vars()\nprint(f(1))\nimport sys\ndef g():\n    x = 1\n    sys._getframe().f_locals['x'] = 2\n    return x\nprint(g())\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "reads frames of others",
        files: &[(
            "program.py",
            "import sys, threading\ngo, come = threading.Event(), threading.Event()\ndef f():\n    here = 'x'\n    come.set(); go.wait()\nt = threading.Thread(target=f); t.start(); come.wait()\nframe = sys._current_frames()[t.ident]\nwhile frame.f_code.co_name != 'f': frame = frame.f_back\nprint(frame.f_locals)\ngo.set(); t.join()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "looks at its frame",
        files: &[(
            "program.py",
            "import sys\nf = sys._getframe()\nprint(f.f_lineno, f.f_back, f.f_trace_opcodes if sys.version_info >= (3, 12) else 0)\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "runs another by path",
        named: &["main.py"],
        files: &[
            (
                "main.py",
                "import runpy\nprint(sorted(runpy.run_path('other.py', run_name='__main__'))[-2:])\nrunpy.run_module('third', run_name='__main__', alter_sys=True)\n",
            ),
            ("other.py", "a, b = 1, 2\nprint(__name__)\n"),
            ("third.py", "import sys\nprint(__name__, sys.argv)\n"),
        ],
        ..SCRIPT
    },
    Scene {
        name: "is in an interactive console",
        files: &[("program.py", "import code\ncode.interact(banner='', local=globals(), exitmsg='')\nprint('on')\n")],
        input: Some("x = 4\nx * 2\n1/0\n"),
        ..SCRIPT
    },
    Scene {
        name: "calls by ctypes",
        files: &[(
            "program.py",
            "import ctypes\nK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)\n@K\ndef back(x): return x + 1\nprint(back(3))\n@K\ndef bad(x): 1/0\nbad(1)\nprint('on')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "keeps its descriptors",
        files: &[(
            "program.py",
            "import os\nprint([fd for fd in sorted(map(int, os.listdir('/proc/self/fd'))) if fd < 900][:4], os.open('/dev/null', 0))\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "limits itself",
        files: &[(
            "program.py",
            "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\nfiles = []\ntry:\n    while True: files.append(open('/dev/null'))\nexcept OSError as e: print(e.errno, len(files))\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "changes its folder",
        files: &[("program.py", "import os, sys\nos.chdir('/')\ndef f(): 1/0\nprint(os.path.isabs(__file__))\nf()\n")],
        ..SCRIPT
    },
    Scene { name: "has its file taken away", files: &[("program.py", "import os\nos.remove(__file__)\ndef f(): 1/0\nf()\n")], ..SCRIPT },
    Scene {
        name: "collects with callbacks",
        files: &[(
            "program.py",
            "import gc\nprint(gc.isenabled(), gc.get_threshold())\ngc.callbacks.append(lambda phase, info: print(phase))\ngc.collect()\ngc.callbacks.clear()\ngc.collect()\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "counts references",
        files: &[("program.py", "import sys\nx = []\nprint(sys.getrefcount(x))\ndef f(a): return sys.getrefcount(a)\nprint(f(x) > 2)\n")],
        ..SCRIPT
    },
    Scene {
        name: "switches with greenlets of its own",
        files: &[(
            "program.py",
            "def a():\n    got = yield 1\n    while got: got = yield got * 2\ng = a(); next(g); print([g.send(i) for i in (1, 2, 3)])\ntry: g.send(0)\nexcept StopIteration as e: print(repr(e))\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "has type parameters",
        since: (3, 12),
        files: &[(
            "program.py",
            "type L[T] = list[T]\ndef f[T](x: T) -> T: return x\nclass A[T]: pass\nprint(L, f(1), A[int], f'{1 + 1!r:>{3}}')\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "matches",
        since: (3, 10),
        files: &[(
            "program.py",
            "def f(x):\n    match x:\n        case [a, *b]: return a, b\n        case {'k': v}: return v\n        case int() | str(): return 'is'\n        case _: return None\nprint([f(x) for x in ([1, 2], {'k': 3}, 5, None)])\n",
        )],
        ..SCRIPT
    },
    Scene {
        name: "has a __main__ of its own",
        files: &[(
            "program.py",
            "import __main__, sys\ndel sys.modules['__main__']\ndef f(): return __name__\nprint(f(), __main__.f is f)\n",
        )],
        ..SCRIPT
    },
];
