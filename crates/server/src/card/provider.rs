//! What we ask of whoever takes payments by card, whichever company that is.

use std::{fmt, pin::Pin};

use linli_wire::{
    Timestamp,
    id::{CommunityId, PaymentId, RefundId},
};

/// An answer of a provider, on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// A company that takes payments by card for the community. It is asked outside of transactions only.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in the ledger.
    fn name(&self) -> &'static str;

    /// Whether it takes this amount at all, in the smallest unit by ISO 4217.
    fn takes(&self, minor: i64, currency: &str) -> bool;

    /// Begins a payment. Begun again, it is the same.
    fn begin(&self, asked: Asked) -> Answer<'_, Intent>;

    /// How a payment stands.
    fn ask(&self, intent: String) -> Answer<'_, Intent>;

    /// All payments that were begun since, ours and others.
    fn begun_since(&self, since: Timestamp) -> Answer<'_, Vec<Intent>>;

    /// Ends a payment that nobody finished; refused for one that was.
    fn cancel(&self, intent: String) -> Answer<'_, Intent>;

    /// Gives a part of a payment back, or all of it. Asked again, it is the same.
    fn give_back(&self, asked: GiveBack) -> Answer<'_, GivenBack>;

    /// Reads what the provider tells by itself: which payment has changed, if it is about one.
    ///
    /// # Errors
    /// Why it is not believed.
    fn told(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Option<String>, NotBelieved>;

    /// What the pay page needs.
    fn page(&self) -> &Page;
}

/// A payment to be begun.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Of which community.
    pub community: CommunityId,
    /// Our name for it.
    pub payment: PaymentId,
    /// How much, in the smallest unit by ISO 4217.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Money to be given back.
#[derive(Clone, Debug)]
pub struct GiveBack {
    /// Our name for it.
    pub refund: RefundId,
    /// Of which payment, as the provider calls it.
    pub intent: String,
    /// How much.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A payment as its provider knows it.
#[derive(Clone)]
pub struct Intent {
    /// The provider's name for it.
    pub id: String,
    /// How it stands.
    pub stands: Stands,
    /// How much is asked for; once it is paid, how much came.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// What it is for, as we said when we began it; none for payments that are none of ours.
    pub ours: Option<(CommunityId, PaymentId)>,
    /// With what the pay page acts on it; for the payer alone.
    pub client_secret: Option<String>,
}

impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, stands, minor, currency, ours, client_secret: _ } = self;
        write!(f, "Intent({id}, {stands:?}, {minor} {currency}, {ours:?})")
    }
}

/// How a payment stands with its provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stands {
    /// The payer has something to do.
    Open,
    /// A card was declined; the payer may try another one.
    Declined,
    /// The payer has done their part.
    Processing,
    /// The money is there.
    Paid,
    /// Nothing can come of it any more.
    Cancelled,
}

/// Money on its way back, as the provider knows it.
#[derive(Clone, Debug)]
pub struct GivenBack {
    /// The provider's name for it.
    pub id: String,
    /// How it stands.
    pub state: RefundState,
}

/// How a refund stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundState {
    /// Nobody has asked the provider for it, or its answer was lost.
    Begun,
    /// The provider is at it.
    Pending,
    /// The money went back.
    Done,
    /// The provider will not.
    Failed,
}

impl RefundState {
    /// As it stands in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Begun, Self::Pending, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// Why a provider did not do what it was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// It did not answer, or not in a form that says what happened: perhaps it did, perhaps not.
    #[error("no answer: {0}")]
    Unclear(String),
    /// It will not, with a word why.
    #[error("refused: {0}")]
    Refused(String),
    /// It knows no such payment: it was made with the keys of another account.
    #[error("not known there")]
    Unknown,
}

/// Why something that was told is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotBelieved {
    /// It is not signed, or by somebody else.
    #[error("the signature does not fit")]
    Signature,
    /// It was signed at another time, or a clock is wrong.
    #[error("it was signed more than five minutes before or after the time of this server")]
    Time,
    /// It is signed, and cannot be read all the same.
    #[error("it cannot be read")]
    Body,
}

/// What the pay page needs of a provider.
#[derive(Clone, Debug)]
pub struct Page {
    /// The provider's script.
    pub script: String,
    /// The key that the script is given; it is no secret.
    pub key: String,
    /// The part of the page's content security policy that is about the provider: directives and origins.
    pub policy: Vec<(&'static str, String)>,
}
