//! What the operator does, by subject.

mod parking;
