//! Money: a decimal amount with its currency, always at the scale of ISO 4217. Never a float.

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Active currencies of ISO 4217 with no minor unit.
const NO_MINOR: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Active currencies of ISO 4217 with three decimals.
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Active currencies of ISO 4217 with two decimals.
const TWO_DECIMALS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD \
    NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// What is wrong with an amount or a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not an active code of ISO 4217.
    #[error("`{0}` is not a currency code of ISO 4217, write three capital letters such as RSD")]
    CurrencyUnknown(String),
    /// Text that is not a decimal number in the one way it is written.
    #[error(
        "`{0}` is not a decimal amount, write digits and at most one point as in 80.00 (no +, _, exponent or leading zero)"
    )]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("{amount} {currency} has a fraction of a minor unit; {currency} has {exponent} decimals")]
    Fraction { amount: Decimal, currency: Currency, exponent: u32 },
    /// Beyond what 64-bit minor units hold.
    #[error("the amount does not fit")]
    Overflow,
    /// Adding or subtracting amounts of two currencies.
    #[error("{0} and {1} cannot be added")]
    Mixed(Currency, Currency),
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// A currency from its code, `RSD`.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyUnknown`] for anything that is not an active code of ISO 4217.
    pub fn new(code: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::CurrencyUnknown(code.to_owned());
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| unknown())?;
        let listed = |list: &str| list.split_ascii_whitespace().any(|known| known == code);
        let exponent = if listed(TWO_DECIMALS) {
            2
        } else if listed(NO_MINOR) {
            0
        } else if listed(THREE_DECIMALS) {
            3
        } else {
            return Err(unknown());
        };
        Ok(Self { code: bytes, exponent })
    }

    /// The ISO 4217 code, `RSD`.
    #[must_use]
    pub fn code(&self) -> &str {
        // The constructor let only ASCII letters in.
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Decimals of the minor unit: RSD 2, KZT 2, EUR 2, JPY 0.
    #[must_use]
    pub const fn exponent(&self) -> u32 {
        self.exponent as u32
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::new(code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// An amount in a currency; may be negative. On the wire `{"amount": "80.00", "currency": "RSD"}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// At the scale of the currency.
    pub amount: Decimal,
    pub currency: Currency,
}

impl Money {
    /// An amount at the currency's scale.
    ///
    /// # Errors
    /// [`MoneyError::Fraction`] when `amount` has more decimals than the currency,
    /// [`MoneyError::Overflow`] when its minor units do not fit 64 bits.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount.is_zero() {
            // Never "-0.00".
            return Ok(Self::zero(currency));
        }
        if amount.scale() == currency.exponent() {
            let money = Self { amount, currency };
            money.minor()?;
            return Ok(money);
        }
        let mut scaled = amount;
        scaled.rescale(currency.exponent());
        if scaled != amount {
            // `rescale` also stops short of the scale when the digits do not fit.
            return Err(if amount.normalize().scale() > currency.exponent() {
                MoneyError::Fraction { amount, currency, exponent: currency.exponent() }
            } else {
                MoneyError::Overflow
            });
        }
        let money = Self { amount: scaled, currency };
        money.minor()?;
        Ok(money)
    }

    /// Reads `"80.00"`, written as [`exact`] says.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`], or as [`Money::new`].
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::new(exact(amount)?, currency)
    }

    /// An amount from minor units: 8000 in RSD is 80.00 RSD.
    #[must_use]
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { amount: Decimal::new(minor, currency.exponent()), currency }
    }

    /// The amount in minor units: 80.00 RSD is 8000.
    ///
    /// # Errors
    /// [`MoneyError::Fraction`] or [`MoneyError::Overflow`].
    pub fn minor(&self) -> Result<i64, MoneyError> {
        let exponent = self.currency.exponent();
        if self.amount.scale() == exponent {
            return i64::try_from(self.amount.mantissa()).map_err(|_| MoneyError::Overflow);
        }
        let exact = self.amount.normalize();
        if exact.scale() > exponent {
            return Err(MoneyError::Fraction { amount: self.amount, currency: self.currency, exponent });
        }
        let factor = 10_i128.checked_pow(exponent - exact.scale()).ok_or(MoneyError::Overflow)?;
        let minor = exact.mantissa().checked_mul(factor).ok_or(MoneyError::Overflow)?;
        i64::try_from(minor).map_err(|_| MoneyError::Overflow)
    }

    /// Nothing, in this currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    /// Whether the amount is nought.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::Overflow`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let sum = self.minor()?.checked_add(other.minor()?).ok_or(MoneyError::Overflow)?;
        Ok(Self::from_minor(sum, self.currency))
    }

    /// The difference; may be negative.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::Overflow`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let difference = self.minor()?.checked_sub(other.minor()?).ok_or(MoneyError::Overflow)?;
        Ok(Self::from_minor(difference, self.currency))
    }

    /// This amount `times` over: the price of so many units.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn checked_mul(&self, times: u32) -> Result<Self, MoneyError> {
        let product = self.minor()?.checked_mul(times.into()).ok_or(MoneyError::Overflow)?;
        Ok(Self::from_minor(product, self.currency))
    }

    /// What is left of the amount after a discount; a fraction of a minor unit falls to the payer.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when `percent` is above 100 or the amount does not fit.
    pub fn less_percent(&self, percent: u32) -> Result<Self, MoneyError> {
        let kept = 100_u32.checked_sub(percent).ok_or(MoneyError::Overflow)?;
        let minor = i128::from(self.minor()?) * i128::from(kept);
        let minor = i64::try_from(minor.div_euclid(100)).map_err(|_| MoneyError::Overflow)?;
        Ok(Self::from_minor(minor, self.currency))
    }

    fn same_currency(&self, other: &Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Mixed(self.currency, other.currency)) }
    }

    fn scaled(&self) -> Decimal {
        let mut scaled = self.amount;
        scaled.rescale(self.currency.exponent());
        scaled
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scaled(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A decimal number as it is written everywhere, on the wire, in a city's files and by a caller:
/// digits with at most one point between them, a `-` before a negative one, no leading zero but the
/// one before the point.
///
/// # Errors
/// [`MoneyError::NotANumber`] for any other text, and for more digits than a decimal holds.
pub fn exact(text: &str) -> Result<Decimal, MoneyError> {
    let wrong = || MoneyError::NotANumber(text.to_owned());
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) || !fraction.is_none_or(digits) {
        return Err(wrong());
    }
    Decimal::from_str_exact(text).map_err(|_| wrong())
}

/// Reads a list of numbers, each written as [`exact`] says.
pub(crate) fn exact_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Decimal>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| exact(text).map_err(D::Error::custom)).collect()
}

/// Money as it stands on the wire.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct MoneyOnWire {
    /// Decimal text with as many decimals as the currency has, `80.00`; never a JSON number. A
    /// debit has a minus sign.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^-?[0-9]+(\.[0-9]+)?$"))]
    amount: String,
    /// ISO 4217 code.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[A-Z]{3}$"))]
    currency: Currency,
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Money {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        MoneyOnWire::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Money {}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // An amount with a fraction of a minor unit must not leave the program looking like money.
        self.minor().map_err(S::Error::custom)?;
        MoneyOnWire { amount: self.scaled().to_string(), currency: self.currency }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = MoneyOnWire::deserialize(deserializer)?;
        Self::parse(&wire.amount, wire.currency).map_err(D::Error::custom)
    }
}
