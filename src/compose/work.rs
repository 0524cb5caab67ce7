//! Kinds of work: which families lead the band together.

use super::figures::Figures;
use crate::score::Work;
use crate::trace::Family;

/// Its usual share of all instructions (measured over seven benchmark programs on CPython 3.8, 3.11 and
/// 3.13). A bar is led by the work it does unusually much of.
const fn usual_share(work: Work) -> f64 {
    match work {
        Work::Reckon => 0.15,
        Work::Index => 0.065,
        Work::Look => 0.035,
        Work::Build => 0.055,
        Work::Call => 0.09,
        Work::Suspend => 0.02,
        Work::Fail => 0.02,
    }
}

/// Suspensions for each line visit from which a bar is a conversation, whatever else it does: every third
/// line one that yields or is resumed for a loop over a generator.
const CONVERSATION: f64 = 0.2;

/// The work of a bar: failing if anything was raised, suspending if frames hand over to each other, else
/// what leads.
pub fn of_bar(figures: &Figures, before: Option<Work>) -> Work {
    match figures {
        figures if figures.raised > 0 => Work::Fail,
        figures if f64::from(figures.suspensions) / figures.visits as f64 >= CONVERSATION => Work::Suspend,
        figures => leading(&figures.families, before),
    }
}

/// The work which leads a bar, `before` if none does clearly more.
fn leading(families: &[u32; Family::COUNT], before: Option<Work>) -> Work {
    /// A newcomer must do this much more than the leader, or the lead would flicker.
    const HYSTERESIS: f64 = 1.15;
    let total: u32 = families.iter().sum();
    let strength = |work: Work| {
        let count: u32 =
            Family::ALL.into_iter().filter(|&family| Work::of(family) == Some(work)).map(|family| families[family.index()]).sum();
        let strength = f64::from(count) / f64::from(total.max(1)) / usual_share(work);
        if Some(work) == before { strength * HYSTERESIS } else { strength }
    };
    let mut best = before.unwrap_or(Work::Call);
    for work in Work::ALL {
        if strength(work) > strength(best) {
            best = work;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn families(counts: &[(Family, u32)]) -> [u32; Family::COUNT] {
        let mut families = [0; Family::COUNT];
        for &(family, count) in counts {
            families[family.index()] = count;
        }
        families
    }

    #[test]
    fn unusual_work_leads_though_loads_are_many() {
        assert_eq!(leading(&families(&[(Family::Load, 60), (Family::Arith, 10), (Family::Attr, 15)]), None), Work::Look);
    }

    #[test]
    fn the_lead_stays_where_two_are_close() {
        let close = families(&[(Family::Load, 100), (Family::Subscr, 13), (Family::Attr, 7)]);
        assert_eq!(leading(&close, Some(Work::Look)), Work::Look);
        assert_eq!(leading(&close, Some(Work::Index)), Work::Index);
    }
}
