//! A live window: what changed in a list since it was last told.

use super::request::ListRequest;
use crate::Engine;
use model::access::Caller;
use model::kinds::MirroredKind;
use model::wire::problem::Problem;
use model::wire::resource::{ClusterAge, ResourceList, ResourceRow, WindowDelta};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Ages grow without any change; they are told this often.
const REFRESH_AGES: Duration = Duration::from_secs(2);

/// Looking again may take this part of a processor, over all windows together.
const SHARE: u32 = 4;
/// Between two looks at least.
const SHORTEST: Duration = Duration::from_millis(20);
/// However long a look takes, the next one comes within this time.
const LONGEST: Duration = Duration::from_secs(1);

/// How many windows there are.
static OPEN: AtomicU32 = AtomicU32::new(0);

/// Somebody's window on a list.
pub struct Window {
    request: ListRequest,
    told: Option<Told>,
    /// The revision of the kind at the last look.
    seen: u64,
    looked_at: Instant,
    /// How long the last look took.
    cost: Duration,
}

impl Drop for Window {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Told {
    at: Instant,
    total: u64,
    rows: HashMap<String, ResourceRow>,
    order: Vec<String>,
    clusters: Vec<ClusterAge>,
}

/// A window that nobody looks through any more, with what was told last.
pub struct PausedWindow {
    request: ListRequest,
    told: Told,
}

impl PausedWindow {
    /// What it is a window on.
    pub fn request(&self) -> &ListRequest {
        &self.request
    }

    /// How many rows it keeps.
    pub fn rows(&self) -> usize {
        self.told.rows.len()
    }
}

/// What to tell.
pub enum WindowUpdate {
    /// The whole window; the first time.
    Page(Box<ResourceList>),
    Delta(Box<WindowDelta>),
}

impl Window {
    pub fn new(request: ListRequest) -> Window {
        OPEN.fetch_add(1, Ordering::Relaxed);
        Window { request, told: None, seen: 0, looked_at: Instant::now(), cost: Duration::ZERO }
    }

    /// Goes on from what was told: the next look tells what changed since.
    pub fn resumed(paused: PausedWindow) -> Window {
        let mut window = Window::new(paused.request);
        window.told = Some(paused.told);
        window
    }

    /// To go on later; None where nothing was told yet.
    pub fn pause(mut self) -> Option<PausedWindow> {
        let told = self.told.take()?;
        Some(PausedWindow { request: std::mem::take(&mut self.request), told })
    }

    /// Whether a look may find something new, and may be paid for.
    pub fn is_due(&self, engine: &Engine) -> bool {
        let since = self.looked_at.elapsed();
        let pause = (self.cost * SHARE * OPEN.load(Ordering::Relaxed)).clamp(SHORTEST, LONGEST);
        since >= pause && (since >= REFRESH_AGES || self.revision(engine) != self.seen)
    }

    fn revision(&self, engine: &Engine) -> u64 {
        MirroredKind::from_plural(&self.request.kind).map_or(0, |kind| engine.mirror().kind_revision(kind))
    }

    /// Looks again. None while there is nothing worth telling.
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub fn look(&mut self, engine: &Engine, caller: &Caller) -> Result<Option<WindowUpdate>, Problem> {
        self.looked_at = Instant::now();
        // Read first: what changes meanwhile is found by the next look.
        self.seen = self.revision(engine);
        let list = engine.list(caller, &self.request)?;
        self.cost = self.looked_at.elapsed();
        let now = Told::of(&list);
        let Some(before) = self.told.replace(now) else {
            return Ok(Some(WindowUpdate::Page(Box::new(list))));
        };
        let rows: Vec<ResourceRow> =
            list.rows.into_iter().filter(|row| before.rows.get(&row.uid).is_none_or(|was| changed(was, row))).collect();
        let Some(now) = self.told.as_mut() else { return Ok(None) };
        let quiet = rows.is_empty()
            && before.total == now.total
            && before.order == now.order
            && !states_changed(&before.clusters, &now.clusters);
        if quiet && before.at.elapsed() < REFRESH_AGES {
            now.at = before.at;
            return Ok(None);
        }
        Ok(Some(WindowUpdate::Delta(Box::new(WindowDelta {
            revision: list.revision,
            total: now.total,
            rows,
            order: now.order.clone(),
            clusters: list.clusters,
        }))))
    }
}

impl Told {
    fn of(list: &ResourceList) -> Told {
        Told {
            at: Instant::now(),
            total: list.total,
            rows: list.rows.iter().map(|row| (row.uid.clone(), row.clone())).collect(),
            order: list.rows.iter().map(|row| row.uid.clone()).collect(),
            clusters: list.clusters.clone(),
        }
    }
}

/// Whether a row says something new; that it was seen again is told by its cluster's age.
fn changed(was: &ResourceRow, is: &ResourceRow) -> bool {
    let synced_at = was.synced_at;
    ResourceRow { synced_at, ..is.clone() } != *was
}

fn states_changed(before: &[ClusterAge], now: &[ClusterAge]) -> bool {
    let key = |age: &ClusterAge| (age.name.clone(), age.state, age.stale, age.not_allowed);
    before.len() != now.len() || before.iter().zip(now).any(|(a, b)| key(a) != key(b))
}
