//! The pages as HTML: plain forms that work without scripts, with labels, hints and errors that a
//! screen reader finds.

use crate::card::{CardForm, FieldError};
use crate::store::{Payment, State};
use crate::texts::{Language, field_error, reason, texts};

/// The one style sheet, served beside the pages.
pub const STYLE: &str = include_str!("page.css");

/// Text made safe for HTML content and quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn frame(language: Language, title: &str, body: &str, self_link: Option<&str>) -> String {
    let t = texts(language);
    let switch = self_link.map_or_else(String::new, |link| {
        let links = language.others().map(|other| {
            format!(
                r#"<a class="lang" href="{link}?lang={tag}" hreflang="{tag}" lang="{tag}">{name}</a>"#,
                tag = other.tag(),
                name = other.name()
            )
        });
        format!("<nav>{}</nav>", links.collect::<Vec<_>>().join(" "))
    });
    format!(
        r#"<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title} · {bank}</title><link rel="stylesheet" href="/bank.css"></head>
<body><header><strong>{bank}</strong>{switch}</header><p class="demo" role="note">{demo}</p><main><h1>{title}</h1>
{body}
</main></body></html>
"#,
        lang = language.tag(),
        title = escape(title),
        bank = t.own_name,
        demo = t.demo,
    )
}

fn summary(payment: &Payment, merchant: &str, language: Language) -> String {
    let t = texts(language);
    format!(
        r#"<p class="sum">{} <strong>{}</strong>: <strong id="amount">{} {}</strong></p>"#,
        t.pay_to,
        escape(merchant),
        escape(&payment.asked.amount),
        escape(&payment.asked.currency)
    )
}

fn errors_box(errors: &[FieldError], language: Language) -> String {
    if errors.is_empty() {
        return String::new();
    }
    let items: String = errors
        .iter()
        .map(|error| format!(r##"<li><a href="#{}">{}</a></li>"##, error.field(), field_error(*error, language)))
        .collect();
    format!(
        r#"<div class="errors" role="alert" data-errors="{}"><h2>{}</h2><ul>{items}</ul></div>"#,
        errors.len(),
        texts(language).errors_title
    )
}

/// The card form (PQ-30). The number and the code are never sent back into the page.
pub fn card(payment: &Payment, merchant: &str, form: &CardForm, errors: &[FieldError], language: Language) -> String {
    let t = texts(language);
    let field = |name: &str, label: &str, hint: Option<&str>, more: &str| {
        let wrong = errors.iter().any(|error| error.field() == name);
        let hint_html =
            hint.map_or_else(String::new, |hint| format!(r#"<span class="hint" id="{name}-hint">{hint}</span>"#));
        let described = if hint.is_some() { format!(r#" aria-describedby="{name}-hint""#) } else { String::new() };
        let invalid = if wrong { r#" aria-invalid="true""# } else { "" };
        format!(
            r#"<label for="{name}">{label}</label>{hint_html}<input id="{name}" name="{name}" required{described}{invalid} {more}>"#
        )
    };
    let body = format!(
        r#"{sum}{errors}
<form method="post" action="/p/{session}/card?lang={lang}" autocomplete="on" novalidate>
{number}{holder}{expiry}{cvc}
<p class="hint">{privacy}</p>
<button type="submit" id="pay">{pay} {amount} {currency}</button></form>
{cancel}"#,
        sum = summary(payment, merchant, language),
        errors = errors_box(errors, language),
        session = payment.session,
        lang = language.tag(),
        number = field("number", t.number, None, r#"inputmode="numeric" autocomplete="cc-number" maxlength="23""#),
        holder = field(
            "holder",
            t.holder,
            None,
            &format!(r#"autocomplete="cc-name" maxlength="60" value="{}""#, escape(&form.holder))
        ),
        expiry = field(
            "expiry",
            t.expiry,
            Some(t.expiry_hint),
            r#"inputmode="numeric" autocomplete="cc-exp" maxlength="9""#
        ),
        cvc = field(
            "cvc",
            t.cvc,
            Some(t.cvc_hint),
            r#"inputmode="numeric" autocomplete="cc-csc" maxlength="4" type="password""#
        ),
        privacy = t.privacy,
        pay = t.pay,
        amount = escape(&payment.asked.amount),
        currency = escape(&payment.asked.currency),
        cancel = cancel_form(payment, language),
    );
    frame(language, t.card_title, &body, Some(&format!("/p/{}", payment.session)))
}

fn cancel_form(payment: &Payment, language: Language) -> String {
    format!(
        r#"<form method="post" action="/p/{}/cancel?lang={}"><button type="submit" id="cancel" class="quiet">{}</button></form>"#,
        payment.session,
        language.tag(),
        texts(language).cancel
    )
}

/// The 3-D Secure page (PQ-31, PQ-32).
pub fn code(payment: &Payment, merchant: &str, wrong: bool, tries: u32, language: Language) -> String {
    let t = texts(language);
    let error = if wrong {
        format!(
            r##"<div class="errors" role="alert" data-errors="1"><a href="#code">{}</a> {} {tries}</div>"##,
            t.code_wrong, t.tries_left
        )
    } else {
        String::new()
    };
    let card = format!("{} ···· {}", payment.brand.as_deref().unwrap_or(""), payment.last4.as_deref().unwrap_or(""));
    let body = format!(
        r#"{sum}{error}<p>{sent} {card}.</p>
<form method="post" action="/p/{session}/code?lang={lang}"><label for="code">{label}</label>
<input id="code" name="code" required inputmode="numeric" autocomplete="one-time-code" maxlength="6" aria-describedby="code-hint">
<span class="hint" id="code-hint">{missing}</span><button type="submit" id="confirm">{confirm}</button></form>
{cancel}"#,
        sum = summary(payment, merchant, language),
        sent = t.code_sent,
        card = escape(&card),
        session = payment.session,
        lang = language.tag(),
        label = t.code,
        missing = t.code_missing,
        confirm = t.confirm,
        cancel = cancel_form(payment, language),
    );
    frame(language, t.code_title, &body, Some(&format!("/p/{}", payment.session)))
}

/// A payment that has ended, when its page is opened again.
pub fn ended(payment: &Payment, merchant: &str, language: Language) -> String {
    let t = texts(language);
    let outcome = match &payment.state {
        State::Declined(why) => format!("{} {}", reason(*why, language), t.nothing_charged),
        State::Approved | State::Card | State::Code { .. } => t.approved.to_owned(),
    };
    let body = format!(
        r#"{}<p role="status" id="outcome">{outcome}</p><p><a href="{}">{}</a></p>"#,
        summary(payment, merchant, language),
        escape(&payment.asked.return_url),
        t.back
    );
    frame(language, t.ended_title, &body, Some(&format!("/p/{}", payment.session)))
}

/// A page that cannot be opened, with what to do.
pub fn refused(why: &str, language: Language) -> String {
    let t = texts(language);
    frame(language, t.refused_title, &format!(r#"<p role="alert">{} {}</p>"#, escape(why), t.nothing_charged), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_become_markup() {
        assert_eq!(escape(r#"<script>"a" & 'b'"#), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;");
    }
}
