//! Pages as they might have been: cut down to the article, with furniture spliced in, with another article below.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use tamiz_core::Container;

use super::data::{Line, Page};
use super::random::Random;

/// Lines that follow each other, with the page that they are of.
type Run<'p> = (&'p Page, &'p [Line]);

/// What pages are mixed with: runs of furniture and whole articles, by language, from HTML and from text apart.
pub(super) struct Pool<'p> {
    furniture: BTreeMap<(&'p str, bool), Vec<Run<'p>>>,
    articles: BTreeMap<(&'p str, bool), Vec<&'p Page>>,
}

/// A changed copy of a page.
pub(super) struct Changed {
    pub(super) lines: Vec<Line>,
    pub(super) containers: Vec<Container>,
}

impl Changed {
    /// Puts lines of another page there, as furniture, with the containers that they stood in.
    fn insert(&mut self, at: usize, page: &Page, lines: &[Line], random: &mut Random) {
        let offset = self.containers.len() as u32;
        if offset > 0 {
            // The other page's root stands where a line nearby does, or in this page's root.
            let near = self.lines.get(at).or(self.lines.last()).and_then(|line| line.hint);
            let place = near.filter(|_| random.chance(0.5)).map_or(0, |hint| hint.container);
            let parent = self.containers[place as usize].parent;
            self.containers.extend(page.containers.iter().enumerate().map(|(number, container)| Container {
                parent: if number == 0 { parent } else { offset + container.parent },
                ..*container
            }));
        }
        let moved = lines.iter().map(|line| {
            let mut hint = line.hint;
            if let Some(hint) = &mut hint {
                hint.container += offset;
            }
            Line { keep: false, is_title: false, hint, ..line.clone() }
        });
        self.lines.splice(at..at, moved);
    }
}

impl<'p> Pool<'p> {
    /// Collects from the pages of the training split alone.
    pub(super) fn new(pages: &[&'p Page], random: &mut Random) -> Self {
        let mut pool = Pool { furniture: BTreeMap::new(), articles: BTreeMap::new() };
        for page in pages {
            let Some((first, last)) = page.zone() else { continue };
            let key = (&*page.language, page.has_hints());
            pool.articles.entry(key).or_default().push(page);
            let end = page.lines.len().min(last + 30);
            let mut at = first.saturating_sub(15);
            while at < end {
                let start = at;
                let most = *random.choose(&[1, 2, 4, 8, 12]);
                while at < end && !page.lines[at].keep && at - start < most {
                    at += 1;
                }
                if at > start {
                    pool.furniture.entry(key).or_default().push((page, &page.lines[start..at]));
                } else {
                    at += 1;
                }
            }
        }
        pool
    }

    /// A changed copy of a page; `None` if nothing of its content is left.
    pub(super) fn change(&self, page: &Page, random: &mut Random) -> Option<Changed> {
        let (first, last) = page.zone()?;
        let key = (&*page.language, page.has_hints());
        let mut lines: Vec<Line> = page.lines.clone();
        if random.chance(0.35) {
            let from = first.saturating_sub(*random.choose(&[0, 0, 1, 3, 8]));
            let to = (last + 1 + *random.choose(&[0, 1, 3, 8, 20])).min(lines.len());
            lines = lines[from..to].to_vec();
        }
        if random.chance(0.3) {
            let share = random.unit() * 0.3;
            lines.retain(|line| line.keep || !random.chance(share));
        }
        let mut changed = Changed { lines, containers: page.containers.clone() };
        if let Some(furniture) = self.furniture.get(&key)
            && random.chance(0.6)
        {
            for _ in 0..*random.choose(&[1, 1, 2, 3]) {
                let (first, last) = zone(&changed.lines)?;
                let inside = first + random.below(last + 2 - first);
                let at = *random.choose(&[first, last + 1, inside]);
                let (from, run) = random.choose(furniture);
                changed.insert(at, from, run, random);
            }
        }
        if let Some(articles) = self.articles.get(&key)
            && articles.len() > 5
            && random.chance(0.1)
        {
            let other = articles[random.below(articles.len())];
            self.append_article(page, other, &mut changed, random);
        }
        let lines = &mut changed.lines;
        match random.unit() {
            r if r < 0.05 => respell(lines, |text| text.to_lowercase()),
            r if r < 0.10 => {
                respell(lines, |text| text.nfd().filter(|c| !is_combining_mark(*c)).collect());
            }
            r if r < 0.15 => respell(lines, |text| text.replace(['.', ',', ';', ':', '!', '?'], "")),
            _ => {}
        }
        lines.retain(|line| !line.text.is_empty());
        zone(lines)?;
        Some(changed)
    }

    /// Puts another page's article below, as furniture: sites load the next story there.
    fn append_article(&self, page: &Page, other: &Page, changed: &mut Changed, random: &mut Random) {
        let lines = &changed.lines;
        let (Some((first, last)), Some((_, end))) = (other.zone(), zone(lines)) else { return };
        let size: usize = lines.iter().filter(|line| line.keep).map(|line| line.text.chars().count()).sum();
        if other.id == page.id || size <= 400 {
            return;
        }
        let at = (end + 1 + *random.choose(&[0, 2, 5, 10])).min(lines.len());
        let from = first.saturating_sub(*random.choose(&[1, 3]));
        let to = (last + 1).min(from + 60);
        changed.insert(at, other, &other.lines[from..to], random);
    }
}

fn zone(lines: &[Line]) -> Option<(usize, usize)> {
    Some((lines.iter().position(|line| line.keep)?, lines.iter().rposition(|line| line.keep)?))
}

fn respell(lines: &mut [Line], by: impl Fn(&str) -> String) {
    for line in lines {
        line.text = by(&line.text).trim().into();
    }
}
