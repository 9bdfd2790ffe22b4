//! From words to a language.

use tamiz_core::LanguageCode;
use whatlang::Detector;

use crate::codes;
use crate::script::{Script, Tally};
use crate::words::Words;

/// A language, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Guess {
    pub(crate) code: LanguageCode,
    /// From 0 to 1.
    pub(crate) confidence: f64,
    /// Whether the script alone decided.
    pub(crate) by_script: bool,
}

/// Tells languages by script, then by whatlang.
pub(crate) struct Engine {
    /// The candidates; all languages if empty.
    languages: Vec<LanguageCode>,
    detector: Detector,
}

impl Engine {
    pub(crate) fn new(languages: &[LanguageCode]) -> Self {
        let detector = if languages.is_empty() {
            Detector::new()
        } else {
            Detector::with_allowlist(languages.iter().filter_map(|&code| codes::to_whatlang(code)).collect())
        };
        Self { languages: languages.to_vec(), detector }
    }

    /// The language of the words; `None` if no candidate is written in their script.
    pub(crate) fn guess(&self, words: &Words) -> Option<Guess> {
        let script = main_script(&words.tally)?;
        let certain = match script {
            Script::Han => Some("zh"),
            script => script.language(),
        };
        if let Some(certain) = certain {
            let code = codes::code(certain);
            return self.allows(code).then_some(Guess { code, confidence: 1.0, by_script: true });
        }
        let text: String = words.letters.iter().collect();
        let info = self.detector.detect(&text)?;
        Some(Guess { code: codes::of_whatlang(info.lang()), confidence: info.confidence(), by_script: false })
    }

    fn allows(&self, code: LanguageCode) -> bool {
        self.languages.is_empty() || self.languages.contains(&code)
    }
}

/// The script that most of the letters are in. Kana are rare in no Japanese text and found in no Chinese one.
pub(crate) fn main_script(tally: &Tally) -> Option<Script> {
    let script = tally.main()?;
    let (han, kana) = (tally.of(Script::Han), tally.of(Script::Kana));
    if matches!(script, Script::Han | Script::Kana) {
        return Some(if kana * 20 > han { Script::Kana } else { Script::Han });
    }
    Some(script)
}
