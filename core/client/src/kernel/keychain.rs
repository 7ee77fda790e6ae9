//! The secrets of one operator among those of the phone: each has the operator's DNS name before
//! its own.

use mesto_protocol::kernel::operator_name::OperatorName;

use super::ports::{Ports, Secrets, SecretsError};

/// The phone's secrets as one operator's client sees them: `parking.example/session_token`. A DNS
/// name holds no `/`, so that no two operators meet.
pub struct Keychain<'p> {
    secrets: &'p dyn Secrets,
    operator: &'p OperatorName,
}

impl<'p> Keychain<'p> {
    pub fn of(ports: &'p Ports, operator: &'p OperatorName) -> Self {
        Self { secrets: ports.secrets.as_ref(), operator }
    }

    pub fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        self.secrets.get(&secret_name(self.operator, name))
    }

    pub fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.secrets.set(&secret_name(self.operator, name), value)
    }

    pub fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.secrets.remove(&secret_name(self.operator, name))
    }
}

/// What a secret of an operator is called in the phone.
#[must_use]
pub fn secret_name(operator: &OperatorName, name: &str) -> String {
    format!("{operator}/{name}")
}
