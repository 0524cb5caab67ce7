//! Asks: runs what questions are made from, one card after the other, and keeps what was answered. Knows no terminal and
//! no window.
//!
//! ```text
//! Tutor::open(Order, Data) -> next(minutes) -> Prompt -> reply(text) -> Reply -> next ... -> Prompt::Over
//! ```
//!
//! A prompt that waits for a reply stands until it has one; asked again, the answer is the same.

mod error;
mod ledger;
mod lesson;
mod order;
mod piece;
mod prompt;
mod replying;
mod stage;
mod tally;

use std::sync::Arc;

use chrono::NaiveDate;

use crate::atlas::{self, Entry as Named, Page, Topic};
use crate::kept::Data;
use crate::quiz::{self, Card, RECALL};
use crate::songs;
use crate::study::{Lesson, Next, Session};

pub use error::TutorError;
pub use ledger::{Entry, Ledger, RECORD};
pub use order::{First, Manner, Order, Own, Plan};
pub use prompt::{About, Asked, Compare, Judged, Prompt, Recall, Reply, Rest, Summary, Tell};
pub use stage::{STEPS, TIME};

use lesson::{Course, Stop};
use stage::{Drawn, From, Stage};
use tally::Tally;

/// New cards that a sitting passes over because the program that was named gives no question about them: others take
/// their place. More and a small program is asked about alone; fewer and songs come in soon.
const MOST_PASSED_OVER: usize = 12;

/// One sitting with one learner.
pub struct Tutor {
    stage: Stage,
    ledger: Ledger,
    way: Way,
    deck: Vec<Card>,
    tally: Tally,
    today: NaiveDate,
    seed: u64,
    minutes: f64,
    /// What waits for a reply.
    stands: Option<Stands>,
    passed_over: usize,
    notices: Vec<String>,
    /// Whether it was said that the record cannot be saved.
    is_troubled: bool,
}

/// What leads from one prompt to the next.
enum Way {
    Sitting(Box<Session>),
    Lesson(Box<Course>),
}

/// A prompt that waits for a reply.
#[derive(Clone)]
enum Stands {
    Asked(Asked),
    Recall(Recall),
    Compare(Box<Compare>),
}

impl Tutor {
    /// Begins a sitting: reads the record, and runs the program that was named, so that what is wrong with either is
    /// told before anything is asked.
    pub fn open(order: Order, data: Data) -> Result<Self, TutorError> {
        let Order { first, plan, manner, today, seed, minutes } = order;
        let ledger = Ledger::open(data)?;
        let whole = quiz::deck();
        let deck: Vec<Card> = match &plan {
            Plan::Goal(goal) => whole.into_iter().filter(|card| quiz::goal(card) == Some(*goal)).collect(),
            Plan::Topic(name) => {
                let topic = Topic::named(name).ok_or_else(|| TutorError::NoCards(name.clone()))?;
                whole.into_iter().filter(|card| is_about(card, topic)).collect()
            }
            Plan::Sitting | Plan::Lesson(_) => whole,
        };
        let way = match plan {
            Plan::Lesson(number) => {
                let lesson = Lesson::numbered(number).ok_or_else(|| TutorError::NoLesson { number, there: Lesson::all().len() })?;
                Way::Lesson(Box::new(Course::new(lesson)))
            }
            Plan::Sitting | Plan::Goal(_) | Plan::Topic(_) => {
                let mut record = ledger.record().clone();
                if plan != Plan::Sitting || !matches!(first, First::Songs) {
                    // Who names a topic or a program wants more than the day's share of what is new.
                    record.days.remove(&today);
                }
                Way::Sitting(Box::new(Session::new(&record, &deck, today, seed)))
            }
        };
        let stage = Stage::open(&first, manner, seed)?;
        Ok(Self {
            stage,
            ledger,
            way,
            deck,
            tally: Tally::default(),
            today,
            seed,
            minutes,
            stands: None,
            passed_over: 0,
            notices: Vec::new(),
            is_troubled: false,
        })
    }

    /// What there is to say besides prompts, since this was asked last: a line each.
    pub fn take_notices(&mut self) -> Vec<String> {
        let mut notices = self.stage.take_notices();
        notices.append(&mut self.notices);
        notices
    }

    /// The day of the sitting.
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// Who runs the programs, as people read it.
    pub fn interpreter(&self) -> &str {
        self.stage.interpreter()
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What the sitting came to so far, or in the end: tries once more to save what could not be saved.
    pub fn close(&mut self) -> Summary {
        // That it fails was said; the summary counts what is lost.
        let saved = self.ledger.save().map_err(|error| error.to_string());
        self.tell_saved(saved);
        let lesson = match &self.way {
            Way::Lesson(course) => Some((course.lesson.number, course.is_passed)),
            Way::Sitting(_) => None,
        };
        let unsaved = self.ledger.unsaved();
        Summary { lesson, unsaved, ..self.tally.summary(self.ledger.record(), &self.deck, self.today) }
    }

    /// What is said next, `minutes` after the sitting began; may run programs, and wait for them.
    pub fn next(&mut self, minutes: f64) -> Result<Prompt, TutorError> {
        if let Some(stands) = &self.stands {
            return Ok(stands.clone().prompt());
        }
        loop {
            let stop = match &mut self.way {
                Way::Lesson(course) => course.take(),
                Way::Sitting(_) if minutes >= self.minutes => return Ok(Prompt::Over(self.close())),
                Way::Sitting(session) => match session.next(minutes) {
                    Next::Over => return Ok(Prompt::Over(self.close())),
                    Next::Rest(why) => {
                        let performance = quiz::rest_piece(self.stage.studied()).map(Arc::new);
                        return Ok(Prompt::Rest(Rest { why, performance }));
                    }
                    Next::Ask(card) => match self.stand(&card)? {
                        Some(stands) => return Ok(self.stands.insert(stands).clone().prompt()),
                        None => {
                            if let Way::Sitting(session) = &mut self.way {
                                session.skipped();
                            }
                            continue;
                        }
                    },
                },
            };
            if let Some(prompt) = self.at(stop)? {
                return Ok(prompt);
            }
        }
    }

    /// What a stop of the lesson says; `None` if nothing, and it goes on.
    fn at(&mut self, stop: Stop) -> Result<Option<Prompt>, TutorError> {
        let Way::Lesson(course) = &mut self.way else { return Ok(None) };
        let lesson = course.lesson;
        match stop {
            Stop::Idea => Ok(Some(Prompt::Tell(Tell::Idea(lesson)))),
            Stop::Foretold => Ok(course.foretold.take().map(|judged| Prompt::Tell(Tell::Foretold(judged)))),
            Stop::Over => Ok(Some(Prompt::Over(self.close()))),
            Stop::Listen => {
                let Ok(song) = songs::named(&lesson.song) else { return Ok(None) };
                let run = self.stage.song(song)?.run;
                Ok(Some(Prompt::Tell(Tell::Listen(lesson, piece::of_lesson(&run)))))
            }
            Stop::Predict | Stop::Check(_) => {
                let cards = course.cards(stop);
                let from = songs::named(&lesson.song).map_or(From::Any, From::Song);
                for card in &cards {
                    let seed = self.draw(card);
                    if let Some(drawn) = self.stage.question(card, from, seed)? {
                        let asked = self.asked(drawn, 0, stop == Stop::Predict);
                        return Ok(Some(self.stands.insert(Stands::Asked(asked)).clone().prompt()));
                    }
                }
                if matches!(stop, Stop::Check(_)) {
                    self.notices.push(format!("nothing of @{} can be asked here to check lesson {}", lesson.song, lesson.number));
                    if let Way::Lesson(course) = &mut self.way {
                        course.stop = Stop::Over;
                    }
                }
                Ok(None)
            }
        }
    }

    /// What a card of the session asks; `None` where the programs at hand give no question.
    fn stand(&mut self, card: &Card) -> Result<Option<Stands>, TutorError> {
        let left = match &self.way {
            Way::Sitting(session) => session.left(),
            Way::Lesson(_) => 0,
        };
        if card.maker == RECALL {
            let number = self.tally.asked() + 1;
            return Ok(Topic::named(&card.subject).map(|topic| Stands::Recall(Recall { topic, number, left })));
        }
        let is_new = !self.ledger.record().cards.contains_key(card);
        let from = if is_new && self.passed_over < MOST_PASSED_OVER { From::FirstAlone } else { From::Any };
        let seed = self.draw(card);
        let drawn = self.stage.question(card, from, seed)?;
        self.passed_over += usize::from(drawn.is_none());
        Ok(drawn.map(|drawn| Stands::Asked(self.asked(drawn, left, false))))
    }

    fn asked(&self, drawn: Drawn, left: usize, is_prediction: bool) -> Asked {
        let Drawn { question, about } = drawn;
        Asked { question: Arc::new(question), number: self.tally.asked() + 1, left, about, is_prediction }
    }

    /// The seed of the next question about a card: another each time it is asked, in this sitting and on other days.
    fn draw(&mut self, card: &Card) -> u64 {
        let before = self.ledger.record().cards.get(card).map_or(0, |memory| u64::from(memory.asked));
        let times = self.tally.asks(card);
        // FNV-1a, which stays the same from one release to the next.
        let bytes = card.to_string().into_bytes().into_iter();
        let bytes = bytes.chain(self.seed.to_le_bytes()).chain(before.to_le_bytes()).chain(times.to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

impl Stands {
    fn prompt(self) -> Prompt {
        match self {
            Self::Asked(asked) => Prompt::Ask(asked),
            Self::Recall(recall) => Prompt::Recall(recall),
            Self::Compare(compare) => Prompt::Compare(*compare),
        }
    }
}

/// The page of a topic.
fn page(topic: &'static Topic) -> Page {
    atlas::page(&Named::Topic(topic), None)
}

/// Whether a card is about a topic: its recall, a stage of it, an opcode of it, a PEP of it.
fn is_about(card: &Card, topic: &Topic) -> bool {
    let subject = card.subject.as_str();
    let is_pep = |number: &u16| subject.trim_start_matches("PEP").trim_start_matches(['-', ' ']) == number.to_string();
    let is_stage = subject.split_once(':').is_some_and(|(name, _)| name == topic.name);
    subject == topic.name || is_stage || topic.opcodes.iter().any(|opcode| opcode == subject) || topic.peps.iter().any(is_pep)
}
