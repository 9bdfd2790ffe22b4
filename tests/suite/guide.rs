//! The guide's chapters, as a reader would follow them: every file is written, every command is run, and what it prints
//! is compared with what the chapter says.
//!
//! A fenced block's info string says what it is: `toml NAME`, `text NAME` or `tsv NAME` is a file; `sh` is run; `text
//! output` is what the commands above it print, line by line, `…` for lines left out; `console` needs a checkout and is
//! not run here.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{files, read, root};

/// The fenced blocks of a chapter: info string and content.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match &mut open {
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    open = Some((info.trim().to_owned(), String::new()));
                }
            }
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some((_, content)) => *content += &format!("{line}\n"),
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// Whether the lines are printed in that order, with only `…` standing for others.
fn prints(said: &str, printed: &str) -> Result<(), String> {
    let mut printed = printed.lines().map(str::trim_end).peekable();
    let mut may_skip = true;
    for line in said.lines().map(str::trim_end) {
        if line == "…" {
            may_skip = true;
            continue;
        }
        if may_skip {
            while printed.next_if(|other| *other != line).is_some() {}
        }
        match printed.next() {
            Some(other) if other == line => may_skip = false,
            other => return Err(format!("the chapter says `{line}`, and the program prints {other:?}")),
        }
    }
    Ok(())
}

/// Stands in for Slurm's `sbatch`: does a job's tasks one after the other before it gives the job's number, refuses options
/// that the guide does not use, and a job that waits for one that was not given.
const SBATCH: &str = r#"#!/bin/sh
set -eu
first=1 last=1
while [ $# -gt 0 ]; do
    case $1 in
        --parsable | --cpus-per-task=*) ;;
        --array=*-*) range=${1#--array=}; first=${range%-*}; last=${range#*-} ;;
        --dependency=afterok:*) [ -e "job-${1#--dependency=afterok:}" ] ;;
        --wrap) command=$2; shift ;;
        *) echo "sbatch: no option $1 here" >&2; exit 1 ;;
    esac
    shift
done
for task in $(seq "$first" "$last"); do
    SLURM_ARRAY_TASK_ID=$task sh -euc "$command" >&2
done
number=$(ls | grep -c '^job-' || true)
touch "job-$number"
echo "$number"
"#;

/// Follows a chapter in a folder of its own.
fn follow(path: &Path) {
    let chapter = path.file_name().unwrap().to_string_lossy().into_owned();
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tamiz-tested"), bin.join("tamiz")).unwrap();
    let sbatch = bin.join("sbatch");
    fs::write(&sbatch, SBATCH).unwrap();
    fs::set_permissions(&sbatch, fs::Permissions::from_mode(0o755)).unwrap();
    for shared in ["pipelines", "tests"] {
        std::os::unix::fs::symlink(root().join(shared), folder.path().join(shared)).unwrap();
    }
    let search = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut printed = String::new();
    for (info, content) in blocks(&read(path)) {
        let mut words = info.split_whitespace();
        match (words.next().unwrap_or_default(), words.next()) {
            ("sh", None) => {
                let output = Command::new("sh")
                    .args(["-euc", &content])
                    .current_dir(folder.path())
                    .env("PATH", &search)
                    .env_remove("CLICOLOR_FORCE")
                    .output()
                    .unwrap();
                printed = String::from_utf8_lossy(&output.stdout).into_owned();
                let told = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{chapter}: {content}{printed}{told}");
            }
            ("text", Some("output")) => {
                if let Err(message) = prints(&content, &printed) {
                    panic!("{chapter}: {message}; all of it:\n{printed}");
                }
            }
            ("toml" | "text" | "tsv", Some(name)) => {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            ("console" | "rust" | "text", None) => {}
            (other, name) => panic!("{chapter}: a block `{other} {name:?}` that is neither file nor command"),
        }
    }
}

#[test]
fn every_command_and_definition_of_the_guide_does_what_it_says() {
    for path in files("crates/tamiz-guide/book", ".md") {
        follow(&path);
    }
}

#[test]
fn the_page_on_many_machines_does_what_it_says() {
    follow(&root().join("crates/tamiz-run/SCALING.md"));
}

#[test]
fn every_definition_on_the_stages_pages_loads() {
    for entry in tamiz::REGISTRY.entries() {
        let page = read(&root().join(format!("crates/tamiz-{}/README.md", entry.name)));
        for (info, content) in blocks(&page) {
            if info != "toml" || !content.contains("[[stage]]") {
                continue;
            }
            let Err(mistakes) = tamiz::parse(&content) else { continue };
            // The files that an example names are the reader's own.
            let own = mistakes.list().iter().filter(|mistake| !mistake.message.contains("cannot read"));
            assert_eq!(own.count(), 0, "{}: {mistakes}", entry.name);
        }
    }
}

#[test]
fn every_fault_in_the_table_is_tried_by_a_test() {
    let table = read(&root().join("crates/tamiz-guide/book/faults.md"));
    let sources: String = ["tests/suite", "crates"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|path| read(&path))
        .collect();
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| fault")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        if cells[0].starts_with("---") {
            continue;
        }
        assert_eq!(cells.len(), 3, "{row}");
        let test = cells[2].trim_matches('`');
        assert!(sources.contains(&format!("fn {test}(")), "there is no test `{test}`");
        rows += 1;
    }
    assert!(rows > 40, "only {rows} rows");
}
