//! What a mistyped word most likely meant, for errors in definitions and tables.

/// The candidate that a mistyped word most likely meant, if any is near enough.
#[must_use]
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let near = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            // A word that begins another is likely an abbreviation of it, however much is missing.
            let begins = lower.len() >= 3 && candidate.to_lowercase().starts_with(&lower);
            (if begins { 1 } else { near }, candidate)
        })
        .filter(|(distance, candidate)| {
            let (a, b) = (candidate.chars().count(), word.chars().count());
            *distance <= (1 + a.max(b) / 4).min(a.min(b).saturating_sub(1))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_proposed_and_far_ones_are_not() {
        let stages = ["language", "boilerplate", "sentences", "names"];
        assert_eq!(closest("boilerplat", stages), Some("boilerplate"));
        assert_eq!(closest("sentnces", stages), Some("sentences"));
        assert_eq!(closest("lang", stages), Some("language"));
        assert_eq!(closest("NAMES", stages), Some("names"));
        assert_eq!(closest("parquet", stages), None);
    }
}
