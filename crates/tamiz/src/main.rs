//! The program: see `tamiz::command_line`.

use std::process::ExitCode;

/// Counts allocations for `tamiz bench`. It costs every allocation a little, so it is not there by default.
#[cfg(feature = "allocations")]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    #[cfg(feature = "allocations")]
    tamiz_run::count_allocations(|| ALLOCATOR.stats().allocations as u64);
    tamiz::command_line::main()
}
