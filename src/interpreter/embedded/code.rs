//! A code object of the embedded interpreter as the trace protocol tells it. Knows nothing of running.

use rustpython_vm::builtins::PyCode;
use rustpython_vm::bytecode::{OpArg, OpArgState, Opcode, decode_exception_table, oparg};
use rustpython_vm::{PyObjectRef, VirtualMachine};

use super::positions::positions;
use crate::interpreter::wire::{CodeBlob, HandlerBlob, InstructionBlob};
use crate::trace::Origin;

/// What [`PyCode`] holds.
pub type CodeObject = <PyCode as std::ops::Deref>::Target;

/// Bytes of one code unit: an opcode and its argument.
const UNIT_BYTES: u32 = 2;

/// CPython's name of an opcode: `LoadFastBorrow` is `LOAD_FAST_BORROW`, `CallIntrinsic1` is `CALL_INTRINSIC_1`.
pub fn opcode_name(opcode: Opcode) -> String {
    let camel = format!("{opcode:?}");
    let mut name = String::with_capacity(camel.len() + 8);
    for letter in camel.chars() {
        if !name.is_empty() && (letter.is_ascii_uppercase() || letter.is_ascii_digit()) {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// One instruction, its EXTENDED_ARG prefixes folded in, specialisation undone.
#[derive(Clone, Copy)]
pub struct Decoded {
    /// Index of its code unit.
    pub unit: u32,
    pub opcode: Opcode,
    pub argument: u32,
}

impl Decoded {
    pub fn offset(self) -> u32 {
        self.unit * UNIT_BYTES
    }

    fn after(self) -> u32 {
        self.unit + 1 + self.opcode.as_instruction().cache_entries() as u32
    }

    /// The unit it may jump to. END_ASYNC_FOR only names the SEND it belongs to.
    fn target(self) -> Option<u32> {
        match self.opcode {
            Opcode::EndAsyncFor => None,
            Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt => self.after().checked_sub(self.argument),
            opcode if opcode.has_jump() => self.after().checked_add(self.argument),
            _ => None,
        }
    }
}

/// All instructions in order, without caches, with EXTENDED_ARG as instructions of their own: jumps land on them.
pub fn decode(code: &CodeObject) -> Vec<Decoded> {
    let mut all = Vec::with_capacity(code.instructions.len());
    let mut arguments = OpArgState::default();
    let mut unit = 0;
    while unit < code.instructions.len() {
        let instruction = code.instructions.read_op(unit).deoptimize();
        let argument = u32::from(arguments.extend(code.instructions.read_arg(unit)));
        let opcode = Opcode::from(instruction);
        if opcode != Opcode::ExtendedArg {
            arguments.reset();
        }
        all.push(Decoded { unit: unit as u32, opcode, argument });
        unit += 1 + instruction.cache_entries();
    }
    all
}

/// Units at which exception handlers begin, in order.
pub fn handler_units(code: &CodeObject) -> Box<[u32]> {
    let mut units: Vec<u32> = decode_exception_table(&code.exceptiontable).iter().map(|entry| entry.target).collect();
    units.sort_unstable();
    units.dedup();
    units.into()
}

/// The code objects among its constants, in order.
pub fn nested(code: &CodeObject) -> impl Iterator<Item = PyObjectRef> {
    code.constants.iter().map(|literal| PyObjectRef::from(literal.clone())).filter(|constant| constant.downcast_ref::<PyCode>().is_some())
}

/// The blob of a code object.
pub fn blob(id: u32, code: &CodeObject, file: &str, origin: Origin, vm: &VirtualMachine) -> CodeBlob {
    let names = Names::of(code);
    let positions = positions(&code.linetable, code.first_line_number.map_or(0, |line| line.get() as u32), code.instructions.len());
    let instructions = decode(code)
        .into_iter()
        .map(|decoded| {
            let Decoded { unit, opcode, argument } = decoded;
            let effect = (!opcode.is_no_fallthrough()).then(|| opcode.stack_effect(argument));
            let jump = decoded.target().map(|target| (target * UNIT_BYTES, opcode.stack_effect_jump(argument)));
            InstructionBlob(
                decoded.offset(),
                opcode_name(opcode),
                opcode.has_arg().then_some(argument),
                names.meaning(decoded, vm),
                positions[unit as usize],
                effect,
                jump,
            )
        })
        .collect();
    let handlers = decode_exception_table(&code.exceptiontable)
        .iter()
        .map(|entry| {
            HandlerBlob(entry.start * UNIT_BYTES, entry.end * UNIT_BYTES, entry.target * UNIT_BYTES, entry.depth, entry.push_lasti)
        })
        .collect();
    CodeBlob {
        id,
        name: code.obj_name.to_string(),
        qualname: code.qualname.to_string(),
        file: file.to_owned(),
        first_line: code.first_line_number.map_or(0, |line| line.get() as u32),
        flags: code.flags.bits(),
        stack_size: code.max_stackdepth,
        origin: match origin {
            Origin::User => "user",
            Origin::Library => "library",
            Origin::Generated => "generated",
        }
        .into(),
        entry_depth: 0,
        instructions,
        handlers,
    }
}

/// What arguments are numbers of.
struct Names<'a> {
    code: &'a CodeObject,
    /// Locals, then cells that are no locals, then free variables: `co_localsplusnames`.
    locals: Vec<String>,
}

impl<'a> Names<'a> {
    fn of(code: &'a CodeObject) -> Self {
        let own_cells = code.cellvars.iter().filter(|cell| !code.varnames.iter().any(|local| local.as_str() == cell.as_str()));
        let locals = code.varnames.iter().chain(own_cells).chain(code.freevars.iter()).map(ToString::to_string).collect();
        Self { code, locals }
    }

    fn local(&self, index: u32) -> String {
        self.locals.get(index as usize).cloned().unwrap_or_default()
    }

    fn name(&self, index: u32) -> String {
        self.code.names.get(index as usize).map(ToString::to_string).unwrap_or_default()
    }

    fn constant(&self, index: u32, vm: &VirtualMachine) -> String {
        let Some(literal) = self.code.constants.get(index as usize) else { return String::new() };
        let constant = PyObjectRef::from(literal.clone());
        if let Some(code) = constant.downcast_ref::<PyCode>() {
            // Its repr holds an address, which no two runs share.
            return format!("<code object {}>", code.code.obj_name);
        }
        constant.repr(vm).map(|text| text.to_string()).unwrap_or_default()
    }

    /// The argument as `dis` of Python 3.14 shows it, but for the labels of jumps, which are offsets here.
    fn meaning(&self, decoded: Decoded, vm: &VirtualMachine) -> String {
        let Decoded { opcode, argument, .. } = decoded;
        let typed = OpArg::new(argument);
        let pair = || format!("{}, {}", self.local(argument >> 4), self.local(argument & 15));
        match opcode {
            Opcode::LoadConst => self.constant(argument, vm),
            Opcode::LoadGlobal => with_null(self.name(argument >> 1), argument & 1 == 1, " + NULL"),
            Opcode::LoadAttr => with_null(self.name(argument >> 1), argument & 1 == 1, " + NULL|self"),
            Opcode::LoadSuperAttr => with_null(self.name(argument >> 2), argument & 1 == 1, " + NULL|self"),
            Opcode::LoadFastLoadFast | Opcode::LoadFastBorrowLoadFastBorrow | Opcode::StoreFastLoadFast | Opcode::StoreFastStoreFast => {
                pair()
            }
            Opcode::CompareOp => {
                let sign = oparg::ComparisonOperator::try_from(argument).map(|sign| sign.to_string()).unwrap_or_default();
                if argument & 16 == 16 { format!("bool({sign})") } else { sign }
            }
            Opcode::BinaryOp => shown::<oparg::BinaryOperator>(argument),
            Opcode::IsOp => (if argument == 1 { "is not" } else { "is" }).into(),
            Opcode::ContainsOp => (if argument == 1 { "not in" } else { "in" }).into(),
            Opcode::ConvertValue => shown::<oparg::ConvertValueOparg>(argument),
            Opcode::LoadSpecial => shown::<oparg::SpecialMethod>(argument),
            Opcode::LoadCommonConstant => shown::<oparg::CommonConstant>(argument),
            Opcode::CallIntrinsic1 => {
                oparg::IntrinsicFunction1::try_from(u32::from(typed)).map(|f| f.desc().to_owned()).unwrap_or_default()
            }
            Opcode::CallIntrinsic2 => {
                oparg::IntrinsicFunction2::try_from(u32::from(typed)).map(|f| f.desc().to_owned()).unwrap_or_default()
            }
            Opcode::SetFunctionAttribute => match argument {
                1 => "defaults".into(),
                2 => "kwdefaults".into(),
                4 => "annotations".into(),
                8 => "closure".into(),
                16 => "annotate".into(),
                _ => String::new(),
            },
            opcode if opcode.has_local() || opcode.has_free() => self.local(argument),
            opcode if opcode.has_name() => self.name(argument),
            _ => decoded.target().map_or_else(String::new, |target| format!("to {}", target * UNIT_BYTES)),
        }
    }
}

fn with_null(name: String, has_null: bool, null: &str) -> String {
    if has_null { name + null } else { name }
}

fn shown<T: TryFrom<u32> + ToString>(argument: u32) -> String {
    T::try_from(argument).map(|value| value.to_string()).unwrap_or_default()
}
