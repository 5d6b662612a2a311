//! Checks of the cryptographic material that a credential brings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use runtime::http::roots_from_pem;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use secrets::Secret;
use zeroize::Zeroizing;

use super::error::Rule;

/// Base64 of PEM certificates that are fit to be trust anchors.
pub(super) fn ca(data: &str) -> Result<String, Rule> {
    let pem = decode_text(data).ok_or(Rule::BadCa)?;
    roots_from_pem(pem.as_bytes()).map_err(|_| Rule::BadCa)?;
    Ok(pem)
}

/// Base64 of PEM certificates, leaf first.
pub(super) fn client_chain(data: &str) -> Result<String, Rule> {
    let pem = decode_text(data).ok_or(Rule::BadClientCertificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(pem),
        _ => Err(Rule::BadClientCertificate),
    }
}

/// Base64 of a PEM private key.
pub(super) fn client_key(data: &str) -> Result<Secret, Rule> {
    let pem = Zeroizing::new(decode(data).ok_or(Rule::BadClientKey)?);
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| Rule::BadClientKey)?;
    std::str::from_utf8(&pem).map_err(|_| Rule::BadClientKey)?;
    Ok(Secret::from_bytes(pem.to_vec()))
}

/// A token fit for a header.
pub(super) fn token(text: &str) -> Result<Secret, Rule> {
    match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(Secret::from_bytes(text.as_bytes().to_vec())),
        false => Err(Rule::BadToken),
    }
}

/// A name or address that a certificate can carry.
pub(super) fn server_name(text: &str) -> Result<String, Rule> {
    match ServerName::try_from(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Rule::BadServerName),
    }
}

fn decode_text(data: &str) -> Option<String> {
    String::from_utf8(decode(data)?).ok()
}

/// Folded YAML leaves white space in base64, which Go's decoder skips too.
fn decode(data: &str) -> Option<Vec<u8>> {
    let compact: Zeroizing<String> = Zeroizing::new(data.split_ascii_whitespace().collect());
    STANDARD.decode(compact.as_bytes()).ok()
}
