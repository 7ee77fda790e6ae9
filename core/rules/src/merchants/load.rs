//! The source file `merchants.toml`.

use crate::kernel::city::Texts;
use crate::kernel::fact::{Fact, Known};
use crate::kernel::load::{Amount, Compiler, FactSource};
use crate::merchants::section::{
    Fee, Limits, MerchantCategory, MerchantCategoryId, MerchantsSection, Organisation, Policy, Retention,
};
use serde::Deserialize;

const FILE: &str = "merchants.toml";

/// The files of this service.
pub(crate) const FILES: &[&str] = &[FILE];

#[derive(Deserialize)]
struct MerchantsSource {
    organisation: OrganisationSource,
    categories: Vec<MerchantCategorySource>,
    code_hosts: Vec<String>,
    fee: FactSource<FeeSource>,
    limits: LimitsSource,
    policy: Policy,
    retention: Retention,
}

#[derive(Deserialize)]
struct OrganisationSource {
    name: FactSource<String>,
    contract: FactSource<String>,
    contract_version: FactSource<String>,
}

#[derive(Deserialize)]
struct MerchantCategorySource {
    id: MerchantCategoryId,
    name: Texts,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeSource {
    basis_points: u32,
    least: Amount,
}

#[derive(Deserialize)]
struct LimitsSource {
    least: Amount,
    most: Amount,
    day_most: Amount,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<MerchantsSection> {
    if !compiler.has(FILE) {
        return None;
    }
    let source: MerchantsSource = compiler.read(FILE)?;
    let OrganisationSource { name, contract, contract_version } = source.organisation;
    let organisation = Organisation {
        name: compiler.fact(FILE, "organisation.name", name),
        contract: compiler.fact(FILE, "organisation.contract", contract),
        contract_version: compiler.fact(FILE, "organisation.contract_version", contract_version),
    };
    let fee = match compiler.fact(FILE, "fee", source.fee) {
        Fact::Unknown { note } => Fact::Unknown { note },
        Fact::Known(Known { value, certainty, source }) => match compiler.money(FILE, "fee.least", value.least) {
            Some(least) => {
                Fact::Known(Known { value: Fee { basis_points: value.basis_points, least }, certainty, source })
            }
            None => Fact::Unknown { note: "the value is wrong".to_owned() },
        },
    };
    let LimitsSource { least, most, day_most } = source.limits;
    let least = compiler.money(FILE, "limits.least", least);
    let most = compiler.money(FILE, "limits.most", most);
    let day_most = compiler.money(FILE, "limits.day_most", day_most);
    let category = |MerchantCategorySource { id, name }: MerchantCategorySource| MerchantCategory { id, name };
    Some(MerchantsSection {
        organisation,
        categories: source.categories.into_iter().map(category).collect(),
        code_hosts: source.code_hosts,
        fee,
        limits: Limits { least: least?, most: most?, day_most: day_most? },
        policy: source.policy,
        retention: source.retention,
    })
}
