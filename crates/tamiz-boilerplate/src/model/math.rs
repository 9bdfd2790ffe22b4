//! Arithmetic that gives the same bits on every machine: the platform's own logarithm and exponential do not.

/// Natural logarithm of a positive finite number, to about six digits.
#[inline(always)]
pub(crate) fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    let mut exponent = ((bits >> 23) as i32 - 127) as f32;
    let mut m = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000);
    if m > std::f32::consts::SQRT_2 {
        m *= 0.5;
        exponent += 1.0;
    }
    // The series of the inverse hyperbolic tangent converges fast for m between 0.7 and 1.4.
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q / 9.0))));
    exponent * std::f32::consts::LN_2 + series
}

/// `ln(1 + x)` for `x >= 0`.
#[inline(always)]
pub(crate) fn ln_1p(x: f32) -> f32 {
    ln(1.0 + x)
}

/// The exponential, to about six digits; saturates instead of overflowing.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 87.0);
    let k = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = x - k * std::f32::consts::LN_2;
    let series =
        1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    series * f32::from_bits(((k as i32 + 127) as u32) << 23)
}

/// The logistic function.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_platforms_own() {
        for i in 1..2000 {
            let x = i as f32 * 0.37;
            assert!((ln(x) - x.ln()).abs() < 2e-6 * (1.0 + x.ln().abs()), "ln {x}");
            let y = i as f32 * 0.04 - 40.0;
            assert!((exp(y) / y.exp() - 1.0).abs() < 1e-5, "exp {y}");
        }
        assert!(sigmoid(-1000.0) >= 0.0 && sigmoid(1000.0) <= 1.0);
    }
}
