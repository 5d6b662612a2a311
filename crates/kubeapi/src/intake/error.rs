//! Why a credential was refused.

/// A credential was refused. Holds no text of the input: the path is made of known key names and positions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {}", self.message())]
pub struct IntakeError {
    /// Where, such as `users[0].user.exec`; empty for the input as a whole.
    pub path: String,
    /// The rule broken.
    pub rule: Rule,
}

/// The rules of the intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The input is larger than 256 KiB.
    TooLarge,
    /// The input is no YAML; the position is where reading stopped, if known.
    Syntax {
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// The YAML has too many nodes, is nested too deeply, or uses anchors, aliases, merge keys or custom tags.
    TooComplex,
    /// More than one YAML document.
    SeveralDocuments,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// Two entries have the same name.
    DuplicateName,
    /// A key that is not on the list.
    UnknownKey,
    /// A value of another type than the field has.
    WrongType,
    /// A field that must be there is not.
    Missing,
    /// `apiVersion` or `kind` says it is something else.
    NotAKubeconfig,
    /// The context asked for is not in the file.
    UnknownContext,
    /// The file has several contexts, none is current, and none was chosen.
    ContextRequired,
    /// A context names a cluster or user that is not in the file.
    UnknownReference,
    /// A program to run.
    ExecForbidden,
    /// A legacy authentication plug-in.
    AuthProviderForbidden,
    /// A path on the server's disk.
    FilePathForbidden,
    /// A proxy.
    ProxyForbidden,
    /// Impersonation.
    ImpersonationForbidden,
    /// User name and password.
    BasicAuthForbidden,
    /// Verification of the server's certificate is switched off.
    InsecureTls,
    /// The server URL breaks a rule of its own.
    BadServer(crate::credential::ServerUrlError),
    /// The CA data is not base64 of PEM certificates.
    BadCa,
    /// The client certificate data is not base64 of PEM certificates.
    BadClientCertificate,
    /// The client key data is not base64 of a PEM private key.
    BadClientKey,
    /// The token is empty or has characters that cannot be sent.
    BadToken,
    /// The TLS server name is no name.
    BadServerName,
    /// Neither a token nor a client certificate with its key.
    NoCredential,
    /// A kind of credential that is not known.
    UnknownKind,
}

impl IntakeError {
    pub(crate) fn new(path: impl Into<String>, rule: Rule) -> Self {
        Self { path: path.into(), rule }
    }

    /// The stable word for API answers.
    pub fn code(&self) -> &'static str {
        match self.rule {
            Rule::TooLarge => "too_large",
            Rule::Syntax { .. } => "not_yaml",
            Rule::TooComplex => "too_complex",
            Rule::SeveralDocuments => "several_documents",
            Rule::DuplicateKey => "duplicate_key",
            Rule::DuplicateName => "duplicate_name",
            Rule::UnknownKey => "unknown_key",
            Rule::WrongType => "wrong_type",
            Rule::Missing => "missing",
            Rule::NotAKubeconfig => "not_a_kubeconfig",
            Rule::UnknownContext => "unknown_context",
            Rule::ContextRequired => "context_required",
            Rule::UnknownReference => "unknown_reference",
            Rule::ExecForbidden => "exec_forbidden",
            Rule::AuthProviderForbidden => "auth_provider_forbidden",
            Rule::FilePathForbidden => "file_path_forbidden",
            Rule::ProxyForbidden => "proxy_forbidden",
            Rule::ImpersonationForbidden => "impersonation_forbidden",
            Rule::BasicAuthForbidden => "basic_auth_forbidden",
            Rule::InsecureTls => "insecure_tls",
            Rule::BadServer(_) => "bad_server",
            Rule::BadCa => "bad_ca",
            Rule::BadClientCertificate => "bad_client_certificate",
            Rule::BadClientKey => "bad_client_key",
            Rule::BadToken => "bad_token",
            Rule::BadServerName => "bad_server_name",
            Rule::NoCredential => "no_credential",
            Rule::UnknownKind => "unknown_kind",
        }
    }

    /// What the rule says and what to do, for people.
    pub fn message(&self) -> String {
        let text = match self.rule {
            Rule::Syntax { line: 0, .. } => "not valid YAML",
            Rule::Syntax { line, column } => return format!("not valid YAML at line {line}, column {column}"),
            Rule::BadServer(cause) => return format!("the server URL {cause}"),
            Rule::TooLarge => "larger than 256 KiB",
            Rule::TooComplex => {
                "too many nodes, nested too deeply, or with anchors, aliases, merge keys or tags, which are not accepted"
            }
            Rule::SeveralDocuments => "must be a single YAML document",
            Rule::DuplicateKey => "a key stands twice in the same mapping",
            Rule::DuplicateName => "another entry of the list has the same name",
            Rule::UnknownKey => "has a key that is not known here",
            Rule::WrongType => "has a value of the wrong type",
            Rule::Missing => "is missing",
            Rule::NotAKubeconfig => "must be apiVersion v1, kind Config",
            Rule::UnknownContext => "the file has no context of this name",
            Rule::ContextRequired => "the file has several contexts and none is current: choose one",
            Rule::UnknownReference => "names an entry that the file does not have",
            Rule::ExecForbidden => "programs are never run; create a service account token and use that instead",
            Rule::AuthProviderForbidden => {
                "authentication plug-ins are never run; create a service account token and use that instead"
            }
            Rule::FilePathForbidden => {
                "files of the server are never read; put the content into the field that ends in -data, or the token into token"
            }
            Rule::ProxyForbidden => "proxies are not used",
            Rule::ImpersonationForbidden => {
                "impersonation is not accepted; use a credential that has the rights itself"
            }
            Rule::BasicAuthForbidden => "user name and password are not accepted; use a token or a client certificate",
            Rule::InsecureTls => {
                "verification of the server's certificate cannot be switched off in the file; give the CA instead"
            }
            Rule::BadCa => "must be base64 of PEM certificates",
            Rule::BadClientCertificate => "must be base64 of PEM certificates",
            Rule::BadClientKey => "must be base64 of a PEM private key",
            Rule::BadToken => "must not be empty and must consist of visible ASCII characters",
            Rule::BadServerName => "must be a DNS name or an IP address",
            Rule::NoCredential => "needs a token, or client-certificate-data and client-key-data",
            Rule::UnknownKind => "must be kubeconfig or token",
        };
        text.to_owned()
    }
}
