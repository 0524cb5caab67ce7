//! A record as text, and back: readable by people, versioned, and refused where it is not whole.
