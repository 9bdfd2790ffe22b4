//! The program: see `tamiz::command_line`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tamiz::command_line::main()
}
