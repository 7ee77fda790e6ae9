//! A payer on the bank's pages: opens the link, reads the forms, fills them in and follows them, as
//! a browser without scripts would.

use serde::Deserialize;

/// What the payer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// A good card and the right code.
    Approve,
    /// A card that its bank declines.
    Decline,
    /// A good card, and wrong codes until the bank has enough.
    WrongCode,
    /// Changes his mind.
    Cancel,
}

/// Where a walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The merchant's address that the bank led back to.
    pub returned_to: String,
    /// How many pages were seen.
    pub pages: u32,
}

/// Why a walk stopped on its way.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    #[error("the bank was not reached: {0}")]
    Unreached(#[from] reqwest::Error),
    #[error("no HTTP client: {0}")]
    Setup(String),
    #[error("the bank's store: {0}")]
    Bank(#[from] mesto_bank::StoreError),
    #[error("the bank's page refused ({status}): {text}")]
    Refused { status: u16, text: String },
    #[error("the payment has ended already: {0}")]
    Ended(String),
    #[error("the walk did not come to an end after {0} pages")]
    Endless(u32),
}

const MOST_PAGES: u32 = 12;
const GOOD_CARD: &str = "4242 4242 4242 4242";
const DECLINED_CARD: &str = "4000 0000 0000 0002";
const WRONG_CODE: &str = "000000";

/// Walks the page at `page_url` to its end.
///
/// # Errors
/// When a page cannot be read, or the link is refused.
pub async fn walk(page_url: &str, payer: Payer) -> Result<Walked, WalkError> {
    let http = crate::kernel::web::client().map_err(WalkError::Setup)?;
    let home = origin(page_url);
    let mut answer = http.get(page_url).send().await?;
    let mut pages = 0;
    let mut steps = 0;
    while pages < MOST_PAGES && steps < 3 * MOST_PAGES {
        steps += 1;
        let status = answer.status();
        if status.is_redirection() {
            let target =
                answer.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let Some(next) = same_house(&target, &home) else { return Ok(Walked { returned_to: target, pages }) };
            answer = http.get(next).send().await?;
            continue;
        }
        pages += 1;
        let html = answer.text().await?;
        // A form that was filled in wrongly is shown again with 422; every other failure ends the
        // walk.
        if !status.is_success() && status.as_u16() != 422 {
            return Err(WalkError::Refused { status: status.as_u16(), text: visible(&html) });
        }
        let Some(filled) = next_form(&html, payer) else { return Err(WalkError::Ended(visible(&html))) };
        answer = http
            .post(format!("{home}{}", filled.action))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(filled.body)
            .send()
            .await?;
    }
    Err(WalkError::Endless(pages))
}

fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    format!("{scheme}://{}", rest.split(['/', '?']).next().unwrap_or_default())
}

/// The absolute address when `target` is still at the bank.
fn same_house(target: &str, home: &str) -> Option<String> {
    if target.starts_with('/') {
        return Some(format!("{home}{target}"));
    }
    target.starts_with(&format!("{home}/")).then(|| target.to_owned())
}

/// A form and its fields as a browser would send them.
struct Filled {
    action: String,
    body: String,
}

fn next_form(html: &str, payer: Payer) -> Option<Filled> {
    let forms: Vec<(String, Vec<String>)> = html
        .split("<form ")
        .skip(1)
        .filter_map(|rest| {
            let form = rest.split("</form>").next()?;
            let action = attribute(form, "action")?;
            let names = form.split("<input ").skip(1).filter_map(|input| attribute(input, "name")).collect();
            Some((action, names))
        })
        .collect();
    let wanted = match payer {
        Payer::Cancel => forms.into_iter().find(|(action, _)| action.contains("/cancel")),
        _ => forms.into_iter().find(|(action, _)| !action.contains("/cancel")),
    };
    let (action, names) = wanted?;
    let mut body = form_urlencoded::Serializer::new(String::new());
    for name in names {
        let value = match (name.as_str(), payer) {
            ("number", Payer::Decline) => DECLINED_CARD,
            ("number", _) => GOOD_CARD,
            ("holder", _) => "Ana Anić",
            ("expiry", _) => "12/34",
            ("cvc", _) => "123",
            ("code", Payer::WrongCode) => WRONG_CODE,
            ("code", _) => mesto_bank::DEMO_CODE,
            _ => "",
        };
        body.append_pair(&name, value);
    }
    Some(Filled { action, body: body.finish() })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// The page's words, without its tags.
fn visible(html: &str) -> String {
    let main = html.split("<main>").nth(1).unwrap_or(html);
    let mut text = String::new();
    let mut inside = false;
    for c in main.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = r#"<form method="post" action="/p/1/card?lang=en"><input id="number" name="number" required><input name="cvc"></form>
        <form method="post" action="/p/1/cancel?lang=en"><button>x</button></form>"#;

    #[test]
    fn a_form_is_filled_in_by_the_names_of_its_fields() {
        let filled = next_form(CARD, Payer::Decline).unwrap();
        assert_eq!(filled.action, "/p/1/card?lang=en");
        assert_eq!(filled.body, "number=4000+0000+0000+0002&cvc=123");
        assert_eq!(next_form(CARD, Payer::Cancel).unwrap().action, "/p/1/cancel?lang=en");
        assert!(next_form("<main>over</main>", Payer::Approve).is_none());
    }

    #[test]
    fn a_walk_ends_where_the_bank_leads_away() {
        assert_eq!(same_house("/p/1", "http://127.0.0.1:1").as_deref(), Some("http://127.0.0.1:1/p/1"));
        assert_eq!(same_house("http://127.0.0.1:11/x", "http://127.0.0.1:1"), None);
        assert_eq!(same_house("mesto://return?intent=k", "http://127.0.0.1:1"), None);
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_page() {
        assert_eq!(visible("<main><h1>No</h1>\n<p>It <b>expired</b>.</p></main>"), "No It expired .");
    }
}
