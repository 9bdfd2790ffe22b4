//! The structure of a page: its words, its long lines, the blocks that they form, and what lies where.

use super::features::Logs;
use super::index::Index;
use super::math::ln_1p;
use super::scan::{End, LineScan, Token};

/// A token type of the page.
#[derive(Clone, Copy, Default)]
pub(super) struct Word {
    pub(super) hash: u64,
    /// In how many long lines it stands.
    long_lines: u32,
    /// In how many lines of the best block, and of the first big block.
    best: u32,
    first: u32,
    /// The line that was last seen to have it, plus one: to count a line's words once.
    seen: u32,
    /// The last long line that has it.
    last_long: u32,
    is_long: bool,
    is_function: bool,
    in_title: bool,
}

/// Lines `first..end`, and the tokens of the long ones among them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) mass: u32,
}

impl Block {
    pub(super) fn contains(&self, line: usize) -> bool {
        (self.first..self.end).contains(&line)
    }
}

/// Facts of the page that every line is given.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) lines: f32,
    pub(super) long_share: f32,
    pub(super) line_tokens: f32,
    pub(super) best_share: f32,
    pub(super) big_blocks: f32,
    pub(super) short_share: f32,
}

/// How many distinct words a line has, and shares with parts of the page. `function` counts tokens.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) function: u32,
    pub(super) content: u32,
    pub(super) best: u32,
    pub(super) first: u32,
    pub(super) previous: u32,
    pub(super) title: u32,
}

/// Distances to long lines are cut off here.
const FAR: u32 = 60;

/// All that is known of the page's lines together.
#[derive(Default)]
pub(super) struct Structure {
    index: Index,
    pub(super) words: Vec<Word>,
    /// The words of all lines, and where each line's begin.
    pub(super) ids: Vec<u32>,
    pub(super) bounds: Vec<u32>,
    pub(super) long: Vec<bool>,
    /// Tokens of long lines before each line.
    pub(super) long_before: Vec<u32>,
    pub(super) total: u32,
    pub(super) total_long: u32,
    pub(super) best: Block,
    pub(super) blocks: Vec<Block>,
    pub(super) block_of: Vec<Option<u32>>,
    /// Big blocks that ended before each line.
    pub(super) blocks_before: Vec<u32>,
    pub(super) since_long: Vec<u32>,
    pub(super) until_long: Vec<u32>,
    /// For lines that are not long, the length of their run and the lines of it before them.
    pub(super) runs: Vec<(u32, u32)>,
    pub(super) title_words: u32,
    pub(super) facts: Facts,
    first: Block,
    /// The least mass of a big block.
    big: u32,
    unspaced_lines: Vec<bool>,
    stamp: u32,
}

impl Structure {
    pub(super) fn clear(&mut self) {
        self.index.clear();
        self.words.clear();
        self.ids.clear();
        self.bounds.clear();
        self.bounds.push(0);
        self.long.clear();
        self.long_before.clear();
        self.long_before.push(0);
        self.unspaced_lines.clear();
        self.stamp = 0;
    }

    pub(super) fn tokens(&self, line: usize) -> u32 {
        self.bounds[line + 1] - self.bounds[line]
    }

    #[inline]
    pub(super) fn add_token(&mut self, token: Token) {
        let fresh = self.words.len() as u32;
        let (id, known) = self.index.entry(token.hash, fresh);
        let id = *id;
        if !known {
            self.words.push(Word {
                hash: token.hash,
                is_long: token.is_long,
                last_long: u32::MAX,
                ..Word::default()
            });
        }
        self.ids.push(id);
    }

    /// Closes the line whose tokens were added last.
    pub(super) fn end_line(&mut self, scan: &LineScan) {
        let tokens = self.ids.len() as u32 - self.bounds.last().copied().unwrap_or(0);
        self.bounds.push(self.ids.len() as u32);
        let enough = if scan.is_unspaced { 24 } else { 12 };
        let long = tokens >= enough && matches!(scan.end, End::Sentence | End::Ellipsis | End::Closer);
        self.long.push(long);
        let before = self.long_before.last().copied().unwrap_or(0);
        self.long_before.push(before + if long { tokens } else { 0 });
        self.unspaced_lines.push(scan.is_unspaced);
    }

    /// Finds all that follows from the lines' tokens.
    pub(super) fn analyse(&mut self) {
        self.total = self.ids.len() as u32;
        self.total_long = self.long_before.last().copied().unwrap_or(0);
        self.find_function_words();
        let score = self.find_best();
        self.find_blocks();
        self.count_words_of_blocks();
        self.find_title();
        self.find_distances();
        let n = self.long.len().max(1) as f32;
        let total = self.total.max(1) as f32;
        let short = (0..self.long.len()).filter(|&line| self.tokens(line) <= 3).count();
        let big = self.blocks.iter().filter(|block| self.is_big(block)).count();
        self.facts = Facts {
            lines: ln_1p(n),
            long_share: self.total_long.max(1) as f32 / total,
            line_tokens: ln_1p(total / n),
            best_share: score / total,
            big_blocks: ln_1p(big as f32),
            short_share: short as f32 / n,
        };
    }

    /// The distinct words of a line; `each` is called once for every one.
    fn distinct(words: &mut [Word], ids: &[u32], stamp: &mut u32, mut each: impl FnMut(&mut Word)) {
        *stamp += 1;
        for &id in ids {
            let word = &mut words[id as usize];
            if word.seen != *stamp {
                word.seen = *stamp;
                each(word);
            }
        }
    }

    fn range(&self, line: usize) -> std::ops::Range<usize> {
        self.bounds[line] as usize..self.bounds[line + 1] as usize
    }

    /// The page's own function words stand in many of its long lines: no list of any language is needed.
    fn find_function_words(&mut self) {
        let mut lines = 0u32;
        for line in 0..self.long.len() {
            if self.long[line] {
                lines += 1;
                let range = self.range(line);
                Self::distinct(&mut self.words, &self.ids[range], &mut self.stamp, |word| {
                    word.long_lines += 1
                });
            }
        }
        let least = (0.15 * lines as f32).max(2.0);
        for word in &mut self.words {
            word.is_function = word.long_lines as f32 >= least;
        }
    }

    /// The stretch of lines with the greatest sum, where long lines count their tokens and others cost: Kadane.
    /// Returns that sum.
    fn find_best(&mut self) -> f32 {
        let mut best = 0.0f32;
        self.best = Block::default();
        let (mut sum, mut start) = (0.0f32, 0);
        for line in 0..self.long.len() {
            let tokens = self.tokens(line) as f32;
            if sum <= 0.0 {
                (sum, start) = (0.0, line);
            }
            sum += if self.long[line] { tokens } else { -(8.0 + 0.3 * tokens) };
            if sum > best {
                best = sum;
                self.best = Block { first: start, end: line + 1, mass: 0 };
            }
        }
        best
    }

    /// Groups of long lines with no more than a few short ones between.
    fn find_blocks(&mut self) {
        self.blocks.clear();
        let mut last: Option<usize> = None;
        for line in 0..self.long.len() {
            if !self.long[line] {
                continue;
            }
            let begins =
                last.is_none_or(|last| line - last > 6 || self.bounds[line] - self.bounds[last + 1] > 45);
            if begins {
                self.blocks.push(Block { first: line, end: line, mass: 0 });
            }
            let tokens = self.tokens(line);
            if let Some(block) = self.blocks.last_mut() {
                block.end = line + 1;
                block.mass += tokens;
            }
            last = Some(line);
        }
        let n = self.long.len();
        self.block_of.clear();
        self.block_of.resize(n, None);
        self.blocks_before.clear();
        self.blocks_before.resize(n + 1, 0);
        let most = self.blocks.iter().map(|block| block.mass).max().unwrap_or(0);
        self.big = (most / 4).max(60);
        self.first = Block::default();
        for (number, block) in self.blocks.iter().enumerate().rev() {
            self.block_of[block.first..block.end].fill(Some(number as u32));
            if block.mass >= self.big {
                self.blocks_before[block.end] += 1;
                self.first = *block;
            }
        }
        for line in 0..n {
            self.blocks_before[line + 1] += self.blocks_before[line];
        }
    }

    fn is_big(&self, block: &Block) -> bool {
        block.mass >= self.big
    }

    fn count_words_of_blocks(&mut self) {
        for line in self.best.first..self.best.end {
            if self.tokens(line) > 4 {
                let range = self.range(line);
                Self::distinct(&mut self.words, &self.ids[range], &mut self.stamp, |word| word.best += 1);
            }
        }
        for line in self.first.first..self.first.end {
            let range = self.range(line);
            Self::distinct(&mut self.words, &self.ids[range], &mut self.stamp, |word| word.first += 1);
        }
    }

    /// The line at the best block's head that shares most of its words with it is taken for its title.
    fn find_title(&mut self) {
        let mut title = None;
        let mut most = 0.0f32;
        let last = (self.best.first + 3).min(self.long.len());
        for line in self.best.first.saturating_sub(40)..last {
            let limit = if self.unspaced_lines[line] { 40 } else { 25 };
            if !(4..=limit).contains(&self.tokens(line)) {
                continue;
            }
            let own = u32::from(line >= self.best.first);
            let (mut shared, mut all) = (0u32, 0u32);
            let range = self.range(line);
            Self::distinct(&mut self.words, &self.ids[range], &mut self.stamp, |word| {
                if word.is_content() {
                    all += 1;
                    shared += u32::from(word.best > own);
                }
            });
            let score = (shared * shared) as f32 / all.max(1) as f32;
            if score > most {
                (most, title) = (score, Some(line));
            }
        }
        let mut words = 0;
        if let Some(line) = title {
            let range = self.range(line);
            Self::distinct(&mut self.words, &self.ids[range], &mut self.stamp, |word| {
                if word.is_content() {
                    word.in_title = true;
                    words += 1;
                }
            });
        }
        self.title_words = words;
    }

    fn find_distances(&mut self) {
        let n = self.long.len();
        self.since_long.clear();
        self.runs.clear();
        let mut since = FAR;
        let mut run = 0;
        for line in 0..n {
            self.since_long.push(since);
            if self.long[line] {
                (since, run) = (1, 0);
                self.runs.push((0, 0));
            } else {
                since = (since + 1).min(FAR);
                self.runs.push((0, run));
                run += 1;
            }
        }
        self.until_long.clear();
        self.until_long.resize(n, FAR);
        let mut until = FAR;
        let mut length = 0;
        for line in (0..n).rev() {
            self.until_long[line] = until;
            if self.long[line] {
                (until, length) = (1, 0);
            } else {
                if length == 0 {
                    length = self.runs[line].1 + 1;
                }
                self.runs[line].0 = length;
                until = (until + 1).min(FAR);
            }
        }
    }

    /// Tokens of long lines within so many lines of this one, and their share of all tokens there.
    pub(super) fn window(&self, line: usize, reach: usize) -> (u32, f32) {
        let from = line.saturating_sub(reach);
        let to = (line + reach + 1).min(self.long.len());
        let long = self.long_before[to] - self.long_before[from];
        let all = self.bounds[to] - self.bounds[from];
        (long, long as f32 / all.max(1) as f32)
    }

    /// How many of the two lines on either side are about as long and end alike.
    pub(super) fn alike(&self, scans: &[LineScan], logs: &Logs, line: usize) -> f32 {
        let size = logs.of(self.tokens(line));
        let ends = scans[line].end != End::Open;
        let mut alike = 0;
        for other in line.saturating_sub(2)..(line + 3).min(scans.len()) {
            if other != line
                && (logs.of(self.tokens(other)) - size).abs() < 0.25
                && (scans[other].end != End::Open) == ends
            {
                alike += 1;
            }
        }
        alike as f32
    }

    /// What the line shares with the blocks, the title and the long line before it. To be asked line by line, in order.
    pub(super) fn share(&mut self, line: usize, previous_long: &mut u32) -> Shared {
        let mut shared = Shared::default();
        let range = self.range(line);
        let own_best = u32::from(self.best.contains(line) && range.len() > 4);
        let own_first = u32::from(self.first.contains(line));
        let long = self.long[line];
        let previous = *previous_long;
        self.stamp += 1;
        for &id in &self.ids[range] {
            let word = &mut self.words[id as usize];
            shared.function += u32::from(word.is_function);
            if word.seen == self.stamp || !word.is_content() {
                continue;
            }
            word.seen = self.stamp;
            shared.content += 1;
            shared.best += u32::from(word.best > own_best);
            shared.first += u32::from(word.first > own_first);
            shared.previous += u32::from(previous != u32::MAX && word.last_long == previous);
            shared.title += u32::from(word.in_title);
            if long {
                word.last_long = line as u32;
            }
        }
        if long {
            *previous_long = line as u32;
        }
        shared
    }
}

impl Word {
    /// Whether it says what the text is about.
    fn is_content(&self) -> bool {
        self.is_long && !self.is_function
    }
}
