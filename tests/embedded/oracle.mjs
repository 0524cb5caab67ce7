// Compiles the modules of CPython 3.14's own library with CPython 3.14 itself (pyodide), and tells what came
// of it as JSON: name, source, and every code object with its offsets, opcodes and arguments.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , folder, output] = process.argv;
const found = createRequire(folder + "/").resolve("pyodide/pyodide.mjs");
const { loadPyodide } = await import(pathToFileURL(found));
const python = await loadPyodide();
const told = python.runPython(`
import dis, json, sys, types, zipfile

def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)

def tell(code):
    instructions = [(i.offset, i.opname, i.arg) for i in dis.get_instructions(code)]
    positions = [(line, column, end_line, end_column) for line, end_line, column, end_column in code.co_positions()]
    return {
        "name": code.co_name, "stack_size": code.co_stacksize, "flags": code.co_flags,
        "instructions": instructions, "positions": [positions[i[0] // 2] for i in instructions],
    }

# Modules of the top level and a few packages: all 411 that are not tables were compared once, all the same,
# but take a minute and a half.
packages = ("asyncio/", "importlib/", "json/", "re/")
archive = zipfile.ZipFile(next(path for path in sys.path if path.endswith(".zip")))
told = {}
for path in sorted(archive.namelist()):
    if path.endswith(".py") and ("/" not in path or path.startswith(packages)):
        source = archive.read(path).decode()
        told[path] = {"source": source, "codes": [tell(c) for c in codes(compile(source, path, "exec", dont_inherit=True))]}
json.dumps({"version": sys.version.split()[0], "modules": told})
`);
writeFileSync(output, told);
