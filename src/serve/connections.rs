//! Who is connected: so many at a time, so many from one address, and where there is no room for
//! another, the one goes that has been idle for longest.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// Connections at a time.
pub(super) const MOST: usize = 1024;
/// Connections from one address, which may be that of a proxy.
pub(super) const FROM_ONE: usize = 512;

/// All connections that are open.
#[derive(Default)]
pub(super) struct Connections(Mutex<Open>);

#[derive(Default)]
struct Open {
    next: u64,
    all: HashMap<u64, Connected>,
}

struct Connected {
    from: IpAddr,
    /// Since when nothing has been asked, unless something is being answered.
    idle: Option<Instant>,
    leave: Arc<Notify>,
}

/// The place of a connection, given back when it is dropped.
pub(super) struct ConnectionPlace {
    all: Arc<Connections>,
    number: u64,
    /// Told when the connection has to make room.
    pub(super) leave: Arc<Notify>,
}

impl Connections {
    fn open(&self) -> MutexGuard<'_, Open> {
        // Numbers and times are whole whatever else went wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more, for which an idle one may have to go; `None` where all are busy.
    pub(super) fn place(self: &Arc<Self>, from: IpAddr) -> Option<ConnectionPlace> {
        let mut open = self.open();
        let from_there = open.all.values().filter(|one| one.from == from).count();
        let has_room = match (from_there >= FROM_ONE, open.all.len() >= MOST) {
            (true, _) => open.dismiss(|one| one.from == from),
            (false, true) => open.dismiss(|_| true),
            (false, false) => true,
        };
        if !has_room {
            return None;
        }
        let number = open.next;
        open.next += 1;
        let leave = Arc::new(Notify::new());
        let connected = Connected {
            from,
            idle: Some(Instant::now()),
            leave: leave.clone(),
        };
        open.all.insert(number, connected);
        Some(ConnectionPlace {
            all: self.clone(),
            number,
            leave,
        })
    }
}

impl Open {
    /// Lets the one go that has been idle for longest; `false` where none is idle.
    fn dismiss(&mut self, may_go: impl Fn(&Connected) -> bool) -> bool {
        let idle = self.all.iter().filter(|(_, one)| may_go(one));
        let idle = idle.filter_map(|(number, one)| Some((one.idle?, *number)));
        let Some((_, number)) = idle.min() else {
            return false;
        };
        if let Some(gone) = self.all.remove(&number) {
            // Whoever waits hears it, and who begins to wait afterwards as well.
            gone.leave.notify_one();
        }
        true
    }
}

impl ConnectionPlace {
    /// Notes whether something is being answered.
    pub(super) fn is_busy(&self, busy: bool) {
        if let Some(one) = self.all.open().all.get_mut(&self.number) {
            one.idle = (!busy).then(Instant::now);
        }
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        self.all.open().all.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_ones_go_first_and_busy_ones_stay() {
        let all = Arc::new(Connections::default());
        let [here, there] = [1, 2].map(|n| IpAddr::from([10, 0, 0, n]));
        let places: Vec<_> = (0..FROM_ONE).filter_map(|_| all.place(here)).collect();
        assert_eq!(places.len(), FROM_ONE);
        places.iter().for_each(|place| place.is_busy(true));
        assert!(all.place(here).is_none(), "all are busy");
        let other = all.place(there).expect("there is room for others");
        places[7].is_busy(false);
        let new = all.place(here).expect("an idle one goes");
        assert!(!all.open().all.contains_key(&places[7].number));
        assert_eq!(all.open().all.len(), FROM_ONE + 1);
        drop((places, other, new));
        assert!(all.open().all.is_empty());
    }
}
