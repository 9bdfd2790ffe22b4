//! The network's gradient, written out by hand: a forward pass that remembers, and the way back.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::super::kernel;
use super::super::math::{ln_1p, sigmoid};
use super::super::net::{
    CHANNELS, DILATIONS, GRAM_INPUTS, GRAM_SUMS, GRAM_WIDTH, GUESS_BLOCK, GUESS_FACTS, GUESS_TOKENS, INPUTS,
    Layout, Row, add_product, add_scaled, dot, guess_facts, guess_log, mix_lines, pooled, rows,
};
use super::random::Random;

const BLOCKS: usize = DILATIONS.len();

/// A page as the network is trained on it.
#[derive(Default)]
pub(super) struct Example {
    /// Standardised features, and room for the sums of n-grams.
    pub(super) inputs: Vec<[f32; INPUTS]>,
    /// Places in the vocabulary of each line's known n-grams, [`NO_GRAM`] for none.
    pub(super) grams: Vec<[u32; 6]>,
    pub(super) tokens: Vec<f32>,
    pub(super) keep: Vec<f32>,
    /// What each line's error counts; 0 for ambiguous lines.
    pub(super) weight: Vec<f32>,
}

/// No n-gram.
pub(super) const NO_GRAM: u32 = u32::MAX;

/// Which n-grams are summed together.
const GRAM_GROUPS: [std::ops::Range<usize>; GRAM_SUMS] = [0..3, 3..5, 5..6];

/// How the loss is made up.
#[derive(Clone, Copy)]
pub(super) struct Loss {
    /// How far labels are pulled from 0 and 1: they are not always right.
    pub(super) smoothing: f32,
    /// What the first guess's own error counts.
    pub(super) guess: f32,
    /// How many of the first layer's channels are silenced at random, and how many inputs.
    pub(super) hidden_dropout: f32,
    pub(super) input_dropout: f32,
    /// How many n-grams are hidden, and of how many pages all are.
    pub(super) gram_dropout: f32,
    pub(super) page_gram_dropout: f32,
}

/// The buffers of one page's forward and backward pass.
#[derive(Default)]
pub(super) struct Tape {
    inputs: Vec<[f32; INPUTS]>,
    hidden: [Vec<Row>; BLOCKS + 1],
    mixed: [Vec<Row>; BLOCKS],
    active: [Vec<Row>; BLOCKS],
    guess: Vec<f32>,
    before: Vec<f32>,
    told: Vec<[f32; GUESS_FACTS]>,
    d_hidden: Vec<Row>,
    d_next: Vec<Row>,
    d_mixed: Vec<Row>,
    d_logit: Vec<f32>,
    d_guess: Vec<f32>,
    d_before: Vec<f32>,
}

/// Matrices the other way round, for the way back; made once a step.
pub(super) struct Transposed {
    blocks: Vec<Vec<Row>>,
    first: Vec<[f32; CHANNELS]>,
}

impl Transposed {
    pub(super) fn of(flat: &[f32]) -> Self {
        let blocks = (0..BLOCKS)
            .map(|number| {
                let block = &flat[Layout::block(number)];
                let matrix = rows(&block[Layout::MATRIX..Layout::BIAS]);
                (0..CHANNELS).map(|j| std::array::from_fn(|i| matrix[i][j])).collect()
            })
            .collect();
        Self { blocks, first: rows(&flat[Layout::W0 + GRAM_INPUTS * CHANNELS..Layout::B0]).to_vec() }
    }
}

fn rows_mut(flat: &mut [f32]) -> &mut [Row] {
    flat.as_chunks_mut().0
}

impl Tape {
    /// One page: adds to the gradient, returns the loss. `total` is the sum of the weights of the step's lines.
    #[allow(clippy::too_many_arguments, reason = "what a step works on, called in one place")]
    pub(super) fn learn(
        &mut self,
        flat: &[f32],
        transposed: &Transposed,
        example: &Example,
        total: f32,
        loss: &Loss,
        random: &mut Random,
        gradient: &mut [f32],
    ) -> f32 {
        kernel::dispatch(
            #[inline(always)]
            || {
                let shown = self.forward(flat, example, loss, random);
                let value = self.output(flat, example, total, loss, gradient);
                for number in (0..BLOCKS).rev() {
                    self.block_back(number, flat, transposed, example, total, loss, gradient);
                }
                self.first_back(transposed, example, loss, &shown, gradient);
                value
            },
        )
    }

    #[inline(always)]
    fn forward(
        &mut self,
        flat: &[f32],
        example: &Example,
        loss: &Loss,
        random: &mut Random,
    ) -> Vec<[u32; 6]> {
        self.inputs.clear();
        self.inputs.extend_from_slice(&example.inputs);
        let mut shown = example.grams.clone();
        let hide_all = random.chance(loss.page_gram_dropout);
        let vectors = flat[Layout::GRAMS..].as_chunks::<GRAM_WIDTH>().0;
        for (input, grams) in self.inputs.iter_mut().zip(&mut shown) {
            // Sixteen random bits an input are enough, and four times cheaper.
            let bar = (loss.input_dropout * 65536.0) as u64;
            for chunk in input[..GRAM_INPUTS].chunks_mut(4) {
                let bits = random.next();
                for (k, value) in chunk.iter_mut().enumerate() {
                    if (bits >> (16 * k)) & 0xffff < bar {
                        *value = 0.0;
                    }
                }
            }
            for gram in grams.iter_mut() {
                if *gram != NO_GRAM && (hide_all || random.chance(loss.gram_dropout)) {
                    *gram = NO_GRAM;
                }
            }
            for (sum, group) in GRAM_GROUPS.into_iter().enumerate() {
                let known: Vec<u32> = grams[group].iter().copied().filter(|gram| *gram != NO_GRAM).collect();
                let scale = 1.0 / (known.len().max(1) as f32).sqrt();
                for k in 0..GRAM_WIDTH {
                    input[GRAM_INPUTS + sum * GRAM_WIDTH + k] =
                        known.iter().map(|gram| vectors[*gram as usize][k]).sum::<f32>() * scale;
                }
            }
        }
        let w0 = rows(&flat[Layout::W0..Layout::B0]);
        let b0 = rows(&flat[Layout::B0..])[0];
        let first = &mut self.hidden[0];
        let bar = (loss.hidden_dropout * 65536.0) as u64;
        let scale = 1.0 / (1.0 - loss.hidden_dropout);
        kernel::multiply(first, &self.inputs, w0, &b0);
        for sum in first.iter_mut() {
            for chunk in sum.chunks_mut(4) {
                let bits = random.next();
                for (k, value) in chunk.iter_mut().enumerate() {
                    let kept = (bits >> (16 * k)) & 0xffff >= bar;
                    *value = if kept { value.max(0.0) * scale } else { 0.0 };
                }
            }
        }
        for (number, &reach) in DILATIONS.iter().enumerate() {
            let block = &flat[Layout::block(number)];
            let taps = rows(&block[Layout::TAPS..Layout::MATRIX]);
            let matrix = rows(&block[Layout::MATRIX..Layout::BIAS]);
            let bias: &Row = &rows(&block[Layout::BIAS..])[0];
            let told = (number == GUESS_BLOCK).then(|| self.guess(flat, example));
            let facts = rows(&flat[Layout::FACTS..Layout::OUT]);
            let (past, future) = self.hidden.split_at_mut(number + 1);
            let (hidden, next) = (&past[number], &mut future[0]);
            let (mixed, active) = (&mut self.mixed[number], &mut self.active[number]);
            mix_lines(mixed, hidden, taps, reach);
            kernel::multiply(active, mixed, matrix, bias);
            if let Some(shared) = &told {
                for (sum, told) in active.iter_mut().zip(&self.told) {
                    add_scaled(sum, 1.0, shared);
                    for (value, row) in told.iter().zip(facts) {
                        add_scaled(sum, *value, row);
                    }
                }
            }
            next.clear();
            for (h, sum) in hidden.iter().zip(active.iter_mut()) {
                *sum = sum.map(|x| x.max(0.0));
                let mut h = *h;
                add_scaled(&mut h, 1.0, sum);
                next.push(h);
            }
        }
        shown
    }

    /// The first guess, and what follows from it for every line.
    #[inline(always)]
    fn guess(&mut self, flat: &[f32], example: &Example) -> Row {
        let hidden = &self.hidden[GUESS_BLOCK];
        let vector = &rows(&flat[Layout::GUESS..])[0];
        let bias = flat[Layout::SCALARS];
        self.guess.clear();
        self.before.clear();
        let (mut all, mut content) = ([0.0; CHANNELS], [0.0; CHANNELS]);
        let mut mass = 0.0;
        for (h, tokens) in hidden.iter().zip(&example.tokens) {
            let q = sigmoid(dot(h, vector) + bias);
            let tokens = q * tokens.min(GUESS_TOKENS);
            self.guess.push(q);
            self.before.push(mass);
            mass += tokens;
            add_scaled(&mut all, 1.0, h);
            add_scaled(&mut content, tokens, h);
        }
        self.before.push(mass);
        self.told.clear();
        for line in 0..hidden.len() {
            let (before, after) = (self.before[line], (mass - self.before[line + 1]).max(0.0));
            let logs = [before, after, mass].map(guess_log);
            self.told.push(guess_facts(self.guess[line], before, after, mass, logs));
        }
        pooled(flat, &all, &content, hidden.len(), mass)
    }

    /// The output layer and the loss; leaves the gradient by the last hidden rows.
    #[inline(always)]
    fn output(
        &mut self,
        flat: &[f32],
        example: &Example,
        total: f32,
        loss: &Loss,
        gradient: &mut [f32],
    ) -> f32 {
        let out = &rows(&flat[Layout::OUT..])[0];
        let bias = flat[Layout::SCALARS + 1];
        let mut value = 0.0;
        self.d_hidden.clear();
        self.d_logit.clear();
        let mut d_out = [0.0; CHANNELS];
        for (line, h) in self.hidden[BLOCKS].iter().enumerate() {
            let target = example.keep[line] * (1.0 - 2.0 * loss.smoothing) + loss.smoothing;
            let logit = dot(h, out) + bias;
            let weight = example.weight[line] / total;
            value += weight * (logit.max(0.0) - logit * target + ln_1p((-logit.abs()).exp()));
            let d = weight * (sigmoid(logit) - target);
            self.d_logit.push(d);
            gradient[Layout::SCALARS + 1] += d;
            add_scaled(&mut d_out, d, h);
            self.d_hidden.push(out.map(|o| o * d));
        }
        add_scaled(&mut rows_mut(&mut gradient[Layout::OUT..])[0], 1.0, &d_out);
        value
    }

    #[allow(clippy::too_many_arguments, reason = "what a step works on, called in one place")]
    #[inline(always)]
    fn block_back(
        &mut self,
        number: usize,
        flat: &[f32],
        transposed: &Transposed,
        example: &Example,
        total: f32,
        loss: &Loss,
        gradient: &mut [f32],
    ) {
        let n = example.inputs.len();
        let reach = DILATIONS[number];
        let taps = rows(&flat[Layout::block(number)][Layout::TAPS..Layout::MATRIX]);
        let hidden = &self.hidden[number];
        // Through the rectifier: the gradient by the sums before it.
        self.d_next.clear();
        for (d, active) in self.d_hidden.iter().zip(&self.active[number]) {
            self.d_next.push(std::array::from_fn(|j| if active[j] > 0.0 { d[j] } else { 0.0 }));
        }
        {
            let block = &mut gradient[Layout::block(number)];
            let (weights, bias) = block.split_at_mut(Layout::BIAS);
            for d in &self.d_next {
                add_scaled(&mut rows_mut(bias)[0], 1.0, d);
            }
            kernel::add_outer(rows_mut(&mut weights[Layout::MATRIX..]), &self.mixed[number], &self.d_next);
        }
        let back = &transposed.blocks[number];
        kernel::multiply(&mut self.d_mixed, &self.d_next, back, &[0.0; CHANNELS]);
        let mut d_taps = [[0.0; CHANNELS]; 3];
        for line in 0..n {
            let d = self.d_mixed[line];
            add_product(&mut d_taps[1], &d, &hidden[line]);
            add_product(&mut self.d_hidden[line], &d, &taps[1]);
            if line >= reach {
                add_product(&mut d_taps[0], &d, &hidden[line - reach]);
                add_product(&mut self.d_hidden[line - reach], &d, &taps[0]);
            }
            if line + reach < n {
                add_product(&mut d_taps[2], &d, &hidden[line + reach]);
                add_product(&mut self.d_hidden[line + reach], &d, &taps[2]);
            }
        }
        let block = &mut gradient[Layout::block(number)];
        for (to, from) in rows_mut(&mut block[..Layout::MATRIX]).iter_mut().zip(&d_taps) {
            add_scaled(to, 1.0, from);
        }
        if number == GUESS_BLOCK {
            self.guess_back(flat, example, total, loss, gradient);
        }
    }

    /// From the sums of the guess block (`d_next`) back through what lines were told, to the guess and its inputs.
    #[inline(always)]
    fn guess_back(&mut self, flat: &[f32], example: &Example, total: f32, loss: &Loss, gradient: &mut [f32]) {
        let n = example.inputs.len();
        let hidden = &self.hidden[GUESS_BLOCK];
        let mass = self.before[n];
        let facts = rows(&flat[Layout::FACTS..Layout::OUT]);
        let mut d_shared = [0.0; CHANNELS];
        let mut d_facts = [[0.0; CHANNELS]; GUESS_FACTS];
        let mut d_mass = 0.0f32;
        self.d_before.clear();
        self.d_guess.clear();
        let share = 1.0 / (mass + 1.0);
        // `d_guess` first holds the gradient by the guess itself; that by its tokens is added below.
        let mut d_tokens = vec![0.0f32; n];
        for line in 0..n {
            let d = &self.d_next[line];
            add_scaled(&mut d_shared, 1.0, d);
            for (row, value) in d_facts.iter_mut().zip(&self.told[line]) {
                add_scaled(row, *value, d);
            }
            let told: [f32; GUESS_FACTS] = std::array::from_fn(|k| dot(d, &facts[k]));
            let before = self.before[line];
            let after = (mass - self.before[line + 1]).max(0.0);
            let mut d_before = told[0] * share + told[2] / (6.0 * (1.0 + before));
            let d_after = told[1] * share + told[3] / (6.0 * (1.0 + after));
            d_mass += d_after + told[4] / (6.0 * (1.0 + mass))
                - (told[0] * before + told[1] * after) * share * share;
            d_before -= d_after;
            d_tokens[line] -= d_after;
            self.d_before.push(d_before);
            self.d_guess.push(told[5]);
        }
        let pool = rows(&flat[Layout::POOL..Layout::FACTS]);
        let (per_line, per_token) = (1.0 / n.max(1) as f32, 1.0 / mass.max(1.0));
        let (mut all, mut content) = ([0.0; CHANNELS], [0.0; CHANNELS]);
        for line in 0..n {
            add_scaled(&mut all, per_line, &hidden[line]);
            let tokens = self.guess[line] * example.tokens[line].min(GUESS_TOKENS);
            add_scaled(&mut content, tokens * per_token, &hidden[line]);
        }
        let (mut d_all, mut d_content) = ([0.0; CHANNELS], [0.0; CHANNELS]);
        for i in 0..CHANNELS {
            d_all[i] = dot(&pool[i], &d_shared);
            d_content[i] = dot(&pool[CHANNELS + i], &d_shared);
        }
        {
            let pool = rows_mut(&mut gradient[Layout::POOL..Layout::FACTS]);
            for i in 0..CHANNELS {
                add_scaled(&mut pool[i], all[i], &d_shared);
                add_scaled(&mut pool[CHANNELS + i], content[i], &d_shared);
            }
        }
        for (to, from) in rows_mut(&mut gradient[Layout::FACTS..Layout::OUT]).iter_mut().zip(&d_facts) {
            add_scaled(to, 1.0, from);
        }
        if mass > 1.0 {
            d_mass -= dot(&d_content, &content) * per_token;
        }
        let vector = &rows(&flat[Layout::GUESS..])[0];
        let mut d_vector = [0.0; CHANNELS];
        // The mass before a line is the sum of all earlier lines' tokens, so its gradient runs backwards.
        let mut later = 0.0f32;
        for line in (0..n).rev() {
            let h = &hidden[line];
            let q = self.guess[line];
            let most = example.tokens[line].min(GUESS_TOKENS);
            let d_token = d_tokens[line] + later + d_mass + dot(&d_content, h) * per_token;
            later += self.d_before[line];
            let d_q = self.d_guess[line] + d_token * most;
            let target = example.keep[line] * (1.0 - 2.0 * loss.smoothing) + loss.smoothing;
            let d_logit = d_q * q * (1.0 - q) + loss.guess * example.weight[line] / total * (q - target);
            gradient[Layout::SCALARS] += d_logit;
            add_scaled(&mut d_vector, d_logit, h);
            let to = &mut self.d_hidden[line];
            add_scaled(to, d_logit, vector);
            add_scaled(to, per_line, &d_all);
            add_scaled(to, q * most * per_token, &d_content);
        }
        add_scaled(&mut rows_mut(&mut gradient[Layout::GUESS..])[0], 1.0, &d_vector);
    }

    #[inline(always)]
    fn first_back(
        &mut self,
        transposed: &Transposed,
        example: &Example,
        loss: &Loss,
        shown: &[[u32; 6]],
        gradient: &mut [f32],
    ) {
        let scale = 1.0 / (1.0 - loss.hidden_dropout);
        for (d, h) in self.d_hidden.iter_mut().zip(&self.hidden[0]) {
            for j in 0..CHANNELS {
                d[j] = if h[j] > 0.0 { d[j] * scale } else { 0.0 };
            }
        }
        let (head, rest) = gradient.split_at_mut(Layout::B0);
        kernel::add_outer(rows_mut(head), &self.inputs, &self.d_hidden);
        for d in &self.d_hidden {
            add_scaled(&mut rows_mut(rest)[0], 1.0, d);
        }
        let vectors = gradient[Layout::GRAMS..].as_chunks_mut::<GRAM_WIDTH>().0;
        for line in 0..example.inputs.len() {
            for (sum, group) in GRAM_GROUPS.into_iter().enumerate() {
                let known = shown[line][group.clone()].iter().filter(|gram| **gram != NO_GRAM).count();
                if known == 0 {
                    continue;
                }
                let scale = 1.0 / (known as f32).sqrt();
                for gram in shown[line][group].iter().filter(|gram| **gram != NO_GRAM) {
                    for k in 0..GRAM_WIDTH {
                        let row = &transposed.first[sum * GRAM_WIDTH + k];
                        vectors[*gram as usize][k] += scale * dot(&self.d_hidden[line], row);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
