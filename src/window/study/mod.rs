//! Study over the panels: questions, answers, the evidence, by keyboard or mouse. What is asked is the tutor's affair.

mod begin;
mod pages;
mod sitting;
mod sounds;

use nannou::prelude::egui::{Context, Key, Modifiers, Ui, Window, vec2};

pub use begin::Studying;
use sitting::{Said, Sitting};
use sounds::Sounds;

use super::view::View;
use crate::live::Voices;
use crate::quiz::{Answer, Evidence, Heard};
use crate::study::Lesson;
use crate::tutor::{Plan, Prompt, Reply, Tell};
use crate::workbench::{Message, Workbench};

/// Study, while it is open.
#[derive(Default)]
pub struct Study {
    /// `None` until it is chosen what to study.
    sitting: Option<Sitting>,
    /// `None` while the tutor runs programs.
    prompt: Option<Prompt>,
    /// What came of the reply to the prompt, until one goes on.
    reply: Option<Reply>,
    /// Whether that came just now and is to be brought into view.
    is_just_judged: bool,
    /// Why a reply was none.
    unclear: Option<String>,
    typed: String,
    sounds: Sounds,
    shows_captions: bool,
    notices: Vec<String>,
    failed: Option<String>,
}

/// What was pressed on a page.
enum Act {
    Begin(Plan),
    Reply(String),
    GoOn,
    Play,
    /// Show music as signs, or no longer.
    Caption,
    /// Look something up in the atlas.
    LookUp(String),
}

/// What is chosen by letter: an answer, a lesson.
const LETTERS: [Key; 12] = [Key::A, Key::B, Key::C, Key::D, Key::E, Key::F, Key::G, Key::H, Key::I, Key::J, Key::K, Key::L];

/// Width of a page in points: listings are a hundred columns wide at most, and scroll.
const WIDTH: f32 = 640.0;

impl Study {
    fn take(&mut self, said: Said) {
        match said {
            Said::Prompt(prompt) => {
                self.prompt = Some(*prompt);
                (self.reply, self.unclear) = (None, None);
                self.typed.clear();
                self.play();
            }
            Said::Reply(reply) => match *reply {
                Reply::Unclear(why) => {
                    self.typed.clear();
                    self.unclear = Some(why);
                }
                Reply::Noted => self.go_on(),
                reply => {
                    self.reply = Some(reply);
                    self.is_just_judged = true;
                    self.unclear = None;
                    self.play();
                }
            },
            Said::Notice(notice) => self.notices.push(notice),
            Said::Failed(why) => self.failed = Some(why),
        }
    }

    /// Why the answer is so, once that is told.
    fn evidence(&self) -> Option<&Evidence> {
        match (&self.reply, &self.prompt) {
            (Some(Reply::Judged(judged)), _) => Some(&judged.evidence),
            (None, Some(Prompt::Tell(Tell::Foretold(judged)))) => Some(&judged.evidence),
            _ => None,
        }
    }

    /// What is to be heard now: the evidence's where there is some, else the question's.
    fn heard(&self) -> &[Heard] {
        match (self.evidence(), &self.prompt) {
            (Some(evidence), _) => &evidence.heard,
            (None, Some(Prompt::Ask(asked))) if self.reply.is_none() => &asked.question.heard,
            (None, Some(Prompt::Tell(Tell::Listen(_, heard)))) => std::slice::from_ref(heard),
            _ => &[],
        }
    }

    fn play(&mut self) {
        let performances: Vec<_> = match &self.prompt {
            Some(Prompt::Rest(rest)) if self.reply.is_none() => rest.performance.iter().map(|piece| (**piece).clone()).collect(),
            _ => self.heard().iter().map(|heard| (*heard.performance).clone()).collect(),
        };
        self.sounds.play(&performances);
    }

    fn go_on(&mut self) {
        self.sounds.stop();
        if let Some(sitting) = &self.sitting {
            (self.prompt, self.reply) = (None, None);
            sitting.go_on();
        }
    }

    /// Whether Enter goes on, since nothing is to be typed.
    fn only_goes_on(&self) -> bool {
        self.reply.is_some() || matches!(self.prompt, Some(Prompt::Rest(_) | Prompt::Tell(_)))
    }
}

/// Opens study, silences the workbench meanwhile, or closes it.
pub fn toggle(context: &Context, view: &mut View, messages: &mut Vec<Message>) {
    view.study = match view.study.take() {
        Some(_) => None,
        None => {
            messages.push(Message::Pause(true));
            // Letters are answers now.
            context.memory_mut(|memory| memory.focused().map(|field| memory.surrender_focus(field)));
            Some(Study::default())
        }
    };
}

/// Answers by key, where no field has the keyboard.
fn typed(context: &Context, study: &Study) -> Option<Act> {
    let pressed = |key| context.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if context.memory(|memory| memory.focused().is_some()) {
        return None;
    }
    if study.sitting.is_none() {
        let lesson = Lesson::all().iter().zip(LETTERS).find(|(_, letter)| pressed(*letter)).map(|(lesson, _)| Plan::Lesson(lesson.number));
        return lesson.or(pressed(Key::Enter).then_some(Plan::Sitting)).map(Act::Begin);
    }
    if pressed(Key::R) {
        return Some(Act::Play);
    }
    if pressed(Key::S) {
        return Some(Act::Caption);
    }
    if study.only_goes_on() {
        let explain = study.evidence().and_then(|evidence| evidence.explain.clone());
        return match explain {
            Some(name) if pressed(Key::L) => Some(Act::LookUp(name)),
            _ => pressed(Key::Enter).then_some(Act::GoOn),
        };
    }
    let Some(Prompt::Ask(asked)) = &study.prompt else { return None };
    let Answer::Choice { choices, .. } = &asked.question.answer else { return None };
    if pressed(Key::Num0) {
        return Some(Act::Reply(String::new()));
    }
    let chosen = LETTERS.into_iter().take(choices.len()).position(pressed)?;
    Some(Act::Reply(char::from(b'a' + chosen as u8).to_string()))
}

pub fn draw<V: Voices>(ui: &Ui, bench: &Workbench<V>, view: &mut View) {
    let theme = view.theme;
    let version = super::atlas::version(bench);
    let Some(study) = &mut view.study else { return };
    study.sounds.advance();
    while let Some(said) = study.sitting.as_ref().and_then(Sitting::heard) {
        study.take(said);
    }
    let mut act = typed(ui.ctx(), study);
    let mut is_open = true;
    Window::new("Study")
        .id(ui.id().with("study"))
        .open(&mut is_open)
        .collapsible(false)
        .default_width(WIDTH)
        .default_pos(ui.max_rect().center_top() + vec2(-WIDTH / 2.0, 60.0))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            pages::draw(ui, study, &theme, &mut act);
        });
    match act {
        Some(Act::Begin(plan)) => match view.studying.order(bench, plan) {
            Ok((order, data)) => study.sitting = Some(Sitting::begin(order, data)),
            Err(why) => study.failed = Some(why),
        },
        Some(Act::Reply(words)) => {
            study.sounds.stop();
            study.sitting.as_ref().map(|sitting| sitting.reply(words)).unwrap_or_default();
        }
        Some(Act::GoOn) => study.go_on(),
        Some(Act::Play) => study.play(),
        Some(Act::Caption) => study.shows_captions ^= true,
        Some(Act::LookUp(name)) => view.reading.get_or_insert_default().look_up(bench, &name, version),
        None => {}
    }
    if !is_open {
        view.study = None;
    }
}
