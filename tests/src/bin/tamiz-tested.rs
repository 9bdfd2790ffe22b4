//! The program under test: the same as `tamiz`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tamiz::command_line::main()
}
