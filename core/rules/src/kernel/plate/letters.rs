//! The letters of plates: however keyboards and copied texts send a letter, the one that a plate
//! has.

/// One letter, digit or other sign of a typed plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    /// As it was typed; of a letter with a mark of its own, both in one.
    pub typed: char,
    /// As a capital in composed form (NFC), or what was typed when it has no capital of its own.
    pub capital: char,
}

/// Reads a text sign by sign. A letter and the marks behind it are one letter (NFC, for every Latin
/// capital up to U+024F), two letters in one sign are two, and what nobody can see is left out.
pub(super) fn signs(input: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    for typed in input.chars().filter(|typed| !is_invisible(*typed)) {
        if let Some(last) = signs.last_mut()
            && let Some(whole) = composed(last.capital, typed)
        {
            *last = Sign { typed: whole, capital: whole };
            continue;
        }
        let mut upper = typed.to_uppercase();
        let capital = match (upper.next(), upper.next()) {
            (Some('\u{212a}'), None) => 'K',
            (Some('\u{212b}'), None) => 'Å',
            (Some(capital), None) => capital,
            _ => typed,
        };
        match DIGRAPHS.iter().find(|(digraph, ..)| *digraph == capital) {
            Some((_, first, second)) => signs.extend([*first, *second].map(|capital| Sign { typed, capital })),
            None => signs.push(Sign { typed, capital }),
        }
    }
    signs
}

/// The Latin letter that a sign is taken for by its look, when it is another one.
pub(super) fn look_alike(capital: char) -> Option<char> {
    LOOK_ALIKES.iter().find(|(sign, _)| *sign == capital).map(|(_, latin)| *latin)
}

/// A capital of the Latin script, with or without marks.
pub(super) fn is_latin(sign: char) -> bool {
    sign.is_ascii_uppercase() || (('\u{c0}'..='\u{24f}').contains(&sign) && sign.is_uppercase())
}

/// Letters that are read on a plate wherever it is from: A to Z, and those with marks up to U+017F.
/// What comes behind them are letters of phonetic and African alphabets, and of the older Romanian
/// one.
pub(super) fn is_read(capital: char) -> bool {
    is_latin(capital) && capital < '\u{180}'
}

/// Letters with marks that stand on plates in use, of whichever country: Germany, the north, the
/// former Yugoslavia.
pub(super) const IN_USE: &str = "ÄÅÆÖØÜČĆĐŠŽ";

/// Signs that look exactly like a Latin capital, or that are printed as one. Letters that are read
/// otherwise (Cyrillic Р is R, Greek Ρ too) are here as well: a plate is copied by its look, and
/// the driver is warned. Cyrillic У is not: it looks nearly like Y, and is U.
const LOOK_ALIKES: &[(char, char)] = &[
    // Cyrillic
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('Ј', 'J'),
    ('Ѕ', 'S'),
    ('І', 'I'),
    ('Ӏ', 'I'),
    ('Ү', 'Y'),
    ('Ԛ', 'Q'),
    ('Ԝ', 'W'),
    // Greek
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Ζ', 'Z'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Υ', 'Y'),
    ('Χ', 'X'),
    // Latin: eth and the African D for the Đ of Serbia, Croatia and Vietnam; the I of a Turkish
    // keyboard.
    ('Ð', 'Đ'),
    ('Ɖ', 'Đ'),
    ('İ', 'I'),
];

/// Two letters in one sign.
const DIGRAPHS: &[(char, char, char)] = &[
    ('Ǆ', 'D', 'Ž'),
    ('ǅ', 'D', 'Ž'),
    ('Ǉ', 'L', 'J'),
    ('ǈ', 'L', 'J'),
    ('Ǌ', 'N', 'J'),
    ('ǋ', 'N', 'J'),
    ('Ǳ', 'D', 'Z'),
    ('ǲ', 'D', 'Z'),
    ('Ĳ', 'I', 'J'),
];

/// A mark, and each capital with what the two are in one sign. Every pair up to U+024F, held to
/// Unicode by a test.
const COMPOSED: &[(char, &str)] = &[
    ('\u{300}', "AÀEÈIÌNǸOÒUÙÜǛ"),
    ('\u{301}', "AÁCĆEÉGǴIÍLĹNŃOÓRŔSŚUÚYÝZŹÜǗÅǺÆǼØǾ"),
    ('\u{302}', "AÂCĈEÊGĜHĤIÎJĴOÔSŜUÛWŴYŶ"),
    ('\u{303}', "AÃIĨNÑOÕUŨ"),
    ('\u{304}', "AĀEĒIĪOŌUŪYȲÜǕÄǞȦǠÆǢǪǬÖȪÕȬȮȰ"),
    ('\u{306}', "AĂEĔGĞIĬOŎUŬ"),
    ('\u{307}', "AȦCĊEĖGĠIİOȮZŻ"),
    ('\u{308}', "AÄEËIÏOÖUÜYŸ"),
    ('\u{30a}', "AÅUŮ"),
    ('\u{30b}', "OŐUŰ"),
    ('\u{30c}', "AǍCČDĎEĚGǦHȞIǏKǨLĽNŇOǑRŘSŠTŤUǓZŽÜǙƷǮ"),
    ('\u{30f}', "AȀEȄIȈOȌRȐUȔ"),
    ('\u{311}', "AȂEȆIȊOȎRȒUȖ"),
    ('\u{31b}', "OƠUƯ"),
    ('\u{326}', "SȘTȚ"),
    ('\u{327}', "CÇEȨGĢKĶLĻNŅRŖSŞTŢ"),
    ('\u{328}', "AĄEĘIĮOǪUŲ"),
];

fn composed(capital: char, mark: char) -> Option<char> {
    let (_, pairs) = COMPOSED.iter().find(|(known, _)| *known == mark)?;
    let mut pairs = pairs.chars();
    while let (Some(letter), Some(whole)) = (pairs.next(), pairs.next()) {
        if letter == capital {
            return Some(whole);
        }
    }
    None
}

/// Signs that no font draws: marks of direction, joiners, the soft hyphen, the beginning of a file.
const fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    fn capitals(input: &str) -> String {
        signs(input).iter().map(|sign| sign.capital).collect()
    }

    #[test]
    fn a_letter_and_its_marks_are_what_unicode_makes_of_them_bg_23() {
        let mut decomposed = 0;
        for letter in ('\u{c0}'..='\u{24f}').chain(['\u{212a}', '\u{212b}']).filter(|letter| letter.is_uppercase()) {
            let marks: String = letter.nfd().collect();
            let lower: String = marks.to_lowercase();
            let whole: String = letter.nfc().collect();
            if DIGRAPHS.iter().any(|(digraph, ..)| *digraph == letter) {
                continue;
            }
            assert_eq!(capitals(&marks), whole, "{marks:?}");
            assert_eq!(capitals(&lower), whole, "{lower:?}");
            decomposed += usize::from(marks.chars().count() > 1);
        }
        assert!(decomposed > 100, "{decomposed}");
    }

    #[test]
    fn every_pair_of_the_table_is_one_of_unicode() {
        for (mark, pairs) in COMPOSED {
            let signs: Vec<char> = pairs.chars().collect();
            assert!(signs.len().is_multiple_of(2), "{pairs}");
            for pair in signs.chunks(2) {
                let composed: String = [pair[0], *mark].iter().collect::<String>().nfc().collect();
                assert_eq!(composed, pair[1].to_string());
            }
        }
    }

    #[test]
    fn two_letters_in_one_sign_are_two() {
        assert_eq!(capitals("ǄǅǆĳǈǋǲǱ"), "DŽDŽDŽIJLJNJDZDZ");
    }

    #[test]
    fn what_nobody_sees_is_nothing() {
        assert_eq!(capitals("\u{feff}B\u{200b}G\u{2066}1\u{2069}\u{ad}"), "BG1");
    }

    #[test]
    fn look_alikes_are_other_letters_than_they_are_read_as() {
        for (place, (sign, latin)) in LOOK_ALIKES.iter().enumerate() {
            assert!(sign != latin && is_read(*latin), "{sign}");
            assert!(LOOK_ALIKES.iter().skip(place + 1).all(|(other, _)| other != sign), "{sign} stands twice");
            assert_eq!(look_alike(*latin), None, "{latin}");
        }
    }
}
