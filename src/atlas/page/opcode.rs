//! What is told of an opcode, and of a form of one.

use super::{Block, Page, absence, fact, handlers, is_asked, peps, see};
use crate::atlas::{Effect, FamilyEntry, Form, Opcode, Version, Versions};

/// Most forms of an opcode that are told in a sentence each: `CALL` has a score of them, and a page is one screen.
const TOLD_FORMS: usize = 5;

pub fn page(opcode: &'static Opcode, version: Option<Version>) -> Page {
    let mut blocks = vec![Block::Text(opcode.does.clone())];
    blocks.extend(absence(opcode.versions, version));
    blocks.push(fact("operand", opcode.operand.as_deref().unwrap_or("none")));
    blocks.extend(effects(opcode, version));
    let family = FamilyEntry::named(opcode.family);
    blocks.push(match family {
        Some(family) => fact("family", format!("{}. {}", family.name, family.does)),
        None => fact("family", opcode.family),
    });
    blocks.push(fact("versions", opcode.versions.to_string()));
    blocks.extend(see("took over the work of", &opcode.from));
    blocks.extend(see("its work is done since by", &opcode.to));
    blocks.extend(forms(opcode, version));
    blocks.push(Block::Heading("In CPython's source".to_owned()));
    let before = blocks.len();
    blocks.extend(handlers(opcode.name, version));
    if blocks.len() == before {
        blocks.push(Block::Text("No handler is known.".to_owned()));
    }
    blocks.push(Block::Heading("To read and to listen for".to_owned()));
    blocks.extend(peps(&opcode.peps));
    if let Some(family) = family {
        blocks.push(fact("listen", family.listen.clone()));
        blocks.extend(see("topics", family.topics.iter().map(|topic| format!("@{topic}"))));
    }
    Page { title: opcode.name.to_owned(), blocks }
}

/// What it does to the stack, where it changed over the versions, by version.
fn effects(opcode: &Opcode, version: Option<Version>) -> Vec<Block> {
    let versions: Versions = opcode.versions.iter().filter(|&other| version.is_none_or(|version| other == version)).collect();
    let mut told: Vec<(&Effect, Versions)> = Vec::new();
    for version in versions.iter() {
        let Some(effect) = opcode.effect(version) else { continue };
        let this: Versions = [version].into_iter().collect();
        match told.last_mut() {
            Some((last, versions)) if last.before == effect.before && last.after == effect.after => {
                *versions = versions.iter().chain(this.iter()).collect();
            }
            _ => told.push((effect, this)),
        }
    }
    let is_same = told.len() == 1;
    let block = |(effect, versions): (&Effect, Versions)| {
        let stack = format!("{} -> {}", items(&effect.before), items(&effect.after));
        fact("stack", if is_same { stack } else { format!("{stack} ({versions})") })
    };
    told.into_iter().map(block).collect()
}

/// The top of the stack as it is drawn in `dis`: the last is the top.
fn items(items: &str) -> String {
    if items.is_empty() { "nothing".to_owned() } else { items.to_owned() }
}

fn forms(opcode: &Opcode, version: Option<Version>) -> Vec<Block> {
    let forms: Vec<&Form> = Form::of(opcode.name).filter(|form| is_asked(form.versions, version)).collect();
    if forms.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading("Forms that stand in its place as it runs".to_owned())];
    if forms.len() > TOLD_FORMS {
        let block = |form: &Form| if version.is_some() { form.name.to_owned() } else { format!("{} ({})", form.name, form.versions) };
        let names: Vec<String> = forms.into_iter().map(block).collect();
        blocks.push(Block::Text(format!("{}.", names.join(", "))));
    } else {
        blocks.extend(
            forms.into_iter().map(|form| Block::Text(format!("{}, {} ({}): {}", form.name, form.kind.name(), form.versions, form.does))),
        );
    }
    blocks
}

pub fn form_page(form: &'static Form, version: Option<Version>) -> Page {
    let mut blocks = vec![Block::Text(form.does.to_owned())];
    blocks.extend(absence(form.versions, version));
    blocks.push(fact("kind", form.kind.name()));
    let base = form.base.and_then(Opcode::named);
    match base {
        Some(base) => blocks.push(fact("form of", format!("{}. {}", base.name, base.does))),
        None => blocks.extend(form.base.map(|base| fact("form of", base))),
    }
    blocks.push(fact("versions", form.versions.to_string()));
    let mut places = handlers(form.name, version).peekable();
    if places.peek().is_some() {
        blocks.push(Block::Heading("In CPython's source".to_owned()));
        blocks.extend(places);
    }
    if let Some(base) = base {
        blocks.push(Block::Heading("To read and to listen for".to_owned()));
        blocks.extend(peps(&base.peps));
        if let Some(family) = FamilyEntry::named(base.family) {
            blocks.push(fact("listen", family.listen.clone()));
        }
        let others = Form::of(base.name).filter(|other| other.name != form.name && is_asked(other.versions, version));
        blocks.extend(see("other forms", others.map(|other| other.name)));
    }
    Page { title: form.name.to_owned(), blocks }
}
