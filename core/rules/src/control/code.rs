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
