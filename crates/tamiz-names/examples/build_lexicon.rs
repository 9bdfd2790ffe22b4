//! Builds the embedded tables of `tamiz-names` from their sources.
//!
//! ```text
//! build_lexicon places SOURCE.tsv             > tables/places.tsv
//! build_lexicon parts SOURCE.txt.gz           > tables/parts.bin
//! build_lexicon spellings SOURCE.txt.gz       > tables/spellings/es.tsv
//! build_lexicon common LANGUAGE TEXTS.txt...  > tables/common/LANGUAGE.txt
//! ```
//!
//! `places` takes rows `id ⇥ type ⇥ population ⇥ lang=form|form;…`; `parts` and `spellings` take lines
//! `form, form, … => identifier`; `common` takes plain texts, one paragraph a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};

use tamiz_names::build;

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let output = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["places", source] => places(&fs::read_to_string(source)?).into_bytes(),
        ["parts", source] => build::parts(&groups(source)?),
        ["spellings", source] => spellings(&groups(source)?).into_bytes(),
        ["common", language, ref texts @ ..] => common(texts, language == "de")?.into_bytes(),
        _ => return Err("say `places`, `parts`, `spellings` or `common`, and the sources".into()),
    };
    std::io::stdout().write_all(&output)?;
    Ok(())
}

/// `id ⇥ place ⇥ canonical per language ⇥ variants ⇥ weight`, sorted by id. The weight is the number of digits of the
/// population; countries and regions have theirs too.
fn places(source: &str) -> String {
    let mut rows = BTreeSet::new();
    for line in source.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, kind, population, names] = columns[..] else { continue };
        let mut canonical = Vec::new();
        let mut variants = BTreeSet::new();
        for part in names.split(';') {
            let Some((language, forms)) = part.split_once('=') else { continue };
            let mut forms = forms.split('|');
            let first = forms.next().unwrap_or_default();
            if language == "mul" {
                variants.insert(first);
            } else {
                canonical.push((language, first));
            }
            variants.extend(forms);
        }
        // What every language writes alike is said once, under `mul`.
        let own = columns[3].split(';').find_map(|part| part.strip_prefix("mul="));
        let own = own.and_then(|forms| forms.split('|').next()).filter(|own| !own.is_empty());
        if let Some(own) = own {
            canonical.retain(|&(language, form)| form != own || language == "es");
            canonical.push(("mul", own));
        }
        canonical.sort_unstable();
        variants.retain(|form| !form.is_empty() && canonical.iter().all(|(_, known)| known != form));
        let canonical: Vec<String> =
            canonical.iter().map(|(language, form)| format!("{language}={form}")).collect();
        let variants: Vec<&str> = variants.into_iter().collect();
        let weight = if kind == "country" { 9 } else { population.trim_start_matches('0').len() };
        rows.insert(format!("{id}\tplace\t{}\t{}\t{weight}\n", canonical.join(";"), variants.join("|")));
    }
    rows.into_iter().collect()
}

/// The groups of equivalent name parts, in the order of their identifiers.
fn groups(path: &str) -> Result<Vec<Vec<String>>, Fault> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path)?).read_to_string(&mut text)?;
    let mut groups = BTreeMap::new();
    for line in text.lines() {
        if let Some((forms, identifier)) = line.split_once(" => ") {
            let forms: BTreeSet<String> =
                forms.split(", ").filter(|form| build::is_wanted(form)).map(str::to_owned).collect();
            if !forms.is_empty() {
                groups.insert(identifier.to_owned(), forms.into_iter().collect());
            }
        }
    }
    Ok(groups.into_values().collect())
}

/// `plain ⇥ accented`: Slavic surnames whose Spanish spelling differs from another known form by its accents alone.
fn spellings(groups: &[Vec<String>]) -> String {
    let mut accented: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for group in groups {
        for form in group.iter().filter(|form| build::is_accented_spanish(form)) {
            let plain = build::without_acute(form);
            if group.contains(&plain)
                && group.iter().any(|other| has_cyrillic(other))
                && is_slavic_surname(form, group)
            {
                accented.entry(plain).or_default().insert(form);
            }
        }
    }
    accented.retain(|_, forms| forms.len() == 1);
    accented
        .into_iter()
        .map(|(plain, forms)| format!("{plain}\t{}\n", forms.into_iter().next().unwrap_or_default()))
        .collect()
}

/// How many of the marks of other languages' spellings of Slavic names the group shows: Czech, Polish, German.
fn spread(group: &[String]) -> usize {
    const MARKS: [&str; 12] = ["š", "č", "ž", "ŝ", "sz", "cz", "tsch", "ow", "ew", "ij", "skij", "szk"];
    MARKS.iter().filter(|mark| group.iter().any(|form| form.contains(*mark))).count()
}

/// Whether the accented form is a surname that Russian or Ukrainian has: Czech feminines and patronymics are not.
fn is_slavic_surname(form: &str, group: &[String]) -> bool {
    const ENDINGS: [&str; 8] = ["ov", "ev", "in", "yn", "enko", "chuk", "ski", "iov"];
    const OTHERS: [&str; 5] = ["á", "vich", "é", "í", "ó"];
    !OTHERS.iter().any(|ending| form.ends_with(ending))
        && (ENDINGS.iter().any(|ending| form.ends_with(ending)) && spread(group) >= 1
            || form.ends_with('ú') && form.len() > 6 && spread(group) >= 2)
        && !["w", "cz", "nj", "ou", "ié"].iter().any(|foreign| form.contains(foreign))
}

fn has_cyrillic(form: &str) -> bool {
    form.chars().any(|c| ('\u{400}'..'\u{530}').contains(&c))
}

/// Words that stand in lower case at least three times as often as capitalised within a sentence, one a line. German
/// nouns count as words in lower case where a determiner stands before them, which few names have.
fn common(paths: &[&str], german: bool) -> Result<String, Fault> {
    const DETERMINERS: &str = " der die das dem den des ein eine einem einen einer eines im am zum zur vom beim ins kein keine keinen \
         mein meine sein seine seinen seiner seinem ihr ihre ihren ihrer ihrem unser unsere dieser diese dieses diesem diesen jeder jede \
         jedes viele mehr alle allen aller einige mehrere zwei drei vier fünf ";
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for path in paths {
        for line in fs::read_to_string(path)?.lines() {
            let mut start = true;
            let mut determined = false;
            let mut position = 0;
            for word in line.split(|c: char| !c.is_alphanumeric()) {
                let at = word.as_ptr() as usize - line.as_ptr() as usize;
                let between = &line[position..at];
                start |= position > 0 && between.chars().any(|c| !c.is_whitespace() && !",;'’-".contains(c));
                position = at + word.len();
                if word.is_empty() || word.chars().any(|c| !c.is_alphabetic()) {
                    continue;
                }
                let count = counts.entry(word.to_lowercase()).or_default();
                if word.chars().all(char::is_lowercase) || determined {
                    count.0 += if determined { 3 } else { 1 };
                } else if !start && word.chars().skip(1).all(char::is_lowercase) {
                    count.1 += 1;
                }
                start = false;
                determined = german && DETERMINERS.contains(&format!(" {} ", word.to_lowercase()));
            }
        }
    }
    // A noun stands after other words than determiners too.
    let share = if german { 1 } else { 3 };
    counts.retain(|word, (lower, capital)| {
        *lower >= 2 && *lower >= *capital * share && word.chars().count() > 1
    });
    Ok(counts.into_keys().map(|word| word + "\n").collect())
}
