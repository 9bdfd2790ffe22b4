//! AdamW with a warm-up, a cosine schedule and a limit on the gradient's length.

use super::super::net::Layout;

pub(super) struct Optimiser {
    first: Vec<f32>,
    second: Vec<f32>,
    step: u32,
    steps: u32,
    rate: f32,
    decay: f32,
}

const FIRST: f32 = 0.9;
const SECOND: f32 = 0.99;

impl Optimiser {
    pub(super) fn new(parameters: usize, steps: u32, rate: f32, decay: f32) -> Self {
        Self { first: vec![0.0; parameters], second: vec![0.0; parameters], step: 0, steps, rate, decay }
    }

    /// From a tenth of the rate up to it in the first twentieth of the steps, then down to a hundredth.
    fn rate(&self) -> f32 {
        let step = self.step as f32;
        let warm = (self.steps / 20).max(1) as f32;
        if step < warm {
            return self.rate * (0.1 + 0.9 * step / warm);
        }
        let done = ((step - warm) / (self.steps as f32 + 20.0 - warm)).min(1.0);
        self.rate * (0.01 + 0.99 * 0.5 * (1.0 + (std::f32::consts::PI * done).cos()))
    }

    pub(super) fn apply(&mut self, parameters: &mut [f32], gradient: &[f32]) {
        let length = gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt() as f32;
        let scale = if length > 1.0 { 1.0 / length } else { 1.0 };
        let rate = self.rate();
        self.step += 1;
        let first_left = 1.0 - FIRST.powi(self.step as i32);
        let second_left = 1.0 - SECOND.powi(self.step as i32);
        for (i, (p, g)) in parameters.iter_mut().zip(gradient).enumerate() {
            let g = g * scale;
            self.first[i] = FIRST * self.first[i] + (1.0 - FIRST) * g;
            self.second[i] = SECOND * self.second[i] + (1.0 - SECOND) * g * g;
            let update = (self.first[i] / first_left) / ((self.second[i] / second_left).sqrt() + 1e-8);
            // The n-grams' vectors start at nothing and are few: decay would only hold back the rare ones.
            let decay = if i < Layout::GRAMS { self.decay * *p } else { 0.0 };
            *p -= rate * (update + decay);
        }
    }
}
