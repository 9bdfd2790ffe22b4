//! Gradients against small steps.

use super::*;

const PLAIN: Loss = Loss {
    smoothing: 0.02,
    guess: 0.3,
    hidden_dropout: 0.0,
    input_dropout: 0.0,
    gram_dropout: 0.0,
    page_gram_dropout: 0.0,
};

/// A page of random numbers, long enough for every reach.
fn example(random: &mut Random) -> Example {
    let mut example = Example::default();
    for line in 0..40 {
        let mut input = [0.0; INPUTS];
        input[..GRAM_INPUTS].iter_mut().for_each(|value| *value = random.normal());
        example.inputs.push(input);
        example.grams.push(if line % 3 == 0 { [0, 1, NO_GRAM, 2, NO_GRAM, 0] } else { [NO_GRAM; 6] });
        example.tokens.push((random.below(300)) as f32);
        example.keep.push(f32::from(u8::from(random.chance(0.5))));
        example.weight.push(random.unit());
    }
    example
}

/// The loss that the gradient is of: the output's, and the guess's at its share.
fn whole_loss(tape: &mut Tape, flat: &[f32], example: &Example, total: f32) -> f64 {
    let mut gradient = vec![0.0; flat.len()];
    let mut random = Random::new(1);
    let value = tape.learn(flat, &Transposed::of(flat), example, total, &PLAIN, &mut random, &mut gradient);
    let guess: f64 = (0..example.keep.len())
        .map(|line| {
            let q = f64::from(tape.guess[line]);
            let target = f64::from(example.keep[line] * 0.96 + 0.02);
            f64::from(example.weight[line] / total) * -(target * q.ln() + (1.0 - target) * (1.0 - q).ln())
        })
        .sum();
    f64::from(value) + 0.3 * guess
}

#[test]
fn gradients_are_what_small_steps_show() {
    let mut random = Random::new(7);
    let mut flat = super::super::initial(3, &mut random);
    // No gradient where a rectifier bends or a guess is certain: keep the numbers small.
    flat.iter_mut().for_each(|value| *value *= 0.5);
    flat[Layout::GRAMS..].iter_mut().for_each(|value| *value = random.normal());
    let example = example(&mut random);
    let total = example.weight.iter().sum();
    let mut tape = Tape::default();
    let mut gradient = vec![0.0; flat.len()];
    tape.learn(&flat, &Transposed::of(&flat), &example, total, &PLAIN, &mut Random::new(1), &mut gradient);
    let groups = [
        (Layout::W0, Layout::B0),
        (Layout::W0 + GRAM_INPUTS * CHANNELS, Layout::B0),
        (Layout::B0, Layout::BLOCKS),
        (Layout::block(0).start, Layout::block(0).end),
        (Layout::block(2).start, Layout::block(2).end),
        (Layout::block(4).start, Layout::block(4).end),
        (Layout::GUESS, Layout::POOL),
        (Layout::POOL, Layout::FACTS),
        (Layout::FACTS, Layout::OUT),
        (Layout::OUT, Layout::SCALARS),
        (Layout::SCALARS, Layout::GRAMS),
        (Layout::GRAMS, flat.len()),
    ];
    for (from, to) in groups {
        // A step along the gradient within the group moves the loss by the step times the gradient's length.
        let length = gradient[from..to].iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let step = 2e-3;
        let moved = |by: f64, tape: &mut Tape| {
            let mut flat = flat.clone();
            for i in from..to {
                flat[i] += (by * f64::from(gradient[i]) / length) as f32;
            }
            whole_loss(tape, &flat, &example, total)
        };
        let slope = (moved(step, &mut tape) - moved(-step, &mut tape)) / (2.0 * step);
        assert!(
            (slope / length - 1.0).abs() < 0.03,
            "parameters {from}..{to}: slope {slope}, gradient {length}"
        );
    }
}
