//! Which writing system a text is in: often that alone tells the language.

/// A writing system, as far as the stage tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Hebrew,
    Han,
    Kana,
    Hangul,
    Greek,
    Armenian,
    Bengali,
    Gurmukhi,
    Gujarati,
    Oriya,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Myanmar,
    Georgian,
    Ethiopic,
    Khmer,
    /// A letter of a system that no language of ours is written in.
    Other,
}

const SCRIPTS: usize = Script::Other as usize + 1;

const ALL: [Script; SCRIPTS] = [
    Script::Latin,
    Script::Cyrillic,
    Script::Arabic,
    Script::Devanagari,
    Script::Hebrew,
    Script::Han,
    Script::Kana,
    Script::Hangul,
    Script::Greek,
    Script::Armenian,
    Script::Bengali,
    Script::Gurmukhi,
    Script::Gujarati,
    Script::Oriya,
    Script::Tamil,
    Script::Telugu,
    Script::Kannada,
    Script::Malayalam,
    Script::Sinhala,
    Script::Thai,
    Script::Lao,
    Script::Myanmar,
    Script::Georgian,
    Script::Ethiopic,
    Script::Khmer,
    Script::Other,
];

/// What a code point is.
#[derive(Clone, Copy, Debug)]
enum Class {
    Letter(Script),
    Sign,
    /// A letter of a rarer script, or none.
    Rare,
}

/// The classes of the code points below U+1100, so of all letters of two bytes and most of three.
static COMMON: [Class; 0x1100] = {
    let mut classes = [Class::Rare; 0x1100];
    let mut code = 0;
    while code < classes.len() {
        classes[code] = Script::class(code as u32);
        code += 1;
    }
    classes
};

impl Script {
    /// The script of a character; `None` if it is no letter (nor a vowel sign that only one script has).
    pub(crate) fn of(c: char) -> Option<Script> {
        let code = u32::from(c);
        match COMMON.get(code as usize) {
            Some(Class::Letter(script)) => Some(*script),
            Some(Class::Sign) => None,
            _ => match Self::class(code) {
                Class::Letter(script) => Some(script),
                Class::Sign => None,
                Class::Rare if !c.is_alphabetic() => None,
                Class::Rare if (0x1F00..0x2000).contains(&code) => Some(Script::Greek),
                Class::Rare => Some(Script::Other),
            },
        }
    }

    /// What a code point is, as far as its block tells.
    const fn class(code: u32) -> Class {
        Class::Letter(match code {
            0x41..=0x5A | 0x61..=0x7A => Script::Latin,
            0..=0x7F => return Class::Sign,
            // Signs: dashes, quotation marks, arrows and the like, by far the most frequent that are no letters.
            0x80..=0xA9
            | 0xAB..=0xB9
            | 0xBB..=0xBF
            | 0x964..=0x96F
            | 0x2000..=0x2070
            | 0x20A0..=0x20FF
            | 0x2150..=0x2BFF
            | 0x3000..=0x3004
            | 0x3008..=0x3020
            | 0xFF00..=0xFF20 => return Class::Sign,
            0xAA | 0xBA | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x24F | 0x250..=0x2AF | 0x1E00..=0x1EFF => {
                Script::Latin
            }
            0x370..=0x373 | 0x376..=0x37D | 0x37F | 0x386 | 0x388..=0x3F5 | 0x3F7..=0x3FF => Script::Greek,
            0x400..=0x481 | 0x48A..=0x52F | 0x1C80..=0x1C8F => Script::Cyrillic,
            0x531..=0x556 | 0x561..=0x587 => Script::Armenian,
            0x5D0..=0x5F2 | 0xFB1D..=0xFB4F => Script::Hebrew,
            0x620..=0x64A
            | 0x66E..=0x6D3
            | 0x6D5
            | 0x6EE..=0x6FF
            | 0x750..=0x77F
            | 0x8A0..=0x8C7
            | 0xFB50..=0xFDFF
            | 0xFE70..=0xFEFC => Script::Arabic,
            0x900..=0x963 | 0x970..=0x97F => Script::Devanagari,
            0x980..=0x9E5 | 0x9F0..=0x9FF => Script::Bengali,
            0xA00..=0xA65 | 0xA70..=0xA7F => Script::Gurmukhi,
            0xA80..=0xAE5 | 0xAF0..=0xAFF => Script::Gujarati,
            0xB00..=0xB65 | 0xB70..=0xB7F => Script::Oriya,
            0xB80..=0xBE5 => Script::Tamil,
            0xC00..=0xC65 => Script::Telugu,
            0xC80..=0xCE5 => Script::Kannada,
            0xD00..=0xD65 | 0xD7A..=0xD7F => Script::Malayalam,
            0xD80..=0xDE5 => Script::Sinhala,
            0xE01..=0xE3A | 0xE40..=0xE4E => Script::Thai,
            0xE80..=0xECD | 0xEDC..=0xEDF => Script::Lao,
            0x1000..=0x103F | 0x1050..=0x109F => Script::Myanmar,
            0x10A0..=0x10FF | 0x1C90..=0x1CBF => Script::Georgian,
            0x1200..=0x135F | 0x1380..=0x139F => Script::Ethiopic,
            0x1780..=0x17D3 => Script::Khmer,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7A3 => Script::Hangul,
            0x3041..=0x3096 | 0x30A1..=0x30FA | 0x30FC | 0xFF66..=0xFF9D => Script::Kana,
            0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3134F => {
                Script::Han
            }
            _ => return Class::Rare,
        })
    }

    /// How many letters a character counts for: three where it is about a syllable or a word, so that few of them say
    /// as much as many letters.
    fn weight(self) -> u32 {
        if matches!(self, Script::Han | Script::Kana | Script::Hangul) { 3 } else { 1 }
    }

    /// The language of a text in this script, where the script decides.
    pub(crate) fn language(self) -> Option<&'static str> {
        Some(match self {
            Script::Greek => "el",
            Script::Armenian => "hy",
            Script::Bengali => "bn",
            Script::Gurmukhi => "pa",
            Script::Gujarati => "gu",
            Script::Oriya => "or",
            Script::Tamil => "ta",
            Script::Telugu => "te",
            Script::Kannada => "kn",
            Script::Malayalam => "ml",
            Script::Sinhala => "si",
            Script::Thai => "th",
            Script::Lao => "lo",
            Script::Myanmar => "my",
            Script::Georgian => "ka",
            Script::Ethiopic => "am",
            Script::Khmer => "km",
            Script::Hangul => "ko",
            Script::Kana => "ja",
            _ => return None,
        })
    }
}

/// How many letters of each script a text has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    counts: [u32; SCRIPTS],
    /// All of them, as [`Tally::letters`] weighs them.
    letters: u32,
}

impl Tally {
    pub(crate) fn add(&mut self, script: Script) {
        self.add_many(script, 1);
    }

    pub(crate) fn add_many(&mut self, script: Script, count: u32) {
        self.counts[script as usize] += count;
        self.letters += count * script.weight();
    }

    pub(crate) fn remove(&mut self, script: Script) {
        let count = &mut self.counts[script as usize];
        if *count > 0 {
            *count -= 1;
            self.letters -= script.weight();
        }
    }

    pub(crate) fn of(&self, script: Script) -> u32 {
        self.counts[script as usize]
    }

    /// The script of most letters, ideographs and syllables weighing as in [`Tally::letters`].
    pub(crate) fn main(&self) -> Option<Script> {
        let weigh = |script: Script| self.of(script) * script.weight();
        if let Some(most) = ALL.into_iter().find(|&script| weigh(script) * 2 > self.letters) {
            return Some(most);
        }
        let main = ALL.into_iter().max_by_key(|&script| (weigh(script), std::cmp::Reverse(script as u8)))?;
        (self.of(main) > 0).then_some(main)
    }

    /// All letters, an ideograph or syllable counting as three: about what it takes elsewhere to write it.
    pub(crate) fn letters(&self) -> u32 {
        self.letters
    }
}
