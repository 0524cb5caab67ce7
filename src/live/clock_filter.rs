//! The beat in the moments at which a foreign MIDI clock arrives: when its last clock fell and how long one
//! lasts, without what the way here added. Arithmetic: what time it is, it is told.

/// Clocks that the settled filter leans on: two quarters. With more a ritardando is followed later, with fewer
/// more jitter is let through: of three milliseconds either way about a half is left (by simulation, in the tests).
const SETTLED: f64 = 48.0;

/// Clocks that it leans on when the tempo has clearly changed: enough for a first guess, so that six more make a
/// new tempo of it.
const UNSETTLED: f64 = 3.0;

/// How far the newest arrivals may be from where they were expected, in mean deviations, before that is another
/// tempo. Below 1.5 jitter alone unsettles the filter, by simulation; a step of a bpm is heard some clocks later
/// with more.
const CLEARLY: f64 = 1.7;

/// Least mean deviation that is believed, in seconds: that of a way which divides time into milliseconds.
const LEAST_DEVIATION_S: f64 = 0.000_3;

/// Mean deviation that is believed of a way which is not known yet, in seconds.
const FIRST_DEVIATION_S: f64 = 0.001;

/// A clock that is late by this part of itself and more follows one that was lost; one so early came twice. Less, and
/// a tempo that drops by a third is taken for a loss; more, and jitter hides losses in fast tempos.
const ASTRAY: f64 = 0.75;

/// How late the clock before a lost one may have been, or how early that before one which comes twice, as a part of a
/// clock: twice what jitter does at 120 bpm.
const OUT_OF_THE_BLUE: f64 = 0.3;

/// Shortest and longest clock, in seconds: of 480 and of 16 quarters a minute, a fifth beyond what is played.
const SHORTEST_S: f64 = 60.0 / 480.0 / 24.0;
const LONGEST_S: f64 = 60.0 / 16.0 / 24.0;

/// Silence after which the filter begins anew, in seconds: four clocks of the slowest tempo.
pub const SILENCE_S: f64 = 0.5;

#[derive(Debug, Clone)]
pub struct ClockFilter {
    /// When the last clock fell.
    at: f64,
    period: f64,
    /// Clocks it leans on; none, and it has heard none yet.
    known: f64,
    /// When the last clock arrived.
    arrived: f64,
    /// Mean of how far arrivals are from where they were expected, of the newest with their signs and of many
    /// without.
    bias: f64,
    deviation: f64,
    /// How late the last was.
    late: f64,
    /// Arrivals in a row that were late, or early where it is less than none.
    in_a_row: i32,
    astray: Astray,
}

/// What the arrivals just before were taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Astray {
    None,
    /// So many were taken for lost.
    Lost(i64),
    /// So many came much too early.
    Twice(i64),
}

impl ClockFilter {
    pub fn new() -> Self {
        Self {
            at: 0.0,
            period: 0.0,
            known: 0.0,
            arrived: 0.0,
            bias: 0.0,
            deviation: FIRST_DEVIATION_S,
            late: 0.0,
            in_a_row: 0,
            astray: Astray::None,
        }
    }

    /// Takes the next arrival, in seconds; tells how many clocks have passed with it. One usually; none for one that
    /// came twice, more where some were lost, and less than none where they turn out not to have been.
    pub fn take(&mut self, arrived: f64) -> i64 {
        let since = arrived - self.arrived;
        if self.known == 0.0 {
            return self.begin(arrived, 1);
        }
        if self.known == 1.0 && self.period == 0.0 {
            self.period = since.clamp(SHORTEST_S, LONGEST_S);
            (self.at, self.arrived, self.known) = (arrived, arrived, 2.0);
            return 1;
        }
        if since > SILENCE_S.max(self.period * 4.0) {
            return self.begin(arrived, (since / self.period).round().max(1.0) as i64);
        }
        let mut late = arrived - self.at - self.period;
        let mut passed = 1;
        // A tempo that changes makes the one before late or early, too; a loss comes out of the blue, and so does a clock
        // that comes twice.
        let blue = OUT_OF_THE_BLUE * self.period;
        let is_lost = self.late < blue && late > ASTRAY * self.period && since > 1.5 * self.period;
        let is_twice = self.late > -blue && late < -ASTRAY * self.period && since < 0.5 * self.period;
        match self.astray {
            // Twice in a row clocks are not lost: they come that slowly.
            Astray::Lost(lost) if is_lost => return self.set_out(arrived, since, 1 - lost),
            Astray::Twice(twice) if is_twice && twice >= 2 => return self.set_out(arrived, since / (twice + 1) as f64, twice + 1),
            _ => {}
        }
        if is_twice {
            self.astray = if let Astray::Twice(twice) = self.astray { Astray::Twice(twice + 1) } else { Astray::Twice(1) };
            return 0;
        }
        self.astray = Astray::None;
        if is_lost {
            let lost = (late / self.period).round().max(1.0);
            late -= lost * self.period;
            self.at += lost * self.period;
            passed += lost as i64;
            self.astray = Astray::Lost(lost as i64);
        }
        self.arrived = arrived;
        self.correct(late);
        passed
    }

    /// Moves towards an arrival so much later than expected. The gains are those of a straight line through all
    /// arrivals it leans on, as though each were as likely to be late.
    fn correct(&mut self, late: f64) {
        self.known = (self.known + 1.0).min(SETTLED);
        let n = self.known;
        self.at += self.period + late * 2.0 * (2.0 * n - 1.0) / (n * (n + 1.0));
        self.period = (self.period + late * 6.0 / (n * (n + 1.0))).clamp(SHORTEST_S, LONGEST_S);

        self.late = late;
        self.bias += (late - self.bias) / 6.0;
        self.in_a_row = if late > 0.0 { self.in_a_row.max(0) + 1 } else { self.in_a_row.min(0) - 1 };
        let believed = self.deviation.max(LEAST_DEVIATION_S);
        let beyond = self.bias.abs() / (CLEARLY * believed);
        let is_another = beyond > 1.0 && self.in_a_row.abs() >= 3 || beyond > 4.0 && self.in_a_row.abs() >= 2;
        if is_another && n > UNSETTLED * 2.0 {
            (self.known, self.bias, self.in_a_row) = (UNSETTLED, 0.0, 0);
        } else if n > UNSETTLED * 2.0 {
            // What is far off says more of the tempo than of the way.
            self.deviation += (late.abs().min(believed * 3.0) - self.deviation) / SETTLED;
        }
    }

    /// Begins anew with this arrival, keeping the period there was.
    fn begin(&mut self, arrived: f64, passed: i64) -> i64 {
        (self.at, self.arrived, self.known) = (arrived, arrived, 1.0);
        (self.late, self.bias, self.in_a_row, self.astray) = (0.0, 0.0, 0, Astray::None);
        passed
    }

    /// Begins anew with this arrival in another tempo.
    fn set_out(&mut self, arrived: f64, period: f64, passed: i64) -> i64 {
        self.begin(arrived, passed);
        (self.period, self.known) = (period.clamp(SHORTEST_S, LONGEST_S), 2.0);
        passed
    }

    /// Clocks that have passed since the last one fell, in parts of one.
    pub fn since(&self, now: f64) -> f64 {
        if self.period > 0.0 { (now - self.at) / self.period } else { 0.0 }
    }

    pub fn quarters_per_minute(&self) -> Option<f64> {
        (self.period > 0.0).then(|| 60.0 / 24.0 / self.period)
    }

    /// When the last clock arrived, if one did.
    pub fn arrived(&self) -> Option<f64> {
        (self.known > 0.0).then_some(self.arrived)
    }
}
