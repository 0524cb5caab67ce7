//! A style is a file: the shipped ones are read like anybody's, mistakes are told with their line, and what is
//! changed is heard.

#[path = "support/runs.rs"]
mod runs;

use evalody::compose::{Mapping, Style, StyleName, compose};
use evalody::fold::{MOST_GESTURES, Threads, Zoom};
use evalody::hear::{bars, instructions, song_of};
use evalody::music::{Instrument, TICKS_PER_SIXTEENTH};
use evalody::perform::{Performance, perform};
use evalody::trace::{Trace, read};
use proptest::prelude::*;

const README: &str = include_str!("../README.md");

fn mapping(text: &str) -> Mapping {
    Mapping::read(text).unwrap_or_else(|mistake| panic!("{mistake}\n{text}"))
}

fn played(trace: &Trace, mapping: &Mapping) -> Performance {
    let most = (!mapping.is_lossless()).then_some(MOST_GESTURES);
    let mut folder = Threads::new(if mapping.is_lossless() { Zoom::Opcode } else { Zoom::Line }, most);
    trace.tell(&mut folder);
    let style = Style { mapping: mapping.clone().into(), ..Style::default() };
    perform(&compose("made up", &folder.finish(trace.outcome.clone()), &trace.codes, &style))
}

fn recorded() -> Trace {
    read(include_str!("golden/fib.trace")).unwrap()
}

#[test]
fn every_shipped_style_is_a_file_and_reads_alike_over_itself() {
    for name in StyleName::ALL {
        let shipped = Mapping::shipped(name);
        assert_eq!((shipped.name(), shipped.rules()), (name.to_string().as_str(), name));
        assert_eq!(mapping(name.text()), *shipped);
        assert_eq!(mapping(&format!("rules = \"{name}\"")), *shipped, "what is left out is as it is shipped");
    }
}

#[test]
fn a_small_file_is_a_style() {
    let mine = mapping(
        "name = \"mine\"\nrules = \"groove\"\n[tempo]\nslowest = 99\nfastest = 99\n[parts.look]\ninstrument = \"Sitar\"\nchannel = 16\nfamilies = [\"attr\", \"subscr\"]\n",
    );
    let entry = mine.legend().iter().find(|entry| entry.meaning.contains("attributes")).unwrap();
    assert_eq!((entry.instrument.as_str(), entry.families.len()), ("sitar", 2), "what a file gives to one is taken from the other");
    let performance = played(&recorded(), &mine);
    assert_eq!(performance.tempo.quarters_per_minute(), 99);
    let look = performance.setups.iter().find(|setup| setup.name == "look").unwrap();
    assert_eq!(look.channel.to_string(), "16");
    assert!(matches!(look.instrument, Instrument::Melodic(patch) if patch.number() == 104));
    let mut channels: Vec<_> = performance.setups.iter().map(|setup| setup.channel).collect();
    channels.sort_unstable();
    channels.dedup();
    assert_eq!(channels.len(), performance.setups.len());
}

#[test]
fn a_mistake_is_told_with_its_line_what_stands_there_and_what_may() {
    for (text, line, words) in [
        ("name = 3", 1, ["name is 3", "in quotes"]),
        ("\nrules = \"grove\"", 2, ["rules is \"grove\"", "did you mean groove?"]),
        ("tempo = 3", 1, ["tempo is 3", "a table of fastest, slowest"]),
        ("[tempo]\nslowest = 500", 2, ["tempo.slowest is 500", "20 to 400"]),
        ("[tempo]\nslowest = 200", 2, ["tempo.slowest is 200", "must not be above"]),
        ("[parts.bas]\npan = 3", 1, ["parts.bas is unknown", "did you mean bass?"]),
        ("[parts.bass]\npann = 3", 2, ["parts.bass.pann is unknown", "did you mean pan?"]),
        ("[parts.bass]\npan = 128", 2, ["parts.bass.pan is 128", "0 to 127"]),
        ("[parts.bass]\npan = 1.5", 2, ["parts.bass.pan is 1.5", "whole number"]),
        ("[parts.bass]\ninstrument = \"marimbo\"", 2, ["\"marimbo\"", "did you mean marimba"]),
        ("[parts.bass]\ninstrument = 128", 2, ["is 128", "0 to 127"]),
        ("[parts.bass]\nchannel = 10", 2, ["channel is 10", "1 to 9 or 11 to 16"]),
        ("[parts.bass]\nchannel = 3\n[parts.keys]\nchannel = 3", 4, ["parts.keys.channel is 3", "parts.bass is on it already"]),
        ("[parts.bass]\nregister = [\"A1\", \"C2\"]", 2, ["register is [\"A1\", \"C2\"]", "11 semitones"]),
        ("[parts.bass]\nregister = [\"H1\", \"C4\"]", 2, ["\"H1\"", "such as C4"]),
        ("[parts.look]\ncentre = \"C1\"", 2, ["centre is \"C1\"", "C3 to E7"]),
        ("[parts.bass]\ncounts = [2, 2, 5, 7]", 2, ["counts is [2, 2, 5, 7]", "greater than the one before"]),
        ("[parts.bass]\ncounts = [2, 5, 7]", 2, ["counts is [2, 5, 7]", "write 4 counts"]),
        ("[parts.look]\nfamilies = [\"atr\"]", 2, ["\"atr\"", "did you mean attr"]),
        ("[parts.look]\nfamilies = [\"attr\"]\n[parts.call]\nfamilies = [\"attr\"]", 4, ["\"attr\"", "has it already"]),
        ("[harmony.minor]\nwalk = \"i H\"", 2, ["\"H\" is no chord", "Roman numerals"]),
        ("[harmony.minor]\nprogressions = [\"i v i\"]", 2, ["is \"i v i\"", "four chords"]),
        ("[harmony.minor]\nprogressions = []", 2, ["is []", "one progression or more"]),
        ("[scale]\nminor = [1, 3, 5]", 2, ["is [1, 3, 5]", "the first is 0"]),
        ("[drums]\nkick = \"kik\"", 2, ["\"kik\"", "did you mean kick"]),
        ("[drums]\nkick = \"snare\"", 2, ["drums.kick is \"snare\"", "is struck on snare too"]),
        ("[drums.kicks]\nfloor = [[0], [0, 4], [0, 4, 8], [0, 4, 8, 12]]", 2, ["drums.kicks.floor", "2, 3, 4, 5 strokes"]),
        ("[drums.strokes]\nhats = [2, 4, 8, 8, 16]", 2, ["drums.strokes.hats", "greater than the one before"]),
        ("[drums.strokes]\nhats = [13, 14, 15, 16]", 2, ["drums.strokes.hats", "write 5 counts"]),
        ("[drums.velocity]\nkick = 0", 2, ["drums.velocity.kick is 0", "1 to 127"]),
        ("name = \"a\"\nname = \"b\"", 2, ["is no TOML", "duplicate"]),
        ("rules = \"faithful\"\n[parts.attr]\nvelocity = 120", 3, ["is 120", "1 to 97"]),
        ("rules = \"faithful\"\n[parts.attr]\noctave = 4", 3, ["is 4", "notes 0 and 127"]),
        ("rules = \"ambient\"\n[parts.bass]\ndeep = [\"E2\", \"E3\"]", 3, ["is [\"E2\", \"E3\"]", "below"]),
    ] {
        let mistake = Mapping::read(text).expect_err(text);
        assert_eq!(mistake.line, line, "{text}: {mistake}");
        for word in words {
            assert!(mistake.to_string().contains(word), "{text}: {mistake}: {word}");
        }
        assert!(!mistake.text.contains('\n'), "{mistake}");
    }
}

/// Changes every number in the lines of a shipped file by a little, one line after the other.
#[test]
fn every_number_of_the_shipped_files_is_part_of_what_they_say() {
    let mut tried = 0;
    for name in StyleName::ALL {
        let lines: Vec<&str> = name.text().lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split('#').next().unwrap_or_default().trim();
            let Some((key, number)) = code.split_once(" = ") else { continue };
            let Ok(number) = number.parse::<f64>() else { continue };
            let changed =
                if number.fract() > 0.0 { format!("{key} = {}", number + 0.01) } else { format!("{key} = {}", number as i64 + 1) };
            let changed = if matches!(Mapping::read(&with(&lines, index, &changed)), Ok(ref read) if *read != *Mapping::shipped(name)) {
                true
            } else {
                Mapping::read(&with(&lines, index, &format!("{key} = {}", number as i64 - 1)))
                    .is_ok_and(|read| read != *Mapping::shipped(name))
            };
            assert!(changed, "{name}, line {}: {line}", index + 1);
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

fn with(lines: &[&str], index: usize, line: &str) -> String {
    let mut lines = lines.to_vec();
    lines[index] = line;
    lines.join("\n")
}

#[test]
fn what_is_changed_is_heard() {
    let trace = recorded();
    let before = played(&trace, &Mapping::shipped(StyleName::Groove));
    for text in [
        "[parts.keys]\npan = 20",
        "[parts.keys]\nvolume = 20",
        "[parts.keys]\nvelocity = 20",
        "[parts.keys]\nregister = [\"C3\", \"C5\"]",
        "[parts.keys]\ninstrument = \"harpsichord\"",
        "[parts.keys]\nchannel = 15",
        "[parts.bass]\ncounts = [1, 2, 3, 4]",
        "[drums]\nkick = \"low kick\"",
        "[drums.velocity]\nkick = 60",
        "[drums.strokes]\nride = [2, 4, 6, 8, 10]",
        "[tempo]\nslowest = 60\nfastest = 61",
        "[harmony.minor]\nprogressions = [\"i i i bII\"]\n[harmony.major]\nprogressions = [\"I I I bII\"]",
        "[scale]\nmajor = [0, 4, 7]\nminor = [0, 3, 7]",
    ] {
        let mine = mapping(text);
        let after = played(&trace, &mine);
        assert!((&after.setups, &after.cues, after.tempo) != (&before.setups, &before.cues, before.tempo), "{text}");
        assert_eq!(bars(&song_of(&after), &mine).as_ref(), Some(&after.states), "{text}");
    }
}

#[test]
fn the_style_in_the_readme_plays() {
    let section = README.split("### Styles of your own").nth(1).expect("the section is there");
    let example = section.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    assert!(example.lines().count() <= 16, "a short one");
    assert!(played(&recorded(), &mapping(example)).cues.len() > 100);
}

/// Styles that somebody might write.
fn any_mapping() -> impl Strategy<Value = String> {
    let rules = prop::sample::select(&StyleName::ALL[..]);
    let numbers = (0u8..=127, 0u8..=127, 40u16..200, 0u16..60, 0u8..128);
    let more = (prop::sample::subsequence((1..12).collect::<Vec<i32>>(), 4..=8), 0u8..4, any::<bool>());
    (rules, numbers, more).prop_map(|(rules, (pan, volume, slowest, more, patch), (scale, first, is_even))| {
        let scale: Vec<String> = std::iter::once(0).chain(scale).map(|step| step.to_string()).collect();
        let scale = scale.join(", ");
        let head = format!("name = \"any\"\nrules = \"{rules}\"\n[tempo]\nslowest = {slowest}\nfastest = {}\n[scale]\nmajor = [{scale}]\nminor = [{scale}]\n", slowest + more);
        let part = if rules == StyleName::Faithful { "attr" } else { "look" };
        let parts = format!("[parts.{part}]\npan = {pan}\nvolume = {volume}\ninstrument = {patch}\nchannel = 16\n");
        let drums = match rules {
            StyleName::Groove | StyleName::Chip => format!(
                "[parts.bass]\ncounts = [{}, 8, 10, 14]\nregister = [\"C2\", \"C4\"]\n[drums]\nframes = \"claves\"\n[drums.strokes]\nframes = [0, 2, 3, 4, 9]\nallocation = [{}, 5, 6, 7, 8]\n",
                4 + first,
                u8::from(is_even)
            ),
            StyleName::Ambient => format!("[parts.pulse]\ncounts = [0, 2, 6, 9]\n[drums.strokes]\ndoor = [{first}, 4, 5, 6, 8]\n"),
            StyleName::Faithful => "[drums]\nkick = \"low kick\"\nlines = \"claves\"\n".to_owned(),
        };
        head + &parts + &drums
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_style_keeps_to_the_grid_lets_go_of_every_note_and_is_heard_back(text in any_mapping(), trace in runs::trace(300)) {
        prop_assume!(trace.steps().count() > 0);
        let mine = mapping(&text);
        let performance = played(&trace, &mine);
        let song = song_of(&performance);
        prop_assert!(song.notes.iter().all(|note| note.at.0 % (TICKS_PER_SIXTEENTH / 2) == 0));
        prop_assert_eq!(performance.cues.len(), 2 * song.notes.len());
        if mine.is_lossless() {
            let told = instructions(&song, &mine).unwrap();
            prop_assert_eq!((told.instructions.len(), told.strangers), (trace.steps().count(), 0));
        } else {
            prop_assert_eq!(bars(&song, &mine), Some(performance.states.clone()));
        }
    }
}
