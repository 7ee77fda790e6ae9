//! What the pages say, in Serbian (Latin), Kazakh, Russian and English.

use crate::card::FieldError;
use crate::store::Reason;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Serbian,
    Kazakh,
    Russian,
    English,
}

impl Language {
    const ALL: [Self; 4] = [Self::Serbian, Self::Kazakh, Self::Russian, Self::English];

    /// The payer's choice (`?lang=`), else what the browser prefers, else English.
    pub fn choose(asked: Option<&str>, accept: Option<&str>) -> Self {
        let tags = asked.or(accept).unwrap_or_default().split(',');
        tags.filter_map(|item| Self::of(item.split(';').next().unwrap_or_default())).next().unwrap_or(Self::English)
    }

    /// `kk-KZ`, `sr-Latn-RS`.
    fn of(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag().split('-').next() == Some(primary.as_str()))
    }

    /// BCP 47, for `<html lang>` and `?lang=`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Serbian => "sr-Latn",
            Self::Kazakh => "kk",
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    /// As it calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serbian => "Srpski",
            Self::Kazakh => "Қазақша",
            Self::Russian => "Русский",
            Self::English => "English",
        }
    }

    pub fn others(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |other| *other != self)
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
        Language::Kazakh => &KAZAKH,
        Language::Russian => &RUSSIAN,
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
        (Language::Kazakh, FieldError::NumberWrong) => "Карта нөмірі қате. Цифрларын тексеріңіз.",
        (Language::Kazakh, FieldError::NumberNotOurs) => {
            "Бұл — сынақ банкі: тек сынақ карталарын қабылдайды, мысалы 4242 4242 4242 4242."
        }
        (Language::Kazakh, FieldError::HolderMissing) => "Атыңызды картадағыдай жазыңыз.",
        (Language::Kazakh, FieldError::ExpiryUnreadable) => "Ай мен жылды жазыңыз, мысалы 09/28.",
        (Language::Kazakh, FieldError::ExpiryPast) => "Картаның мерзімі өткен.",
        (Language::Kazakh, FieldError::CvcWrong) => "Картаның артындағы үш цифрды жазыңыз.",
        (Language::Russian, FieldError::NumberWrong) => "Номер карты неверный. Проверьте цифры.",
        (Language::Russian, FieldError::NumberNotOurs) => {
            "Это пробный банк: он принимает только пробные карты, например 4242 4242 4242 4242."
        }
        (Language::Russian, FieldError::HolderMissing) => "Напишите имя как на карте.",
        (Language::Russian, FieldError::ExpiryUnreadable) => "Напишите месяц и год, например 09/28.",
        (Language::Russian, FieldError::ExpiryPast) => "Срок карты истёк.",
        (Language::Russian, FieldError::CvcWrong) => "Напишите три цифры с обратной стороны карты.",
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
        (Language::Kazakh, Reason::CardDeclined) => "Картаны шығарған банк төлемді қабылдамады.",
        (Language::Kazakh, Reason::AuthenticationFailed) => "Код қате болды, сондықтан төлем қабылданбады.",
        (Language::Kazakh, Reason::Cancelled) => "Сіз төлемнен бас тарттыңыз.",
        (Language::Kazakh, Reason::Expired) => "Төлеу уақыты өтті.",
        (Language::Russian, Reason::CardDeclined) => "Банк, выпустивший карту, отклонил платёж.",
        (Language::Russian, Reason::AuthenticationFailed) => "Код был неверным, поэтому платёж отклонён.",
        (Language::Russian, Reason::Cancelled) => "Вы отказались от платежа.",
        (Language::Russian, Reason::Expired) => "Время на оплату истекло.",
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

const KAZAKH: Texts = Texts {
    demo: "Сынақ банкі: ақша шын емес. Шын картаны енгізбеңіз.",
    own_name: "Сынақ банкі",
    pay_to: "Кімге төлейсіз:",
    card_title: "Картамен төлеу",
    number: "Карта нөмірі",
    holder: "Картадағы аты-жөн",
    expiry: "Жарамдылық мерзімі",
    expiry_hint: "Ай мен жыл, мысалы 09/28",
    cvc: "Қауіпсіздік коды (CVV2/CVC2)",
    cvc_hint: "Картаның артындағы қолтаңбаның оң жағындағы үш цифр",
    privacy: "Карта деректерін тек банк көреді. Сатушыға олар берілмейді.",
    pay: "Төлеу",
    cancel: "Бас тарту",
    code_title: "Банктің растауы (3-D Secure)",
    code_sent: "Карта иесіне SMS арқылы код жібердік",
    code: "SMS-тегі код",
    code_missing: "SMS келмеді ме? Картаны шығарған банкке хабарласыңыз.",
    code_wrong: "Код қате.",
    tries_left: "Қалған әрекет:",
    confirm: "Растау",
    errors_title: "Мына өрістерді тексеріңіз:",
    ended_title: "Төлем аяқталды",
    approved: "Төлем мақұлданды.",
    back: "Сатушыға оралу",
    refused_title: "Бұл бетті ашуға болмайды",
    link_altered: "Төлем сілтемесі дұрыс емес: оны біреу өзгерткен немесе ол толық емес. Қосымшаға оралып, қайта бастаңыз.",
    link_expired: "Төлем сілтемесінің мерзімі өткен. Қосымшаға оралып, қайта бастаңыз.",
    link_reused: "Бұл нөмірмен басқа деректері бар төлем тіркелген. Қосымшаға оралып, қайта бастаңыз.",
    no_payment: "Мұндай төлем жоқ.",
    failed: "Банк қазір жауап бере алмайды. Қайталап көріңіз.",
    nothing_charged: "Ақша алынған жоқ.",
};

const RUSSIAN: Texts = Texts {
    demo: "Пробный банк: деньги не настоящие. Не вводите настоящую карту.",
    own_name: "Пробный банк",
    pay_to: "Вы платите:",
    card_title: "Оплата картой",
    number: "Номер карты",
    holder: "Имя на карте",
    expiry: "Срок действия",
    expiry_hint: "Месяц и год, например 09/28",
    cvc: "Код безопасности (CVV2/CVC2)",
    cvc_hint: "Три цифры на обороте карты, справа от подписи",
    privacy: "Данные карты видит только банк. Продавец их не получает.",
    pay: "Оплатить",
    cancel: "Отказаться",
    code_title: "Подтверждение банка (3-D Secure)",
    code_sent: "Мы отправили код по SMS владельцу карты",
    code: "Код из SMS",
    code_missing: "SMS не пришло? Обратитесь в банк, выпустивший карту.",
    code_wrong: "Код неверный.",
    tries_left: "Осталось попыток:",
    confirm: "Подтвердить",
    errors_title: "Проверьте эти поля:",
    ended_title: "Платёж завершён",
    approved: "Платёж одобрен.",
    back: "Вернуться к продавцу",
    refused_title: "Эту страницу нельзя открыть",
    link_altered: "Ссылка на оплату неверная: её кто-то изменил, или она неполная. Вернитесь в приложение и начните снова.",
    link_expired: "Ссылка на оплату устарела. Вернитесь в приложение и начните снова.",
    link_reused: "С этим номером уже есть платёж с другими данными. Вернитесь в приложение и начните снова.",
    no_payment: "Такого платежа нет.",
    failed: "Банк сейчас не может ответить. Повторите.",
    nothing_charged: "Ничего не списано.",
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
        assert_eq!(Language::choose(None, Some("kk-KZ,ru;q=0.8,en;q=0.5")), Language::Kazakh);
        assert_eq!(Language::choose(Some("ru"), Some("kk")), Language::Russian);
        assert_eq!(Language::choose(Some("de"), Some("kk")), Language::English);
    }
}
