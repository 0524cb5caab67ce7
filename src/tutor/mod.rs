//! Asks: runs what questions are made from, one card after the other, and keeps what was answered. Knows no terminal and
//! no window.
