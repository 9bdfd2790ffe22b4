//! Language codes and the language a stage saw.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A BCP 47 primary language subtag: two letters where such a code exists, else three.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageCode([u8; 3]);

impl LanguageCode {
    /// Text in no language: numbers, URLs, codes.
    pub const NONE: LanguageCode = LanguageCode(*b"zxx");
    /// Text whose language cannot be told.
    pub const UNKNOWN: LanguageCode = LanguageCode(*b"und");

    /// Reads a code of two or three lower-case ASCII letters; `None` for anything else.
    #[must_use]
    pub const fn parse(code: &str) -> Option<LanguageCode> {
        let bytes = code.as_bytes();
        if bytes.len() < 2 || bytes.len() > 3 {
            return None;
        }
        let mut letters = [0; 3];
        let mut i = 0;
        while i < bytes.len() {
            if !bytes[i].is_ascii_lowercase() {
                return None;
            }
            letters[i] = bytes[i];
            i += 1;
        }
        Some(LanguageCode(letters))
    }

    /// The code's letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = if self.0[2] == 0 { 2 } else { 3 };
        std::str::from_utf8(&self.0[..length]).expect("a code holds ASCII letters only")
    }

    /// Whether this is a language, rather than `zxx` or `und`.
    #[must_use]
    pub fn is_language(self) -> bool {
        self != Self::NONE && self != Self::UNKNOWN
    }
}

impl fmt::Debug for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for LanguageCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for LanguageCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        LanguageCode::parse(&code).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{code}` is no language code: write two or three lower-case letters, such as `es`"
            ))
        })
    }
}

impl JsonSchema for LanguageCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LanguageCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[a-z]{2,3}$",
            "description": "A BCP 47 language code, such as `es`."
        })
    }
}

/// The language of a document, with how sure the stage is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Language {
    /// The code; `und` where it cannot be told.
    pub code: LanguageCode,
    /// From 0 (a guess) to 1 (certain).
    pub confidence: f64,
}
