//! What the testbed does as a merchant: it is registered with a till, asks, and gives back.

use std::sync::Weak;

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::merchants::clerks::{REGISTER, TILL};
use mesto_protocol::merchants::tills::{ASK, RECEIVED, REFUND};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::cities::built_in;
use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on};
use crate::kernel::web;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/shop", post(shop)).with_state(testbed)
}

fn almaty() -> String {
    "almaty".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shop {
    #[serde(default = "almaty")]
    city: String,
    /// It asks for so much.
    asks: Option<String>,
    /// By this reference; left out, by the amount.
    reference: Option<String>,
    /// It gives so much of the last payment back, the same once.
    gives_back: Option<String>,
    /// Its till is closed.
    #[serde(default)]
    is_closed: bool,
}

/// Answers with the code of its till, or of the invoice that it asks by, as it is scanned and as it
/// is typed.
async fn shop(Standing(testbed): Standing<dyn Testbed>, Asked(shop): Asked<Shop>) -> Result<Response, Refused> {
    let testbed = testbed.as_ref();
    let built_in = built_in(&shop.city).map_err(|why| TestbedError::Failed(why.to_string()))?;
    let money = |amount: &str| json!({ "amount": amount, "currency": built_in.currency.code() });
    let names: Vec<Value> =
        built_in.languages.iter().map(|language| json!({ "language": language, "name": "Coffee" })).collect();
    let clerk = testbed.staff_of_its_own(Role::MerchantClerk).await?;
    let asked = json!({
        "city": shop.city, "names": names, "business_number": "123456789012", "category": "food",
        "contract": "17/2025", "contract_on": "2025-01-15", "commission_basis_points": 200,
    });
    let merchant = ask(testbed, &clerk, REGISTER.path, Some(&asked)).await?;
    let Some(id) = merchant.1.get("id").and_then(Value::as_str).filter(|_| merchant.0 == 200) else {
        return Ok(pass_on(merchant));
    };
    let asked = json!({ "merchant": id, "name": "Abay 10", "is_open": !shop.is_closed });
    let till = ask(testbed, &clerk, TILL.path, Some(&asked)).await?;
    let Some(till_id) = till.1.get("id").filter(|_| till.0 == 200) else { return Ok(pass_on(till)) };
    let device = testbed.device_of_its_own(Role::Merchant, &shop.city, id).await?;
    if let Some(amount) = &shop.gives_back {
        let received = RECEIVED.target(&[], &[("city", &shop.city), ("merchant", id), ("limit", "1")]);
        let received = ask(testbed, &device, &received, None).await?;
        let payment = received.1.pointer("/items/0/id").cloned().unwrap_or_default();
        let asked =
            json!({ "payment": payment, "amount": money(amount), "reference": amount, "reason": "by the testbed" });
        return Ok(pass_on(ask(testbed, &device, REFUND.path, Some(&asked)).await?));
    }
    let Some(amount) = &shop.asks else { return Ok(pass_on(till)) };
    let reference = shop.reference.as_ref().unwrap_or(amount);
    let asked = json!({ "till": till_id, "amount": money(amount), "reference": reference, "minutes": 15 });
    Ok(pass_on(ask(testbed, &device, ASK.path, Some(&asked)).await?))
}

async fn ask(
    testbed: &dyn Testbed,
    token: &str,
    target: &str,
    body: Option<&Value>,
) -> Result<(u16, Value), TestbedError> {
    let url = format!("{}{target}", testbed.operator_url());
    let client = web::client().map_err(TestbedError::Web)?;
    let request = match body {
        Some(body) => client.post(url).header("content-type", "application/json").body(body.to_string()),
        None => client.get(url),
    };
    answered(request.bearer_auth(token)).await
}
