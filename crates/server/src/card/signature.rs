//! Signatures of Stripe's webhooks: `t=SECONDS,v1=HEX[,v1=HEX…]`, HMAC-SHA256 of the time, a point and the body.

use hmac::{Hmac, KeyInit, Mac};
use linli_wire::Timestamp;
use sha2::Sha256;

use super::provider::NotBelieved;

/// How far the time of a signature may be from ours. A server whose clock is further off believes no webhook; its jobs
/// ask the provider all the same, so that payments are booked later and not never.
const TOLERANCE_MS: i64 = 5 * 60 * 1000;
/// Longest header that is read, and most signatures in it: several stand there while a secret is exchanged.
const MAX_HEADER: usize = 2048;

/// Believes what somebody signed who has the secret, about now.
///
/// # Errors
/// Why it is not believed.
pub(super) fn check(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), NotBelieved> {
    if header.len() > MAX_HEADER {
        return Err(NotBelieved::Signature);
    }
    let mut time = None;
    let mut signatures = Vec::new();
    for (name, value) in header.split(',').filter_map(|part| part.split_once('=')) {
        match name.trim() {
            "t" => time = Some(value.trim()),
            "v1" => signatures.extend(bytes(value.trim())),
            _ => {}
        }
    }
    let time = time.ok_or(NotBelieved::Signature)?;
    let mac = mac(secret, time, body).ok_or(NotBelieved::Signature)?;
    // Compared in constant time.
    if !signatures.iter().any(|given| mac.clone().verify_slice(given).is_ok()) {
        return Err(NotBelieved::Signature);
    }
    let at = time.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000));
    let away = at.and_then(|at| at.checked_sub(now.0)).ok_or(NotBelieved::Time)?;
    if away.unsigned_abs() > TOLERANCE_MS.unsigned_abs() { Err(NotBelieved::Time) } else { Ok(()) }
}

fn mac(secret: &str, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// 64 hexadecimal digits as bytes.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A signature, as the provider makes it: for tests.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) fn sign(secret: &str, body: &[u8], seconds: i64) -> String {
    let made = mac(secret, &seconds.to_string(), body).unwrap().finalize().into_bytes();
    let hex: String = made.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);
    const SECONDS: i64 = 1_790_000_000;

    #[test]
    fn what_is_signed_now_is_believed_and_nothing_else() {
        let body = b"{}";
        let good = sign("secret", body, SECONDS);
        assert_eq!(check("secret", &good, body, NOW), Ok(()));
        assert_eq!(check("other", &good, body, NOW), Err(NotBelieved::Signature));
        assert_eq!(check("secret", &good, b"{ }", NOW), Err(NotBelieved::Signature));
        let elsewhen = good.replace(&format!("t={SECONDS}"), "t=1790000001");
        assert_eq!(check("secret", &elsewhen, body, NOW), Err(NotBelieved::Signature));
        for rubbish in
            ["", "t=", "t=1790000000", "v1=00", "t=x,v1=y", "t=1790000000,v1=é", &good.replace("v1", "v0")]
        {
            assert_eq!(check("secret", rubbish, body, NOW), Err(NotBelieved::Signature), "{rubbish}");
        }
    }

    #[test]
    fn one_good_signature_among_several_is_enough() {
        let (old, new) = (sign("old", b"x", SECONDS), sign("new", b"x", SECONDS));
        let both = format!("{old},{}", new.split_once(',').unwrap().1);
        assert_eq!(check("new", &both, b"x", NOW), Ok(()));
        assert_eq!(check("old", &both, b"x", NOW), Ok(()));
        assert_eq!(check("third", &both, b"x", NOW), Err(NotBelieved::Signature));
    }

    #[test]
    fn five_minutes_are_let_pass_either_way() {
        for (away, believed) in [(299, true), (300, true), (301, false), (-300, true), (-301, false)] {
            let signed = sign("secret", b"x", SECONDS + away);
            assert_eq!(check("secret", &signed, b"x", NOW).is_ok(), believed, "{away}");
        }
        let far = sign("secret", b"x", i64::MAX);
        assert_eq!(check("secret", &far, b"x", NOW), Err(NotBelieved::Time));
    }
}
