//! Training of the labeller: features by the very code that serves, gradients by hand, every random number from one
//! seed, so that the same pages give the same model to the byte.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

mod align;
mod augment;
mod backward;
mod data;
mod optimiser;
mod random;
mod record;
mod report;
mod score;

use std::collections::{BTreeMap, BTreeSet};

use tamiz_core::Container;

use super::Labeller;
use super::features::{FEATURES, Features, Grams};
use super::hints::{COUNTS_FLAG, EXTRA, Extra, GROUPS, HINTS_FLAG};
use super::net::{CHANNELS, DILATIONS, GRAM_WIDTH, INPUTS, Layout};
use super::weights::{Statistics, Weights};
use crate::decide;
use crate::verdict::Verdicts;
use augment::{Changed, Pool};
use backward::{Example, Loss, NO_GRAM, Tape, Transposed};
pub use data::{Line, Page, find_titles, site_of_url};
use data::{Reading, count_repeats, fold_of};
use optimiser::Optimiser;
use random::Random;
pub use record::Record;
pub use report::report;
pub use score::{PageScore, Summary};

/// Lines of one step.
const STEP_LINES: usize = 4096;

/// How a model is trained.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Where every random number comes from.
    pub seed: u64,
    /// How often every page is shown.
    pub epochs: usize,
    /// The share of a source's pages that each epoch shows; sources that are not named show all.
    pub shown: BTreeMap<String, f32>,
    /// What a page of a source counts; 1 for sources that are not named.
    pub weight: BTreeMap<String, f32>,
    /// N-grams of short lines get vectors if they stand on so many sites; 0 for no vectors at all.
    pub gram_sites: usize,
    /// How fast it learns at most.
    pub rate: f32,
    /// Changed copies of every page and epoch.
    pub copies: usize,
    /// How often a page of HTML is shown with its hints, and how often each group of them is hidden then.
    pub hints: f32,
    /// See `hints`.
    pub group_dropout: f32,
    /// How often the counts of a site's repeated lines are shown.
    pub repeats: f32,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            seed: 0,
            epochs: 12,
            // DAnIEL's pages are many and alike.
            shown: BTreeMap::from([("daniel".into(), 0.3)]),
            weight: BTreeMap::new(),
            gram_sites: 30,
            rate: 4e-3,
            copies: 1,
            hints: 0.5,
            group_dropout: 0.12,
            repeats: 0.25,
        }
    }
}

/// A trained model and how it got there.
pub struct Trained {
    weights: Weights,
    /// Mean loss of each epoch.
    pub losses: Vec<f32>,
}

/// Counts how often lines are repeated over the pages of a site: see [`Page::site_pages`].
pub fn count_site_repeats(pages: &mut [Page]) {
    count_repeats(pages);
}

/// Trains on all pages.
///
/// # Errors
/// If there is no page with a line to keep and a line to drop.
pub fn train(
    pages: &[&Page],
    recipe: &Recipe,
    progress: &mut dyn FnMut(usize, f32),
) -> Result<Trained, String> {
    let learnable = |page: &&&Page| page.lines.iter().any(|l| l.keep) && page.lines.iter().any(|l| !l.keep);
    if pages.iter().find(learnable).is_none() {
        return Err("no page has both lines to keep and lines to drop: there is nothing to learn".into());
    }
    let mut random = Random::new(recipe.seed);
    let (mean, deviation, vocabulary) = survey(pages, recipe.gram_sites);
    let parameters = initial(vocabulary.len(), &mut random);
    let mut weights = Weights::new(mean, deviation, vocabulary, parameters);
    let loss = Loss {
        smoothing: 0.02,
        guess: 0.3,
        hidden_dropout: 0.2,
        input_dropout: 0.05,
        gram_dropout: 0.3,
        page_gram_dropout: 0.5,
    };
    let pool = Pool::new(pages, &mut random);
    let mut tape = Tape::default();
    let mut maker = Maker::default();
    let mut gradient = vec![0.0; weights.parameters.len()];
    let mut optimiser: Option<Optimiser> = None;
    let mut losses = Vec::new();
    for epoch in 0..recipe.epochs {
        let examples = draw(pages, &pool, recipe, &mut random);
        let steps = batches(&examples);
        let optimiser = optimiser.get_or_insert_with(|| {
            Optimiser::new(gradient.len(), (steps.len() * recipe.epochs) as u32, recipe.rate, 1e-4)
        });
        let (mut sum, count) = (0.0, steps.len());
        for step in steps {
            let batch: Vec<Example> =
                examples[step].iter().map(|draw| maker.make(&weights, draw, recipe)).collect();
            let total: f32 = batch.iter().flat_map(|example| &example.weight).sum();
            if total <= 0.0 {
                continue;
            }
            gradient.fill(0.0);
            let transposed = Transposed::of(&weights.parameters);
            for example in &batch {
                sum += tape.learn(
                    &weights.parameters,
                    &transposed,
                    example,
                    total,
                    &loss,
                    &mut random,
                    &mut gradient,
                );
            }
            optimiser.apply(&mut weights.parameters, &gradient);
        }
        losses.push(sum / count.max(1) as f32);
        progress(epoch, sum / count.max(1) as f32);
    }
    weights.prepare();
    Ok(Trained { weights, losses })
}

/// Holds out each of `folds` shares of the sites in turn, trains on the others and scores the model on the share.
/// Sources in `always_train` are never held out. The last argument is told of every fold that is done.
///
/// # Errors
/// If a fold has nothing to learn from.
pub fn cross_validate(
    pages: &[Page],
    recipe: &Recipe,
    folds: u32,
    always_train: &BTreeSet<String>,
    progress: &mut dyn FnMut(u32),
) -> Result<Vec<PageScore>, String> {
    let mut scores = Vec::new();
    for fold in 0..folds {
        let (training, held) = split(pages, folds, fold, always_train);
        scores.extend(train(&training, recipe, &mut |_, _| {})?.score(held));
        progress(fold);
    }
    Ok(scores)
}

/// Parts the pages into those to train on and those that the fold holds out.
#[must_use]
pub fn split<'p>(
    pages: &'p [Page],
    folds: u32,
    fold: u32,
    always_train: &BTreeSet<String>,
) -> (Vec<&'p Page>, Vec<&'p Page>) {
    let held = |page: &&Page| !always_train.contains(&page.source) && fold_of(&page.site, folds) == fold;
    pages.iter().partition(|page| !held(page))
}

impl Trained {
    /// The model file.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.weights.to_text()
    }

    /// Reads a model file, to score pages with it.
    ///
    /// # Errors
    /// If the text is no model of this version.
    pub fn from_text(text: &str) -> Result<Self, String> {
        Ok(Self { weights: Weights::from_text(text)?, losses: Vec::new() })
    }

    /// Scores pages as the stage would label them.
    pub fn score<'p>(&self, pages: impl IntoIterator<Item = &'p Page>) -> Vec<PageScore> {
        let mut judge = Judge::default();
        pages
            .into_iter()
            .map(|page| {
                let (kept, by_model) = judge.judge(&self.weights, page);
                PageScore::new(page, &kept, &by_model, judge.labeller.keep(), |line| {
                    judge.reading.page.lines[line].tokens
                })
            })
            .collect()
    }
}

/// Everything that labelling a page needs.
#[derive(Default)]
struct Judge {
    reading: Reading,
    labeller: Labeller,
    verdicts: Verdicts,
}

impl Judge {
    /// Whether each line stays; and whether it would by the model alone.
    fn judge(&mut self, weights: &Weights, page: &Page) -> (Vec<bool>, Vec<bool>) {
        self.reading.read(&page.lines, &page.containers, 0, None);
        let read = &self.reading.page;
        let bar = self.labeller.label(weights, read, self.reading.hints.as_ref(), None, None, 0.0);
        decide::decide(read, &self.reading.source, self.labeller.keep(), bar, &mut self.verdicts);
        let kept = (0..page.lines.len()).map(|line| self.verdicts.get(line).is_none()).collect();
        (kept, self.labeller.keep().iter().map(|p| *p >= bar).collect())
    }
}

/// The pages' features and n-grams as they are, before training: their statistics and the vocabulary.
fn survey(pages: &[&Page], gram_sites: usize) -> (Statistics, Statistics, Vec<u32>) {
    const ALL: usize = FEATURES + EXTRA;
    let mut sums = [0.0f64; ALL];
    let mut squares = [0.0f64; ALL];
    let mut counts = [0.0f64; ALL];
    let mut sites: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    let mut reading = Reading::default();
    let mut features = Features::default();
    let mut extra = Extra::default();
    for page in pages {
        reading.read(&page.lines, &page.containers, page.site_pages, None);
        features.compute(&reading.page);
        extra.compute(&reading.page, reading.hints.as_ref(), reading.repeats.as_ref());
        for (line, row) in features.rows().iter().enumerate() {
            let mut add = |i: usize, value: f32| {
                sums[i] += f64::from(value);
                squares[i] += f64::from(value) * f64::from(value);
                counts[i] += 1.0;
            };
            row.iter().enumerate().for_each(|(i, value)| add(i, *value));
            // What is not known has no part in the mean of what is.
            if let Some(extra) = extra.rows().get(line) {
                for (from, to) in [(HINTS_FLAG, COUNTS_FLAG), (COUNTS_FLAG, EXTRA)] {
                    if extra[from] != 0.0 {
                        (from + 1..to).for_each(|i| add(FEATURES + i, extra[i]));
                    }
                }
            }
            if gram_sites > 0 {
                for gram in features.grams()[line].iter().filter(|gram| **gram != 0) {
                    sites.entry(*gram).or_default().insert(&page.site);
                }
            }
        }
    }
    // The flags, and what no page has, stay as they are.
    let mean = std::array::from_fn(|i| (sums[i] / counts[i].max(1.0)) as f32);
    let deviation = std::array::from_fn(|i| {
        let mean = sums[i] / counts[i].max(1.0);
        let spread = (squares[i] / counts[i].max(1.0) - mean * mean).max(0.0).sqrt() + 1e-3;
        // A rare trait would be shown as an enormous one.
        if counts[i] == 0.0 {
            1.0
        } else if i < FEATURES {
            spread as f32
        } else {
            spread.max(0.05) as f32
        }
    });
    let vocabulary =
        sites.into_iter().filter(|(_, on)| on.len() >= gram_sites).map(|(gram, _)| gram).collect();
    (mean, deviation, vocabulary)
}

fn initial(grams: usize, random: &mut Random) -> Vec<f32> {
    let mut flat = vec![0.0; Layout::GRAMS + grams * GRAM_WIDTH];
    let mut fill = |from: usize, count: usize, fan_in: usize, scale: f32| {
        let deviation = if fan_in == 0 { scale } else { (2.0 / fan_in as f32).sqrt() * scale };
        flat[from..from + count].iter_mut().for_each(|value| *value = random.normal() * deviation);
    };
    fill(Layout::W0, INPUTS * CHANNELS, INPUTS, 1.0);
    for number in 0..DILATIONS.len() {
        let block = Layout::block(number).start;
        fill(block + Layout::TAPS, 3 * CHANNELS, 0, 0.5);
        fill(block + Layout::MATRIX, CHANNELS * CHANNELS, CHANNELS, 0.3);
    }
    fill(Layout::GUESS, CHANNELS, CHANNELS, 1.0);
    fill(Layout::POOL, 2 * CHANNELS * CHANNELS, 2 * CHANNELS, 0.1);
    fill(Layout::FACTS, 6 * CHANNELS, 6, 0.3);
    fill(Layout::OUT, CHANNELS, CHANNELS, 0.5);
    fill(Layout::GRAMS, grams * GRAM_WIDTH, 0, 0.02);
    flat
}

/// A page to be shown, as it is or changed.
struct Draw<'p> {
    page: &'p Page,
    changed: Option<Changed>,
    knows_language: bool,
    /// Which groups of hints are shown, a bit for each; `None` for no hints at all.
    hints: Option<u32>,
    knows_repeats: bool,
}

impl Draw<'_> {
    fn lines(&self) -> &[Line] {
        self.changed.as_ref().map_or(&self.page.lines, |changed| &changed.lines)
    }

    fn containers(&self) -> &[Container] {
        match &self.changed {
            _ if self.hints.is_none() => &[],
            Some(changed) => &changed.containers,
            None => &self.page.containers,
        }
    }
}

/// What one epoch shows, in its order.
fn draw<'p>(pages: &[&'p Page], pool: &Pool<'_>, recipe: &Recipe, random: &mut Random) -> Vec<Draw<'p>> {
    let mut draws = Vec::new();
    let draw = |page: &'p Page, changed: Option<Changed>, random: &mut Random| Draw {
        page,
        changed,
        knows_language: random.chance(0.5),
        hints: (page.has_hints() && random.chance(recipe.hints)).then(|| {
            (0..GROUPS.len())
                .fold(0, |shown, group| shown | u32::from(!random.chance(recipe.group_dropout)) << group)
        }),
        knows_repeats: page.site_pages > 0 && random.chance(recipe.repeats),
    };
    for page in pages {
        let shown = recipe.shown.get(&page.source).copied().unwrap_or(1.0);
        if random.chance(shown) {
            draws.push(draw(page, None, random));
        }
        for _ in 0..recipe.copies {
            if random.chance(shown * shown)
                && let Some(changed) = pool.change(page, random)
            {
                draws.push(draw(page, Some(changed), random));
            }
        }
    }
    random.shuffle(&mut draws);
    draws
}

/// Ranges of draws that make a step each.
fn batches(draws: &[Draw<'_>]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut lines) = (0, 0);
    for (at, draw) in draws.iter().enumerate() {
        let count = draw.lines().len().min(STEP_LINES) + 16;
        if at > start && lines + count > STEP_LINES {
            ranges.push(start..at);
            (start, lines) = (at, 0);
        }
        lines += count;
    }
    if start < draws.len() {
        ranges.push(start..draws.len());
    }
    ranges
}

/// Makes examples of pages.
#[derive(Default)]
struct Maker {
    reading: Reading,
    features: Features,
    extra: Extra,
}

impl Maker {
    fn make(&mut self, weights: &Weights, draw: &Draw<'_>, recipe: &Recipe) -> Example {
        let lines = draw.lines();
        let lines = &lines[..lines.len().min(STEP_LINES)];
        // The stage is told the language when a stage before it has found it out, and not otherwise.
        let language = draw.knows_language.then_some(draw.page.language.as_str());
        let site_pages = if draw.knows_repeats { draw.page.site_pages } else { 0 };
        self.reading.read(lines, draw.containers(), site_pages, language);
        let Self { reading, features, extra } = self;
        features.compute(&reading.page);
        extra.compute(&reading.page, reading.hints.as_ref(), reading.repeats.as_ref());
        let mut example = Example::default();
        let number = |gram: u32| if gram == 0 { None } else { weights.gram_number(gram) };
        for (line, row) in features.rows().iter().enumerate() {
            let mut input = [0.0; INPUTS];
            for (i, value) in row.iter().enumerate() {
                input[i] = weights.standardise(i, *value);
            }
            if let Some(extra) = extra.rows().get(line) {
                for (from, to) in [(HINTS_FLAG, COUNTS_FLAG), (COUNTS_FLAG, EXTRA)] {
                    for i in if extra[from] == 0.0 { 0..0 } else { from..to } {
                        input[FEATURES + i] = weights.standardise(FEATURES + i, extra[i]);
                    }
                }
                for (number, group) in GROUPS.into_iter().enumerate() {
                    if draw.hints.is_some_and(|shown| shown >> number & 1 == 0) {
                        group.for_each(|i| input[FEATURES + i] = 0.0);
                    }
                }
            }
            example.inputs.push(input);
            let grams: &Grams = &features.grams()[line];
            example.grams.push(grams.map(|gram| number(gram).map_or(NO_GRAM, |number| number as u32)));
            let tokens = features.tokens()[line] as f32;
            example.tokens.push(tokens);
            let Line { keep, ambiguous, is_title, .. } = lines[line];
            example.keep.push(f32::from(u8::from(keep || is_title)));
            let counts = (!ambiguous || is_title) && tokens > 0.0;
            example.weight.push(if counts { tokens.sqrt() } else { 0.0 });
        }
        let sum: f32 = example.weight.iter().sum();
        let page = recipe.weight.get(&draw.page.source).copied().unwrap_or(1.0);
        let scale = page / sum.max(1.0).sqrt();
        example.weight.iter_mut().for_each(|weight| *weight *= scale);
        example
    }
}
