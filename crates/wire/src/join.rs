//! Joining: from the office's letter to a device that speaks for a person.
//!
//! An invitation has two spellings of the same right: a secret of 130 bits inside the link and its
//! QR, and a short code that can be typed. The server tells them apart by their length.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Language, Timestamp,
    community::Role,
    id::{InvitationId, OpId, PersonId},
    session::{Membership, Tokens},
};

/// Letters and digits that cannot be mistaken for one another: no 0 O, 1 I L, no U (read as V).
pub const CODE_ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Length of the short code; 30^8 is 39 bits, and tries are limited.
pub const SHORT_CODE: usize = 8;
/// Length of the secret in a link; 30^26 is 127 bits.
pub const LINK_SECRET: usize = 26;

/// A short code or link secret, brought into its one spelling.
///
/// Spaces, dashes and lower case are forgiven; letters outside the alphabet are not guessed at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct JoinCode(String);

impl JoinCode {
    /// Reads a code as typed.
    pub fn read(typed: &str) -> Option<Self> {
        let code: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '·'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let known = code.bytes().all(|b| CODE_ALPHABET.contains(&b));
        (known && matches!(code.len(), SHORT_CODE | LINK_SECRET)).then_some(Self(code))
    }

    /// A code of `length` letters from random bytes; bytes beyond the last full turn of the
    /// alphabet are skipped, so that every letter is equally likely. None if bytes ran out.
    pub fn from_random(length: usize, random: &[u8]) -> Option<Self> {
        let code: String = random
            .iter()
            .filter(|byte| **byte < 240)
            .filter_map(|byte| CODE_ALPHABET.get(usize::from(*byte % 30)))
            .take(length)
            .map(|byte| char::from(*byte))
            .collect();
        (code.len() == length).then_some(Self(code))
    }

    /// The code without dashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the kind that is typed.
    pub fn is_short(&self) -> bool {
        self.0.len() == SHORT_CODE
    }
}

impl fmt::Display for JoinCode {
    /// Groups of four: `K7QP-3MXR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinCode(…)")
    }
}

impl TryFrom<String> for JoinCode {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or("not a join code")
    }
}

impl From<JoinCode> for String {
    fn from(code: JoinCode) -> Self {
        code.0
    }
}

/// Where to join and with what: the content of `linli://join?server=…&code=…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinLink {
    /// Address of the server: `https://host[:port]`, or `http://` on loopback.
    pub server: String,
    /// Secret or short code.
    pub code: JoinCode,
}

impl JoinLink {
    /// Reads a link from pasted text, wherever it stands in it.
    pub fn read(text: &str) -> Option<Self> {
        let start = text.find("linli://join?").or_else(|| text.find("linli:join?"))?;
        let query = text.get(start..)?.split_once('?')?.1;
        let query = query.split(|c: char| c.is_whitespace() || c == '>' || c == '"').next()?;
        let mut server = None;
        let mut code = None;
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=')?;
            match key {
                "server" => server = server_address(&percent_decode(value)?),
                "code" => code = JoinCode::read(&percent_decode(value)?),
                _ => {}
            }
        }
        Some(Self { server: server?, code: code? })
    }
}

impl fmt::Display for JoinLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("linli://join?server=")?;
        for byte in self.server.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                write!(f, "{}", char::from(byte))?
            } else {
                write!(f, "%{byte:02X}")?
            }
        }
        write!(f, "&code={}", self.code.as_str())
    }
}

/// A server's address as typed, brought into the form `scheme://host[:port]`.
///
/// Without a scheme `https` is meant. Plain `http` is taken for loopback only, so that no token
/// ever crosses a network in clear.
pub fn server_address(typed: &str) -> Option<String> {
    let typed = typed.trim().trim_end_matches('/');
    let (scheme, rest) = match typed.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), typed),
    };
    let host = rest.to_ascii_lowercase();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port.parse::<u16>().ok()?)),
        _ => (host.as_str(), None),
    };
    let is_name = !name.is_empty()
        && !name.starts_with(['.', '-'])
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'[' | b']' | b':'));
    let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let fits = is_name && (scheme == "https" || (scheme == "http" && loopback));
    fits.then(|| match port {
        Some(port) => format!("{scheme}://{name}:{port}"),
        None => format!("{scheme}://{name}"),
    })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let pair = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// `POST /v1/join`. Repeating it with the same `op_id`, code and key gives the same tokens for ten
/// minutes, so that a lost answer does not use up a letter.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinRequest {
    /// Made and stored by the client before it asks.
    pub op_id: OpId,
    /// From the letter, or from another device of the person.
    pub code: JoinCode,
    /// Name of the device for "My devices", 1 to 60 characters.
    pub device_name: String,
    /// Ed25519 public key of the device, base64url without padding.
    pub device_key: String,
    /// Protocol version of the app.
    pub protocol: u32,
}

/// The answer to joining.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinReply {
    /// Who this device now speaks for.
    pub membership: Membership,
    /// Its tokens.
    pub tokens: Tokens,
}

/// `POST /v1/invitations`: the office invites a person. Earlier open invitations of theirs end.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteRequest {
    /// Whom.
    pub person_id: PersonId,
}

/// An invitation as it is shown once, to be printed. The server keeps only hashes of its codes.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The invitation.
    pub id: InvitationId,
    /// For whom.
    pub person_id: PersonId,
    /// `linli://join?…`.
    pub link: String,
    /// Address to type beside the code.
    pub server: String,
    /// The code to type, in groups of four.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What became of a person's newest invitation: an entity of the staff scope, without secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationStatus {
    /// The invitation.
    pub id: InvitationId,
    /// For whom.
    pub person_id: PersonId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// When a newer one or the office ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

// What the face asks of the core.

/// What stands on the letter, as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum JoinWith {
    /// A link, pasted, scanned or opened.
    Link {
        /// The text that holds it.
        text: String,
    },
    /// Address and code.
    Code {
        /// Address of the server, as typed.
        server: String,
        /// The code, as typed.
        code: String,
    },
}

/// A QR code as a drawing: one SVG path in a square of `size` units, quiet zone included.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Qr {
    /// Edge in units.
    pub size: u16,
    /// Path of the dark modules.
    pub path: String,
    /// The text it holds.
    pub text: String,
}

/// An invitation ready to print.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Letter {
    /// The invitation.
    pub invitation: Invitation,
    /// Its link as a QR code.
    pub qr: Qr,
    /// Full name of the person.
    pub name: String,
    /// Units such as `3-1201`.
    pub home: Vec<String>,
    /// Their role.
    pub role: Role,
    /// Language of the letter.
    pub language: Language,
}

#[cfg(test)]
mod tests;
