//! What is printed on a card or a ticket of paper, as it is scanned or typed (AV-83).

/// The code as it is compared: capital letters and digits, without spaces and dashes. `None` for
/// what is no such code.
#[must_use]
pub fn printed_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '-')
        .take(33)
        .map(|sign| sign.to_ascii_uppercase())
        .collect();
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    ((4..=32).contains(&code.len()) && code.bytes().all(fits)).then_some(code)
}

/// Digits of the shortest and of the longest number of a card.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 8..=20;

/// The number of a card as it is compared: 8 to 20 digits, without spaces and dashes. `None` for
/// what is no such number.
#[must_use]
pub fn transport_number(typed: &str) -> Option<String> {
    let number: String = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').take(21).collect();
    let fits = |byte: u8| byte.is_ascii_digit();
    (NUMBER_DIGITS.contains(&number.len()) && number.bytes().all(fits)).then_some(number)
}

/// A number as it is shown: its last four digits, `**** 7745`.
#[must_use]
pub fn masked(number: &str) -> String {
    let last = number.len().saturating_sub(4);
    format!("**** {}", number.get(last..).unwrap_or_default())
}
