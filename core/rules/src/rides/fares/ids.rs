//! Ids of a feed: any text, as its publisher writes it. One type each, so that none is taken for
//! another.

/// Longest id, bytes.
const LONGEST: usize = 255;

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id of a feed has 1 to {LONGEST} bytes and no control characters")]
pub struct FeedIdError;

fn checked(text: &str) -> Result<String, FeedIdError> {
    let fits = (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(FeedIdError) }
}

macro_rules! feed_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// [`FeedIdError`] for an empty text, a long one and one with control characters.
            pub fn new(text: &str) -> Result<Self, FeedIdError> {
                checked(text).map(Self)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = FeedIdError;
            fn from_str(text: &str) -> Result<Self, FeedIdError> {
                Self::new(text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text: String = serde::Deserialize::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // So that a map by id is asked with a text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

feed_ids! {
    /// `stops.stop_id`
    StopId;
    /// `routes.route_id`; a route of the city is a [`RouteId`](crate::rides::RouteId).
    FeedRouteId;
    /// `areas.area_id`
    AreaId;
    /// `networks.network_id` or `routes.network_id`
    NetworkId;
    /// `calendar.service_id` or `calendar_dates.service_id`
    ServiceId;
    /// `timeframes.timeframe_group_id`
    TimeframeId;
    /// `rider_categories.rider_category_id`
    RiderCategoryId;
    /// `fare_media.fare_media_id`
    MediumId;
    /// `fare_products.fare_product_id`
    ProductId;
    /// `fare_leg_rules.leg_group_id`
    LegGroupId;
}
