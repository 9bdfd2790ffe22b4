//! Reference pages, from what the program says of itself.

use std::fmt::Write;

use tamiz_pipeline::OptionDoc;

use crate::chapters::Chapter;

/// Every stage with its options.
pub(crate) fn stages() -> Chapter {
    let mut text = String::from(
        "# Stages and options\n\nWhat `tamiz stages NAME` prints. Every option has a default, so `use = \"…\"` alone is \
         always right.\n",
    );
    for entry in tamiz::REGISTRY.entries() {
        let doc = entry.doc();
        let _ = write!(text, "\n## {}\n\n{}\n", doc.name, doc.about);
        options(&mut text, &doc.options, "stage");
    }
    Chapter { name: "reference-stages".into(), title: "Stages and options".into(), part: "Reference", text }
}

fn options(text: &mut String, list: &[OptionDoc], table: &str) {
    for option in list {
        let default = option.default.as_deref().filter(|default| !matches!(*default, "[]" | "\"\""));
        let default = default.map_or(String::new(), |default| format!(", by default `{default}`"));
        let _ = write!(text, "\n### `{}`\n\n*{}{default}*\n\n{}\n", option.name, option.values, option.about);
        if !option.fields.is_empty() {
            let inner = format!("{table}.{}", option.name);
            let _ = write!(text, "\nEach is a `[[{inner}]]` table with the keys below.\n");
            options(text, &option.fields, &inner);
        }
    }
}

/// Every command with its help.
pub(crate) fn commands() -> Chapter {
    let mut text = String::from("# Commands\n\nWhat `tamiz COMMAND --help` prints.\n");
    // As wide as a block of code on the page.
    let mut grammar = tamiz::command_line::grammar().term_width(76);
    grammar.build();
    for command in grammar.get_subcommands_mut().filter(|command| command.get_name() != "help") {
        let help = command.render_long_help().to_string();
        let _ = write!(text, "\n## tamiz {}\n\n```text\n{}\n```\n", command.get_name(), help.trim_end());
    }
    Chapter { name: "reference-commands".into(), title: "Commands".into(), part: "Reference", text }
}
