//! Who may come in: an administrator's token and the kubeconfig that carries it.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A random token.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_token() -> Result<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random bytes: {error}"))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Writes the API server's token file with one administrator.
///
/// # Errors
/// When it cannot be written.
pub fn write_tokens(file: &Path, token: &str) -> Result<()> {
    write_private(file, &format!("{token},admin,admin,\"system:masters\"\n"))
}

/// Writes a kubeconfig with everything inline.
///
/// # Errors
/// When the certificate cannot be read or the file not be written.
pub fn write_kubeconfig(file: &Path, name: &str, server: &str, certificate: &Path, token: &str) -> Result<()> {
    let authority = fs::read(certificate).with_context(|| format!("read {}", certificate.display()))?;
    let authority = STANDARD.encode(authority);
    write_private(
        file,
        &format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
             clusters:\n- name: {name}\n  cluster:\n    server: {server}\n    certificate-authority-data: {authority}\n\
             users:\n- name: {name}-admin\n  user:\n    token: {token}\n\
             contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {name}-admin\n"
        ),
    )
}

fn write_private(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("write {}", file.display()))?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).with_context(|| format!("protect {}", file.display()))
}
