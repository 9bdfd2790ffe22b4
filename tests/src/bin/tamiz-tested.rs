//! The program under test: the same as `tamiz`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: densa_alloc::CountingAllocator = densa_alloc::CountingAllocator::system();

fn main() -> ExitCode {
    tamiz::command_line::main()
}
