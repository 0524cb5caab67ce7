//! Keeps the program in: what it may not do to the machine it runs on.
//!
//! Two walls, both the kernel's, both before any of the program runs and inherited by all its threads.
//! Landlock lets it read its own folder and nothing else, and write nowhere; `syscalls` denies what
//! Landlock does not know: sockets of every kind, other programs, signals to others, changed modes and owners.
//! Its own memory, threads, pipes, time, and what the descriptors 0, 1 and 2 lead to stay open to it.

use std::path::Path;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
use super::syscalls;

/// Files that Python's own library needs and that tell nothing of the user: the null device, randomness, time zones.
#[cfg(target_os = "linux")]
const ALWAYS_READABLE: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/usr/share/zoneinfo", "/etc/localtime"];

/// Most descriptors open at once; the usual soft limit, so that no program is surprised.
const MOST_DESCRIPTORS: u64 = 1024;

/// Confines this process for good. One line for each thing that the system cannot confine.
pub fn confine(home: Option<&Path>) -> Vec<String> {
    let mut warnings = Vec::new();
    limit_resources();
    #[cfg(target_os = "linux")]
    if let Err(reason) = confine_files(home, &mut warnings) {
        warnings.push(format!("cannot confine files ({reason}): the program can read and write whatever you can"));
    }
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    if let Err(reason) = syscalls::deny() {
        warnings.push(format!("cannot confine system calls ({reason}): the program can use the network and start other programs"));
    }
    #[cfg(all(target_os = "linux", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
    warnings.push("cannot confine system calls on this processor: the program can use the network and send signals".into());
    #[cfg(not(target_os = "linux"))]
    {
        let _ = home;
        warnings.push("cannot confine on this system: the program can read and write whatever you can, and use the network".into());
    }
    warnings
}

/// No core dumps of a program's memory, and the usual number of descriptors. Processes need no bound: none
/// can be started, and the system's bound counts all that the user has running.
fn limit_resources() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    for (resource, most) in [(Resource::RLIMIT_CORE, 0), (Resource::RLIMIT_NOFILE, MOST_DESCRIPTORS)] {
        if let Ok((soft, hard)) = getrlimit(resource) {
            // Lowering a limit is always allowed.
            let _ = setrlimit(resource, soft.min(most), hard.min(most));
        }
    }
}

#[cfg(target_os = "linux")]
fn confine_files(home: Option<&Path>, warnings: &mut Vec<String>) -> Result<(), String> {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
        Scope,
    };

    // The newest that the crate knows; an older kernel takes the part it understands.
    let abi = ABI::V10;
    let said = |error: landlock::RulesetError| error.to_string();
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        .and_then(|rules| rules.scope(Scope::from_all(abi)))
        .and_then(Ruleset::create)
        .map_err(said)?;
    let read_all = AccessFs::ReadFile | AccessFs::ReadDir;
    let may_read = home.into_iter().chain(ALWAYS_READABLE.iter().map(Path::new));
    for path in may_read {
        // What is not there need not be read.
        let Ok(opened) = PathFd::new(path) else { continue };
        let access = if path.is_dir() { read_all } else { AccessFs::ReadFile.into() };
        rules = rules.add_rule(PathBeneath::new(opened, access)).map_err(said)?;
    }
    if let Ok(null) = PathFd::new("/dev/null") {
        rules = rules.add_rule(PathBeneath::new(null, AccessFs::WriteFile)).map_err(said)?;
    }
    let status = rules.restrict_self().map_err(said)?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err("this kernel has no Landlock, or it is switched off".into());
    }
    if let LandlockStatus::Available { effective_abi, .. } = status.landlock
        && effective_abi < ABI::V3
    {
        warnings.push("cannot confine fully: on kernels before 6.2 the program can empty files that it may read".into());
    }
    Ok(())
}
