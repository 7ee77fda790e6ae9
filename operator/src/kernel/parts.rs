//! What base services and services were given when the operator was set up: one value of a type
//! each, such as the way to a bank.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use crate::kernel::store::StoreError;

/// Values by their type.
#[derive(Default)]
pub(crate) struct Parts(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Parts {
    /// With one more; another of its type is replaced.
    pub fn with<T: Any + Send + Sync>(mut self, part: T) -> Self {
        self.0.insert(TypeId::of::<T>(), Box::new(part));
        self
    }

    /// # Errors
    /// When the operator was set up without it.
    pub fn get<T: Any + Send + Sync>(&self) -> Result<&T, StoreError> {
        let found = self.0.get(&TypeId::of::<T>()).and_then(|part| part.downcast_ref());
        found.ok_or_else(|| StoreError::Broken(format!("the operator has no {}", std::any::type_name::<T>())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_type_and_a_missing_one_is_named() {
        let parts = Parts::default().with(7_u8).with("x");
        assert_eq!(parts.get::<u8>(), Ok(&7));
        assert!(parts.get::<u16>().is_err_and(|error| error.to_string().contains("u16")));
    }
}
