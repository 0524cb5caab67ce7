//! The processes which a child has started, found and killed.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Kills a process that is our child and not reaped yet, and all that it started, even in other process groups.
///
/// Each is stopped before its children are looked for, so that none can start another unseen. A process
/// whose parent has ended before is not found; it may still be found by its process group.
pub fn kill_tree(root: Pid) {
    let mut found = vec![root];
    let _ = kill(root, Signal::SIGSTOP);
    loop {
        let new: Vec<Pid> = children_of(&found).into_iter().filter(|pid| !found.contains(pid)).collect();
        if new.is_empty() {
            break;
        }
        for &pid in &new {
            let _ = kill(pid, Signal::SIGSTOP);
        }
        found.extend(new);
    }
    for pid in found.into_iter().rev() {
        let _ = kill(pid, Signal::SIGKILL);
    }
}

/// Processes whose parent is one of these, by `/proc`; none where there is no such directory.
fn children_of(parents: &[Pid]) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(Pid::from_raw))
        .filter(|&pid| parent_of(pid).is_some_and(|parent| parents.contains(&parent)))
        .collect()
}

/// Field 4 of `/proc/PID/stat`; the name in field 2 may hold spaces and brackets.
fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    behind_name.split_whitespace().nth(1)?.parse().ok().map(Pid::from_raw)
}
