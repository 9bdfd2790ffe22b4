//! The chapters, in their order.

use crate::reference;

/// A chapter of the site.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The file's name on the site, without its ending.
    pub name: String,
    /// What the navigation calls it.
    pub title: String,
    /// The part of the site that it belongs to.
    pub part: &'static str,
    /// Markdown.
    pub text: String,
}

const BOOK: [(&str, &str, &str, &str); 8] = [
    ("Begin", "index", "tamiz", include_str!("../book/index.md")),
    ("Begin", "quick-start", "Quick start", include_str!("../book/quick-start.md")),
    ("Tutorials", "tutorial-site", "A pipeline for a site", include_str!("../book/tutorial-site.md")),
    ("Tutorials", "tutorial-stage", "A stage of your own", include_str!("../book/tutorial-stage.md")),
    ("In and out", "parquet", "Parquet", include_str!("../book/parquet.md")),
    ("In and out", "faults", "What can go wrong", include_str!("../book/faults.md")),
    ("Ideas", "ideas", "How it thinks", include_str!("../book/ideas.md")),
    ("Ideas", "output", "What comes out", include_str!("../book/output.md")),
];

/// How-tos: the pages of the stages' crates.
const STAGES: [(&str, &str); 6] = [
    ("language", include_str!("../../tamiz-language/README.md")),
    ("boilerplate", include_str!("../../tamiz-boilerplate/README.md")),
    ("repeats", include_str!("../../tamiz-repeats/README.md")),
    ("rules", include_str!("../../tamiz-rules/README.md")),
    ("sentences", include_str!("../../tamiz-sentences/README.md")),
    ("names", include_str!("../../tamiz-names/README.md")),
];

/// How-tos for more than one machine, and from Python.
const MANY: [(&str, &str, &str); 2] = [
    ("scaling", "From one machine to many", include_str!("../../tamiz-run/SCALING.md")),
    ("python", "From Python, Ray and Spark", include_str!("../../tamiz-python/README.md")),
];

/// Every chapter, in the order of the navigation.
#[must_use]
pub fn chapters() -> Vec<Chapter> {
    let book = |part: &'static str| {
        BOOK.iter().filter(move |(of, ..)| *of == part).map(|(part, name, title, text)| Chapter {
            name: (*name).to_owned(),
            title: (*title).to_owned(),
            part,
            text: (*text).to_owned(),
        })
    };
    let stages = STAGES.iter().map(|(name, text)| Chapter {
        name: format!("stage-{name}"),
        title: format!("How to: {name}"),
        part: "Stages",
        text: (*text).to_owned(),
    });
    let many = MANY.iter().map(|(name, title, text)| Chapter {
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        part: "At scale",
        text: (*text).to_owned(),
    });
    let mut chapters: Vec<Chapter> =
        book("Begin").chain(book("Tutorials")).chain(stages).chain(book("In and out")).chain(many).collect();
    chapters.extend(book("Ideas"));
    chapters.push(reference::stages());
    chapters.push(reference::commands());
    chapters
}
