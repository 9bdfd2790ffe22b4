//! From romanised letters to sounds, each a set of the classes that it may belong to.
//!
//! Spelling conventions differ in what a letter stands for: *j* is one sound in *Jong*, another in *Javier*, a third in
//! *Jasper*. So a letter becomes a set, and two letters that share a class are taken for the same sound.

/// A set of classes of sounds.
pub(crate) type Phone = u32;

const A: Phone = 1;
const E: Phone = 1 << 1;
const I: Phone = 1 << 2;
const O: Phone = 1 << 3;
const U: Phone = 1 << 4;
const Y: Phone = 1 << 5;
const B: Phone = 1 << 6;
const P: Phone = 1 << 7;
const T: Phone = 1 << 8;
const D: Phone = 1 << 9;
const K: Phone = 1 << 10;
const G: Phone = 1 << 11;
const F: Phone = 1 << 12;
const V: Phone = 1 << 13;
const S: Phone = 1 << 14;
const Z: Phone = 1 << 15;
/// The sounds of *sh*, *ch*, *tsch*.
const C: Phone = 1 << 16;
/// The sounds of *h*, *kh*, and Spanish *j*.
const H: Phone = 1 << 17;
const L: Phone = 1 << 18;
const R: Phone = 1 << 19;
const M: Phone = 1 << 20;
const N: Phone = 1 << 21;
const DIGIT: Phone = 1 << 22;
/// A sound that is often not written, such as the second of *x*.
pub(crate) const FAINT: Phone = 1 << 30;

/// Vowels and the glide.
pub(crate) const VOWELS: Phone = A | E | I | O | U | Y;

/// Longest first within a letter, so that the first that fits is the right one.
const TABLE: &[(&str, Phone)] = &[
    ("ae", E | A),
    ("ai", E | A | I),
    ("au", A | O | U),
    ("ay", E | A | I),
    ("aj", E | A | I),
    ("a", A),
    ("bh", B),
    ("b", B | V),
    ("czsch", C),
    ("chtch", C),
    ("ch", C | H | K),
    ("ck", K),
    ("cz", C),
    ("cs", C),
    ("c", K | S | C),
    ("dzh", Z | C),
    ("dsch", Z | C),
    ("dh", D),
    ("dj", Z | Y),
    ("dz", Z | S),
    ("d", D),
    ("ee", I | E),
    ("eo", E | O | U),
    ("eu", E | U),
    ("ei", E | A | I),
    ("ey", E | A | I),
    ("ej", E | A | I),
    ("e", E | I),
    ("f", F | V),
    ("gh", G | H),
    ("gn", N),
    ("gue", G),
    ("gui", G),
    ("g", G | H | Z),
    ("h", H),
    ("iyi", I),
    ("ii", I),
    ("ij", I),
    ("iy", I),
    ("i", I | E),
    ("j", H | Y | Z | C),
    ("kh", H | K),
    ("k", K),
    ("ll", L | Y),
    ("l", L),
    ("m", M),
    ("nj", N),
    ("ny", N),
    ("n", N),
    ("oi", O | I),
    ("oj", O | I),
    ("oy", O | I),
    ("oe", U | O | E),
    ("oo", U | O),
    ("ou", U | O),
    ("o", O | A),
    ("ph", F),
    ("p", P),
    ("qu", K),
    ("q", K | G | C),
    ("rz", Z | R),
    ("r", R),
    ("shch", C),
    ("schtsch", C),
    ("sch", C),
    ("sjtsj", C),
    ("sjtj", C),
    ("szcz", C),
    ("stch", C),
    ("sh", C),
    ("sj", C | S),
    ("sz", C | S),
    ("s", S | Z),
    ("tsch", C),
    ("tch", C),
    ("tsj", C),
    ("th", T),
    ("ts", S | C),
    ("tz", S | C),
    ("t", T),
    ("u", U | O),
    ("v", V),
    ("w", V | U),
    ("x", H | C | K | S),
    ("yi", I),
    ("yy", I),
    ("yj", I),
    ("y", I | Y),
    ("zsch", C),
    ("zh", Z | C),
    ("zs", Z),
    ("z", Z | S),
];

/// Where each letter's rows start in [`TABLE`].
const FIRST: [u8; 27] = {
    let mut first = [0; 27];
    let mut letter = 0;
    while letter < 27 {
        let mut row = 0;
        while row < TABLE.len() && TABLE[row].0.as_bytes()[0] < b'a' + letter as u8 {
            row += 1;
        }
        first[letter] = row as u8;
        letter += 1;
    }
    first
};

/// Appends the sounds of a word of lower-case ASCII letters and digits.
pub(crate) fn sounds(word: &str, out: &mut Vec<Phone>) {
    let bytes = word.as_bytes();
    let begin = out.len();
    let mut i = 0;
    while i < bytes.len() {
        let c = bytes[i];
        // A doubled consonant is heard once, but for the Spanish `ll`.
        if i > 0 && c == bytes[i - 1] && !b"eoil".contains(&c) {
            i += 1;
            continue;
        }
        if !c.is_ascii_lowercase() {
            out.push(DIGIT << (c % 8));
            i += 1;
            continue;
        }
        let letter = usize::from(c - b'a');
        let rows = &TABLE[usize::from(FIRST[letter])..usize::from(FIRST[letter + 1])];
        let (mut length, mut phone) = (1, 0);
        for (spelling, sound) in rows {
            if (spelling.len() > length || phone == 0) && bytes[i..].starts_with(spelling.as_bytes()) {
                (length, phone) = (spelling.len(), *sound);
            }
        }
        match (c, length) {
            // Before another vowel, these are glides: hardly heard after a consonant, a sound of their own at the start.
            (b'i' | b'y' | b'j', 1) if bytes.get(i + 1).is_some_and(|next| b"aeou".contains(next)) => {
                phone = if c == b'j' { H | Y | Z | C | I } else { Y | I | E };
                if out.len() > begin && c != b'j' {
                    phone |= FAINT;
                }
            }
            // Before a, o and u, and before consonants, c and g are hard in every convention of the West; in Slavic ones
            // a c is that of *ts*.
            (b'c', 1) if bytes.get(i + 1).is_some_and(|next| b"aoulr".contains(next)) => phone = K | S,
            (b'g', 1) if !bytes.get(i + 1).is_some_and(|next| b"eiy".contains(next)) => phone = G | H,
            // `gue` and `gui` say that the u is silent; the vowel is still to come.
            (b'g', 3) => length = 2,
            (b'x', _) if out.len() > begin => {
                out.push(phone);
                phone = S | FAINT;
            }
            _ => {}
        }
        out.push(phone);
        i += length;
    }
}

/// What it costs to take two letters for one sound that might also be two.
const INEXACT: f32 = 0.07;

/// What it costs to hear one sound for the other.
pub(crate) fn substitution(a: Phone, b: Phone, liquids: bool) -> f32 {
    if a & b & !FAINT != 0 {
        return if a == b { 0.0 } else { INEXACT };
    }
    if a & VOWELS != 0 && b & VOWELS != 0 {
        return 0.35;
    }
    let near = |x: Phone, y: Phone| (a & x != 0 && b & y != 0) || (a & y != 0 && b & x != 0);
    if liquids && near(L, R) {
        return 0.1;
    }
    const NEAR: [(Phone, Phone); 11] =
        [(P, B), (T, D), (K, G), (F, V), (S, Z), (S, C), (C, Z), (G, H), (H, K), (B, V), (M, N)];
    if NEAR.iter().any(|&(x, y)| near(x, y)) { 0.45 } else { 1.0 }
}

/// What it costs to hear a sound where the other name has none.
pub(crate) fn gap(a: Phone, vowel: f32) -> f32 {
    if a & FAINT != 0 {
        0.15
    } else if a & !VOWELS == 0 {
        vowel
    } else if a & H != 0 {
        if a == H { 0.45 } else { 0.7 }
    } else if a & (Y | U) != 0 {
        0.5
    } else {
        0.9
    }
}

/// Whether the sound may be a vowel or an aspiration, with which a word may as well not begin.
pub(crate) fn is_soft(a: Phone) -> bool {
    a & (VOWELS | H) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let hear = |word: &str| {
            let mut out = Vec::new();
            sounds(word, &mut out);
            out
        };
        let (a, b) = (hear(a), hear(b));
        let solid =
            |sounds: Vec<Phone>| sounds.into_iter().filter(|sound| sound & FAINT == 0).collect::<Vec<_>>();
        let (a, b) = (solid(a), solid(b));
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| substitution(*a, *b, false) <= INEXACT)
    }

    #[test]
    fn the_table_is_in_the_order_of_its_first_letters() {
        assert!(TABLE.is_sorted_by_key(|(spelling, _)| spelling.as_bytes()[0]));
    }

    #[test]
    fn spelling_conventions_sound_alike() {
        assert!(same("serguei", "sergey"));
        assert!(same("schewtschenko", "shevchenko"));
        assert!(same("quispe", "kispe"));
    }
}
