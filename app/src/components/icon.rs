//! Inline SVG icons. They carry meaning only together with the word beside them, so they are hidden from readers.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    // shapes of states
    Disc,
    Half,
    RingBar,
    Key,
    Shield,
    Pause,
    Dotted,
    // things
    Helm,
    Gauge,
    Ship,
    Box,
    Server,
    Layers,
    Folder,
    Stack,
    Grid,
    Clock,
    Pulse,
    Disk,
    Scale,
    Ruler,
    Target,
    List,
    Bell,
    Rule,
    Megaphone,
    Send,
    Users,
    Token,
    Book,
    Sliders,
    Chart,
    Globe,
    Moon,
    Person,
    Search,
    Plus,
    Minus,
    Close,
    Copy,
    Check,
    Warning,
    Up,
    Down,
    Right,
    Menu,
    Fold,
    External,
}

/// The drawing, in a box of 16 by 16; strokes unless `fill` is given.
fn drawing(icon: Icon) -> &'static str {
    match icon {
        Icon::Disc => r#"<circle cx="8" cy="8" r="5" fill="currentColor" stroke="none"/>"#,
        Icon::Stack => {
            r#"<ellipse cx="8" cy="4" rx="5" ry="2"/><path d="M3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2"/>"#
        }
        Icon::Grid => r#"<path d="M2.5 2.5h4.5v4.5h-4.5zM9 2.5h4.5v4.5h-4.5zM2.5 9h4.5v4.5h-4.5zM9 9h4.5v4.5h-4.5z"/>"#,
        Icon::Clock => r#"<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2.2 1.3"/>"#,
        Icon::Pulse => r#"<path d="M1.5 8.5h3l2-5 3 9 2-4h3"/>"#,
        Icon::Disk => r#"<path d="M2.5 10l1.8-6.5h7.4L13.5 10M2.5 10h11v3.5h-11z"/><path d="M11 11.8h.6"/>"#,
        Icon::Half => r#"<circle cx="8" cy="8" r="4.5"/><path d="M8 3.5a4.5 4.5 0 0 1 0 9z" fill="currentColor"/>"#,
        Icon::RingBar => r#"<circle cx="8" cy="8" r="5" stroke-width="2"/><path d="M5 8h6" stroke-width="2"/>"#,
        Icon::Key => r#"<circle cx="5.5" cy="8" r="3"/><path d="M8.5 8H14M11.5 8v2.5M14 8v2"/>"#,
        Icon::Shield => r#"<path d="M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM6.5 6.5l3 3M9.5 6.5l-3 3"/>"#,
        Icon::Pause => r#"<path d="M5.5 4v8M10.5 4v8" stroke-width="2.5"/>"#,
        Icon::Dotted => r#"<circle cx="8" cy="8" r="4.5" stroke-dasharray="1.6 2"/>"#,
        Icon::Helm => {
            r#"<circle cx="8" cy="8" r="4"/><circle cx="8" cy="8" r="1"/><path d="M8 1.5v5.5M8 9v5.5M1.5 8h5.5M9 8h5.5M3.4 3.4l3.9 3.9M8.7 8.7l3.9 3.9M12.6 3.4L8.7 7.3M7.3 8.7l-3.9 3.9"/>"#
        }
        Icon::Gauge => r#"<path d="M2.5 11.5a6 6 0 1 1 11 0M8 9.5l2.5-3.5"/>"#,
        Icon::Ship => r#"<path d="M2 10h12l-1.5 3.5h-9zM4 10V6h8v4M8 6V2.5h3"/>"#,
        Icon::Box => r#"<path d="M8 2l5.5 3v6L8 14l-5.5-3V5zM2.5 5L8 8l5.5-3M8 8v6"/>"#,
        Icon::Server => {
            r#"<rect x="2.5" y="2.5" width="11" height="4.5" rx="1"/><rect x="2.5" y="9" width="11" height="4.5" rx="1"/><path d="M5 4.8h.01M5 11.2h.01" stroke-width="2"/>"#
        }
        Icon::Layers => r#"<path d="M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3"/>"#,
        Icon::Folder => r#"<path d="M2 4h4l1.5 2H14v7H2z"/>"#,
        Icon::Scale => r#"<path d="M8 2v12M4.5 14h7M3 4.5h10M3 4.5l-1.5 4h3zM13 4.5l-1.5 4h3z"/>"#,
        Icon::Ruler => r#"<path d="M2 11l9-9 3 3-9 9zM5 8l1.5 1.5M7 6l1 1M9 4l1.5 1.5"/>"#,
        Icon::Target => {
            r#"<circle cx="8" cy="8" r="5.5"/><circle cx="8" cy="8" r="2"/><path d="M8 1v3M8 12v3M1 8h3M12 8h3"/>"#
        }
        Icon::List => r#"<path d="M5.5 4H14M5.5 8H14M5.5 12H14M2.5 4h.01M2.5 8h.01M2.5 12h.01"/>"#,
        Icon::Bell => r#"<path d="M4 7a4 4 0 0 1 8 0c0 3 1.5 4 1.5 4h-11S4 10 4 7zM6.7 13.5h2.6"/>"#,
        Icon::Rule => r#"<path d="M2 13.5h12M3 10l3-4 3 2 4-5.5"/>"#,
        Icon::Megaphone => r#"<path d="M2.5 6.5v3l7.5 3v-9zM10 6a2 2 0 0 1 0 4M5 10.5V13"/>"#,
        Icon::Send => r#"<path d="M14 2L2 7l4.5 2L14 2zM14 2l-5 12-2.5-5"/>"#,
        Icon::Users => {
            r#"<circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13.5c0-3 2-4.5 4.5-4.5s4.5 1.5 4.5 4.5M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.4c1.6.5 2.5 2 2.5 4.1"/>"#
        }
        Icon::Token => {
            r#"<rect x="2" y="5" width="12" height="6.5" rx="1.5"/><path d="M5 8.2h.01M8 8.2h.01M11 8.2h.01" stroke-width="2"/>"#
        }
        Icon::Book => r#"<path d="M3 2.5h8.5A1.5 1.5 0 0 1 13 4v9.5H4.5A1.5 1.5 0 0 1 3 12zM5.5 6h5M5.5 9h5"/>"#,
        Icon::Sliders => {
            r#"<path d="M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6"/><circle cx="10" cy="4.5" r="1.8"/><circle cx="6" cy="11.5" r="1.8"/>"#
        }
        Icon::Chart => r#"<path d="M2.5 2.5v11h11M5 10.5V8M8 10.5v-5M11 10.5V7"/>"#,
        Icon::Globe => {
            r#"<circle cx="8" cy="8" r="5.8"/><path d="M2.2 8h11.6M8 2.2c4 3.6 4 8 0 11.6M8 2.2c-4 3.6-4 8 0 11.6"/>"#
        }
        Icon::Moon => r#"<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z"/>"#,
        Icon::Person => {
            r#"<circle cx="8" cy="5.5" r="2.7"/><path d="M2.8 13.8c.5-3 2.5-4.3 5.2-4.3s4.7 1.3 5.2 4.3"/>"#
        }
        Icon::Search => r#"<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14"/>"#,
        Icon::Minus => r#"<path d="M5.5 8h5"/>"#,
        Icon::Plus => r#"<path d="M8 3v10M3 8h10"/>"#,
        Icon::Close => r#"<path d="M3.5 3.5l9 9M12.5 3.5l-9 9"/>"#,
        Icon::Copy => r#"<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M3.5 10.5h-1v-8h8v1"/>"#,
        Icon::Check => r#"<path d="M3 8.5l3.5 3.5L13 4.5"/>"#,
        Icon::Warning => r#"<path d="M8 2l6.5 11.5h-13zM8 6.5v3.5M8 11.8h.01"/>"#,
        Icon::Up => r#"<path d="M4 10l4-4 4 4"/>"#,
        Icon::Down => r#"<path d="M4 6l4 4 4-4"/>"#,
        Icon::Right => r#"<path d="M6 4l4 4-4 4"/>"#,
        Icon::Menu => r#"<path d="M2 4.5h12M2 8h12M2 11.5h12"/>"#,
        Icon::Fold => r#"<rect x="2" y="2.5" width="12" height="11" rx="1.5"/><path d="M6 2.5v11M11 6L9 8l2 2"/>"#,
        Icon::External => r#"<path d="M9 2.5h4.5V7M13.5 2.5L7.5 8.5M11 9v4.5H2.5V5H7"/>"#,
    }
}

/// One icon, as tall as a line of text.
#[component]
pub fn IconView(icon: Icon, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg
            class=format!("icon {class}")
            viewBox="0 0 16 16"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
            inner_html=drawing(icon)
        ></svg>
    }
}
