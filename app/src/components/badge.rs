//! States: shape, word and colour, never colour alone.

use super::icon::{Icon, IconView};
use crate::i18n::{lang, states::state_word};
use leptos::prelude::*;

/// What a state means for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warn,
    Bad,
    Held,
    Unknown,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Tone::Good => "badge tone-good",
            Tone::Warn => "badge tone-warn",
            Tone::Bad => "badge tone-bad",
            Tone::Held => "badge tone-held",
            Tone::Unknown => "badge tone-unknown",
        }
    }
}

/// The tone and shape of a state of a cluster, an object, an alert, a decision or a delivery.
pub fn appearance(state: &str) -> (Tone, Icon) {
    match state {
        "Online" | "Running" | "Available" | "Ready" | "Active" | "Succeeded" | "Completed" | "resolved"
        | "Scheduled" | "delivered" | "info" => (Tone::Good, Icon::Disc),
        "AuthFailed" => (Tone::Bad, Icon::Key),
        "Untrusted" => (Tone::Bad, Icon::Shield),
        "Cordoned" | "disabled" | "Maintenance" | "silenced" | "Paused" | "Abandoned" | "SchedulingDisabled" => {
            (Tone::Held, Icon::Pause)
        }
        "Unknown" | "stale" => (Tone::Unknown, Icon::Dotted),
        "Degraded" | "Pending" | "pending" | "warning" | "Progressing" | "Terminating" | "ContainerCreating"
        | "PodInitializing" | "NotReady" | "SchedulingGated" | "Planned" | "Reserved" | "Applying" | "Applied"
        | "delivering" | "Unschedulable" => (Tone::Warn, Icon::Half),
        other if other.starts_with("Ready,") => (Tone::Held, Icon::Pause),
        other if other.starts_with("Init:") && !other.contains("Err") && !other.contains("BackOff") => {
            (Tone::Warn, Icon::Half)
        }
        // What Kubernetes gives a name of its own in place of these, it names because it went wrong.
        _ => (Tone::Bad, Icon::RingBar),
    }
}

/// A state as a badge. `detail` is shown on hover, and read out.
#[component]
pub fn StateBadge(#[prop(into)] state: String, #[prop(optional, into)] detail: Option<String>) -> impl IntoView {
    let (tone, icon) = appearance(&state);
    let word = state_word(lang(), &state).to_string();
    view! {
        <span class=tone.class() title=detail data-testid="state" data-state=state.clone()>
            <IconView icon=icon />
            <span class="badge-word">{word}</span>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_keep_the_shapes_of_their_family() {
        for (state, tone, icon) in [
            ("Online", Tone::Good, Icon::Disc),
            ("Degraded", Tone::Warn, Icon::Half),
            ("Offline", Tone::Bad, Icon::RingBar),
            ("AuthFailed", Tone::Bad, Icon::Key),
            ("Untrusted", Tone::Bad, Icon::Shield),
            ("Cordoned", Tone::Held, Icon::Pause),
            ("Unknown", Tone::Unknown, Icon::Dotted),
            ("Init:0/1", Tone::Warn, Icon::Half),
            ("Init:CrashLoopBackOff", Tone::Bad, Icon::RingBar),
            ("Ready,SchedulingDisabled", Tone::Held, Icon::Pause),
            ("NotReady,SchedulingDisabled", Tone::Bad, Icon::RingBar),
            ("CrashLoopBackOff", Tone::Bad, Icon::RingBar),
            ("critical", Tone::Bad, Icon::RingBar),
        ] {
            assert_eq!(appearance(state), (tone, icon), "{state}");
        }
    }
}
