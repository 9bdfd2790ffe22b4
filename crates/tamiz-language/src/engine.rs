//! From words to a language: the script first, then the letters.

use std::sync::LazyLock;

use tamiz_core::LanguageCode;
use whatlang::Detector;

use crate::codes::{self, code};
use crate::lexicon;
use crate::model::{Model, WIDTH};
use crate::script::{Script, Tally};
use crate::words::Words;

static LATIN: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("../models/latin.tsv")));
static CYRILLIC: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("../models/cyrillic.tsv")));
static ARABIC: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("../models/arabic.tsv")));
static DEVANAGARI: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("../models/devanagari.tsv")));

/// The languages that most text of the web is in. Of two that fit alike, the more common one is the likelier.
const COMMON: [&str; 32] = [
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hr", "hu",
    "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh",
];
/// What a word of the tables is worth, in nats.
const WORD: f64 = 3.0;
/// What being common is worth, in nats.
const COMMON_BONUS: f64 = 4.5;
/// Neighbouring letters say much the same, so the sum over them says less than it seems.
const TEMPER: f64 = 0.5;

/// Languages that differ in a few words alone.
const FAMILIES: [&[&str]; 2] = [&["bs", "hr", "sr"], &["id", "ms"]];

/// The share of the letters' evidence that counts between them: the rest tells of the topic.
const FAMILY_SHARE: f64 = 0.2;
/// And the most it counts, in nats: in long texts as in short ones, it is for words to decide.
const FAMILY_MOST: f64 = 4.0;

/// Below this confidence, whatlang is asked too, and believed from it on.
const UNSURE: f64 = 0.9;
/// In so many characters, whatlang is seldom wrong when it is sure.
const ENOUGH: usize = 60;
/// Characters in the form that the Japanese reform of 1946 gave them, which neither Chinese standard has.
const JAPANESE: &str = "気円広発対売働込駅図関経済験権戦産変読続沢渋歩毎県実検険剣倹払仏価伝転鉄獣単厳巻圏団囲圧壱塩壊労効勧帰弾徳応恵\
悪懐択拝挙拠拡捜掲摂斉斎暁暦桜楽栄様歓歯歳浜涙渇滝瀬焼犠猟畑畳砕稲穂穏竜粋絵継緑縄縦繊聴脳臓荘薬蔵蛍覚観訳譲豊\
賛軽辺逓遅郷酔釈鉱銭鋳録陥隠隣雑霊頼顕騒髄鶏黒黙齢々";

/// A language, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Guess {
    pub(crate) code: LanguageCode,
    /// From 0 to 1.
    pub(crate) confidence: f64,
}

/// Tells languages by script, then by the letters' n-grams.
pub(crate) struct Engine {
    /// The candidates; all languages if empty.
    languages: Vec<LanguageCode>,
    detector: Detector,
    /// The models of the scripts that several languages share.
    latin: Candidates,
    cyrillic: Candidates,
    arabic: Candidates,
    devanagari: Candidates,
}

/// A model and what each of its languages is worth before the text is read.
struct Candidates {
    model: &'static Model,
    /// In nats; negative infinity for languages that are not asked for.
    priors: [f64; WIDTH],
}

impl Engine {
    pub(crate) fn new(languages: &[LanguageCode]) -> Self {
        let detector = if languages.is_empty() {
            Detector::new()
        } else {
            Detector::with_allowlist(languages.iter().filter_map(|&code| codes::to_whatlang(code)).collect())
        };
        let common = COMMON.map(code);
        let candidates = |model: &'static Model| {
            let mut priors = [f64::NEG_INFINITY; WIDTH];
            for (prior, language) in priors.iter_mut().zip(&model.languages) {
                if languages.is_empty() || languages.contains(language) {
                    *prior = if common.contains(language) { COMMON_BONUS } else { 0.0 };
                }
            }
            Candidates { model, priors }
        };
        Self {
            languages: languages.to_vec(),
            detector,
            latin: candidates(&LATIN),
            cyrillic: candidates(&CYRILLIC),
            arabic: candidates(&ARABIC),
            devanagari: candidates(&DEVANAGARI),
        }
    }

    /// The language of the words, if they are in a script of a candidate. `expected` is one that the context speaks
    /// for, and what that is worth in nats.
    pub(crate) fn guess(&self, words: &Words, expected: Option<(LanguageCode, f64)>) -> Option<Guess> {
        let candidates = match main_script(&words.tally)? {
            Script::Latin => &self.latin,
            Script::Cyrillic => &self.cyrillic,
            Script::Arabic => &self.arabic,
            Script::Devanagari => &self.devanagari,
            Script::Hebrew => return self.second(words),
            Script::Han => return self.ideographs(&words.letters),
            script => return self.certain(code(script.language()?)),
        };
        let own = candidates.guess(words, expected);
        if own.is_some_and(|own| own.confidence >= UNSURE) {
            return own;
        }
        // whatlang knows some languages that the tables do not; where both know one, the tables know it better.
        let second = self.second(words).filter(|second| {
            let is_new = !candidates.model.languages.contains(&second.code);
            is_new && (own.is_none() || second.confidence >= UNSURE && words.letters.len() >= ENOUGH)
        });
        second.or(own)
    }

    /// The language of ideographs without kana: Chinese, if no character is one that only Japanese writes so.
    fn ideographs(&self, letters: &[char]) -> Option<Guess> {
        let japanese = letters.iter().filter(|&&c| JAPANESE.contains(c)).count();
        let (first, second) = if japanese > 0 { ("ja", "zh") } else { ("zh", "ja") };
        self.certain(code(first)).or_else(|| self.certain(code(second)))
    }

    fn certain(&self, code: LanguageCode) -> Option<Guess> {
        self.allows(code).then_some(Guess { code, confidence: 1.0 })
    }

    /// What whatlang says.
    fn second(&self, words: &Words) -> Option<Guess> {
        let text: String = words.letters.iter().collect();
        let info = self.detector.detect(&text)?;
        Some(Guess { code: codes::of_whatlang(info.lang())?, confidence: info.confidence() })
    }

    fn allows(&self, code: LanguageCode) -> bool {
        self.languages.is_empty() || self.languages.contains(&code)
    }
}

impl Candidates {
    fn guess(&self, words: &Words, expected: Option<(LanguageCode, f64)>) -> Option<Guess> {
        let mut scores = self.model.score(&words.letters);
        for family in FAMILIES {
            let places = || {
                self.model
                    .languages
                    .iter()
                    .enumerate()
                    .filter(|(_, language)| family.contains(&language.as_str()))
            };
            let top = places().map(|(index, _)| scores[index]).fold(f64::NEG_INFINITY, f64::max);
            for (index, _) in places() {
                scores[index] = top - ((top - scores[index]) * FAMILY_SHARE).min(FAMILY_MOST);
            }
        }
        for (index, score) in scores.iter_mut().enumerate() {
            *score += self.priors[index];
            if let (Some((code, worth)), Some(language)) = (expected, self.model.languages.get(index)) {
                *score += if *language == code { worth } else { 0.0 };
            }
        }
        for word in words.letters.split(|&c| c == ' ') {
            let language = lexicon::language_of(word);
            let place = language
                .and_then(|language| self.model.languages.iter().position(|&known| known == language));
            if let Some(index) = place {
                scores[index] += WORD;
            }
        }
        let (best, &top) = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        if top == f64::NEG_INFINITY {
            return None;
        }
        let near = scores.iter().map(|score| (score - top) * TEMPER).filter(|&gap| gap > -20.0);
        let rest: f64 = near.map(f64::exp).sum();
        Some(Guess { code: *self.model.languages.get(best)?, confidence: 1.0 / rest })
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
