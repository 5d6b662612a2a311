//! How many connections one address may have, so that one stranger does not take every place.

use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Enough for an office behind one address; a proxy that is trusted has no limit of its own.
const MOST_PER_ADDRESS: usize = 256;

/// The addresses that are connected now.
#[derive(Clone)]
pub struct Peers {
    connected: Arc<Mutex<HashMap<IpAddr, usize>>>,
    proxies: Arc<[IpNet]>,
}

/// A connection's place; given back when it is dropped.
pub struct Place {
    peers: Peers,
    address: IpAddr,
}

impl Peers {
    pub fn new(proxies: Arc<[IpNet]>) -> Peers {
        Peers { connected: Arc::default(), proxies }
    }

    /// None where the address has all the connections it may have.
    pub fn admit(&self, address: IpAddr) -> Option<Place> {
        let address = block(address);
        let mut connected = self.lock();
        let count = connected.entry(address).or_default();
        if *count >= MOST_PER_ADDRESS && !self.proxies.iter().any(|net| net.contains(&address)) {
            return None;
        }
        *count += 1;
        Some(Place { peers: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut connected = self.peers.lock();
        if let Some(count) = connected.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                connected.remove(&self.address);
            }
        }
    }
}

/// One network has a whole /64 of IPv6, and IPv4 comes mapped on a socket for both.
fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(peers: &Peers, address: &str) -> Vec<Place> {
        (0..MOST_PER_ADDRESS).map(|_| peers.admit(address.parse().unwrap()).unwrap()).collect()
    }

    #[test]
    fn one_address_fills_its_own_places_only() {
        let peers = Peers::new(Arc::new(["10.0.0.0/8".parse().unwrap()]));
        let held = full(&peers, "192.0.2.1");
        assert!(peers.admit("::ffff:192.0.2.1".parse().unwrap()).is_none());
        assert!(peers.admit("192.0.2.2".parse().unwrap()).is_some());
        drop(held);
        assert!(peers.admit("192.0.2.1".parse().unwrap()).is_some());
        assert!(peers.lock().is_empty(), "nobody is connected any more");
        let _v6 = full(&peers, "2001:db8::1");
        assert!(peers.admit("2001:db8::ffff".parse().unwrap()).is_none());
        let _proxy = full(&peers, "10.1.2.3");
        assert!(peers.admit("10.1.2.3".parse().unwrap()).is_some());
    }
}
