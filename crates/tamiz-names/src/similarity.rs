//! How alike two names are, whatever script or spelling convention they are written in.

use crate::fold::{self, Script};
use crate::hash;
use crate::lexicon::SHIPPED;
use crate::parts;
use crate::phones::{self, Phone};
use crate::token::{self, Token};

/// Parts of a name that are looked at; what comes after them is passed over, so that time stays bounded.
const MOST_PARTS: usize = 10;
/// Sounds of a part that are looked at.
const MOST_SOUNDS: usize = 40;

/// Compares names, keeping its buffers from pair to pair.
#[derive(Default)]
pub struct Matcher {
    left: Heard,
    right: Heard,
    rows: Rows,
    pairs: Vec<Pair>,
    tokens: Vec<Token>,
}

/// A name as it is heard: parts, their letters, sounds and groups. Reused from name to name.
#[derive(Default, Debug)]
pub(crate) struct Heard {
    letters: String,
    sounds: Vec<Phone>,
    groups: Vec<u32>,
    parts: Vec<Part>,
    whole: Part,
}

#[derive(Clone, Debug)]
struct Part {
    letters: (u16, u16),
    sounds: (u16, u16),
    groups: (u16, u16),
    kind: Kind,
    script: Script,
}

impl Default for Part {
    fn default() -> Self {
        Part { letters: (0, 0), sounds: (0, 0), groups: (0, 0), kind: Kind::Full, script: Script::Alphabet }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Full,
    /// *de*, *bin*, *van*: often left out.
    Particle,
    /// A single letter.
    Initial,
    /// A Roman or Arabic number: tells one king from the next.
    Number,
    /// *Jr.*: tells the son from the father.
    Junior,
}

impl Kind {
    fn weight(self) -> f32 {
        match self {
            Kind::Full => 1.0,
            Kind::Particle => 0.25,
            Kind::Initial => 0.4,
            Kind::Number | Kind::Junior => 0.0,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    score: f32,
    left: usize,
    right: usize,
}

#[derive(Default)]
struct Rows {
    previous: Vec<f32>,
    current: Vec<f32>,
}

const PARTICLES: &[&str] = &[
    "abu", "ad", "af", "al", "baron", "baroness", "dato", "datuk", "dr", "haji", "lord", "mullah", "of",
    "seri", "sir", "sri", "tan", "tuan", "tun", "tunku", "an", "ar", "as", "ash", "at", "ben", "bin", "bint",
    "da", "de", "del", "den", "der", "di", "do", "dos", "du", "e", "el", "ibn", "la", "le", "los", "ould",
    "ul", "ur", "van", "von", "y", "zu",
];

impl Heard {
    /// Listens to a name.
    pub(crate) fn hear(&mut self, name: &str) {
        self.letters.clear();
        self.sounds.clear();
        self.groups.clear();
        self.parts.clear();
        for word in name.split(is_between) {
            if self.parts.len() < MOST_PARTS && !word.is_empty() {
                self.word(word);
            }
        }
        let end = self.letters.len() as u16;
        let start = self.sounds.len();
        phones::sounds(&self.letters[..self.letters.len().min(4 * MOST_SOUNDS)], &mut self.sounds);
        self.sounds.truncate(start + 2 * MOST_SOUNDS);
        let script = self.parts.first().map_or(Script::Alphabet, |part| part.script);
        self.whole = Part {
            letters: (0, end),
            sounds: (start as u16, self.sounds.len() as u16),
            groups: (0, 0),
            kind: Kind::Full,
            script,
        };
    }

    fn word(&mut self, word: &str) {
        let script = word.chars().map(fold::script).find(|&script| script != Script::Alphabet);
        let script = script.unwrap_or(Script::Alphabet);
        let first = word.chars().next().map_or(0, char::len_utf8);
        match script {
            // The Arabic article is written with its noun.
            Script::Abjad if word.starts_with("ال") && word.chars().count() > 4 => {
                self.part("ال", script);
                self.part(&word["ال".len()..], script);
            }
            // A surname of one sign, or two in Japan, stands before the given name without a space.
            Script::Han | Script::Hangul if (2..=4).contains(&word.chars().count()) => {
                let known = |piece: &str| parts::usual(hash::word(piece)) > 0;
                let length = word.chars().count();
                let second = first + word[first..].chars().next().map_or(0, char::len_utf8);
                let cut = if length == 4 || (length == 3 && !known(&word[..first]) && known(&word[..second]))
                {
                    second
                } else {
                    first
                };
                if known(word) || length == 2 && script == Script::Hangul {
                    self.part(word, script);
                } else {
                    self.part(&word[..cut], script);
                    self.part(&word[cut..], script);
                }
            }
            _ => self.part(word, script),
        }
    }

    fn part(&mut self, word: &str, script: Script) {
        let letters = self.letters.len();
        fold::romanise(word, &mut self.letters);
        self.letters.truncate(letters + 2 * MOST_SOUNDS);
        if self.letters.len() == letters {
            return;
        }
        let text = &self.letters[letters..];
        let kind = if PARTICLES.contains(&text) {
            Kind::Particle
        } else if matches!(text, "jr" | "junior" | "sr" | "hijo" | "fils") {
            Kind::Junior
        } else if !self.parts.is_empty() && is_number(text) {
            Kind::Number
        } else if text.len() == 1 && script == Script::Alphabet {
            Kind::Initial
        } else {
            Kind::Full
        };
        let sounds = self.sounds.len();
        phones::sounds(text, &mut self.sounds);
        self.sounds.truncate(sounds + MOST_SOUNDS);
        let groups = self.groups.len();
        self.groups.extend(parts::entries(hash::word(word)).map(|entry| entry.group).take(8));
        self.parts.push(Part {
            letters: (letters as u16, self.letters.len() as u16),
            sounds: (sounds as u16, self.sounds.len() as u16),
            groups: (groups as u16, self.groups.len() as u16),
            kind,
            script,
        });
    }

    fn letters(&self, part: &Part) -> &str {
        &self.letters[usize::from(part.letters.0)..usize::from(part.letters.1)]
    }

    fn sounds(&self, part: &Part) -> &[Phone] {
        &self.sounds[usize::from(part.sounds.0)..usize::from(part.sounds.1)]
    }

    fn groups(&self, part: &Part) -> &[u32] {
        &self.groups[usize::from(part.groups.0)..usize::from(part.groups.1)]
    }

    /// Numbers and *Jr.* of the name, which have to agree.
    fn guards(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .filter(|part| matches!(part.kind, Kind::Number | Kind::Junior))
            .map(|part| if part.kind == Kind::Junior { "jr" } else { self.letters(part) })
    }
}

/// Whether the character parts words: whatever is no letter, number or mark, but for apostrophes.
fn is_between(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_alphanumeric() && c != '\'' && c != '`';
    }
    !(c.is_alphanumeric() || matches!(c, '\u{300}'..'\u{370}' | '’' | 'ʹ' | 'ʺ' | 'ʻ' | 'ʼ' | '‘'))
        || matches!(c, '・' | '゠')
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
        || (text.len() > 1 || text == "v" || text == "x")
            && matches!(
                text.trim_start_matches('x'),
                "" | "i" | "ii" | "iii" | "iv" | "v" | "vi" | "vii" | "viii" | "ix"
            )
            && text.len() - text.trim_start_matches('x').len() <= 3
}

/// How alike two names are, from 0 (nothing in common) to 1 (the same). Symmetric. See [`Matcher::similarity`].
///
/// ```
/// let same = tamiz_names::similarity("Sergei Shoigu", "Serguéi Shoigú");
/// let other = tamiz_names::similarity("Suecia", "Suiza");
/// assert!(same > 0.9 && other < 0.7, "{same} {other}");
/// ```
#[must_use]
pub fn similarity(a: &str, b: &str) -> f64 {
    Matcher::default().similarity(a, b)
}

impl Matcher {
    /// How alike two names are, from 0 (nothing in common) to 1 (the same). Symmetric.
    ///
    /// Names are romanised and heard as sounds; their parts are compared in any order, and the worst pair of full
    /// parts weighs as much as all together.
    ///
    /// Places that the embedded lexicon knows are compared by what they are: forms of one country are alike however they
    /// sound, and two countries are two.
    pub fn similarity(&mut self, a: &str, b: &str) -> f64 {
        let heard = self.sound(a, b);
        if heard == 1.0 || heard == 0.0 && a == b {
            return heard;
        }
        match (self.country(a), self.country(b)) {
            (Some(one), Some(other)) if one == other => heard.max(0.97),
            (Some(_), Some(_)) => heard.min(0.5),
            _ => heard,
        }
    }

    /// The country, or other great place, that a name is a form of.
    fn country(&mut self, name: &str) -> Option<&'static str> {
        if name.len() > 80 {
            return None;
        }
        token::words_of(name, &mut self.tokens);
        let (entry, length) = SHIPPED.longest(&self.tokens)?;
        (length == self.tokens.len() && entry.weight >= 9).then_some(entry.id)
    }

    /// How alike two names sound.
    pub(crate) fn sound(&mut self, a: &str, b: &str) -> f64 {
        if a == b {
            return if a.chars().any(char::is_alphanumeric) { 1.0 } else { 0.0 };
        }
        let mut left = std::mem::take(&mut self.left);
        let mut right = std::mem::take(&mut self.right);
        left.hear(a);
        right.hear(b);
        let score = self.heard(&left, &right);
        (self.left, self.right) = (left, right);
        f64::from(score.clamp(0.0, 1.0))
    }

    /// The same of names that were heard before.
    pub(crate) fn heard(&mut self, left: &Heard, right: &Heard) -> f32 {
        if left.parts.is_empty() || right.parts.is_empty() {
            return 0.0;
        }
        let differ = !left.guards().eq(right.guards());
        let (one, other) = (left.guards().next().is_some(), right.guards().next().is_some());
        if differ && one && other {
            return 0.1;
        }
        let few = left.parts.len().max(right.parts.len()) <= 3;
        let score = self.aligned(left, right);
        if differ && few {
            score.min(0.3)
        } else if differ {
            score - 0.05
        } else {
            score
        }
    }

    fn aligned(&mut self, left: &Heard, right: &Heard) -> f32 {
        self.pairs.clear();
        for (i, a) in left.parts.iter().enumerate() {
            for (j, b) in right.parts.iter().enumerate() {
                if a.kind.weight() == 0.0 || b.kind.weight() == 0.0 {
                    continue;
                }
                let score = if a.kind == Kind::Initial || b.kind == Kind::Initial {
                    let (a, b) = (left.letters(a), right.letters(b));
                    if a.as_bytes()[0] == b.as_bytes()[0] { 0.9 } else { 0.0 }
                } else {
                    self.rows.part(left, a, right, b)
                };
                // A small word stands for no part of its own weight.
                if a.kind != b.kind && score < 0.98 && (a.kind == Kind::Particle || b.kind == Kind::Particle)
                {
                    continue;
                }
                if score >= 0.3 {
                    self.pairs.push(Pair { score, left: i, right: j });
                }
            }
        }
        // Best pairs first; among equals those that stand in the same place. The order is total: no tie is left open.
        self.pairs.sort_by(|a, b| {
            (b.score.total_cmp(&a.score))
                .then(a.left.abs_diff(a.right).cmp(&b.left.abs_diff(b.right)))
                .then((a.left + a.right, a.left).cmp(&(b.left + b.right, b.left)))
        });
        let (mut used_left, mut used_right) = ([false; 2 * MOST_PARTS], [false; 2 * MOST_PARTS]);
        let (mut sum, mut total, mut worst, mut full) = (0.0, 0.0, 1.0f32, 0);
        for pair in &self.pairs {
            if used_left[pair.left] || used_right[pair.right] {
                continue;
            }
            used_left[pair.left] = true;
            used_right[pair.right] = true;
            let (a, b) = (left.parts[pair.left].kind, right.parts[pair.right].kind);
            let weight = a.weight().min(b.weight());
            sum += pair.score * weight;
            total += weight;
            if a == Kind::Full && b == Kind::Full {
                full += 1;
                worst = worst.min(pair.score);
            }
        }
        let alone = |parts: &[Part], used: &[bool]| {
            parts.iter().zip(used).filter(|(part, used)| part.kind == Kind::Full && !**used).count()
        };
        let (a, b) = (alone(&left.parts, &used_left), alone(&right.parts, &used_right));
        let (conflicts, extra) = (a.min(b) as f32, a.abs_diff(b) as f32);
        let base = if total > 0.0 { sum / total } else { 0.0 };
        let worst = if full == 0 { 0.0 } else { worst };
        let mut score =
            0.5 * base + 0.5 * worst - 0.35 * conflicts - if full >= 2 { 0.07 } else { 0.2 } * extra;
        let initials = |parts: &[Part], used: &[bool]| {
            parts.iter().zip(used).any(|(part, used)| part.kind == Kind::Initial && !*used)
        };
        if initials(&left.parts, &used_left) && initials(&right.parts, &used_right) {
            score -= 0.15;
        }
        if self.is_shuffled(left, right) {
            score -= 0.12;
        }
        // Jong-un, Jong Un and Jongun are one: where the number of parts differs, the names are heard as one word too.
        if left.parts.len() != right.parts.len() || conflicts > 0.0 {
            let whole = self.rows.part(left, &left.whole, right, &right.whole);
            if whole > 0.8 {
                let same = left.letters.as_bytes()[0] == right.letters.as_bytes()[0];
                score = score.max(whole - if same || whole > 0.9 { 0.02 } else { 0.1 });
            }
        }
        score
    }
}

impl Matcher {
    /// Whether three or more full parts stand in another order, and not because the surname was moved to the other end:
    /// *A bin B* is the son of *B bin A*, or his father.
    fn is_shuffled(&self, left: &Heard, right: &Heard) -> bool {
        let full = |heard: &Heard| heard.parts.iter().filter(|part| part.kind == Kind::Full).count();
        let count = full(left);
        if count < 3 || count != full(right) {
            return false;
        }
        let (mut used_left, mut used_right) = (0u32, 0u32);
        let mut order = [0usize; MOST_PARTS];
        let rank = |heard: &Heard, at: usize| {
            heard.parts[..at].iter().filter(|part| part.kind == Kind::Full).count()
        };
        for pair in &self.pairs {
            let kinds = (left.parts[pair.left].kind, right.parts[pair.right].kind);
            if kinds != (Kind::Full, Kind::Full)
                || used_left >> pair.left & 1 != 0
                || used_right >> pair.right & 1 != 0
            {
                continue;
            }
            used_left |= 1 << pair.left;
            used_right |= 1 << pair.right;
            order[rank(left, pair.left)] = rank(right, pair.right);
        }
        let turn = order[0];
        used_left.count_ones() as usize == count && !(0..count).all(|at| order[at] == (at + turn) % count)
    }
}

impl Rows {
    /// How alike two parts are.
    fn part(&mut self, left: &Heard, a: &Part, right: &Heard, b: &Part) -> f32 {
        let (x, y) = (left.letters(a), right.letters(b));
        if x == y {
            return 1.0;
        }
        let mut score = self.heard(left.sounds(a), right.sounds(b), a.script, b.script);
        score = ending(score, x, y);
        if a.script == Script::Han && b.script == Script::Han {
            // Two signs of one sound are two names.
            score = score.min(0.5);
        }
        let shared = left.groups(a).iter().any(|group| right.groups(b).contains(group));
        if shared {
            return score.max(0.96);
        }
        let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
        if short.len() >= 2 && long.len() >= short.len() + 2 && long.starts_with(short) {
            return score.max(if short.len() >= 3 { 0.8 } else { 0.72 });
        }
        score
    }

    fn heard(&mut self, a: &[Phone], b: &[Phone], left: Script, right: Script) -> f32 {
        let longest = a.len().max(b.len());
        if longest == 0 {
            return 0.0;
        }
        let either = |script| left == script || right == script;
        let across = left != right;
        let vowel = if across && either(Script::Abjad) {
            0.1
        } else if across && (either(Script::Kana) || either(Script::Han) || either(Script::Hangul)) {
            0.2
        } else {
            0.4
        };
        let liquids = across && (either(Script::Kana) || either(Script::Han) || either(Script::Hangul));
        let mut distance = self.distance(a, b, vowel, liquids);
        if longest <= 3 {
            distance *= 1.5;
        }
        (1.0 - distance / longest as f32).max(0.0)
    }

    fn distance(&mut self, a: &[Phone], b: &[Phone], vowel: f32, liquids: bool) -> f32 {
        self.previous.clear();
        self.previous.push(0.0);
        let mut sum = 0.0;
        for &y in b {
            sum += phones::gap(y, vowel);
            self.previous.push(sum);
        }
        for &x in a {
            let gap = phones::gap(x, vowel);
            self.current.clear();
            self.current.push(self.previous[0] + gap);
            for (j, &y) in b.iter().enumerate() {
                let cost = (self.previous[j] + phones::substitution(x, y, liquids))
                    .min(self.previous[j + 1] + gap)
                    .min(self.current[j] + phones::gap(y, vowel));
                self.current.push(cost);
            }
            std::mem::swap(&mut self.previous, &mut self.current);
        }
        let first = match (a.first(), b.first()) {
            (Some(&x), Some(&y)) if x & y == 0 && !phones::is_soft(x | y) => 0.5,
            _ => 0.0,
        };
        self.previous.last().copied().unwrap_or(0.0) + first
    }
}

/// Weighs what the last letters say: *-o* and *-a* tell a man from a woman, while *-ová* and Latvian *-s* are put on
/// names from elsewhere.
fn ending(score: f32, x: &str, y: &str) -> f32 {
    let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
    let sexes =
        (short.ends_with('o') && long.ends_with('a')) || (short.ends_with('a') && long.ends_with('o'));
    if sexes && short.len().abs_diff(long.len()) <= 1 && score > 0.8 {
        return score - 0.15;
    }
    let tail = if short.len() >= 4 { &long[long.len() - (long.len() - short.len()).min(3)..] } else { "" };
    match tail {
        "ova" if short.len() + 3 == long.len() => score.max(0.85),
        "s" if !short.ends_with('s') => score + (1.0 - score) * 0.4,
        _ => score,
    }
}
