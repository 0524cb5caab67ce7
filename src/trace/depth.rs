//! Height of the value stack before every instruction, by flow analysis of one code object.
//!
//! The interpreter tells what each instruction does to the height (`dis.stack_effect`, or the
//! compiler's own table); here those effects are followed along every path. Exact for code that the
//! compiler made: the greatest height found is `co_stacksize` wherever all code is reachable.

use std::collections::HashMap;

/// What one instruction does to the height of the stack, and where it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Bytes from the start of the bytecode.
    pub offset: u32,
    /// Change of height when it goes on to the next instruction; `None` if it never does.
    pub effect: Option<i32>,
    /// Offset it may jump to, with the change of height when it does.
    pub jump: Option<(u32, i32)>,
}

/// An entry of the exception table (CPython 3.11 on, `Objects/exception_handling_notes.txt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handler {
    /// First offset that is covered.
    pub start: u32,
    /// First offset that is not covered any more.
    pub end: u32,
    pub target: u32,
    /// The stack is cut back to this height before the handler's values are pushed.
    pub depth: u16,
    /// Whether the offset of the raising instruction is pushed below the exception.
    pub pushes_lasti: bool,
}

/// Height before and after each flow, in their order; `None` where no path leads. Where two paths
/// disagree (`finally` of CPython 3.8 only), the lower one.
pub fn depths(flows: &[Flow], handlers: &[Handler], at_entry: u16) -> Vec<(Option<u16>, Option<u16>)> {
    let index_of: HashMap<u32, usize> = flows.iter().enumerate().map(|(index, flow)| (flow.offset, index)).collect();
    let mut before: Vec<Option<i32>> = vec![None; flows.len()];
    let mut handler_seen = vec![false; handlers.len()];
    let mut open: Vec<(usize, i32)> = Vec::new();
    if !flows.is_empty() {
        open.push((0, i32::from(at_entry)));
    }
    while let Some((index, depth)) = open.pop() {
        if before[index].is_some_and(|known| known <= depth) || depth < 0 {
            continue;
        }
        before[index] = Some(depth);
        let flow = flows[index];
        if let Some(effect) = flow.effect
            && index + 1 < flows.len()
        {
            open.push((index + 1, depth + effect));
        }
        if let Some((target, effect)) = flow.jump
            && let Some(&to) = index_of.get(&target)
        {
            open.push((to, depth + effect));
        }
        for (handler, seen) in handlers.iter().zip(&mut handler_seen) {
            if !*seen && (handler.start..handler.end).contains(&flow.offset) {
                *seen = true;
                if let Some(&to) = index_of.get(&handler.target) {
                    open.push((to, i32::from(handler.depth) + i32::from(handler.pushes_lasti) + 1));
                }
            }
        }
    }
    let saturated = |depth: i32| u16::try_from(depth.max(0)).unwrap_or(u16::MAX);
    flows
        .iter()
        .zip(before)
        .map(|(flow, before)| {
            let effect = flow.effect.or(flow.jump.map(|(_, effect)| effect));
            let after = before.zip(effect).map(|(depth, effect)| saturated(depth + effect));
            (before.map(saturated), after)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(offset: u32, effect: i32) -> Flow {
        Flow { offset, effect: Some(effect), jump: None }
    }

    #[test]
    fn both_ways_of_a_branch_are_followed_and_dead_code_has_no_depth() {
        let flows = [
            flow(0, 1),
            Flow { offset: 2, effect: Some(-1), jump: Some((8, -1)) },
            flow(4, 1),
            Flow { offset: 6, effect: None, jump: None },
            Flow { offset: 8, effect: None, jump: None },
            flow(10, 1),
        ];
        let found: Vec<Option<u16>> = depths(&flows, &[], 0).into_iter().map(|(before, _)| before).collect();
        assert_eq!(found, [Some(0), Some(1), Some(0), Some(1), Some(0), None]);
    }

    #[test]
    fn a_handler_starts_at_its_own_depth_with_the_exception_pushed() {
        let flows = [flow(0, 1), flow(2, 1), Flow { offset: 4, effect: None, jump: None }, flow(6, -1)];
        let handler = Handler { start: 2, end: 4, target: 6, depth: 1, pushes_lasti: true };
        assert_eq!(depths(&flows, &[handler], 0)[3], (Some(3), Some(2)));
    }
}
