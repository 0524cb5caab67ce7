//! Form from the program: what functions, threads, exceptions and memory do to the music, on programs run
//! by a real CPython.

#[path = "support/interpreters.rs"]
mod interpreters;

use std::collections::BTreeSet;

use evalody::compose::{Style, StyleName, compose};
use evalody::fold::{Zoom, fold};
use evalody::music::{Drum, Instrument, Tick};
use evalody::score::{Note, Part, Score};
use evalody::songs;

/// The groove of a program by the newest CPython there is; `None` without one (which fails on CI).
fn groove(source: &str) -> Option<Score> {
    styled(source, &Style::default())
}

fn styled(source: &str, style: &Style) -> Option<Score> {
    let pythons = interpreters::pythons();
    let (python, _) = pythons.first()?;
    let trace = interpreters::hear(&interpreters::request(python, source)).unwrap().trace;
    Some(compose("made up", &fold(&trace, Zoom::Auto), &trace.codes, style))
}

fn part<'a>(score: &'a Score, name: &str) -> &'a Part {
    score.parts.iter().find(|part| part.name == name).unwrap()
}

/// Strokes of a drum in each bar.
fn strokes(score: &Score, drum: Drum, bar: u32) -> usize {
    part(score, "drums").notes.iter().filter(|note| note.at.bar() == bar && note.pitch == drum.pitch()).count()
}

/// Pitch class of the bass on the first beat of a bar, above the tonic.
fn root(score: &Score, bar: u32) -> i32 {
    let bass = part(score, "bass").notes.iter().find(|note| note.at == Tick::of_bar(bar)).unwrap();
    (i32::from(bass.pitch.number()) - i32::from(score.key.tonic())).rem_euclid(12)
}

fn bars(score: &Score) -> u32 {
    score.states.len() as u32
}

fn loudness(notes: &[&Note]) -> f64 {
    notes.iter().map(|note| f64::from(note.velocity.value())).sum::<f64>() / notes.len().max(1) as f64
}

const AWAY_AND_BACK: &str = "\
def work(n):
    total = 0
    for i in range(n):
        total += i * i
        if total % 7 == 3:
            total -= 1
    return total

out = []
for k in range(40):
    out.append(k)
    out[-1] += 1
    out.reverse()
a = work(200)
for k in range(40):
    out.append(k + a)
    out[-1] -= 1
    out.reverse()
b = work(300)
for k in range(40):
    out.append(k + b)
    out[-1] *= 2
    out.reverse()
";

#[test]
fn who_comes_back_to_the_function_that_began_comes_home_by_a_cadence() {
    let Some(score) = groove(AWAY_AND_BACK) else { return };
    let sections: Vec<(&str, u32)> = score.markers.iter().map(|marker| (marker.text.as_str(), marker.at.bar())).collect();
    let homes: Vec<u32> = sections.iter().skip(1).filter(|(name, _)| *name == "<module>").map(|(_, bar)| *bar).collect();
    assert!(!homes.is_empty(), "{sections:?}");
    for bar in homes {
        assert_eq!(root(&score, bar), 0, "bar {bar} of {sections:?}");
    }
}

#[test]
fn a_program_that_finishes_ends_on_its_tonic_after_the_dominant() {
    for song in songs::all() {
        let Some(score) = groove(song.source) else { return };
        let bars = bars(&score);
        assert_eq!(root(&score, bars), 0, "{}", song.name);
        // The last bass note of the last bar leads there: the fifth of the dominant, or its root.
        let bass = &part(&score, "bass").notes;
        let last = bass.iter().rev().find(|note| note.at < Tick::of_bar(bars)).unwrap();
        let above = (i32::from(last.pitch.number()) - i32::from(score.key.tonic())).rem_euclid(12);
        assert!([2, 7].contains(&above), "{}: {above}", song.name);
    }
}

#[test]
fn an_exception_breaks_the_harmony_and_the_music_recovers_when_it_is_caught() {
    let source = "\
def risky(n):
    if n % 9 == 4:
        raise ValueError(n)
    return n * n

total = 0
for n in range(60):
    try:
        total += risky(n)
    except ValueError:
        total -= 1
for n in range(300):
    total += n
";
    let Some(score) = groove(source) else { return };
    let raised: Vec<u32> = (0..bars(&score)).filter(|&bar| score.states[bar as usize].raised > 0).collect();
    assert!(!raised.is_empty() && raised.len() < score.states.len(), "{raised:?}");
    for bar in 0..bars(&score) {
        assert_eq!(strokes(&score, Drum::Crash, bar) > 0, raised.contains(&bar), "bar {bar}");
    }
    let after: Vec<u32> = raised.iter().map(|bar| bar + 1).filter(|bar| *bar + 1 < bars(&score) && !raised.contains(bar)).collect();
    assert!(!after.is_empty());
    assert!(after.iter().all(|&bar| root(&score, bar) == 0), "the bar after is at home");
}

#[test]
fn memory_is_heard_as_a_shaker_a_falling_run_and_a_swell() {
    let source = "\
import gc
class Node:
    pass
for turn in range(12):
    kept = []
    for n in range(150):
        node = Node()
        node.me = node if n % 50 == 0 else None
        kept.append(node)
    kept.clear()
gc.collect()
x = 0
for n in range(200):
    x += n
";
    let Some(score) = groove(source) else { return };
    let drums = &part(&score, "drums").notes;
    let of = |drum: Drum| drums.iter().filter(|note| note.pitch == drum.pitch()).count();
    assert!(of(Drum::Maracas) > 20 && of(Drum::HighBongo) > 0, "{} {}", of(Drum::Maracas), of(Drum::HighBongo));
    for bar in (0..bars(&score)).filter(|&bar| score.states[bar as usize].releases) {
        let run: Vec<&Note> = drums
            .iter()
            .filter(|note| note.at.bar() == bar)
            .filter(|note| {
                [Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga].iter().any(|drum| drum.pitch() == note.pitch)
            })
            .collect();
        assert!(run.len() >= 4 && run.windows(2).all(|pair| pair[0].pitch <= pair[1].pitch), "a run falls through the drums");
    }
    let longest = part(&score, "collector").notes.iter().map(|note| note.lasts).max().expect("gc.collect() is a collection");
    assert!(longest.0 > 12 * 120, "and of the oldest generation: {longest:?}");
    assert!(!score.remarks.iter().any(|remark| remark.text.contains("inferred")), "what is measured is not called inferred");
}

#[test]
fn threads_have_their_own_colour_and_place_and_their_hand_over_is_heard() {
    let Some(score) = groove(songs::named("threads").unwrap().source) else { return };
    let colours: Vec<&Part> = score.parts.iter().filter(|part| part.name.starts_with("thread ") && !part.notes.is_empty()).collect();
    assert!(colours.len() >= 2, "{}", colours.len());
    let places: BTreeSet<u8> = colours.iter().map(|part| part.pan.value()).collect();
    assert_eq!(places.len(), colours.len());
    for part in &colours {
        assert!(part.notes.iter().all(|note| note.cause.thread > 0));
    }
    let triangles = part(&score, "drums").notes.iter().filter(|note| note.pitch == Drum::OpenTriangle.pitch()).count();
    assert!(triangles > 2, "{triangles}");
}

#[test]
fn generators_call_and_those_who_wait_for_them_answer() {
    let source = "\
def numbers(n):
    for i in range(n):
        square = i * i
        yield square

def consume(numbers):
    total = 0
    for number in numbers:
        total += number
        total %= 1000
    return total

print([consume(numbers(n)) for n in range(30)])
";
    let Some(score) = groove(source) else { return };
    let plays = |name: &str, bar: u32| part(&score, name).notes.iter().any(|note| note.at.bar() == bar);
    let answered = (0..bars(&score)).filter(|&bar| plays("suspend", bar) && plays("call", bar)).count();
    assert!(answered > 3, "{answered}");
}

#[test]
fn coroutines_that_suspend_and_resume_are_call_and_answer() {
    let source = "\
import asyncio

async def runner(name, out):
    for step in range(60):
        out.append((name, step))
        await asyncio.sleep(0)

async def main():
    out = []
    await asyncio.gather(*(runner(name, out) for name in 'abc'))
    return len(out)

print(asyncio.run(main()))
";
    let Some(score) = groove(source) else { return };
    let plays = |name: &str, bar: u32| part(&score, name).notes.iter().any(|note| note.at.bar() == bar);
    let called: Vec<u32> = (0..bars(&score)).filter(|&bar| plays("suspend", bar)).collect();
    let answered = called.iter().filter(|&&bar| plays("call", bar)).count();
    assert!(called.len() > 5 && answered * 2 > called.len(), "{answered} of {} are answered", called.len());
}

#[test]
fn a_piece_begins_softly_and_is_fullest_before_its_end() {
    let Some(score) = groove(songs::named("recursion").unwrap().source) else { return };
    let bars = bars(&score);
    let notes = |from: u32, to: u32| -> Vec<Note> {
        let within = |note: &&Note| (from..to).contains(&note.at.bar());
        score.parts.iter().flat_map(|part| part.notes.iter().filter(within).copied().collect::<Vec<_>>()).collect()
    };
    let (first, full) = (notes(0, bars / 10), notes(bars * 8 / 10, bars * 9 / 10));
    let (soft, loud) = (loudness(&first.iter().collect::<Vec<_>>()), loudness(&full.iter().collect::<Vec<_>>()));
    assert!(loud > soft + 8.0, "{soft} to {loud}");
    assert!(full.len() * 10 > first.len() * 13, "{} to {} notes", first.len(), full.len());
}

#[test]
fn a_seed_varies_taste_and_nothing_else() {
    let style = |seed| Style { seed, ..Style::default() };
    let source = songs::named("sort_merge").unwrap().source;
    let Some(plain) = styled(source, &style(None)) else { return };
    let [one, again, two] = [1, 1, 2].map(|seed| styled(source, &style(Some(seed))).unwrap());
    assert_eq!(one.parts, again.parts);
    assert_ne!(one.parts, two.parts);
    assert_ne!(one.parts, plain.parts);
    assert_eq!((one.tempo, one.states.clone()), (plain.tempo, plain.states.clone()));
    let steps =
        |score: &Score| score.notes().iter().filter(|(_, note)| !note.cause.is_state).map(|(_, note)| note.cause.steps).sum::<u64>();
    assert_eq!(steps(&one), steps(&plain));
}

#[test]
fn different_programs_are_different_pieces() {
    let pieces: Vec<Score> = songs::all().iter().filter_map(|song| groove(song.source)).collect();
    let differ = |figure: fn(&Score) -> String| pieces.iter().map(figure).collect::<BTreeSet<_>>().len();
    if pieces.is_empty() {
        return;
    }
    assert!(differ(|score| score.tempo.quarters_per_minute().to_string()) >= 8);
    assert!(differ(|score| score.key.to_string()) >= 6);
    assert_eq!(pieces.iter().map(|score| score.key.mode as u8).collect::<BTreeSet<_>>().len(), 2, "both modes");
    let bands = differ(|score| {
        let plays = |part: &&Part| !part.notes.is_empty() && matches!(part.instrument, Instrument::Melodic(_));
        score.parts.iter().filter(plays).map(|part| part.name).collect::<Vec<_>>().join(" ")
    });
    assert!(bands >= 8, "{bands} of {} bands", pieces.len());
}

#[test]
fn every_style_plays_every_song_differently() {
    let Some(first) = groove(songs::named("loops").unwrap().source) else { return };
    let names: BTreeSet<String> = StyleName::ALL
        .into_iter()
        .map(|name| {
            let score = styled(songs::named("loops").unwrap().source, &Style::of(name)).unwrap();
            score.parts.iter().map(|part| part.instrument.name()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(names.len(), StyleName::ALL.len());
    assert!(!first.notes().is_empty());
}
