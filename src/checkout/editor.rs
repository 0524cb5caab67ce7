//! The editor that the user has named, opened at a line.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    #[error("{variable} says {text:?}, which is no command: a quote is not closed")]
    Unclosed { variable: &'static str, text: String },
    #[error("{editor}: the editor could not be started: {source}; {variable} names it")]
    NotStarted { editor: String, variable: &'static str, source: io::Error },
    #[error("{editor}: the editor failed: {status}")]
    Failed { editor: String, status: ExitStatus },
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    Edited,
    /// Neither VISUAL nor EDITOR is set.
    NoEditor,
}

/// Opens a file at a line, from 1, in the editor that VISUAL or else EDITOR names, which takes the terminal; returns
/// when it ends.
pub fn open_in_editor(path: &Path, line: u32) -> Result<Opened, EditorError> {
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|variable| {
        let text = std::env::var(variable).ok()?;
        (!text.trim().is_empty()).then_some((variable, text))
    });
    let Some((variable, text)) = named else { return Ok(Opened::NoEditor) };
    let words = words(&text);
    let Some((editor, arguments)) = words.as_deref().and_then(|words| words.split_first()) else {
        return Err(EditorError::Unclosed { variable, text });
    };
    let status = Command::new(editor)
        .args(arguments)
        .args(at_line(editor, path, line))
        .status()
        .map_err(|source| EditorError::NotStarted { editor: editor.clone(), variable, source })?;
    if status.success() { Ok(Opened::Edited) } else { Err(EditorError::Failed { editor: editor.clone(), status }) }
}

/// How an editor is told a line: by its name.
fn at_line(editor: &str, path: &Path, line: u32) -> Vec<OsString> {
    let name = Path::new(editor).file_name().and_then(|name| name.to_str()).unwrap_or(editor);
    // A name that begins with a dash is no option.
    let path = if path.as_os_str().as_encoded_bytes().starts_with(b"-") { PathBuf::from(".").join(path) } else { path.to_owned() };
    let with_line = || {
        let mut text = path.clone().into_os_string();
        text.push(format!(":{line}"));
        text
    };
    match name {
        "hx" | "helix" | "subl" | "sublime_text" | "zed" | "zeditor" => vec![with_line()],
        "code" | "codium" | "code-insiders" | "code-oss" | "vscodium" | "cursor" => vec!["--goto".into(), with_line()],
        // vi, vim, nvim, nano, emacs, micro, kak, joe, mg, ne, and what else there is.
        _ => vec![format!("+{line}").into(), path.into()],
    }
}

/// A command as a shell would split it: at blanks, unless there are quotes around them or a backslash before them;
/// `None` where a quote is not closed.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    // `None` between words.
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            (letter, Some(open)) if letter == open => quote = None,
            ('\\', None | Some('"')) => word.get_or_insert_default().push(letters.next()?),
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, None) if letter.is_whitespace() => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_would() {
        for (text, split) in [
            ("vim", vec!["vim"]),
            (" emacsclient  -nw ", vec!["emacsclient", "-nw"]),
            ("'/opt/my editor/ed' --wait", vec!["/opt/my editor/ed", "--wait"]),
            (r#"/opt/my\ editor "a \"b\"" ''"#, vec!["/opt/my editor", "a \"b\"", ""]),
        ] {
            assert_eq!(words(text).unwrap(), split, "{text}");
        }
        assert_eq!((words("vim 'x"), words("vim \\")), (None, None));
    }

    #[test]
    fn every_editor_is_told_the_line_its_own_way() {
        let told = |editor| {
            at_line(editor, Path::new("a b.c"), 7).into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join("|")
        };
        assert_eq!((told("/usr/bin/nvim"), told("hx"), told("code")), ("+7|a b.c".into(), "a b.c:7".into(), "--goto|a b.c:7".into()));
        assert_eq!(at_line("vi", Path::new("-x.py"), 1)[1], "./-x.py");
    }
}
