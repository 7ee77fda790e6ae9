//! Feeds that are odd and right, and feeds that are wrong.
