// Compiles modules of CPython 3.14's own library with CPython 3.14 itself (pyodide), and tells what came
// of it as JSON: name, source, and every code object with its offsets, opcodes and arguments.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , folder, output, ...modules] = process.argv;
const found = createRequire(folder + "/").resolve("pyodide/pyodide.mjs");
const { loadPyodide } = await import(pathToFileURL(found));
const python = await loadPyodide();
python.globals.set("wanted", python.toPy(modules));
const told = python.runPython(`
import dis, json, sys, types, zipfile

def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)

def tell(code):
    instructions = [(i.offset, i.opname, i.arg) for i in dis.get_instructions(code)]
    positions = list(code.co_positions())
    return {
        "qualname": code.co_qualname, "stack_size": code.co_stacksize, "flags": code.co_flags,
        "instructions": instructions, "positions": [positions[i[0] // 2] for i in instructions],
    }

archive = zipfile.ZipFile(next(path for path in sys.path if path.endswith(".zip")))
told = {}
for name in wanted:
    path = name.replace(".", "/")
    path = path + ".py" if path + ".py" in archive.namelist() else path + "/__init__.py"
    source = archive.read(path).decode()
    told[name] = {"source": source, "codes": [tell(c) for c in codes(compile(source, name, "exec", dont_inherit=True))]}
json.dumps({"version": sys.version.split()[0], "modules": told})
`);
writeFileSync(output, told);
