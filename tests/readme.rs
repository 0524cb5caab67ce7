//! What the README says of the styles is what the program says.

use evalody::compose::{Mapping, StyleName};

const README: &str = include_str!("../README.md");

#[test]
fn every_legend_is_in_the_readme_row_by_row() {
    for style in StyleName::ALL.map(Mapping::shipped) {
        assert!(README.contains(&format!("### The style `{style}`")), "{style}");
        for entry in style.legend() {
            let families: Vec<&str> = entry.families.iter().map(|family| family.name()).collect();
            let row = format!("| {} | {} | {} |", entry.instrument, entry.meaning, families.join(", "));
            assert!(README.contains(&row), "{style}: {row}");
        }
    }
}

#[test]
fn the_signs_of_each_band_are_in_the_readme() {
    for style in StyleName::ALL.map(Mapping::shipped) {
        let Some(signs) = style.signs() else { continue };
        for tally in [&signs.turning, &signs.calling, &signs.allocating] {
            let strokes: Vec<String> = tally.strokes.iter().map(u32::to_string).collect();
            // "as many" stands for strokes that count the steps themselves.
            let told = README.contains(&strokes.join(", ")) || tally.strokes == [0, 1, 2, 3, 4];
            assert!(told, "{style}: {}", strokes.join(", "));
        }
    }
}
