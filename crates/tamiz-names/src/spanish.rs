//! What Spanish spelling allows, by its rules of accent.

/// The word without acute accents.
#[must_use]
pub fn without_acute(word: &str) -> String {
    word.chars().map(plain).collect()
}

const fn plain(c: char) -> char {
    match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' => 'u',
        'Á' => 'A',
        'É' => 'E',
        'Í' => 'I',
        'Ó' => 'O',
        'Ú' => 'U',
        _ => c,
    }
}

/// Whether all letters are letters of Spanish.
#[must_use]
pub(crate) fn is_written(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || "áéíóúüñÁÉÍÓÚÜÑ".contains(c))
}

/// Whether a lower-case word bears one acute accent, where the rules of Spanish ask for it.
///
/// Czech and Hungarian write acute accents too, on long vowels; few of them stand where Spanish would want one
/// (*vladimír* is stressed on its last syllable without an accent), which tells Spanish forms from theirs.
#[must_use]
pub fn is_accented_spanish(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    if letters.iter().any(|&c| !(c.is_ascii_lowercase() || "áéíóúñü".contains(c))) {
        return false;
    }
    let accents: Vec<usize> = (0..letters.len()).filter(|&i| plain(letters[i]) != letters[i]).collect();
    let [accent] = accents[..] else { return false };
    let doubled = letters.windows(2).any(|pair| pair[0] == pair[1] && !"lrnce".contains(pair[0]));
    if doubled {
        return false;
    }
    // The nuclei of the syllables after the accent: vowels apart, or a weak vowel next to a strong one together.
    let vowel = |c: char| "aeiouáéíóúü".contains(c);
    let weak = |c: char| "iuü".contains(c);
    let hiatus = |at: usize| {
        let strong = |c: Option<&char>| c.is_some_and(|c| "aeo".contains(*c));
        "íú".contains(letters[at])
            && (strong(letters.get(at + 1))
                || at.checked_sub(1).is_some_and(|before| strong(letters.get(before))))
    };
    if hiatus(accent) {
        return true;
    }
    let mut after = 0;
    let mut i = accent + 1;
    while i < letters.len() && weak(letters[i]) {
        i += 1;
    }
    while i < letters.len() {
        if vowel(letters[i]) {
            after += 1;
            let mut strong = !weak(letters[i]);
            i += 1;
            while i < letters.len() && vowel(letters[i]) && (weak(letters[i]) || !strong) {
                strong |= !weak(letters[i]);
                i += 1;
            }
        } else {
            i += 1;
        }
    }
    let open = letters.last().is_some_and(|&c| vowel(c) || c == 'n' || c == 's');
    let single = letters.iter().filter(|&&c| vowel(c)).count() <= 1;
    match after {
        0 => {
            open && !single
                && !(letters.len() > 2 && letters.ends_with(&['s']) && !vowel(letters[letters.len() - 2]))
        }
        1 => !open || (letters.ends_with(&['s']) && !vowel(letters[letters.len() - 2])),
        _ => true,
    }
}
