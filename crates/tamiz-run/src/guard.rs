//! Watches the shares that a definition's `[guard]` bounds, and stops a run whose corpus comes out wrong.

use std::collections::BTreeMap;
use std::fmt::Write;

use tamiz_pipeline::{Bounds, Guard};

use crate::RunError;

/// Sites that are watched. A crawl of more is watched in the first ones that it meets, so that memory stays bounded.
const SITES: usize = 20_000;

/// Examples that are shown of what passed a bound.
const EXAMPLES: usize = 3;

/// What can happen to a document that a guard counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Kept,
    Dropped,
    Quarantined,
    /// Kept, with most of its text cut.
    Cut,
}

/// What happened to the documents of a batch.
#[derive(Default)]
pub(crate) struct Seen {
    overall: Counted,
    sites: BTreeMap<String, Counted>,
}

#[derive(Default)]
struct Counted {
    documents: u64,
    /// Dropped, quarantined, cut.
    counts: [u64; 3],
    /// For each of them the first few documents, with what happened.
    examples: [Vec<String>; 3],
}

impl Counted {
    fn see(&mut self, event: Event, documents: u64, example: &dyn Fn() -> String) {
        self.documents += documents;
        let index = match event {
            Event::Kept => return,
            Event::Dropped => 0,
            Event::Quarantined => 1,
            Event::Cut => 2,
        };
        self.counts[index] += documents;
        if self.examples[index].len() < EXAMPLES {
            self.examples[index].push(example());
        }
    }

    fn add(&mut self, other: Counted) {
        self.documents += other.documents;
        for (index, examples) in other.examples.into_iter().enumerate() {
            self.counts[index] += other.counts[index];
            let room = EXAMPLES - self.examples[index].len();
            self.examples[index].extend(examples.into_iter().take(room));
        }
    }
}

impl Seen {
    /// Counts a document of that site; `example` tells it to people.
    pub(crate) fn see(
        &mut self,
        guard: &Guard,
        site: Option<&str>,
        event: Event,
        example: &dyn Fn() -> String,
    ) {
        self.see_many(guard, site, event, 1, example);
    }

    /// Counts so many documents at once, with one example for all.
    pub(crate) fn see_many(
        &mut self,
        guard: &Guard,
        site: Option<&str>,
        event: Event,
        documents: u64,
        example: &dyn Fn() -> String,
    ) {
        self.overall.see(event, documents, example);
        if let Some(site) = site.filter(|_| guard.site.any()) {
            match self.sites.get_mut(site) {
                Some(counted) => counted.see(event, documents, example),
                None => self.sites.entry(site.to_owned()).or_default().see(event, documents, example),
            }
        }
    }
}

/// Watches a run.
pub(crate) struct Watch<'g> {
    guard: &'g Guard,
    seen: Seen,
}

impl<'g> Watch<'g> {
    pub(crate) fn new(guard: &'g Guard) -> Self {
        Self { guard, seen: Seen::default() }
    }

    /// Takes in the next batch, in the order of the input: so where the run stops depends on nothing else.
    pub(crate) fn add(&mut self, seen: Seen) -> Result<(), RunError> {
        self.seen.overall.add(seen.overall);
        let mut touched = Vec::new();
        for (site, counted) in seen.sites {
            if self.seen.sites.len() < SITES || self.seen.sites.contains_key(&site) {
                self.seen.sites.entry(site.clone()).or_default().add(counted);
                touched.push(site);
            }
        }
        judge(&self.guard.overall, self.guard.overall.after, &self.seen.overall, "", self.guard)?;
        for site in touched {
            judge(&self.guard.site, self.guard.site.after, &self.seen.sites[&site], &site, self.guard)?;
        }
        Ok(())
    }

    /// Judges what a whole input comes to, however small it is.
    pub(crate) fn finish(&self) -> Result<(), RunError> {
        judge(&self.guard.overall, 1, &self.seen.overall, "", self.guard)
    }
}

fn judge(bounds: &Bounds, after: u64, counted: &Counted, site: &str, guard: &Guard) -> Result<(), RunError> {
    if counted.documents < after {
        return Ok(());
    }
    let rows = [("dropped", bounds.dropped), ("quarantined", bounds.quarantined), ("cut", bounds.cut)];
    for (index, (what, bound)) in rows.into_iter().enumerate() {
        let Some(bound) = bound else { continue };
        let (count, documents) = (counted.counts[index], counted.documents);
        if count as f64 <= bound * documents as f64 {
            continue;
        }
        let of = if site.is_empty() { String::new() } else { format!(" of {site}") };
        let key = if site.is_empty() { what.to_owned() } else { format!("site_{what}") };
        let what = match what {
            "cut" => format!("lost over {:.0} % of their text", 100.0 * guard.cut_above),
            "quarantined" => "could not be read".to_owned(),
            _ => "were dropped".to_owned(),
        };
        let share = 100.0 * count as f64 / documents as f64;
        let mut message = format!(
            "the guard stopped the run: {count} of {documents} documents{of} {what} ({share:.1} %), and \
             `{key} = {bound}` allows no more. Such as:"
        );
        for example in &counted.examples[index] {
            let _ = write!(message, "\n  {example}");
        }
        message.push_str("\nmend the input or the definition, or change the bound in [guard]");
        return Err(RunError::guard(message));
    }
    Ok(())
}
