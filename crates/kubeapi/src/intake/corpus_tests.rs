//! Hostile files: each is refused with its rule, and no error holds a word of them.

use super::kubeconfig_tests::{file, material, read};
use super::*;
use proptest::prelude::*;
use secrets::Secret;

const CANARY: &str = "CANARY7f3a9c";
const OK_CLUSTER: &str = "server: 'https://a'";

fn check(text: &str, path: &str, code: &str) {
    let Err(error) = read(text) else { panic!("accepted: {text}") };
    assert_eq!((error.path.as_str(), error.code()), (path, code), "{text}");
    assert_silent(&error);
}

fn assert_silent(error: &IntakeError) {
    let shown = format!("{error} {error:?} {}", error.message());
    assert!(!shown.contains("CANARY"), "{shown}");
}

#[test]
fn forbidden_user_fields() {
    let paths = ["/etc/passwd", "/proc/self/environ", "./data/pilothouse.db", "master.key", "~/.ssh/id_rsa", CANARY];
    for path in paths {
        for key in ["tokenFile", "client-certificate", "client-key"] {
            check(
                &file(OK_CLUSTER, &format!("token: {CANARY}, {key}: {path}")),
                &format!("users[0].user.{key}"),
                "file_path_forbidden",
            );
        }
    }
    let table = [
        ("exec: {command: CANARY7f3a9c}", "exec", "exec_forbidden"),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, CANARY7f3a9c], env: [{name: A, value: CANARY7f3a9c}]}",
            "exec",
            "exec_forbidden",
        ),
        ("exec: {}", "exec", "exec_forbidden"),
        ("exec: []", "exec", "exec_forbidden"),
        ("exec: ''", "exec", "exec_forbidden"),
        ("exec: false", "exec", "exec_forbidden"),
        ("token: CANARY7f3a9c, exec: {command: aws}", "exec", "exec_forbidden"),
        ("auth-provider: {name: gcp, config: {cmd-path: CANARY7f3a9c}}", "auth-provider", "auth_provider_forbidden"),
        (
            "auth-provider: {name: oidc, config: {id-token: CANARY7f3a9c, refresh-token: CANARY7f3a9c}}",
            "auth-provider",
            "auth_provider_forbidden",
        ),
        ("auth-provider: {name: azure}", "auth-provider", "auth_provider_forbidden"),
        ("token: t, as: CANARY7f3a9c", "as", "impersonation_forbidden"),
        ("token: t, as-uid: '0'", "as-uid", "impersonation_forbidden"),
        ("token: t, as-groups: ['system:masters']", "as-groups", "impersonation_forbidden"),
        ("token: t, as-user-extra: {a: [b]}", "as-user-extra", "impersonation_forbidden"),
        ("username: admin, password: CANARY7f3a9c", "username", "basic_auth_forbidden"),
        ("password: CANARY7f3a9c", "password", "basic_auth_forbidden"),
        ("token: 12345", "token", "wrong_type"),
        ("token: true", "token", "wrong_type"),
        ("token: [CANARY7f3a9c]", "token", "wrong_type"),
        ("token: 'CANARY7f3a9c with space'", "token", "bad_token"),
        ("token: \"CANARY7f3a9c\\r\\nX-Evil: 1\"", "token", "bad_token"),
        ("token: CANARY7f3a9cü", "token", "bad_token"),
        ("client-certificate-data: CANARY7f3a9c", "client-certificate-data", "bad_client_certificate"),
        ("client-certificate-data: Q0FOQVJZ", "client-certificate-data", "bad_client_certificate"),
        ("client-key-data: Q0FOQVJZ", "client-key-data", "bad_client_key"),
    ];
    for (user, key, code) in table {
        check(&file(OK_CLUSTER, user), &format!("users[0].user.{key}"), code);
    }
    for user in [
        "token: t, CANARY7f3a9c: 1",
        "token: t, Exec: {command: sh}",
        "token: t, tokenfile: /x",
        "token: t, token-file: /x",
    ] {
        check(&file(OK_CLUSTER, user), "users[0].user", "unknown_key");
    }
    for user in ["", "token: ''", "token: null", "extensions: []"] {
        check(&file(OK_CLUSTER, user), "users[0].user", "no_credential");
    }
    let m = material();
    check(
        &file(OK_CLUSTER, &format!("client-certificate-data: {}", m.cert)),
        "users[0].user.client-key-data",
        "missing",
    );
    check(
        &file(OK_CLUSTER, &format!("client-key-data: {}", m.key)),
        "users[0].user.client-certificate-data",
        "missing",
    );
}

#[test]
fn forbidden_cluster_fields() {
    let table = [
        (
            "server: 'https://a', certificate-authority: /etc/CANARY7f3a9c",
            "certificate-authority",
            "file_path_forbidden",
        ),
        ("server: 'https://a', proxy-url: 'http://CANARY7f3a9c'", "proxy-url", "proxy_forbidden"),
        ("server: 'https://a', proxy-url: 'socks5://127.0.0.1'", "proxy-url", "proxy_forbidden"),
        ("server: 'https://a', insecure-skip-tls-verify: true", "insecure-skip-tls-verify", "insecure_tls"),
        ("server: 'https://a', insecure-skip-tls-verify: 'CANARY7f3a9c'", "insecure-skip-tls-verify", "wrong_type"),
        ("server: 'https://a', certificate-authority-data: CANARY7f3a9c", "certificate-authority-data", "bad_ca"),
        ("server: 'https://a', certificate-authority-data: Q0FOQVJZ", "certificate-authority-data", "bad_ca"),
        ("server: 'https://a', tls-server-name: 'CANARY7f3a9c name'", "tls-server-name", "bad_server_name"),
        ("server: 'https://a', disable-compression: CANARY7f3a9c", "disable-compression", "wrong_type"),
        ("server: 'http://CANARY7f3a9c'", "server", "bad_server"),
        ("server: 'https://user:CANARY7f3a9c@a'", "server", "bad_server"),
        ("server: 'https://a/?token=CANARY7f3a9c'", "server", "bad_server"),
        ("server: 'file:///etc/CANARY7f3a9c'", "server", "bad_server"),
        ("server: 'unix:///CANARY7f3a9c'", "server", "bad_server"),
        ("server: CANARY7f3a9c", "server", "bad_server"),
        ("server: 6443", "server", "wrong_type"),
        ("server: ''", "server", "missing"),
        ("tls-server-name: a", "server", "missing"),
    ];
    for (cluster, key, code) in table {
        check(&file(cluster, "token: CANARY7f3a9c"), &format!("clusters[0].cluster.{key}"), code);
    }
    check(&file("server: 'https://a', CANARY7f3a9c: x", "token: t"), "clusters[0].cluster", "unknown_key");
}

#[test]
fn shapes_that_are_no_kubeconfig() {
    let many_names =
        (0..10).map(|i| format!("- {{name: c{i}, cluster: {{server: 'https://a'}}}}\n")).collect::<String>();
    let table: Vec<(String, &str, &str)> = vec![
        (String::new(), "", "wrong_type"),
        ("CANARY7f3a9c".to_owned(), "", "wrong_type"),
        ("- CANARY7f3a9c".to_owned(), "", "wrong_type"),
        ("CANARY7f3a9c: 1".to_owned(), "", "unknown_key"),
        ("apiVersion: v2\nkind: Config".to_owned(), "apiVersion", "not_a_kubeconfig"),
        ("apiVersion: v1\nkind: Secret\n".to_owned(), "kind", "not_a_kubeconfig"),
        ("apiVersion: v1\nkind: Secret\ndata: {a: CANARY7f3a9c}".to_owned(), "", "unknown_key"),
        ("clusters: CANARY7f3a9c".to_owned(), "clusters", "wrong_type"),
        ("clusters: [CANARY7f3a9c]".to_owned(), "clusters[0]", "wrong_type"),
        ("clusters: [{cluster: {}}]".to_owned(), "clusters[0].name", "missing"),
        ("clusters: [{name: a}]".to_owned(), "clusters[0].cluster", "missing"),
        ("clusters: [{name: a, cluster: CANARY7f3a9c}]".to_owned(), "clusters[0].cluster", "wrong_type"),
        ("clusters: [{name: a, cluster: {}, CANARY7f3a9c: 1}]".to_owned(), "clusters[0]", "unknown_key"),
        ("clusters: [{name: 5, cluster: {}}]".to_owned(), "clusters[0].name", "wrong_type"),
        ("clusters: [{name: a, cluster: {}}, {name: a, cluster: {}}]".to_owned(), "clusters[1].name", "duplicate_name"),
        ("contexts: []".to_owned(), "contexts", "missing"),
        (format!("clusters:\n{many_names}"), "contexts", "missing"),
        ("current-context: CANARY7f3a9c\ncontexts: [{name: a, context: {cluster: c, user: u}}]".to_owned(), "current-context", "unknown_context"),
        ("contexts: [{name: a, context: {user: u}}]".to_owned(), "contexts[0].context.cluster", "missing"),
        ("contexts: [{name: a, context: {cluster: CANARY7f3a9c, user: u}}]".to_owned(), "contexts[0].context.cluster", "unknown_reference"),
        ("contexts: [{name: a, context: {cluster: c, user: CANARY7f3a9c}}]\nclusters: [{name: c, cluster: {server: 'https://a'}}]".to_owned(), "contexts[0].context.user", "unknown_reference"),
        ("contexts: [{name: a, context: {cluster: c, user: u, CANARY7f3a9c: 1}}]".to_owned(), "contexts[0].context", "unknown_key"),
    ];
    for (text, path, code) in table {
        check(&text, path, code);
    }
}

#[test]
fn yaml_that_is_a_weapon() {
    let bomb = "a: &a [CANARY7f3a9c]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n";
    let mut codes = vec![
        ("a: &x CANARY7f3a9c\nb: *x".to_owned(), "too_complex"),
        (bomb.to_owned(), "too_complex"),
        ("a: *CANARY7f3a9c".to_owned(), "too_complex"),
        ("base: {a: 1}\nuser:\n  <<: {token: CANARY7f3a9c}".to_owned(), "too_complex"),
        ("kind: Config\nkind: CANARY7f3a9c".to_owned(), "duplicate_key"),
        ("users:\n- name: CANARY7f3a9c\n  name: b".to_owned(), "duplicate_key"),
        ("kind: Config\n---\nkind: CANARY7f3a9c".to_owned(), "several_documents"),
        (format!("a: {}CANARY7f3a9c{}", "[".repeat(40), "]".repeat(40)), "too_complex"),
        (format!("[{}]", "1,".repeat(6000)), "too_complex"),
        (format!("a: {}", "x".repeat(300_000)), "too_large"),
        ("? [CANARY7f3a9c]\n: 1".to_owned(), "not_yaml"),
        ("1: CANARY7f3a9c".to_owned(), "not_yaml"),
        ("a: 'CANARY7f3a9c".to_owned(), "not_yaml"),
        ("a: [CANARY7f3a9c".to_owned(), "not_yaml"),
        ("a: b: CANARY7f3a9c".to_owned(), "not_yaml"),
        ("\tCANARY7f3a9c: 1".to_owned(), "unknown_key"),
        ("a: \"\\q CANARY7f3a9c\"".to_owned(), "not_yaml"),
        ("%CANARY7f3a9c\n---\na".to_owned(), "wrong_type"),
        ("a: @CANARY7f3a9c".to_owned(), "not_yaml"),
    ];
    codes.extend((0..3).map(|i| (format!("{}- CANARY7f3a9c", "- ".repeat(33 + i)), "too_complex")));
    for (text, code) in codes {
        let Err(error) = read(&text) else { panic!("accepted: {}", &text[..text.len().min(80)]) };
        assert_eq!(error.code(), code, "{} gave {error:?}", &text[..text.len().min(80)]);
        assert_silent(&error);
    }
    for text in [
        "a: !!python/object/apply:os.system [CANARY7f3a9c]",
        "a: !include /etc/CANARY7f3a9c",
        "token: !!binary Q0FOQVJZ",
    ] {
        assert_silent(&read(text).err().unwrap());
    }
    let not_utf8 = Secret::from_bytes(b"a: \xff\xfe CANARY7f3a9c".to_vec());
    assert_eq!(parse_kubeconfig(&not_utf8, IntakeOptions::default()).err().unwrap().code(), "not_yaml");
}

fn canary_file() -> String {
    let m = material();
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here # {CANARY}\nclusters:\n- name: {CANARY}-c\n  cluster:\n    server: https://{CANARY}.example:6443\n    \
         certificate-authority-data: {}\ncontexts:\n- name: here\n  context:\n    cluster: {CANARY}-c\n    user: '{CANARY}-u'\nusers:\n- name: \"{CANARY}-u\"\n  user:\n    \
         token: {CANARY}{CANARY}\n",
        m.ca
    )
}

#[test]
fn a_file_cut_anywhere_shows_nothing_of_itself() {
    let whole = canary_file();
    assert!(read(&whole).is_ok());
    let mut refused = 0;
    for end in 0..whole.len() {
        if let Err(error) = read(&whole[..end]) {
            refused += 1;
            assert_silent(&error);
        }
    }
    assert!(refused > whole.len() / 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn a_file_with_a_byte_replaced_shows_nothing_of_itself(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = canary_file().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Err(error) = parse_kubeconfig(&Secret::from_bytes(bytes), IntakeOptions::default()) {
            assert_silent(&error);
        }
    }

    #[test]
    fn any_text_is_read_without_panic(text in "[a-z:{}\\[\\],&*!|>'\"#%@\\-\\n \\t]{0,200}") {
        if let Err(error) = read(&text) {
            prop_assert!(!error.code().is_empty());
        }
    }
}
