//! What a tutor makes of a reply: it is on the disk before the verdict is told. Knows no deck.

use super::ledger::Entry;
use super::prompt::{Asked, Compare, Judged, Reply, letter};
use super::{Stands, Tutor, Way, page};
use crate::atlas::Topic;
use crate::quiz::{Answer, Card, Evidence, Goal, RECALL, Verdict};
use crate::study::{Note, Rating};

impl Tutor {
    /// Takes a reply to what stands: an answer, a note, a grade; nothing at all is "I do not know". Where nothing stands
    /// it is unclear.
    pub fn reply(&mut self, text: &str) -> Reply {
        match self.stands.clone() {
            Some(Stands::Asked(asked)) => self.answer(&asked, text),
            Some(Stands::Recall(recall)) => self.recall(recall.topic, text),
            Some(Stands::Compare(compare)) => self.grade(&compare, text),
            None => Reply::Unclear("nothing is asked".to_owned()),
        }
    }

    fn answer(&mut self, asked: &Asked, text: &str) -> Reply {
        let question = &asked.question;
        let is_unknown = text.trim().is_empty();
        let verdict = if is_unknown { Verdict::Wrong } else { question.answer.judge(text) };
        if verdict == Verdict::Unclear {
            return Reply::Unclear(hint(&question.answer));
        }
        self.stands = None;
        let is_right = verdict == Verdict::Right;
        let mut judged = Judged {
            is_right,
            is_unknown,
            right: question.answer.told(),
            letter: letter(&question.answer),
            evidence: question.evidence.clone(),
            about: asked.about.as_ref().filter(|about| about.gives_away).map(|about| about.words.clone()),
            due: None,
            page: None,
        };
        if asked.is_prediction {
            if let Way::Lesson(course) = &mut self.way {
                course.foretold = Some(judged);
            }
            return Reply::Noted;
        }
        self.tally.count(question.goal, is_right);
        self.enter(Entry::Answered(question.card.clone(), if is_right { Rating::Good } else { Rating::Again }));
        match &mut self.way {
            Way::Sitting(session) => session.answered(verdict),
            Way::Lesson(course) if is_right => {
                course.is_passed = true;
                let number = course.lesson.number;
                self.enter(Entry::Finished(number));
            }
            Way::Lesson(_) => {}
        }
        judged.due = self.due(&question.card);
        Reply::Judged(Box::new(judged))
    }

    fn recall(&mut self, topic: &'static Topic, text: &str) -> Reply {
        let text = text.trim();
        let page = page(topic);
        self.enter(Entry::Visited(format!("@{}", topic.name)));
        if text.is_empty() {
            self.stands = None;
            let due = self.rate(topic, Rating::Again);
            let evidence = Evidence { explain: Some(format!("@{}", topic.name)), ..Evidence::new(topic.about.clone(), Vec::new()) };
            let right = topic.title.clone();
            let judged = Judged { is_right: false, is_unknown: true, right, letter: None, evidence, about: None, due, page: Some(page) };
            return Reply::Judged(Box::new(judged));
        }
        // Before this one is kept, which would be the newest.
        let earlier = self.ledger.record().note(&topic.name).cloned();
        self.enter(Entry::Wrote(Note { topic: topic.name.clone(), day: self.today, text: text.to_owned() }));
        self.stands = Some(Stands::Compare(Box::new(Compare { topic, page, attempt: text.to_owned(), earlier })));
        Reply::Noted
    }

    fn grade(&mut self, compare: &Compare, text: &str) -> Reply {
        let rating = match text.trim() {
            "1" | "" => Rating::Again,
            "2" => Rating::Hard,
            "3" => Rating::Good,
            _ => return Reply::Unclear("write 1 (forgot it), 2 (partly) or 3 (knew it)".to_owned()),
        };
        self.stands = None;
        Reply::Graded { due: self.rate(compare.topic, rating) }
    }

    /// Notes how well a topic was recalled; tells when it is due again.
    fn rate(&mut self, topic: &Topic, rating: Rating) -> Option<chrono::NaiveDate> {
        let card = Card::new(RECALL, &topic.name);
        let is_right = rating != Rating::Again;
        self.tally.count(Goal::Recall, is_right);
        self.enter(Entry::Answered(card.clone(), rating));
        if let Way::Sitting(session) = &mut self.way {
            session.answered(if is_right { Verdict::Right } else { Verdict::Wrong });
        }
        self.due(&card)
    }

    fn due(&self, card: &Card) -> Option<chrono::NaiveDate> {
        self.ledger.record().cards.get(card).map(|memory| memory.due)
    }

    fn enter(&mut self, entry: Entry) {
        let saved = self.ledger.enter(entry, self.today).map_err(|error| error.to_string());
        self.tell_saved(saved);
    }

    /// Says once that nothing can be saved, and once that all is again.
    pub(super) fn tell_saved(&mut self, saved: Result<(), String>) {
        match saved {
            Err(error) if !self.is_troubled => {
                self.notices.push(format!("{error}; answers are kept in memory, and saved as soon as that is possible"));
                self.is_troubled = true;
            }
            Ok(()) if self.is_troubled => {
                self.notices.push("all answers are saved now".to_owned());
                self.is_troubled = false;
            }
            _ => {}
        }
    }
}

/// What would be an answer.
fn hint(answer: &Answer) -> String {
    match answer {
        Answer::Choice { choices, .. } => {
            let last = char::from(b'a' + u8::try_from(choices.len().saturating_sub(1)).unwrap_or(25));
            format!("write a letter from a to {last}, or the words of a choice")
        }
        Answer::Number(_) => "write a whole number".to_owned(),
        Answer::Name { .. } => "write a name".to_owned(),
    }
}
