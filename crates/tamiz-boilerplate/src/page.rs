//! The page as a whole: where its prose stands, which block of it is the main one, what repeats.

use tamiz_core::{Document, Span};

use crate::line::{Buffers, Line, Reader};
use crate::words::{Counter, Words};

/// A run of prose lines with little between them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Tokens of its prose.
    pub(crate) tokens: u32,
}

/// No line or block.
pub(crate) const NONE: u32 = u32::MAX;

/// What is known of a page before any line is judged. Indices are of lines with something kept.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) lines: Vec<Line>,
    /// The number of each in the document.
    pub(crate) numbers: Vec<u32>,
    pub(crate) words: Words,
    pub(crate) prose: Vec<bool>,
    /// Tokens before each line, of all lines and of prose; one longer than `lines`.
    pub(crate) tokens_before: Vec<u32>,
    pub(crate) prose_before: Vec<u32>,
    /// How often the whole line, its first two and its last two tokens stand elsewhere on the page.
    pub(crate) repeats: Vec<[u32; 3]>,
    pub(crate) repeated_above: Vec<bool>,
    /// Lines to the last prose line above and the next below; a distance of [`FAR`] if there is none.
    pub(crate) since_prose: Vec<u32>,
    pub(crate) until_prose: Vec<u32>,
    /// Length of the run of lines that are no prose, and the place in it.
    pub(crate) run: Vec<(u32, u32)>,
    /// The block of each line, or [`NONE`]; and how many big blocks end above it.
    pub(crate) block_of: Vec<u32>,
    pub(crate) big_above: Vec<u32>,
    pub(crate) blocks: Vec<Block>,
    /// The stretch with the largest sum of prose less what stands between; empty if there is no prose.
    pub(crate) best: Block,
    /// The first block that is not small beside the largest.
    pub(crate) first_big: Block,
    pub(crate) big_blocks: u32,
    pub(crate) title: u32,
    pub(crate) title_words: u32,
    pub(crate) tiny_lines: u32,
    /// Whether HTML says more of the lines.
    pub(crate) has_hints: bool,
    counters: [Counter; 3],
    buffers: Buffers,
}

/// The distance to something that is not there.
pub(crate) const FAR: u32 = 60;

impl Page {
    /// Reads a document's kept lines, in time linear in its length.
    pub(crate) fn read(&mut self, document: &Document, reader: &Reader<'_>) {
        self.lines.clear();
        self.has_hints = document.hints().is_some();
        self.numbers.clear();
        self.words.clear();
        let mut at: Option<(usize, Span)> = None;
        for run in document.kept() {
            match &mut at {
                // An earlier stage cut something within the line: judge it from its first kept word to its last.
                Some((line, span)) if *line == run.line => *span = Span::new(span.start(), run.span.end()),
                _ => {
                    if let Some((line, span)) = at.replace((run.line, run.span)) {
                        self.push(document, reader, line, span);
                    }
                }
            }
        }
        if let Some((line, span)) = at {
            self.push(document, reader, line, span);
        }
        self.count_words();
        self.find_blocks();
        self.count_repeats();
        self.measure_distances();
        self.find_title();
    }

    fn push(&mut self, document: &Document, reader: &Reader<'_>, number: usize, span: Span) {
        self.lines.push(Line::default());
        if let Some(line) = self.lines.last_mut() {
            reader.read(document.source(), span, &mut self.words, &mut self.buffers, line);
        }
        self.numbers.push(number as u32);
    }

    /// Whether the line's tokens are mostly those of a script without blanks.
    pub(crate) fn token_sum(&self, first: usize, end: usize) -> u32 {
        self.tokens_before[end] - self.tokens_before[first]
    }

    pub(crate) fn prose_sum(&self, first: usize, end: usize) -> u32 {
        self.prose_before[end] - self.prose_before[first]
    }

    /// In how many lines each word stands, and in how many of prose.
    fn count_words(&mut self) {
        let Page { lines, words, prose, tokens_before, prose_before, .. } = self;
        prose.clear();
        tokens_before.clear();
        prose_before.clear();
        let (mut sum, mut prose_sum) = (0, 0);
        for (i, line) in lines.iter().enumerate() {
            let is_prose = line.is_prose();
            prose.push(is_prose);
            tokens_before.push(sum);
            prose_before.push(prose_sum);
            sum += line.tokens;
            prose_sum += if is_prose { line.tokens } else { 0 };
            let (tokens, entries) = line.tokens_and(words);
            for &at in tokens {
                let entry = &mut entries[at as usize];
                if entry.mark != i as u32 + 1 {
                    entry.mark = i as u32 + 1;
                    entry.lines += 1;
                    entry.prose += u32::from(is_prose);
                }
            }
        }
        tokens_before.push(sum);
        prose_before.push(prose_sum);
        // Words of very many lines of prose are the language's function words, and say nothing about the topic.
        let many = prose.iter().filter(|prose| **prose).count() as f32 * 0.15;
        for entry in &mut words.entries {
            entry.is_content &= (entry.prose as f32) < many.max(5.0);
            entry.mark = 0;
        }
    }

    fn find_blocks(&mut self) {
        self.blocks.clear();
        self.block_of.clear();
        self.best = Block { first: 1, last: 0, tokens: 0 };
        let (mut best, mut sum, mut first) = (0.0f32, 0.0f32, 0);
        let mut last = None;
        for i in 0..self.lines.len() {
            let tokens = self.lines[i].tokens;
            let value = if self.prose[i] { tokens as f32 } else { -(8.0 + 0.3 * tokens as f32) };
            if sum <= 0.0 {
                sum = 0.0;
                first = i;
            }
            sum += value;
            if sum > best {
                best = sum;
                self.best = Block { first, last: i, tokens: sum as u32 };
            }
            if self.prose[i] {
                let joins = last.is_some_and(|last| i - last <= 6 && self.token_sum(last + 1, i) <= 45);
                if !joins {
                    self.blocks.push(Block { first: i, last: i, tokens: 0 });
                }
                if let Some(block) = self.blocks.last_mut() {
                    block.last = i;
                    block.tokens += tokens;
                }
                last = Some(i);
            }
        }
        let largest = self.blocks.iter().map(|block| block.tokens).max().unwrap_or(0);
        let is_big = |block: &Block| block.tokens as f32 >= (0.25 * largest as f32).max(60.0);
        self.big_blocks = self.blocks.iter().filter(|block| is_big(block)).count() as u32;
        self.first_big = self.blocks.iter().find(|block| is_big(block)).copied().unwrap_or(Block {
            first: 1,
            last: 0,
            tokens: 0,
        });
        self.block_of.resize(self.lines.len(), NONE);
        self.big_above.clear();
        self.big_above.resize(self.lines.len() + 1, 0);
        for (number, block) in self.blocks.iter().enumerate() {
            self.block_of[block.first..=block.last].fill(number as u32);
            self.big_above[block.last + 1] += u32::from(is_big(block));
        }
        let mut above = 0;
        for count in &mut self.big_above {
            above += *count;
            *count = above;
        }
        let Page { lines, words, best, first_big, .. } = self;
        for (i, line) in lines.iter().enumerate().take(best.last + 1).skip(best.first) {
            let (tokens, entries) = line.tokens_and(words);
            for &at in tokens {
                let entry = &mut entries[at as usize];
                if line.tokens > 4 && entry.mark != i as u32 + 1 {
                    entry.mark = i as u32 + 1;
                    entry.best += 1;
                }
            }
        }
        words.entries.iter_mut().for_each(|entry| entry.mark = 0);
        for (i, line) in lines.iter().enumerate().take(first_big.last + 1).skip(first_big.first) {
            let (tokens, entries) = line.tokens_and(words);
            for &at in tokens {
                let entry = &mut entries[at as usize];
                if entry.mark != i as u32 + 1 {
                    entry.mark = i as u32 + 1;
                    entry.first += 1;
                }
            }
        }
    }

    fn count_repeats(&mut self) {
        let Page { lines, counters, repeats, repeated_above, .. } = self;
        counters.iter_mut().for_each(|counter| counter.reset(lines.len()));
        repeats.clear();
        repeated_above.clear();
        for line in lines.iter() {
            let (whole, before) = counters[0].add(line.hash);
            repeated_above.push(before > 0);
            // First where each stands in its table, then how often it was counted there.
            let mut places = [whole, 0, 0];
            if line.tokens > 2 {
                (places[1], _) = counters[1].add(line.head_hash);
                (places[2], _) = counters[2].add(line.tail_hash);
            }
            repeats.push(places);
        }
        for (line, repeats) in lines.iter().zip(repeats) {
            let [whole, head, tail] = *repeats;
            let long = line.tokens > 2;
            let others =
                |counter: &Counter, place| if long { counter.count(place).saturating_sub(1) } else { 0 };
            *repeats = [
                counters[0].count(whole).saturating_sub(1),
                others(&counters[1], head),
                others(&counters[2], tail),
            ];
        }
    }

    fn measure_distances(&mut self) {
        let count = self.lines.len();
        self.since_prose.clear();
        let mut since = FAR;
        for i in 0..count {
            since = (since + 1).min(FAR);
            self.since_prose.push(since);
            if self.prose[i] {
                since = 0;
            }
        }
        self.until_prose.clear();
        self.until_prose.resize(count, FAR);
        let mut until = FAR;
        for i in (0..count).rev() {
            until = (until + 1).min(FAR);
            self.until_prose[i] = until;
            if self.prose[i] {
                until = 0;
            }
        }
        self.run.clear();
        self.run.resize(count, (0, 0));
        let mut i = 0;
        while i < count {
            let end = (i..count).find(|&j| self.prose[j]).unwrap_or(count);
            for (place, j) in (i..end).enumerate() {
                self.run[j] = ((end - i) as u32, place as u32);
            }
            i = end.max(i + 1);
            // A prose line is no run; step over it.
            while i < count && self.prose[i] {
                i += 1;
            }
        }
        self.tiny_lines = self.lines.iter().filter(|line| line.tokens <= 3).count() as u32;
    }

    /// The short line around the start of the best block that shares most words with it.
    fn find_title(&mut self) {
        self.title = NONE;
        self.title_words = 0;
        let Some(end) = (self.best.tokens > 0).then(|| (self.best.first + 3).min(self.lines.len())) else {
            return;
        };
        let mut best = 0.0;
        for i in self.best.first.saturating_sub(40)..end {
            let line = &self.lines[i];
            let most = if line.unspaced * 2 > line.tokens { 40 } else { 25 };
            if line.tokens < 4 || line.tokens > most {
                continue;
            }
            let own = u32::from(i >= self.best.first);
            let (mut shared, mut all) = (0u32, 0u32);
            for &at in line.tokens_of(&self.words) {
                let entry = &self.words.entries[at as usize];
                if entry.is_content {
                    all += 1;
                    shared += u32::from(entry.best > own);
                }
            }
            let score = (shared * shared) as f32 / all.max(1) as f32;
            if score > best {
                best = score;
                self.title = i as u32;
                self.title_words = all;
            }
        }
        if self.title != NONE {
            let line = &self.lines[self.title as usize];
            let (tokens, entries) = line.tokens_and(&mut self.words);
            tokens.iter().for_each(|at| entries[*at as usize].in_title = true);
        }
    }
}
