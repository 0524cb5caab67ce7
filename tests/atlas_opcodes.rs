//! The atlas of opcodes: whole, well written, and of one mind with every CPython of this machine about which opcodes
//! there are, which take an operand, and what they do to the stack.

#[path = "support/interpreters.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

use evalody::atlas::{Effect, Opcode, Version, Versions};

const ROWS: &str = include_str!("../assets/atlas/opcodes.tsv");
const TEXTS: &str = include_str!("../assets/atlas/opcodes.toml");

/// Longest a text may be, in characters: a longer one does not fit beside what sounds. Four lines of 80.
const LONGEST_TEXT: usize = 320;

#[test]
fn every_row_has_a_text_and_every_text_a_row() {
    let rows: Vec<_> = ROWS.lines().skip(1).map(|row| row.split('\t').next().expect("a name")).collect();
    let texts: Vec<_> = TEXTS.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
    assert!(rows.is_sorted_by(|one, next| one < next), "the table is by name, each once");
    assert!(texts.is_sorted_by(|one, next| one < next), "the texts are by name, each once");
    assert_eq!(rows, texts);
    let read: Vec<_> = Opcode::all().iter().map(|opcode| opcode.name).collect();
    assert_eq!(read, rows, "every row is understood");
    for row in ROWS.lines().skip(1) {
        let [name, family, _, peps] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("four columns: {row:?}") };
        let opcode = Opcode::named(name).expect("it is read");
        assert!(!family.is_empty(), "{name}");
        assert_eq!(opcode.peps.len(), peps.split(',').filter(|pep| !pep.is_empty()).count(), "{name}: {peps}");
        assert!(opcode.peps.is_sorted_by(|one, next| one < next), "{name}: {peps}");
    }
}

#[test]
fn texts_are_short_and_end_with_a_full_stop() {
    for opcode in Opcode::all() {
        for text in std::iter::once(&opcode.does).chain(&opcode.operand) {
            let name = opcode.name;
            assert!(text.ends_with('.') && !text.ends_with(".."), "{name}: {text}");
            assert!(text.chars().count() <= LONGEST_TEXT, "{name}: {} characters: {text}", text.chars().count());
            assert!(!text.contains("  ") && !text.contains('\n') && text.trim() == text, "{name}: {text}");
        }
    }
}

#[test]
fn opcodes_take_over_from_those_before_and_hand_over_to_those_after() {
    let mut wrong = Vec::new();
    for opcode in Opcode::all() {
        for from in &opcode.from {
            let older = Opcode::named(from).map_or(Versions::default(), |older| older.versions);
            let came = comings(opcode.versions).find(|(before, _)| older.contains(*before));
            match came {
                None => wrong.push(format!("{} came when there was no {from}", opcode.name)),
                Some((_, now)) if !older.contains(now) && !names(from, |older| &older.to, opcode.name) => {
                    wrong.push(format!("{} came from {from}, which went to something else", opcode.name));
                }
                Some(_) => {}
            }
        }
        for to in &opcode.to {
            let newer = Opcode::named(to).map_or(Versions::default(), |newer| newer.versions);
            let went = goings(opcode.versions).find(|(_, after)| newer.contains(*after));
            match went {
                None => wrong.push(format!("{} went when there was no {to}", opcode.name)),
                Some((last, _)) if !newer.contains(last) && !names(to, |newer| &newer.from, opcode.name) => {
                    wrong.push(format!("{} went to {to}, which came from something else", opcode.name));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn names(opcode: &str, list: impl Fn(&'static Opcode) -> &'static Vec<String>, name: &str) -> bool {
    Opcode::named(opcode).is_some_and(|opcode| list(opcode).iter().any(|named| named == name))
}

fn neighbours() -> impl Iterator<Item = (Version, Version)> {
    Version::all().zip(Version::all().skip(1))
}

/// The last version without it and the first with it, each time that it came.
fn comings(versions: Versions) -> impl Iterator<Item = (Version, Version)> {
    neighbours().filter(move |(before, now)| !versions.contains(*before) && versions.contains(*now))
}

/// The last version with it and the first without it, each time that it went.
fn goings(versions: Versions) -> impl Iterator<Item = (Version, Version)> {
    neighbours().filter(move |(now, after)| versions.contains(*now) && !versions.contains(*after))
}

#[test]
fn stacks_are_written_as_the_readme_says_and_change_where_a_version_is_told() {
    for opcode in Opcode::all() {
        let name = opcode.name;
        let since: Vec<Version> = opcode.effects.iter().map(|effect| effect.since.parse().expect("a version of the atlas")).collect();
        assert_eq!(since.first(), Some(&Version::FIRST), "{name}: the first effect is from the beginning");
        assert!(since.is_sorted_by(|one, next| one < next), "{name}: the oldest first, each once");
        for (effects, since) in opcode.effects.windows(2).zip(&since[1..]) {
            let [old, new] = effects else { unreachable!("windows of two") };
            assert!((&old.before, &old.after) != (&new.before, &new.after), "{name}: no change in {since}");
            assert!(opcode.versions.contains(*since), "{name} is not there in {since}");
            assert!(opcode.versions.first() < Some(*since), "{name} came in {since}: nothing was before");
        }
        for effect in &opcode.effects {
            let _ = Sizes::of(effect, 2).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let counts = opcode.effects.iter().any(|effect| [&effect.before, &effect.after].iter().any(|side| side.contains(['*', '['])));
        assert!(!counts || opcode.operand.is_some(), "{name}: counts by an operand that it does not have");
    }
}

/// By how much an instruction makes the stack longer, at least and at most, for some operand.
struct Sizes {
    next: RangeInclusive<i64>,
    /// After the jump.
    jump: RangeInclusive<i64>,
}

impl Sizes {
    fn of(effect: &Effect, n: i64) -> Result<Self, String> {
        let (low, high) = size(&effect.before, n)?;
        let (next, jump) = effect.after.split_once(" | ").unwrap_or((&effect.after, &effect.after));
        let longer = |after| -> Result<RangeInclusive<i64>, String> {
            let (low_after, high_after) = size(after, n)?;
            // What is in brackets is on one side, or on both and then there or not at once.
            Ok((low_after - low).min(high_after - high)..=(low_after - low).max(high_after - high))
        };
        Ok(Self { next: longer(if next == "-" { "" } else { next })?, jump: longer(if jump == "-" { "" } else { jump })? })
    }
}

/// How many values a side of an effect names, at least and at most.
fn size(side: &str, n: i64) -> Result<(i64, i64), String> {
    let (mut low, mut high) = (0, 0);
    for item in items(side) {
        let (name, count) = match item.split_once('*') {
            Some((name, count)) => (name, counted(count, n).ok_or_else(|| format!("{count:?} counts nothing"))?),
            None => (item, 1),
        };
        let group = name.strip_prefix('(').and_then(|name| name.strip_suffix(')'));
        let optional = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let named = group.or(optional).unwrap_or(name);
        let width = if group.is_some() { named.split(", ").count() } else { 1 };
        let is_name =
            |name: &str| !name.is_empty() && name.trim() == name && name.chars().all(|c| c.is_ascii_alphabetic() || " _".contains(c));
        if !named.split(", ").take(width).all(is_name) || (group.is_none() && named.contains(',')) {
            return Err(format!("{item:?} is no name of a value"));
        }
        let values = i64::try_from(width).expect("few") * count;
        low += if optional.is_some() { 0 } else { values };
        high += values;
    }
    Ok((low, high))
}

/// Parted by commas, but not by those within parentheses.
fn items(side: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut rest = side;
    while !rest.is_empty() {
        let closed = if rest.starts_with('(') { rest.find(')').unwrap_or(0) } else { 0 };
        let end = rest[closed..].find(", ").map_or(rest.len(), |at| at + closed);
        items.push(&rest[..end]);
        rest = rest.get(end + 2..).unwrap_or("");
    }
    items
}

/// A count, for an operand.
fn counted(count: &str, n: i64) -> Option<i64> {
    Some(match count {
        "n" => n,
        "(n-1)" => n - 1,
        "(n-2)" => n - 2,
        "(n&255)" => n & 255,
        "(n>>8)" => n >> 8,
        _ => return None,
    })
}

#[test]
fn sizes_are_worked_out_from_what_is_written() {
    let sizes = |before: &str, after: &str, n| {
        let effect = Effect { since: "3.8".into(), before: before.into(), after: after.into() };
        Sizes::of(&effect, n).map(|sizes| (sizes.next, sizes.jump))
    };
    assert_eq!(sizes("", "value", 0), Ok((1..=1, 1..=1)));
    assert_eq!(sizes("iterator", "iterator, value | -", 0), Ok((1..=1, -1..=-1)));
    assert_eq!(sizes("(key, value)*n", "dict", 3), Ok((-5..=-5, -5..=-5)));
    assert_eq!(sizes("owner", "value, [null or self]", 0), Ok((0..=1, 0..=1)));
    assert_eq!(sizes("iterable", "last*(n>>8), rest, first*(n&255)", 0x102), Ok((3..=3, 3..=3)));
    for wrong in ["value,value", "value*m", "value*", ", value", "(key, value", "a, (b)c"] {
        assert!(sizes(wrong, "", 1).is_err(), "{wrong}");
    }
}

/// Operands with which interpreters are asked for stack effects: each bit, small counts, and two that say something
/// in the bits above the eighth.
const OPERANDS: &[i64] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x102, 0x203];

/// Opcodes that take but a few operands; with others `dis.stack_effect` says anything.
const FEW_OPERANDS: &[(&str, RangeInclusive<i64>)] = &[("BUILD_SLICE", 2..=3), ("RAISE_VARARGS", 0..=2)];

/// Where `dis.stack_effect` counts otherwise than the instruction does when execution goes on with the next one.
const COUNTED_OTHERWISE: &[(&str, &str, &str)] = &[
    ("BEGIN_FINALLY", "3.8", "six, as for the exception that END_FINALLY may find in the place of NULL"),
    ("CALL", "3.11", "the arguments are counted with PRECALL"),
    ("END_FINALLY", "3.8", "six, as for an exception"),
    ("POP_FINALLY", "3.8", "six, as for an exception"),
    ("PRECALL", "3.11", "the arguments go with CALL"),
    ("RETURN_GENERATOR", "3.11-3.12", "what send() brings is not counted until 3.13"),
    ("RETURN_VALUE", "3.14", "the value, which is pushed on the stack of the caller, is counted as this one's"),
    ("WITH_CLEANUP_FINISH", "3.8", "a third value, as for an exception that is swallowed"),
    ("WITH_CLEANUP_START", "3.8", "__exit__, which goes from below NULL, is counted as staying, as with an exception"),
];

/// Where it counts otherwise than the instruction does when execution goes on with the jump.
const JUMP_COUNTED_OTHERWISE: &[(&str, &str, &str)] = &[
    ("FOR_ITER", "3.12-3.14", "as if END_FOR, past which the jump goes, had yet to drop the values"),
    ("SETUP_ASYNC_WITH", "3.8-3.10", "no jump but the way to the handler, with the values of an exception"),
    ("SETUP_FINALLY", "3.8-3.10", "no jump but the way to the handler, with the values of an exception"),
    ("SETUP_WITH", "3.8-3.10", "no jump but the way to the handler, with the values of an exception"),
];

fn is_in(table: &[(&str, &str, &str)], name: &str, version: Version) -> bool {
    table.iter().any(|(told, versions, _)| *told == name && versions.parse::<Versions>().expect("a range").contains(version))
}

/// What an interpreter says of one of its opcodes.
struct Real {
    takes_operand: bool,
    /// Operand, effect without a jump and with one; an operand that it refuses is not there.
    effects: Vec<(i64, i64, i64)>,
}

/// Prints each opcode that compiled code or the interpreter itself may have: no pseudo opcode of the compiler (256
/// and above), and not the instrumented doubles, which are forms of others.
const ASK: &str = r#"
import dis, opcode, sys
takes = set(getattr(opcode, "hasarg", range(opcode.HAVE_ARGUMENT, 256)))
for name, code in opcode.opmap.items():
    if code > 255 or name.startswith("INSTRUMENTED_"):
        continue
    said = [name, str(int(code in takes))]
    for operand in map(int, sys.argv[1:]):
        try:
            effects = [dis.stack_effect(code, operand if code in takes else None, jump=jump) for jump in (False, True)]
            said.append("%d,%d,%d" % (operand, *effects))
        except ValueError:
            pass
    print(*said)
"#;

fn opcodes_of(python: &Path) -> BTreeMap<String, Real> {
    let operands = OPERANDS.iter().map(ToString::to_string);
    let output = Command::new(python).args(["-I", "-S", "-c", ASK]).args(operands).output().expect("the Python runs");
    assert!(output.status.success(), "{}: {}", python.display(), String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("names and numbers");
    said.lines()
        .map(|line| {
            let mut words = line.split(' ');
            let name = words.next().expect("a name").to_owned();
            let takes_operand = words.next() == Some("1");
            let effects = words.map(|effects| {
                let [operand, next, jump] = effects.split(',').map(|number| number.parse().expect("a number")).collect::<Vec<_>>()[..]
                else {
                    panic!("three numbers: {effects}")
                };
                (operand, next, jump)
            });
            (name, Real { takes_operand, effects: effects.collect() })
        })
        .collect()
}

#[test]
fn every_cpython_here_has_the_opcodes_operands_and_stack_effects_of_the_atlas() {
    let mut wrong = Vec::new();
    for (python, (_, minor)) in support::pythons() {
        let Some(version) = Version::new(minor) else {
            eprintln!("not asked: {} is of a version that the atlas does not speak of", python.display());
            continue;
        };
        let real = opcodes_of(&python);
        let told: BTreeSet<_> = Opcode::all().iter().filter(|opcode| opcode.versions.contains(version)).map(|opcode| opcode.name).collect();
        let had: BTreeSet<_> = real.keys().map(String::as_str).collect();
        wrong.extend(had.difference(&told).map(|name| format!("{version}: {name} is not in the atlas")));
        wrong.extend(told.difference(&had).map(|name| format!("{version}: {name} is in the atlas alone")));
        for (name, real) in &real {
            let Some(opcode) = Opcode::named(name) else { continue };
            let says_none = opcode.operand.as_ref().is_none_or(|operand| operand.contains("None"));
            if real.takes_operand && opcode.operand.is_none() {
                wrong.push(format!("{version}: {name} takes an operand, of which the atlas says nothing"));
            } else if !real.takes_operand && !says_none {
                wrong.push(format!("{version}: {name} takes no operand, and the atlas does not say None"));
            }
            check_effects(opcode, version, real, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

fn check_effects(opcode: &Opcode, version: Version, real: &Real, wrong: &mut Vec<String>) {
    let name = opcode.name;
    let effect = opcode.effect(version).expect("one from the beginning");
    let allowed = FEW_OPERANDS.iter().find(|(few, _)| *few == name).map_or(&(0..=i64::MAX), |(_, allowed)| allowed);
    let asked: Vec<_> = real.effects.iter().filter(|(operand, ..)| allowed.contains(operand)).collect();
    assert!(!asked.is_empty(), "{version}: {name} refuses all operands");
    // By how much the interpreter's count is beyond what may be, and which ends of what may be it came to.
    let beyond = |count: i64, may: &RangeInclusive<i64>| if may.contains(&count) { None } else { Some((count, may.clone())) };
    let (mut next_beyond, mut jump_beyond) = (None, None);
    let (mut at_least, mut at_most) = (false, false);
    for &&(operand, next, jump) in &asked {
        let sizes = Sizes::of(effect, operand).expect("another test reads it");
        next_beyond = next_beyond.or(beyond(next, &sizes.next));
        jump_beyond = jump_beyond.or(beyond(jump, &sizes.jump));
        at_least |= next == *sizes.next.start();
        at_most |= next == *sizes.next.end();
    }
    let is_other = is_in(COUNTED_OTHERWISE, name, version);
    let is_other_at_jump = is_other || is_in(JUMP_COUNTED_OTHERWISE, name, version);
    let are_ends_met = at_least && at_most;
    if !is_other && next_beyond.is_none() && !are_ends_met {
        wrong.push(format!("{version}: {name}: what is in brackets is there always or never: {effect:?}"));
    }
    for (way, beyond, is_other) in [("next", next_beyond, is_other), ("jump", jump_beyond, is_other_at_jump)] {
        match (beyond, is_other) {
            (Some((count, may)), false) => {
                wrong.push(format!("{version}: {name} ({way}): {count} by the interpreter, {may:?} by {effect:?}"));
            }
            (None, true) => wrong.push(format!("{version}: {name} ({way}) is counted as we do: it is no exception")),
            _ => {}
        }
    }
}
