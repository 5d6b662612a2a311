//! What comes in about channels. Bodies with addresses and secrets are read straight into these types.

use alerting::Matcher;
use model::wire::alerting::{ChannelKind, Language};
use model::wire::problem::{FieldError, Problem};
use runtime::egress::{TargetForbidden, TargetKind, TargetPolicy};
use secrets::Secret;
use serde::Deserialize;

const MAX_URL: usize = 2048;
const MAX_SECRET: usize = 1024;
const MAX_MATCHERS: usize = 32;
const MAX_MATCHER: usize = 512;

/// A channel to make.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewChannel {
    pub name: String,
    /// One of [`ChannelKind`]; a text, so that others are refused by name.
    pub kind: String,
    pub url: Secret,
    #[serde(default)]
    pub secret: Option<Secret>,
    #[serde(default)]
    pub matchers: Vec<String>,
    #[serde(default = "yes")]
    pub send_resolved: bool,
    #[serde(default)]
    pub language: Language,
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A channel in the place of the present one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelUpdate {
    /// Where it is given, the name in the path.
    #[serde(default)]
    pub name: Option<String>,
    pub kind: String,
    /// Not given: stays as it is.
    #[serde(default)]
    pub url: Option<Secret>,
    /// Not given: stays as it is. Empty: taken away.
    #[serde(default)]
    pub secret: Option<Secret>,
    #[serde(default)]
    pub matchers: Vec<String>,
    #[serde(default = "yes")]
    pub send_resolved: bool,
    #[serde(default)]
    pub language: Language,
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl NewChannel {
    /// Holds everything against the rules; every broken one is told.
    pub(super) fn check(&self, policy: &TargetPolicy) -> Result<ChannelKind, Problem> {
        let mut rules = Rules::default();
        rules.name(&self.name);
        let kind = rules.kind(&self.kind);
        rules.url(&self.url, policy);
        rules.secret(self.secret.as_ref());
        rules.matchers(&self.matchers);
        rules.end(kind)
    }
}

impl ChannelUpdate {
    pub(super) fn check(&self, name: &str, policy: &TargetPolicy) -> Result<ChannelKind, Problem> {
        let mut rules = Rules::default();
        if self.name.as_deref().is_some_and(|given| given != name) {
            rules.broken("name", "immutable", "a channel keeps its name");
        }
        let kind = rules.kind(&self.kind);
        if let Some(url) = &self.url {
            rules.url(url, policy);
        }
        rules.secret(self.secret.as_ref());
        rules.matchers(&self.matchers);
        rules.end(kind)
    }
}

/// Collects broken rules. Texts never quote an address or a secret.
#[derive(Default)]
struct Rules(Vec<FieldError>);

impl Rules {
    fn broken(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(path, code, message));
    }

    fn end(self, kind: Option<ChannelKind>) -> Result<ChannelKind, Problem> {
        match kind {
            Some(kind) if self.0.is_empty() => Ok(kind),
            _ => Err(Problem::invalid(self.0)),
        }
    }

    fn name(&mut self, name: &str) {
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        let fits = (1..=64).contains(&name.chars().count())
            && name.chars().all(inner)
            && name.chars().next().is_some_and(char::is_alphanumeric);
        if !fits {
            let message = "a name has 1 to 64 letters, digits, `.`, `_` or `-`, beginning with a letter or digit";
            self.broken("name", "bad_name", message);
        }
    }

    fn kind(&mut self, kind: &str) -> Option<ChannelKind> {
        let known = ChannelKind::parse(kind);
        if known.is_none() {
            let kinds = ChannelKind::ALL.map(ChannelKind::as_str).join(", ");
            self.broken("kind", "kind_unsupported", format!("this kind cannot be sent to; the kinds are {kinds}"));
        }
        known
    }

    fn url(&mut self, url: &Secret, policy: &TargetPolicy) {
        match url.expose_str() {
            Some(url) if !url.is_empty() && url.len() <= MAX_URL => {
                if let Err(forbidden) = policy.check_url(TargetKind::Channel, url) {
                    self.broken("url", TargetForbidden::CODE, forbidden.to_string());
                }
            }
            _ => self.broken("url", "bad_url", format!("an address has 1 to {MAX_URL} bytes")),
        }
    }

    fn secret(&mut self, secret: Option<&Secret>) {
        if secret.is_some_and(|secret| secret.len() > MAX_SECRET || secret.expose_str().is_none()) {
            self.broken("secret", "bad_secret", format!("a secret has at most {MAX_SECRET} bytes"));
        }
    }

    fn matchers(&mut self, matchers: &[String]) {
        if matchers.len() > MAX_MATCHERS {
            self.broken("matchers", "too_many", format!("at most {MAX_MATCHERS} matchers"));
        }
        for (at, text) in matchers.iter().take(MAX_MATCHERS).enumerate() {
            let path = format!("matchers[{at}]");
            if text.len() > MAX_MATCHER {
                self.broken(path, "too_long", format!("a matcher has at most {MAX_MATCHER} bytes"));
            } else if let Err(error) = text.parse::<Matcher>() {
                self.broken(path, "bad_matcher", error.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::egress::AllowTarget;

    fn codes(body: serde_json::Value, policy: &TargetPolicy) -> Vec<(String, String)> {
        let new: NewChannel = serde_json::from_value(body).unwrap();
        match new.check(policy) {
            Ok(_) => Vec::new(),
            Err(problem) => problem.fields.into_iter().map(|field| (field.path, field.code)).collect(),
        }
    }

    #[test]
    fn every_broken_rule_is_named_and_no_address_is_quoted() {
        let policy = TargetPolicy::default();
        let good = serde_json::json!({"name": "ops", "kind": "dingtalk",
            "url": "https://oapi.dingtalk.com/robot/send?access_token=canary", "matchers": ["severity=\"critical\""]});
        assert_eq!(codes(good.clone(), &policy), []);
        let table = [
            ("name", serde_json::json!("-x"), "name", "bad_name"),
            ("kind", serde_json::json!("pager"), "kind", "kind_unsupported"),
            ("kind", serde_json::json!("slack"), "kind", "kind_unsupported"),
            ("url", serde_json::json!(""), "url", "bad_url"),
            ("url", serde_json::json!("http://127.0.0.1:1/canary"), "url", "target_forbidden"),
            ("url", serde_json::json!("https://169.254.169.254/canary"), "url", "target_forbidden"),
            ("url", serde_json::json!("canary"), "url", "target_forbidden"),
            ("secret", serde_json::json!("c".repeat(1025)), "secret", "bad_secret"),
            ("matchers", serde_json::json!(["a=\"b\"", "severity"]), "matchers[1]", "bad_matcher"),
        ];
        for (field, value, path, code) in table {
            let mut body = good.clone();
            body[field] = value;
            assert_eq!(codes(body.clone(), &policy), [(path.to_string(), code.to_string())], "{field}");
            let new: NewChannel = serde_json::from_value(body).unwrap();
            let problem = new.check(&policy).unwrap_err();
            assert!(!serde_json::to_string(&problem).unwrap().contains("canary"));
        }
        let allowed = TargetPolicy::new(vec!["127.0.0.1/32:1".parse::<AllowTarget>().unwrap()]);
        let mut body = good;
        body["url"] = serde_json::json!("http://127.0.0.1:1/x");
        assert_eq!(codes(body, &allowed), []);
    }
}
