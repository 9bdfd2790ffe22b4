//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// Shows how far a pass over the inputs is, on standard error.
pub(crate) struct Progress {
    what: String,
    bar: Option<ProgressBar>,
    /// Bytes of the input files, where they are known.
    total: u64,
    consumed: u64,
    documents: u64,
    text: u64,
    start: Instant,
    told: Instant,
    quiet: bool,
}

impl Progress {
    pub(crate) fn new(what: &str, total: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
            let form = if total > 0 {
                "{prefix} {bar:30} {percent:>3} %  {msg}  {eta} left"
            } else {
                "{prefix} {spinner}  {msg}  {elapsed}"
            };
            bar.set_style(
                ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.with_prefix(what.to_owned())
        });
        let now = Instant::now();
        Self {
            what: what.to_owned(),
            bar,
            total,
            consumed: 0,
            documents: 0,
            text: 0,
            start: now,
            told: now,
            quiet,
        }
    }

    /// Takes in a batch: bytes of input files, documents, bytes of text.
    pub(crate) fn add(&mut self, consumed: u64, documents: u64, text: u64) {
        self.consumed += consumed;
        self.documents += documents;
        self.text += text;
        if let Some(bar) = &self.bar {
            bar.set_position(self.consumed);
            bar.set_message(self.state());
        } else if !self.quiet && self.told.elapsed() >= PAUSE {
            self.told = Instant::now();
            let share = match self.total {
                0 => String::new(),
                total => format!("{:.0} %, ", 100.0 * self.consumed as f64 / total as f64),
            };
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "{}: {share}{}", self.what, self.state());
        }
    }

    fn state(&self) -> String {
        let seconds = self.start.elapsed().as_secs_f64().max(1e-3);
        format!("{} documents, {:.1} MB/s", self.documents, self.text as f64 / 1e6 / seconds)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
