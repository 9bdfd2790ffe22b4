//! The languages that the stage can answer, and what others call them.

use tamiz_core::LanguageCode;
use whatlang::Lang;

/// The BCP 47 code of each language, its ISO 639-3 code. Sorted.
const LANGUAGES: [(&str, &str); 92] = [
    ("af", "afr"),
    ("ak", "aka"),
    ("am", "amh"),
    ("ar", "ara"),
    ("az", "aze"),
    ("be", "bel"),
    ("bg", "bul"),
    ("bn", "ben"),
    ("bs", "bos"),
    ("ca", "cat"),
    ("cs", "ces"),
    ("cy", "cym"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("eo", "epo"),
    ("es", "spa"),
    ("et", "est"),
    ("eu", "eus"),
    ("fa", "fas"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("ga", "gle"),
    ("gl", "glg"),
    ("gu", "guj"),
    ("he", "heb"),
    ("hi", "hin"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("hy", "hye"),
    ("id", "ind"),
    ("is", "isl"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("jv", "jav"),
    ("ka", "kat"),
    ("kk", "kaz"),
    ("km", "khm"),
    ("kn", "kan"),
    ("ko", "kor"),
    ("la", "lat"),
    ("lg", "lug"),
    ("lo", "lao"),
    ("lt", "lit"),
    ("lv", "lav"),
    ("mi", "mri"),
    ("mk", "mkd"),
    ("ml", "mal"),
    ("mn", "mon"),
    ("mr", "mar"),
    ("ms", "msa"),
    ("mt", "mlt"),
    ("my", "mya"),
    ("ne", "nep"),
    ("nl", "nld"),
    ("nn", "nno"),
    ("no", "nob"),
    ("or", "ori"),
    ("pa", "pan"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("si", "sin"),
    ("sk", "slk"),
    ("sl", "slv"),
    ("sn", "sna"),
    ("so", "som"),
    ("sq", "sqi"),
    ("sr", "srp"),
    ("st", "sot"),
    ("sv", "swe"),
    ("sw", "swa"),
    ("ta", "tam"),
    ("te", "tel"),
    ("th", "tha"),
    ("tk", "tuk"),
    ("tl", "tgl"),
    ("tn", "tsn"),
    ("tr", "tur"),
    ("ts", "tso"),
    ("ug", "uig"),
    ("uk", "ukr"),
    ("ur", "urd"),
    ("uz", "uzb"),
    ("vi", "vie"),
    ("xh", "xho"),
    ("yi", "yid"),
    ("yo", "yor"),
    ("zh", "zho"),
    ("zu", "zul"),
];

/// Other codes of the same languages: ISO 639-3 has a code for a wide language and for its main variety.
const ALIASES: [(&str, &str); 4] = [("cmn", "zh"), ("nb", "no"), ("nor", "no"), ("pes", "fa")];

/// The code of a constant of this crate.
pub(crate) const fn code(text: &str) -> LanguageCode {
    LanguageCode::parse(text).expect("codes in this crate are two or three lower-case letters")
}

/// The code of an ISO 639-3 code, or of another name of the language.
pub(crate) fn find(name: &str) -> Option<LanguageCode> {
    let aliases = ALIASES.iter().filter(|(alias, _)| *alias == name).map(|(_, short)| *short);
    let names =
        LANGUAGES.iter().filter(|(short, long)| *long == name || *short == name).map(|(short, _)| *short);
    names.chain(aliases).next().map(code)
}

/// The code of whatlang's answer.
pub(crate) fn of_whatlang(lang: Lang) -> Option<LanguageCode> {
    find(lang.code())
}

/// What whatlang calls that language, if it knows it.
pub(crate) fn to_whatlang(language: LanguageCode) -> Option<Lang> {
    Lang::all().iter().copied().find(|&lang| of_whatlang(lang) == Some(language))
}

/// Every language that the stage can answer, sorted.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(short, _)| *short)
}
