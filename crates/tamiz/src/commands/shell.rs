//! `tamiz completions` and `tamiz man`

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::command_line::{Failure, Status, grammar, print};

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tamiz completions bash > ~/.local/share/bash-completion/completions/tamiz"
)]
pub struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut grammar(), "tamiz", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Status::DONE)
}

/// Print the manual page, or write one page per command to a folder
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz man | man -l -\n  tamiz man --to ~/.local/share/man/man1")]
pub struct ManArguments {
    /// A folder for the pages of all commands; made if it is not there.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(crate) fn man(arguments: &ManArguments) -> Result<Status, Failure> {
    let Some(folder) = &arguments.to else {
        let mut page = Vec::new();
        clap_mangen::Man::new(grammar()).render(&mut page)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(Status::DONE);
    };
    let fault =
        |error: std::io::Error| Failure::new(format!("cannot write to {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(fault)?;
    clap_mangen::generate_to(grammar(), folder).map_err(fault)?;
    Ok(Status::DONE)
}
