//! Which line of a file an anchor means. The rule is told in `assets/atlas/README.md`.

/// What may stand before `inst(` and its like in `Python/bytecodes.c`: `pure inst(`, `replicate(8) pure inst(`.
const DEFINITIONS: [&str; 7] = ["inst(", "op(", "macro(", "super(", "family(", "pseudo(", "label("];

/// The line of `text`, from 1, that `anchor` means.
pub fn line_of(text: &str, anchor: &str, is_python: bool) -> Option<u32> {
    let index = match (is_name(anchor), is_python) {
        (true, true) => python_definition(text, anchor),
        (true, false) => c_definition(text, anchor).or_else(|| beginning(text, anchor)),
        (false, _) => beginning(text, anchor),
    };
    index.and_then(|index| u32::try_from(index + 1).ok())
}

/// A bare name, of C or with dots of Python.
fn is_name(anchor: &str) -> bool {
    anchor.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.')
}

/// The first line that begins with the anchor.
fn beginning(text: &str, anchor: &str) -> Option<usize> {
    let anchor = normal(anchor);
    let has_words_before = DEFINITIONS.iter().any(|definition| anchor.starts_with(definition));
    text.lines().position(|line| {
        let line = normal(line);
        line.starts_with(&anchor) || has_words_before && line.find(&anchor).is_some_and(|at| are_words(&line[..at]))
    })
}

/// Blanks told as one, those at the ends and after the `#` of a directive not at all.
fn normal(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.strip_prefix("# ") {
        Some(directive) => format!("#{directive}"),
        None => text,
    }
}

/// Words such as `pure`, `tier1` and `replicate(8)`, each with a blank behind it.
fn are_words(text: &str) -> bool {
    let is_word = |word: &str| {
        let word = word.strip_suffix(')').and_then(|word| word.split_once('(')).map_or(word, |(word, _)| word);
        !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_')
    };
    text.ends_with(' ') && text.split_whitespace().all(is_word)
}

/// Where a C function is defined: its name and a bracket at the beginning of a line (PEP 7) or behind its type, and a
/// body before the next semicolon; else where a macro makes it; else a line that only declares it.
fn c_definition(text: &str, name: &str) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let candidates: Vec<usize> = (0..lines.len()).filter(|&index| opens(lines[index], name)).collect();
    let has_body = |&index: &usize| {
        let rest = lines[index..].iter().flat_map(|line| line.chars());
        rest.take(LONGEST_HEAD).find(|letter| matches!(letter, '{' | ';')) == Some('{')
    };
    let made = || lines.iter().position(|line| makes(line, name));
    candidates.iter().copied().find(has_body).or_else(made).or(candidates.first().copied())
}

/// Whether a line begins with a macro that makes the function: `FUNC1(sqrt, ...` makes `math_sqrt`, `WRAP_UNARY(proxy_str,
/// ...` makes `proxy_str`.
fn makes(line: &str, name: &str) -> bool {
    let Some((word, arguments)) = line.split_once('(') else { return false };
    let is_macro = word.starts_with(|letter: char| letter.is_ascii_uppercase())
        && word.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_');
    let first = arguments.split([',', ')']).next().unwrap_or_default().trim();
    is_macro && !first.is_empty() && (name == first || name.strip_suffix(first).is_some_and(|before| before.ends_with('_')))
}

/// Most letters of a function's head, arguments and all. A head that is longer is none.
const LONGEST_HEAD: usize = 4000;

/// Whether a line begins with `name(`, or with a type and then `name(`.
fn opens(line: &str, name: &str) -> bool {
    if line.starts_with([' ', '\t', '#', '/', '}']) {
        return false;
    }
    line.match_indices(name).any(|(at, _)| {
        let before = &line[..at];
        let is_whole = !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let is_type = before.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ' ' | '*' | '\t'));
        is_whole && is_type && line[at + name.len()..].trim_start().starts_with('(')
    })
}

/// Where a function or class of Python is defined; `Class.method` is looked for within its class.
fn python_definition(text: &str, name: &str) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut from = 0;
    for part in name.split('.') {
        from += lines.get(from..)?.iter().position(|line| defines(line, part))? + 1;
    }
    from.checked_sub(1)
}

fn defines(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    ["def ", "class ", "async def "].iter().any(|word| {
        let rest = line.strip_prefix(word).and_then(|rest| rest.trim_start().strip_prefix(name));
        rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTECODES: &str = "\
// inst(LOAD_FAST, in a remark
        macro(NOT_IT) = inst(LOAD_FAST, ;
        replicate(8) pure inst(LOAD_FAST, (-- value)) {
        tier1   inst(RESUME, (--)) {
        macro(LOAD_ATTR) =
            counter/1 + _LOAD_ATTR;
#  define NEXTOPARG()  do {
";

    #[test]
    fn a_line_is_found_by_its_beginning_less_blanks_and_words_before() {
        for (anchor, line) in
            [("inst(LOAD_FAST,", 3), ("inst(RESUME,", 4), ("macro(LOAD_ATTR) =", 5), ("#define NEXTOPARG()", 7), ("macro(LOAD_ATTR)", 5)]
        {
            assert_eq!(line_of(BYTECODES, anchor, false), Some(line), "{anchor}");
        }
        assert_eq!(line_of(BYTECODES, "inst(LOAD_NAME,", false), None);
    }

    const LISTOBJECT: &str = "\
static PyObject *list_append(PyListObject *self, PyObject *object);
static int
app1(PyListObject *self,
     PyObject *v);

/* list_append(self) */
static int
app1(PyListObject *self,
     PyObject *v)
{
    return list_append(self, v);
}

static PyObject *
list_append(PyListObject *self, PyObject *object)
{
}
static PyObject * list_clear (PyListObject *self) {
#define WRAPPED(x) 1
static PyObject *list_append_impl(void) { }
";

    #[test]
    fn a_function_is_found_where_it_is_defined() {
        for (name, line) in [("app1", 8), ("list_append", 15), ("list_clear", 18), ("list_append_impl", 20)] {
            assert_eq!(line_of(LISTOBJECT, name, false), Some(line), "{name}");
        }
        let macros = "#define FUNC1(name, call) \\\n    static PyObject * math_##name(void)\nFUNC1A(gamma, m_tgamma,\nFUNC1(sqrt, sqrt, 0)\nWRAP_UNARY(proxy_str, PyObject_Str)\n";
        for (name, line) in [("math_sqrt", Some(4)), ("math_gamma", Some(3)), ("proxy_str", Some(5)), ("math_qrt", None), ("str", None)] {
            assert_eq!(line_of(macros, name, false), line, "{name}");
        }
        assert_eq!(line_of(LISTOBJECT, "append", false), None);
        assert_eq!(line_of("int f(void);\n", "f", false), Some(1), "better where it is declared than nowhere");
    }

    #[test]
    fn python_is_found_by_its_keyword() {
        let text = "def reduce_all(): pass\nclass Cache:\n    def get(self): pass\nclass Other(Cache):\n    def get(self): pass\nasync def reduce(x): pass\n";
        for (name, line) in [("reduce", 6), ("Cache", 2), ("Other.get", 5), ("Cache.get", 3)] {
            assert_eq!(line_of(text, name, true), Some(line), "{name}");
        }
        assert_eq!((line_of(text, "set", true), line_of("", "set", true)), (None, None));
    }
}
