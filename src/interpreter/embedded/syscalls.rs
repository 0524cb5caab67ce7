//! A seccomp filter: system calls which reach beyond the process, and which Landlock does not cover, fail
//! with "Operation not permitted". Everything else goes its usual way.

use nix::libc;

/// Word offsets into `struct seccomp_data`; arguments are 64 bits, of which the lower word comes first.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

#[cfg(target_arch = "x86_64")]
const OUR_ARCHITECTURE: u32 = 0xc000_003e; // AUDIT_ARCH_X86_64, linux/audit.h
#[cfg(target_arch = "aarch64")]
const OUR_ARCHITECTURE: u32 = 0xc000_00b7; // AUDIT_ARCH_AARCH64

/// Bit of the numbers of the x32 calls, which would go round the filter.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// Denied whatever the arguments.
const DENIED: &[libc::c_long] = &[
    // Sockets of every family; pairs stay, since event loops wake themselves with one. io_uring could make them too.
    libc::SYS_socket,
    libc::SYS_io_uring_setup,
    // Other programs.
    libc::SYS_execve,
    libc::SYS_execveat,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kcmp,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_setpriority,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    // Memory and messages shared with others.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    // What Landlock does not count as writing.
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_truncate,
    // The machine, for those who run as root or could become it in a name space of their own.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_open_by_handle_at,
];

/// Calls of old that newer processors no longer have.
#[cfg(target_arch = "x86_64")]
const DENIED_HERE: &[libc::c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_iopl,
    libc::SYS_ioperm,
];
#[cfg(target_arch = "aarch64")]
const DENIED_HERE: &[libc::c_long] = &[];

/// Puts the filter before all threads started from now on, and this one, for good.
pub fn deny() -> nix::Result<()> {
    nix::sys::prctl::set_no_new_privs()?;
    let mut filter = filter(std::process::id());
    // A filter of more than 4096 instructions would be refused by the kernel below; this one has some 200.
    let length = u16::try_from(filter.len()).map_err(|_| nix::Error::E2BIG)?;
    let program = libc::sock_fprog { len: length, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel copies the program, whose length and pointer belong together, before the call returns.
    let status = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    nix::Error::result(status).map(drop)
}

fn filter(own_pid: u32) -> Vec<libc::sock_filter> {
    let mut filter = vec![
        load(ARCHITECTURE),
        jump(libc::BPF_JEQ, OUR_ARCHITECTURE, 1, 0),
        refuse(libc::EPERM),
        load(NUMBER),
        #[cfg(target_arch = "x86_64")]
        jump(libc::BPF_JGE, X32, 0, 1),
        #[cfg(target_arch = "x86_64")]
        refuse(libc::EPERM),
    ];
    for &call in DENIED.iter().chain(DENIED_HERE) {
        filter.extend([jump(libc::BPF_JEQ, number(call), 0, 1), refuse(libc::EPERM)]);
    }
    // Its arguments cannot be read from here; the C library then takes `clone`, whose can.
    filter.extend([jump(libc::BPF_JEQ, number(libc::SYS_clone3), 0, 1), refuse(libc::ENOSYS)]);
    // Threads, but no processes.
    when(&mut filter, libc::SYS_clone, 0, &[jump(libc::BPF_JSET, libc::CLONE_THREAD as u32, 1, 0), refuse(libc::EPERM)]);
    // Signals to itself only.
    for call in [libc::SYS_kill, libc::SYS_tgkill] {
        when(&mut filter, call, 0, &[jump(libc::BPF_JEQ, own_pid, 1, 0), refuse(libc::EPERM)]);
    }
    // Typing into the user's terminal.
    for request in [libc::TIOCSTI, libc::TIOCLINUX] {
        when(&mut filter, libc::SYS_ioctl, 1, &[jump(libc::BPF_JEQ, request as u32, 0, 1), refuse(libc::EPERM)]);
    }
    filter.push(statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW));
    filter
}

/// For this call, `then` with its argument loaded; otherwise, or if `then` falls through, on with the number loaded.
fn when(filter: &mut Vec<libc::sock_filter>, call: libc::c_long, index: u32, then: &[libc::sock_filter]) {
    let skipped = then.len() as u8 + 2;
    filter.extend([jump(libc::BPF_JEQ, number(call), 0, skipped), load(argument(index))]);
    filter.extend_from_slice(then);
    filter.push(load(NUMBER));
}

/// Numbers of calls are small.
const fn number(call: libc::c_long) -> u32 {
    call as u32
}

fn load(offset: u32) -> libc::sock_filter {
    statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset)
}

fn refuse(errno: i32) -> libc::sock_filter {
    statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | errno as u32)
}

fn statement(code: u32, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: 0, jf: 0, k }
}

/// Compares and skips so many instructions if it is, or is not, so.
fn jump(test: u32, k: u32, if_so: u8, if_not: u8) -> libc::sock_filter {
    libc::sock_filter { code: (libc::BPF_JMP | test | libc::BPF_K) as u16, jt: if_so, jf: if_not, k }
}
