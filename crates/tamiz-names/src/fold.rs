//! Romanisation: any script to lower-case ASCII, as far as a name can be heard through it.

/// What the writing leaves out, and so what a comparison has to forgive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Latin, Cyrillic, Greek: vowels and consonants.
    Alphabet,
    /// Arabic, Hebrew: no short vowels.
    Abjad,
    /// Kana: a vowel after every consonant, no L.
    Kana,
    /// Hangul: few syllables end in a consonant, no F, no L apart from R.
    Hangul,
    /// Han: whatever syllable sounds a little like it.
    Han,
}

/// The script family of a character.
pub(crate) fn script(c: char) -> Script {
    match u32::from(c) {
        0x0590..0x0780 | 0xFB1D..0xFE00 | 0xFE70..0xFF00 => Script::Abjad,
        0x3040..0x3100 | 0xFF66..0xFFA0 => Script::Kana,
        0x1100..0x1200 | 0x3130..0x3190 | 0xAC00..0xD7B0 => Script::Hangul,
        0x3400..0xA000 | 0xF900..0xFB00 | 0x2_0000..0x3_2000 => Script::Han,
        _ => Script::Alphabet,
    }
}

/// Appends a word in lower-case ASCII letters and digits.
pub(crate) fn romanise(word: &str, out: &mut String) {
    if word.is_ascii() {
        out.extend(
            word.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())),
        );
        return;
    }
    let mut chars = word.chars().flat_map(char::to_lowercase).peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let (text, both) = match c {
            'a'..='z' | '0'..='9' => {
                out.push(c);
                first = false;
                continue;
            }
            '\u{300}'..'\u{370}' => continue,
            'ΐ'..='ώ' => greek(c, next, first),
            _ => (letter(c), false),
        };
        first = false;
        if both {
            chars.next();
        }
        if text == "?" {
            let ascii = any_ascii::any_ascii_char(c);
            out.extend(
                ascii.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())),
            );
        } else {
            out.push_str(text);
        }
    }
}

/// A small letter without its accent, as Unicode takes the two apart; *ñ* is a letter of its own.
pub(crate) fn without_accent(c: char) -> char {
    match c {
        '\u{80}'.. if !matches!(c, 'à'..='ſ' | '\u{1cd}'..='\u{1dc}' | 'ș' | 'ț' | 'ḁ'..='ỹ') => c,
        'ñ' | 'ø' | 'ł' | 'đ' | 'ħ' | 'ŧ' | 'ð' | 'ı' | 'ŀ' | 'ĸ' | 'ŋ' | 'ŉ' | 'ſ' | '÷' | '×' => {
            c
        }
        '\u{80}'.. => match any_ascii::any_ascii_char(c).as_bytes() {
            [letter] => char::from(*letter),
            _ => c,
        },
        _ => c,
    }
}

/// Letters whose usual romanisation would hide their sound; `?` for the others.
fn letter(c: char) -> &'static str {
    match c {
        'š' | 'ş' | 'ș' | 'ś' | 'ŝ' => "sh",
        'č' | 'ć' | 'ĉ' => "ch",
        'ž' | 'ź' | 'ż' => "zh",
        'ç' => "s",
        'ñ' | 'ń' | 'ň' => "n",
        'ğ' => "",
        'ß' => "ss",
        'ø' | 'å' => "o",
        'ł' => "l",
        'ö' => "eo",
        'ü' => "u",
        'ä' => "e",
        'ř' => "rz",
        'ę' => "en",
        'ą' => "on",
        'ţ' | 'ț' => "ts",
        'ı' => "i",
        'х' => "kh",
        'ё' => "yo",
        'є' => "ye",
        'э' => "e",
        'ы' => "y",
        'щ' => "shch",
        'й' => "y",
        'ь' | 'ъ' | '\'' | '’' | 'ʹ' | 'ʺ' | 'ʼ' | 'ʻ' | '`' => "",
        'ا' | 'أ' | 'آ' | 'ى' | 'ة' | 'ٱ' => "a",
        'إ' => "i",
        'ء' | 'ع' | 'ـ' => "",
        'ئ' | 'ي' | 'ی' | 'ې' => "y",
        'ؤ' | 'و' | 'ۇ' => "w",
        'ث' => "th",
        'ج' => "j",
        'چ' => "ch",
        'ح' | 'ه' | 'ھ' | 'ہ' => "h",
        'خ' => "kh",
        'ذ' | 'ض' => "d",
        'ژ' => "zh",
        'ش' => "sh",
        'ص' => "s",
        'ط' => "t",
        'ظ' => "z",
        'غ' => "gh",
        'ق' => "q",
        'ك' | 'ک' => "k",
        'گ' => "g",
        'ڤ' => "v",
        'ー' | '・' => "",
        _ => "?",
    }
}

/// A Greek letter, and whether the next one was heard with it.
fn greek(c: char, next: Option<char>, first: bool) -> (&'static str, bool) {
    match (c, next) {
        ('μ', Some('π')) => (if first { "b" } else { "mb" }, true),
        ('ν', Some('τ')) => (if first { "d" } else { "nd" }, true),
        ('γ', Some('κ')) => (if first { "g" } else { "ng" }, true),
        ('γ', Some('γ')) => ("ng", true),
        ('τ', Some('ζ')) => ("j", true),
        ('τ', Some('σ')) => ("ch", true),
        ('ο', Some('υ' | 'ύ')) => ("u", true),
        ('ε' | 'ο', Some('ι' | 'ί')) => ("i", true),
        ('α', Some('ι' | 'ί')) => ("e", true),
        ('β', _) => ("v", false),
        ('γ', _) => ("g", false),
        ('δ', _) => ("d", false),
        ('η' | 'ή' | 'υ' | 'ύ' | 'ϊ' | 'ΐ' | 'ϋ' | 'ΰ', _) => ("i", false),
        ('θ', _) => ("th", false),
        ('ξ', _) => ("ks", false),
        ('φ', _) => ("f", false),
        ('χ', _) => ("kh", false),
        ('ψ', _) => ("ps", false),
        ('ω' | 'ώ', _) => ("o", false),
        _ => ("?", false),
    }
}
