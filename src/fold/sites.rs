//! Which instructions run in a specialised form at the moment.

use crate::trace::CodeId;

/// By code object and code unit. Empty for as long as nobody tells of specialised forms.
#[derive(Debug, Clone, Default)]
pub struct Sites {
    warm: Vec<Vec<bool>>,
}

impl Sites {
    #[inline]
    pub fn is_warm(&self, code: CodeId, offset: u32) -> bool {
        !self.warm.is_empty() && self.warm.get(code.index()).and_then(|units| units.get(offset as usize / 2)) == Some(&true)
    }

    pub fn set(&mut self, code: CodeId, offset: u32, is_warm: bool) {
        let (index, unit) = (code.index(), offset as usize / 2);
        if self.warm.len() <= index {
            self.warm.resize_with(index + 1, Vec::new);
        }
        if self.warm[index].len() <= unit {
            self.warm[index].resize(unit + 1, false);
        }
        self.warm[index][unit] = is_warm;
    }
}
