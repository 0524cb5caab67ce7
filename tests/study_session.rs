//! One sitting, answer by answer; minutes are wound by hand.

use chrono::{NaiveDate, TimeDelta};
use evalody::quiz::{Card, Goal, RECALL, Verdict};
use evalody::study::{MOST_QUESTIONS, Next, Rating, Record, Session, Why, recall};
use proptest::prelude::*;

fn day(number: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + TimeDelta::days(number)
}

/// So many makers with so many subjects each, their goals in turns; without notes.
fn deck(makers: usize, subjects: usize) -> Vec<(Card, Goal)> {
    let goals: Vec<Goal> = Goal::ALL.into_iter().filter(|goal| *goal != Goal::Recall).collect();
    let card = |maker: usize, subject| (Card::new(&format!("maker-{maker}"), &format!("{subject}")), goals[maker % goals.len()]);
    (0..makers).flat_map(|maker| (0..subjects).map(move |subject| (maker, subject))).map(|(maker, subject)| card(maker, subject)).collect()
}

/// A record in which all of a deck was answered on a day.
fn met(deck: &[(Card, Goal)], on: NaiveDate) -> Record {
    let mut record = Record::default();
    for (card, _) in deck {
        record.answer(card, Rating::Good, on);
    }
    record
}

/// Asks to the end; `answer` tells how each card is answered, `None` that it gave no question.
fn asked(session: &mut Session, mut answer: impl FnMut(&Card) -> Option<Verdict>) -> Vec<Card> {
    let mut asked = Vec::new();
    for _ in 0..10_000 {
        match session.next(0.0) {
            Next::Ask(card) => match answer(&card) {
                Some(verdict) => {
                    session.answered(verdict);
                    asked.push(card);
                }
                None => session.skipped(),
            },
            Next::Rest(_) => {}
            Next::Over => return asked,
        }
    }
    panic!("a sitting without end");
}

#[test]
fn a_beginner_meets_ten_new_cards_of_all_goals_and_no_more_on_that_day() {
    let mut deck = deck(24, 4);
    deck.extend((0..5).map(|topic| (Card::new(RECALL, &format!("{topic}")), Goal::Recall)));
    let mut record = Record::default();
    let mut session = Session::of(&record, &deck, day(0), 1);
    assert_eq!(session.left(), 10);
    let first = asked(&mut session, |_| Some(Verdict::Right));
    assert_eq!(first.len(), 10);
    let goals: std::collections::BTreeSet<Goal> = first.iter().map(|card| deck.iter().find(|(of, _)| of == card).unwrap().1).collect();
    assert_eq!(goals.len(), 9);
    let makers: std::collections::BTreeSet<&str> = first.iter().map(|card| card.maker.as_str()).collect();
    assert_eq!(makers.len(), 10, "a maker's second card comes when all of the goal had a first");
    for card in &first {
        record.judge(card, Verdict::Right, day(0));
    }
    assert_eq!(Session::of(&record, &deck, day(0), 2).next(0.0), Next::Over, "again on the same day");
    let again = asked(&mut Session::of(&record, &deck, day(1), 2), |_| Some(Verdict::Right));
    let (met, new): (Vec<Card>, Vec<Card>) = again.into_iter().partition(|card| record.cards.contains_key(card));
    let notes = first.iter().filter(|card| card.maker == RECALL).count();
    assert!(met.len() == 10 - notes && new.len() == 10, "ten new ones on the next day, and those met, that it lasts: {met:?}, {new:?}");
}

#[test]
fn where_little_is_due_the_most_faded_fill_the_sitting_and_no_note_does() {
    let mut deck = deck(40, 1);
    deck.extend((0..5).map(|topic| (Card::new(RECALL, &format!("{topic}")), Goal::Recall)));
    let mut record = met(&deck, day(0));
    let today = day(30);
    // Six are due; the others were known three times, the later ones on later days.
    for (nth, (card, _)) in deck.iter().enumerate().skip(6) {
        for on in [4, 12, 20 + i64::try_from(nth).unwrap() / 10] {
            record.answer(card, Rating::Good, day(on));
        }
    }
    let is_due = |card: &Card| record.cards[card].due <= today;
    assert_eq!(deck.iter().filter(|(card, _)| is_due(card)).count(), 6);
    let chosen = asked(&mut Session::of(&record, &deck, today, 1), |_| Some(Verdict::Right));
    assert_eq!(chosen.len(), 20);
    assert_eq!(chosen.iter().filter(|card| is_due(card)).count(), 6, "all that is due");
    assert!(chosen.iter().all(|card| card.maker != RECALL));
    let of = |card: &Card| recall(&record.cards[card], today);
    let least = chosen.iter().map(of).fold(0.0, f64::max);
    let left_out = deck.iter().map(|(card, _)| card).filter(|card| !chosen.contains(card) && card.maker != RECALL);
    assert!(left_out.map(of).fold(1.0, f64::min) >= least);
    for card in &chosen {
        record.judge(card, Verdict::Right, today);
    }
    let more = asked(&mut Session::of(&record, &deck, today, 2), |_| Some(Verdict::Right));
    assert!(more.len() == 20 && more.iter().all(|card| !chosen.contains(card)), "nothing twice on a day: {more:?}");
}

#[test]
fn makers_are_met_in_the_order_of_the_deck() {
    let deck = deck(24, 3);
    let first = asked(&mut Session::of(&Record::default(), &deck, day(0), 5), |_| Some(Verdict::Right));
    // Eight goals: the first maker of each, then the second of two of them.
    let makers: std::collections::BTreeSet<String> = first.into_iter().map(|card| card.maker).collect();
    assert_eq!(makers, (0..10).map(|maker| format!("maker-{maker}")).collect());
}

#[test]
fn what_is_due_is_asked_the_most_forgotten_first() {
    let deck = deck(40, 1);
    let mut record = Record::default();
    for (nth, (card, _)) in deck.iter().enumerate() {
        record.answer(card, Rating::Good, day(i64::try_from(nth).unwrap() / 2));
    }
    let today = day(40);
    let mut session = Session::of(&record, &deck, today, 1);
    assert_eq!(session.left(), MOST_QUESTIONS);
    let chosen = asked(&mut session, |_| Some(Verdict::Right));
    let of = |card: &Card| recall(&record.cards[card], today);
    let least = chosen.iter().map(of).fold(0.0, f64::max);
    let left_out = deck.iter().filter(|(card, _)| !chosen.contains(card)).map(|(card, _)| of(card));
    assert!(left_out.fold(1.0, f64::min) >= least);
}

/// The goals of cards in the order in which they were asked.
fn goals(deck: &[(Card, Goal)], asked: &[Card]) -> Vec<Goal> {
    asked.iter().map(|card| deck.iter().find(|(of, _)| of == card).unwrap().1).collect()
}

#[test]
fn goals_take_turns() {
    let deck = deck(24, 1);
    let deck: Vec<(Card, Goal)> = deck.iter().filter(|(_, goal)| *goal <= Goal::Memory).cloned().collect();
    for seed in 0..10 {
        let asked = asked(&mut Session::of(&met(&deck, day(0)), &deck, day(30), seed), |_| Some(Verdict::Right));
        let goals = goals(&deck, &asked);
        assert_eq!(goals.len(), 9);
        assert!(goals.windows(3).all(|three| three[0] != three[1] && three[1] != three[2] && three[0] != three[2]), "{goals:?}");
    }
}

#[test]
fn a_maker_of_more_than_half_is_asked_every_other_time_and_so_is_a_goal() {
    let goals_of = [Goal::EvalLoop, Goal::Memory, Goal::Source, Goal::Peps, Goal::Listening, Goal::Execution];
    // Six of one maker, each of another goal, and five of others.
    // Six of one maker, each of another goal, and five of others, each of another goal.
    let maker = |nth: usize| if nth < 6 { "most".to_owned() } else { format!("maker-{nth}") };
    let one_maker: Vec<(Card, Goal)> = (0..11).map(|nth| (Card::new(&maker(nth), &nth.to_string()), goals_of[nth % 6])).collect();
    // Six of one goal and five of others, all of different makers.
    let goal = |nth: usize| goals_of[nth.saturating_sub(5)];
    let one_goal: Vec<(Card, Goal)> = (0..11).map(|nth| (Card::new(&format!("maker-{nth}"), "x"), goal(nth))).collect();
    for seed in 0..10 {
        let asked_makers = asked(&mut Session::of(&met(&one_maker, day(0)), &one_maker, day(30), seed), |_| Some(Verdict::Right));
        assert!(asked_makers.windows(2).all(|pair| pair[0].maker != pair[1].maker), "{asked_makers:?}");
        let asked_goals = asked(&mut Session::of(&met(&one_goal, day(0)), &one_goal, day(30), seed), |_| Some(Verdict::Right));
        let asked_goals = goals(&one_goal, &asked_goals);
        assert!(asked_goals.windows(2).all(|pair| pair[0] != pair[1]), "{asked_goals:?}");
    }
}

#[test]
fn a_wrong_answer_comes_again_behind_five_others_and_twice_at_most() {
    let deck = deck(40, 1);
    let record = met(&deck, day(0));
    let mut session = Session::of(&record, &deck, day(30), 1);
    let mut first = None;
    let asked = asked(&mut session, |card| {
        let first = first.get_or_insert_with(|| card.clone());
        Some(if card == first { Verdict::Wrong } else { Verdict::Right })
    });
    let places: Vec<usize> = asked.iter().enumerate().filter(|(_, card)| Some(*card) == first.as_ref()).map(|(place, _)| place).collect();
    assert_eq!(places, [0, 6, 12]);
    assert_eq!(asked.len(), MOST_QUESTIONS);
}

#[test]
fn where_few_are_left_it_comes_behind_two_and_where_fewer_are_on_another_day() {
    for (cards, expected) in [(4, vec![0, 4]), (3, vec![0, 3]), (2, vec![0]), (1, vec![0])] {
        let deck = deck(cards, 1);
        let mut first = None;
        let asked = asked(&mut Session::of(&met(&deck, day(0)), &deck, day(30), 1), |card| {
            let is_first = first.get_or_insert_with(|| card.clone()) == card;
            Some(if is_first { Verdict::Wrong } else { Verdict::Right })
        });
        let places: Vec<usize> =
            asked.iter().enumerate().filter(|(_, card)| Some(*card) == first.as_ref()).map(|(place, _)| place).collect();
        assert_eq!(places, expected, "of {cards} cards");
    }
}

#[test]
fn a_note_is_not_written_again_in_the_same_sitting() {
    let deck: Vec<(Card, Goal)> = (0..9).map(|topic| (Card::new(RECALL, &format!("{topic}")), Goal::Recall)).collect();
    let asked = asked(&mut Session::of(&Record::default(), &deck, day(0), 1), |_| Some(Verdict::Wrong));
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0], asked[1]);
}

#[test]
fn what_was_unclear_or_not_answered_is_asked_again() {
    let deck = deck(5, 1);
    let mut session = Session::of(&Record::default(), &deck, day(0), 1);
    let Next::Ask(card) = session.next(0.0) else { panic!() };
    session.answered(Verdict::Unclear);
    assert_eq!(session.next(0.0), Next::Ask(card.clone()));
    assert_eq!(session.next(99.0), Next::Ask(card.clone()), "and no rest comes between a question and its answer");
    assert_eq!(session.left(), 4);
    session.answered(Verdict::Right);
    session.answered(Verdict::Wrong);
    session.skipped();
    assert_eq!(session.left(), 4, "what was not asked is neither answered nor skipped");
}

#[test]
fn a_rest_comes_after_25_minutes_once_and_25_minutes_after_it_ended() {
    let deck = deck(40, 1);
    let mut session = Session::of(&met(&deck, day(0)), &deck, day(30), 1);
    let mut next = |minutes: f64| {
        let next = session.next(minutes);
        session.answered(Verdict::Right);
        next
    };
    assert!(matches!(next(0.0), Next::Ask(_)));
    assert!(matches!(next(24.9), Next::Ask(_)));
    assert_eq!(next(25.0), Next::Rest(Why::Long));
    // Five minutes of it.
    assert!(matches!(next(30.0), Next::Ask(_)));
    assert!(matches!(next(54.9), Next::Ask(_)));
    assert_eq!(next(55.0), Next::Rest(Why::Long));
    // Skipped.
    assert!(matches!(next(55.0), Next::Ask(_)));
    assert!(matches!(next(79.0), Next::Ask(_)));
    assert_eq!(next(80.0), Next::Rest(Why::Long));
}

#[test]
fn a_rest_comes_when_four_of_five_are_wrong_and_not_again_within_five() {
    let deck = deck(40, 1);
    let mut session = Session::of(&met(&deck, day(0)), &deck, day(30), 1);
    let mut signs = String::new();
    let answers = "-+----+---+-+++-----";
    for answer in answers.chars() {
        loop {
            match session.next(0.0) {
                Next::Ask(_) => break,
                Next::Rest(why) => {
                    assert_eq!(why, Why::Errors);
                    signs.push('R');
                }
                Next::Over => panic!("early: {signs}"),
            }
        }
        session.answered(if answer == '+' { Verdict::Right } else { Verdict::Wrong });
        signs.push(answer);
    }
    assert_eq!(signs, "-+---R-+---R+-+++----R-");
}

#[test]
fn a_card_without_a_question_gives_its_place_to_another_of_its_goal() {
    let deck = deck(16, 3);
    let record = Record::default();
    let planned = asked(&mut Session::of(&record, &deck, day(0), 1), |_| Some(Verdict::Right));
    let mut skipped = Vec::new();
    let asked = asked(&mut Session::of(&record, &deck, day(0), 1), |card| {
        let is_skipped = skipped.len() < 3 && planned.contains(card);
        if is_skipped {
            skipped.push(card.clone());
        }
        (!is_skipped).then_some(Verdict::Right)
    });
    assert_eq!(asked.len(), planned.len());
    assert!(skipped.iter().all(|card| !asked.contains(card)));
    let sorted = |cards: &[Card]| {
        let mut goals = goals(&deck, cards);
        goals.sort();
        goals
    };
    assert_eq!(sorted(&asked), sorted(&planned));
}

#[test]
fn a_sitting_without_any_question_is_over_when_every_card_was_tried_once() {
    let deck = deck(16, 3);
    for record in [Record::default(), met(&deck, day(0))] {
        let mut tried = 0;
        let asked = asked(&mut Session::of(&record, &deck, day(30), 1), |_| {
            tried += 1;
            None
        });
        assert_eq!((asked.len(), tried), (0, deck.len()));
    }
}

#[test]
fn cards_that_the_deck_has_no_more_are_left_alone() {
    let deck = deck(8, 1);
    let record = met(&deck, day(0));
    assert_eq!(Session::of(&record, &deck[..3], day(30), 1).left(), 3);
    let unknown = vec![Card::new("no such maker", "x")];
    assert_eq!(Session::new(&record, &unknown, day(30), 1).next(0.0), Next::Over);
}

#[derive(Debug, Clone, Copy)]
enum Told {
    Right,
    Wrong,
    Unclear,
    Skipped,
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![4 => Just(Told::Right), 3 => Just(Told::Wrong), 1 => Just(Told::Unclear), 2 => Just(Told::Skipped)]
}

proptest! {
    #[test]
    fn any_sitting_ends_keeps_its_limits_and_is_the_same_again(
        makers in 1usize..20,
        subjects in 1usize..6,
        known in 0usize..60,
        seed: u64,
        answers in proptest::collection::vec(told(), 1..200),
    ) {
        let mut deck = deck(makers, subjects);
        deck.extend((0..4).map(|topic| (Card::new(RECALL, &format!("{topic}")), Goal::Recall)));
        let record = met(&deck[..known.min(deck.len())], day(0));
        let play = || {
            let mut session = Session::of(&record, &deck, day(9), seed);
            let mut asked: Vec<(Card, Told)> = Vec::new();
            let mut rests = 0;
            for nth in 0.. {
                assert!(nth < 2000, "without end");
                match session.next(nth as f64 / 3.0) {
                    Next::Ask(card) => {
                        let told = answers[nth % answers.len()];
                        match told {
                            Told::Right => session.answered(Verdict::Right),
                            Told::Wrong => session.answered(Verdict::Wrong),
                            // If nothing else is ever told, there is no end to it.
                            Told::Unclear if nth < 500 => session.answered(Verdict::Unclear),
                            Told::Unclear | Told::Skipped => session.skipped(),
                        }
                        asked.push((card, told));
                    }
                    Next::Rest(_) => rests += 1,
                    Next::Over => break,
                }
            }
            (asked, rests)
        };
        let (asked, _) = play();
        let cards = |asked: &[(Card, Told)]| asked.iter().map(|(card, _)| card.clone()).collect::<Vec<_>>();
        prop_assert_eq!(cards(&asked), cards(&play().0));
        let answered: Vec<&Card> = asked.iter().filter(|(_, told)| matches!(told, Told::Right | Told::Wrong)).map(|(card, _)| card).collect();
        prop_assert!(answered.len() <= MOST_QUESTIONS);
        let mut new: Vec<&Card> = answered.iter().copied().filter(|card| !record.cards.contains_key(*card)).collect();
        new.sort();
        new.dedup();
        prop_assert!(new.len() <= 10, "{} new", new.len());
        for (place, card) in answered.iter().enumerate() {
            prop_assert!(answered.iter().filter(|other| *other == card).count() <= 3);
            let before = answered[..place].iter().rposition(|other| other == card);
            prop_assert!(before.is_none_or(|before| place - before > 2), "behind at least two others");
        }
    }
}
