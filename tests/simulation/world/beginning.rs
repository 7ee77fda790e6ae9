//! Before the storm: phones that are signed in, each with a vehicle and money on its deposit.

use std::sync::atomic::Ordering;

use mesto_client::Client;
use mesto_protocol::kernel::grants::Role;

use super::{Faults, PLATES, World};
use crate::phone::{Outcome, Phone};

impl World {
    pub(super) fn set_up(&mut self) -> Result<(), Faults> {
        {
            let (operator, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
            let moment = self.moment();
            self.inspector = operator
                .create_staff(&**store, moment, &mesto_operator::RoleGiven::everywhere(Role::Inspector), "Mira")
                .map_err(|error| vec![error.to_string()])?;
        }
        self.open_garage()?;
        for index in 0..self.settings.phones {
            // Two phones share an account, and so a deposit.
            let number = format!("+38164123450{}", index / 2);
            let path = self.folder.path().join(format!("phone-{index}.db"));
            let mut phone = Phone::new(index, number, path, self.root_key, &self.air, &self.time, &mut self.random);
            phone.open(false).map_err(|error| vec![error.to_string()])?;
            self.phones.push(phone);
            self.sign_in(index)?;
        }
        self.verify()
    }

    pub(super) fn sign_in(&mut self, index: usize) -> Result<(), Faults> {
        let client = self.client(index).ok_or_else(|| vec!["no phone".to_owned()])?;
        let number = self.phones.get(index).map(|phone| phone.number.clone()).unwrap_or_default();
        // Two phones of one number ask one after the other: codes are not sent faster than every 30
        // seconds.
        self.time.fetch_add(60_000, Ordering::SeqCst);
        let (asker, to, city) = (client.clone(), number.clone(), self.city.id.clone());
        self.complete(index, async move {
            match async {
                asker.cities().refresh(&city).await?;
                asker.account().request_code(&to).await
            }
            .await
            {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            }
        })?;
        let code = {
            let (operator, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
            let sent = operator.messages_to(&**store, &number).map_err(|error| vec![error.to_string()])?;
            let code = sent.last().and_then(|message| message.code());
            code.ok_or_else(|| vec![format!("no code was sent to {number}")])?.to_owned()
        };
        let city = self.city.id.clone();
        let plate = PLATES.get(index % PLATES.len()).copied().unwrap_or("BG 789-PP");
        self.complete(index, async move {
            let signed_in = async {
                client.account().sign_in(&number, &code, "simulated").await?;
                client.sync().await?;
                if client.vehicles().list()?.len() < 2 {
                    client.vehicles().add(&city, plate, None).await?;
                }
                client.wallet().top_up(&city, 2_000.into()).await
            };
            signed_in.await.into()
        })
    }

    /// Runs one task to its end in fair weather.
    pub(super) fn complete(
        &mut self,
        index: usize,
        task: impl Future<Output = Outcome> + Send + 'static,
    ) -> Result<(), Faults> {
        if let Some(phone) = self.phones.get_mut(index) {
            phone.start(task);
        }
        for _ in 0..200 {
            self.time.fetch_add(200, Ordering::SeqCst);
            self.carry()?;
            if !self.phones.get(index).is_some_and(|phone| phone.is_busy(1)) {
                return Ok(());
            }
        }
        Err(vec![format!("phone {index} does not come to an end in fair weather")])
    }

    pub(super) fn client(&self, index: usize) -> Option<Client> {
        self.phones.get(index).and_then(|phone| phone.client.clone())
    }
}
