//! A device without a cache, which asks the server itself.

use anyhow::{Context, Result, ensure};
use linli_wire::{
    Timestamp,
    id::OpId,
    ops::{Op, OpsReply, OpsRequest, Outcome},
};

use crate::world::World;

/// Signed in.
pub struct Session {
    http: reqwest::Client,
    /// Its access token.
    pub access: String,
}

impl Session {
    /// Joins as the first person with this role.
    pub async fn open(world: &World, role: &'static str) -> Result<Self> {
        Self::open_another(world, role, 0).await
    }

    /// Joins as the person with this role who stands behind `skip` others.
    pub async fn open_another(world: &World, role: &'static str, skip: u16) -> Result<Self> {
        let link = world.invite(role, i64::from(skip)).await?;
        let link = linli_wire::join::JoinLink::read(&link).context("link")?;
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
        let request = linli_wire::join::JoinRequest {
            op_id: OpId::new(Timestamp(1 + i64::from(skip)), [1; 10]),
            code: link.code,
            device_name: "bench".into(),
            device_key: linli_core::session::public_key(&[3; 32]),
            protocol: linli_wire::community::PROTOCOL,
        };
        let body = serde_json::to_vec(&request)?;
        let answer = http
            .post(format!("{}/v1/join", world.url))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await?;
        ensure!(answer.status().is_success(), "join: {}", answer.text().await?);
        let reply: linli_wire::join::JoinReply = serde_json::from_slice(&answer.bytes().await?)?;
        Ok(Self { http, access: reply.tokens.access })
    }

    /// Sends operations, all of which must be done.
    pub async fn send(&self, world: &World, ops: Vec<Op>) -> Result<()> {
        self.send_to(&world.url, ops).await
    }

    /// As [`Session::send`], to the same server at another address.
    pub async fn send_to(&self, url: &str, ops: Vec<Op>) -> Result<()> {
        let answer = self
            .http
            .post(format!("{url}/v1/ops"))
            .bearer_auth(&self.access)
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&OpsRequest { ops })?)
            .send()
            .await?;
        let reply: OpsReply = serde_json::from_slice(&answer.bytes().await?)?;
        ensure!(reply.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done { .. })), "{reply:?}");
        Ok(())
    }

    /// The body at an address.
    pub async fn get(&self, world: &World, path: &str) -> Result<Vec<u8>> {
        let answer = self.http.get(format!("{}{path}", world.url)).bearer_auth(&self.access).send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.text().await?);
        Ok(answer.bytes().await?.to_vec())
    }
}
