//! The proof that an output is what its manifest says, and that every original comes back.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::documents::Documents;
use crate::output::{OutputDir, ReviewError};

/// How many faults of one sort are told; the others are counted.
const TOLD: u64 = 10;

/// What was proved, and what does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Files whose size, checksum and number of records are those of the manifest.
    pub files: u64,
    /// Documents whose original came back with its checksum.
    pub documents: u64,
    /// What does not hold, each a sentence; the first ten of each sort.
    pub faults: Vec<String>,
    /// All that does not hold.
    pub faulty: u64,
}

impl Proof {
    /// Whether all of it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faulty == 0
    }

    fn fault(&mut self, of_sort: &mut u64, message: String) {
        *of_sort += 1;
        self.faulty += 1;
        if *of_sort <= TOLD {
            self.faults.push(message);
        }
    }
}

/// Checks every file of the output against the manifest, brings every document's original back and checks it
/// against its checksum, and counts.
///
/// # Errors
/// If the manifest cannot be read. Whatever else is wrong stands in the proof.
pub fn verify(root: &Path) -> Result<Proof, ReviewError> {
    let output = OutputDir::open(root)?;
    let mut proof = Proof::default();
    let mut sort = 0;
    for file in &output.manifest.outputs {
        match measure(&root.join(&file.path)) {
            Err(error) => proof.fault(&mut sort, format!("{}: {error}", file.path)),
            Ok((bytes, _)) if bytes != file.bytes => {
                proof.fault(&mut sort, format!("{} has {bytes} bytes, not {}", file.path, file.bytes));
            }
            Ok((_, sum)) if sum != file.sha256 => {
                proof.fault(&mut sort, format!("{} has changed: its SHA-256 is {sum}", file.path));
            }
            Ok(_) => proof.files += 1,
        }
    }
    sort = 0;
    for path in strangers(&output)? {
        proof.fault(&mut sort, format!("{path} is not in the manifest"));
    }
    documents(&output, &mut proof);
    counts(&output, &mut proof);
    Ok(proof)
}

/// The size and checksum of a file.
fn measure(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        bytes += count as u64;
        hash.update(&buffer[..count]);
    }
    Ok((bytes, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Parts that lie in the output's folders and that the manifest does not know.
fn strangers(output: &OutputDir) -> Result<Vec<String>, ReviewError> {
    let known: BTreeSet<&str> = output.manifest.outputs.iter().map(|file| file.path.as_str()).collect();
    let mut found = Vec::new();
    for folder in ["", "dropped/", "residue/", "quarantine/"] {
        let path = output.root().join(folder);
        let Ok(entries) = fs::read_dir(&path) else { continue };
        for entry in entries {
            let name = entry.map_err(|error| ReviewError::reading(&path, &error))?.file_name();
            let name = format!("{folder}{}", name.to_string_lossy());
            if name[folder.len()..].starts_with("part-") && !known.contains(name.as_str()) {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn documents(output: &OutputDir, proof: &mut Proof) {
    let (mut sort, mut kept) = (0, 0);
    let mut documents = Documents::kept(output);
    loop {
        match documents.read() {
            Ok(Some(document)) => {
                kept += 1;
                match &document.original {
                    Some(Ok(_)) => proof.documents += 1,
                    Some(Err(message)) => {
                        proof.fault(&mut sort, format!("document `{}`: {message}", document.shown_id()));
                    }
                    None => {}
                }
            }
            Ok(None) => break,
            // Behind damage nothing can be told apart.
            Err(error) => {
                proof.fault(&mut sort, error.to_string());
                return;
            }
        }
    }
    if !output.has_residue() {
        proof.fault(&mut sort, "no residue was written, so no original can be brought back".into());
    }
    let expected = output.manifest.counts.kept;
    if kept != expected {
        proof.fault(&mut 0, format!("{kept} documents are in the parts, and the manifest counts {expected}"));
    }
}

/// How many records a line stands for: one, but where quarantine says that it is several.
fn records(line: &[u8]) -> u64 {
    #[derive(serde::Deserialize)]
    struct Line {
        records: Option<u64>,
    }
    serde_json::from_slice::<Line>(line).ok().and_then(|line| line.records).unwrap_or(1)
}

/// Counts the records of the other files, and checks the sum of all.
fn counts(output: &OutputDir, proof: &mut Proof) {
    let counts = output.manifest.counts;
    if counts.read != counts.kept + counts.dropped + counts.quarantined {
        proof.fault(
            &mut 0,
            "the manifest's own counts do not add up: read = kept + dropped + quarantined".into(),
        );
    }
    for (folder, expected) in [("dropped/", counts.dropped), ("quarantine/", counts.quarantined)] {
        let (mut lines, mut line, mut count) = (output.lines(folder), Vec::new(), 0);
        loop {
            match lines.next(&mut line) {
                Ok(true) if folder == "quarantine/" => count += records(&line),
                Ok(true) => count += 1,
                Ok(false) => break,
                Err(error) => {
                    proof.fault(&mut 0, error.to_string());
                    break;
                }
            }
        }
        if count != expected {
            let what = folder.trim_end_matches('/');
            proof.fault(&mut 0, format!("{what} holds {count} records, and the manifest counts {expected}"));
        }
    }
}
