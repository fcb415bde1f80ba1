//! The pay page: the one page that this server shows by itself. It names amount and payee, holds the provider's own fields
//! for the card, and tells one of three outcomes: paid, not paid, being checked.
//!
//! Its address holds a secret that works for a day and opens nothing but this page. The page has no inline script or
//! style, and loads from nowhere but here and the provider ([`policy`]).

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use linli_wire::{
    Language,
    id::{CommunityId, PaymentId, PersonId},
    payments::PaymentState,
};
use uuid::Uuid;

use super::{
    here, look,
    provider::{Page, Stands},
    settle::Looked,
    words::Words,
};
use crate::{App, Error, auth, bank::amount::decimal, community, db::Tx, letter::escape, params};

/// The page's script.
pub(crate) const SCRIPT: &str = include_str!("page/page.js");
/// The page's style: the face's values, and what is the page's own.
pub(crate) const STYLE: &str =
    concat!(include_str!("../../../../src-ui/styles/tokens.css"), include_str!("page/page.css"));

/// What the page says of a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// The payer has something to do.
    Open,
    /// The money is there.
    Paid,
    /// Nothing was paid; another card may be tried.
    Declined,
    /// Nothing was paid, and nothing can come any more.
    Ended,
    /// Nobody knows yet.
    Checking,
}

impl Outcome {
    fn of(looked: &Looked) -> Self {
        match (looked.payment.state, looked.intent.as_ref().map(|intent| intent.stands)) {
            (PaymentState::Paid | PaymentState::GivenBack, _) => Self::Paid,
            (PaymentState::Checking, _) | (_, Some(Stands::Processing | Stands::Paid)) => Self::Checking,
            (_, Some(Stands::Open)) => Self::Open,
            (_, Some(Stands::Declined)) => Self::Declined,
            (_, Some(Stands::Cancelled) | None) => Self::Ended,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::Ended => "ended",
            Self::Checking => "checking",
        }
    }
}

/// A link that works: which payment, and for whom.
struct Link {
    community: CommunityId,
    payment: PaymentId,
    payee: Payee,
}

/// Who is paid, and how the payer likes to read.
struct Payee {
    name: String,
    language: Language,
    simple: bool,
}

/// The payment of a link. The page speaks as the app did that began it; else as the browser does, as far as the page can;
/// else as the payer set it.
fn link(tx: &mut Tx<'_>, secret: Uuid, browser: Option<&Language>) -> Result<Link, Error> {
    let hash = auth::hashed(&secret.to_string());
    let now = tx.now();
    let sql = "SELECT card.community_id, card.payment_id, payment.person_id, card.language FROM card_payment AS card
         JOIN payment ON payment.community_id = card.community_id AND payment.id = card.payment_id
         WHERE card.link_hash = $1 AND card.link_expires_at > $2";
    let row = tx.query_opt(sql, params![&hash, now])?.ok_or_else(Error::not_found)?;
    let (community, payment): (CommunityId, PaymentId) = (row.get(0)?, row.get(1)?);
    let of = community::get(tx, community)?.ok_or_else(Error::not_found)?;
    let payer: Option<PersonId> = row.get(2)?;
    let sql = "SELECT language, simple FROM person WHERE community_id = $1 AND id = $2";
    let payer = tx.query_opt(sql, params![community, payer])?;
    let (language, simple) = match payer {
        Some(payer) => (payer.get(0)?, payer.get(1)?),
        None => (Language::en(), false),
    };
    let language = row.get::<Option<Language>>(3)?.or_else(|| browser.cloned()).unwrap_or(language);
    let name = of.name.in_language(&language).to_owned();
    Ok(Link { community, payment, payee: Payee { name, language, simple } })
}

/// The first language of a browser's `Accept-Language` that the page speaks.
fn of_browser(accepted: &str) -> Option<Language> {
    accepted.split(',').find_map(|one| {
        let tag = one.split(';').next()?.trim().split('-').next()?.to_ascii_lowercase();
        ["en", "zh"].contains(&tag.as_str()).then(|| tag.parse().ok()).flatten()
    })
}

/// The page of a link, to a browser that accepts these languages.
///
/// # Errors
/// The database's. What else can go wrong is a page, too.
pub(crate) async fn show(app: &App, secret: Option<Uuid>, accepted: &str) -> Result<Response, Error> {
    let browser = of_browser(accepted);
    let found = match secret {
        Some(secret) if app.card.is_some() => app.db.read(move |tx| link(tx, secret, browser.as_ref())).await,
        _ => Err(Error::not_found()),
    };
    let link = match found {
        Ok(link) => link,
        Err(error) if error.code() == linli_wire::Code::NotFound => {
            return html(StatusCode::NOT_FOUND, None, &no_link());
        }
        Err(error) => return Err(error),
    };
    let provider = here(app)?;
    match look(app, link.community, link.payment).await {
        Ok(looked) => {
            html(StatusCode::OK, Some(provider.page()), &pay(provider.page(), &link.payee, &looked))
        }
        Err(error) if error.code() == linli_wire::Code::ServerUnreachable => {
            html(StatusCode::SERVICE_UNAVAILABLE, None, &unreachable(&link.payee))
        }
        Err(error) => Err(error),
    }
}

/// How the payment of a link stands, by the provider, as JSON: for the page's script.
///
/// # Errors
/// `not_found` for a link that does not work; `server_unreachable`; the database's.
pub(crate) async fn state(app: &App, secret: Option<Uuid>) -> Result<String, Error> {
    here(app)?;
    let secret = secret.ok_or_else(Error::not_found)?;
    let link = app.db.read(move |tx| link(tx, secret, None)).await?;
    let looked = look(app, link.community, link.payment).await?;
    Ok(format!("{{\"state\":\"{}\"}}", Outcome::of(&looked).as_str()))
}

/// Whence the page may load: from here, and what the provider needs.
fn policy(page: Option<&Page>) -> String {
    let mut policy =
        String::from("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    for (directive, own) in
        [("script-src", "'self'"), ("style-src", "'self'"), ("connect-src", "'self'"), ("frame-src", "")]
    {
        let more = page.into_iter().flat_map(|page| &page.policy).filter(|(name, _)| *name == directive);
        let mut origins: Vec<&str> = more.map(|(_, origin)| origin.as_str()).collect();
        origins.retain(|origin| !origin.is_empty());
        if !own.is_empty() || !origins.is_empty() {
            policy.push_str("; ");
            policy.push_str(directive);
            for origin in std::iter::once(own).chain(origins).filter(|origin| !origin.is_empty()) {
                policy.push(' ');
                policy.push_str(origin);
            }
        }
    }
    policy
}

fn html(status: StatusCode, page: Option<&Page>, text: &str) -> Result<Response, Error> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    let policy = HeaderValue::from_str(&policy(page))
        .map_err(|_| Error::refused(linli_wire::Code::Internal, "the policy of the pay page is no header"))?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    // The address is a secret, and no other site's business.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    Ok(response)
}

/// The frame of every page.
fn frame(language: &Language, simple: bool, scripts: &str, main: &str) -> String {
    let words = Words::of(language);
    let mode = if simple { " data-mode=\"simple\"" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"{language}\"{mode}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/pay/page.css\">\n{scripts}</head>\n<body>\n{main}</body>\n</html>\n",
        title = words.title,
    )
}

fn outcome(state: &str, role: &str, icon: &str, head: &str, text: &str) -> String {
    format!(
        "<section class=\"outcome {role}\" data-when=\"{state}\"><h2 tabindex=\"-1\">\
         <svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{icon}\"/></svg>{head}</h2><p>{text}</p></section>\n"
    )
}

const TICK: &str = "M5 13l4 4L19 7";
const CROSS: &str = "M6 6l12 12M18 6L6 18";
const CLOCK: &str = "M12 3a9 9 0 1 0 .01 0M12 7v5l3 3";
const CARD: &str = "M3 6h18v12H3zM3 10h18M6 15h4";

fn pay(page: &Page, payee: &Payee, looked: &Looked) -> String {
    let words = Words::of(&payee.language);
    let payment = &looked.payment;
    let number = decimal(payment.minor, &payment.currency).unwrap_or_default();
    let stands = Outcome::of(looked);
    let bills = words.bills(payment.meant_for.len());
    let secret =
        looked.intent.as_ref().and_then(|intent| intent.client_secret.as_deref()).unwrap_or_default();
    // The secret of the intent acts on it, so it stands there only as long as there is something to do.
    let is_open = matches!(stands, Outcome::Open | Outcome::Declined);
    let secret = if is_open { secret } else { "" };
    let scripts = format!(
        "<script src=\"/pay/page.js\" defer></script>\n<script src=\"{}\" defer></script>\n",
        escape(&page.script)
    );
    let mut main = format!(
        "<main data-state=\"{state}\" data-key=\"{key}\" data-client-secret=\"{secret}\" data-unclear=\"{unclear}\" \
         data-no-fields=\"{no_fields}\">\n\
         <header><p class=\"payee\">{name}</p><h1>{title}</h1></header>\n\
         <dl><div><dt>{amount}</dt><dd><data id=\"amount\" value=\"{number}\" data-currency=\"{currency}\">\
         {currency}\u{a0}{number}</data></dd></div><div><dt>{to}</dt><dd>{name}</dd></div>\
         <div><dt>{what}</dt><dd>{bills}</dd></div></dl>\n",
        state = stands.as_str(),
        key = escape(&page.key),
        secret = escape(secret),
        unclear = escape(words.unclear),
        no_fields = escape(words.no_fields),
        name = escape(&payee.name),
        title = words.title,
        amount = words.amount,
        currency = escape(&payment.currency),
        to = words.to,
        what = words.what,
        bills = escape(&bills),
    );
    main.push_str(&outcome("paid", "good", TICK, words.paid, words.paid_text));
    main.push_str(&outcome("declined", "bad", CROSS, words.not_paid, words.declined_text));
    main.push_str(&outcome("ended", "bad", CROSS, words.not_paid, words.ended_text));
    main.push_str(&outcome("checking", "wait", CLOCK, words.checking, words.checking_text));
    main.push_str(&format!(
        "<form id=\"pay\" data-when=\"open declined\"><h2 id=\"fields\">{card}</h2>\
         <div id=\"card\" role=\"group\" aria-labelledby=\"fields\"></div>\
         <p id=\"trouble\" role=\"alert\"></p>\
         <button type=\"submit\" disabled><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{CARD}\"/></svg>\
         <span>{pay}</span></button><p class=\"note\">{note}</p></form>\n\
         <p id=\"said\" class=\"unseen\" role=\"status\"></p>\n<noscript><p>{no_fields}</p></noscript>\n</main>\n",
        card = words.card,
        pay = words.pay,
        note = words.note,
        no_fields = words.no_fields,
    ));
    frame(&payee.language, payee.simple, &scripts, &main)
}

fn unreachable(payee: &Payee) -> String {
    let words = Words::of(&payee.language);
    let main = format!(
        "<main data-state=\"unclear\"><header><p class=\"payee\">{}</p><h1>{}</h1></header>\n{}</main>\n",
        escape(&payee.name),
        words.title,
        outcome("unclear", "wait", CLOCK, words.later, words.unclear)
    );
    frame(&payee.language, payee.simple, "", &main)
}

/// For a link that does not work, nobody knows whose it was: in both languages.
fn no_link() -> String {
    let mut main = String::from("<main data-state=\"none\">\n");
    for (language, words) in
        [(Language::zh(), Words::of(&Language::zh())), (Language::en(), Words::of(&Language::en()))]
    {
        main.push_str(&format!(
            "<section class=\"outcome wait\" lang=\"{language}\" data-when=\"none\"><h1>{}</h1><p>{}</p></section>\n",
            words.no_link, words.no_link_text
        ));
    }
    main.push_str("</main>\n");
    frame(&Language::zh(), false, "", &main)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_policy_lets_in_this_server_and_the_provider_alone() {
        let page = Page {
            script: "https://js.example/v3/".to_owned(),
            key: "pk_x".to_owned(),
            policy: vec![
                ("script-src", "https://js.example".to_owned()),
                ("connect-src", "https://api.example".to_owned()),
            ],
        };
        assert_eq!(
            policy(Some(&page)),
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
             script-src 'self' https://js.example; style-src 'self'; connect-src 'self' https://api.example"
        );
        assert!(!policy(None).contains("http"));
    }

    #[test]
    fn a_browser_says_what_it_speaks_and_rubbish_says_nothing() {
        for (accepted, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some("zh")),
            ("de-DE, en-GB;q=0.7, zh;q=0.3", Some("en")),
            ("ZH", Some("zh")),
            ("fr, de", None),
            ("", None),
            (",;=,-,*", None),
            ("english, zhuang", None),
        ] {
            assert_eq!(of_browser(accepted).as_ref().map(Language::as_str), language, "{accepted:?}");
        }
    }

    #[test]
    fn what_others_wrote_stays_text() {
        let payee = Payee { name: "<script>\"'&".to_owned(), language: Language::en(), simple: false };
        let text = unreachable(&payee);
        assert!(text.contains("&lt;script&gt;&quot;&#39;&amp;") && !text.contains("<script>"), "{text}");
    }
}
