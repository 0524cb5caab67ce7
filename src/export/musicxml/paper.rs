//! XML as it is written, element by element. Escaping, nesting and indents are the library's.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Spaces for each level: the file can be read.
const INDENT: usize = 1;

pub struct Paper<W> {
    writer: Writer<W>,
}

pub type Attributes<'a> = &'a [(&'a str, &'a str)];

impl<W: Write> Paper<W> {
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(out, b' ', INDENT);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self { writer })
    }

    pub fn doctype(&mut self, text: &str) -> io::Result<()> {
        // Not a text of ours: quotes in it are meant.
        self.writer.write_event(Event::DocType(BytesText::from_escaped(text)))
    }

    /// An element with what `inner` writes into it.
    pub fn element(&mut self, name: &str, attributes: Attributes, inner: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))?;
        inner(self)?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub fn text(&mut self, name: &str, attributes: Attributes, text: &str) -> io::Result<()> {
        self.element(name, attributes, |paper| paper.writer.write_event(Event::Text(BytesText::new(text))))
    }

    pub fn number(&mut self, name: &str, number: i64) -> io::Result<()> {
        self.text(name, &[], &number.to_string())
    }

    pub fn empty(&mut self, name: &str, attributes: Attributes) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    /// The last line ends as a line does.
    pub fn finish(self) -> io::Result<()> {
        let mut out = self.writer.into_inner();
        out.write_all(b"\n")?;
        out.flush()
    }
}

fn start<'a>(name: &'a str, attributes: Attributes<'a>) -> BytesStart<'a> {
    BytesStart::new(name).with_attributes(attributes.iter().copied())
}
