//! `tamiz why`

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use tamiz_core::{Clue, Document, Evidence, Fate, Scratch, Span};
use tamiz_pipeline::{Pipeline, Reach};
use tamiz_review::{Documents, Kept, OutputDir, Removed, find};
use tamiz_run::{Options, Ready};

use crate::REGISTRY;
use crate::command_line::{Failure, Status, print};
use crate::outdir;
use crate::shown::{safe, short, thousands};

/// Tell which stage and rule kept, cut or changed each line of a document
///
/// For each line: the verdict, the rule that decided, what the stages go by (scores, rows of tables, options) and the
/// line of the definition. The verdicts are those of the run; what stages go by is found by taking the restored original
/// through the run's own definition again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  tamiz why clean es-cumbre.txt
  tamiz why clean es-cumbre.txt --line WHATSAPP
  tamiz why clean --line Suscríbete --pipeline pipelines/news-es.toml")]
pub struct Arguments {
    /// A folder that `tamiz run` wrote.
    #[arg(value_name = "OUTDIR")]
    output: PathBuf,
    /// The document's id.
    id: Option<String>,
    /// Only the lines that hold this text, whatever its case; without an id, of all documents.
    #[arg(long, value_name = "TEXT")]
    line: Option<String>,
    /// With --line and no id: the most documents to show.
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
    /// The definition file, if it names others: the run's manifest has its text, but not its place.
    #[arg(long, value_name = "PIPELINE")]
    pipeline: Option<PathBuf>,
    /// What the corpus-level stages have learned.
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    if arguments.id.is_none() && arguments.line.is_none() {
        let message = "name a document by its id, or lines by a text in them: --line TEXT";
        return Err(Failure::new(message));
    }
    let output = outdir::open(&arguments.output)?;
    let pipeline = pipeline(&output, arguments.pipeline.as_deref())?;
    let options = Options { state: arguments.state.clone(), quiet: true, ..Options::default() };
    let ready = match &pipeline {
        Some(pipeline) => ready(pipeline, &options)?,
        None => None,
    };
    let shown = arguments.pipeline.as_deref().map_or_else(
        || format!("the definition of {}", arguments.output.display()),
        |path| path.display().to_string(),
    );
    let teller =
        Teller { pipeline: pipeline.as_ref(), ready, line: arguments.line.as_deref(), definition: shown };
    if let Some(id) = &arguments.id {
        let Some(document) = find(&output, id)? else { return Err(outdir::no_document(&output, id)?) };
        let Some(told) = teller.tell(&document)? else {
            let line = arguments.line.as_deref().unwrap_or_default();
            return Err(Failure::new(format!("document `{id}` has no line with `{line}`")));
        };
        print(&told)?;
        return Ok(Status::DONE);
    }
    let (mut found, mut looked) = (0, 0);
    for mut documents in [Documents::kept(&output), Documents::dropped(&output)] {
        while let Some(document) = documents.read()? {
            looked += 1;
            if let Some(told) = teller.tell(&document)? {
                print(&told)?;
                found += 1;
            }
            if found == arguments.show {
                print(&format!("… the first {found}: raise --show to see more\n"))?;
                return Ok(Status::DONE);
            }
        }
    }
    if found == 0 {
        return Err(Failure::new(format!(
            "no document of {} has a line with `{}`: {} were looked through, kept and dropped, as they were read",
            arguments.output.display(),
            arguments.line.as_deref().unwrap_or_default(),
            thousands(looked)
        )));
    }
    Ok(Status::DONE)
}

/// The pipeline made ready, as far as it is without what its stages have learned; `None`, with a message, where nothing
/// of it is.
fn ready<'p>(pipeline: &'p Pipeline, options: &Options) -> Result<Option<Ready<'p>>, Failure> {
    if options.state.is_some() {
        return Ok(Ready::new(pipeline, &[], options)?);
    }
    let ready = Ready::unlearned(pipeline);
    let count = ready.names().count();
    if let Some(learner) = pipeline.stages().get(count) {
        let _ = writeln!(
            anstream::stderr(),
            "`{}` has learned from the corpus: what it and the stages behind it go by is told with --state, where \
             `tamiz fit` has written it",
            learner.name
        );
    }
    Ok((count > 0).then_some(ready))
}

/// The run's pipeline; `None`, with a message, where its definition cannot be built again.
fn pipeline(output: &OutputDir, path: Option<&Path>) -> Result<Option<Pipeline>, Failure> {
    let ran = &output.manifest.pipeline;
    let pipeline = match path {
        Some(path) => Pipeline::load(path, &REGISTRY, Reach::Anywhere)
            .map_err(|error| Failure::new(error.to_string()))?,
        None => match Pipeline::parse(&ran.name, &ran.definition, &REGISTRY) {
            Ok(pipeline) => pipeline,
            Err(mistakes) => {
                let first =
                    mistakes.list().first().map(|mistake| mistake.message.clone()).unwrap_or_default();
                let _ = writeln!(
                    anstream::stderr(),
                    "only the run's own marks are shown, for its definition names files that are not here ({}): give it \
                     with --pipeline",
                    safe(&first)
                );
                return Ok(None);
            }
        },
    };
    let digest = pipeline.stages().len().checked_sub(1).map(|last| pipeline.digest_up_to(last));
    if digest.unwrap_or_default() != ran.digest {
        let what = path.map_or_else(
            || "with the files of that name that are here, the definition".to_owned(),
            |path| path.display().to_string(),
        );
        let _ = writeln!(
            anstream::stderr(),
            "{what} is not what this output was made with: what stages go by may differ"
        );
    }
    Ok(Some(pipeline))
}

/// Tells of documents.
struct Teller<'a> {
    pipeline: Option<&'a Pipeline>,
    ready: Option<Ready<'a>>,
    /// Only lines with this text are told of.
    line: Option<&'a str>,
    /// What the definition is called.
    definition: String,
}

impl Teller<'_> {
    /// What became of a document and why; `None` if it has no line that is asked for.
    fn tell(&self, kept: &Kept) -> Result<Option<String>, Failure> {
        let source = match &kept.original {
            Some(Ok(source)) => source,
            None if kept.marks.dropped.is_some() => &kept.text,
            Some(Err(message)) => {
                return Err(Failure::new(format!("document `{}`: {message}", kept.shown_id())));
            }
            None => {
                return Err(Failure::new(
                    "the output was written without residue, so the lines are not at hand: run again without --no-residue",
                ));
            }
        };
        let wanted = self.line.map(str::to_lowercase);
        let is_wanted =
            |line: &str| wanted.as_ref().is_none_or(|wanted| line.to_lowercase().contains(wanted.as_str()));
        if self.line.is_some() && !source.lines().any(is_wanted) {
            return Ok(None);
        }
        let mut again = Document::new(source.as_str());
        if let Some(site) = kept.url.as_deref().and_then(tamiz_review::site_of) {
            again = again.with_site(&site);
        }
        if let Some(hints) = kept.hints() {
            again = again.with_hints(hints);
        }
        let mut evidence: Vec<(usize, Evidence)> = Vec::new();
        if let Some(ready) = &self.ready {
            let mut index = 0;
            ready
                .watch(&mut again, &mut Scratch::default(), |_, clues, _| {
                    evidence.extend(clues.into_iter().map(|clue| (index, clue)));
                    index += 1;
                })
                .map_err(Failure::new)?;
        }
        let mut told = self.head(kept, source, &again, &evidence);
        let removed = in_bytes(source, &kept.marks.removed);
        for (number, line) in again.lines().iter().enumerate() {
            let line = line.trimmed(source);
            if line.is_empty() || !is_wanted(line.of(source)) {
                continue;
            }
            let _ = writeln!(told, "\n{:>5}  {}", number + 1, short(line.of(source), 200));
            self.verdict(&mut told, source, line, &removed, kept.marks.dropped.is_some());
            self.clues(&mut told, source, line, &evidence);
            self.marks(&mut told, source, line, &again);
        }
        told.push('\n');
        Ok(Some(told))
    }

    /// What became of the document as a whole.
    fn head(&self, kept: &Kept, source: &str, again: &Document, evidence: &[(usize, Evidence)]) -> String {
        let mut told = format!("{}\n", safe(&kept.shown_id()));
        let count = |text: &str| thousands(text.chars().count() as u64);
        match &kept.marks.dropped {
            Some(reason) => {
                let _ = writeln!(told, "  dropped by {}, rule {}", reason.stage, reason.rule);
                let index =
                    self.pipeline.and_then(|p| p.stages().iter().position(|s| s.name == reason.stage));
                if let Some(index) = index {
                    // The option that drops documents, where the stage names one.
                    let at = evidence.iter().find_map(|(stage, Evidence { what, .. })| match what {
                        Clue::Option { rule, at, .. } if *stage == index && rule.as_str() == reason.rule => {
                            Some(self.place(index, at))
                        }
                        _ => None,
                    });
                    let _ = writeln!(told, "  {}", at.unwrap_or_else(|| self.place(index, &[])));
                }
            }
            None if source.trim().is_empty() => told.push_str("  kept; there is no text in it\n"),
            None => {
                let _ = writeln!(told, "  kept, {} of {} characters", count(&kept.text), count(source));
            }
        }
        if let Some(language) = &kept.marks.language {
            let _ = writeln!(told, "  language {}, confidence {:.2}", language.code, language.confidence);
        }
        let is_all =
            |ready: &Ready<'_>| Some(ready.names().count()) == self.pipeline.map(|p| p.stages().len());
        if self.ready.as_ref().is_some_and(is_all) && differs(kept, again) {
            told.push_str(
                "  taken through the definition again, this text fares otherwise than in the run: another version of tamiz,\n  \
                 other tables or another state; the verdicts below are the run's\n",
            );
        }
        told
    }

    fn verdict(
        &self,
        told: &mut String,
        source: &str,
        line: Span,
        removed: &[(Span, &Removed)],
        is_dropped: bool,
    ) {
        let mut kept = line.len();
        for (span, mark) in removed.iter().filter(|(span, _)| span.overlaps(line)) {
            let piece = Span::new(span.start().max(line.start()), span.end().min(line.end()));
            kept -= piece.len();
            let what =
                if piece == line { String::new() } else { format!(" `{}`", short(piece.of(source), 60)) };
            let score = mark.score.map(|score| format!(", score {score:.2}")).unwrap_or_default();
            let _ =
                writeln!(told, "       {} cut{what}: {}, rule {}{score}", mark.stage, mark.kind, mark.rule);
            if let Some(pipeline) = self.pipeline
                && let Some(index) = pipeline.stages().iter().position(|stage| stage.name == mark.stage)
            {
                let _ = writeln!(told, "           {}", self.place(index, &[]));
            }
        }
        if kept == line.len() && !is_dropped {
            told.push_str("       kept\n");
        }
    }

    /// What the stages go by in a line.
    fn clues(&self, told: &mut String, source: &str, line: Span, evidence: &[(usize, Evidence)]) {
        // What is said of the whole document stands above.
        let is_line = |span: Span| span.len() < source.len() || !source.trim_end().contains('\n');
        let here = |(_, clue): &&(usize, Evidence)| clue.span.overlaps(line) && is_line(clue.span);
        for (index, Evidence { span, what }) in evidence.iter().filter(here) {
            let stage = self.pipeline.map_or("", |pipeline| pipeline.stages()[*index].name);
            let _ = match what {
                Clue::Score { score, threshold } => writeln!(
                    told,
                    "           {stage}: score {score:.3}, kept from {threshold:.3} on unless a cue or a block says otherwise"
                ),
                Clue::Row { rule, table, line, pattern } => {
                    let pattern = short(pattern, 100);
                    writeln!(told, "           {stage}: row `{rule}`, {table}:{line}: {pattern}")
                }
                Clue::Count { rule, count, of, least } => writeln!(
                    told,
                    "           {stage}: rule `{rule}` from {} pages on: this line stands on {} of the site's {}",
                    thousands(*least),
                    thousands(*count),
                    thousands(*of)
                ),
                Clue::Rule { rule, says } => {
                    writeln!(
                        told,
                        "           {stage}: `{}` {says} (rule `{rule}`)",
                        short(span.of(source), 60)
                    )
                }
                Clue::Option { rule, at, .. } => {
                    writeln!(
                        told,
                        "           {stage}: rule `{rule}` matches `{}`: {}",
                        short(span.of(source), 60),
                        self.place(*index, at)
                    )
                }
            };
        }
    }

    /// What the stages marked in a line.
    fn marks(&self, told: &mut String, source: &str, line: Span, again: &Document) {
        if let Some((_, code)) = again.line_languages().iter().find(|(span, _)| span.overlaps(line)) {
            let _ = writeln!(told, "       language: {code}");
        }
        let sentences = again.sentences().iter().filter(|span| span.overlaps(line)).count();
        if sentences > 0 {
            let _ = writeln!(told, "       sentences: {sentences}");
        }
        for name in again.names().iter().filter(|name| name.span.overlaps(line)) {
            let (surface, canonical) = (name.span.of(source), name.canonical.text(source));
            let rewritten = name.rewrite.as_ref().map(|rewrite| rewrite.text(source));
            let kind = format!("{:?}", name.name_type).to_lowercase();
            let change = match rewritten {
                Some(text) if text != surface => format!(", rewritten as {}", safe(text)),
                _ => String::new(),
            };
            let _ = writeln!(told, "       names: {}, {kind}, {}{change}", safe(surface), safe(canonical));
        }
    }

    /// The place of a stage or of one of its options in the definition.
    fn place(&self, index: usize, at: &[String]) -> String {
        let Some(pipeline) = self.pipeline else { return self.definition.clone() };
        let line = pipeline.line_of(index, at);
        let text = pipeline.text().lines().nth(line - 1).unwrap_or_default().trim();
        let stage = if at.is_empty() {
            format!(" use = \"{}\"", pipeline.stages()[index].name)
        } else {
            String::new()
        };
        format!("{}, line {line}: {}{stage}", self.definition, safe(text))
    }
}

/// Whether the stages decided otherwise when they were run again.
fn differs(kept: &Kept, again: &Document) -> bool {
    match (&kept.marks.dropped, again.fate()) {
        (Some(reason), Fate::Dropped(other)) => reason.rule != other.rule.as_str(),
        (None, Fate::Kept) => {
            let reasons = again.removed();
            let same = reasons.iter().zip(&kept.marks.removed);
            reasons.len() != kept.marks.removed.len()
                || !same.into_iter().all(|(cut, mark)| cut.reason.rule.as_str() == mark.rule)
        }
        _ => true,
    }
}

/// Removed spans in bytes of the source. They come in order, so the text is walked once.
fn in_bytes<'m>(source: &str, removed: &'m [Removed]) -> Vec<(Span, &'m Removed)> {
    let mut indices = source.char_indices().map(|(byte, _)| byte).chain([source.len()]).enumerate();
    let mut at = (0, 0);
    let mut byte = |point: usize| {
        while at.0 < point {
            match indices.next() {
                Some(next) => at = next,
                None => break,
            }
        }
        at.1
    };
    removed.iter().map(|mark| (Span::new(byte(mark.start), byte(mark.end)), mark)).collect()
}
