//! A year of daily sittings, played by learners of several kinds over a deck shaped like ours. Figures are printed under
//! `--nocapture`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use evalody::quiz::{Card, Goal, RECALL, Verdict};
use evalody::study::{MOST_QUESTIONS, Next, Rating, Record, Session, Why};

/// Nine goals, sixty makers, 215 cards; some goals have four times as many as others, and some makers serve two.
fn deck() -> Vec<(Card, Goal)> {
    use Goal::{CorePackages, EvalLoop, Execution, Listening, Memory, ObjectModel, Peps, Source};
    let makers_of: [(Goal, usize); 8] =
        [(EvalLoop, 4), (CorePackages, 11), (Memory, 6), (Execution, 12), (Source, 9), (ObjectModel, 7), (Peps, 3), (Listening, 7)];
    let mut deck = Vec::new();
    for (nth, goal) in makers_of.into_iter().flat_map(|(goal, makers)| [goal].repeat(makers)).enumerate() {
        let subjects = if nth < 25 { 4 } else { 3 };
        for subject in 0..subjects {
            // Every seventh maker serves the eval loop, too.
            let goal = if nth % 7 == 3 && subject == 0 { EvalLoop } else { goal };
            deck.push((Card::new(&format!("maker-{nth:02}"), &format!("subject-{subject}")), goal));
        }
    }
    deck.extend((0..13).map(|topic| (Card::new(RECALL, &format!("topic-{topic:02}")), Goal::Recall)));
    deck
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

/// One question of a sitting.
struct Asked {
    card: Card,
    goal: Goal,
    is_again: bool,
}

struct Sitting {
    due: usize,
    /// Notes among them.
    due_notes: usize,
    /// Goals that had something due when it began, or something new.
    ready: BTreeSet<Goal>,
    asked: Vec<Asked>,
    rests: Vec<Why>,
    minutes: f64,
    new: u32,
}

/// Each learner plays as many years, with luck of different kinds.
const SEEDS: std::ops::Range<u64> = 0..3;

/// Minutes that a question takes, with what is read after it; a note takes as long as five.
const MINUTES: f64 = 0.45;

/// Sits down on one day.
fn sit(record: &mut Record, deck: &[(Card, Goal)], today: NaiveDate, is_right: &mut impl FnMut() -> bool) -> Sitting {
    let is_due = |card: &Card| record.cards.get(card).is_some_and(|memory| memory.due <= today);
    let due = deck.iter().filter(|(card, _)| is_due(card)).count();
    let due_notes = deck.iter().filter(|(card, goal)| is_due(card) && *goal == Goal::Recall).count();
    let ready = deck.iter().filter(|(card, _)| is_due(card) || !record.cards.contains_key(card)).map(|(_, goal)| *goal).collect();
    let seed = u64::try_from((today - first_day()).num_days()).unwrap();
    let mut session = Session::of(record, deck, today, seed);
    let (mut asked, mut rests, mut minutes): (Vec<Asked>, _, _) = (Vec::new(), Vec::new(), 0.0);
    loop {
        match session.next(minutes) {
            Next::Ask(card) => {
                let goal = deck.iter().find(|(of_deck, _)| *of_deck == card).unwrap().1;
                let is_right = is_right();
                record.answer(&card, if is_right { Rating::Good } else { Rating::Again }, today);
                session.answered(if is_right { Verdict::Right } else { Verdict::Wrong });
                minutes += if goal == Goal::Recall { 5.0 * MINUTES } else { MINUTES };
                asked.push(Asked { is_again: asked.iter().any(|before| before.card == card), card, goal });
            }
            Next::Rest(why) => {
                rests.push(why);
                minutes += 3.0;
            }
            Next::Over => break,
        }
        assert!(asked.len() <= MOST_QUESTIONS && rests.len() <= MOST_QUESTIONS, "it ends");
    }
    assert_eq!(session.next(minutes), Next::Over, "and stays over");
    Sitting { due, due_notes, ready, asked, rests, minutes, new: record.days.get(&today).map_or(0, |day| day.new) }
}

struct Year {
    sittings: Vec<(i64, Sitting)>,
    neighbours: usize,
    /// Neighbours of one maker, and of one goal: where nothing else was left to ask, and where something was.
    of_one_maker: [usize; 2],
    of_one_goal: [usize; 2],
    /// How many cards of each goal were met by the end of each sitting, and whether there are more.
    met: Vec<BTreeMap<Goal, (usize, bool)>>,
    longest_wait: BTreeMap<Goal, usize>,
    all_met_on: Option<i64>,
    notes: usize,
}

/// Plays a year. `sits` tells on which days.
fn year(name: &str, seed: u64, right: f64, sits: impl Fn(i64) -> bool) -> Year {
    let deck = deck();
    let mut record = Record::default();
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut year = Year {
        sittings: Vec::new(),
        neighbours: 0,
        of_one_maker: [0; 2],
        of_one_goal: [0; 2],
        met: Vec::new(),
        longest_wait: BTreeMap::new(),
        all_met_on: None,
        notes: 0,
    };
    let mut wait: BTreeMap<Goal, usize> = BTreeMap::new();
    for day in (0..365).filter(|day| sits(*day)) {
        let sitting = sit(&mut record, &deck, first_day() + TimeDelta::days(day), &mut || chance.f64() < right);
        for goal in Goal::ALL {
            let waited = wait.entry(goal).or_default();
            let is_asked = sitting.asked.iter().any(|asked| asked.goal == goal);
            *waited = if is_asked || !sitting.ready.contains(&goal) { 0 } else { *waited + 1 };
            let longest = year.longest_wait.entry(goal).or_default();
            *longest = (*longest).max(*waited);
        }
        for at in 1..sitting.asked.len() {
            let [before, now] = [&sitting.asked[at - 1], &sitting.asked[at]];
            year.neighbours += 1;
            // What was asked later and not again was waiting.
            let waiting = || sitting.asked[at..].iter().filter(|later| !later.is_again);
            if before.card.maker == now.card.maker {
                let is_helped = waiting().any(|later| later.card.maker != now.card.maker);
                year.of_one_maker[usize::from(is_helped)] += 1;
            }
            if before.goal == now.goal {
                let is_helped = waiting().any(|later| later.goal != now.goal && later.card.maker != before.card.maker);
                year.of_one_goal[usize::from(is_helped)] += 1;
            }
        }
        let met = Goal::ALL.map(|goal| {
            let of_goal = || deck.iter().filter(move |(_, of)| *of == goal);
            let met = of_goal().filter(|(card, _)| record.cards.contains_key(card)).count();
            (goal, (met, met < of_goal().count()))
        });
        year.met.push(met.into());
        year.notes = year.notes.max(sitting.asked.iter().filter(|asked| asked.goal == Goal::Recall).count());
        if year.all_met_on.is_none() && record.cards.len() == deck.len() {
            year.all_met_on = Some(day);
        }
        year.sittings.push((day, sitting));
    }
    year.tell(&format!("{name}, seed {seed}"));
    year
}

impl Year {
    fn due(&self, days: std::ops::Range<i64>) -> impl Iterator<Item = usize> {
        self.sittings.iter().filter(move |(day, _)| days.contains(day)).map(|(_, sitting)| sitting.due)
    }

    fn tell(&self, name: &str) {
        let mean =
            |of: &dyn Fn(&Sitting) -> f64| self.sittings.iter().map(|(_, sitting)| of(sitting)).sum::<f64>() / self.sittings.len() as f64;
        let most = |of: &dyn Fn(&Sitting) -> f64| self.sittings.iter().map(|(_, sitting)| of(sitting)).fold(0.0, f64::max);
        let asked = |sitting: &Sitting| sitting.asked.len() as f64;
        let again = |sitting: &Sitting| sitting.asked.iter().filter(|asked| asked.is_again).count() as f64;
        println!("{name}: {} sittings", self.sittings.len());
        println!(
            "  due: mean {:.1}, most {}; last 30 days most {:?}",
            mean(&|s| s.due as f64),
            most(&|s| s.due as f64),
            self.due(335..365).max()
        );
        println!("  questions: mean {:.1}, most {}, again {:.1}", mean(&asked), most(&asked), mean(&again));
        println!(
            "  minutes without rests: mean {:.1}, most {:.1}",
            mean(&|s| s.minutes - 3.0 * s.rests.len() as f64),
            most(&|s| s.minutes - 3.0 * s.rests.len() as f64)
        );
        println!("  rests: mean {:.2}, most {}", mean(&|s| s.rests.len() as f64), most(&|s| s.rests.len() as f64));
        let Self { neighbours, of_one_maker, of_one_goal, .. } = self;
        println!("  of {neighbours} neighbours, of one maker (with no other left, with one) {of_one_maker:?}; of one goal {of_one_goal:?}");
        println!("  longest wait of a ready goal, in sittings: {:?}", self.longest_wait.values().collect::<Vec<_>>());
        println!(
            "  every card met on day {:?}; new in a sitting at most {}, notes at most {}",
            self.all_met_on,
            most(&|s| f64::from(s.new)),
            self.notes
        );
    }
}

/// What holds whoever sits there.
fn holds(year: &Year) {
    for (day, sitting) in &year.sittings {
        assert!(sitting.asked.len() <= MOST_QUESTIONS, "day {day}");
        assert!(sitting.new <= 10, "day {day}");
        let minutes = sitting.minutes - 3.0 * sitting.rests.len() as f64;
        assert!(minutes <= 15.0, "day {day}: {minutes} minutes");
        let first_times = sitting.asked.iter().filter(|asked| !asked.is_again).count();
        // Ten to fifteen minutes, as soon as enough is met to fill them.
        assert!(*day < 7 || sitting.asked.len() >= 20, "day {day}: {} asked", sitting.asked.len());
        assert!(sitting.ready.is_empty() || first_times > 0, "day {day}: something was due, and nothing was asked");
        // All of what is due is asked, as far as there are places, of which notes have two.
        let due = sitting.due - sitting.due_notes + sitting.due_notes.min(2);
        assert!(first_times >= due.min(12), "day {day}: {first_times} of {due} due");
    }
    assert!(year.notes <= 2);
    // Interleaving.
    assert_eq!(year.of_one_maker[1], 0, "neighbours of one maker while others were left");
    assert!(year.of_one_maker[0] * 200 <= year.neighbours, "{:?} of {}", year.of_one_maker, year.neighbours);
    assert!(year.of_one_goal[1] * 200 <= year.neighbours, "{:?} of {}", year.of_one_goal, year.neighbours);
    assert!(year.of_one_goal[0] * 20 <= year.neighbours, "{:?} of {}", year.of_one_goal, year.neighbours);
    // No topic starves: whatever has something to ask is asked about in one of three sittings.
    for (goal, wait) in &year.longest_wait {
        assert!(*wait <= 2, "{goal}: {wait} sittings");
    }
    // New cards are spread: no goal that has more is behind another by more than half a dozen, which wrong answers may crowd out.
    for (nth, met) in year.met.iter().enumerate() {
        let most = met.values().map(|(met, _)| *met).max().unwrap();
        // Of notes there are two in a sitting, those due first: when they are met is up to how many are forgotten.
        for (goal, (met, has_more)) in met.iter().filter(|(goal, _)| **goal != Goal::Recall) {
            assert!(!has_more || met + 6 >= most, "after sitting {nth}: {met} of {goal}, {most} of another");
        }
    }
}

#[test]
fn a_learner_right_in_nine_of_ten_meets_all_within_six_weeks_and_has_little_to_do_after() {
    for seed in SEEDS {
        let year = year("right in nine of ten", seed, 0.9, |_| true);
        holds(&year);
        assert!(year.all_met_on.unwrap() <= 42);
        assert!(year.due(0..365).max().unwrap() <= 48, "two sittings' worth");
        assert!(year.due(180..365).max().unwrap() <= 15);
    }
}

#[test]
fn a_learner_right_in_six_of_ten_is_not_buried_and_meets_all() {
    for seed in SEEDS {
        let year = year("right in six of ten", seed, 0.6, |_| true);
        holds(&year);
        assert!(year.all_met_on.unwrap() <= 120);
        // More is due than a sitting holds; but it does not grow on and on.
        assert!(year.due(0..365).max().unwrap() <= deck().len() * 2 / 3);
        let mean = |days: std::ops::Range<i64>| year.due(days.clone()).sum::<usize>() / year.due(days).count();
        assert!(mean(275..365) <= mean(90..180), "{} after {}", mean(275..365), mean(90..180));
    }
}

#[test]
fn a_learner_who_skips_half_of_the_days_meets_all_within_four_months() {
    for seed in SEEDS {
        let mut chance = fastrand::Rng::with_seed(seed);
        let days: Vec<bool> = (0..365).map(|_| chance.bool()).collect();
        let year = year("half of the days", seed, 0.85, |day| days[usize::try_from(day).unwrap()]);
        holds(&year);
        assert!(year.all_met_on.unwrap() <= 120);
        // After a week without a sitting it may be more than one holds.
        assert!(year.due(180..365).max().unwrap() <= 48, "{:?}", year.due(180..365).collect::<Vec<_>>());
        assert!(year.due(180..365).sum::<usize>() / year.due(180..365).count() <= 12, "half of a sitting");
    }
}

#[test]
fn a_learner_who_comes_back_after_sixty_days_catches_up_within_three_weeks() {
    for seed in SEEDS {
        let year = year("back after sixty days", seed, 0.85, |day| !(100..160).contains(&day));
        holds(&year);
        assert!(year.due(160..161).next().unwrap() > 60, "much is due then");
        assert!(year.due(181..365).max().unwrap() <= 24, "one sitting's worth: {:?}", year.due(160..365).collect::<Vec<_>>());
    }
}
