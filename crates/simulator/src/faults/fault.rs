//! The vocabulary of faults, as code and as JSON.

use serde::{Deserialize, Serialize};

/// One scripted fault: an effect, and the requests it is limited to. Without limits it holds for every
/// request, and for open connections too where the effect concerns connections or watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub effect: Effect,
    /// Only requests whose path starts with this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_prefix: Option<String>,
    /// Only requests of this verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<Verb>,
    /// Only requests for this resource, as its plural in the path: `pods`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// How many requests it hits before it is spent; without it, no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The chance in `0..=1` that a fitting request is hit; without it, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Effect {
    /// The answer waits `ms`, plus a seeded part of `jitterMs`.
    #[serde(rename_all = "camelCase")]
    Latency {
        /// Fixed part in milliseconds.
        ms: u64,
        /// Upper bound of the random part in milliseconds.
        #[serde(default)]
        jitter_ms: u64,
    },
    /// The port is closed: connections are refused and open ones end.
    Refuse,
    /// Connections are accepted, and no byte ever comes back. Limited to requests: those are never answered.
    BlackHole,
    /// Connections are torn down with RST, at once or, limited to requests, when such a request comes.
    Reset,
    /// 401 with a Status.
    Unauthorized,
    /// 403 with a Status that names the resource.
    Forbidden,
    /// 410 Expired; an open watch gets it as an ERROR event and ends.
    Gone,
    /// 429 with `Retry-After`.
    #[serde(rename_all = "camelCase")]
    TooManyRequests {
        /// Seconds to announce.
        retry_after_seconds: u64,
    },
    /// 500 with a Status.
    InternalError,
    /// 503 with a Status.
    Unavailable,
    /// 200 with bytes that are not JSON.
    Garbage,
    /// 200 with a well-formed JSON prefix and then `bytes` bytes of filling.
    HugeBody {
        /// Size of the body in bytes.
        bytes: u64,
    },
    /// 200 with a body that never ends.
    EndlessBody,
    /// New connections meet a certificate that the cluster's CA did not sign; open ones are closed.
    CertificateSwap,
    /// Watches stay open, but events and bookmarks stop; everything else answers.
    FrozenWatch,
    /// The body comes at this speed.
    #[serde(rename_all = "camelCase")]
    SlowDrip {
        /// Bytes per second.
        bytes_per_second: u64,
    },
    /// The request is carried out and never answered.
    TimeoutAfterCommit,
}

/// The verb of a request in the words of RBAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// One object, or any read outside the resource paths.
    Get,
    /// A collection.
    List,
    /// A watch.
    Watch,
    /// POST.
    Create,
    /// PUT.
    Update,
    /// PATCH of any kind.
    Patch,
    /// DELETE of one object or of a collection.
    Delete,
}

/// A fault that makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFault {
    /// The chance is no chance.
    #[error("probability must be between 0 and 1")]
    Probability,
    /// A count of zero.
    #[error("count must be at least 1")]
    Count,
    /// The effect has no requests to be limited to.
    #[error("effect {0} concerns every connection: pathPrefix, verb, resource, count and probability must be absent")]
    Unlimited(&'static str),
    /// A body that would never come.
    #[error("slowDrip.bytesPerSecond must be at least 1")]
    Speed,
}

impl Fault {
    /// A fault without limits.
    pub fn always(effect: Effect) -> Self {
        Self { effect, path_prefix: None, verb: None, resource: None, count: None, probability: None }
    }

    /// Only for requests of this verb.
    #[must_use]
    pub fn on_verb(mut self, verb: Verb) -> Self {
        self.verb = Some(verb);
        self
    }

    /// Only for this resource (plural).
    #[must_use]
    pub fn on_resource(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }

    /// Only for paths with this prefix.
    #[must_use]
    pub fn on_path(mut self, prefix: &str) -> Self {
        self.path_prefix = Some(prefix.to_owned());
        self
    }

    /// Only for the next `count` fitting requests.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Only with this chance.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// Checks the rules between the fields.
    ///
    /// # Errors
    /// Names the field and the rule.
    pub fn validate(&self) -> Result<(), BadFault> {
        if self.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(BadFault::Probability);
        }
        if self.count == Some(0) {
            return Err(BadFault::Count);
        }
        match self.effect {
            Effect::Refuse if self.is_limited() => Err(BadFault::Unlimited("refuse")),
            Effect::CertificateSwap if self.is_limited() => Err(BadFault::Unlimited("certificateSwap")),
            Effect::SlowDrip { bytes_per_second: 0 } => Err(BadFault::Speed),
            _ => Ok(()),
        }
    }

    /// Whether it concerns only some requests.
    pub fn is_limited(&self) -> bool {
        self.path_prefix.is_some()
            || self.verb.is_some()
            || self.resource.is_some()
            || self.count.is_some()
            || self.probability.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trip_and_strictness() {
        let text = r#"{"effect":{"latency":{"ms":300,"jitterMs":50}},"verb":"list","resource":"pods","count":3}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&fault).unwrap(), text);
        let error = serde_json::from_str::<Fault>(r#"{"effect":"refuse","verbs":"list"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `verbs`"), "{error}");
    }

    #[test]
    fn rules() {
        let cases = [
            (Fault::always(Effect::Refuse), Ok(())),
            (Fault::always(Effect::Refuse).times(1), Err(BadFault::Unlimited("refuse"))),
            (Fault::always(Effect::BlackHole).on_verb(Verb::List), Ok(())),
            (Fault::always(Effect::Gone).times(0), Err(BadFault::Count)),
            (Fault::always(Effect::Gone).with_probability(f64::NAN), Err(BadFault::Probability)),
            (Fault::always(Effect::SlowDrip { bytes_per_second: 0 }), Err(BadFault::Speed)),
        ];
        for (fault, expected) in cases {
            assert_eq!(fault.validate(), expected, "{fault:?}");
        }
    }
}
