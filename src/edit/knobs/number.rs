//! Numbers as Python writes them. Complex ones are none here: a knob has one dimension.

/// From here on not every whole number is an `f64` of its own.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A number, and whether it is written as a whole one. A sign may stand before it, with blanks between.
pub(super) fn number(text: &str) -> Option<(f64, bool)> {
    let text = text.trim_matches([' ', '\t', '\x0c']);
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let digits = digits.trim_start_matches([' ', '\t']).replace('_', "");
    let is_decimal = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => u64::from_str_radix(&digits[2..], 16).ok(),
        Some("0o") => u64::from_str_radix(&digits[2..], 8).ok(),
        Some("0b") => u64::from_str_radix(&digits[2..], 2).ok(),
        _ if is_decimal(&digits) => digits.parse().ok(),
        _ => None,
    };
    if let Some(whole) = whole {
        let value = whole as f64;
        return (value <= LARGEST_WHOLE).then_some((sign * value, true));
    }
    // Rust knows `inf` and `nan` besides.
    let is_float = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && !is_decimal(&digits);
    let value: f64 = digits.parse().ok().filter(|_| is_float)?;
    value.is_finite().then_some((sign * value, false))
}

/// How many decimals tell `value` exactly.
pub(super) fn decimals(value: f64) -> usize {
    // Never with an exponent.
    value.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, value, is_whole) in [
            ("8", 8.0, true),
            ("-8", -8.0, true),
            ("- 8", -8.0, true),
            ("+1_000", 1000.0, true),
            ("0xFF", 255.0, true),
            ("0o17", 15.0, true),
            ("0b101", 5.0, true),
            ("1.", 1.0, false),
            (".5", 0.5, false),
            ("-1e-3", -0.001, false),
            ("1_0.5E+1", 105.0, false),
        ] {
            assert_eq!(number(text), Some((value, is_whole)), "{text}");
        }
        for text in ["", "-", "inf", "nan", "1j", "x", "1 2", "1e999", "--1", "0x", "99999999999999999", "1.2.3", "e5"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_those_that_tell_a_value() {
        assert_eq!([1.0, 0.5, 0.125, 1e-7, 1e20].map(decimals), [0, 1, 3, 7, 0]);
    }
}
