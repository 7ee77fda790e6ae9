//! Codes that the phone shows to a camera.

use chrono::{DateTime, Utc};
use mesto_client::ShownCode;

mesto_client::shown_code_shown!();
