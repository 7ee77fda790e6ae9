//! Several operators in one phone: a client each, and what only somebody who knows them all can
//! see.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mesto_client::{Locale, NoReminders, OperatorName, Operators, Reminder, Reminders};

use crate::base::payments::PurchaseIntent;
use crate::kernel::client::{Client, ClientConfig, Handle, Phone, operator_name};
use crate::kernel::error::MestoError;
use crate::kernel::link::OperatorLink;
use crate::kernel::ports::OwnReminders;

/// What the operators of a phone have in common.
#[derive(Debug, Clone, uniffi::Record)]
pub struct OperatorsConfig {
    /// Where their files lie, two for each, named by its DNS name; it must exist.
    pub folder: String,
    /// The driver's language, BCP 47: Serbian, Kazakh and Russian, which their neighbours read;
    /// everybody else reads English.
    #[uniffi(default = "en")]
    pub locale: String,
    /// The app's version, such as `1.20.3`: one to three numbers, and what follows `-` or `+` does
    /// not count. The core's where absent.
    #[uniffi(default = None)]
    pub version: Option<String>,
    /// Where a bank's page leads back to; the app's own scheme where absent.
    #[uniffi(default = None)]
    pub return_url: Option<String>,
    /// As in `ClientConfig`, for each of them.
    #[uniffi(default = None)]
    pub request_timeout: Option<Duration>,
    /// As in `ClientConfig`, for each of them.
    #[uniffi(default = None)]
    pub connect_timeout: Option<Duration>,
    /// As in `ClientConfig`, for each of them.
    #[uniffi(default = 0)]
    pub read_retries: u32,
}

/// An operator as an app knows it beforehand.
#[derive(Debug, Clone, uniffi::Record)]
pub struct OperatorConfig {
    /// `https://host`, or `http://` on this machine itself.
    pub url: String,
    /// The Ed25519 key that signs the operator's key sets, pinned in the app: base64url without
    /// padding.
    pub root_key: String,
    /// Its DNS name; where absent, the host of its address.
    #[uniffi(default = None)]
    pub name: Option<String>,
}

/// An intent, and whose it is.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct OperatorIntent {
    /// The operator's DNS name.
    pub operator: String,
    pub intent: PurchaseIntent,
}

/// The operators of one phone. Each has a client of its own; of all their alarms the earliest 64
/// are set.
#[derive(uniffi::Object)]
pub struct OperatorSet {
    core: Operators,
    config: OperatorsConfig,
    /// Its alarms are those of the set.
    phone: Phone,
    locale: Locale,
}

#[uniffi::export]
impl OperatorSet {
    /// No operator yet. `phone` is shared by all of them; its `link` only by those that bring none
    /// of their own.
    #[uniffi::constructor(default(phone = None))]
    #[must_use]
    pub fn new(config: OperatorsConfig, phone: Option<Phone>) -> Arc<Self> {
        let mut phone = phone.unwrap_or_default();
        let reminders: Arc<dyn Reminders> = match phone.reminders.take() {
            Some(own) => Arc::new(OwnReminders(own)),
            None => Arc::new(NoReminders),
        };
        let locale = Locale::of(&config.locale);
        Arc::new(Self { core: Operators::new(reminders), config, phone, locale })
    }

    /// Opens the client of an operator. No request is made. `operator_open` when it is open
    /// already; `operators_share` when its device key is another one's.
    #[uniffi::method(default(link = None))]
    pub fn open(
        &self,
        operator: OperatorConfig,
        link: Option<Arc<dyn OperatorLink>>,
    ) -> Result<Arc<Client>, MestoError> {
        let name = operator_name(operator.name.as_deref(), &operator.url).map_err(|why| why.said_in(self.locale))?;
        let (path, widget) = Operators::files(Path::new(&self.config.folder), &name);
        let config = ClientConfig {
            path: path.to_string_lossy().into_owned(),
            operator_url: operator.url,
            root_key: operator.root_key,
            operator: Some(name.to_string()),
            locale: self.config.locale.clone(),
            version: self.config.version.clone(),
            return_url: self.config.return_url.clone(),
            widget_path: Some(widget.to_string_lossy().into_owned()),
            request_timeout: self.config.request_timeout,
            connect_timeout: self.config.connect_timeout,
            read_retries: self.config.read_retries,
        };
        let mut phone = self.phone.clone();
        phone.link = link.or(phone.link);
        Client::of(config, phone, |config, ports| self.core.open(config, ports))
    }

    /// The DNS names of those that are open.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.core.names().iter().map(ToString::to_string).collect()
    }

    /// Closes the client of an operator, as [`Client::shut_down`] does. Its alarms stay set,
    /// because its tickets go on. `false` when it was not open.
    #[must_use]
    pub fn shut_down(&self, name: String) -> bool {
        name.parse::<OperatorName>().is_ok_and(|name| self.core.close(&name))
    }

    /// Closes every client.
    pub fn shut_down_all(&self) {
        self.core.close_all();
    }

    /// The alarms of all operators, earliest first, at most 64.
    #[must_use]
    pub fn reminders(&self) -> Vec<Reminder> {
        self.core.reminders()
    }

    /// Gives the phone all alarms anew: after a reboot, and when its clock was changed.
    pub fn replan(&self) {
        self.core.replan();
    }

    /// What is not confirmed yet at any operator, oldest first.
    #[must_use]
    pub fn open_intents(&self) -> Vec<OperatorIntent> {
        let told = |open: mesto_client::OperatorIntent| {
            let core = self.core.client(&open.operator)?;
            let intent = PurchaseIntent::from_core(&Handle { core, locale: self.locale }, open.intent);
            Some(OperatorIntent { operator: open.operator.to_string(), intent })
        };
        self.core.open_intents().into_iter().filter_map(told).collect()
    }
}
