//! What a page says about itself: title, date, author, language, address.

use serde_json::Value;

use super::attributes::Attributes;
use super::element::Tag;

/// Descriptions in JSON are read up to this many bytes.
const LONGEST_JSON: usize = 1 << 18;
/// Facts are no longer than this, in bytes.
const LONGEST: usize = 1000;

/// Each fact with how far its place is to be trusted: the highest stays, of equals the first.
#[derive(Default)]
pub(super) struct Facts {
    title: Fact,
    date: Fact,
    author: Fact,
    language: Fact,
    url: Fact,
    /// The text of the title or the description in JSON that is being read.
    buffer: String,
    is_json: bool,
    /// The `itemprop` of the element whose text comes next, if that says who wrote.
    names_author: bool,
}

#[derive(Default)]
struct Fact {
    trust: u8,
    value: String,
}

impl Fact {
    fn offer(&mut self, trust: u8, value: &str) {
        let value = value.trim();
        if trust > self.trust && !value.is_empty() && value.len() <= LONGEST {
            self.trust = trust;
            self.value.clear();
            self.value.extend(value.split_whitespace().flat_map(|word| [" ", word]).skip(1));
        }
    }

    fn take(self) -> Option<String> {
        (self.trust > 0).then_some(self.value)
    }
}

impl Facts {
    pub(super) fn start_tag(&mut self, tag: Tag, attributes: &Attributes) {
        self.names_author = false;
        match tag {
            Tag::Html => self.language.offer(1, &attributes.lang),
            Tag::Link if attributes.rel.eq_ignore_ascii_case("canonical") => {
                self.offer_url(3, attributes.href());
            }
            Tag::Meta => self.meta(&attributes.key, &attributes.content),
            Tag::Time => {
                let is_published = attributes.key == "datepublished";
                self.offer_date(if is_published { 4 } else { 1 }, &attributes.datetime);
            }
            Tag::Title => self.buffer.clear(),
            Tag::Script => {
                self.buffer.clear();
                self.is_json = attributes.kind.eq_ignore_ascii_case("application/ld+json");
            }
            _ if attributes.key == "author" => self.names_author = true,
            Tag::A if attributes.rel.eq_ignore_ascii_case("author") => self.names_author = true,
            _ => {}
        }
    }

    fn meta(&mut self, key: &str, content: &str) {
        match key {
            "og:title" => self.title.offer(3, content),
            "dc.title" | "twitter:title" => self.title.offer(2, content),
            "article:published_time" | "datepublished" => self.offer_date(5, content),
            "date" | "dc.date" | "dcterms.created" | "dc.date.issued" | "pubdate" | "publishdate"
            | "parsely-pub-date" | "sailthru.date" => self.offer_date(3, content),
            "author" | "article:author" | "dc.creator" | "parsely-author" | "sailthru.author" => {
                self.offer_author(3, content);
            }
            "og:url" => self.offer_url(2, content),
            _ => {}
        }
    }

    fn offer_author(&mut self, trust: u8, name: &str) {
        // Some pages name a profile's address.
        if !name.contains("://") && name.len() < 200 {
            self.author.offer(trust, name);
        }
    }

    fn offer_date(&mut self, trust: u8, date: &str) {
        if date.len() < 100 && date.bytes().filter(u8::is_ascii_digit).count() >= 4 {
            self.date.offer(trust, date);
        }
    }

    fn offer_url(&mut self, trust: u8, url: &str) {
        if (url.starts_with("https://") || url.starts_with("http://")) && !url.contains(char::is_whitespace) {
            self.url.offer(trust, url);
        }
    }

    /// Text of the page.
    pub(super) fn text(&mut self, text: &str) {
        if self.names_author && !text.trim().is_empty() {
            self.offer_author(1, text);
            self.names_author = false;
        }
    }

    /// Whether the text of an element that is passed over says something of the page.
    pub(super) fn wants(&self, tag: Tag) -> bool {
        tag == Tag::Title || (tag == Tag::Script && self.is_json)
    }

    /// Text of an element that is passed over.
    pub(super) fn dropped_text(&mut self, tag: Tag, text: &str) {
        if self.wants(tag) && self.buffer.len() + text.len() <= LONGEST_JSON {
            self.buffer.push_str(text);
        }
    }

    /// The element that was passed over ends.
    pub(super) fn end_dropped(&mut self, tag: Tag) {
        let text = std::mem::take(&mut self.buffer);
        if tag == Tag::Title {
            self.title.offer(1, &text);
        } else if tag == Tag::Script && std::mem::take(&mut self.is_json) {
            // What is no JSON says nothing.
            if let Ok(value) = serde_json::from_str(&text) {
                self.describe(&value, 4);
            }
        }
    }

    /// Looks for an article in a description by schema.org.
    fn describe(&mut self, value: &Value, depth: u8) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.describe(value, depth)),
            Value::Object(object) => {
                if let Some(date) = object.get("datePublished").and_then(Value::as_str) {
                    self.offer_date(4, date);
                    self.title.offer(2, object.get("headline").and_then(Value::as_str).unwrap_or(""));
                    let names: Vec<&str> = authors(object.get("author")).collect();
                    self.offer_author(2, &names.join(", "));
                }
                if let Some(graph) = object.get("@graph")
                    && depth > 0
                {
                    self.describe(graph, depth - 1);
                }
            }
            _ => {}
        }
    }

    /// Title, date, author, language, address, each with the name of its field.
    pub(super) fn finish(self) -> Vec<(&'static str, String)> {
        let all = [
            ("url", self.url.take()),
            ("title", self.title.take()),
            ("author", self.author.take()),
            ("date", self.date.take()),
            ("language", self.language.take()),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// The names of one author or several.
fn authors(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    list.iter().take(10).filter_map(|author| author.as_str().or_else(|| author.get("name")?.as_str()))
}
