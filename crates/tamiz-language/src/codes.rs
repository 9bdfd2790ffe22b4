//! Language codes: what the engines say, and what the stage answers.

use tamiz_core::LanguageCode;
use whatlang::Lang;

/// The BCP 47 code of each language of whatlang: two letters where such a code exists.
const WHATLANG: [(Lang, &str); 70] = [
    (Lang::Afr, "af"),
    (Lang::Aka, "ak"),
    (Lang::Amh, "am"),
    (Lang::Ara, "ar"),
    (Lang::Aze, "az"),
    (Lang::Bel, "be"),
    (Lang::Bul, "bg"),
    (Lang::Ben, "bn"),
    (Lang::Cat, "ca"),
    (Lang::Ces, "cs"),
    (Lang::Cym, "cy"),
    (Lang::Dan, "da"),
    (Lang::Deu, "de"),
    (Lang::Ell, "el"),
    (Lang::Eng, "en"),
    (Lang::Epo, "eo"),
    (Lang::Spa, "es"),
    (Lang::Est, "et"),
    (Lang::Pes, "fa"),
    (Lang::Fin, "fi"),
    (Lang::Fra, "fr"),
    (Lang::Guj, "gu"),
    (Lang::Heb, "he"),
    (Lang::Hin, "hi"),
    (Lang::Hrv, "hr"),
    (Lang::Hun, "hu"),
    (Lang::Hye, "hy"),
    (Lang::Ind, "id"),
    (Lang::Ita, "it"),
    (Lang::Jpn, "ja"),
    (Lang::Jav, "jv"),
    (Lang::Kat, "ka"),
    (Lang::Khm, "km"),
    (Lang::Kan, "kn"),
    (Lang::Kor, "ko"),
    (Lang::Lat, "la"),
    (Lang::Lit, "lt"),
    (Lang::Lav, "lv"),
    (Lang::Mkd, "mk"),
    (Lang::Mal, "ml"),
    (Lang::Mar, "mr"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Nld, "nl"),
    (Lang::Nob, "no"),
    (Lang::Ori, "or"),
    (Lang::Pan, "pa"),
    (Lang::Pol, "pl"),
    (Lang::Por, "pt"),
    (Lang::Ron, "ro"),
    (Lang::Rus, "ru"),
    (Lang::Sin, "si"),
    (Lang::Slk, "sk"),
    (Lang::Slv, "sl"),
    (Lang::Sna, "sn"),
    (Lang::Srp, "sr"),
    (Lang::Swe, "sv"),
    (Lang::Tam, "ta"),
    (Lang::Tel, "te"),
    (Lang::Tha, "th"),
    (Lang::Tuk, "tk"),
    (Lang::Tgl, "tl"),
    (Lang::Tur, "tr"),
    (Lang::Ukr, "uk"),
    (Lang::Urd, "ur"),
    (Lang::Uzb, "uz"),
    (Lang::Vie, "vi"),
    (Lang::Yid, "yi"),
    (Lang::Cmn, "zh"),
    (Lang::Zul, "zu"),
];

/// The code of a constant of this crate.
pub(crate) const fn code(text: &str) -> LanguageCode {
    LanguageCode::parse(text).expect("codes in this crate are two or three lower-case letters")
}

/// The code of whatlang's answer.
pub(crate) fn of_whatlang(lang: Lang) -> LanguageCode {
    let row = WHATLANG.iter().find(|(known, _)| *known == lang);
    row.map_or(LanguageCode::UNKNOWN, |(_, text)| code(text))
}

/// What whatlang calls that language.
pub(crate) fn to_whatlang(language: LanguageCode) -> Option<Lang> {
    WHATLANG.iter().find(|(_, text)| code(text) == language).map(|(lang, _)| *lang)
}

/// Every language that the stage can answer, sorted.
pub(crate) fn all() -> Vec<&'static str> {
    let mut all: Vec<_> = WHATLANG.iter().map(|(_, text)| *text).collect();
    all.push("lo");
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether the stage can ever answer that code.
pub(crate) fn is_known(language: LanguageCode) -> bool {
    all().contains(&language.as_str())
}

/// The spelling that the stage answers with: `no` for `nb`.
pub(crate) fn canonical(language: LanguageCode) -> LanguageCode {
    if language == code("nb") { code("no") } else { language }
}

/// The two-letter code of a language given by its three-letter one.
pub(crate) fn shorter(language: LanguageCode) -> Option<&'static str> {
    let row = WHATLANG.iter().find(|(lang, text)| lang.code() == language.as_str() && text.len() == 2);
    row.map(|(_, text)| *text)
}
