//! Pages as they might have been: cut down to the article, with furniture spliced in, with another article below.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::data::{Line, Page};
use super::random::Random;

/// What pages are mixed with: runs of furniture and whole articles, by language.
pub(super) struct Pool<'p> {
    furniture: BTreeMap<&'p str, Vec<&'p [Line]>>,
    articles: BTreeMap<&'p str, Vec<&'p Page>>,
}

impl<'p> Pool<'p> {
    /// Collects from the pages of the training split alone.
    pub(super) fn new(pages: &[&'p Page], random: &mut Random) -> Self {
        let mut pool = Pool { furniture: BTreeMap::new(), articles: BTreeMap::new() };
        for page in pages {
            let Some((first, last)) = page.zone() else { continue };
            pool.articles.entry(&page.language).or_default().push(page);
            let end = page.lines.len().min(last + 30);
            let mut at = first.saturating_sub(15);
            while at < end {
                let start = at;
                let most = *random.choose(&[1, 2, 4, 8, 12]);
                while at < end && !page.lines[at].keep && at - start < most {
                    at += 1;
                }
                if at > start {
                    pool.furniture.entry(&page.language).or_default().push(&page.lines[start..at]);
                } else {
                    at += 1;
                }
            }
        }
        pool
    }

    /// A changed copy of a page; `None` if nothing of its content is left.
    pub(super) fn change(&self, page: &Page, random: &mut Random) -> Option<Vec<Line>> {
        let (first, last) = page.zone()?;
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
        if let Some(furniture) = self.furniture.get(&*page.language)
            && random.chance(0.6)
        {
            for _ in 0..*random.choose(&[1, 1, 2, 3]) {
                let (first, last) = zone(&lines)?;
                let inside = first + random.below(last + 2 - first);
                let at = *random.choose(&[first, last + 1, inside]);
                let run = random.choose(furniture).iter().map(|line| Line { keep: false, ..line.clone() });
                lines.splice(at..at, run);
            }
        }
        if let Some(articles) = self.articles.get(&*page.language)
            && articles.len() > 5
            && random.chance(0.1)
        {
            let other = articles[random.below(articles.len())];
            self.append_article(page, other, &mut lines, random);
        }
        match random.unit() {
            r if r < 0.05 => respell(&mut lines, |text| text.to_lowercase()),
            r if r < 0.10 => {
                respell(&mut lines, |text| text.nfd().filter(|c| !is_combining_mark(*c)).collect());
            }
            r if r < 0.15 => respell(&mut lines, |text| text.replace(['.', ',', ';', ':', '!', '?'], "")),
            _ => {}
        }
        lines.retain(|line| !line.text.is_empty());
        zone(&lines).map(|_| lines)
    }

    /// Puts another page's article below, as furniture: sites load the next story there.
    fn append_article(&self, page: &Page, other: &Page, lines: &mut Vec<Line>, random: &mut Random) {
        let (Some((first, last)), Some((_, end))) = (other.zone(), zone(lines)) else { return };
        let size: usize = lines.iter().filter(|line| line.keep).map(|line| line.text.chars().count()).sum();
        if other.id == page.id || size <= 400 {
            return;
        }
        let at = (end + 1 + *random.choose(&[0, 2, 5, 10])).min(lines.len());
        let from = first.saturating_sub(*random.choose(&[1, 3]));
        let article: Vec<Line> = other.lines[from..=last]
            .iter()
            .take(60)
            .map(|line| Line { keep: false, ..line.clone() })
            .collect();
        lines.splice(at..at, article);
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
