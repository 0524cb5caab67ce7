//! What an editor does to Python's text: each habit as a sentence, and that no text and no selection
//! breaks any of them.
//!
//! In the cases `|` is the caret, and `<` the anchor where something is selected.

use evalody::edit::{
    Edit, INDENT, backspace, duplicate_lines, matching_bracket, move_lines, newline, shift_tab, tab, toggle_comment, typed,
};
use proptest::prelude::*;

/// A case without its marks, and the selection that they are.
fn parted(case: &str) -> (String, (usize, usize)) {
    let without = |mark: char| case.replace(mark, "");
    let caret = without('<').find('|').expect("a caret");
    let anchor = without('|').find('<').unwrap_or(caret);
    (case.replace(['|', '<'], ""), (anchor, caret))
}

/// The case with an edit done, marked again.
fn done(case: &str, edit: impl Fn(&str, (usize, usize)) -> Option<Edit>) -> Option<String> {
    let (mut text, selection) = parted(case);
    let edit = edit(&text, selection)?;
    edit.apply(&mut text);
    let (anchor, caret) = edit.selection;
    if anchor != caret {
        text.insert(anchor.max(caret), if anchor > caret { '<' } else { '|' });
        text.insert(anchor.min(caret), if anchor > caret { '|' } else { '<' });
    } else {
        text.insert(caret, '|');
    }
    Some(text)
}

#[track_caller]
fn becomes(edit: impl Fn(&str, (usize, usize)) -> Option<Edit>, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        assert_eq!(done(before, &edit).as_deref(), Some(*after), "of {before:?}");
    }
}

#[track_caller]
fn is_left_to_the_widget(edit: impl Fn(&str, (usize, usize)) -> Option<Edit>, cases: &[&str]) {
    for case in cases {
        assert_eq!(done(case, &edit), None, "of {case:?}");
    }
}

fn typing(character: char) -> impl Fn(&str, (usize, usize)) -> Option<Edit> {
    move |text, selection| typed(text, selection, character)
}

#[test]
fn tab_goes_to_the_next_level_and_takes_selected_lines_along() {
    becomes(
        |text, selection| Some(tab(text, selection)),
        &[
            ("|x", "    |x"),
            ("ab|", "ab  |"),
            ("é\nabcd|", "é\nabcd    |"),
            ("\ta|", "\ta   |"),
            ("a<b|c", "a   |c"),
            ("<a\n\n  b|", "    <a\n\n      b|"),
            ("|a\nb<\nc", "    |a\n    b<\nc"),
            ("a<\nb\n|c", "    a<\n    b\n|c"),
            ("<\n|", "<\n|"),
        ],
    );
}

#[test]
fn shift_tab_goes_a_level_back() {
    becomes(
        shift_tab,
        &[
            ("    x|", "x|"),
            ("      x = |1", "  x = |1"),
            ("  |  x", "|x"),
            ("  x|", "x|"),
            ("\t\tx|", "\tx|"),
            ("    <a\n\n  b|\n  c", "<a\n\nb|\n  c"),
        ],
    );
    is_left_to_the_widget(shift_tab, &["x|", "|", "<a\nb|"]);
}

#[test]
fn a_new_line_is_indented_as_the_statement_was() {
    becomes(
        |text, selection| Some(newline(text, selection)),
        &[
            ("|", "\n|"),
            ("    x = 1|", "    x = 1\n    |"),
            ("\tx|", "\tx\n\t|"),
            ("    x = 1  |  + 2", "    x = 1\n    |+ 2"),
            ("    a<bc|d", "    a\n    |d"),
            ("|    x", "\n|    x"),
            ("  |  x", "  \n  |  x"),
            ("    x = (1,\n         2)|", "    x = (1,\n         2)\n    |"),
            ("  # a note:|", "  # a note:\n  |"),
            ("    '''a:|", "    '''a:\n    |"),
            ("  x = 'a|b'", "  x = 'a\n  |b'"),
        ],
    );
}

#[test]
fn a_new_line_is_deeper_behind_a_colon() {
    becomes(
        |text, selection| Some(newline(text, selection)),
        &[
            ("def f():|", "def f():\n    |"),
            ("    if x:  # is it?|", "    if x:  # is it?\n        |"),
            ("def f(a,\n      b):|", "def f(a,\n      b):\n    |"),
            ("if x: return|", "if x: return\n|"),
            ("x = ':|'", "x = ':\n|'"),
            ("x = \\|", "x = \\\n    |"),
            ("x = \\\n    1 + \\|", "x = \\\n    1 + \\\n    |"),
            ("print(a\ndef f():|", "print(a\ndef f():\n    |"),
        ],
    );
}

#[test]
fn a_new_line_leaves_the_block_behind_what_ends_it() {
    becomes(
        |text, selection| Some(newline(text, selection)),
        &[
            ("def f():\n    return 1|", "def f():\n    return 1\n|"),
            ("def f():\n  for x in y:\n    if x:\n      break|", "def f():\n  for x in y:\n    if x:\n      break\n    |"),
            ("if x:\n# remark\n    pass|", "if x:\n# remark\n    pass\n|"),
            ("    returned = 1|", "    returned = 1\n    |"),
            ("    return (1,|", "    return (1,\n            |"),
            ("    return (1,\n            2)|", "    return (1,\n            2)\n|"),
            ("pass|", "pass\n|"),
        ],
    );
}

#[test]
fn a_new_line_in_brackets_hangs() {
    becomes(
        |text, selection| Some(newline(text, selection)),
        &[
            ("  f(|", "  f(\n      |"),
            ("  f(|)", "  f(\n      |\n  )"),
            ("x = {  |}", "x = {\n    |\n}"),
            ("  f( a,|", "  f( a,\n     |"),
            ("é = g([a,|", "é = g([a,\n       |"),
            ("f(  # all|", "f(  # all\n    |"),
            ("f(\n        a,|", "f(\n        a,\n        |"),
            ("f'{a|}'", "f'{a\n|}'"),
        ],
    );
}

#[test]
fn brackets_close_themselves_where_nothing_follows() {
    becomes(
        typing('('),
        &[("f|", "f(|)"), ("f| + 1", "f(|) + 1"), ("g(f|)", "g(f(|))"), ("x = [f|, 1]", "x = [f(|), 1]"), ("|\n", "(|)\n")],
    );
    becomes(typing('{'), &[("f'|'", "f'{|}'"), ("f'{|}'", "f'{{|}}'"), ("x = |", "x = {|}")]);
    is_left_to_the_widget(typing('('), &["f|x", "f|)", "'|'", "f'|'", "# |", "|(a)", "|'a'"]);
    is_left_to_the_widget(typing('{'), &["'|'", "# f'|'"]);
    is_left_to_the_widget(typing('a'), &["|", "<b|"]);
    is_left_to_the_widget(typing('é'), &["|"]);
}

#[test]
fn a_closer_that_is_there_is_stepped_over() {
    becomes(typing(')'), &[("f(|)", "f()|"), ("f(a|)", "f(a)|"), ("f('a'|) # )", "f('a')| # )")]);
    becomes(typing('}'), &[("f'{a|}'", "f'{a}|'"), ("f'{a:.2|}'", "f'{a:.2}|'")]);
    becomes(typing('"'), &[("\"a|\"", "\"a\"|"), ("\"\"\"a|\"\"\"", "\"\"\"a\"|\"\""), ("\"\"\"a\"\"|\"", "\"\"\"a\"\"\"|")]);
    is_left_to_the_widget(typing(')'), &["f|)", "':|)'", "[|)", "# (|)"]);
    is_left_to_the_widget(typing('\''), &["'\\|'", "# '|'", "'''a|'b'''"]);
}

#[test]
fn quotes_close_themselves_outside_of_words_strings_and_comments() {
    becomes(
        typing('\''),
        &[("x = |", "x = '|'"), ("f(|)", "f('|')"), ("f|", "f'|'"), ("Rb|", "Rb'|'"), ("x[|]", "x['|']"), ("f'{d[|]}'", "f'{d['|']}'")],
    );
    becomes(typing('"'), &[("x = \"\"|", "x = \"\"\"|\"\"\""), ("'a' + |", "'a' + \"|\"")]);
    is_left_to_the_widget(typing('\''), &["it|", "'a'|", "|x", "# it|", "\"it|\"", "é|", "x1|", "xf|", "''''''|", "'a''|"]);
}

#[test]
fn what_is_selected_is_wrapped() {
    becomes(typing('('), &[("<a + b|", "(<a + b|)"), ("x |é<", "x (|é<)"), ("'<a|'", "'(<a|)'")]);
    becomes(typing('"'), &[("<a\nb|", "\"<a\nb|\"")]);
    is_left_to_the_widget(typing(')'), &["<a|"]);
}

#[test]
fn backspace_deletes_empty_pairs_and_levels() {
    becomes(
        backspace,
        &[
            ("f(|)", "f|"),
            ("[{|}]", "[|]"),
            ("x = '|'", "x = |"),
            ("f'{|}'", "f'|'"),
            ("        |x", "    |x"),
            ("      |", "    |"),
            ("a\n    |", "a\n|"),
        ],
    );
    is_left_to_the_widget(
        backspace,
        &["|", "f(|a)", "f(|]", "'(|)'", "# (|)", "'a'|'b'", "a\n|    ", "x    |", "\t|", "<    |", "'''|'''", "é|"],
    );
}

#[test]
fn comments_are_put_at_the_indentation_of_all_lines() {
    becomes(
        |text, selection| Some(toggle_comment(text, selection)),
        &[
            ("x|", "# x|"),
            ("  <if x:\n\n      y|\n", "  # <if x:\n\n  #     y|\n"),
            ("  # <if x:\n\n  #     y|\n", "  <if x:\n\n      y|\n"),
            ("#x|", "x|"),
            ("|#", "|"),
            ("<#a\nb|", "# <#a\n# b|"),
            ("\t|é", "\t# |é"),
            ("  |", "  # |"),
        ],
    );
}

#[test]
fn lines_move_and_double_with_what_is_selected() {
    let up = |text: &str, selection| move_lines(text, selection, true);
    let down = |text: &str, selection| move_lines(text, selection, false);
    becomes(up, &[("a\nb|c", "b|c\na"), ("a\n<b\nc|\nd", "<b\nc|\na\nd"), ("a\n<b\n|c\n", "<b\n|a\nc\n")]);
    becomes(down, &[("a|\nb", "b\na|"), ("é<\nb|\nc\n", "c\né<\nb|\n"), ("<a\n|b\nc", "b\n<a\n|c"), ("<a\n|b", "b\n<a|")]);
    is_left_to_the_widget(up, &["a|\nb", "|", "a\n|"]);
    is_left_to_the_widget(down, &["a\nb|", "a\nb|\n", "|", "a\n|"]);
    becomes(
        |text, selection| Some(duplicate_lines(text, selection)),
        &[("a|b", "ab\na|b"), ("<a\nb|\nc", "a\nb\n<a\nb|\nc"), ("<a\n|b", "a\n<a\n|b"), ("a\n|", "a\n\n|"), ("|", "\n|")],
    );
}

#[test]
fn brackets_find_each_other_past_strings_and_comments() {
    let found = |case: &str| {
        let (text, (_, caret)) = parted(case);
        matching_bracket(&text, caret)
    };
    assert_eq!(found("f|(a)"), Some((1, 3)));
    assert_eq!(found("f(|a)"), Some((1, 3)));
    assert_eq!(found("f(a)|"), Some((1, 3)));
    assert_eq!(found("(|')' # )\n)"), Some((0, 9)));
    assert_eq!(found("f'{a}|'"), Some((2, 4)));
    assert_eq!(found("()|()"), Some((0, 1)), "the one before the caret");
    for none in ["a|b", "'(|)'", "(|", "(]|", "|"] {
        assert_eq!(found(none), None, "{none}");
    }
}

/// Texts which look like programs to the eye of an editor.
fn texts() -> impl Strategy<Value = String> {
    "((    ){0,2}(if x:|return|f\\(|\\)|\\[|\\]|\\{|\\}|'|\"|\"\"\"|f'|#|:|\\\\|\t| |é|漢|♪|\r\n|\n|\n\n|\\PC)){0,24}"
}

/// A line of code after its indentation.
const LINE: &str = "[a-zé:()'][a-zé:()' #]{0,8}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_breaks_on_any_text(text in texts(), anchor in 0usize..120, caret in 0usize..120, character in "[(\\[{)\\]}'\"a]") {
        let selection = (anchor, caret);
        let character = character.chars().next().unwrap();
        let edits = [
            Some(tab(&text, selection)),
            shift_tab(&text, selection),
            Some(newline(&text, selection)),
            typed(&text, selection, character),
            typed(&text, (caret, caret), character),
            backspace(&text, (caret, caret)),
            Some(toggle_comment(&text, selection)),
            move_lines(&text, selection, true),
            move_lines(&text, selection, false),
            Some(duplicate_lines(&text, selection)),
        ];
        for (index, edit) in edits.into_iter().enumerate() {
            let Some(edit) = edit else { continue };
            let mut changed = text.clone();
            // Panics off the boundaries of characters.
            edit.apply(&mut changed);
            let (anchor, caret) = edit.selection;
            prop_assert!(changed.is_char_boundary(anchor) && changed.is_char_boundary(caret), "edit {} of {:?}: {:?}", index, text, edit);
        }
        if let Some((open, close)) = matching_bracket(&text, caret) {
            prop_assert!(open < close && text.is_char_boundary(open) && text.is_char_boundary(close));
        }
    }

    #[test]
    fn shift_tab_undoes_tab(lines in prop::collection::vec(("( ){0,9}|\t", LINE), 2..6), from in 0usize..40, to in 0usize..90) {
        let text: Vec<String> = lines.into_iter().map(|(indentation, line)| indentation + &line).collect();
        let text = text.join("\n");
        let (anchor, caret) = (text.floor_char_boundary(from), text.floor_char_boundary(to));
        prop_assume!(text[anchor.min(caret)..anchor.max(caret)].contains('\n'));
        let mut changed = text.clone();
        let deeper = tab(&text, (anchor, caret));
        deeper.apply(&mut changed);
        prop_assert_eq!(changed.len() - text.len() , INDENT * (changed.len() - text.len()).div_ceil(INDENT));
        let back = shift_tab(&changed, deeper.selection).unwrap();
        back.apply(&mut changed);
        prop_assert_eq!(changed, text);
        prop_assert_eq!(back.selection, (anchor, caret));
    }

    #[test]
    fn comments_twice_are_nothing(lines in prop::collection::vec(prop_oneof![Just(String::new()), ("( ){0,9}", LINE).prop_map(|(a, b)| a + &b)], 1..6), from in 0usize..40, to in 0usize..90) {
        let text = lines.join("\n");
        let selection = (text.floor_char_boundary(from), text.floor_char_boundary(to));
        let mut changed = text.clone();
        let out = toggle_comment(&text, selection);
        out.apply(&mut changed);
        prop_assert_ne!(&changed, &text);
        let back = toggle_comment(&changed, out.selection);
        back.apply(&mut changed);
        prop_assert_eq!(changed, text);
        prop_assert_eq!(back.selection, selection);
    }

    #[test]
    fn moving_down_undoes_moving_up(text in "([a-é]{0,3}\n){1,5}", caret in 0usize..30) {
        let caret = text.floor_char_boundary(caret);
        let mut changed = text.clone();
        if let Some(up) = move_lines(&text, (caret, caret), true) {
            up.apply(&mut changed);
            let down = move_lines(&changed, up.selection, false).unwrap();
            down.apply(&mut changed);
            prop_assert_eq!(changed, text);
            prop_assert_eq!(down.selection, (caret, caret));
        }
    }
}
