//! What happens to devices and a server while people use them: cables are pulled, answers are lost, cut and doubled, apps
//! and the server are killed and come back, tokens run out.

use std::time::Duration;

use linli_testkit::{Garden, Resident};
use oorandom::Rand64;

use crate::view;

/// A server and devices, and the dice.
pub struct Weather {
    pub garden: Garden,
    pub devices: Vec<Resident>,
    pub random: Rand64,
}

impl Weather {
    /// A number below another.
    pub fn pick(&mut self, below: usize) -> usize {
        usize::try_from(self.random.rand_range(0..below as u64)).unwrap()
    }

    /// A device, by its place.
    pub fn any(&mut self) -> usize {
        self.pick(self.devices.len())
    }

    /// One of the things that happen.
    pub async fn change(&mut self) {
        match self.random.rand_range(0..11) {
            0..=2 => self.disturb(),
            3 => self.garden.server.proxy.be_faulty(self.random.rand_u64(), 300),
            4 => self.garden.server.proxy.break_all(),
            5..=6 => {
                let who = self.any();
                self.devices[who].restart().await;
            }
            7 => {
                let (who, point) = (self.any(), self.random.rand_range(0..40));
                self.devices[who].crash.arm(point);
            }
            8 => self.garden.server.restart().await,
            9 => self.garden.server.advance(Duration::from_secs(20 * 60)),
            _ => self.breathe().await,
        }
    }

    fn disturb(&mut self) {
        let (who, seed) = (self.any(), self.random.rand_u64());
        let device = &self.devices[who];
        match seed % 4 {
            0 => device.network.cut(),
            1 => device.network.mend(),
            _ => device.network.be_faulty(seed, 400),
        }
    }

    /// Opens what was struck dead meanwhile.
    pub async fn revive(&mut self) {
        for device in &mut self.devices {
            if device.crash.is_dead() {
                device.restart().await;
            }
        }
    }

    /// Lets things happen: until some device says something, or for a moment.
    async fn breathe(&mut self) {
        let who = self.any();
        let asked = self.devices[who].network.asked().len();
        let until = self.devices[who].until_unannounced("something is asked", async |device| {
            if device.network.asked().len() > asked { Ok(()) } else { Err(String::new()) }
        });
        let _ = tokio::time::timeout(Duration::from_millis(20), until).await;
    }

    /// The network heals, and every device sends what waits and has what the server's log has for it.
    pub async fn heal(&mut self) {
        self.garden.server.proxy.mend();
        for device in &mut self.devices {
            device.network.mend();
            device.crash.count_anew();
            if device.crash.is_dead() {
                device.restart().await;
            }
            device.sync_now().await;
        }
        // Twice: what the first wait still saw under way may have reached the others after they were seen.
        for _ in 0..2 {
            for device in &self.devices {
                view::until_level(&self.garden.server, device).await;
            }
        }
    }
}

/// How many schedules are asked for, and the world to begin with: `LINLI_SCHEDULES`, `LINLI_WORLD`.
pub fn asked(usual: u64) -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    (number("LINLI_SCHEDULES").unwrap_or(usual), number("LINLI_WORLD").unwrap_or(0))
}
