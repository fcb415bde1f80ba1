//! `linli-server remove`

use clap::Args;
use linli_wire::id::{CommunityId, PersonId};

use super::{Exit, Failure, open, print, resolve};
use crate::{
    Error,
    community::{self, Left},
    config::{FileOption, Options, StorageOptions},
    db::Tx,
    params,
};

#[derive(Args, Debug)]
pub(super) struct Remove {
    /// Whom, by the office's code such as P-0001; may be given several times.
    #[arg(long, value_name = "CODE", required = true)]
    person: Vec<String>,
    /// Only end their devices and letters, and keep the person: when a telephone was lost.
    #[arg(long)]
    devices_only: bool,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    file: FileOption,
}

impl Remove {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = resolve(Options { file: self.file, storage: self.storage, ..Options::default() })?;
        let db = open(&config.storage).await?;
        let devices_only = self.devices_only;
        // All of them or none: a code that is misspelt stops it before anything happens.
        let done = db.write(move |tx| remove(tx, &self.person, devices_only)).await?;
        let lines = done.map_err(|message| Failure::new(Exit::Usage, message))?;
        print(&lines)
    }
}

fn remove(tx: &mut Tx<'_>, codes: &[String], devices_only: bool) -> Result<Result<String, String>, Error> {
    let mut found: Vec<(&str, CommunityId, PersonId)> = Vec::new();
    for code in codes {
        let rows = tx.query("SELECT community_id, id FROM person WHERE code = $1", params![code.as_str()])?;
        match rows.as_slice() {
            [row] => found.push((code, row.get(0)?, row.get(1)?)),
            [] => return Ok(Err(format!("There is no person {code}. Codes are those of people.csv."))),
            _ => return Ok(Err(format!("There are several people {code}, in different communities."))),
        }
    }
    let mut said = String::new();
    for (code, community, id) in found {
        said.push_str(&if devices_only {
            let count = community::lock_out(tx, community, id, "operator")?;
            let devices = if count == 1 { "1 device".to_owned() } else { format!("{count} devices") };
            format!("{code}: {devices} and all open letters ended. They need a new letter.\n")
        } else if community::leave(tx, community, id, "operator")? == Left::Now {
            format!(
                "{code}: removed. Their devices and letters ended; what they wrote stays under their name.\n"
            )
        } else {
            format!("{code}: was removed before.\n")
        });
    }
    Ok(Ok(said))
}
