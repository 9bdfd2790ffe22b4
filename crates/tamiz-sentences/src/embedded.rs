//! The tables in this crate's folder `tables`.

/// A table that is compiled in.
pub(crate) struct Embedded {
    /// The language's code; `und` for what holds in every language.
    pub(crate) code: &'static str,
    /// The file, as people find it in the repository.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

macro_rules! tables {
    ($folder:literal: $($code:literal)*) => {
        &[$(Embedded {
            code: $code,
            name: concat!("tamiz-sentences/tables/", $folder, "/", $code, ".tsv"),
            text: include_str!(concat!("../tables/", $folder, "/", $code, ".tsv")),
        }),*]
    };
}

#[rustfmt::skip]
pub(crate) const ABBREVIATIONS: &[Embedded] = tables!("abbreviations": "af" "ar" "be" "bg" "ca" "cs" "da" "de" "el" "en" "es" "et" "eu" "fa" "fi" "fr" "gl" "he" "hi" "hr" "hu" "id" "is" "it" "kk" "lt" "lv" "mk" "ml" "mr" "nb" "nl" "pl" "pt" "ro" "ru" "sk" "sl" "sq" "sr" "sv" "tr" "uk" "und" "vi");

#[rustfmt::skip]
pub(crate) const FUNCTION_WORDS: &[Embedded] = tables!("function-words": "af" "be" "bg" "ca" "cs" "da" "de" "el" "en" "es" "et" "eu" "fi" "fr" "gl" "hr" "hu" "hy" "id" "is" "it" "kk" "lt" "lv" "mk" "nb" "nl" "nn" "pl" "pt" "ro" "ru" "sk" "sl" "sq" "sr" "sv" "tr" "uk" "vi");
