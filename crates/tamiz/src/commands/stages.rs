//! `tamiz stages`

use std::fmt::Write;

use clap::Args;
use tamiz_pipeline::{OptionDoc, StageDoc, closest};

use crate::REGISTRY;
use crate::command_line::{Failure, Status, print};

/// List the stages, or show one with its options
///
/// The text is the stages' own documentation.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tamiz stages\n  tamiz stages boilerplate")]
pub struct Arguments {
    /// A stage.
    name: Option<String>,
}

const WIDTH: usize = 96;

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let Some(name) = &arguments.name else {
        let mut list = String::new();
        for entry in REGISTRY.entries() {
            let doc = entry.doc();
            let about = doc.about.replace('\n', " ");
            let first = about.split_inclusive(". ").next().unwrap_or_default().trim();
            paragraph(&mut list, &format!("{:<12}  ", doc.name), 14, first);
        }
        list.push_str("\n`tamiz stages NAME` shows a stage's options.\n");
        print(&list)?;
        return Ok(Status::DONE);
    };
    match REGISTRY.get(name) {
        Some(entry) => {
            print(&page(&entry.doc()))?;
            Ok(Status::DONE)
        }
        None => {
            let near = closest(name, REGISTRY.names());
            let remedy = near.map_or_else(
                || format!("the stages are {}", REGISTRY.names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            Err(Failure::new(format!("there is no stage `{name}`: {remedy}")))
        }
    }
}

fn page(doc: &StageDoc) -> String {
    let mut page = String::new();
    paragraph(&mut page, "", 0, &format!("{}: {}", doc.name, doc.about));
    let _ = write!(page, "\n[[stage]]\nuse = \"{}\"\n", doc.name);
    if doc.options.is_empty() {
        page.push_str("\nIt has no options.\n");
    }
    options(&mut page, &doc.options, 0, "stage");
    page
}

fn options(page: &mut String, list: &[OptionDoc], indent: usize, table: &str) {
    let margin = " ".repeat(indent);
    for option in list {
        let default = option.default.as_deref().filter(|default| !matches!(*default, "[]" | "\"\""));
        let default = default.map_or(String::new(), |default| format!(" (default {default})"));
        page.push('\n');
        paragraph(
            page,
            &format!("{margin}{}  ", option.name),
            indent + 4,
            &format!("{}{default}", option.values),
        );
        paragraph(page, &" ".repeat(indent + 4), indent + 4, &option.about);
        if !option.fields.is_empty() {
            let inner = format!("{table}.{}", option.name);
            let _ = write!(page, "\n{margin}    [[{inner}]]\n");
            options(page, &option.fields, indent + 4, &inner);
        }
    }
}

/// Adds a text, wrapped; `lead` stands before its first line, blanks before the others.
fn paragraph(page: &mut String, lead: &str, indent: usize, text: &str) {
    for (number, block) in text.split("\n\n").enumerate() {
        let mut line = if number == 0 { lead.to_owned() } else { format!("\n{}", " ".repeat(indent)) };
        let mut width = indent;
        for word in block.split_whitespace() {
            let length = word.chars().count();
            if width > indent && width + 1 + length > WIDTH {
                page.push_str(line.trim_end());
                page.push('\n');
                line = " ".repeat(indent);
                width = indent;
            }
            if width > indent {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += length;
        }
        page.push_str(&line);
        page.push('\n');
    }
}
