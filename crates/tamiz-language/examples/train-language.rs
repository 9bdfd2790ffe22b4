//! Makes the n-gram tables of `models/` from labelled texts.
//!
//! `cargo run --release --example train-language -- OUTDIR FILE...` reads JSONL records with `lang` (ISO 639-3) and
//! `text`, and writes one table for each script that several languages share.

#[allow(dead_code)]
#[path = "../src/codes.rs"]
mod codes;
#[allow(dead_code)]
#[path = "../src/script.rs"]
mod script;
#[allow(dead_code)]
#[path = "../src/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use script::Script;
use words::Words;

/// The longest n-gram.
const ORDER: usize = 4;
/// What is added to every count, so that what a language was not seen to have is rare there, not impossible.
const SMOOTH: f64 = 0.1;
/// How many different n-grams that is added for.
const TYPES: f64 = 3_000.0;
/// Steps of the weights in a nat.
const STEPS: f64 = 4.0;
/// N-grams seen fewer times than this, in all languages together, are left out.
const LEAST: f64 = 6.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("which directory?")?;
    // Counts by script, n-gram and language; totals by script and language.
    let mut counts: BTreeMap<u8, BTreeMap<String, BTreeMap<String, f64>>> = BTreeMap::new();
    let mut totals: BTreeMap<u8, BTreeMap<String, [f64; ORDER]>> = BTreeMap::new();
    let mut words = Words::default();
    for file in arguments {
        for line in fs::read_to_string(file)?.lines() {
            let record: serde_json::Value = serde_json::from_str(line)?;
            let text = record["text"].as_str().ok_or("no text")?;
            let Some(code) = codes::find(record["lang"].as_str().ok_or("no lang")?) else { continue };
            words.clear();
            words.read(text);
            let Some(script) = words.tally.main() else { continue };
            let script = script as u8;
            let letters = &words.letters;
            for end in 1..letters.len() {
                for length in 1..=ORDER.min(end + 1) {
                    let gram = &letters[end + 1 - length..=end];
                    if length > 2 && gram[1..length - 1].contains(&' ') {
                        break;
                    }
                    let gram: String = gram.iter().map(|&c| if c == ' ' { '_' } else { c }).collect();
                    let row = counts.entry(script).or_default().entry(gram).or_default();
                    *row.entry(code.to_string()).or_default() += 1.0;
                    totals.entry(script).or_default().entry(code.to_string()).or_default()[length - 1] += 1.0;
                }
            }
        }
    }
    let names = [
        (Script::Latin, "latin"),
        (Script::Cyrillic, "cyrillic"),
        (Script::Arabic, "arabic"),
        (Script::Devanagari, "devanagari"),
    ];
    for (script, name) in names {
        let (Some(counts), Some(totals)) = (counts.get(&(script as u8)), totals.get(&(script as u8))) else {
            continue;
        };
        // Stray words of a language that is written in another script are no evidence.
        let languages: Vec<&String> = totals.keys().filter(|code| totals[*code][0] > 2_000.0).collect();
        let mut file = fs::File::create(Path::new(&out).join(format!("{name}.tsv")))?;
        // Counts are brought to the size of the largest corpus: else what a language with few texts was not seen to
        // have would speak less against it.
        let largest = |order: usize| totals.values().map(|total| total[order]).fold(0.0, f64::max);
        let largest: Vec<f64> = (0..ORDER).map(largest).collect();
        let floor = |order: usize| (SMOOTH / (largest[order] + TYPES * SMOOTH)).ln();
        let heads: Vec<String> = languages
            .iter()
            .map(|code| {
                let floors: Vec<String> = (0..ORDER).map(|order| format!("{:.3}", floor(order))).collect();
                format!("{code}:{}", floors.join(","))
            })
            .collect();
        writeln!(file, "{}", heads.join(" "))?;
        for (gram, row) in counts {
            if row.values().sum::<f64>() < LEAST {
                continue;
            }
            let order = gram.chars().count() - 1;
            let mut pairs = String::new();
            for (index, code) in languages.iter().enumerate() {
                let Some(count) = row.get(*code) else { continue };
                let count = count * largest[order] / totals[*code][order];
                let weight = (((count + SMOOTH) / SMOOTH).ln() * STEPS).round().clamp(0.0, 77.0) as u8;
                pairs.push(char::from(b'0' + index as u8));
                pairs.push(char::from(b'0' + weight));
            }
            if !pairs.is_empty() {
                writeln!(file, "{gram}\t{pairs}")?;
            }
        }
    }
    Ok(())
}
