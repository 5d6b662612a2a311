//! Which rows of a long list are there: a window of them that moves along as the page is scrolled. What comes before and
//! after it takes the room that its rows would, and nothing else.

#[cfg_attr(not(any(test, feature = "hydrate")), allow(unused_imports, reason = "only browsers scroll"))]
use super::query::MOST_ROWS;
use super::store::ListStore;
use leptos::prelude::*;

/// The window moves by multiples of it, so that small movements ask for nothing.
const STEP: usize = 10;
/// Rows that are there beyond what is in sight.
const MARGIN: f64 = 5.0;

const BEFORE: &str = "room-before";
const AFTER: &str = "room-after";

/// Moves the window of `store` by scrolling, for as long as the table is there.
pub fn follow(store: ListStore) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| sight::follow(store));
    #[cfg(not(feature = "hydrate"))]
    let _ = store;
}

/// The room of the rows before the window, or of those after it.
#[component]
pub fn Spacer(store: ListStore, #[prop(optional)] is_after: bool) -> impl IntoView {
    let id = if is_after { AFTER } else { BEFORE };
    // What a page is allowed to say in its text is no style, so that the room is made once the page is alive.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let (offset, total) = (store.offset.get(), store.total.get() as usize);
        let end = offset + store.order.read().len();
        sight::make_room(id, if is_after { total.saturating_sub(end) } else { offset }, total);
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = store;
    view! {
        <tbody class="room" aria-hidden="true" id=id>
            <tr>
                <td colspan="99"></td>
            </tr>
        </tbody>
    }
    .into_any()
}

/// Where a window shows what is in sight with as much on both sides; None where the one at `offset` does well. In rows
/// from the beginning of the list.
#[cfg_attr(not(any(test, feature = "hydrate")), allow(dead_code, reason = "only browsers scroll"))]
fn better_offset(sight: (f64, f64), offset: usize, shown: usize, total: usize) -> Option<usize> {
    let (first, last) = sight;
    let end = offset + shown;
    let begins = offset == 0 || offset as f64 + MARGIN <= first;
    let ends = end >= total || last + MARGIN <= end as f64;
    if begins && ends {
        return None;
    }
    let spare = (MOST_ROWS as f64 - (last - first)).max(0.0) / 2.0;
    let best = (first - spare).max(0.0) as usize / STEP * STEP;
    let best = best.min(total.saturating_sub(MOST_ROWS));
    (best != offset).then_some(best)
}

#[cfg(feature = "hydrate")]
mod sight {
    use super::{AFTER, BEFORE, better_offset};
    use crate::pages::resources::store::ListStore;
    use leptos::prelude::*;
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    /// Browsers cannot draw what is much taller; in pixels. Longer lists are drawn shorter.
    const TALLEST: u64 = 16_000_000;
    /// While the page is scrolled the window moves this often at most.
    const PACE: Duration = Duration::from_millis(80);

    fn element(id: &str) -> Option<HtmlElement> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    /// Gives the element the room of so many rows of a list of `total`.
    pub fn make_room(id: &str, rows: usize, total: usize) {
        let Some(element) = element(id) else { return };
        let tallest = (TALLEST * rows as u64 / total.max(1) as u64) as usize;
        let room = ["min(", &rows.to_string(), " * var(--row-room), ", &tallest.to_string(), "px)"].concat();
        // A property of our own name cannot be refused.
        let _ = HtmlElement::style(&element).set_property("--room", &room);
    }

    pub fn follow(store: ListStore) {
        let waits = Rc::new(Cell::new(false));
        let look = move || {
            if waits.replace(true) {
                return;
            }
            let waits = Rc::clone(&waits);
            let moves = move || {
                waits.set(false);
                move_window(store);
            };
            set_timeout(moves, PACE);
        };
        // A browser that comes back to a page scrolls it before anybody listens.
        look();
        let again = look.clone();
        let scrolled = window_event_listener_untyped("scroll", move |_| look());
        let resized = window_event_listener_untyped("resize", move |_| again());
        on_cleanup(move || {
            scrolled.remove();
            resized.remove();
        });
    }

    fn move_window(store: ListStore) {
        // The page may be gone by now.
        let Some(offset) = store.offset.try_get_untracked() else { return };
        let (shown, total) = (store.order.read_untracked().len(), store.total.get_untracked() as usize);
        if let Some(sight) = in_sight(offset, shown, total)
            && let Some(better) = better_offset(sight, offset, shown, total)
            && store.wanted.get_untracked() != better
        {
            store.wanted.set(better);
        }
    }

    /// The first and the last row in sight.
    fn in_sight(offset: usize, shown: usize, total: usize) -> Option<(f64, f64)> {
        let (before, after) = (element(BEFORE)?.get_bounding_client_rect(), element(AFTER)?.get_bounding_client_rect());
        let end = offset + shown;
        let row_at = |y: f64| {
            let (from, rows, top, bottom) = match y {
                y if y < before.bottom() => (0, offset, before.top(), before.bottom()),
                y if y < after.top() => (offset, shown, before.bottom(), after.top()),
                _ => (end, total.saturating_sub(end), after.top(), after.bottom()),
            };
            let part = ((y - top) / (bottom - top).max(1.0)).clamp(0.0, 1.0);
            from as f64 + part * rows as f64
        };
        let height = window().inner_height().ok()?.as_f64()?;
        Some((row_at(0.0), row_at(height)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_while_it_reaches_beyond_what_is_in_sight() {
        for (sight, offset) in [((0.0, 20.0), 0), ((35.0, 55.0), 0), ((105.0, 135.0), 100), ((4_980.0, 5_000.0), 4_940)]
        {
            assert_eq!(better_offset(sight, offset, 60, 5_000), None, "{sight:?} {offset}");
        }
        assert_eq!(better_offset((0.0, 3.0), 0, 3, 3), None);
    }

    #[test]
    fn it_moves_to_have_as_much_on_both_sides() {
        for (sight, offset, better) in [
            ((36.0, 56.0), 0, 10),
            ((104.0, 124.0), 100, 80),
            ((2_500.0, 2_520.0), 0, 2_480),
            ((5.0, 25.0), 2_480, 0),
            ((4_970.0, 5_000.0), 0, 4_940),
        ] {
            assert_eq!(better_offset(sight, offset, 60, 5_000), Some(better), "{sight:?}");
        }
    }
}
