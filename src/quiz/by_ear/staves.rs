//! Captions broken into systems, as staves are where a page is too narrow for a piece.

/// The rows of a caption, without its head, as lines of at most `width` columns, if that is enough for a bar: as many bars
/// beside each other as there is room for, and the others below in further systems, which leave out the staves that rest.
pub fn staves(rows: &[String], width: usize) -> Vec<String> {
    let staves: Vec<(&str, Vec<&str>)> = rows.iter().filter_map(|row| stave(row)).collect();
    let mut lines = Vec::new();
    let bar = staves.iter().flat_map(|(_, bars)| bars).map(|bar| bar.chars().count()).max().unwrap_or(0) + 1;
    let longest = staves.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 1;
    // A bar has to fit beside the names, whatever becomes of these.
    let names = longest.min(width.saturating_sub(bar));
    let beside = (width.saturating_sub(names) / bar).max(1);
    let most = staves.iter().map(|(_, bars)| bars.len()).max().unwrap_or(0);
    for from in (0..most).step_by(beside) {
        if from > 0 {
            lines.push(String::new());
        }
        for (name, bars) in &staves {
            let bars: Vec<&str> = bars.iter().skip(from).take(beside).copied().collect();
            let rests = bars.iter().all(|bar| bar.chars().all(|sign| sign == '.'));
            if rests && most > beside {
                continue;
            }
            let name = if names < longest { name.replacen(" from ", " ", 1) } else { (*name).to_owned() };
            let name: String = name.chars().take(names.saturating_sub(1)).collect();
            lines.push(format!("{name:names$}|{}", bars.join("|")).trim_end().to_owned());
        }
    }
    lines
}

/// The name of a stave, and its bars.
fn stave(row: &str) -> Option<(&str, Vec<&str>)> {
    let (name, bars) = row.split_once('|')?;
    Some((name.trim(), bars.split('|').collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_goes_on_below_without_the_staves_that_rest() {
        let rows = ["           |1 2 |1 2 |1 2 ", "harp from C|0-2-|....|4---", "kick       |x...|x.x.|...."].map(str::to_owned);
        assert_eq!(staves(&rows, 40), ["            |1 2 |1 2 |1 2", "harp from C |0-2-|....|4---", "kick        |x...|x.x.|...."]);
        let broken = ["            |1 2", "harp from C |0-2-", "kick        |x...", "", "            |1 2", "kick        |x.x."];
        assert_eq!(staves(&rows, 20)[..6], broken);
        assert!(staves(&rows, 12).iter().all(|line| line.chars().count() <= 12), "{:?}", staves(&rows, 12));
    }
}
