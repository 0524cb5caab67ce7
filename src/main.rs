fn main() {
    #[cfg(feature = "embedded")]
    {
        let mut arguments = std::env::args().skip(1);
        if arguments.next().as_deref() == Some("__embedded") {
            std::process::exit(evalody::interpreter::embedded::main(&arguments.next().unwrap_or_default()));
        }
    }
}
