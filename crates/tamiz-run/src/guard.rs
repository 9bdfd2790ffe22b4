//! Watches the shares that a definition's `[guard]` bounds, and stops a run whose corpus comes out wrong.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
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

/// What happened to the documents of a batch, of a part, or of all.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Seen {
    overall: Counted,
    sites: BTreeMap<String, Counted>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// Adds what came after.
    pub(crate) fn add(&mut self, later: Seen) {
        self.overall.add(later.overall);
        for (site, counted) in later.sites {
            self.sites.entry(site).or_default().add(counted);
        }
    }

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
    /// As much of it as the journal does not yet hold.
    part: Seen,
}

impl<'g> Watch<'g> {
    /// Watches on, after what an unfinished run has seen.
    pub(crate) fn new(guard: &'g Guard, seen: Seen) -> Self {
        Self { guard, seen, part: Seen::default() }
    }

    /// Takes in the next batch, in the order of the input: so where the run stops depends on nothing else. Gives back
    /// the sites to be judged.
    pub(crate) fn add(&mut self, seen: Seen) -> Vec<String> {
        let mut known = Seen { overall: seen.overall, sites: BTreeMap::new() };
        let mut touched = Vec::new();
        let mut room = SITES.saturating_sub(self.seen.sites.len());
        for (site, counted) in seen.sites {
            let is_new = !self.seen.sites.contains_key(&site);
            if is_new && room == 0 {
                continue;
            }
            room -= usize::from(is_new);
            touched.push(site.clone());
            known.sites.insert(site, counted);
        }
        self.part.add(Seen { overall: known.overall.clone(), sites: known.sites.clone() });
        self.seen.add(known);
        touched
    }

    /// What was seen since this was last asked: what the journal notes with a part.
    pub(crate) fn part(&mut self) -> Seen {
        std::mem::take(&mut self.part)
    }

    /// Judges all documents and those of some sites.
    pub(crate) fn judge<'s>(&self, sites: impl Iterator<Item = &'s String>) -> Result<(), RunError> {
        judge(&self.guard.overall, self.guard.overall.after, &self.seen.overall, "", self.guard)?;
        for site in sites {
            if let Some(counted) = self.seen.sites.get(site) {
                judge(&self.guard.site, self.guard.site.after, counted, site, self.guard)?;
            }
        }
        Ok(())
    }

    /// Judges what an unfinished run has seen. It may have ended between a part and the judgement that followed.
    pub(crate) fn begin(&self) -> Result<(), RunError> {
        self.judge(self.seen.sites.keys())
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
