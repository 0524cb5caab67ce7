//! Colours and finding, on texts by chance and on the standard library of the Python at hand.

use std::fs;
use std::ops::Range;

use evalody::edit::{Kind, Query, find_all, highlight};
use proptest::prelude::*;

#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/python_tools.rs"]
mod python_tools;

#[track_caller]
fn covers_once(text: &str, parts: &[(Range<usize>, Kind)]) {
    let mut end = 0;
    for (index, (range, kind)) in parts.iter().enumerate() {
        assert!(range.start == end && range.end > end, "a gap or an overlap at {end} of {text:?}: {parts:?}");
        assert!(text.is_char_boundary(range.end), "{text:?}");
        assert!(index == 0 || parts[index - 1].1 != *kind, "neighbours alike in {text:?}: {parts:?}");
        end = range.end;
    }
    assert_eq!(end, text.len(), "{text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_covered_once(text in "(def |class |f\"|f'''|'|\"\"\"|\\{|\\}|:|\\(|\\)|@|x|print|0|\u{feff}|é|♪|\\\\|\r\n|\r|\n    |\n| |\\PC){0,30}") {
        covers_once(&text, &highlight(&text));
    }
}

/// Sources of the standard library, by path, which are UTF-8 with plain line ends; none where there is no Python.
fn library() -> Vec<(String, String)> {
    let Some(python) = python_tools::python_with(&["os", "tokenize"]) else { return Vec::new() };
    let folder = python_tools::output_of(&python, "import os; print(os.path.dirname(os.__file__))", b"");
    let mut paths: Vec<_> = fs::read_dir(folder.trim()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .filter_map(|path| Some((path.to_str()?.to_owned(), fs::read_to_string(&path).ok()?)))
        .filter(|(_, text)| !text.contains('\r'))
        .take(100)
        .collect()
}

#[test]
fn found_in_real_files_is_what_a_plain_search_finds() {
    for (path, text) in library().iter().take(40) {
        for wanted in ["self", "in", "(", "\n\n", "IMPORT", "e e"] {
            let plain: Vec<_> = text.match_indices(wanted).map(|(at, _)| at..at + wanted.len()).collect();
            let query = |is_case_sensitive, whole_word| Query { text: wanted.into(), is_case_sensitive, whole_word };
            let found = find_all(text, &query(true, false));
            assert_eq!(found, plain[..plain.len().min(10_000)], "{wanted:?} in {path}");
            let words = |word: &Range<usize>| {
                let is_of_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
                let is_letter = wanted.chars().all(char::is_alphanumeric);
                !is_letter || !is_of_word(text[..word.start].chars().next_back()) && !is_of_word(text[word.end..].chars().next())
            };
            if wanted != "e e" {
                let words: Vec<_> = plain.iter().filter(|place| words(place)).cloned().collect();
                assert_eq!(find_all(text, &query(true, true)), words[..words.len().min(10_000)], "the word {wanted:?} in {path}");
            }
            if text.is_ascii() {
                let small = text.to_ascii_lowercase();
                let plain: Vec<_> = small.match_indices(&wanted.to_lowercase()).map(|(at, found)| at..at + found.len()).collect();
                let found = find_all(text, &query(false, false));
                assert_eq!(found, plain[..plain.len().min(10_000)], "{wanted:?} in {path}");
            }
        }
    }
}

#[test]
fn real_files_are_covered_once() {
    for (_, text) in library() {
        covers_once(&text, &highlight(&text));
    }
}

#[cfg(feature = "syntax")]
mod with_a_parser {
    use std::collections::BTreeMap;

    use super::*;

    /// The kinds of the words of `text`, blanks left out.
    fn told(text: &str) -> Vec<(&str, Kind)> {
        let parts = highlight(text);
        covers_once(text, &parts);
        parts.into_iter().map(|(range, kind)| (&text[range], kind)).filter(|(word, _)| !word.trim().is_empty()).collect()
    }

    #[track_caller]
    fn is(text: &str, word: &str, kind: Kind) {
        let told = told(text);
        assert!(told.contains(&(word, kind)), "{word:?} in {text:?}: {told:?}");
    }

    #[test]
    fn words_are_told_apart() {
        let text = "@a.b(c)\nasync def print(x=None) -> int:  # é\n    return len(x.len, key=...) + 0x1f\n";
        let expected = [
            ("@a.b", Kind::Decorator),
            ("(", Kind::Bracket),
            ("c", Kind::Name),
            (")", Kind::Bracket),
            ("async", Kind::Keyword),
            ("def", Kind::Keyword),
            ("print", Kind::Definition),
            ("(", Kind::Bracket),
            ("x", Kind::Name),
            ("=", Kind::Operator),
            ("None", Kind::Constant),
            (")", Kind::Bracket),
            ("->", Kind::Operator),
            ("int", Kind::Builtin),
            (":  ", Kind::Plain),
            ("# é", Kind::Comment),
            ("return", Kind::Keyword),
            ("len", Kind::Builtin),
            ("(", Kind::Bracket),
            ("x", Kind::Name),
            (".", Kind::Plain),
            ("len", Kind::Name),
            (", ", Kind::Plain),
            ("key", Kind::Name),
            ("=", Kind::Operator),
            ("...", Kind::Constant),
            (")", Kind::Bracket),
            ("+", Kind::Operator),
            ("0x1f", Kind::Number),
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn soft_keywords_may_be_names() {
        is("match x:\n    case _: pass\n", "match", Kind::SoftKeyword);
        is("match x:\n    case _: pass\n", "case", Kind::SoftKeyword);
        is("match = re.match(x)\n", "match", Kind::Name);
        is("type X = int\n", "type", Kind::SoftKeyword);
        is("type(x)\n", "type", Kind::Builtin);
        is("x @ y\n", "@", Kind::Operator);
        is("sorted(x, len=len)\n", "len", Kind::Name);
    }

    #[test]
    fn what_is_in_braces_of_formatted_strings_is_interpolated() {
        let text = "f'a {b + 1!r:>{c}} {{d}}' + e\n";
        let expected = [
            ("f'a ", Kind::String),
            ("{b + ", Kind::Interpolation),
            ("1", Kind::Number),
            ("!r:", Kind::Interpolation),
            (">", Kind::String),
            ("{c}}", Kind::Interpolation),
            (" {{d}}'", Kind::String),
            ("+", Kind::Operator),
            ("e", Kind::Name),
        ];
        assert_eq!(told(text), expected);
        is("f'{ {1: x}[1] }' + {2}\n", "{", Kind::Bracket);
    }

    #[test]
    fn half_typed_texts_have_the_colours_they_will_have() {
        is("x = 'abc\ndef f(): pass\n", "'abc", Kind::String);
        is("x = 'abc\ndef f(): pass\n", "f", Kind::Definition);
        is("x = '''abc\ndef f", "'''abc\ndef f", Kind::String);
        is("x = f'abc {y\ndef f(): pass\n", "f", Kind::Definition);
        is("x = f'abc {y\nfor y in {1}: pass\n", "for", Kind::Keyword);
        is("x = f'abc {y\nfor y in {1}: pass\n", "{", Kind::Bracket);
        is("print(f'abc\n  {1})\n", "{", Kind::Bracket);
        is("print((1\ndef f(): pass\n", "f", Kind::Definition);
        is("def", "def", Kind::Keyword);
        is("class A(\n", "A", Kind::Definition);
        is("x = $ + None\n", "None", Kind::Constant);
        is("    return\n  if", "return", Kind::Keyword);
        is("@", "@", Kind::Decorator);
    }

    #[test]
    fn no_depth_overflows_the_stack() {
        for deep in ["[(", "-", "not ", "f(", "x.", "a if b else ", "lambda: "] {
            let text = deep.repeat(30_000);
            covers_once(&text, &highlight(&text));
        }
    }

    /// Prints the words that Python's own tokenizer is sure of: bytes and kind, one a line.
    const SURE: &str = "
import sys, tokenize, keyword
for path in sys.stdin.read().split('\\n'):
    print('file', path, 0)
    with open(path, encoding='utf-8') as file: lines = file.readlines()
    starts = [0]
    for line in lines: starts.append(starts[-1] + len(line.encode()))
    byte = lambda place: starts[place[0] - 1] + len(lines[place[0] - 1][:place[1]].encode()) if place[0] <= len(lines) else starts[-1]
    fields = 0
    for t in tokenize.generate_tokens(iter(lines + ['']).__next__):
        name = tokenize.tok_name[t.type]
        fields += name.endswith('STRING_START') - name.endswith('STRING_END')
        if fields: continue
        kind = {'COMMENT': 'Comment', 'NUMBER': 'Number'}.get(name)
        if name == 'STRING' and 'f' not in t.string[:2].lower(): kind = 'String'
        if name == 'NAME' and keyword.iskeyword(t.string): kind = 'Constant' if t.string in ('None', 'True', 'False') else 'Keyword'
        if kind: print(byte(t.start), byte(t.end), kind)
";

    #[test]
    fn real_files_have_the_colours_that_python_would_give_them() {
        let library = library();
        let Some(python) = python_tools::python_with(&["tokenize", "keyword"]) else { return };
        let paths: Vec<&str> = library.iter().map(|(path, _)| path.as_str()).collect();
        let sure = python_tools::output_of(&python, SURE, paths.join("\n").as_bytes());
        let texts: BTreeMap<&str, &str> = library.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (mut parts, mut here, mut checked) = (Vec::new(), "", 0);
        for line in sure.lines() {
            let [first, second, kind] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
            if first == "file" {
                (here, parts) = (second, highlight(texts[second]));
                continue;
            }
            let (start, end): (usize, usize) = (first.parse().unwrap(), second.parse().unwrap());
            let (range, found) = &parts[parts.partition_point(|(range, _)| range.end <= start)];
            let word = &texts[here][start..end];
            assert!(
                range.start <= start && end <= range.end && format!("{found:?}") == kind,
                "{word:?} is {found:?} in {here}, not {kind}"
            );
            checked += 1;
        }
        assert!(checked > 10_000, "only {checked} words");
    }
}
