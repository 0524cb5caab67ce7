//! The line table of a code object (PEP 626 and PEP 657, `Objects/location.md` of CPython), unit by unit.

/// Line, column, end line, end column; columns are UTF-8 bytes from 0.
pub type Position = (Option<u32>, Option<u32>, Option<u32>, Option<u32>);

/// The positions of `units` code units.
pub fn positions(table: &[u8], first_line: u32, units: usize) -> Vec<Position> {
    let mut all = Vec::with_capacity(units);
    let mut bytes = table.iter().copied();
    let mut line = i64::from(first_line);
    while let Some(head) = bytes.next() {
        let span = usize::from(head & 7) + 1;
        let kind = i64::from(head >> 3 & 15);
        let position = match kind {
            15 => (None, None, None, None),
            14 => {
                line += signed(&mut bytes);
                let end_line = line + unsigned(&mut bytes);
                let column = unsigned(&mut bytes) - 1;
                let end_column = unsigned(&mut bytes) - 1;
                (known(line), known(column), known(end_line), known(end_column))
            }
            13 => {
                line += signed(&mut bytes);
                (known(line), None, known(line), None)
            }
            10..=12 => {
                line += kind - 10;
                let column = i64::from(bytes.next().unwrap_or(0));
                let end_column = i64::from(bytes.next().unwrap_or(0));
                (known(line), known(column), known(line), known(end_column))
            }
            _ => {
                let low = i64::from(bytes.next().unwrap_or(0));
                let column = kind << 3 | low >> 4;
                (known(line), known(column), known(line), known(column + (low & 15)))
            }
        };
        all.extend(std::iter::repeat_n(position, span));
    }
    all.resize(units, (None, None, None, None));
    all
}

fn known(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

/// Six bits a byte, the lowest first, bit 6 set on all but the last.
fn unsigned(bytes: &mut impl Iterator<Item = u8>) -> i64 {
    let (mut value, mut shift) = (0, 0);
    for byte in bytes {
        value |= i64::from(byte & 63) << shift;
        shift += 6;
        if byte & 64 == 0 || shift > 54 {
            break;
        }
    }
    value
}

/// Its lowest bit is the sign.
fn signed(bytes: &mut impl Iterator<Item = u8>) -> i64 {
    let value = unsigned(bytes);
    if value & 1 == 1 { -(value >> 1) } else { value >> 1 }
}
