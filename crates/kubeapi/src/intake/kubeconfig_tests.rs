use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrets::Secret;

/// A CA certificate, and a client certificate with its key, each as base64 of PEM.
pub(super) struct Material {
    pub ca: String,
    pub cert: String,
    pub key: String,
}

pub(super) fn material() -> Material {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["api.example".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "admin");
    let cert = params.self_signed(&key).unwrap();
    Material {
        ca: STANDARD.encode(cert.pem()),
        cert: STANDARD.encode(cert.pem()),
        key: STANDARD.encode(key.serialize_pem()),
    }
}

/// A file with one context, one cluster and one user with these fields.
pub(super) fn file(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\nclusters:\n- name: c\n  cluster: {{{cluster}}}\n\
         contexts:\n- name: here\n  context: {{cluster: c, user: u, namespace: shop}}\nusers:\n- name: u\n  user: {{{user}}}\n"
    )
}

fn secret(text: &str) -> Secret {
    Secret::from_string(text.to_owned())
}

pub(super) fn read(text: &str) -> Result<Intake, IntakeError> {
    parse_kubeconfig(&secret(text), IntakeOptions::default())
}

fn refusal(text: &str) -> (String, &'static str) {
    let error = read(text).err().unwrap_or_else(|| panic!("accepted: {text}"));
    (error.path.clone(), error.code())
}

#[test]
fn a_token_comes_in() {
    let m = material();
    let cluster =
        format!("server: 'https://10.0.0.1:6443', certificate-authority-data: {}, tls-server-name: kube", m.ca);
    let intake = read(&file(&cluster, "token: abc.def")).unwrap();
    let credential = &intake.credential;
    assert_eq!(credential.server().to_string(), "https://10.0.0.1:6443");
    assert_eq!(credential.auth_kind(), "token");
    assert_eq!(credential.tls_server_name(), Some("kube"));
    assert_eq!(credential.ca_fingerprint().len(), 64);
    assert!(!credential.insecure());
    assert_eq!((intake.context.as_deref(), intake.namespace.as_deref()), (Some("here"), Some("shop")));
    let Auth::Token(token) = &credential.auth else { panic!("not a token") };
    assert!(token.equals(b"abc.def"));
}

use crate::credential::Auth;

#[test]
fn a_client_certificate_comes_in_and_goes_before_a_token() {
    let m = material();
    let user = format!("client-certificate-data: {}, client-key-data: {}, token: abc", m.cert, m.key);
    let intake = read(&file("server: 'https://a'", &user)).unwrap();
    assert_eq!(intake.credential.auth_kind(), "clientCertificate");
    assert_eq!(intake.credential.identity().name.as_deref(), Some("admin"));
    assert!(intake.credential.expires_at().is_some());
    assert_eq!(intake.credential.ca_fingerprint(), "");
}

#[test]
fn what_tools_write_is_accepted() {
    let minikube = "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: CA\n    extensions:\n    - extension:\n        provider: minikube.sigs.k8s.io\n      name: cluster_info\n    server: https://127.0.0.1:32769\n  name: minikube\ncontexts:\n- context:\n    cluster: minikube\n    extensions:\n    - extension: {a: 1}\n      name: context_info\n    namespace: default\n    user: minikube\n  name: minikube\ncurrent-context: minikube\nkind: Config\npreferences: {}\nusers:\n- name: minikube\n  user:\n    token: t\n    exec: null\n".replace("CA", &material().ca);
    assert!(read(&minikube).is_ok());
    let json = r#"{"apiVersion":"v1","kind":"Config","clusters":[{"name":"c","cluster":{"server":"https://a","insecure-skip-tls-verify":false}}],"users":[{"name":"u","user":{"token":"t"}}],"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}]}"#;
    assert!(read(json).is_ok(), "JSON, no current context, one context");
}

#[test]
fn the_context_is_chosen_and_forbidden_keys_of_any_entry_refuse_the_file() {
    let text = "clusters:\n- {name: c, cluster: {server: 'https://a'}}\n- {name: d, cluster: {server: 'not a url'}}\n\
        users:\n- {name: u, user: {token: t}}\n- {name: v, user: {token: 't t'}}\n\
        contexts:\n- {name: one, context: {cluster: c, user: u}}\n- {name: two, context: {cluster: d, user: v}}\n";
    let read = |text: &str, context| parse_kubeconfig(&secret(text), IntakeOptions { context, insecure: false });
    let rule = |text: &str, context| read(text, context).map(|_| ()).unwrap_err();
    let chosen = read(text, Some("one")).ok().unwrap();
    assert_eq!(chosen.credential.server().host(), "a");
    assert_eq!(chosen.contexts, ["one", "two"]);
    assert!(rule(text, Some("two")).path.starts_with("users[1].user.token"));
    assert_eq!(rule(text, None), IntakeError::new("context", Rule::ContextRequired));
    assert_eq!(rule(text, Some("three")), IntakeError::new("context", Rule::UnknownContext));
    let runs = text.replace("{token: 't t'}", "{exec: {command: sh}}");
    let proxied = text.replace("{server: 'not a url'}", "{server: 'https://b', proxy-url: 'http://p'}");
    for context in [Some("one"), Some("two"), None] {
        assert_eq!(rule(&runs, context), IntakeError::new("users[1].user.exec", Rule::ExecForbidden));
        assert_eq!(rule(&proxied, context), IntakeError::new("clusters[1].cluster.proxy-url", Rule::ProxyForbidden));
    }
}

#[test]
fn insecure_is_an_admins_word_and_never_the_files() {
    let text = file("server: 'https://a', insecure-skip-tls-verify: true", "token: t");
    assert_eq!(refusal(&text), ("clusters[0].cluster.insecure-skip-tls-verify".to_owned(), "insecure_tls"));
    let admin = IntakeOptions { insecure: true, ..IntakeOptions::default() };
    assert!(parse_kubeconfig(&secret(&text), admin).ok().unwrap().credential.insecure());
}

#[test]
fn requests_are_read() {
    let read = |json: &str| serde_json::from_str::<CredentialRequest>(json).ok().unwrap().read(false);
    let problem = |json: &str| read(json).err().map(|error| (error.path.clone(), error.code())).unwrap();
    let m = material();
    let pem = String::from_utf8(STANDARD.decode(&m.ca).unwrap()).unwrap();
    for ca in [m.ca.clone(), pem.replace('\n', "\\n")] {
        let json = format!(r#"{{"kind":"token","server":"https://a:6443","caData":"{ca}","token":" tok\n"}}"#);
        let intake = read(&json).ok().unwrap();
        assert_eq!(intake.credential.ca_fingerprint().len(), 64);
        assert!(matches!(&intake.credential.auth, Auth::Token(token) if token.equals(b"tok")));
    }
    let table = [
        (r#"{"kind":"token","token":"t"}"#, "server", "missing"),
        (r#"{"kind":"token","server":"http://a","token":"t"}"#, "server", "bad_server"),
        (r#"{"kind":"token","server":"https://a"}"#, "token", "missing"),
        (r#"{"kind":"token","server":"https://a","token":""}"#, "token", "bad_token"),
        (r#"{"kind":"token","server":"https://a","token":"a b"}"#, "token", "bad_token"),
        (r#"{"kind":"token","server":"https://a","token":"t","caData":"AAAA"}"#, "caData", "bad_ca"),
        (r#"{"kind":"token","server":"https://a","token":"t","context":"x"}"#, "context", "unknown_key"),
        (r#"{"kind":"kubeconfig"}"#, "kubeconfig", "missing"),
        (r#"{"kind":"kubeconfig","kubeconfig":"a: [","token":"t"}"#, "token", "unknown_key"),
        (r#"{"kind":"magic"}"#, "kind", "unknown_kind"),
    ];
    for (json, path, code) in table {
        assert_eq!(problem(json), (path.to_owned(), code), "{json}");
    }
}
