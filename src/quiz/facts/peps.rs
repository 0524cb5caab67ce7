//! Questions on who brought what: the PEP behind an opcode, what a PEP is about, when something came, what took its place.

use super::{sample, sheet};
use crate::atlas::{Opcode, Pep, Topic, Version};
use crate::quiz::maker::{Draft, Maker, Sense, choice};
use crate::quiz::{Evidence, Goal, Ground, Need};

pub const BEHIND: Maker = Maker {
    name: "pep-behind",
    sense: Sense::Knowledge,
    goal: |_| Goal::Peps,
    subjects: || sample(&["FOR_ITER", "MATCH_CLASS", "GET_AWAITABLE", "UNPACK_EX", "CHECK_EG_MATCH"]),
    need: |_| Need::Nothing,
    make: behind,
};

pub const ABOUT: Maker = Maker {
    name: "pep-about",
    sense: Sense::Knowledge,
    goal: |_| Goal::Peps,
    subjects: || sample(&["442", "590", "659", "683", "703"]),
    need: |_| Need::Nothing,
    make: about,
};

pub const CAME_IN: Maker = Maker {
    name: "came-in",
    sense: Sense::Knowledge,
    goal: |_| Goal::Peps,
    subjects: || sample(&["RESUME", "LIST_EXTEND", "TO_BOOL", "pep-492", "pep-703"]),
    need: |_| Need::Nothing,
    make: came_in,
};

pub const TOOK_OVER: Maker = Maker {
    name: "took-over",
    sense: Sense::Knowledge,
    goal: |_| Goal::Peps,
    subjects: || sample(&["DUP_TOP", "LOAD_METHOD", "YIELD_FROM"]),
    need: |_| Need::Nothing,
    make: took_over,
};

fn numbers(peps: &[u16]) -> String {
    peps.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

/// The version that a PEP came with, to compare by.
fn came(pep: &Pep) -> (u8, u8) {
    let parted = pep.version.as_deref().and_then(|version| version.split_once('.'));
    parted.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?))).unwrap_or((u8::MAX, 0))
}

fn behind(subject: &str, ground: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let version = ground.version;
    let opcode = Opcode::named(subject).filter(|opcode| opcode.versions.contains(version))?;
    // The oldest brought it: what came later made it faster, or gave it more to do.
    let right = opcode.peps.iter().filter_map(|&number| Pep::numbered(number)).min_by_key(|pep| came(pep))?;
    // What is behind its kin has to do with it, too.
    let kin = || Opcode::all().iter().filter(|other| other.family == opcode.family);
    let is_other = |pep: &&Pep| {
        let is_near = kin().any(|other| other.peps.contains(&pep.number)) || pep.changed.contains(subject);
        !is_near && pep.status == "Final"
    };
    // Those that changed something in the bytecode are more likely meant.
    let mut others: Vec<&Pep> = Pep::all().iter().filter(is_other).filter(|pep| !pep.changed.is_empty()).collect();
    chance.shuffle(&mut others);
    others.truncate(3);
    let told = |pep: &Pep| format!("PEP {}", pep.number);
    let lines = std::iter::once(right).chain(others.iter().copied());
    let lines = lines.map(|pep| sheet::clipped(&format!("PEP {}: {}", pep.number, pep.title))).collect();
    let mut evidence =
        Evidence::new(format!("{subject}: {} PEP {}: {}", sheet::first_sentence(&opcode.does), right.number, right.about), lines);
    evidence.explain = Some(told(right));
    let answer = choice(told(right), others.iter().map(|pep| told(pep)), 4, chance)?;
    Some(Draft {
        ask: format!("Which PEP is behind the opcode {subject}?"),
        shown: sheet::wrapped(sheet::first_sentence(&opcode.does)),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![("version", version.to_string()), ("opcode", subject.to_owned()), ("peps", numbers(&opcode.peps))],
    })
}

fn about(subject: &str, _: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let right = subject.parse().ok().and_then(Pep::numbered)?;
    // PEPs that topics name beside it are nearest to it. What tells of another by its number tells too much.
    let topics = || Topic::all().iter().filter(|topic| topic.peps.contains(&right.number));
    let is_other = |pep: &&Pep| pep.number != right.number && !pep.about.contains("PEP ") && pep.about != right.about;
    let (mut near, mut far): (Vec<&Pep>, Vec<&Pep>) =
        Pep::all().iter().filter(is_other).partition(|pep| topics().any(|topic| topic.peps.contains(&pep.number)));
    chance.shuffle(&mut near);
    chance.shuffle(&mut far);
    let others: Vec<&Pep> = near.into_iter().chain(far).take(3).collect();
    let came = right.version.as_deref().map(|version| format!("It came with Python {version}.")).unwrap_or_default();
    let lines = others.iter().map(|pep| sheet::clipped(&format!("PEP {}: {}", pep.number, pep.title))).collect();
    let mut evidence = Evidence::new(
        format!("PEP {}, {}. {} {came}", right.number, right.title.trim_end_matches('.'), right.changed).replace("  ", " "),
        lines,
    );
    evidence.explain = Some(format!("PEP {}", right.number));
    let answer = choice(right.about.clone(), others.iter().map(|pep| pep.about.clone()), 4, chance)?;
    Some(Draft {
        ask: format!("What is PEP {} about?", right.number),
        shown: Vec::new(),
        heard: Vec::new(),
        answer,
        evidence,
        basis: vec![("pep", subject.to_owned()), ("title", right.title.clone())],
    })
}

fn came_in(subject: &str, _: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let (what, right, why, explain) = match subject.strip_prefix("pep-") {
        Some(number) => {
            let pep = Pep::numbered(number.parse().ok()?)?;
            let what = format!("what PEP {number} proposed ({})", pep.title.trim_end_matches('.'));
            (what, pep.version.clone()?, pep.about.clone(), format!("PEP {number}"))
        }
        None => {
            let opcode = Opcode::named(subject)?;
            // The atlas does not go back further: who knows when it came.
            let first = opcode.versions.first().filter(|&first| first > Version::FIRST)?;
            (format!("the opcode {subject}"), first.to_string(), opcode.does.clone(), subject.to_owned())
        }
    };
    let minor: i32 = right.strip_prefix("3.")?.parse().ok()?;
    let newest = i32::from(Version::LAST.minor());
    let near = (minor - 3..=minor + 3).filter(|&other| (0..=newest).contains(&other) && other != minor);
    let mut evidence = Evidence::new(format!("It came with Python {right}. {why}"), Vec::new());
    evidence.explain = Some(explain);
    Some(Draft {
        ask: format!("Which version of Python was the first with {what}?"),
        shown: Vec::new(),
        heard: Vec::new(),
        answer: choice(format!("Python {right}"), near.map(|other| format!("Python 3.{other}")), 4, chance)?,
        evidence,
        basis: vec![("subject", subject.to_owned()), ("version", right)],
    })
}

fn took_over(subject: &str, _: &Ground, chance: &mut fastrand::Rng) -> Option<Draft> {
    let opcode = Opcode::named(subject)?;
    let last = opcode.versions.last()?;
    let after = Version::new(last.minor() + 1)?;
    let heirs: Vec<&'static Opcode> =
        opcode.to.iter().filter_map(|name| Opcode::named(name)).filter(|heir| heir.versions.contains(after)).collect();
    // One that came for it tells more than one that was there.
    let is_new = |heir: &Opcode| !heir.versions.contains(last);
    let right = *heirs.iter().min_by_key(|heir| (!is_new(heir), heir.family != opcode.family))?;
    let is_other = |other: &&Opcode| other.versions.contains(after) && !opcode.to.iter().any(|heir| heir == other.name);
    let (mut near, mut far): (Vec<&Opcode>, Vec<&Opcode>) =
        Opcode::all().iter().filter(is_other).partition(|other| other.family == opcode.family || other.family == right.family);
    chance.shuffle(&mut near);
    chance.shuffle(&mut far);
    let others = near.into_iter().chain(far).take(3).map(|other| other.name.to_owned());
    let whole = opcode.to.join(", ");
    let lines = heirs.iter().flat_map(|heir| sheet::wrapped(&format!("{}: {}", heir.name, heir.does))).collect();
    let mut evidence = Evidence::new(format!("Since {after} its work is done by {whole}."), lines);
    evidence.explain = Some(subject.to_owned());
    Some(Draft {
        ask: format!("{subject} was there until {last}. Which opcode took over work of it in {after}?"),
        shown: sheet::wrapped(&opcode.does),
        heard: Vec::new(),
        answer: choice(right.name.to_owned(), others.collect::<Vec<_>>(), 4, chance)?,
        evidence,
        basis: vec![("opcode", subject.to_owned()), ("last", last.to_string()), ("heirs", opcode.to.join(","))],
    })
}
