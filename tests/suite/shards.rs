//! From one machine to many: shards, states merged in any order, and the same bytes as one run on one machine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::command;

const DEFINITION: &str = "[[stage]]\nuse = \"language\"\n[[stage]]\nuse = \"repeats\"\nkeep_first = true\n[[stage]]\nuse = \"sentences\"\n";

/// Two thousand pages of seven sites in three files, with boxes of their site's own and thirty lines that nobody else has:
/// more than a megabyte of counts.
fn corpus(folder: &Path) {
    let mut number = 0;
    for file in 0..3 {
        let mut lines = String::new();
        for _ in 0..[200, 900, 900][file] {
            let site = number % 7;
            let rows: String =
                (0..30).map(|row| format!("\\nRow {} of this page", letters(number * 30 + row))).collect();
            let text = format!(
                "Site {} box\\nAlso on {}\\nIt rained on Monday.{rows}",
                letters(site),
                letters(site + 9)
            );
            lines.push_str(&format!(
                "{{\"id\":{number},\"text\":\"{text}\",\"url\":\"https://s{site}.example/{number}\"}}\n"
            ));
            number += 1;
        }
        fs::write(folder.join(format!("{file}.jsonl")), lines).unwrap();
    }
}

/// A number in letters, since digits do not tell lines apart.
fn letters(mut number: usize) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return text;
        }
    }
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// A definition that learns, and the pages of a corpus.
    fn new() -> Self {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(desk.path("pages")).unwrap();
        corpus(&desk.path("pages"));
        fs::write(desk.path("p.toml"), DEFINITION).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a command in the folder, where all names are.
    fn tamiz(&self, line: &str) {
        let output = command().current_dir(self.folder.path()).args(line.split(' ')).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn shards_merged_in_three_orders_give_the_state_and_the_output_of_one_machine() {
    let desk = Desk::new();
    desk.tamiz("fit p.toml pages -o whole.state --quiet");
    let whole = desk.read("whole.state");
    assert!(whole.len() > 500_000, "{} bytes are too few to spill", whole.len());

    for shard in 1..=3 {
        // A bound that makes them spill, and other threads each time.
        desk.tamiz(&format!(
            "fit p.toml pages -o {shard}.state --shard {shard}/3 --threads {shard} --memory 1MB --quiet"
        ));
    }
    desk.tamiz("merge 1.state 2.state 3.state -o m1.state --memory 1MB");
    desk.tamiz("merge 3.state 1.state 2.state -o m2.state --memory 1MB");
    desk.tamiz("merge 2.state 3.state -o m23.state");
    desk.tamiz("merge m23.state 1.state -o m3.state");
    for merged in ["m1.state", "m2.state", "m3.state"] {
        assert!(desk.read(merged) == whole, "{merged} is not the state of one machine");
    }

    desk.tamiz("run p.toml pages -o whole --quiet");
    let mut joined = Vec::new();
    for shard in [3, 1, 2] {
        desk.tamiz(&format!("run p.toml pages -o out{shard} --state m2.state --shard {shard}/3 --quiet"));
    }
    for shard in 1..=3 {
        joined.extend(desk.read(&format!("out{shard}/part-00000.jsonl")));
    }
    let text = String::from_utf8(desk.read("whole/part-00000.jsonl")).unwrap();
    assert!(joined == text.as_bytes(), "the shards' outputs are not the output of one machine");
    assert_eq!(text.matches("Site a box").count(), 1, "one page keeps the first of a repeated line");
    assert_eq!(text.matches("Row ").count(), 60_000);
}

#[test]
fn a_state_that_was_cut_short_is_told_of() {
    let desk = Desk::new();
    desk.tamiz("fit p.toml pages -o whole.state --quiet --limit 50");
    let whole = desk.read("whole.state");
    fs::write(desk.path("cut.state"), &whole[..whole.len() - 9]).unwrap();
    let mut damaged = whole.clone();
    let at = damaged.len() - 9;
    damaged[at] ^= 0x10;
    fs::write(desk.path("damaged.state"), damaged).unwrap();
    for (state, told) in
        [("cut.state", "its length is not what its first line says"), ("damaged.state", "damaged")]
    {
        let line = format!("run p.toml pages -o {state}.out --state {state} --quiet");
        let output = command().current_dir(desk.folder.path()).args(line.split(' ')).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(told) && message.contains("learn it again"), "{message}");
    }
}
