//! The frame around every page but the sign-in: top bar, navigation, content.

mod nav;
mod scope;
mod topbar;
mod user_menu;

pub use scope::use_scope;

use crate::i18n::common::Common;
use crate::i18n::frame::Frame as Texts;
use crate::i18n::t;
use crate::live::{Connection, Refresh, use_live, use_refresh};
use crate::reading::Reading;
use crate::server_fns::frame::{FrameInfo, ReadFrame};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// What the frame knows of the fleet; None until it was told.
#[derive(Clone, Copy)]
pub struct FrameState(pub Reading<FrameInfo>);

/// Top bar, navigation and the page. Below 720 px the navigation is a sheet; it opens without JavaScript.
#[component]
pub fn Frame() -> impl IntoView {
    let changed = use_refresh(Refresh { clusters: true, alerts: true, ..Default::default() });
    let info = Reading::new(move || changed.get(), || ReadFrame {});
    provide_context(FrameState(info));
    let live = use_live();
    let texts = t::<Texts>();
    let offline = t::<Common>().offline_note;
    view! {
        <a class="skip-link" href="#content" rel="external">{texts.skip}</a>
        <div class="frame">
            <input type="checkbox" id="nav-fold" class="nav-switch" aria-label=texts.fold />
            <input type="checkbox" id="nav-sheet" class="nav-switch" aria-label=texts.menu />
            <topbar::TopBar />
            <nav::Navigation />
            <main id="content" class="content" tabindex="-1">
                <Show when=move || live.connection.get() == Connection::Interrupted>
                    <div class="banner banner-warn" role="status">
                        {offline}
                    </div>
                </Show>
                <Outlet />
            </main>
        </div>
    }
    .into_any()
}
