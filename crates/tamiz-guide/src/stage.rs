//! Starts a stage: copies the template, and adds a row wherever stages are named.

use std::fs;
use std::path::Path;

/// The template's files, and where they go.
const FILES: [(&str, &str); 4] = [
    ("crates/tamiz-{name}/Cargo.toml", include_str!("../template/Cargo.toml.txt")),
    ("crates/tamiz-{name}/README.md", include_str!("../template/README.md")),
    ("crates/tamiz-{name}/src/lib.rs", include_str!("../template/src/lib.rs.txt")),
    ("tests/cases/{name}/first.md", include_str!("../template/first.md")),
];

/// Rows that name the stage: the file, the line above which the row goes (the first that starts so behind the second
/// text), and the row.
const ROWS: [(&str, &str, &str, &str); 6] = [
    (
        "Cargo.toml",
        "[workspace.dependencies]",
        "tamiz-pipeline =",
        "tamiz-{name} = { path = \"crates/tamiz-{name}\" }\n",
    ),
    ("crates/tamiz/Cargo.toml", "[dependencies]", "tamiz-pipeline", "tamiz-{name}.workspace = true\n"),
    ("crates/tamiz/src/lib.rs", "pub static REGISTRY", "]);", "    Entry::of::<tamiz_{name}::Config>(),\n"),
    (
        "crates/tamiz-guide/src/chapters.rs",
        "const STAGES",
        "];",
        "    (\"{name}\", include_str!(\"../../tamiz-{name}/README.md\")),\n",
    ),
    (
        "benches/stages.rs",
        "const STAGES",
        "];",
        "    (\"{name}\", \"words = [\\\"advertisement\\\"]\\n\"),\n",
    ),
    (
        "README.md",
        "| stage | what it marks |",
        "\n",
        "| [`{name}`](crates/tamiz-{name}/README.md) | lines with certain words: say here what it marks |\n",
    ),
];

/// Starts the stage `name` in the repository at `root`; says what to do next.
///
/// # Errors
/// If the name is none, or is taken, or a file is not as expected: then nothing was written.
pub fn begin(root: &Path, name: &str) -> Result<String, String> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(format!("`{name}` is no name of a stage: write lower-case letters, such as `shouting`"));
    }
    let fill = |text: &str| text.replace("{name}", name);
    let mut writes = Vec::new();
    for (path, text) in FILES {
        let path = root.join(fill(path));
        if path.exists() {
            return Err(format!("{} is there already: choose another name", path.display()));
        }
        writes.push((path, fill(text)));
    }
    for (path, section, before, row) in ROWS {
        let path = root.join(path);
        let text = fs::read_to_string(&path).map_err(|error| {
            format!("cannot read {}: {error}: name the repository with --root", path.display())
        })?;
        let place = place(&text, section, before).ok_or_else(|| {
            format!("{} has no line `{before}` behind `{section}`: add the row by hand", path.display())
        })?;
        let (above, below) = text.split_at(place);
        let mut row = fill(row);
        if path.ends_with("chapters.rs") || path.ends_with("stages.rs") {
            row = row.replace("\\\\", "\\");
        }
        writes.push((path, bump(&format!("{above}{row}{below}"), section)));
    }
    for (path, text) in &writes {
        let fault = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(fault)?;
        fs::write(path, text).map_err(fault)?;
    }
    Ok(format!(
        "the stage `{name}` is in crates/tamiz-{name}; next:\n  cargo test -p tamiz-{name}\n  just schema\n  cargo test -p tamiz-tests"
    ))
}

/// The byte of the line that starts with `before`, behind the line with `section`.
fn place(text: &str, section: &str, before: &str) -> Option<usize> {
    let from = text.find(section)?;
    let mut at = from + text[from..].find('\n')? + 1;
    for line in text[at..].split_inclusive('\n') {
        if line.starts_with(before) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// Arrays with a length in their type have one more element now.
fn bump(text: &str, section: &str) -> String {
    let Some(from) = text.find(section).filter(|_| section == "const STAGES") else { return text.to_owned() };
    let line_end = text[from..].find('\n').map_or(text.len(), |feed| from + feed);
    let line = &text[from..line_end];
    let Some((head, tail)) = line.split_once("; ") else { return text.to_owned() };
    let Some((count, rest)) = tail.split_once(']') else { return text.to_owned() };
    match count.parse::<usize>() {
        Ok(count) => format!("{}{head}; {}]{rest}{}", &text[..from], count + 1, &text[line_end..]),
        Err(_) => text.to_owned(),
    }
}
