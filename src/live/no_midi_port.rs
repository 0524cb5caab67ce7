//! In place of MIDI ports where evalody was built without them.

pub fn ports() -> Result<Vec<String>, String> {
    Err("evalody was built without the feature \"midi\"".to_owned())
}
