//! Questions answered by looking, over all songs and programs of the standard library, by every CPython found: each
//! answer is worked out once more in Python, from what the question says it was made from, by `dis` and by a run under
//! Python's own hooks (`quiz_by_eye/judge.py`).

#[path = "support/interpreters.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use evalody::atlas::{self, Version};
use evalody::interpreter::{Request, Streams};
use evalody::program::Program;
use evalody::quiz::{self, Answer, Card, Ground, Need, Question, Run, Sense};
use evalody::songs;
use evalody::trace::TextWriter;
use serde_json::{Value, json};
use support::{hear, pythons, request, request_of};

const JUDGE: &str = include_str!("quiz_by_eye/judge.py");

/// Cards of questions that are answered by looking.
fn cards() -> Vec<Card> {
    quiz::deck().into_iter().filter(|card| quiz::maker(&card.maker).is_some_and(|maker| maker.sense == Sense::Eye)).collect()
}

/// A run, and the file that the judge runs.
struct Ran {
    run: Arc<Run>,
    source: PathBuf,
    arguments: Vec<String>,
}

fn run_of(program: Program, heard: support::Heard, version: (u8, u8)) -> Arc<Run> {
    let interpreter = heard.trace.dialect.interpreter.clone();
    let version = Version::of(version);
    Arc::new(Run { program, is_own: false, interpreter, version, is_cpython: true, trace: heard.trace, probed: Vec::new() })
}

/// A song, run; its text in a file of this folder.
fn song(name: &str, python: &Path, version: (u8, u8), folder: &Path) -> Ran {
    let song = songs::named(name).expect("a song");
    let mut request = request(python, "");
    request.program = song.program();
    let heard = hear(&request).expect("it runs");
    let source = folder.join(format!("{name}.py"));
    std::fs::write(&source, song.source).expect("a file");
    Ran { run: run_of(request.program, heard, version), source, arguments: Vec::new() }
}

/// Everything that is asked about a run, with these seeds.
fn asked(run: &Arc<Run>, seeds: &[u64]) -> Vec<Question> {
    let version = run.version.unwrap_or(Version::LAST);
    let ground = Ground { runs: vec![Arc::clone(run)], version };
    let ask = |card: &Card| seeds.iter().filter_map(|&seed| quiz::ask(card, &ground, seed)).collect::<Vec<_>>();
    cards().iter().flat_map(ask).collect()
}

/// What the judge says of these questions: what is wrong, and how often it could not tell, by card.
fn judged(python: &Path, ran: &Ran, questions: &[Question]) -> (Vec<String>, BTreeMap<String, u64>) {
    let trace = questions.iter().any(|question| question.card == Card::new("turns", "thread")).then(|| {
        let path = ran.source.with_extension("trace");
        let mut writer = TextWriter::new(std::fs::File::create(&path).expect("a file"));
        writer.dialect(&ran.run.trace.dialect);
        ran.run.trace.tell(&mut writer);
        writer.finish().expect("it is written");
        path
    });
    let told = json!({
        "source": ran.source,
        "name": ran.run.program.name,
        "argv": ran.arguments,
        "trace": trace,
        "questions": questions.iter().map(as_json).collect::<Vec<_>>(),
    });
    let mut child = Command::new(python)
        .args(["-c", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the Python runs");
    // It reads all before it prints.
    child.stdin.take().expect("a pipe").write_all(told.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("its end");
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", ran.run.program.name, String::from_utf8_lossy(&output.stderr)));
    let name = &ran.run.program.name;
    let interpreter = &ran.run.interpreter;
    let wrong = told["wrong"].as_array().expect("a list").iter().map(|words| format!("{name} by {interpreter}: {words}")).collect();
    let unjudged = told["unjudged"].as_object().expect("counts");
    (wrong, unjudged.iter().map(|(card, count)| (card.clone(), count.as_u64().unwrap_or(0))).collect())
}

fn as_json(question: &Question) -> Value {
    let choices = match &question.answer {
        Answer::Choice { choices, .. } => Some(choices),
        _ => None,
    };
    json!({
        "maker": question.card.maker,
        "subject": question.card.subject,
        "choices": choices,
        "right": question.answer.told(),
        "basis": question.basis.iter().cloned().collect::<BTreeMap<_, _>>(),
    })
}

/// What is odd about how a question is put.
fn oddities(question: &Question) -> Vec<String> {
    const WIDEST: usize = 110;
    let mut odd = Vec::new();
    let Question { ask, shown, answer, evidence, .. } = question;
    if !ask.ends_with(['?', '.']) || ask.contains("  ") || ask.contains("line 0") {
        odd.push(format!("asked so: {ask:?}"));
    }
    if ask.chars().count() > 2 * WIDEST {
        odd.push(format!("long: {ask:?}"));
    }
    if !evidence.why.ends_with('.') || evidence.why.contains("..") && !evidence.why.contains("...") {
        odd.push(format!("told so: {:?}", evidence.why));
    }
    for words in [ask, &evidence.why] {
        let is_one = words.match_indices(" 1 ").any(|(at, _)| {
            let noun: String = words[at + 3..].chars().take_while(|c| c.is_alphabetic()).collect();
            ["values", "blocks", "frames", "instructions", "times", "objects"].contains(&noun.as_str())
        });
        if is_one {
            odd.push(format!("one, and more than one: {words:?}"));
        }
    }
    if shown.len() > 20 || evidence.lines.len() > 24 {
        odd.push(format!("{} and {} lines", shown.len(), evidence.lines.len()));
    }
    for line in shown.iter().chain(&evidence.lines) {
        if line.chars().count() > WIDEST || line.contains(['\n', '\t', '\r']) {
            odd.push(format!("shown so: {line:?}"));
        }
    }
    match answer {
        Answer::Choice { choices, right } => {
            let differ = choices.iter().collect::<BTreeSet<_>>().len() == choices.len();
            let is_told = |choice: &String| !choice.trim().is_empty() && choice.chars().count() <= WIDEST;
            if !(2..=5).contains(&choices.len()) || !differ || *right >= choices.len() || !choices.iter().all(is_told) {
                odd.push(format!("choices: {choices:?}"));
            }
        }
        Answer::Name { right, .. } if right.is_empty() => odd.push("no name".into()),
        _ => {}
    }
    match &evidence.explain {
        Some(name) if atlas::find(name).is_err() => odd.push(format!("not to be explained: {name}")),
        _ => {}
    }
    if question.basis.iter().all(|(name, _)| *name != "program") {
        odd.push("of no program".into());
    }
    odd.iter().map(|words| format!("{}: {words}", question.card)).collect()
}

/// What is known after many questions were judged.
#[derive(Default)]
struct Tally {
    asked: BTreeMap<String, u64>,
    unjudged: BTreeMap<String, u64>,
    wrong: Vec<String>,
}

impl Tally {
    /// Asks about a run, and judges.
    fn add(tally: &Mutex<Self>, python: &Path, ran: &Ran, seeds: &[u64]) {
        let questions = asked(&ran.run, seeds);
        let (wrong, unjudged) = judged(python, ran, &questions);
        let mut tally = tally.lock().expect("no panic");
        tally.wrong.extend(wrong);
        for question in &questions {
            *tally.asked.entry(question.card.to_string()).or_default() += 1;
            let name = &ran.run.program.name;
            tally.wrong.extend(oddities(question).into_iter().map(|odd| format!("{name}: {odd}")));
        }
        for (card, count) in unjudged {
            *tally.unjudged.entry(card).or_default() += count;
        }
    }

    #[track_caller]
    fn is_right(&self) {
        let few = &self.wrong[..self.wrong.len().min(2500)];
        assert!(self.wrong.is_empty(), "{} wrong of {}:\n{}", self.wrong.len(), self.asked.values().sum::<u64>(), few.join("\n"));
        // f-strings and keywords are beyond the judge's stack.
        for (card, count) in &self.unjudged {
            assert!(count * 5 <= self.asked[card], "{card}: {count} of {} not judged", self.asked[card]);
        }
    }
}

/// Does the jobs, as many at a time as there are cores.
fn at_once<T: Sync>(jobs: &[T], job: impl Fn(usize, &T) + Sync) {
    let next = Mutex::new(0..jobs.len());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.lock().expect("no panic").next();
                    let Some(index) = index else { return };
                    job(index, &jobs[index]);
                }
            });
        }
    });
}

#[test]
fn every_answer_about_a_song_is_the_one_that_a_judge_in_python_finds() {
    let pythons = pythons();
    let jobs: Vec<_> = songs::all().iter().flat_map(|song| pythons.iter().map(move |python| (song.name, python))).collect();
    let tally = Mutex::new(Tally::default());
    let folder = tempfile::tempdir().expect("a folder");
    at_once(&jobs, |index, (name, (python, version))| {
        let folder = folder.path().join(index.to_string());
        std::fs::create_dir(&folder).expect("a folder");
        let ran = song(name, python, *version, &folder);
        Tally::add(&tally, python, &ran, &[index as u64, 1000 + index as u64]);
    });
    let tally = tally.into_inner().expect("no panic");
    tally.is_right();
    if !pythons.is_empty() {
        let silent: Vec<String> = cards().iter().map(Card::to_string).filter(|card| !tally.asked.contains_key(card)).collect();
        assert!(silent.is_empty(), "no song gives a question about {silent:?}");
    }
}

/// Modules of the library, and what is done with them by their own text.
const MODULES: &[(&str, &str)] = &[
    (
        "textwrap",
        "text = 'It was the best of times, it was the worst of times. ' * 3\nprint(fill(text, 30), shorten(text, 40), indent(dedent('  a\\n  b\\n'), '> '))",
    ),
    ("heapq", "print(list(merge([1, 4, 7], [2, 5, 8], [3, 6, 9])), nsmallest(3, range(60, 0, -1)), nlargest(4, range(50)))"),
    (
        "string",
        "print(Template('$who likes ${what}').substitute(who='tim', what='pao'), Formatter().format('{0:>8} {x!r}', 1, x='y'), capwords('a bc d'))",
    ),
    ("shlex", "print(split('one \"two three\" four\\\\ five # six', comments=True), quote('a b'))"),
    ("fnmatch", "print(filter(['a.py', 'b.txt', 'c.py'], '*.py'), translate('[!a-c]?*.t[xy]t'), fnmatch('abc', 'a*'))"),
    ("colorsys", "for i in range(12):\n    print(hls_to_rgb(*rgb_to_hls(i / 12, 0.5, 0.2)), hsv_to_rgb(i / 12, 1, i / 11))"),
    ("statistics", "print(median([5, 1, 4]), stdev([1.5, 2.5, 4.0, 8.0]), mode('abracadabra'), quantiles(range(20)))"),
    ("fractions", "print(sum(Fraction(1, n) for n in range(1, 12)), Fraction('3/7') ** 2, Fraction(0.75).limit_denominator(3))"),
    ("calendar", "print(TextCalendar().formatmonth(2024, 2), isleap(2000), monthrange(2023, 2))"),
    (
        "difflib",
        "print('\\n'.join(unified_diff('one two three four'.split(), 'one tree four five'.split())), get_close_matches('appel', ['ape', 'apple', 'peach']))",
    ),
    ("getopt", "print(getopt(['-a', '--beta=3', 'x'], 'ab:', ['alpha', 'beta=']), gnu_getopt(['x', '-b', '2', 'y'], 'ab:'))"),
    (
        "copy",
        "class Node:\n    def __init__(self):\n        self.items = [self, {1: (2, [3])}]\nprint(len(deepcopy(Node()).items), copy([1, 2]), deepcopy({'a': [1, [2]]}))",
    ),
    ("reprlib", "print(repr(list(range(30))), repr({i: [i] * 9 for i in range(9)}), repr('x' * 99))"),
    ("pprint", "pprint({'alpha': list(range(40)), 'beta': [{'x': (1, 2)}] * 3}, width=40)"),
    ("csv", "import io\nprint(list(DictReader(io.StringIO('a,b\\n1,2\\n3,4\\n'))), Sniffer().sniff('a;b\\n1;2\\n').delimiter)"),
    (
        "configparser",
        "parser = ConfigParser()\nparser.read_string('[one]\\na = 1\\nb = %(a)s2\\n[two]\\nc: 3\\n')\nprint(parser['one']['b'], parser.getint('two', 'c'), parser.sections())",
    ),
    (
        "ipaddress",
        "net = ip_network('192.0.2.0/28')\nprint([str(a) for a in net.hosts()], ip_address('2001:db8::1').exploded, list(net.subnets())[0])",
    ),
    (
        "posixpath",
        "print(normpath('/a/./b/../c'), relpath('/a/b', '/a/c/d'), split('/x/y'), join('a', 'b', '/c'), commonpath(['/a/b', '/a/c']), expandvars('$NOTHING/x'))",
    ),
    ("nturl2path", "print(url2pathname('///C:/foo/bar'), pathname2url('C:\\\\foo\\\\bar'))"),
    ("quopri", "print(encodestring(b'x = \\xe9' * 30), decodestring(b'a=3Db=\\n'))"),
    ("bisect", "data = []\nfor value in (5, 1, 4, 2, 3, 9, 7):\n    insort_left(data, value)\nprint(data, bisect_right(data, 4))"),
    (
        "sched",
        "now = [0]\ns = scheduler(lambda: now[0], lambda wait: now.__setitem__(0, now[0] + wait))\nfor delay in (3, 1, 2):\n    s.enter(delay, 1, print, (delay,))\ns.run()",
    ),
];

fn library(python: &Path) -> PathBuf {
    let ran = Command::new(python).args(["-c", "import textwrap; print(textwrap.__file__)"]).output().expect("it runs");
    Path::new(String::from_utf8_lossy(&ran.stdout).trim()).parent().expect("a folder").to_owned()
}

/// A module with what is done with it below: a program of its own.
fn module(name: &str, does: &str, python: &Path, version: (u8, u8), folder: &Path) -> Option<Ran> {
    let text = std::fs::read_to_string(library(python).join(format!("{name}.py"))).ok()?;
    // What it does as a script of its own may read what nobody writes.
    let text = text.split("\nif __name__ ==").next().unwrap_or_default();
    let source = folder.join(format!("use_{name}.py"));
    std::fs::write(&source, format!("{text}\n\n{does}\n")).expect("a file");
    let request = Request { streams: Streams::Discarded, ..request_of(python, &source, &[]) };
    let heard = hear(&request).expect("it runs");
    assert!(matches!(heard.outcome, evalody::trace::Outcome::Finished), "{name}: {:?}", heard.outcome);
    Some(Ran { run: run_of(request.program, heard, version), source, arguments: Vec::new() })
}

#[test]
fn every_answer_about_a_module_of_the_library_is_the_one_that_a_judge_in_python_finds() {
    let pythons = pythons();
    let tally = Mutex::new(Tally::default());
    let folder = tempfile::tempdir().expect("a folder");
    let used = Mutex::new(0);
    at_once(MODULES, |index, (name, does)| {
        // Each by two of them, in turns: all by all would take minutes.
        for (python, version) in pythons.iter().cycle().skip(index).step_by(1 + pythons.len() / 2).take(pythons.len().min(2)) {
            let folder = folder.path().join(format!("{index}-{}", version.1));
            std::fs::create_dir(&folder).expect("a folder");
            let Some(ran) = module(name, does, python, *version, &folder) else { continue };
            Tally::add(&tally, python, &ran, &[index as u64 * 7, index as u64 * 7 + 1]);
            *used.lock().expect("no panic") += 1;
        }
    });
    let used = used.into_inner().expect("no panic");
    assert!(pythons.is_empty() || used >= 20, "only {used} programs");
    let tally = tally.into_inner().expect("no panic");
    tally.is_right();
}

/// The newest CPython that there is, and each song it ran.
fn newest() -> Option<Vec<Ran>> {
    let (python, version) = pythons().into_iter().next()?;
    let folder = tempfile::tempdir().expect("a folder");
    Some(songs::all().iter().map(|each| song(each.name, &python, version, folder.path())).collect())
}

#[test]
fn the_same_seed_asks_the_same_and_another_seed_puts_the_answer_elsewhere() {
    let Some(all) = newest() else { return };
    let mut places = [0_u32; 4];
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ran in &all {
        let (one, two) = (asked(&ran.run, &[3, 4, 5, 6]), asked(&ran.run, &[3, 4, 5, 6]));
        assert_eq!(format!("{one:?}"), format!("{two:?}"), "{}", ran.run.program.name);
        for question in one {
            if let Answer::Choice { choices, right } = &question.answer
                && choices.len() == 4
            {
                places[*right] += 1;
            }
            words
                .entry(question.card.to_string())
                .or_default()
                .insert(format!("{:?}{:?}{:?}", question.ask, question.shown, question.answer));
        }
    }
    let all: u32 = places.iter().sum();
    for place in places {
        assert!(place * 6 > all, "right answers are at {places:?}");
    }
    // Asked again and again, a card does not ask one thing only; the memory of a song has one full collection.
    let dull: Vec<&String> =
        words.iter().filter(|(card, asked)| asked.len() < 2 && !card.starts_with("collector-runs")).map(|(card, _)| card).collect();
    assert!(dull.is_empty(), "always the same: {dull:?}");
}

#[test]
fn the_songs_that_a_card_needs_give_questions_about_it() {
    let Some(all) = newest() else { return };
    let mut wrong = Vec::new();
    let by_name: BTreeMap<&str, &Ran> = all.iter().map(|ran| (ran.run.program.name.trim_start_matches('@'), ran)).collect();
    for card in cards() {
        let Some(Need::Any(names)) = quiz::need(&card) else { panic!("{card} needs no run") };
        let gives = |name: &&&str| {
            let run = &by_name[**name].run;
            let ground = Ground { runs: vec![Arc::clone(run)], version: run.version.unwrap_or(Version::LAST) };
            (0..8).any(|seed| quiz::ask(&card, &ground, seed).is_some())
        };
        let is_old = card.maker == "inline-cache" && all[0].run.version.is_some_and(|version| version.minor() < 11);
        let silent: Vec<&&str> = names.iter().filter(|name| !gives(name)).collect();
        if !silent.is_empty() && !is_old {
            wrong.push(format!("{card} by {silent:?}"));
        }
    }
    assert!(wrong.is_empty(), "no questions about {}", wrong.join(", "));
}

#[test]
fn there_are_enough_cards_and_each_is_named_as_records_can_keep_it() {
    let cards = cards();
    assert!((60..=90).contains(&cards.len()), "{} cards", cards.len());
    let makers: BTreeSet<&str> = cards.iter().map(|card| card.maker.as_str()).collect();
    assert!((14..=20).contains(&makers.len()), "{} makers", makers.len());
    for card in &cards {
        assert_eq!(card.to_string().parse::<Card>().as_ref(), Ok(card));
        assert!(card.to_string().chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '/'), "{card}");
    }
}

#[test]
fn what_no_interpreter_told_gives_no_question_and_no_harm() {
    let program = Program { name: "empty.py".into(), text: String::new() };
    let run = Run {
        program,
        is_own: true,
        interpreter: "nobody".into(),
        version: None,
        is_cpython: false,
        trace: evalody::trace::Trace::default(),
        probed: Vec::new(),
    };
    assert!(asked(&Arc::new(run), &[1, 2]).is_empty());
    for card in cards() {
        assert!(quiz::ask(&card, &Ground { runs: Vec::new(), version: Version::LAST }, 1).is_none());
    }
}
