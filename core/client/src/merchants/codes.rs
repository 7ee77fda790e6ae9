//! What was scanned, read on the phone before anybody is asked (AV-31): deny by default, and
//! nothing of it is opened.

use std::sync::Arc;

use mesto_protocol::ProblemCode;
use mesto_rules::merchants::{CodeError, MerchantsSection, read_code};
use mesto_rules::{City, CityId, SectionError};

use super::Merchants;
use crate::kernel::error::{Error, ErrorKind, Result};

impl Merchants<'_> {
    /// Whether what was scanned is a code of a merchant of this city. Local: that the code is known
    /// and good is the operator's to say.
    ///
    /// # Errors
    /// `not_a_merchant_code` with its `host`, where it is a link, in plain letters;
    /// `merchant_code_of_another_city` with the `city` and, where this phone has it, its
    /// `city_name`; `merchant_code_unreadable`; `city_missing` and the like.
    pub fn check_code(self, city: &CityId, scanned: &str) -> Result<()> {
        let stored = self.0.city(city)?;
        let hosts = match stored.section::<MerchantsSection>() {
            Ok(merchants) => merchants.code_hosts.as_slice(),
            // Nothing is a code here.
            Err(SectionError::Missing { .. }) => &[],
            Err(why) => return Err(why.into()),
        };
        let Err(why) = read_code(scanned, city.as_str(), hosts) else { return Ok(()) };
        Err(self.of_city(scanned).unwrap_or_else(|| refused(&why)))
    }

    /// The refusal of a code that is of a stored city.
    fn of_city(self, scanned: &str) -> Option<Error> {
        let is_of = |city: &Arc<City>| {
            let merchants: Option<&MerchantsSection> = city.section().ok();
            merchants.is_some_and(|known| read_code(scanned, city.id.as_str(), &known.code_hosts).is_ok())
        };
        let city = self.0.stored_cities().into_iter().find(is_of)?;
        let name = city.name.get(self.0.config().locale.tag());
        Some(of_another_city(city.id.as_str()).with("city_name", name))
    }
}

fn of_another_city(city: &str) -> Error {
    let code = ProblemCode::MerchantCodeOfAnotherCity.as_str();
    Error::new(ErrorKind::Refused, code, format!("this code belongs to another city: {city}")).with("city", city)
}

fn refused(why: &CodeError) -> Error {
    let made = |code: ProblemCode| Error::new(ErrorKind::Refused, code.as_str(), why.to_string());
    match why {
        CodeError::NotAMerchantCode { host } => made(ProblemCode::NotAMerchantCode).with("host", host.clone()),
        CodeError::OtherCity { city } => of_another_city(city),
        CodeError::Unreadable => made(ProblemCode::MerchantCodeUnreadable),
    }
}
