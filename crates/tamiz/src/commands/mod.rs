//! One module a command: its arguments, whose documentation is its help, and what it does.

pub(crate) mod check;
pub(crate) mod schema;
pub(crate) mod shell;
pub(crate) mod stages;
