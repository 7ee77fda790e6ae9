//! Daily parking ticket orders (eDPK), issued by inspectors. Leans on parking for zones and their hours.

pub mod order;
