//! The `[guard]` table: when a run is to stop instead of finishing a corpus that has come out wrong.

use toml::Spanned;
use toml::de::DeValue;

use crate::mistake::{Mistake, instead};

/// The keys of the guard, with what they are for.
pub(crate) const KEYS: [(&str, &str); 9] = [
    ("dropped", "Stop when more than this share of the documents is dropped, from 0 to 1."),
    ("quarantined", "Stop when more than this share of the records cannot be read, from 0 to 1."),
    (
        "cut",
        "Stop when more than this share of the documents loses over `cut_above` of its text, from 0 to 1.",
    ),
    ("cut_above", "What share of its text a document may lose before it counts for `cut`. Default: 0.9."),
    (
        "after",
        "Documents that are looked at before a share says anything. Default: 1000; at the end of the input any.",
    ),
    ("site_dropped", "As `dropped`, for the documents of one site."),
    ("site_quarantined", "As `quarantined`, for the documents of one site that a stage failed on."),
    ("site_cut", "As `cut`, for the documents of one site."),
    ("site_after", "Documents of a site that are looked at before a share says anything. Default: 100."),
];

/// The `[guard]` table of a definition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guard {
    /// Bounds over all documents.
    pub overall: Bounds,
    /// Bounds over the documents of one site.
    pub site: Bounds,
    /// What share of its text a document may lose before it counts as cut.
    pub cut_above: f64,
}

/// The shares that may not be passed; `None` where there is no bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Of documents dropped.
    pub dropped: Option<f64>,
    /// Of records that cannot be read, or that a stage failed on.
    pub quarantined: Option<f64>,
    /// Of documents that have lost most of their text.
    pub cut: Option<f64>,
    /// Documents that are looked at before a share says anything.
    pub after: u64,
}

impl Bounds {
    /// Whether there is a bound at all.
    #[must_use]
    pub fn any(&self) -> bool {
        self.dropped.is_some() || self.quarantined.is_some() || self.cut.is_some()
    }
}

impl Default for Guard {
    fn default() -> Self {
        let none = Bounds { dropped: None, quarantined: None, cut: None, after: 1000 };
        Self { overall: none, site: Bounds { after: 100, ..none }, cut_above: 0.9 }
    }
}

/// Reads the table; every mistake goes to `mistakes`.
pub(crate) fn guard(table: &Spanned<DeValue<'_>>, mistakes: &mut Vec<Mistake>) -> Guard {
    let mut guard = Guard::default();
    let mut mistake = |span, message: String, remedy: String| {
        mistakes.push(Mistake { span, message, remedy });
    };
    let DeValue::Table(keys) = table.get_ref() else {
        mistake(table.span(), "the guard is a table".into(), "start it with a line `[guard]`".into());
        return guard;
    };
    for (key, value) in keys {
        let name = key.get_ref().as_ref();
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            _ => None,
        };
        let (bounds, short) = match name.strip_prefix("site_") {
            Some(short) => (&mut guard.site, short),
            None => (&mut guard.overall, name),
        };
        let share = number.filter(|share| (0.0..=1.0).contains(share));
        let whole = number.filter(|count| *count >= 1.0 && count.fract() == 0.0);
        let (slot, wants) = match short {
            "dropped" => {
                (share.map(|share| bounds.dropped = Some(share)), "a share from 0 to 1, such as 0.5")
            }
            "quarantined" => {
                (share.map(|share| bounds.quarantined = Some(share)), "a share from 0 to 1, such as 0.01")
            }
            "cut" => (share.map(|share| bounds.cut = Some(share)), "a share from 0 to 1, such as 0.3"),
            "after" => {
                (whole.map(|count| bounds.after = count as u64), "a whole number of documents, such as 1000")
            }
            "cut_above" if name == "cut_above" => {
                (share.map(|share| guard.cut_above = share), "a share from 0 to 1, such as 0.9")
            }
            _ => {
                let known = KEYS.map(|(key, _)| key);
                mistake(key.span(), format!("the guard has no key `{name}`"), instead(name, known));
                continue;
            }
        };
        if slot.is_none() {
            mistake(value.span(), format!("`{name}` is no such number"), format!("write {wants}"));
        }
    }
    if !guard.overall.any() && !guard.site.any() {
        let remedy = "add a bound, such as dropped = 0.5".to_owned();
        mistake(table.span(), "the guard has no bound, so it guards nothing".into(), remedy);
    }
    guard
}
