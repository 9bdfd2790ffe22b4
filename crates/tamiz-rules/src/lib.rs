//! Cuts what the user's own patterns match.
//!
//! A rule is a regular expression, tried on one line at a time, and what to cut where it matches: the match, the
//! line, the paragraph, all that follows, or the whole document. All patterns of a stage are tried in one pass over
//! the line; only those that match somewhere in it are looked at again.
//!
//! # What this crate does not know
//! Any rule: all of them come from the definition file. It does not look across lines.
//!
//! # Laws
//! - Rules are tried in the order of the definition; of what two rules cut, the first one's reason stands.
//! - The time taken grows linearly with the text: the regular expressions have no backtracking.
//!
//! # Example
//! ```
//! use tamiz_core::{Document, Marks, NoTables, Scratch, StageConfig, Step};
//! use tamiz_rules::{Config, Rule};
//!
//! let rule = Rule { name: "breaking".into(), pattern: "^BREAKING\\b".into(), ..Rule::default() };
//! let built = Config { rule: vec![rule] }.build(&NoTables).unwrap();
//! let Step::Ready(stage) = built.step else { unreachable!() };
//!
//! let mut document = Document::new("BREAKING news\nIt rained.\n");
//! stage.apply(&mut document, &mut Scratch::default());
//! assert_eq!(document.render(Marks::REMOVED).text, "It rained.\n");
//! ```

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tamiz_core::{
    Built, Clue, ConfigError, Document, Evidence, Kind, LanguageCode, Marks, Reason, RuleId, Run, Scratch,
    Span, Stage, StageConfig, Tables,
};

const NAME: &str = "rules";

/// Cuts what your own patterns match: banners, disclaimers, agency tags that one site has and no general rule knows.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "rules")]
pub struct Config {
    /// The rules, each a `[[stage.rule]]` table, tried in this order.
    pub rule: Vec<Rule>,
}

/// A pattern and what to cut where it matches.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "rule")]
pub struct Rule {
    /// What the rule is called in `removed[].rule`, reports and `tamiz why`: say what it removes, such as
    /// `agency-tag`. Required.
    pub name: String,
    /// A regular expression in the syntax of the Rust `regex` crate, tried on one line at a time without the blanks
    /// at its ends: `^` and `$` are the line's ends. Write it in 'single quotes', so that backslashes stay as they
    /// are. Required.
    pub pattern: String,
    /// What to cut where the pattern matches: the `match` itself; the `line`; the `paragraph` (on to the next blank
    /// line); the `rest` of the document; the `document`, which is then dropped whole.
    pub cut: Extent,
    /// What kind of text this is in `removed[].kind`.
    #[serde(default = "rule_kind")]
    pub kind: Option<Kind>,
    /// Whether upper and lower case are told apart.
    pub case_sensitive: bool,
    /// Only in documents of these languages, as codes such as `es`; in all if left out. A document whose language no
    /// earlier stage has told is in none of them.
    pub languages: Vec<LanguageCode>,
}

fn rule_kind() -> Option<Kind> {
    Some(Kind::Rule)
}

/// How much goes where a pattern matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename_all = "lowercase", inline)]
pub enum Extent {
    /// The text that the pattern matched.
    Match,
    /// The line that it matched in.
    #[default]
    Line,
    /// The line and those after it, up to a blank one.
    Paragraph,
    /// The line and all after it.
    Rest,
    /// The document is dropped whole.
    Document,
}

/// A definition of more rules is likely generated, and better kept in a table.
const MAX_RULES: usize = 10_000;

impl StageConfig for Config {
    const NAME: &'static str = NAME;

    fn build(self, _: &dyn Tables) -> Result<Built, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut rules = Vec::new();
        if self.rule.len() > MAX_RULES {
            let message = format!("{} rules are more than a stage takes ({MAX_RULES})", self.rule.len());
            return Err(vec![ConfigError::new(
                &["rule"],
                message,
                "join patterns that belong together with `|`",
            )]);
        }
        for (index, rule) in self.rule.iter().enumerate() {
            let at = index.to_string();
            let mut fault = |key: &str, message: String, remedy: &str| {
                errors.push(ConfigError::new(&["rule", &at, key], message, remedy));
            };
            if rule.name.trim().is_empty() {
                fault("name", "a rule has no name".into(), "add a line such as name = \"agency-tag\"");
            }
            if self.rule[..index].iter().any(|other| other.name == rule.name && !rule.name.is_empty()) {
                let message = format!("two rules are called `{}`", rule.name);
                fault("name", message, "give each its own name, so that reports can tell them apart");
            }
            if rule.pattern.is_empty() {
                fault("pattern", "a rule has no pattern".into(), "add a line such as pattern = '^\\(EFE\\)'");
                continue;
            }
            match RegexBuilder::new(&rule.pattern).case_insensitive(!rule.case_sensitive).build() {
                Ok(regex) if regex.is_match("") => {
                    let remedy =
                        "it would cut every line: ask for at least one character, with `+` instead of `*`";
                    fault("pattern", "the pattern matches the empty text".into(), remedy);
                }
                Ok(regex) => rules.push(compiled(rule, regex)),
                Err(error) => {
                    fault("pattern", syntax(&error), "see https://docs.rs/regex/latest/regex/#syntax");
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let set = RegexSetBuilder::new(self.rule.iter().map(|rule| match rule.case_sensitive {
            true => rule.pattern.clone(),
            false => format!("(?i:{})", rule.pattern),
        }))
        .build();
        match set {
            Ok(set) => Ok(Built::stage(Marks::REMOVED, Rules { set, rules })),
            Err(error) => {
                Err(vec![ConfigError::new(&["rule"], syntax(&error), "split the rules over two stages")])
            }
        }
    }
}

/// The last line of a regex error says what is wrong; those before draw a picture that needs a fixed-width column.
fn syntax(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().next_back().unwrap_or_default();
    format!("the pattern is not a regular expression: {}", last.strip_prefix("error: ").unwrap_or(last))
}

fn compiled(rule: &Rule, regex: Regex) -> CompiledRule {
    let kind = rule.kind.unwrap_or(Kind::Rule);
    CompiledRule {
        regex,
        cut: rule.cut,
        languages: rule.languages.clone(),
        reason: Reason { stage: NAME, kind, rule: RuleId::intern(&rule.name) },
    }
}

/// The stage: compiled rules, and all of their patterns as one set.
struct Rules {
    set: RegexSet,
    rules: Vec<CompiledRule>,
}

struct CompiledRule {
    regex: Regex,
    cut: Extent,
    languages: Vec<LanguageCode>,
    reason: Reason,
}

impl CompiledRule {
    fn applies_to(&self, document: &Document) -> bool {
        let language = document.language().map(|language| language.code);
        self.languages.is_empty() || language.is_some_and(|code| self.languages.contains(&code))
    }
}

/// What is to be cut, held until the walk over the kept text is done.
#[derive(Default)]
struct Buffers {
    runs: Vec<Run>,
    cuts: Vec<(Span, Reason)>,
}

impl Stage for Rules {
    fn apply(&self, document: &mut Document, scratch: &mut Scratch) {
        let Buffers { runs, cuts } = scratch.get();
        runs.clear();
        cuts.clear();
        runs.extend(document.kept());
        let source = document.source();
        // Where an earlier rule of this stage has cut the document up to.
        let mut reached = 0;
        for run in runs.iter().filter(|run| !run.span.is_empty()) {
            if run.span.start() < reached {
                continue;
            }
            let text = run.span.of(source);
            if !self.set.is_match(text) {
                continue;
            }
            for index in self.set.matches(text) {
                let rule = &self.rules[index];
                if !rule.applies_to(document) {
                    continue;
                }
                let line = document.lines()[run.line];
                let end = match rule.cut {
                    Extent::Match => {
                        let at = |found: regex::Match<'_>| {
                            Span::new(run.span.start() + found.start(), run.span.start() + found.end())
                        };
                        let found = rule.regex.find_iter(text).map(at).filter(|span| !span.is_empty());
                        cuts.extend(found.map(|span| (span, rule.reason)));
                        continue;
                    }
                    Extent::Line => line.end(),
                    Extent::Paragraph => paragraph_end(document, run.line),
                    Extent::Rest => source.len(),
                    Extent::Document => {
                        document.drop_whole(rule.reason);
                        return;
                    }
                };
                cuts.push((Span::new(run.span.start(), end), rule.reason));
                reached = end;
                break;
            }
        }
        for &(span, reason) in cuts.iter() {
            document.cut(span, reason);
        }
    }

    fn explain(&self, document: &Document, _: &mut Scratch) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        for run in document.kept() {
            let text = run.span.of(document.source());
            for (index, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.applies_to(document)) {
                evidence.extend(rule.regex.find_iter(text).map(|found| {
                    let start = run.span.start();
                    let at = ["rule", &index.to_string(), "pattern"].map(str::to_owned).to_vec();
                    let says = rule.regex.as_str().to_owned();
                    let what = Clue::Option { rule: rule.reason.rule, at, says };
                    Evidence { span: Span::new(start + found.start(), start + found.end()), what }
                }));
            }
        }
        evidence
    }
}

fn paragraph_end(document: &Document, from: usize) -> usize {
    let lines = &document.lines()[from..];
    let blank = lines.iter().position(|line| line.trimmed(document.source()).is_empty());
    lines[..blank.unwrap_or(lines.len())].last().map_or(0, |line| line.end())
}

#[cfg(test)]
mod tests {
    use tamiz_core::{Fate, Language, NoTables, Step};

    use super::*;

    fn rule(name: &str, pattern: &str, cut: Extent) -> Rule {
        Rule { name: name.into(), pattern: pattern.into(), cut, ..Rule::default() }
    }

    fn stage(rules: Vec<Rule>) -> Box<dyn Stage> {
        match (Config { rule: rules }).build(&NoTables).map(|built| built.step) {
            Ok(Step::Ready(stage)) => stage,
            Ok(Step::Learner(_) | Step::Counter(_)) => panic!("rules learn nothing"),
            Err(errors) => panic!("{errors:?}"),
        }
    }

    fn clean(stage: &dyn Stage, text: &str) -> String {
        let mut document = Document::new(text);
        stage.apply(&mut document, &mut Scratch::default());
        document.render(Marks::REMOVED).text.into_owned()
    }

    #[test]
    fn each_extent_cuts_what_it_says() {
        let text = "Uno (EFE) dos.\nTres.\n\nCuatro.\n";
        let with = |cut| clean(&*stage(vec![rule("efe", r"\(efe\)", cut)]), text);
        assert_eq!(with(Extent::Match), "Uno dos.\nTres.\n\nCuatro.\n");
        assert_eq!(with(Extent::Line), "Tres.\n\nCuatro.\n");
        assert_eq!(with(Extent::Paragraph), "Cuatro.\n");
        assert_eq!(with(Extent::Rest), "");
        let mut document = Document::new(text);
        stage(vec![rule("efe", r"\(efe\)", Extent::Document)]).apply(&mut document, &mut Scratch::default());
        let Fate::Dropped(reason) = document.fate() else { panic!("the document was kept") };
        assert_eq!((reason.stage, reason.rule.as_str()), ("rules", "efe"));
    }

    #[test]
    fn a_rule_for_some_languages_leaves_other_documents_alone() {
        let mut only_spanish = rule("uno", "^uno", Extent::Line);
        only_spanish.languages = vec![LanguageCode::parse("es").unwrap()];
        let stage = stage(vec![only_spanish]);
        assert_eq!(clean(&*stage, "uno\ndos\n"), "uno\ndos\n");
        let mut document = Document::new("uno\ndos\n");
        document.set_language(Language { code: LanguageCode::parse("es").unwrap(), confidence: 1.0 });
        stage.apply(&mut document, &mut Scratch::default());
        assert_eq!(document.render(Marks::REMOVED).text, "dos\n");
    }

    #[test]
    fn every_faulty_rule_is_reported_with_its_key() {
        let rules = vec![
            rule("", "a", Extent::Line),
            rule("twice", "(", Extent::Line),
            rule("twice", "a*", Extent::Line),
            rule("none", "", Extent::Line),
        ];
        let errors = Config { rule: rules }.build(&NoTables).err().unwrap();
        let places: Vec<String> = errors.iter().map(|error| error.at.join(".")).collect();
        assert_eq!(
            places,
            ["rule.0.name", "rule.1.pattern", "rule.2.name", "rule.2.pattern", "rule.3.pattern"]
        );
        assert_eq!(errors[1].message, "the pattern is not a regular expression: unclosed group");
    }

    #[test]
    fn the_laws_hold() {
        let stage = stage(vec![
            rule("related", "puede interesar", Extent::Paragraph),
            rule("stop", r"[.:]\s", Extent::Match),
            rule("capitals", r"^\p{Lu}{3}", Extent::Line),
            rule("rights", "all rights", Extent::Rest),
        ]);
        tamiz_testkit::check_stage(&*stage, Marks::REMOVED);
    }
}
