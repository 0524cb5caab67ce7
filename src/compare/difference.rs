//! What two programs did, counted against each other by family.

use crate::fold::Outline;
use crate::trace::Family;

/// Instructions of two programs by family, in the order of [`Family::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    pub left: [u64; Family::COUNT],
    pub right: [u64; Family::COUNT],
}

impl Difference {
    /// Counts all that the two outlines stand for: as many as their steps.
    pub fn between(left: &Outline, right: &Outline) -> Self {
        Self { left: counted(left), right: counted(right) }
    }

    /// Instructions of the left and of the right.
    pub fn totals(&self) -> [u64; 2] {
        [&self.left, &self.right].map(|side| side.iter().sum())
    }

    /// The difference as a table: a line for each family that ran, the largest difference first, then the total. The
    /// difference is what the right has more than the left, and the ratio the right against the left; `-` where one
    /// of them has none.
    pub fn lines(&self) -> Vec<String> {
        let mut families: Vec<(&str, u64, u64)> = Family::ALL
            .iter()
            .map(|family| (family.name(), self.left[family.index()], self.right[family.index()]))
            .filter(|&(_, left, right)| left + right > 0)
            .collect();
        // Of equal differences the one which comes first in the table of families.
        families.sort_by_key(|&(_, left, right)| std::cmp::Reverse(left.abs_diff(right)));
        let [left, right] = self.totals();
        let head = ["family", "left", "right", "difference", "ratio"].map(str::to_owned);
        let rows = families.into_iter().chain([("total", left, right)]).map(|(name, left, right)| row(name, left, right));
        let rows: Vec<[String; 5]> = [head].into_iter().chain(rows).collect();
        let widths: Vec<usize> = (0..5).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
        rows.iter()
            .map(|[name, numbers @ ..]| {
                let numbers: String = numbers.iter().zip(&widths[1..]).map(|(number, width)| format!("  {number:>width$}")).collect();
                format!("{name:<width$}{numbers}", width = widths[0])
            })
            .collect()
    }
}

fn counted(outline: &Outline) -> [u64; Family::COUNT] {
    let mut counts = [0; Family::COUNT];
    for gesture in &outline.gestures {
        for (count, &more) in counts.iter_mut().zip(&gesture.families) {
            *count += u64::from(more);
        }
    }
    counts
}

fn row(name: &str, left: u64, right: u64) -> [String; 5] {
    let sign = match right.cmp(&left) {
        std::cmp::Ordering::Less => "-",
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Greater => "+",
    };
    let difference = format!("{sign}{}", grouped(left.abs_diff(right)));
    let ratio = match right as f64 / left.max(1) as f64 {
        _ if left == 0 || right == 0 => "-".to_owned(),
        // Little is not nothing.
        ratio if ratio < 0.01 => "<0.01".to_owned(),
        ratio => format!("{ratio:.2}"),
    };
    [name.to_owned(), grouped(left), grouped(right), difference, ratio]
}

/// A number with a comma before every three digits from the end.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_difference_comes_first_and_the_total_last() {
        let mut difference = Difference { left: [0; Family::COUNT], right: [0; Family::COUNT] };
        difference.left[Family::Load.index()] = 1_234_567;
        difference.right[Family::Load.index()] = 1_234_560;
        difference.right[Family::Call.index()] = 1_000;
        difference.left[Family::Arith.index()] = 50;
        difference.right[Family::Arith.index()] = 50;
        difference.left[Family::Build.index()] = 900;
        difference.right[Family::Build.index()] = 1;
        difference.left[Family::Store.index()] = 14;
        difference.right[Family::Store.index()] = 7;
        let lines = [
            "family       left      right  difference  ratio",
            "call            0      1,000      +1,000      -",
            "build         900          1        -899  <0.01",
            "load    1,234,567  1,234,560          -7   1.00",
            "store          14          7          -7   0.50",
            "arith          50         50           0   1.00",
            "total   1,235,531  1,235,618         +87   1.00",
        ];
        assert_eq!(difference.lines(), lines);
    }

    #[test]
    fn two_that_did_nothing_differ_in_nothing() {
        let difference = Difference { left: [0; Family::COUNT], right: [0; Family::COUNT] };
        assert_eq!(difference.lines(), ["family  left  right  difference  ratio", "total      0      0           0      -"]);
    }
}
