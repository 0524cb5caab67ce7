//! The schedule against vectors that FSRS's own projects publish, and against its formulas written out again.

use chrono::{NaiveDate, TimeDelta};
use evalody::study::{Memory, Rating, Weights, recall, review, review_by};
use proptest::prelude::*;

use Rating::{Again, Easy, Good, Hard};

/// The weights of ts-fsrs's tests of its long-term scheduler.
const OF_TS_FSRS: Weights = [
    0.4197, 1.1869, 3.0412, 15.2441, 7.1434, 0.6477, 1.0007, 0.0674, 1.6597, 0.1712, 1.1178, 2.0225, 0.0904, 0.3025, 2.1214, 0.2498,
    2.9466, 0.4891, 0.6468,
];

/// FSRS-5's default weights as first published (ts-fsrs 4.4, `src/fsrs/default.ts`).
const DEFAULT: Weights = [
    0.4072, 1.1829, 3.1262, 15.4722, 7.2102, 0.5316, 1.0651, 0.0234, 1.616, 0.1544, 1.0824, 1.9813, 0.0953, 0.2975, 2.2042, 0.2407, 2.9466,
    0.5034, 0.6567,
];

struct Vector {
    source: &'static str,
    weights: Option<Weights>,
    ratings: &'static [Rating],
    days: &'static [i64],
    stability: &'static [f64],
    difficulty: &'static [f64],
}

const LONG: &[Rating] = &[Good, Good, Good, Good, Good, Good, Again, Again, Good, Good, Good, Good, Good];

/// Each card is reviewed on the day it is due.
const VECTORS: &[Vector] = &[
    Vector {
        source: "open-spaced-repetition/ts-fsrs, debug/long-term.ts, test1 (default weights)",
        weights: None,
        ratings: LONG,
        days: &[3, 11, 36, 105, 277, 669, 13, 2, 4, 8, 15, 28, 51],
        stability: &[
            3.1262,
            11.38843914,
            36.39366698,
            105.18699429,
            276.69089439,
            669.22510555,
            12.54444945,
            2.41539727,
            4.33950844,
            8.07463145,
            15.26080938,
            28.22186641,
            51.42879844,
        ],
        difficulty: &[
            5.31457783, 5.26703555, 5.22060576, 5.17526243, 5.13098013, 5.08773404, 7.12585323, 9.11628043, 8.97977831, 8.84647034,
            8.71628178, 8.58913963, 8.4649726,
        ],
    },
    Vector {
        source: "open-spaced-repetition/go-fsrs, TestLongTermScheduler; the same in rs-fsrs, test_long_term_scheduler",
        weights: Some(OF_TS_FSRS),
        ratings: LONG,
        days: &[3, 13, 48, 155, 445, 1158, 17, 3, 9, 27, 74, 190, 457],
        stability: &[
            3.0412,
            13.09130698,
            48.15848988,
            154.93732625,
            445.05562739,
            1158.07779739,
            16.63063166,
            2.98878859,
            9.46334669,
            26.94735845,
            73.97228121,
            189.70368068,
            457.43785852,
        ],
        difficulty: &[
            4.49094334, 4.26664289, 4.05746029, 3.86237659, 3.68044154, 3.51076891, 5.21903785, 6.81216947, 6.43141837, 6.0763299,
            5.74517439, 5.43633876, 5.14831865,
        ],
    },
    Vector {
        source: "open-spaced-repetition/swift-fsrs, FSRSLongTermSchedulerTests, test2 (from ts-fsrs, long-term_schduler.test.ts)",
        weights: Some(OF_TS_FSRS),
        ratings: &[Again, Hard, Good, Easy, Again, Hard, Good, Easy],
        days: &[1, 2, 5, 31, 4, 6, 14, 71],
        stability: &[0.4197, 1.0344317, 4.81220091, 31.07244353, 3.94952214, 5.69573414, 14.10008388, 71.33039653],
        difficulty: &[7.1434, 7.67357679, 7.23476684, 5.89227986, 7.44003496, 7.95021855, 7.49276295, 6.13288703],
    },
    Vector {
        source: "the same, test3",
        weights: Some(OF_TS_FSRS),
        ratings: &[Hard, Good, Easy, Again, Hard, Good, Easy, Again],
        days: &[2, 7, 54, 5, 8, 22, 130, 7],
        stability: &[1.1869, 6.59167572, 53.76078737, 5.13329038, 7.91598767, 22.353464, 129.65007831, 7.25750204],
        difficulty: &[6.23225985, 5.89059466, 4.63870489, 6.27095095, 6.8599308, 6.47596059, 5.18461715, 6.78006872],
    },
    Vector {
        source: "the same, test4",
        weights: Some(OF_TS_FSRS),
        ratings: &[Good, Easy, Again, Hard, Good, Easy, Again, Hard],
        days: &[3, 33, 4, 7, 24, 166, 8, 13],
        stability: &[3.0412, 32.65484522, 4.26210549, 7.16183801, 23.58957904, 166.25211957, 8.13553136, 12.60456051],
        difficulty: &[4.49094334, 3.33339007, 5.05361435, 5.72464269, 5.4171909, 4.19720854, 5.85921145, 6.47594255],
    },
    Vector {
        source: "the same, test5",
        weights: Some(OF_TS_FSRS),
        ratings: &[Easy, Again, Hard, Good, Easy, Again, Hard, Good],
        days: &[15, 3, 6, 26, 226, 10, 17, 55],
        stability: &[15.2441, 3.25621013, 6.31387378, 25.90156323, 226.22071942, 9.55915065, 16.56937382, 55.3790909],
        difficulty: &[1.16304343, 3.02954907, 3.83699941, 3.65677478, 2.55544447, 4.32810228, 5.04803013, 4.78618203],
    },
];

fn day(number: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 12, 29).unwrap() + TimeDelta::days(number)
}

#[test]
fn published_histories_are_met_in_days_stability_and_difficulty() {
    for Vector { source, weights, ratings, days, stability, difficulty } in VECTORS {
        let mut memory: Option<Memory> = None;
        let mut lapses = 0;
        for (nth, rating) in ratings.iter().enumerate() {
            let today = memory.map_or(day(0), |memory| memory.due);
            let next = match weights {
                Some(weights) => review_by(weights, memory.as_ref(), *rating, today),
                None => review(memory.as_ref(), *rating, today),
            };
            lapses += u32::from(nth > 0 && *rating == Again);
            let told = format!("review {nth} of {source}: {next:?}");
            assert_eq!((next.due - today).num_days(), days[nth], "{told}");
            // To a ten-millionth: ts-fsrs, whose digits these are, rounds the chance of recall to eight on the way.
            assert!((next.stability / stability[nth] - 1.0).abs() < 1e-7, "{} in {told}", stability[nth]);
            assert!((next.difficulty - difficulty[nth]).abs() < 2e-8, "{} in {told}", difficulty[nth]);
            assert_eq!((next.last, next.asked, next.lapses), (today, u32::try_from(nth).unwrap() + 1, lapses), "{source}");
            memory = Some(next);
        }
    }
}

/// rs-fsrs, `test_get_retrievability`: a new card with the default weights, on the day it would be due if all the
/// others were learnt within the day.
#[test]
fn the_published_chance_of_recall_is_met() {
    for (rating, days, published) in [(Again, 0, 1.0), (Hard, 0, 1.0), (Good, 0, 1.0), (Easy, 15, 0.9026208)] {
        let memory = review(None, rating, day(0));
        assert_eq!((recall(&memory, day(days)) * 1e7).round() / 1e7, published, "{rating:?}");
    }
    let memory = review(None, Easy, day(0));
    assert_eq!(recall(&memory, day(-3)), 1.0, "before it was asked");
}

#[test]
fn a_card_forgotten_late_is_not_remembered_for_longer_than_before() {
    let memory = Memory { difficulty: 7.0, stability: 1.0, last: day(0), due: day(1), asked: 3, lapses: 1 };
    let forgotten = review(Some(&memory), Again, day(60));
    assert_eq!((forgotten.stability, forgotten.due), (1.0, day(61)));
}

#[test]
fn a_clock_set_back_teaches_and_unteaches_nothing() {
    let memory = review(None, Good, day(0));
    assert_eq!(review(Some(&memory), Good, day(-5)).stability, review(Some(&memory), Good, day(0)).stability);
    assert!(review(Some(&memory), Good, day(-5)).due > day(-5));
}

/// The formulas of FSRS-5 (the wiki of fsrs4anki, "The Algorithm"), written out again.
fn by_hand(before: Option<(f64, f64)>, rating: Rating, days: i64) -> (f64, f64) {
    let w = DEFAULT;
    let grade = match rating {
        Again => 1.0,
        Hard => 2.0,
        Good => 3.0,
        Easy => 4.0,
    };
    let first_difficulty = |grade: f64| w[4] - (w[5] * (grade - 1.0)).exp() + 1.0;
    let Some((difficulty, stability)) = before else { return (first_difficulty(grade).clamp(1.0, 10.0), w[grade as usize - 1]) };
    let recall = (1.0 + 19.0 / 81.0 * days as f64 / stability).powf(-0.5);
    let next_difficulty = w[7] * first_difficulty(4.0) + (1.0 - w[7]) * (difficulty - w[6] * (grade - 3.0));
    let next_stability = if rating == Again {
        (w[11] * difficulty.powf(-w[12]) * ((stability + 1.0).powf(w[13]) - 1.0) * (w[14] * (1.0 - recall)).exp()).min(stability)
    } else {
        let bonus = if rating == Hard { w[15] } else { 1.0 } * if rating == Easy { w[16] } else { 1.0 };
        stability * (1.0 + w[8].exp() * (11.0 - difficulty) * stability.powf(-w[9]) * ((w[10] * (1.0 - recall)).exp() - 1.0) * bonus)
    };
    (next_difficulty.clamp(1.0, 10.0), next_stability)
}

fn ratings() -> impl Strategy<Value = Rating> {
    prop_oneof![Just(Again), Just(Hard), Just(Good), Just(Easy)]
}

proptest! {
    #[test]
    fn any_history_goes_by_the_formulas(history in proptest::collection::vec((ratings(), 1i64..200), 1..20)) {
        let (mut memory, mut hand): (Option<Memory>, Option<(f64, f64)>) = (None, None);
        let mut today = day(0);
        for (rating, later) in history {
            let days = memory.map_or(0, |memory| (today - memory.last).num_days());
            let next = review(memory.as_ref(), rating, today);
            let (difficulty, stability) = by_hand(hand, rating, days);
            prop_assert!((next.difficulty - difficulty).abs() < 1e-4, "{next:?}, by hand {difficulty}");
            prop_assert!((next.stability / stability - 1.0).abs() < 1e-4, "{next:?}, by hand {stability}");
            // Due when nine in ten are recalled, to half a day; a better answer is at least a day ahead of a worse one.
            let gap = (next.due - today).num_days();
            prop_assert!(gap >= 1);
            if rating == Again {
                prop_assert!(gap as f64 <= next.stability.round().max(1.0), "{next:?}");
            } else {
                prop_assert!(gap as f64 >= next.stability.round().min(36500.0), "{next:?}");
            }
            (memory, hand) = (Some(next), Some((difficulty, stability)));
            today = next.last + TimeDelta::days(later);
        }
    }

    #[test]
    fn a_better_answer_is_due_later(history in proptest::collection::vec((ratings(), 1i64..60), 0..8), later in 1i64..100) {
        let mut memory: Option<Memory> = None;
        for (rating, gap) in history {
            let today = memory.map_or(day(0), |memory| memory.last + TimeDelta::days(gap));
            memory = Some(review(memory.as_ref(), rating, today));
        }
        let today = memory.map_or(day(0), |memory| memory.last + TimeDelta::days(later));
        let due: Vec<NaiveDate> = [Again, Hard, Good, Easy].map(|rating| review(memory.as_ref(), rating, today).due).into();
        prop_assert!(due.windows(2).all(|pair| pair[0] < pair[1]), "{due:?}");
    }
}
