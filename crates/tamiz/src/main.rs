//! The program: see `tamiz::command_line`.

use std::process::ExitCode;

/// Counts what each thread allocates, for `tamiz bench`: an addition to a counter of the thread's own, which costs runs
/// nothing that can be measured.
#[global_allocator]
static ALLOCATOR: densa_alloc::CountingAllocator = densa_alloc::CountingAllocator::system();

fn main() -> ExitCode {
    tamiz::command_line::main()
}
