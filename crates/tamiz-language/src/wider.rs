//! lingua, the second engine of the feature of that name: asked in place of whatlang where the letters are unsure.

use std::sync::OnceLock;

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};
use tamiz_core::LanguageCode;

use crate::codes;
use crate::engine::Guess;

/// It reads this many characters at most: it is slow, and gets no better.
const MOST: usize = 300;

/// lingua with the candidates. Its models are read when it is first asked.
pub(crate) struct Wider {
    languages: Vec<Language>,
    detector: OnceLock<Option<LanguageDetector>>,
}

impl Wider {
    pub(crate) fn new(languages: &[LanguageCode]) -> Self {
        let known = Language::all().into_iter();
        let is_asked = |language: &Language| {
            let code = code_of(*language);
            code.is_some_and(|code| languages.is_empty() || languages.contains(&code))
        };
        Self { languages: known.filter(is_asked).collect(), detector: OnceLock::new() }
    }

    /// What lingua says of the words, if it knows two of the candidates at least: it does not choose from one.
    pub(crate) fn guess(&self, letters: &[char]) -> Option<Guess> {
        let build = || {
            let can_choose = self.languages.len() > 1;
            can_choose.then(|| LanguageDetectorBuilder::from_languages(&self.languages).build())
        };
        let detector = self.detector.get_or_init(build).as_ref()?;
        let text: String = letters.iter().take(MOST).collect();
        // lingua adds up in the order of a hash map, which differs between runs in the last of sixteen digits: three are
        // the same in all, and where they do not tell two languages apart, their order does.
        let values = detector.compute_language_confidence_values(text).into_iter();
        let rounded = values.map(|(language, confidence)| ((confidence * 1_000.0).round(), language));
        let (steps, language) = rounded.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        (steps > 0.0).then_some(Guess { code: code_of(language)?, confidence: steps / 1_000.0 })
    }
}

/// The code of lingua's language, if the stage can answer it.
fn code_of(language: Language) -> Option<LanguageCode> {
    codes::find(&language.iso_code_639_3().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relatives_are_told_in_a_few_words_where_both_are_candidates() {
        let code = |text| LanguageCode::parse(text).unwrap();
        let words = |text: &str| format!(" {text} ").chars().collect::<Vec<_>>();
        let wider = Wider::new(&[code("sl"), code("sk")]);
        assert_eq!(wider.guess(&words("kaj pa je bilo včeraj zvečer")).unwrap().code, code("sl"));
        assert_eq!(wider.guess(&words("čo sa to včera večer stalo")).unwrap().code, code("sk"));
        assert_eq!(Wider::new(&[code("sl")]).guess(&words("kaj pa je")), None);
    }
}
