//! Panics of stages, caught and quiet.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the work; a panic in it becomes its message and place. Nothing is printed: the record's fault tells all.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let outer = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !CATCHING.get() {
                return outer(info);
            }
            let said = info.payload_as_str().unwrap_or("no message");
            // The file's name alone: its folder differs from machine to machine.
            let place = info.location().map_or(String::new(), |place| {
                let file = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
                format!(" ({file}:{})", place.line())
            });
            MESSAGE.set(format!("{said}{place}"));
        }));
    });
    let outer = CATCHING.replace(true);
    // What the work leaves half-done is thrown away by the caller.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    result.map_err(|_| MESSAGE.take())
}
