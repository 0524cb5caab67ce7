//! A trace as text, one fact a line: what `show trace` prints, and the format of fixtures.
