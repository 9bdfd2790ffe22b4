//! One module a command: its arguments, whose documentation is its help, and what it does.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod fit;
pub(crate) mod names;
pub(crate) mod new;
pub(crate) mod peek;
pub(crate) mod restore;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod shell;
pub(crate) mod stages;
pub(crate) mod train;
pub(crate) mod why;
mod work;
