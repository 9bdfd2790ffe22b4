//! Teaches the tagger, and measures what it would be worth on texts that it has not seen.
//!
//! ```text
//! train_tagger SETS.jsonl...        > tables/tagger.bin
//! train_tagger folds SETS.jsonl...  the rules alone against the tagger, taught on the other folds
//! ```
//!
//! A set has a text a line: `{"id", "lang", "text", "spans": [[start, end, type]], "ignore": [[start, end, type]]}`, places
//! in code points, types `PER`, `LOC` and `ORG`. Names of other kinds are to be ignored: they are taught as no names, and
//! what is found in their place, or in that of an organization, counts neither for nor against. Texts of one page stay in
//! one fold: all languages of a parallel text, forty sentences of a row of an encyclopedia.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use serde_json::Value;
use tamiz_core::NameType;
use tamiz_names::build::{Marked, find, train};

type Fault = Box<dyn std::error::Error>;
type Span = (usize, usize, NameType);

const FOLDS: u64 = 4;

struct Text {
    marked: Marked,
    ignored: Vec<(usize, usize)>,
    /// Set and language.
    group: String,
    fold: u64,
}

fn main() -> Result<(), Fault> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let folds = arguments.first().is_some_and(|first| first == "folds");
    if folds {
        arguments.remove(0);
    }
    if arguments.is_empty() {
        return Err("say which sets to learn from".into());
    }
    let mut texts = Vec::new();
    for path in &arguments {
        let set = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".jsonl");
        for line in fs::read_to_string(path)?.lines() {
            texts.push(read(set, &serde_json::from_str(line)?)?);
        }
    }
    if folds {
        measure(&texts);
        return Ok(());
    }
    let all: Vec<&Marked> = texts.iter().map(|text| &text.marked).collect();
    std::io::stdout().write_all(&train(&all))?;
    Ok(())
}

fn read(set: &str, value: &Value) -> Result<Text, Fault> {
    let field = |name: &str| value[name].as_str().ok_or(format!("a text has no `{name}`"));
    let (id, text) = (field("id")?, field("text")?.to_owned());
    let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places.push(text.len());
    let spans = |name: &str| -> Result<Vec<Span>, Fault> {
        let mut spans = Vec::new();
        for span in value[name].as_array().into_iter().flatten() {
            let place = |at: usize| {
                let place = span[at].as_u64().and_then(|place| places.get(place as usize));
                place.copied().ok_or(format!("{id}: a span is outside of its text"))
            };
            let name_type = match span[2].as_str() {
                Some("PER") => NameType::Person,
                Some("LOC") => NameType::Place,
                _ => NameType::Organization,
            };
            spans.push((place(0)?, place(1)?, name_type));
        }
        spans.sort_by_key(|span| span.0);
        Ok(spans)
    };
    let (names, others) = (spans("spans")?, spans("ignore")?);
    let organizations = names.iter().filter(|name| name.2 == NameType::Organization);
    let ignored = organizations.chain(&others).map(|&(start, end, _)| (start, end)).collect();
    // `uner-LANGUAGE-PAGE-SENTENCE`, `wikineural-LANGUAGE-dev-NUMBER`, `conll02-LANGUAGE-dev-NUMBER`
    let parts: Vec<&str> = id.split('-').collect();
    let last = parts.last().and_then(|last| last.parse::<u64>().ok()).unwrap_or(0);
    let page = match parts[0] {
        "uner" => parts.get(2).unwrap_or(&id).to_string(),
        "wikineural" => format!("{} {}", parts[1], last / 40),
        _ => id.to_owned(),
    };
    let fold = page.bytes().fold(7u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let group = format!("{set} {}", field("lang")?);
    Ok(Text {
        marked: Marked { text, names },
        ignored,
        group,
        fold: (fold.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % FOLDS,
    })
}

fn measure(texts: &[Text]) {
    let all: Vec<&Marked> = texts.iter().map(|text| &text.marked).collect();
    let rules = find(&all, None);
    let mut tagged = vec![Vec::new(); texts.len()];
    for fold in 0..FOLDS {
        let taught = texts.iter().filter(|text| text.fold != fold).map(|text| &text.marked);
        let weights = train(&taught.collect::<Vec<_>>());
        let (numbers, unseen): (Vec<usize>, Vec<&Marked>) = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| text.fold == fold)
            .map(|(at, text)| (at, &text.marked))
            .unzip();
        for (number, found) in numbers.into_iter().zip(find(&unseen, Some(&weights))) {
            tagged[number] = found;
        }
    }
    let mut groups: BTreeMap<&str, [[u32; 3]; 4]> = BTreeMap::new();
    for ((text, rules), tagged) in texts.iter().zip(&rules).zip(&tagged) {
        let counts = groups.entry(&text.group).or_default();
        for (at, (found, typed)) in
            [(rules, false), (rules, true), (tagged, false), (tagged, true)].into_iter().enumerate()
        {
            count(text, found, typed, &mut counts[at]);
        }
    }
    println!("F1 of people and places        rules: untyped typed   tagger: untyped typed");
    for (group, counts) in groups {
        let [a, b, c, d] = counts.map(|[hits, extra, missed]| {
            2.0 * f64::from(hits) / f64::from((2 * hits + extra + missed).max(1))
        });
        println!("{group:36} {a:.3} {b:.3}            {c:.3} {d:.3}");
    }
}

/// Adds the names found, found wrongly and missed.
fn count(text: &Text, found: &[Span], typed: bool, [hits, extra, missed]: &mut [u32; 3]) {
    let scored = |name: &&Span| name.2 != NameType::Organization;
    let mut left: Vec<&Span> = text.marked.names.iter().filter(scored).collect();
    for name in found.iter().filter(|name| !typed || scored(name)) {
        let same = |other: &&Span| (other.0, other.1) == (name.0, name.1) && (!typed || other.2 == name.2);
        if let Some(at) = left.iter().position(same) {
            left.swap_remove(at);
            *hits += 1;
        } else if !text.ignored.iter().any(|&(start, end)| name.0 < end && start < name.1) {
            *extra += 1;
        }
    }
    *missed += left.len() as u32;
}
