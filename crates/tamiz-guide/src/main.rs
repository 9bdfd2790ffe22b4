//! `tamiz-guide site DIR` builds the documentation site; `tamiz-guide new-stage NAME` starts a stage.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Builds the documentation site, and starts stages.
#[derive(Parser)]
enum Arguments {
    /// Build the site into a folder, which is made if it is not there.
    Site {
        /// The folder.
        folder: PathBuf,
    },
    /// Start a stage in this repository: its crate, and a row in every place that names stages.
    NewStage {
        /// The stage's name: lower-case letters.
        name: String,
        /// The repository.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse() {
        Arguments::Site { folder } => site(&folder),
        Arguments::NewStage { name, root } => tamiz_guide::stage::begin(&root, &name),
    };
    match result {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn site(folder: &std::path::Path) -> Result<String, String> {
    let pages = tamiz_guide::site()?;
    let fault = |error: std::io::Error| format!("cannot write to {}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(fault)?;
    for page in &pages {
        std::fs::write(folder.join(&page.path), &page.html).map_err(fault)?;
    }
    Ok(format!("{} pages: open {}", pages.len(), folder.join("index.html").display()))
}
