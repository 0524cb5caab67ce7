//! How far a program is let to run: as far as the music needs it, and little further.
//!
//! During the head start it runs freely, for one that ends in it is a whole piece. From then on a bar is
//! begun with few instructions, and as long as they are not enough the grants double. So a program runs past what
//! a bar needed by at most about as much as the bar needed; each bar begins anew.

/// Instructions that a bar is begun with. A bar of a program that does ever new things needs some hundred; more
/// runs further ahead of it, fewer asks more often.
const FIRST: u32 = 256;

/// Instructions that are granted at once at most. Recorded in 0.5 to 5 ms: waiting for the next grant takes a
/// hundredth of that. More would gain nothing.
const MOST: u32 = 8192;

/// The same where every instruction is heard: a bar of sixteenths, and the pipe's page of it at the head start.
const FIRST_LOSSLESS: u32 = super::GESTURES_AT_LEAST as u32;
const HEAD_LOSSLESS: u32 = 512;

/// Instructions that may be told ahead of what was read during the head start. Above the 41,000 that pipe and
/// reader hold, so that it is the pipe which holds the program back, and words are gathered as for export.
const HEAD: u32 = 65_536;

/// Instructions of the head start that are granted at once, or the grants would be many.
const HEAD_GRANT: u32 = 8192;

/// What is to be granted next.
#[derive(Debug)]
pub(super) struct Pull {
    first: u32,
    head: u32,
    next: u32,
}

impl Pull {
    pub fn new(is_lossless: bool) -> Self {
        let (first, head) = if is_lossless { (FIRST_LOSSLESS, HEAD_LOSSLESS) } else { (FIRST, HEAD) };
        Self { first, head, next: first }
    }

    /// What to grant during the head start, if so much is left.
    pub fn ahead(&self, left: u64) -> Option<u32> {
        let missing = u64::from(self.head).saturating_sub(left) as u32;
        (missing >= HEAD_GRANT.min(self.head)).then_some(missing)
    }

    /// What to grant to a bar that has not enough yet, if so much is left.
    pub fn more(&mut self, left: u64) -> Option<u32> {
        (left == 0).then(|| {
            let grant = self.next;
            self.next = (grant * 2).min(MOST);
            grant
        })
    }

    /// The next bar begins with little.
    pub fn begin_bar(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_overshot_by_what_it_needed_at_most() {
        for is_lossless in [false, true] {
            let mut pull = Pull::new(is_lossless);
            for needed in [1u64, 100, 300, 1_000, 20_000, 400_000] {
                pull.begin_bar();
                let mut granted = 0;
                while granted < needed {
                    granted += u64::from(pull.more(0).unwrap());
                }
                assert!(granted - needed <= needed + u64::from(pull.first), "{needed} were needed, {granted} granted");
                assert_eq!(pull.more(1), None);
            }
        }
    }

    #[test]
    fn the_head_start_is_never_held_back() {
        let pull = Pull::new(false);
        assert_eq!((pull.ahead(0), pull.ahead(60_000)), (Some(HEAD), None));
        assert_eq!(pull.ahead(50_000), Some(HEAD - 50_000));
    }
}
