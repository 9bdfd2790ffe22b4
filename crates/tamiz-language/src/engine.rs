//! From words to a language: the script first, then the letters.

use std::sync::{LazyLock, OnceLock};

use tamiz_core::LanguageCode;
use whatlang::Detector;

use crate::codes::{self, code};
use crate::lexicon;
use crate::model::{AT_ONCE, GLANCE_STEPS, Model, WIDTH};
use crate::script::{Script, Tally};
use crate::words::Words;

/// The embedded models' names and texts.
pub(crate) const MODELS: [(&str, &str); 4] = [
    ("latin", include_str!("../models/latin.tsv")),
    ("cyrillic", include_str!("../models/cyrillic.tsv")),
    ("arabic", include_str!("../models/arabic.tsv")),
    ("devanagari", include_str!("../models/devanagari.tsv")),
];

static LATIN: LazyLock<Model> = LazyLock::new(|| Model::parse(MODELS[0].1));
static CYRILLIC: LazyLock<Model> = LazyLock::new(|| Model::parse(MODELS[1].1));
static ARABIC: LazyLock<Model> = LazyLock::new(|| Model::parse(MODELS[2].1));
static DEVANAGARI: LazyLock<Model> = LazyLock::new(|| Model::parse(MODELS[3].1));

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
/// And it is not asked about more of them: it is slow, and gets no better.
const MOST: usize = 2_000;

/// A line of fewer characters, blanks included, takes its document's language if it is in its script.
const SHORT: usize = 20;
/// How many places of a line are looked at first.
const GLANCE: usize = 24;
/// By how many nats the letters of those may speak for another language before the line is read as a whole. A sentence in
/// another language speaks for itself by far more.
const AGREES: i16 = 1;
/// And by how many nats they need to speak for the document's language to look no further.
const CLEAR: i16 = 3;
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
    latin: Shared,
    cyrillic: Shared,
    arabic: Shared,
    devanagari: Shared,
    #[cfg(feature = "lingua")]
    wider: crate::wider::Wider,
}

/// A script that several languages share. Its model is read when the first text in it comes.
struct Shared {
    source: &'static LazyLock<Model>,
    candidates: OnceLock<Candidates>,
}

/// A model and what each of its languages is worth before the text is read.
struct Candidates {
    model: &'static Model,
    /// In nats; negative infinity for languages that are not asked for.
    priors: [f64; WIDTH],
    /// All bits for languages that are asked for, none for others.
    asked: [i16; WIDTH],
    /// The places of the languages of each family.
    families: [Vec<usize>; FAMILIES.len()],
}

/// Reads what nearly every page needs: the model of the Latin script, and the tables of words.
pub(crate) fn prepare() {
    LazyLock::force(&LATIN);
    crate::lexicon::prepare();
}

impl Engine {
    pub(crate) fn new(languages: &[LanguageCode]) -> Self {
        let detector = if languages.is_empty() {
            Detector::new()
        } else {
            Detector::with_allowlist(languages.iter().filter_map(|&code| codes::to_whatlang(code)).collect())
        };
        let shared = |source| Shared { source, candidates: OnceLock::new() };
        Self {
            languages: languages.to_vec(),
            detector,
            latin: shared(&LATIN),
            cyrillic: shared(&CYRILLIC),
            arabic: shared(&ARABIC),
            devanagari: shared(&DEVANAGARI),
            #[cfg(feature = "lingua")]
            wider: crate::wider::Wider::new(languages),
        }
    }

    /// The candidates of a script that several languages share.
    fn candidates(&self, script: Script) -> Option<&Candidates> {
        let shared = match script {
            Script::Latin => &self.latin,
            Script::Cyrillic => &self.cyrillic,
            Script::Arabic => &self.arabic,
            Script::Devanagari => &self.devanagari,
            _ => return None,
        };
        Some(shared.candidates.get_or_init(|| Candidates::new(shared.source, &self.languages)))
    }

    /// Whether the words may well be in the language of their document: they are in its script, and few, or a glance
    /// at their letters speaks for no other language. Most lines of most documents are told so.
    pub(crate) fn agrees(&self, words: &Words, language: LanguageCode) -> bool {
        let Some(script) = main_script(&words.tally) else { return false };
        if let Some(only) = script.language() {
            return language == code(only);
        }
        match (script, language.as_str()) {
            (Script::Hebrew, "he" | "yi") => words.letters.len() < ENOUGH,
            (Script::Han, "ja") => words.letters.len() < SHORT,
            (Script::Han, "zh") => !words.letters.iter().any(is_japanese),
            _ => self.agrees_by_letters(script, &words.letters, language),
        }
    }

    /// Whether the language is written in Latin letters, as far as the tables know.
    pub(crate) fn is_latin(&self, language: LanguageCode) -> bool {
        self.candidates(Script::Latin)
            .is_some_and(|candidates| candidates.model.languages.contains(&language))
    }

    fn agrees_by_letters(&self, script: Script, letters: &[char], language: LanguageCode) -> bool {
        self.candidates(script).is_some_and(|candidates| candidates.agree(letters, language))
    }

    /// The language of the words, if they are in a script of a candidate. `expected` is one that the context speaks
    /// for, and what that is worth in nats. Unless `thorough`, whatlang is not asked where the letters are unsure.
    pub(crate) fn guess(
        &self,
        words: &Words,
        expected: Option<(LanguageCode, f64)>,
        thorough: bool,
    ) -> Option<Guess> {
        let script = main_script(&words.tally)?;
        let Some(candidates) = self.candidates(script) else {
            return match script {
                Script::Hebrew => self.second(words),
                Script::Han => self.ideographs(&words.letters),
                script => self.certain(code(script.language()?)),
            };
        };
        let own = candidates.guess(words, expected);
        #[cfg(feature = "lingua")]
        if thorough
            && own.is_none_or(|own| own.confidence < UNSURE)
            && let Some(wide) = self.wider.guess(&words.letters)
        {
            return Some(wide);
        }
        if !thorough || own.is_some_and(|own| own.confidence >= UNSURE || words.letters.len() < ENOUGH) {
            return own;
        }
        // whatlang knows some languages that the tables do not; where both know one, the tables know it better.
        let second = self.second(words).filter(|second| {
            let is_new = !candidates.model.languages.contains(&second.code);
            is_new && (own.is_none() || second.confidence >= UNSURE)
        });
        second.or(own)
    }

    /// The language of ideographs without kana: Chinese, if no character is one that only Japanese writes so.
    fn ideographs(&self, letters: &[char]) -> Option<Guess> {
        let (first, second) = if letters.iter().any(is_japanese) { ("ja", "zh") } else { ("zh", "ja") };
        self.certain(code(first)).or_else(|| self.certain(code(second)))
    }

    fn certain(&self, code: LanguageCode) -> Option<Guess> {
        self.allows(code).then_some(Guess { code, confidence: 1.0 })
    }

    /// What whatlang says.
    fn second(&self, words: &Words) -> Option<Guess> {
        let text: String = words.letters.iter().take(MOST).collect();
        let info = self.detector.detect(&text)?;
        Some(Guess { code: codes::of_whatlang(info.lang())?, confidence: info.confidence() })
    }

    fn allows(&self, code: LanguageCode) -> bool {
        self.languages.is_empty() || self.languages.contains(&code)
    }
}

impl Candidates {
    fn new(model: &'static Model, languages: &[LanguageCode]) -> Self {
        let common = COMMON.map(code);
        let mut priors = [f64::NEG_INFINITY; WIDTH];
        for (prior, language) in priors.iter_mut().zip(&model.languages) {
            if languages.is_empty() || languages.contains(language) {
                *prior = if common.contains(language) { COMMON_BONUS } else { 0.0 };
            }
        }
        let asked = priors.map(|prior| if prior.is_finite() { -1 } else { 0 });
        let families = FAMILIES.map(|family| {
            let members = model.languages.iter().enumerate();
            let members = members.filter(|(_, language)| family.contains(&language.as_str()));
            members.map(|(index, _)| index).collect()
        });
        Self { model, priors, asked, families }
    }

    /// Whether so few letters, or a glance at some of them, speak for no other candidate.
    fn agree(&self, letters: &[char], language: LanguageCode) -> bool {
        let Some(place) = self.model.languages.iter().position(|&known| known == language) else {
            return false;
        };
        if letters.len() <= SHORT {
            return true;
        }
        // The letters of relatives are alike: only words tell them apart, and a glance sees none.
        if self.families.iter().any(|family| family.contains(&place)) {
            return false;
        }
        let step = letters.len().div_ceil(GLANCE);
        let mut sums = [0i16; WIDTH];
        let mut lead = 0;
        for block in 0..GLANCE / AT_ONCE {
            let first = 2 + block * AT_ONCE * step;
            let places = (first..letters.len()).step_by(step);
            self.model.glance(letters, places, &mut sums);
            let mut best = 0;
            let own = std::mem::take(&mut sums[place]);
            for (&sum, &asked) in sums.iter().zip(&self.asked) {
                best = best.max(sum & asked);
            }
            sums[place] = own;
            lead = own - best;
            if lead >= CLEAR * GLANCE_STEPS {
                return true;
            }
        }
        lead >= -AGREES * GLANCE_STEPS
    }

    fn guess(&self, words: &Words, expected: Option<(LanguageCode, f64)>) -> Option<Guess> {
        let mut scores = self.model.score(&words.letters);
        for family in &self.families {
            let top = family.iter().map(|&index| scores[index]).fold(f64::NEG_INFINITY, f64::max);
            for &index in family {
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

/// Whether an ideograph is in [`JAPANESE`].
fn is_japanese(c: &char) -> bool {
    static SORTED: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut sorted: Vec<char> = JAPANESE.chars().collect();
        sorted.sort_unstable();
        sorted
    });
    SORTED.binary_search(c).is_ok()
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
