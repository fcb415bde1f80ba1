//! Joining a community, and leaving it.

use std::sync::Arc;

use linli_wire::{
    Code, WireError,
    command::Me,
    community::{PROTOCOL, ServerInfo},
    id::{AccountId, OpId},
    join::{JoinCode, JoinLink, JoinReply, JoinRequest, JoinWith, server_address},
};
use zeroize::Zeroizing;

use crate::{
    account::{Account, authorised},
    api::Api,
    app::Core,
    community, device,
    error::{Error, Result, internal},
    session, sync,
};

/// Joins with what stands on the letter, and waits until the person's own data is here.
///
/// # Errors
/// `invalid_input` for a link, address or code that cannot be right; the server's refusals;
/// `server_unreachable`, `not_linli_server`, `app_too_old`, `server_too_old`.
pub(crate) async fn join(core: &Core, with: JoinWith) -> Result<Me> {
    let JoinLink { server, code } = read(with)?;
    let opened = core.opened()?;
    let before = device::joined_with(&opened.device, &server, &code)?;
    // Not one that the server ended: its letter is asked about again.
    if let Some(id) = before.filter(|id| opened.accounts.iter().any(|account| account.id == *id)) {
        core.switch_to(id)?;
        core.forget_link();
        let account = core.account()?;
        // The app may have ended between joining and the first pages.
        if account.cache.read(community::me_whole)?.is_none() {
            first_pages(&account).await?;
        }
        return me(&account);
    }
    let api = Api { network: &*core.ports.network, server: &server, token: None };
    greet(&api).await?;
    let system = &*core.ports.system;
    let mut fresh_key = Zeroizing::new([0; 32]);
    system.random(&mut *fresh_key);
    let mut random = [0; 10];
    system.random(&mut random);
    let fresh = (OpId::new(system.now(), random), &*fresh_key);
    // Kept before asking: an answer lost on the way, or a crash, is asked for again and is the same.
    let (op_id, device_key) = device::begin_joining(&opened.device, &server, &code, fresh)?;
    let request = JoinRequest {
        op_id,
        code: code.clone(),
        device_name: core.ports.device_name.clone(),
        device_key: session::public_key(&device_key),
        protocol: PROTOCOL,
    };
    let reply: JoinReply = match api.post("/v1/join", &request).await {
        Ok(reply) => reply,
        Err(error) => {
            if matches!(
                error.code(),
                Code::InvitationUnknown | Code::InvitationUsed | Code::InvitationExpired
            ) {
                device::end_joining(&opened.device, &server, &code)?;
            }
            return Err(error);
        }
    };
    // Named after the joining, so that one that is taken up again after a crash finds its own file.
    let account = core.open_account(&opened, AccountId(op_id.0))?;
    session::begin(&account.cache, &server, &reply.membership, &device_key, &reply.tokens)?;
    device::add_account(&opened.device, account.id, &server, &code, system.now())?;
    core.take_up_kept(&opened, &account);
    // The first pages bring the person and the community; if the network ends here, the account
    // is there all the same and fills up later.
    let first = first_pages(&account).await;
    core.forget_link();
    core.add_account(account.clone());
    first?;
    me(&account)
}

/// Signs this device out, as far as the network goes, and deletes what it kept.
///
/// # Errors
/// Trouble of the cache. A server that cannot be told is left to expire the session.
pub(crate) async fn leave(core: &Core, id: AccountId) -> Result<()> {
    let opened = core.opened()?;
    let Some(account) = opened.accounts.iter().find(|account| account.id == id) else { return Ok(()) };
    // First, so that the end of the stream does not look like being signed out by somebody else.
    account.leave();
    let told: Result<()> = authorised!(account, |api| api.act("DELETE", "/v1/session"));
    drop(told);
    if core.forget_account(id)? == 0 {
        core.set_stage(linli_wire::command::Stage::Welcome);
    }
    Ok(())
}

fn read(with: JoinWith) -> Result<JoinLink> {
    match with {
        JoinWith::Link { text } => {
            JoinLink::read(&text).ok_or_else(|| WireError::invalid("link", "no join link in it").into())
        }
        JoinWith::Code { server, code } => Ok(JoinLink {
            server: server_address(&server).ok_or_else(|| WireError::invalid("server", "not an address"))?,
            code: JoinCode::read(&code).ok_or_else(|| WireError::invalid("code", "not a code"))?,
        }),
    }
}

/// Is a Linli server there, and do we speak the same protocol?
async fn greet(api: &Api<'_>) -> Result<()> {
    let info: ServerInfo = api.get("/v1/community").await.map_err(|error| match error.code() {
        // Whatever answers here without knowing the question is something else.
        Code::NotFound => Error::new(Code::NotLinliServer, "no /v1/community"),
        _ => error,
    })?;
    if info.server != "linli" {
        return Err(Error::new(Code::NotLinliServer, "another server"));
    }
    if info.oldest_protocol > PROTOCOL {
        return Err(Error::new(Code::AppTooOld, format!("server needs {}", info.oldest_protocol)));
    }
    if info.protocol < PROTOCOL {
        return Err(Error::new(Code::ServerTooOld, format!("server speaks {}", info.protocol)));
    }
    Ok(())
}

async fn first_pages(account: &Arc<Account>) -> Result<()> {
    loop {
        let cursor = sync::progress(&account.cache)?.cursor;
        let page = account.page_behind(&cursor).await?;
        let applied = sync::apply(&account.cache, &page, account.ports.system.now())?;
        if applied.level || account.cache.read(community::me_whole)?.is_some() {
            return Ok(());
        }
    }
}

fn me(account: &Account) -> Result<Me> {
    account.cache.read(community::me_whole)?.ok_or_else(|| internal("the server sent no person"))
}
