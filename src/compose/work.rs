//! Kinds of work: what a bar is led by.

use super::figures::Figures;
use super::mapping::Works;
use crate::score::Work;
use crate::trace::Family;

/// Suspensions for each line visit from which a bar is a conversation, whatever else it does: every third
/// line one that yields or is resumed for a loop over a generator.
const CONVERSATION: f64 = 0.2;

/// The work of a bar: failing if anything was raised, suspending if frames hand over to each other, else
/// what leads.
pub fn of_bar(figures: &Figures, before: Option<Work>, works: &Works) -> Work {
    match figures {
        figures if figures.raised > 0 => Work::Fail,
        figures if f64::from(figures.suspensions) / figures.visits as f64 >= CONVERSATION => Work::Suspend,
        figures => leading(&figures.families, before, works),
    }
}

/// The work which leads a bar, `before` if none does clearly more.
fn leading(families: &[u32; Family::COUNT], before: Option<Work>, works: &Works) -> Work {
    /// A newcomer must do this much more than the leader, or the lead would flicker.
    const HYSTERESIS: f64 = 1.15;
    let total: u32 = families.iter().sum();
    let strength = |work: Work| {
        let count: u32 = families.iter().zip(works.of).filter(|(_, of)| *of == Some(work)).map(|(count, _)| count).sum();
        let strength = f64::from(count) / f64::from(total.max(1)) / works.usual_share[work as usize];
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
    use crate::compose::mapping::Mapping;

    fn works() -> Works {
        Mapping::default().works
    }

    fn families(counts: &[(Family, u32)]) -> [u32; Family::COUNT] {
        let mut families = [0; Family::COUNT];
        for &(family, count) in counts {
            families[family.index()] = count;
        }
        families
    }

    #[test]
    fn unusual_work_leads_though_loads_are_many() {
        assert_eq!(leading(&families(&[(Family::Load, 60), (Family::Arith, 10), (Family::Attr, 15)]), None, &works()), Work::Look);
    }

    #[test]
    fn the_lead_stays_where_two_are_close() {
        let close = families(&[(Family::Load, 100), (Family::Subscr, 13), (Family::Attr, 7)]);
        assert_eq!(leading(&close, Some(Work::Look), &works()), Work::Look);
        assert_eq!(leading(&close, Some(Work::Index), &works()), Work::Index);
    }
}
