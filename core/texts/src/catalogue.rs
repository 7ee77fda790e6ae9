//! The files of texts, compiled in, and one text of them with its values.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use crate::locale::Locale;

/// The texts of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The service, as every crate calls its folder; `kernel` is of none.
    pub service: &'static str,
    pub locale: Locale,
    pub text: &'static str,
}

/// The files of services in every language, from a folder of this crate.
macro_rules! sources {
    ($folder:literal: $($service:literal)+) => {
        &[$(
            Source {
                service: $service,
                locale: Locale::En,
                text: include_str!(concat!("../", $folder, "en/", $service, ".ftl")),
            },
            Source {
                service: $service,
                locale: Locale::SrLatn,
                text: include_str!(concat!("../", $folder, "sr-Latn/", $service, ".ftl")),
            },
            Source {
                service: $service,
                locale: Locale::Kk,
                text: include_str!(concat!("../", $folder, "kk/", $service, ".ftl")),
            },
            Source {
                service: $service,
                locale: Locale::Ru,
                text: include_str!(concat!("../", $folder, "ru/", $service, ".ftl")),
            },
        )+]
    };
}

/// What an app shows. Ids begin with the service that they are of, errors with `error-`.
pub const APP: &[Source] = sources!("":
    "kernel" "cities" "operator_document" "sign_in" "accounts" "standing" "terms" "notices" "vehicles" "wallet" "payments"
    "parking" "orders" "garages" "passes" "rides" "cards" "control" "partners" "merchants"
);

/// What an operator sends to a person by SMS. No app holds these: what is named nowhere is not
/// linked.
pub const MESSAGES: &[Source] = sources!("messages/": "sign_in" "standing");

/// Texts by id, read when they are wanted first.
pub struct Catalogue {
    sources: &'static [Source],
    bundles: [OnceLock<Option<Bundle>>; Locale::ALL.len()],
}

type Bundle = FluentBundle<FluentResource>;

impl Catalogue {
    pub const fn of(sources: &'static [Source]) -> Self {
        Self { sources, bundles: [const { OnceLock::new() }; Locale::ALL.len()] }
    }

    fn bundle(&self, locale: Locale) -> Option<&Bundle> {
        self.bundles
            .get(locale.place())?
            .get_or_init(|| {
                let mut bundle = FluentBundle::new_concurrent(vec![locale.tag().parse().ok()?]);
                // Isolation marks are for mixed writing directions; here they would only garble SMS
                // bodies and screen readers.
                bundle.set_use_isolating(false);
                for source in self.sources.iter().filter(|source| source.locale == locale) {
                    // What can be read of a broken file is used; a test proves that the files are
                    // whole.
                    let resource = FluentResource::try_new(source.text.to_owned()).unwrap_or_else(|(part, _)| part);
                    bundle.add_resource_overriding(resource);
                }
                Some(bundle)
            })
            .as_ref()
    }

    /// One message or attribute; `None` when it is missing or a value it needs is.
    pub fn format(&self, locale: Locale, id: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> Option<String> {
        let bundle = self.bundle(locale)?;
        let message = bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}
