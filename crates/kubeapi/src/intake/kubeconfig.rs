//! Kubeconfig files.

use secrets::Secret;

use super::error::{IntakeError, Rule};
use super::tree::{Node, parse};
use super::{Intake, material};
use crate::credential::{Auth, Credential, ServerUrl};

/// What the caller decides beside the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct IntakeOptions<'a> {
    /// The context to use; without one, the file's current context, or its only one.
    pub context: Option<&'a str>,
    /// An admin's word that the server's certificate need not be verified. Never taken from the file.
    pub insecure: bool,
}

const ROOT_KEYS: &[&str] =
    &["apiVersion", "kind", "preferences", "extensions", "current-context", "clusters", "contexts", "users"];
const CONTEXT_KEYS: &[&str] = &["cluster", "user", "namespace", "extensions"];
const CLUSTER_KEYS: &[&str] = &[
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "disable-compression",
    "extensions",
];
const USER_KEYS: &[&str] = &["token", "client-certificate-data", "client-key-data", "extensions"];
const CLUSTER_FORBIDDEN: &[(&str, Rule)] =
    &[("certificate-authority", Rule::FilePathForbidden), ("proxy-url", Rule::ProxyForbidden)];
const USER_FORBIDDEN: &[(&str, Rule)] = &[
    ("exec", Rule::ExecForbidden),
    ("auth-provider", Rule::AuthProviderForbidden),
    ("tokenFile", Rule::FilePathForbidden),
    ("client-certificate", Rule::FilePathForbidden),
    ("client-key", Rule::FilePathForbidden),
    ("as", Rule::ImpersonationForbidden),
    ("as-uid", Rule::ImpersonationForbidden),
    ("as-groups", Rule::ImpersonationForbidden),
    ("as-user-extra", Rule::ImpersonationForbidden),
    ("username", Rule::BasicAuthForbidden),
    ("password", Rule::BasicAuthForbidden),
];

type Result<T> = std::result::Result<T, IntakeError>;

/// Reads the credential of one context. A file that names a program, a file, a proxy or another's identity anywhere is
/// refused as a whole; what else is wrong with entries that the context does not use is not judged.
///
/// Where a user has both a token and a client certificate, the certificate is kept: an API server asks it first.
///
/// # Errors
/// [`IntakeError`], which holds no text of the file.
pub fn parse_kubeconfig(file: &Secret, options: IntakeOptions<'_>) -> Result<Intake> {
    let root = parse(file.expose())?;
    let file = File::read(&root)?;
    file.without_forbidden()?;
    file.intake(file.choose(options.context)?, options.insecure)
}

struct File<'a> {
    current: Option<&'a str>,
    clusters: Vec<Entry<'a>>,
    contexts: Vec<Entry<'a>>,
    users: Vec<Entry<'a>>,
}

/// One of the file's named entries.
struct Entry<'a> {
    name: &'a str,
    body: Fields<'a>,
}

/// A mapping and where it stands.
struct Fields<'a> {
    path: String,
    map: &'a [(zeroize::Zeroizing<String>, Node)],
}

impl<'a> File<'a> {
    fn read(root: &'a Node) -> Result<Self> {
        let root = Fields::of(root, String::new())?;
        root.only(ROOT_KEYS)?;
        for (key, expected) in [("apiVersion", "v1"), ("kind", "Config")] {
            if root.text(key)?.is_some_and(|text| text != expected) {
                return Err(root.refuse(key, Rule::NotAKubeconfig));
            }
        }
        Ok(Self {
            current: root.text("current-context")?.filter(|name| !name.is_empty()),
            clusters: root.entries("clusters", "cluster")?,
            contexts: root.entries("contexts", "context")?,
            users: root.entries("users", "user")?,
        })
    }

    /// Before anything else: what would run, or read on the server, matters most.
    fn without_forbidden(&self) -> Result<()> {
        self.users.iter().try_for_each(|user| user.body.without(USER_FORBIDDEN))?;
        self.clusters.iter().try_for_each(|cluster| cluster.body.without(CLUSTER_FORBIDDEN))
    }

    fn choose(&self, asked: Option<&str>) -> Result<&Entry<'a>> {
        match (asked.or(self.current), &self.contexts[..]) {
            (_, []) => Err(IntakeError::new("contexts", Rule::Missing)),
            (None, [only]) => Ok(only),
            (None, _) => Err(IntakeError::new("context", Rule::ContextRequired)),
            (Some(name), contexts) => contexts.iter().find(|context| context.name == name).ok_or_else(|| {
                let path = if asked.is_some() { "context" } else { "current-context" };
                IntakeError::new(path, Rule::UnknownContext)
            }),
        }
    }

    fn intake(&self, context: &Entry<'a>, insecure: bool) -> Result<Intake> {
        context.body.only(CONTEXT_KEYS)?;
        let cluster = find(&self.clusters, &context.body, "cluster")?;
        let user = find(&self.users, &context.body, "user")?;
        let namespace = context.body.text("namespace")?.filter(|name| !name.is_empty());
        let auth = auth(&user.body)?;
        let credential = credential(&cluster.body, auth, insecure)?;
        Ok(Intake {
            credential,
            kind: "kubeconfig",
            context: Some(context.name.to_owned()),
            contexts: self.contexts.iter().map(|context| context.name.to_owned()).collect(),
            namespace: namespace.map(str::to_owned),
        })
    }
}

fn find<'f, 'a>(entries: &'f [Entry<'a>], context: &Fields<'a>, key: &str) -> Result<&'f Entry<'a>> {
    let name = context.text(key)?.ok_or_else(|| context.refuse(key, Rule::Missing))?;
    let found = entries.iter().find(|entry| entry.name == name);
    found.ok_or_else(|| context.refuse(key, Rule::UnknownReference))
}

fn auth(user: &Fields<'_>) -> Result<Auth> {
    user.only(USER_KEYS)?;
    let chain_pem = user.checked("client-certificate-data", material::client_chain)?;
    let key_pem = user.checked("client-key-data", material::client_key)?;
    let token = user.checked("token", material::token)?;
    match (chain_pem, key_pem, token) {
        (Some(chain_pem), Some(key_pem), _) => Ok(Auth::ClientCert { chain_pem, key_pem }),
        (Some(_), None, _) => Err(user.refuse("client-key-data", Rule::Missing)),
        (None, Some(_), _) => Err(user.refuse("client-certificate-data", Rule::Missing)),
        (None, None, Some(token)) => Ok(Auth::Token(token)),
        (None, None, None) => Err(IntakeError::new(user.path.clone(), Rule::NoCredential)),
    }
}

fn credential(cluster: &Fields<'_>, auth: Auth, insecure: bool) -> Result<Credential> {
    cluster.only(CLUSTER_KEYS)?;
    if cluster.flag("insecure-skip-tls-verify")? && !insecure {
        return Err(cluster.refuse("insecure-skip-tls-verify", Rule::InsecureTls));
    }
    cluster.flag("disable-compression")?;
    let server = cluster.checked("server", |text| text.parse().map_err(Rule::BadServer))?;
    let server: ServerUrl = server.ok_or_else(|| cluster.refuse("server", Rule::Missing))?;
    let ca_pem = cluster.checked("certificate-authority-data", material::ca)?;
    let tls_server_name = cluster.checked("tls-server-name", material::server_name)?;
    Ok(Credential { server, ca_pem, auth, tls_server_name, insecure })
}

impl<'a> Fields<'a> {
    fn of(node: &'a Node, path: String) -> Result<Self> {
        match node {
            Node::Map(map) => Ok(Self { path, map }),
            _ => Err(IntakeError::new(path, Rule::WrongType)),
        }
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn refuse(&self, key: &str, rule: Rule) -> IntakeError {
        IntakeError::new(self.at(key), rule)
    }

    /// A field that is there and not null.
    fn get(&self, key: &str) -> Option<&'a Node> {
        let found = self.map.iter().find(|(name, _)| name.as_str() == key);
        found.map(|(_, node)| node).filter(|node| !node.is_null())
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>> {
        match self.get(key) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.refuse(key, Rule::WrongType)),
        }
    }

    fn flag(&self, key: &str) -> Result<bool> {
        match self.get(key) {
            None => Ok(false),
            Some(Node::Bool(value)) => Ok(*value),
            Some(_) => Err(self.refuse(key, Rule::WrongType)),
        }
    }

    /// A text field run through `check`; an empty text counts as absent, as in client-go.
    fn checked<T>(&self, key: &str, check: impl FnOnce(&str) -> std::result::Result<T, Rule>) -> Result<Option<T>> {
        let text = self.text(key)?.filter(|text| !text.is_empty());
        text.map(check).transpose().map_err(|rule| self.refuse(key, rule))
    }

    fn without(&self, forbidden: &[(&str, Rule)]) -> Result<()> {
        match forbidden.iter().find(|(key, _)| self.get(key).is_some()) {
            Some((key, rule)) => Err(self.refuse(key, *rule)),
            None => Ok(()),
        }
    }

    /// Refuses keys beyond `known`, unless they are null. The key itself is not named: it is text of the file.
    fn only(&self, known: &[&str]) -> Result<()> {
        match self.map.iter().any(|(key, node)| !node.is_null() && !known.contains(&key.as_str())) {
            true => Err(IntakeError::new(self.path.clone(), Rule::UnknownKey)),
            false => Ok(()),
        }
    }

    fn entries(&self, list: &str, body: &str) -> Result<Vec<Entry<'a>>> {
        let items = match self.get(list) {
            None => return Ok(Vec::new()),
            Some(Node::List(items)) => items,
            Some(_) => return Err(self.refuse(list, Rule::WrongType)),
        };
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let fields = Fields::of(item, format!("{list}[{index}]"))?;
            fields.only(&["name", body])?;
            let name = fields.text("name")?.ok_or_else(|| fields.refuse("name", Rule::Missing))?;
            if entries.iter().any(|entry| entry.name == name) {
                return Err(fields.refuse("name", Rule::DuplicateName));
            }
            let node = fields.get(body).ok_or_else(|| fields.refuse(body, Rule::Missing))?;
            entries.push(Entry { name, body: Fields::of(node, fields.at(body))? });
        }
        Ok(entries)
    }
}
