use super::*;
use proptest::prelude::*;

fn key_text(byte: u8) -> Secret {
    Secret::from_string(STANDARD.encode([byte; KEY]))
}

fn keyring(byte: u8) -> Keyring {
    Keyring::from_value(&key_text(byte)).ok().unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::from_string(text.to_owned())
}

fn credential(id: &str, host: &str, port: u16, ca: &str) -> Aad {
    Aad::new("cluster", id, "credential").for_server("https", host, port, ca)
}

fn failure<T>(result: Result<T, OpenError>) -> OpenError {
    result.err().unwrap()
}

#[test]
fn a_secret_opens_where_it_was_sealed_and_nowhere_else() {
    let keyring = keyring(1);
    let home = credential("c1", "api.example", 6443, "ab");
    let sealed = keyring.seal(&home, &secret("tok")).unwrap();
    assert!(keyring.open(&home, &sealed).ok().unwrap().equals(b"tok"));
    let elsewhere = [
        credential("c2", "api.example", 6443, "ab"),
        credential("c1", "evil.example", 6443, "ab"),
        credential("c1", "api.example", 443, "ab"),
        credential("c1", "api.example", 6443, "cd"),
        credential("c1", "api.example", 6443, ""),
        Aad::new("cluster", "c1", "credential").for_server("http", "api.example", 6443, "ab"),
        Aad::new("channel", "c1", "credential").for_server("https", "api.example", 6443, "ab"),
        Aad::new("cluster", "c1", "other").for_server("https", "api.example", 6443, "ab"),
        Aad::new("cluster", "c1", "credential"),
    ];
    for aad in elsewhere {
        assert_eq!(failure(keyring.open(&aad, &sealed)), OpenError::Altered, "{aad:?}");
    }
}

#[test]
fn swapping_any_two_of_twenty_rows_opens_neither() {
    let keyring = keyring(1);
    let aads: Vec<Aad> = (0..20).map(|i| Aad::new("cluster", &format!("c{i}"), "credential")).collect();
    let rows: Vec<Sealed> = aads.iter().map(|aad| keyring.seal(aad, &secret("x")).unwrap()).collect();
    for (i, aad) in aads.iter().enumerate() {
        for (j, row) in rows.iter().enumerate() {
            assert_eq!(keyring.open(aad, row).is_ok(), i == j);
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let keyring = keyring(1);
    let aad = Aad::new("cluster", "c1", "credential");
    let sealed = keyring.seal(&aad, &secret("a token")).unwrap();
    for bit in 0..sealed.as_bytes().len() * 8 {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let opens = Sealed::from_bytes(bytes).is_ok_and(|sealed| keyring.open(&aad, &sealed).is_ok());
        assert!(!opens, "bit {bit}");
    }
    for length in 0..sealed.as_bytes().len() {
        let opens = Sealed::from_bytes(sealed.as_bytes()[..length].to_vec())
            .is_ok_and(|sealed| keyring.open(&aad, &sealed).is_ok());
        assert!(!opens, "{length} bytes");
    }
}

#[test]
fn parts_of_two_envelopes_do_not_mix() {
    let keyring = keyring(1);
    let aad = Aad::new("cluster", "c1", "credential");
    let (one, two) = (keyring.seal(&aad, &secret("1")).unwrap(), keyring.seal(&aad, &secret("2")).unwrap());
    // The wrapped key of one over the ciphertext of the other: an old token put back under a new envelope.
    let cut = 1 + KEY_ID + NONCE + KEY + 16;
    let mixed = [&one.as_bytes()[..cut], &two.as_bytes()[cut..]].concat();
    assert_eq!(failure(keyring.open(&aad, &Sealed::from_bytes(mixed).unwrap())), OpenError::Altered);
}

#[test]
fn the_same_secret_never_seals_alike() {
    let keyring = keyring(1);
    let aad = Aad::new("cluster", "c1", "credential");
    let first = keyring.seal(&aad, &secret("same")).unwrap();
    assert_ne!(first, keyring.seal(&aad, &secret("same")).unwrap());
}

#[test]
fn a_wrong_key_is_known_by_its_id_and_by_the_key_check() {
    let (right, wrong) = (keyring(1), keyring(2));
    let aad = Aad::new("cluster", "c1", "credential");
    let sealed = right.seal(&aad, &secret("x")).unwrap();
    let unknown = OpenError::UnknownKey(right.active_key());
    assert_eq!(failure(wrong.open(&aad, &sealed)), unknown);
    let check = right.key_check().unwrap();
    assert_eq!(right.verify_key_check(&check), Ok(()));
    assert_eq!(wrong.verify_key_check(&check), Err(unknown));
}

#[test]
fn rotation_moves_a_secret_under_the_new_key() {
    let aad = Aad::new("cluster", "c1", "credential");
    let old = keyring(1);
    let sealed = old.seal(&aad, &secret("x")).unwrap();
    let both = keyring(2).with_retired(&key_text(1)).ok().unwrap();
    assert!(both.open(&aad, &sealed).ok().unwrap().equals(b"x"));
    let moved = both.rewrap(&aad, &sealed).unwrap().unwrap();
    assert_eq!(moved.key_id(), both.active_key());
    assert!(both.rewrap(&aad, &moved).unwrap().is_none());
    let new = keyring(2);
    assert!(new.open(&aad, &moved).ok().unwrap().equals(b"x"));
    assert_eq!(failure(new.open(&aad, &sealed)), OpenError::UnknownKey(old.active_key()));
    let elsewhere = Aad::new("cluster", "c2", "credential");
    assert_eq!(failure(both.rewrap(&elsewhere, &sealed)), OpenError::Altered);
}

#[test]
fn what_is_no_key_is_refused() {
    for text in ["", "short", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33]), &"*".repeat(44)] {
        let refused = Keyring::from_value(&secret(text)).err();
        assert!(matches!(refused, Some(KeyringError::BadValue)), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_secret_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let keyring = keyring(7);
        let aad = Aad::new("k", "i", "c");
        let sealed = keyring.seal(&aad, &Secret::from_bytes(bytes.clone())).unwrap();
        let stored = Sealed::from_base64(&sealed.to_base64()).unwrap();
        prop_assert!(keyring.open(&aad, &stored).ok().unwrap().equals(&bytes));
    }

    #[test]
    fn arbitrary_bytes_never_open_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let aad = Aad::new("k", "i", "c");
        let mut tagged = bytes.clone();
        if let Some(first) = tagged.first_mut() { *first = VERSION; }
        for bytes in [bytes, tagged] {
            if let Ok(sealed) = Sealed::from_bytes(bytes) {
                prop_assert!(keyring(7).open(&aad, &sealed).is_err());
            }
        }
    }
}
