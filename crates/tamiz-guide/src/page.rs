//! From chapters to pages.

use std::fmt::Write;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::chapters::{Chapter, chapters};

/// A page of the site.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its file, relative to the site.
    pub path: String,
    /// What is in it.
    pub html: String,
}

const STYLE: &str = include_str!("style.css");

/// Every page of the site.
///
/// # Errors
/// If a link of a chapter leads nowhere: the chapter and the link.
pub fn site() -> Result<Vec<Page>, String> {
    let chapters = chapters();
    chapters
        .iter()
        .enumerate()
        .map(|(number, chapter)| {
            Ok(Page { path: format!("{}.html", chapter.name), html: page(&chapters, number, chapter)? })
        })
        .collect()
}

fn page(chapters: &[Chapter], number: usize, chapter: &Chapter) -> Result<String, String> {
    let mut navigation = String::new();
    let mut part = "";
    for other in chapters {
        if other.part != part {
            part = other.part;
            let _ = write!(navigation, "<p>{part}</p>");
        }
        let here = if other.name == chapter.name { " aria-current=\"page\"" } else { "" };
        let _ = write!(navigation, "<a href=\"{}.html\"{here}>{}</a>", other.name, other.title);
    }
    let link = |chapter: Option<&Chapter>, sign: &str| {
        chapter.map_or(String::new(), |c| format!("<a href=\"{}.html\">{sign} {}</a>", c.name, c.title))
    };
    let before = link(number.checked_sub(1).and_then(|before| chapters.get(before)), "←");
    let after = link(chapters.get(number + 1), "→");
    let (title, content) = (&chapter.title, body(chapters, chapter)?);
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · tamiz</title>\
         <style>{STYLE}</style></head>\n<body><details class=\"menu\" open><summary>tamiz</summary><nav>{navigation}</nav></details>\n\
         <main>{content}<footer>{before}<span></span>{after}</footer></main></body></html>\n"
    ))
}

/// The chapter's text as HTML: headings can be linked to, and links between files of the repository lead to pages.
fn body(chapters: &[Chapter], chapter: &Chapter) -> Result<String, String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = Parser::new_ext(&chapter.text, options).collect();
    let mut linked = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        if let Some(name) = file_of(event) {
            // Names of files in the chapters are plain; none needs escaping.
            linked.push(Event::Html(format!("<p class=\"file\"><code>{name}</code></p>").into()));
        }
        linked.push(match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let id = events[at + 1..]
                    .iter()
                    .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
                let text: String = id.filter_map(text_of).collect();
                Event::Start(Tag::Heading {
                    level: *level,
                    id: Some(slug(&text).into()),
                    classes: classes.clone(),
                    attrs: attrs.clone(),
                })
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => Event::Start(Tag::Link {
                link_type: *link_type,
                dest_url: target(chapters, chapter, dest_url)?,
                title: title.clone(),
                id: id.clone(),
            }),
            other => other.clone(),
        });
    }
    let mut out = String::new();
    html::push_html(&mut out, linked.into_iter());
    Ok(out)
}

/// The file that a fenced block is, if it names one.
fn file_of<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { return None };
    info.split_whitespace().nth(1).filter(|name| *name != "output")
}

fn text_of<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    match event {
        Event::Text(text) | Event::Code(text) => Some(text),
        _ => None,
    }
}

fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    lower
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect::<String>()
        .trim_matches('-')
        .to_owned()
}

/// Where a link leads on the site.
fn target<'u>(chapters: &[Chapter], chapter: &Chapter, url: &CowStr<'u>) -> Result<CowStr<'u>, String> {
    if url.contains("://") || url.starts_with('#') {
        return Ok(url.clone());
    }
    let (file, anchor) = url.split_once('#').map_or((&**url, String::new()), |(f, a)| (f, format!("#{a}")));
    let name = file.strip_suffix(".md").and_then(|file| file.rsplit('/').next()).unwrap_or_default();
    // Two chapters are files of crates.
    let name = match name {
        "SCALING" => "scaling",
        "README" if file.ends_with("tamiz-python/README.md") => "python",
        name => name,
    };
    if chapters.iter().any(|other| other.name == name) {
        return Ok(format!("{name}.html{anchor}").into());
    }
    // A page of the repository names files beside it, which are not on the site.
    if chapter.part == "At scale" {
        return Ok(format!("index.html{anchor}").into());
    }
    if chapter.name.starts_with("stage-") {
        return Ok("reference-stages.html".into());
    }
    Err(format!("chapter {} links to {url}, which is no chapter", chapter.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_leads_to_a_page_and_a_heading() {
        let site = site().unwrap();
        for page in &site {
            for link in page.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                if link.contains("://") {
                    continue;
                }
                let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
                let file = if file.is_empty() { &page.path } else { file };
                let target = site.iter().find(|page| page.path == file);
                let target = target.unwrap_or_else(|| panic!("{} links to {link}", page.path));
                let heading = format!("id=\"{anchor}\"");
                assert!(anchor.is_empty() || target.html.contains(&heading), "{} links to {link}", page.path);
            }
        }
    }

    #[test]
    fn files_show_their_names() {
        let site = site().unwrap();
        let tutorial = site.iter().find(|page| page.path == "tutorial-site.html").unwrap();
        assert!(tutorial.html.contains("<p class=\"file\"><code>eco.tsv</code></p>"));
    }

    #[test]
    fn the_help_of_commands_fits_its_blocks_and_no_example_is_broken() {
        let text = crate::reference::commands().text;
        let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 76, "{widest}");
        for command in tamiz::command_line::grammar().get_subcommands() {
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for example in examples.lines() {
                assert!(text.lines().any(|line| line == example), "{example}");
            }
        }
    }

    #[test]
    fn every_stage_has_a_how_to_and_a_reference() {
        let site = site().unwrap();
        let reference = site.iter().find(|page| page.path == "reference-stages.html").unwrap();
        for name in tamiz::REGISTRY.names() {
            assert!(
                site.iter().any(|page| page.path == format!("stage-{name}.html")),
                "{name} has no how-to"
            );
            assert!(reference.html.contains(&format!("<h2 id=\"{name}\">")), "{name} has no reference");
        }
    }
}
