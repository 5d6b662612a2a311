use super::*;
use crate::{Aad, Keyring, Secret};

fn error(dir: &Path, database: DatabaseState) -> KeyringError {
    Keyring::from_dir(dir, database).err().unwrap()
}

fn listing(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_key_is_made_once_and_found_again() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data");
    let first = Keyring::from_dir(&dir, DatabaseState::New).ok().unwrap();
    let path = dir.join("master.key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let text = fs::read(&path).unwrap();
    for database in [DatabaseState::Existing, DatabaseState::New] {
        let again = Keyring::from_dir(&dir, database).ok().unwrap();
        assert_eq!(again.active_key(), first.active_key());
    }
    assert_eq!(fs::read(&path).unwrap(), text, "the key was changed");
    let value = Keyring::from_value(&Secret::from_bytes(text)).ok().unwrap();
    assert_eq!(value.active_key(), first.active_key());
}

#[test]
fn no_key_is_made_over_an_existing_database() {
    let dir = tempfile::tempdir().unwrap();
    let missing = error(dir.path(), DatabaseState::Existing);
    assert!(matches!(&missing, KeyringError::Missing(_)));
    assert!(missing.to_string().contains("restore the key file"), "{missing}");
    assert!(listing(dir.path()).is_empty());
}

#[test]
fn a_key_that_others_may_touch_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    Keyring::from_dir(dir.path(), DatabaseState::New).ok().unwrap();
    let path = dir.path().join("master.key");
    for mode in [0o644, 0o640, 0o660, 0o606, 0o604, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = error(dir.path(), DatabaseState::Existing);
        assert!(matches!(refused, KeyringError::Permissions { mode: m, .. } if m == mode));
        assert!(refused.to_string().contains(&format!("{mode:04o}")), "{refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(Keyring::from_dir(dir.path(), DatabaseState::Existing).is_ok());
}

#[test]
fn a_damaged_key_is_refused_and_not_quoted() {
    let dir = tempfile::tempdir().unwrap();
    Keyring::from_dir(dir.path(), DatabaseState::New).ok().unwrap();
    let path = dir.path().join("master.key");
    let whole = fs::read_to_string(&path).unwrap();
    for text in [String::new(), whole[..40].to_owned(), format!("{whole}{whole}"), "A".repeat(5000)] {
        fs::write(&path, &text).unwrap();
        for database in [DatabaseState::Existing, DatabaseState::New] {
            let refused = error(dir.path(), database);
            assert!(matches!(refused, KeyringError::BadFile(_)), "{refused}");
            assert!(!refused.to_string().contains(&whole[..8]), "{refused}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "the file was changed");
    }
}

#[test]
fn rotation_keeps_the_old_key_until_it_is_retired() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let aad = Aad::new("cluster", "c1", "credential");
    let old = Keyring::from_dir(dir, DatabaseState::New).ok().unwrap();
    let sealed = old.seal(&aad, &Secret::from_string("x".to_owned())).unwrap();

    // As if a rotation had been killed before the new key took effect.
    fs::write(dir.join("master.key.new"), "half a k").unwrap();
    let new_id = rotate_key_file(dir).unwrap();
    let both = Keyring::from_dir(dir, DatabaseState::Existing).ok().unwrap();
    assert_eq!(both.active_key(), new_id);
    assert_ne!(new_id, old.active_key());
    let moved = both.rewrap(&aad, &sealed).unwrap().unwrap();

    assert!(matches!(retire_key_file(dir, new_id), Err(KeyringError::NoSuchKey(_))));
    retire_key_file(dir, old.active_key()).unwrap();
    assert!(matches!(retire_key_file(dir, old.active_key()), Err(KeyringError::NoSuchKey(_))));
    assert_eq!(listing(dir), ["master.key"]);
    let new = Keyring::from_dir(dir, DatabaseState::Existing).ok().unwrap();
    assert!(new.open(&aad, &moved).ok().unwrap().equals(b"x"));
    assert!(new.open(&aad, &sealed).is_err());
}
