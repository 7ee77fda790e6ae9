//! Reed-Solomon over GF(256) as QR has it (ISO/IEC 18004, 7.5): errors at unknown places and
//! erasures at known ones.

/// `x^8 + x^4 + x^3 + x^2 + 1`.
const FIELD: u16 = 0x11d;

struct Tables {
    power: [u8; 512],
    log: [u8; 256],
}

const TABLES: Tables = tables();

#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation)] // Evaluated when it is compiled.
const fn tables() -> Tables {
    let (mut power, mut log) = ([0_u8; 512], [0_u8; 256]);
    let (mut value, mut exponent) = (1_u16, 0);
    while exponent < 255 {
        power[exponent] = value as u8;
        power[exponent + 255] = value as u8;
        log[value as usize] = exponent as u8;
        value <<= 1;
        if value > 255 {
            value ^= FIELD;
        }
        exponent += 1;
    }
    Tables { power, log }
}

fn power(exponent: usize) -> u8 {
    TABLES.power.get(exponent % 255).copied().unwrap_or(0)
}

fn log(value: u8) -> usize {
    usize::from(TABLES.log.get(usize::from(value)).copied().unwrap_or(0))
}

fn times(one: u8, other: u8) -> u8 {
    if one == 0 || other == 0 { 0 } else { power(log(one) + log(other)) }
}

fn over(one: u8, other: u8) -> u8 {
    if one == 0 || other == 0 { 0 } else { power(log(one) + 255 - log(other)) }
}

/// The polynomial's value; its coefficients begin with the constant.
fn at(polynomial: &[u8], x: u8) -> u8 {
    polynomial.iter().rev().fold(0, |sum, coefficient| times(sum, x) ^ coefficient)
}

fn product(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut product = vec![0; (one.len() + other.len()).saturating_sub(1)];
    for (place, a) in one.iter().enumerate() {
        for (into, b) in product.iter_mut().skip(place).zip(other) {
            *into ^= times(*a, *b);
        }
    }
    product
}

/// What was put right in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrected {
    /// Wrong codewords whose place was not known.
    pub errors: usize,
    /// Codewords that were given as erased.
    pub erased: usize,
}

/// Puts a block right: data, then `checks` codewords, the coefficient of the highest power first.
/// `erased` are places in it; `spare` of the check codewords are kept to notice a wrong correction.
/// Nothing when there are more errors than that leaves room for; the block is then as it was.
pub fn correct(block: &mut [u8], checks: usize, erased: &[usize], spare: usize) -> Option<Corrected> {
    let length = block.len();
    let room = checks.checked_sub(spare)?;
    if erased.len() > room || checks > length || erased.iter().any(|place| *place >= length) {
        return None;
    }
    let polynomial: Vec<u8> = block.iter().rev().copied().collect();
    let syndromes: Vec<u8> = (0..checks).map(|exponent| at(&polynomial, power(exponent))).collect();
    if syndromes.iter().all(|syndrome| *syndrome == 0) {
        return Some(Corrected { errors: 0, erased: erased.len() });
    }
    let exponent_of = |place: usize| length - 1 - place;
    let erasures = erased.iter().fold(vec![1], |locator, place| product(&locator, &[1, power(exponent_of(*place))]));
    let locator = locator(&syndromes, &erasures, erased.len())?;
    let count = locator.len() - 1;
    let errors = count.checked_sub(erased.len())?;
    if 2 * errors + erased.len() > room {
        return None;
    }
    let places: Vec<usize> =
        (0..length).filter(|place| at(&locator, power(255 - exponent_of(*place) % 255)) == 0).collect();
    if places.len() != count {
        return None;
    }
    // Forney: how much each of them is wrong.
    let mut evaluator = product(&syndromes, &locator);
    evaluator.truncate(checks);
    let slope: Vec<u8> =
        locator.iter().enumerate().skip(1).map(|(power, c)| if power % 2 == 1 { *c } else { 0 }).collect();
    let mut mended = block.to_vec();
    for place in &places {
        let exponent = exponent_of(*place);
        let inverse = power(255 - exponent % 255);
        let steep = at(&slope, inverse);
        if steep == 0 {
            return None;
        }
        let wrong = times(power(exponent), over(at(&evaluator, inverse), steep));
        *mended.get_mut(*place)? ^= wrong;
    }
    let polynomial: Vec<u8> = mended.iter().rev().copied().collect();
    if (0..checks).any(|exponent| at(&polynomial, power(exponent)) != 0) {
        return None;
    }
    block.copy_from_slice(&mended);
    Some(Corrected { errors, erased: erased.len() })
}

/// Berlekamp and Massey, begun with the erasures: the locator of all that is wrong, without zeros
/// at its end.
fn locator(syndromes: &[u8], erasures: &[u8], erased: usize) -> Option<Vec<u8>> {
    let mut current = erasures.to_vec();
    let mut before = erasures.to_vec();
    let mut degree = erased;
    for step in erased..syndromes.len() {
        before.insert(0, 0);
        let newest = syndromes.get(..=step)?;
        let discrepancy = current.iter().zip(newest.iter().rev()).fold(0, |sum, (c, s)| sum ^ times(*c, *s));
        if discrepancy == 0 {
            continue;
        }
        let mut next = current.clone();
        next.resize(next.len().max(before.len()), 0);
        for (into, from) in next.iter_mut().zip(&before) {
            *into ^= times(discrepancy, *from);
        }
        if 2 * degree <= step + erased {
            before = current.iter().map(|c| over(*c, discrepancy)).collect();
            degree = step + 1 + erased - degree;
        }
        current = next;
    }
    while current.last() == Some(&0) {
        current.pop();
    }
    (!current.is_empty()).then_some(current)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(data: &[u8], checks: usize) -> Vec<u8> {
        let generator =
            (0..checks).fold(vec![1], |product_so_far, exponent| product(&product_so_far, &[power(exponent), 1]));
        let mut rest = data.to_vec();
        rest.resize(data.len() + checks, 0);
        for place in 0..data.len() {
            let lead = rest[place];
            for (into, coefficient) in rest[place..].iter_mut().zip(generator.iter().rev()) {
                *into ^= times(lead, *coefficient);
            }
        }
        [data, &rest[data.len()..]].concat()
    }

    proptest! {
        #[test]
        fn errors_and_erasures_within_the_room_are_put_right(
            data in proptest::collection::vec(any::<u8>(), 1..120),
            checks in 7_usize..31,
            wrong in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..), 0..31),
            erased in 0_usize..31,
        ) {
            let sound = encoded(&data, checks);
            let mut block = sound.clone();
            let mut places = Vec::new();
            for (index, by) in wrong {
                let place = index.index(block.len());
                if !places.contains(&place) {
                    places.push(place);
                    block[place] ^= by;
                }
            }
            let erased: Vec<usize> = places.iter().copied().take(erased).collect();
            let errors = places.len() - erased.len();
            let before = block.clone();
            let said = correct(&mut block, checks, &erased, 0);
            if 2 * errors + erased.len() <= checks {
                prop_assert_eq!(said, Some(Corrected { errors, erased: erased.len() }));
                prop_assert_eq!(block, sound);
            } else if said.is_none() {
                prop_assert_eq!(block, before);
            }
        }

        #[test]
        fn nothing_that_it_is_given_makes_it_panic(
            mut block in proptest::collection::vec(any::<u8>(), 0..200),
            checks in 0_usize..40,
            erased in proptest::collection::vec(0_usize..220, 0..40),
            spare in 0_usize..5,
        ) {
            let _ = correct(&mut block, checks, &erased, spare);
        }
    }
}
