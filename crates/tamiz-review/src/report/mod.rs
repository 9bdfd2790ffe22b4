//! `_tamiz/report.html`: a run as one page that people would rather look at than read.
//!
//! It is self-contained: no script, style, image or font from elsewhere, and a content-security policy that would let
//! none in. Texts of documents are escaped by the template engine, and what could turn or hide text is taken out.
//! But for times, the same output gives the same page.

mod documents;
mod gather;
mod glance;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::{Environment, context};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::output::{OutputDir, ReviewError};
use documents::Shown;
use gather::Gathered;

/// The page is smaller than this many bytes, whatever the documents hold.
const BOUND: usize = 480_000;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of a run, from its output and from what `report.json` says of it.
///
/// # Errors
/// If the output cannot be read.
pub fn report(output: &OutputDir, summary: &Value) -> Result<String, ReviewError> {
    let gathered = Gathered::of(output)?;
    // Long documents are cut down until the page is small enough for any browser and mailbox.
    let mut most = 6_000;
    loop {
        let documents: Vec<Shown> = gathered.documents.iter().map(|document| document.shown(most)).collect();
        // Writing the page takes much longer than seeing that it will be too long.
        if documents.iter().map(Shown::least).sum::<usize>() < BOUND || most < 100 {
            let page = page(output, summary, &gathered, &documents).map_err(|error| {
                ReviewError::new(format!("cannot write the report: {error:#}: report it"))
            })?;
            if page.len() < BOUND || most < 100 {
                return Ok(page);
            }
        }
        most /= 2;
    }
}

fn page(
    output: &OutputDir,
    summary: &Value,
    gathered: &Gathered,
    documents: &[Shown],
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_filter("thousands", thousands);
    environment.add_filter("size", size);
    environment.add_filter("speed", speed);
    environment.add_filter("duration", duration);
    environment.add_filter("percent", |share: f64| format!("{:.1}", 100.0 * share));
    environment.add_template("page.html", include_str!("page.html"))?;
    environment.get_template("page.html")?.render(context! {
        policy => format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            hash(STYLE),
            hash(SCRIPT)
        ),
        style => STYLE,
        script => SCRIPT,
        manifest => context! {
            tamiz => output.manifest.tamiz,
            pipeline => output.manifest.pipeline.name,
            definition => gather::safe(&output.manifest.pipeline.definition),
        },
        summary => summary,
        funnel => gather::funnel(summary),
        removed => gather::removed(summary),
        kinds => gather::kinds(summary),
        languages => gather::languages(summary),
        tells_languages => has_stage(summary, "language"),
        times => gather::times(summary),
        gathered => gathered,
        documents => documents,
    })
}

/// Whether the run has a stage of that name.
fn has_stage(summary: &Value, stage: &str) -> bool {
    summary["stages"].as_array().into_iter().flatten().any(|row| row["stage"] == stage)
}

/// The hash by which a content-security policy lets one text in.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(text.as_bytes())))
}

/// Bytes as people say them.
fn size(bytes: f64) -> String {
    match bytes {
        b if b < 1e3 => format!("{b:.0} B"),
        b if b < 1e6 => format!("{:.0} kB", b / 1e3),
        b if b < 1e9 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// MB/s, with as many digits as say something.
fn speed(megabytes: f64) -> String {
    match megabytes {
        m if m >= 9.95 => thousands(m),
        m if m >= 0.995 => format!("{m:.1}"),
        m => format!("{m:.2}"),
    }
}

/// Seconds as people say them.
fn duration(seconds: f64) -> String {
    match seconds {
        0.0 => "0 s".to_owned(),
        s if s < 0.000_95 => format!("{:.2} ms", s * 1e3),
        s if s < 0.095 => format!("{:.0} ms", s * 1e3),
        s if s < 9.95 => format!("{s:.1} s"),
        s => format!("{} s", thousands(s)),
    }
}

fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_s_hash_is_that_of_the_standard() {
        // From the example of Content Security Policy Level 2, section 7.19.
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
        assert_eq!(thousands(1_234_567.0), "1\u{202f}234\u{202f}567");
        assert_eq!([0.04, 2.34, 1_234.0].map(speed), ["0.04", "2.3", "1\u{202f}234"]);
        assert_eq!(
            [0.0, 0.000_2, 0.02, 1.26, 75.2].map(duration),
            ["0 s", "0.20 ms", "20 ms", "1.3 s", "75 s"]
        );
    }
}
