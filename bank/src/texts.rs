//! What the pages say, in Serbian (Latin) and English.

use crate::card::FieldError;
use crate::store::Reason;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Serbian,
    English,
}

impl Language {
    /// The payer's choice (`?lang=`), else what the browser prefers, else English.
    pub fn choose(asked: Option<&str>, accept: Option<&str>) -> Self {
        let name = asked.map(str::to_owned).unwrap_or_else(|| {
            let preferred = accept
                .unwrap_or("")
                .split(',')
                .map(|item| item.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
            preferred.into_iter().find(|tag| tag.starts_with("sr") || tag.starts_with("en")).unwrap_or_default()
        });
        if name.to_ascii_lowercase().starts_with("sr") { Self::Serbian } else { Self::English }
    }

    /// BCP 47, for `<html lang>` and `?lang=`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Serbian => "sr-Latn",
            Self::English => "en",
        }
    }

    pub const fn other(self) -> Self {
        match self {
            Self::Serbian => Self::English,
            Self::English => Self::Serbian,
        }
    }
}

/// The texts of one language.
pub struct Texts {
    pub demo: &'static str,
    pub own_name: &'static str,
    pub pay_to: &'static str,
    pub card_title: &'static str,
    pub number: &'static str,
    pub holder: &'static str,
    pub expiry: &'static str,
    pub expiry_hint: &'static str,
    pub cvc: &'static str,
    pub cvc_hint: &'static str,
    pub privacy: &'static str,
    pub pay: &'static str,
    pub cancel: &'static str,
    pub code_title: &'static str,
    pub code_sent: &'static str,
    pub code: &'static str,
    pub code_missing: &'static str,
    pub code_wrong: &'static str,
    pub tries_left: &'static str,
    pub confirm: &'static str,
    pub errors_title: &'static str,
    pub ended_title: &'static str,
    pub approved: &'static str,
    pub back: &'static str,
    pub refused_title: &'static str,
    pub link_altered: &'static str,
    pub link_expired: &'static str,
    pub link_reused: &'static str,
    pub no_payment: &'static str,
    pub failed: &'static str,
    pub nothing_charged: &'static str,
}

pub const fn texts(language: Language) -> &'static Texts {
    match language {
        Language::Serbian => &SERBIAN,
        Language::English => &ENGLISH,
    }
}

pub const fn field_error(error: FieldError, language: Language) -> &'static str {
    match (language, error) {
        (Language::Serbian, FieldError::NumberWrong) => "Broj kartice nije ispravan. Proverite cifre.",
        (Language::Serbian, FieldError::NumberNotOurs) => {
            "Ovo je probna banka: prima samo svoje probne kartice, na primer 4242 4242 4242 4242."
        }
        (Language::Serbian, FieldError::HolderMissing) => "Upišite ime kao na kartici.",
        (Language::Serbian, FieldError::ExpiryUnreadable) => "Upišite mesec i godinu, na primer 09/28.",
        (Language::Serbian, FieldError::ExpiryPast) => "Kartica je istekla.",
        (Language::Serbian, FieldError::CvcWrong) => "Upišite tri cifre sa poleđine kartice.",
        (Language::English, FieldError::NumberWrong) => "This card number is not right. Check its digits.",
        (Language::English, FieldError::NumberNotOurs) => {
            "This is a demo bank: it takes only its test cards, such as 4242 4242 4242 4242."
        }
        (Language::English, FieldError::HolderMissing) => "Enter the name as it stands on the card.",
        (Language::English, FieldError::ExpiryUnreadable) => "Enter month and year, such as 09/28.",
        (Language::English, FieldError::ExpiryPast) => "This card has expired.",
        (Language::English, FieldError::CvcWrong) => "Enter the three digits from the back of the card.",
    }
}

pub const fn reason(reason: Reason, language: Language) -> &'static str {
    match (language, reason) {
        (Language::Serbian, Reason::CardDeclined) => "Banka koja je izdala karticu odbila je plaćanje.",
        (Language::Serbian, Reason::AuthenticationFailed) => "Kod nije bio ispravan, pa je plaćanje odbijeno.",
        (Language::Serbian, Reason::Cancelled) => "Odustali ste od plaćanja.",
        (Language::Serbian, Reason::Expired) => "Vreme za plaćanje je isteklo.",
        (Language::English, Reason::CardDeclined) => "The bank that issued the card declined the payment.",
        (Language::English, Reason::AuthenticationFailed) => "The code was not right, so the payment was declined.",
        (Language::English, Reason::Cancelled) => "You cancelled the payment.",
        (Language::English, Reason::Expired) => "The time for this payment is over.",
    }
}

const SERBIAN: Texts = Texts {
    demo: "Probna banka: novac nije pravi. Ne upisujte pravu karticu.",
    own_name: "Probna banka",
    pay_to: "Plaćate za",
    card_title: "Plaćanje karticom",
    number: "Broj kartice",
    holder: "Ime na kartici",
    expiry: "Važi do",
    expiry_hint: "Mesec i godina, na primer 09/28",
    cvc: "Sigurnosni kod (CVV2/CVC2)",
    cvc_hint: "Tri cifre na poleđini kartice, desno od potpisa",
    privacy: "Podatke o kartici vidi samo banka. Prodavac ih ne dobija.",
    pay: "Plati",
    cancel: "Odustani",
    code_title: "Potvrda banke (3-D Secure)",
    code_sent: "Poslali smo kod SMS porukom vlasniku kartice",
    code: "Kod iz poruke",
    code_missing: "Poruka nije stigla? Obratite se banci koja je izdala karticu.",
    code_wrong: "Kod nije ispravan.",
    tries_left: "Preostalo pokušaja:",
    confirm: "Potvrdi",
    errors_title: "Proverite ova polja:",
    ended_title: "Plaćanje je završeno",
    approved: "Plaćanje je odobreno.",
    back: "Nazad prodavcu",
    refused_title: "Ova stranica ne može da se otvori",
    link_altered: "Veza za plaćanje nije ispravna: neko ju je izmenio ili nije cela. Vratite se u aplikaciju i počnite ponovo.",
    link_expired: "Veza za plaćanje je istekla. Vratite se u aplikaciju i počnite ponovo.",
    link_reused: "Za ovaj broj već postoji plaćanje sa drugim podacima. Vratite se u aplikaciju i počnite ponovo.",
    no_payment: "Ovo plaćanje ne postoji.",
    failed: "Banka trenutno ne može da odgovori. Pokušajte ponovo.",
    nothing_charged: "Ništa nije naplaćeno.",
};

const ENGLISH: Texts = Texts {
    demo: "Demo bank: no real money. Do not type a real card.",
    own_name: "Demo bank",
    pay_to: "You pay",
    card_title: "Pay by card",
    number: "Card number",
    holder: "Name on the card",
    expiry: "Valid until",
    expiry_hint: "Month and year, such as 09/28",
    cvc: "Security code (CVV2/CVC2)",
    cvc_hint: "The three digits on the back, right of the signature",
    privacy: "Only the bank sees the card. The seller does not get it.",
    pay: "Pay",
    cancel: "Cancel",
    code_title: "Confirm with your bank (3-D Secure)",
    code_sent: "We sent a code by SMS to the holder of the card",
    code: "Code from the message",
    code_missing: "No message? Contact the bank that issued the card.",
    code_wrong: "This code is not right.",
    tries_left: "Tries left:",
    confirm: "Confirm",
    errors_title: "Check these fields:",
    ended_title: "The payment has ended",
    approved: "The payment was approved.",
    back: "Back to the seller",
    refused_title: "This page cannot be opened",
    link_altered: "The payment link is not right: somebody changed it or a part is missing. Go back to the app and start again.",
    link_expired: "The payment link has expired. Go back to the app and start again.",
    link_reused: "A payment with this reference exists with other terms. Go back to the app and start again.",
    no_payment: "There is no such payment.",
    failed: "The bank cannot answer now. Try again.",
    nothing_charged: "Nothing was charged.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_choice_then_the_browser() {
        assert_eq!(Language::choose(None, Some("de, sr-RS;q=0.9, en;q=0.8")), Language::Serbian);
        assert_eq!(Language::choose(None, Some("en-GB,sr;q=0.5")), Language::English);
        assert_eq!(Language::choose(Some("sr-Latn"), Some("en")), Language::Serbian);
        assert_eq!(Language::choose(None, None), Language::English);
    }
}
