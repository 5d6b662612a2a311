//! A channel's address and secret, sealed at rest. The secret is bound to the address: a row pointed at another
//! receiver gives it no signature.

use jiff::Timestamp;
use model::wire::problem::Problem;
use secrets::{Aad, Keyring, OpenError, SealError, Secret};
use sha2::{Digest, Sha256};
use store::repositories::channels::Channel;

/// Where a channel sends to, and what it signs with.
pub(crate) struct Address {
    pub url: Secret,
    pub secret: Option<Secret>,
}

impl Address {
    pub fn seal(
        &self,
        keyring: &Keyring,
        name: &str,
        created_at: Timestamp,
    ) -> Result<(store::Sealed, Option<store::Sealed>), Problem> {
        let seal = |aad: &Aad, secret: &Secret| -> Result<store::Sealed, Problem> {
            let sealed = keyring.seal(aad, secret).map_err(unsealable)?;
            Ok(store::Sealed::new(sealed.as_bytes().to_vec()))
        };
        let url = seal(&aad(name, created_at, "url"), &self.url)?;
        let secret = match &self.secret {
            Some(secret) => Some(seal(&secret_aad(name, created_at, &self.url), secret)?),
            None => None,
        };
        Ok((url, secret))
    }

    /// # Errors
    /// 409 `channel_invalid`: it must be given anew.
    pub fn open(keyring: &Keyring, row: &Channel) -> Result<Address, Problem> {
        let open = |aad: &Aad, sealed: &store::Sealed| -> Result<Secret, Problem> {
            let sealed = secrets::Sealed::from_bytes(sealed.as_bytes().to_vec()).map_err(|_| unopenable(None))?;
            keyring.open(aad, &sealed).map_err(|error| unopenable(Some(error)))
        };
        let url = open(&aad(&row.name, row.created_at, "url"), &row.sealed_url)?;
        let secret = match &row.sealed_secret {
            Some(sealed) => Some(open(&secret_aad(&row.name, row.created_at, &url), sealed)?),
            None => None,
        };
        Ok(Address { url, secret })
    }
}

fn aad(name: &str, created_at: Timestamp, column: &str) -> Aad {
    Aad::new("channels", name, column).with("created", &created_at.as_millisecond().to_string())
}

fn secret_aad(name: &str, created_at: Timestamp, url: &Secret) -> Aad {
    let digest: String = Sha256::digest(url.expose()).iter().map(|byte| format!("{byte:02x}")).collect();
    aad(name, created_at, "secret").with("url", &digest)
}

fn unsealable(error: SealError) -> Problem {
    tracing::error!(%error, "a channel's address could not be sealed");
    Problem::internal()
}

fn unopenable(error: Option<OpenError>) -> Problem {
    if let Some(error) = error {
        tracing::error!(%error, "a channel's address does not open");
    }
    Problem::conflict("channel_invalid", "The stored address of this channel cannot be opened; give it anew.")
}
