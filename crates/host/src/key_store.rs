//! The operating system's key store, through keyring-core and the platform's store.
//!
//! Every call runs on a thread of its own with a time limit: a locked store asks the person, a broken
//! one may never answer, and neither may hold up the app. The store is made anew for each call, since a
//! store that failed once at start remembers its failure. Values are text (KDE's wallet is UTF-8 only).

use std::{sync::Arc, time::Duration};

use keyring_core::{Error, api::CredentialStoreApi};
use linli_core::ports::{KeyStore, KeyStoreError, Task};
use zeroize::Zeroizing;

/// Name under which the secrets stand in the key store.
const SERVICE: &str = "linli";
/// How long the person has to answer the system's question.
const PATIENCE: Duration = Duration::from_secs(60);

/// The real key store.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealKeyStore;

impl KeyStore for RealKeyStore {
    fn backend(&self) -> &'static str {
        if cfg!(target_os = "macos") {
            "keychain"
        } else if cfg!(target_os = "windows") {
            "credential-manager"
        } else {
            "secret-service"
        }
    }

    fn owner(&self) -> String {
        dirs::home_dir().map(|home| home.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn get(&self, name: &str) -> Task<'_, Result<Option<Zeroizing<String>>, KeyStoreError>> {
        let name = name.to_owned();
        Box::pin(patiently(move || match store()?.build(SERVICE, &name, None)?.get_password() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        }))
    }

    fn set(&self, name: &str, secret: &str) -> Task<'_, Result<(), KeyStoreError>> {
        let (name, secret) = (name.to_owned(), Zeroizing::new(secret.to_owned()));
        Box::pin(patiently(move || store()?.build(SERVICE, &name, None)?.set_password(&secret)))
    }
}

/// A machine without a key store, for tests and for `--no-key-store`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKeyStore;

impl KeyStore for NoKeyStore {
    fn backend(&self) -> &'static str {
        "none"
    }

    fn owner(&self) -> String {
        RealKeyStore.owner()
    }

    fn get(&self, _: &str) -> Task<'_, Result<Option<Zeroizing<String>>, KeyStoreError>> {
        Box::pin(std::future::ready(Err(KeyStoreError::Missing)))
    }

    fn set(&self, _: &str, _: &str) -> Task<'_, Result<(), KeyStoreError>> {
        Box::pin(std::future::ready(Err(KeyStoreError::Missing)))
    }
}

async fn patiently<T: Send + 'static>(
    work: impl FnOnce() -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, KeyStoreError> {
    let (done, result) = tokio::sync::oneshot::channel();
    // A thread and not the runtime's pool: one that never answers must not hold up the app's end.
    std::thread::spawn(move || {
        // Nobody waits any more when the time was up.
        let _ = done.send(work());
    });
    match tokio::time::timeout(PATIENCE, result).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(error))) => Err(trouble(&error)),
        Ok(Err(_)) | Err(_) => Err(KeyStoreError::Refused),
    }
}

fn trouble(error: &Error) -> KeyStoreError {
    match error {
        Error::NoStorageAccess(_) => KeyStoreError::Locked,
        Error::PlatformFailure(_) | Error::NoDefaultStore => KeyStoreError::Missing,
        _ => KeyStoreError::Refused,
    }
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<dyn CredentialStoreApi + Send + Sync>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<dyn CredentialStoreApi + Send + Sync>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn store() -> keyring_core::Result<Arc<dyn CredentialStoreApi + Send + Sync>> {
    Ok(windows_native_keyring_store::Store::new()?)
}
