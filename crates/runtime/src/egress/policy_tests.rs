use super::*;

fn policy(allow: &[&str]) -> TargetPolicy {
    TargetPolicy::new(allow.iter().map(|text| text.parse().unwrap()).collect())
}

fn reason(policy: &TargetPolicy, kind: TargetKind, url: &str) -> Option<Reason> {
    policy.check_url(kind, url).err().map(|e| e.reason)
}

#[test]
fn clusters_may_live_on_private_networks_and_channels_may_not() {
    let policy = policy(&[]);
    for host in ["10.0.0.1", "172.20.0.1:6443", "192.168.1.1", "100.64.3.4", "[fd12:3456::1]:6443"] {
        let url = format!("https://{host}/");
        assert_eq!(reason(&policy, TargetKind::Cluster, &url), None, "{url}");
        assert_eq!(reason(&policy, TargetKind::Metrics, &url), None, "{url}");
        assert_eq!(reason(&policy, TargetKind::Channel, &url), Some(Reason::Private), "{url}");
    }
    for url in ["https://oapi.dingtalk.com/robot/send?access_token=x", "https://8.8.8.8/"] {
        assert_eq!(reason(&policy, TargetKind::Channel, url), None, "{url}");
    }
}

#[test]
fn dangerous_addresses_are_refused_in_every_spelling() {
    let policy = policy(&[]);
    let table: &[(&str, Reason)] = &[
        ("https://127.0.0.1:6443", Reason::Loopback),
        ("https://127.1", Reason::Loopback),
        ("https://2130706433/", Reason::Loopback),
        ("https://0x7f.1/", Reason::Loopback),
        ("https://0177.0.0.1/", Reason::Loopback),
        ("https://127.0.0.1./", Reason::Loopback),
        ("https://localhost:8443/", Reason::Loopback),
        ("https://LOCALHOST./", Reason::Loopback),
        ("https://x.localhost/", Reason::Loopback),
        ("https://[::1]/", Reason::Loopback),
        ("https://[::ffff:127.0.0.1]/", Reason::Loopback),
        ("https://[::ffff:7f00:1]/", Reason::Loopback),
        ("https://[2002:7f00:1::]/", Reason::Loopback),
        ("https://0.0.0.0:6443", Reason::Unspecified),
        ("https://0/", Reason::Unspecified),
        ("https://[::]/", Reason::Unspecified),
        ("https://169.254.169.254/latest/meta-data", Reason::Metadata),
        ("https://0xa9fea9fe/", Reason::Metadata),
        ("https://2852039166/", Reason::Metadata),
        ("https://0251.0376.0251.0376/", Reason::Metadata),
        ("https://[::ffff:169.254.169.254]/", Reason::Metadata),
        ("https://[64:ff9b::a9fe:a9fe]/", Reason::Metadata),
        ("https://100.100.100.200/", Reason::Metadata),
        ("https://168.63.129.16/", Reason::Metadata),
        ("https://[fd00:ec2::254]/", Reason::Metadata),
        ("https://169.254.1.1/", Reason::LinkLocal),
        ("https://[fe80::1]/", Reason::LinkLocal),
        ("https://224.0.0.1/", Reason::Group),
        ("https://255.255.255.255/", Reason::Group),
        ("https://[ff02::1]/", Reason::Group),
        ("https://user@example.com/", Reason::UserInfo),
        ("https://user:pw@example.com/", Reason::UserInfo),
        ("https://example.com@127.0.0.1/", Reason::UserInfo),
        ("https://127.0.0.1\\@example.com/", Reason::NotAUrl),
        ("https://example.com#@127.0.0.1/", Reason::NotAUrl),
        ("https://127。0。0。1/", Reason::NotAUrl),
        ("https://１２７.0.0.1/", Reason::NotAUrl),
        ("https://%31%32%37.0.0.1/", Reason::NotAUrl),
        ("https://127.0.0.1%00.example.com/", Reason::NotAUrl),
        ("https://[fe80::1%25lo]/", Reason::NotAUrl),
        ("https://example.com:0/", Reason::NotAUrl),
        ("https://example.com:/", Reason::NotAUrl),
        ("https://example.com:99999/", Reason::NotAUrl),
        ("https://example.com:80:80/", Reason::NotAUrl),
        ("https:///path", Reason::NotAUrl),
        ("https:example.com", Reason::NotAUrl),
        ("//example.com/", Reason::NotAUrl),
        ("example.com:443", Reason::NotAUrl),
        ("/path", Reason::NotAUrl),
        ("ftp://example.com/", Reason::NotAUrl),
        ("file:///etc/passwd", Reason::NotAUrl),
        ("gopher://example.com/", Reason::NotAUrl),
        ("unix:///var/run/docker.sock", Reason::NotAUrl),
        ("", Reason::NotAUrl),
        (" https://example.com/", Reason::NotAUrl),
        ("https://exa mple.com/", Reason::NotAUrl),
        ("https://example.com/\r\nHost: x", Reason::NotAUrl),
    ];
    for (url, expected) in table {
        for kind in [TargetKind::Cluster, TargetKind::Metrics, TargetKind::Channel] {
            assert_eq!(reason(&policy, kind, url), Some(*expected), "{kind:?} {url}");
        }
    }
}

#[test]
fn plain_http_is_for_metrics_and_for_listed_channels() {
    let none = policy(&[]);
    let listed = policy(&["10.1.0.0/16", "127.0.0.1/32:9090"]);
    assert_eq!(reason(&none, TargetKind::Cluster, "http://10.1.0.1/"), Some(Reason::PlainHttp));
    assert_eq!(reason(&listed, TargetKind::Cluster, "http://10.1.0.1/"), Some(Reason::PlainHttp));
    assert_eq!(reason(&none, TargetKind::Metrics, "http://10.1.0.1:2381/metrics"), None);
    assert_eq!(reason(&none, TargetKind::Channel, "http://hooks.example/"), Some(Reason::PlainHttp));
    assert_eq!(reason(&listed, TargetKind::Channel, "http://10.1.0.1/hook"), None);
    assert_eq!(reason(&listed, TargetKind::Channel, "http://127.0.0.1:9090/"), None);
    assert_eq!(reason(&listed, TargetKind::Channel, "http://127.0.0.1:9091/"), Some(Reason::Loopback));
    assert_eq!(reason(&listed, TargetKind::Channel, "http://8.8.8.8/"), Some(Reason::PlainHttp));
    // A name may turn out to be a listed address, so it is judged when it is resolved.
    assert_eq!(reason(&listed, TargetKind::Channel, "http://hooks.internal/"), None);
    let resolved = listed.check_address(TargetKind::Channel, true, "8.8.8.8:80".parse().unwrap());
    assert_eq!(resolved, Err(Reason::PlainHttp.into()));
}

#[test]
fn an_allow_listed_address_is_allowed_and_its_neighbours_are_not() {
    let policy = policy(&["127.0.0.1/32:6443"]);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.1:6443"), None);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://localhost:6443"), None);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.1:6444"), Some(Reason::Loopback));
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.2:6443"), Some(Reason::Loopback));
}

#[test]
fn our_own_listeners_are_refused_even_when_listed() {
    let policy = policy(&["127.0.0.0/8", "::1/128"]);
    policy.refuse_own_listener("0.0.0.0:8080".parse().unwrap());
    policy.refuse_own_listener("127.0.0.1:9000".parse().unwrap());
    let own = Some(Reason::OwnListener);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.1:8080"), own);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://[::ffff:127.0.0.1]:8080"), own);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.1:9000"), own);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.2:9000"), None);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://127.0.0.1:8081"), None);
    assert_eq!(reason(&policy, TargetKind::Cluster, "https://203.0.113.7:8080"), None);
}

#[test]
fn no_refusal_shows_the_target() {
    let policy = policy(&[]);
    for url in ["https://user:s3cret@example.com/?access_token=t0ken", "https://127.0.0.1/?access_token=t0ken"] {
        let refused = policy.check_url(TargetKind::Channel, url).unwrap_err();
        let text = format!("{refused} {refused:?}");
        assert!(!text.contains("s3cret") && !text.contains("t0ken") && !text.contains("example.com"), "{text}");
    }
}
