//! `tamiz restore` and `tamiz verify`

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use tamiz_review::{restore as original, verify as prove};

use crate::command_line::{Failure, Status, print, print_exactly};
use crate::outdir;
use crate::shown::{safe, several, thousands};

/// Print the original text of a document, from output and residue
///
/// To the byte as the stages saw it: of a JSONL record its text, of an HTML page the text of its blocks.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tamiz restore clean es-cumbre.txt\n  tamiz restore clean 4711 > page.txt"
)]
pub struct RestoreArguments {
    /// A folder that `tamiz run` wrote.
    #[arg(value_name = "OUTDIR")]
    output: PathBuf,
    /// The document's id.
    id: String,
}

pub(crate) fn restore(arguments: &RestoreArguments) -> Result<Status, Failure> {
    let output = outdir::open(&arguments.output)?;
    let Some(text) = original(&output, &arguments.id)? else {
        return Err(outdir::no_document(&output, &arguments.id)?);
    };
    if std::io::stdout().is_terminal() {
        // What a page holds must not give the terminal orders.
        let shown: Vec<String> = text.lines().map(safe).collect();
        print(&format!("{}\n", shown.join("\n")))?;
    } else {
        print_exactly(text.as_bytes())?;
    }
    Ok(Status::DONE)
}

/// Prove that an output is whole and that every original comes back
///
/// Checks every file against the manifest's checksums, restores every document and checks it against the checksum of
/// its original. Ends with status 1 if something does not hold.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz verify clean")]
pub struct VerifyArguments {
    /// A folder that `tamiz run` wrote.
    #[arg(value_name = "OUTDIR")]
    output: PathBuf,
}

pub(crate) fn verify(arguments: &VerifyArguments) -> Result<Status, Failure> {
    let dropped = outdir::open(&arguments.output)?.manifest.counts.dropped;
    let proof = prove(&arguments.output)?;
    let shown = arguments.output.display();
    let mut messages = anstream::stderr();
    for fault in &proof.faults {
        writeln!(messages, "{fault}")?;
    }
    if proof.holds() {
        let are = |count, one, more| if count == 1 { one } else { more };
        let mut told = format!(
            "{shown}: {} {}, {} {} back to the byte",
            several(proof.files, "file"),
            are(proof.files, "is as it was written", "are as they were written"),
            several(proof.documents, "document"),
            are(proof.documents, "comes", "come")
        );
        if dropped > 0 {
            let were = are(dropped, "was dropped is", "were dropped are");
            told.push_str(&format!(", {} that {were} stored as read", thousands(dropped)));
        }
        print(&format!("{told}\n"))?;
        return Ok(Status::DONE);
    }
    let more = proof.faulty - proof.faults.len() as u64;
    if more > 0 {
        writeln!(messages, "… and {more} more")?;
    }
    let noun = if proof.faulty == 1 { "thing does" } else { "things do" };
    writeln!(
        messages,
        "{shown}: {} {noun} not hold; {} files and {} documents do",
        proof.faulty, proof.files, proof.documents
    )?;
    Ok(Status::FOUND)
}
