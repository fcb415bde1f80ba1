//! Sunshine Garden: a server, the wire, and the people on it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use linli_core::ports::Network;
use linli_host::network::RealNetwork;
use linli_wire::command::{DeviceAdd, Empty};

use crate::{Engine, Pace, Resident, Setup, TestServer, people::Person};

/// The community in a test.
pub struct Garden {
    /// Its server.
    pub server: TestServer,
    network: Arc<dyn Network>,
    seed: u64,
    devices: AtomicU64,
}

impl Garden {
    /// Starts the server; everything that is left to chance follows from `seed`.
    pub async fn start(engine: Engine, seed: u64) -> Self {
        Self {
            server: TestServer::start(engine).await,
            network: real_network(),
            seed,
            devices: AtomicU64::new(0),
        }
    }

    /// A device with an empty folder, started, with nobody on it.
    pub async fn device(&self, name: &str) -> Resident {
        let mut device = self.device_at(name, Pace::Quick);
        device.start().await;
        device
    }

    /// A device whose timers run at `pace`, not started.
    pub fn device_at(&self, name: &str, pace: Pace) -> Resident {
        let number = self.devices.fetch_add(1, Ordering::Relaxed);
        Resident::new(Setup {
            name: name.to_owned(),
            seed: self.seed.wrapping_mul(1_000_003).wrapping_add(number),
            pace,
            network: self.network.clone(),
            keeps: true,
        })
    }

    /// Somebody opens their letter on a new device, and everything of theirs arrives.
    pub async fn join(&self, person: Person) -> Resident {
        let device = self.device(person.name).await;
        device.join(&self.server.invite(person).await).await;
        device
    }

    /// The same person adds one more device, with a code from the first.
    pub async fn another_device_of(&self, first: &Resident) -> Resident {
        let code = first.get::<DeviceAdd>(Empty {}).await;
        let device = self.device(&format!("{}'s other device", first.name)).await;
        device.join(&code.link.link).await;
        device
    }
}

/// The network as the app has it: sockets, without faults.
pub fn real_network() -> Arc<dyn Network> {
    Arc::new(RealNetwork::default())
}
