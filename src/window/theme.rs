//! One palette and one type scale, dark and light. Families have the hues of Okabe and Ito, which people
//! with any colour vision tell apart (Color Universal Design, 2008), and a mark besides: no meaning
//! hangs on colour alone.

use nannou::prelude::egui::ecolor::{gamma_u8_from_linear_f32, linear_f32_from_gamma_u8};
use nannou::prelude::egui::{self, Color32, FontFamily, FontId, Stroke, TextStyle, Visuals};

use crate::edit::Kind;
use crate::trace::Family;

/// The sizes of type, in points: what is read at a glance, what is read, what is read from afar.
pub const SMALL: f32 = 11.0;
pub const BODY: f32 = 13.0;
pub const LARGE: f32 = 17.0;

/// Space between panels, and within them.
pub const GAP: f32 = 6.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shade {
    #[default]
    Dark,
    Light,
}

#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub shade: Shade,
    pub background: Color32,
    pub panel: Color32,
    /// Lines that part things.
    pub rule: Color32,
    pub text: Color32,
    pub faint: Color32,
    /// What sounds now.
    pub sounding: Color32,
    /// What is selected.
    pub selected: Color32,
    pub trouble: Color32,
}

impl Theme {
    pub const fn of(shade: Shade) -> Self {
        match shade {
            Shade::Dark => Self {
                shade,
                background: Color32::from_rgb(14, 17, 23),
                panel: Color32::from_rgb(21, 26, 35),
                rule: Color32::from_rgb(44, 53, 68),
                text: Color32::from_rgb(224, 230, 238),
                faint: Color32::from_rgb(138, 150, 168),
                sounding: Color32::from_rgb(255, 214, 102),
                selected: Color32::from_rgb(120, 200, 255),
                trouble: Color32::from_rgb(255, 122, 89),
            },
            Shade::Light => Self {
                shade,
                background: Color32::from_rgb(238, 236, 230),
                panel: Color32::from_rgb(250, 249, 246),
                rule: Color32::from_rgb(208, 204, 195),
                text: Color32::from_rgb(34, 38, 46),
                faint: Color32::from_rgb(98, 104, 114),
                sounding: Color32::from_rgb(196, 132, 0),
                selected: Color32::from_rgb(0, 98, 168),
                trouble: Color32::from_rgb(190, 60, 10),
            },
        }
    }

    /// The hue of a family.
    pub fn family(&self, family: Family) -> Color32 {
        let (r, g, b) = match family {
            Family::Load | Family::Store => (86, 180, 233),
            Family::Scope | Family::Stack | Family::Rest => (150, 158, 170),
            Family::Arith | Family::Test => (230, 159, 0),
            Family::Jump | Family::Loop => (0, 168, 125),
            Family::Call | Family::Gen => (70, 140, 230),
            Family::Build | Family::Subscr => (220, 205, 60),
            Family::Attr => (214, 131, 175),
            Family::Except => (230, 105, 30),
        };
        match self.shade {
            Shade::Dark => Color32::from_rgb(r, g, b),
            // On paper the same hues need more ink.
            Shade::Light => Color32::from_rgb(ink(r), ink(g), ink(b)),
        }
    }

    /// The colour of a kind of text.
    pub fn code(&self, kind: Kind) -> Color32 {
        let dark = self.shade == Shade::Dark;
        let pick = |on_dark: (u8, u8, u8), on_light: (u8, u8, u8)| {
            let (r, g, b) = if dark { on_dark } else { on_light };
            Color32::from_rgb(r, g, b)
        };
        match kind {
            Kind::Keyword | Kind::SoftKeyword => pick((120, 170, 255), (20, 80, 190)),
            Kind::Definition => pick((245, 220, 140), (130, 90, 0)),
            Kind::Builtin | Kind::Decorator => pick((214, 160, 200), (150, 40, 110)),
            Kind::Constant | Kind::Number => pick((240, 180, 110), (170, 85, 0)),
            Kind::String => pick((140, 205, 170), (0, 110, 75)),
            Kind::Interpolation => pick((190, 225, 205), (0, 85, 60)),
            Kind::Comment => self.faint,
            Kind::Operator | Kind::Bracket => pick((178, 190, 206), (80, 88, 100)),
            Kind::Name | Kind::Plain => self.text,
        }
    }

    /// So much of `colour`, 0 to 1, over whatever is beneath. Colours are mixed as light is, so on dark ground less
    /// of it is as much to the eye, and on light ground more.
    pub fn veil(&self, colour: Color32, share: f32) -> Color32 {
        let share = share.clamp(0.0, 1.0);
        let share = share.powf(if self.shade == Shade::Dark { 1.7 } else { 0.7 });
        // The renderer takes a colour's light as it stands, alpha and all.
        let light = |value: u8| gamma_u8_from_linear_f32(linear_f32_from_gamma_u8(value) * share);
        Color32::from_rgba_premultiplied(light(colour.r()), light(colour.g()), light(colour.b()), (share * 255.0).round() as u8)
    }

    /// Dresses egui in it.
    pub fn dress(&self, context: &egui::Context) {
        let mut visuals = match self.shade {
            Shade::Dark => Visuals::dark(),
            Shade::Light => Visuals::light(),
        };
        visuals.override_text_color = Some(self.text);
        visuals.panel_fill = self.background;
        visuals.window_fill = self.panel;
        visuals.extreme_bg_color = self.panel;
        visuals.window_stroke = Stroke::new(1.0, self.rule);
        visuals.selection.bg_fill = self.veil(self.selected, 0.35);
        visuals.selection.stroke = Stroke::new(1.0, self.text);
        visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, self.rule);
        visuals.widgets.inactive.weak_bg_fill = self.veil(self.rule, 0.6);
        visuals.widgets.inactive.bg_fill = self.veil(self.rule, 0.6);
        let mut style = (*context.global_style()).clone();
        style.visuals = visuals;
        style.animation_time = 0.08;
        style.spacing.item_spacing = egui::vec2(6.0, 4.0);
        style.spacing.button_padding = egui::vec2(7.0, 3.0);
        for (text, size, family) in [
            (TextStyle::Small, SMALL, FontFamily::Proportional),
            (TextStyle::Body, BODY, FontFamily::Proportional),
            (TextStyle::Button, BODY, FontFamily::Proportional),
            (TextStyle::Heading, LARGE, FontFamily::Proportional),
            (TextStyle::Monospace, BODY, FontFamily::Monospace),
        ] {
            style.text_styles.insert(text, FontId::new(size, family));
        }
        context.set_global_style(style);
    }
}

const fn ink(light: u8) -> u8 {
    (light as u32 * 7 / 10) as u8
}

pub const fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

pub const fn plain(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The mark of a family: of two that share a hue one is a square, the other a diamond.
pub fn mark(painter: &egui::Painter, centre: egui::Pos2, size: f32, family: Family, colour: Color32) {
    let half = size / 2.0;
    match family {
        Family::Store | Family::Stack | Family::Test | Family::Loop | Family::Gen | Family::Subscr => {
            let points = vec![
                centre + egui::vec2(0.0, -half * 1.2),
                centre + egui::vec2(half * 1.2, 0.0),
                centre + egui::vec2(0.0, half * 1.2),
                centre + egui::vec2(-half * 1.2, 0.0),
            ];
            painter.add(egui::Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Family::Rest => {
            painter.circle_filled(centre, half * 0.5, colour);
        }
        Family::Load | Family::Scope | Family::Arith | Family::Jump | Family::Call | Family::Build | Family::Attr | Family::Except => {
            painter.rect_filled(egui::Rect::from_center_size(centre, egui::vec2(size, size)), 1.0, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(colour: Color32) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_and_marks_are_seen() {
        for shade in [Shade::Dark, Shade::Light] {
            let theme = Theme::of(shade);
            for colour in [theme.text, theme.faint, theme.selected, theme.trouble] {
                assert!(contrast(colour, theme.panel) >= 4.5, "{shade:?} {colour:?}: {}", contrast(colour, theme.panel));
            }
            // WCAG 2.1, 1.4.11: graphics.
            for family in Family::ALL {
                assert!(
                    contrast(theme.family(family), theme.panel) >= 3.0,
                    "{shade:?} {family}: {}",
                    contrast(theme.family(family), theme.panel)
                );
            }
        }
    }
}
