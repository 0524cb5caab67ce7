//! What pictures in files have in common: a sheet for light and dark, words, bars, and the hue and mark of each family
//! (after Okabe and Ito, as in the terminal and the window). Whatever a colour says is said by a number, a word or a
//! mark too, and what is worth pointing at has a title, which screen readers tell.

use svg::Document;
use svg::node::Text as Words;
use svg::node::element::{Description, Group, Path, Rectangle, Style, Text, Title};

use crate::trace::Family;

/// Space around a sheet, in points.
pub const MARGIN: f64 = 28.0;
/// From one line of text to the next.
pub const LEADING: f64 = 18.0;
/// Width of a character of source text: of monospaced type 12 points high it is six tenths of that.
pub const CHARACTER: f64 = 7.22;

/// Colours of paper: every text has a contrast of 4.5 at least to what is beneath it, every mark one of 3 (WCAG 2.1).
const LIGHT: &str = "\
.paper{fill:#faf9f6}.panel{fill:#f1efe9}.text{fill:#22262e}.faint{fill:#626872}.rule{stroke:#d0ccc3}.heat{fill:#f08c28}.heat-bar{fill:#c8640a}\
.outline{stroke:#626872}.rise{fill:#a0486f}.fall{fill:#0a6ea0}.curve{stroke:#a0486f}.area{fill:#a0486f}\
.blue{fill:#3c7da3}.grey{fill:#696e77}.orange{fill:#a16f00}.green{fill:#007557}.deep{fill:#3162a1}.yellow{fill:#8a8020}.purple{fill:#955b7a}.red{fill:#a14915}";
const DARK: &str = "\
.paper{fill:#0e1117}.panel{fill:#151a23}.text{fill:#e0e6ee}.faint{fill:#97a3b5}.rule{stroke:#2c3544}.heat{fill:#c05a14}.heat-bar{fill:#ff9d3c}\
.outline{stroke:#97a3b5}.rise{fill:#e08ab4}.fall{fill:#5ab4e9}.curve{stroke:#e08ab4}.area{fill:#e08ab4}\
.blue{fill:#56b4e9}.grey{fill:#969eaa}.orange{fill:#e69f00}.green{fill:#00a87d}.deep{fill:#468ce6}.yellow{fill:#dccd3c}.purple{fill:#d683af}.red{fill:#e6691e}";
const TYPE: &str = "\
text{font:12px system-ui,'DejaVu Sans','Noto Sans',sans-serif;white-space:pre}\
.mono{font-family:ui-monospace,'DejaVu Sans Mono','Noto Sans Mono',Menlo,Consolas,monospace}\
.title{font-size:20px;font-weight:600}.head{font-size:14px;font-weight:600}.small{font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}\
.rule{stroke-width:1}.outline{fill:none;stroke-width:1.2}.curve{fill:none;stroke-width:1.5;stroke-linejoin:round}";

/// A sheet to draw on.
pub struct Sheet {
    group: Group,
    width: f64,
}

impl Sheet {
    pub fn new(width: f64) -> Self {
        Self { group: Group::new(), width }
    }

    /// Words that begin at `x`, with their foot at `y`; classes as in the style.
    pub fn words(&mut self, x: f64, y: f64, class: &str, words: &str) {
        let text = Text::new(clean(words)).set("x", rounded(x)).set("y", rounded(y)).set("class", class).set("xml:space", "preserve");
        self.add(text);
    }

    /// A rectangle that says what it is.
    pub fn bar(&mut self, (x, y, width, height): (f64, f64, f64, f64), class: &str, opacity: f64, title: &str) {
        let rectangle = Rectangle::new()
            .set("x", rounded(x))
            .set("y", rounded(y))
            .set("width", rounded(width.max(0.0)))
            .set("height", rounded(height.max(0.0)))
            .set("rx", 2)
            .set("class", class)
            .set("fill-opacity", (opacity * 1000.0).round() / 1000.0);
        if title.is_empty() {
            self.add(rectangle);
        } else {
            self.add(Group::new().add(Title::new(clean(title))).add(rectangle));
        }
    }

    /// The edge of a rectangle that says what it is.
    pub fn frame(&mut self, (x, y, width, height): (f64, f64, f64, f64), title: &str) {
        let data = format!("M{} {}h{}v{}h{}z", rounded(x), rounded(y), rounded(width), rounded(height), rounded(-width));
        self.path(&data, "outline", 1.0, title);
    }

    pub fn path(&mut self, data: &str, class: &str, opacity: f64, title: &str) {
        let path = Path::new().set("d", data).set("class", class).set("fill-opacity", opacity);
        if title.is_empty() {
            self.add(path);
        } else {
            self.add(Group::new().add(Title::new(clean(title))).add(path));
        }
    }

    pub fn rule(&mut self, from: (f64, f64), to: (f64, f64)) {
        let data = format!("M{} {}L{} {}", rounded(from.0), rounded(from.1), rounded(to.0), rounded(to.1));
        self.add(Path::new().set("d", data).set("class", "rule"));
    }

    /// The mark of a family, around a point: of two that share a hue one is a square, the other a diamond.
    pub fn mark(&mut self, family: Family, x: f64, y: f64) {
        let (hue, is_diamond) = look(family);
        let data = if is_diamond {
            format!("M{} {}l6 6l-6 6l-6 -6z", rounded(x), rounded(y - 6.0))
        } else {
            format!("M{} {}h9v9h-9z", rounded(x - 4.5), rounded(y - 4.5))
        };
        self.path(&data, hue, 1.0, "");
    }

    fn add(&mut self, node: impl Into<Box<dyn svg::Node>>) {
        let group = std::mem::replace(&mut self.group, Group::new());
        self.group = group.add(node);
    }

    /// The whole picture, with what it is called and what it says.
    pub fn finish(self, height: f64, title: &str, about: &str) -> Document {
        let style = format!("{TYPE}{LIGHT}@media (prefers-color-scheme:dark){{{DARK}}}");
        let (width, height) = (rounded(self.width), rounded(height));
        let paper = Rectangle::new().set("width", width).set("height", height).set("class", "paper");
        let description = Description::new().add(Words::new(clean(about)));
        Document::new()
            .set("viewBox", (0, 0, width, height))
            .set("width", width)
            .set("height", height)
            .set("role", "img")
            .add(Title::new(clean(title)))
            .add(description)
            .add(Style::new(style))
            .add(paper)
            .add(self.group)
    }
}

/// Class of the hue of a family, and whether its mark is a diamond.
pub fn look(family: Family) -> (&'static str, bool) {
    match family {
        Family::Load => ("blue", false),
        Family::Store => ("blue", true),
        Family::Scope | Family::Rest => ("grey", false),
        Family::Stack => ("grey", true),
        Family::Arith => ("orange", false),
        Family::Test => ("orange", true),
        Family::Jump => ("green", false),
        Family::Loop => ("green", true),
        Family::Call => ("deep", false),
        Family::Gen => ("deep", true),
        Family::Build => ("yellow", false),
        Family::Subscr => ("yellow", true),
        Family::Attr => ("purple", false),
        Family::Except => ("red", false),
    }
}

/// To a tenth of a point: what is finer is not seen and makes files long.
pub fn rounded(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

/// XML has no place for most control characters, not even escaped ones (XML 1.0, 2.2).
fn clean(words: &str) -> String {
    words
        .chars()
        .map(|character| if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') { ' ' } else { character })
        .collect()
}
