//! What is known of each code object, under its address.

use std::cell::{Cell, UnsafeCell};
use std::collections::HashMap;
use std::ffi::c_void;
use std::hash::{BuildHasherDefault, Hasher};

use crate::api::{Ref, api};
use crate::{Guarded, Number, blocks, number, threads};

/// The first word of a code object that is left out.
pub const UNHEARD: u64 = u64::MAX;

/// Flags of an instruction, by code unit.
pub mod kind {
    /// A `StopIteration` here is how a loop ends.
    pub const ENDS_LOOP: u8 = 1;
    /// A frame that returns here suspends itself.
    pub const YIELDS: u8 = 2;
}

pub struct Info {
    /// Its number shifted to its place in a step, or [`UNHEARD`].
    pub word: u64,
    /// Whether it is a coroutine's, or an asynchronous generator's.
    pub is_coroutine: bool,
    /// Where a frame stands at its start, in bytes.
    pub first: i32,
    /// Flags by code unit; empty where nobody asks for them.
    pub kinds: Box<[u8]>,
    /// Blocks that recording has given it and that go when it goes.
    pub blocks: Cell<i64>,
}

impl Info {
    pub fn is_heard(&self) -> bool {
        self.word != UNHEARD
    }

    /// As a mark names it.
    pub fn argument(&self) -> u64 {
        self.word >> 20
    }

    pub fn is(&self, flag: u8, offset: i32) -> bool {
        usize::try_from(offset >> 1).ok().and_then(|unit| self.kinds.get(unit)).is_some_and(|kinds| kinds & flag != 0)
    }
}

/// Addresses of objects differ in their middle bits.
#[derive(Default)]
pub struct Address(u64);

impl Hasher for Address {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

pub type ByAddress = BuildHasherDefault<Address>;
type Table = HashMap<usize, Box<Info>, ByAddress>;

static TABLE: Guarded<UnsafeCell<Option<Table>>> = Guarded(UnsafeCell::new(None));
static LAST: Number<usize> = number(0);
static LAST_INFO: Number<*const Info> = number(std::ptr::null());
/// `learn` of `tap.py`.
static LEARN: Number<Ref> = number(std::ptr::null_mut());
/// Where in a code object the pointer to what monitoring keeps for it is, in words; 0 if there is none.
static MONITORING_AT: Number<usize> = number(0);

fn table() -> &'static mut Table {
    // SAFETY: guarded by the GIL, and not kept across a call into Python.
    unsafe { (*TABLE.get()).get_or_insert_default() }
}

pub fn open(learn: Ref) {
    LEARN.set(learn);
}

/// What is known of a code object, if anything is.
#[inline(always)]
pub fn find(code: Ref) -> Option<&'static Info> {
    if LAST.get() == code as usize {
        // SAFETY: forgotten together with its code object.
        return Some(unsafe { &*LAST_INFO.get() });
    }
    look_up(code)
}

#[inline(never)]
fn look_up(code: Ref) -> Option<&'static Info> {
    let info: *const Info = &**table().get(&(code as usize))?;
    LAST.set(code as usize);
    LAST_INFO.set(info);
    // SAFETY: boxed, and forgotten together with its code object.
    Some(unsafe { &*info })
}

/// What is known of a code object that is entered. The first time Python is asked to tell it. `None` if that raised,
/// as the handler of a signal may: then it is asked again the next time, and what was raised is the program's.
#[inline(always)]
pub unsafe fn find_or_learn(code: Ref) -> Option<&'static Info> {
    match find(code) {
        Some(info) => Some(info),
        None => unsafe { learn_now(code) },
    }
}

#[cold]
#[inline(never)]
unsafe fn learn_now(code: Ref) -> Option<&'static Info> {
    // To tell when its frames begin Python has put something beside the code object just now.
    let kept =
        if MONITORING_AT.get() > 0 { unsafe { blocks::recent_at(*code.cast::<*const usize>().add(MONITORING_AT.get())) } } else { 0 };
    blocks::adjust(-kept);
    blocks::ours(1);
    let given = unsafe { (api().call)(LEARN.get(), code, std::ptr::null_mut::<c_void>()) };
    if !given.is_null() {
        unsafe { (api().decrement)(given) };
    }
    blocks::ours(-1);
    // Others may have run meanwhile.
    threads::enter();
    if given.is_null() {
        return None;
    }
    if !table().contains_key(&(code as usize)) {
        know(code as usize, UNHEARD, false, -1, &[]);
    }
    let info = look_up(code)?;
    info.blocks.set(info.blocks.get() + kept);
    Some(info)
}

pub fn know(code: usize, word: u64, is_coroutine: bool, first: i32, kinds: &[u8]) {
    table().insert(code, Box::new(Info { word, is_coroutine, first, kinds: kinds.into(), blocks: Cell::new(0) }));
    LAST.set(0);
}

/// The code object has gone, or goes now.
pub fn forget(code: usize) {
    LAST.set(0);
    if let Some(info) = table().remove(&code) {
        // They are released with it, and were never counted.
        blocks::adjust(info.blocks.get());
    }
}

/// Finds where monitoring keeps what it needs, by a code object that it was asked for: the one word of it which
/// is the address of a block that was allocated since `blocks::forget_recent`.
pub unsafe fn find_monitoring(code: Ref, size: usize) -> bool {
    let words = code.cast::<usize>();
    let found = (2..size / size_of::<usize>()).find(|&at| unsafe { blocks::recent_at(*words.add(at) as *const usize) } > 0);
    MONITORING_AT.set(found.unwrap_or(0));
    found.is_some()
}
