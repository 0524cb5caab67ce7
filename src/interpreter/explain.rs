//! A syntax error in words: the way Python itself shows one, whichever parser or compiler found it.

use super::wire::SyntaxError;
use crate::program::Program;

/// The error as Python prints it: file and line, the line itself, carets below, the message.
pub fn explain(name: &str, program: &Program, error: &SyntaxError) -> String {
    let mut text = format!("  File \"{name}\", line {}\n", error.line);
    if let Some(line) = program.line(error.line) {
        // As the traceback module has it: only spaces and form feeds are taken from the front.
        let shown = line.trim_end().trim_start_matches([' ', '\x0c']);
        let taken = line.trim_end().chars().count() - shown.chars().count();
        text += &format!("    {shown}\n");
        if let Some(start) = (error.column as usize).checked_sub(1 + taken) {
            // Tabs stay tabs, so that the carets stand below what they mean.
            let space: String =
                shown.chars().chain(std::iter::repeat(' ')).take(start).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
            let carets = error.end_column.map_or(1, |end| end.saturating_sub(error.column).max(1)) as usize;
            text += &format!("    {space}{}\n", "^".repeat(carets));
        }
    }
    text + &format!("{}: {}\n", kind(&error.message), error.message)
}

/// The class of the exception that Python would raise.
fn kind(message: &str) -> &'static str {
    let lower = message.to_ascii_lowercase();
    if lower.contains("inconsistent use of tabs") {
        "TabError"
    } else if lower.contains("indent") {
        "IndentationError"
    } else {
        "SyntaxError"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        Program { name: "x.py".into(), text: text.into() }
    }

    #[test]
    fn an_error_is_explained_as_python_does() {
        let source = program("if x:\n    y = ü ü\n");
        let error = SyntaxError { line: 2, column: 9, end_column: Some(12), message: "invalid syntax".into() };
        assert_eq!(explain("x.py", &source, &error), "  File \"x.py\", line 2\n    y = ü ü\n        ^^^\nSyntaxError: invalid syntax\n");
    }

    #[test]
    fn carets_stand_below_the_text_after_tabs() {
        let error = SyntaxError { line: 1, column: 4, end_column: None, message: "unexpected indent".into() };
        assert_eq!(
            explain("x.py", &program("\tx x\n"), &error),
            "  File \"x.py\", line 1\n    \tx x\n    \t  ^\nIndentationError: unexpected indent\n"
        );
    }
}
