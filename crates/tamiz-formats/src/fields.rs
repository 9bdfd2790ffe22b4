//! What the fields of records are called.

/// What the fields of records with a text are called in the input. In the output they are `text` and `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldNames {
    /// The field with the text.
    pub text: String,
    /// The field with the identifier.
    pub id: String,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self { text: "text".into(), id: "id".into() }
    }
}

/// What texts are called in corpora that do not call them `text`.
const USUAL: [&str; 12] = [
    "content",
    "contents",
    "raw_content",
    "body",
    "article",
    "article_text",
    "main_text",
    "plain_text",
    "document",
    "texto",
    "markdown",
    "html",
];

impl FieldNames {
    /// Why a record without a text has none, and what to do, from the fields that it has.
    pub(crate) fn missing_text<'k>(&self, keys: impl Iterator<Item = &'k str> + Clone) -> (String, String) {
        let reason = format!("the record has no `{}`", self.text);
        let usual = USUAL.into_iter().find(|usual| keys.clone().any(|key| key.eq_ignore_ascii_case(usual)));
        let near = || {
            let alike = |key: &str| strsim::jaro_winkler(&key.to_lowercase(), &self.text.to_lowercase());
            keys.clone().filter(|key| alike(key) > 0.8).max_by(|a, b| alike(a).total_cmp(&alike(b)))
        };
        let usual = usual.and_then(|usual| keys.clone().find(|key| key.eq_ignore_ascii_case(usual)));
        let remedy = match near().or(usual) {
            Some(key) => format!("is it in `{key}`? Then say --text-field {key}"),
            None => format!(
                "give every record a field `{}`, a string, or name another with --text-field",
                self.text
            ),
        };
        (reason, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let remedy = |wanted: &str, keys: &[&str]| {
            FieldNames { text: wanted.into(), ..FieldNames::default() }.missing_text(keys.iter().copied()).1
        };
        assert!(remedy("text", &["url", "content"]).contains("--text-field content"));
        assert!(remedy("text", &["Text", "url"]).contains("--text-field Text"));
        assert!(remedy("contnt", &["url", "content", "text"]).contains("--text-field content"));
        assert!(remedy("text", &["url", "n"]).contains("give every record a field `text`"));
    }
}
