//! A pod as text, with gaps for what changes.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const RESTARTS: &str = "/status/containerStatuses/0/restartCount";
/// Stand in the text where the gaps will be; no generated pod has them.
const VERSION_GAP: &str = "\"@version@\"";
const RESTARTS_GAP: &str = "8686868686868686";

/// A pod that changes its version and the restarts of its first container.
pub struct Template {
    pub namespace: String,
    pub name: String,
    /// As it was generated.
    pub version: u64,
    pub restarts: u64,
    head: Box<[u8]>,
    middle: Box<[u8]>,
    tail: Box<[u8]>,
}

impl Template {
    /// The template of a pod; None where no container has a status.
    ///
    /// # Errors
    /// When it is no pod.
    pub fn of(json: &[u8]) -> Result<Option<Self>> {
        let mut pod: Value = serde_json::from_slice(json)?;
        let text = |pointer: &str| pod.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let namespace = text("/metadata/namespace").context("a pod has a namespace")?;
        let name = text("/metadata/name").context("a pod has a name")?;
        let version = text("/metadata/resourceVersion").context("a pod has a version")?.parse()?;
        let Some(restarts) = pod.pointer_mut(RESTARTS) else { return Ok(None) };
        let before = restarts.as_u64().unwrap_or(0);
        *restarts = RESTARTS_GAP.parse::<u64>()?.into();
        pod["metadata"]["resourceVersion"] = VERSION_GAP.trim_matches('"').into();
        let marked = serde_json::to_string(&pod)?;
        let (head, rest) = marked.split_once(VERSION_GAP).context("a pod's version is in its text")?;
        let (middle, tail) = rest.split_once(RESTARTS_GAP).context("a pod's restarts follow its version")?;
        ensure!(!tail.contains(RESTARTS_GAP), "a pod's text has a gap twice");
        let bytes = |text: &str| text.as_bytes().into();
        let (head, middle, tail) = (bytes(head), bytes(middle), bytes(tail));
        Ok(Some(Self { namespace, name, version, restarts: before, head, middle, tail }))
    }

    /// Appends the pod as it is at `version`.
    pub fn write(&self, version: u64, restarts: u64, out: &mut Vec<u8>) {
        out.reserve(self.head.len() + self.middle.len() + self.tail.len() + 48);
        out.extend_from_slice(&self.head);
        out.push(b'"');
        out.extend_from_slice(version.to_string().as_bytes());
        out.push(b'"');
        out.extend_from_slice(&self.middle);
        out.extend_from_slice(restarts.to_string().as_bytes());
        out.extend_from_slice(&self.tail);
    }

    /// The line of a watch that says so, with its newline.
    pub fn line(&self, version: u64, restarts: u64) -> Vec<u8> {
        let mut line = br#"{"type":"MODIFIED","object":"#.to_vec();
        self.write(version, restarts, &mut line);
        line.extend_from_slice(b"}\n");
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_gaps_are_filled() {
        let pod = json!({"metadata": {"namespace": "shop", "name": "a", "resourceVersion": "7", "uid": "u"},
            "status": {"containerStatuses": [{"restartCount": 2}, {"restartCount": 5}]}});
        let template = Template::of(pod.to_string().as_bytes()).unwrap().unwrap();
        assert_eq!((template.version, template.restarts), (7, 2));
        let line = template.line(41, 9);
        let event: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(line.last(), Some(&b'\n'));
        assert_eq!(event["object"]["metadata"]["resourceVersion"], "41");
        assert_eq!(event["object"]["status"]["containerStatuses"][0]["restartCount"], 9);
        assert_eq!(event["object"]["status"]["containerStatuses"][1]["restartCount"], 5);
        assert_eq!(event["object"]["metadata"]["uid"], "u");
    }

    #[test]
    fn a_pod_without_status_has_none() {
        let pod = json!({"metadata": {"namespace": "shop", "name": "a", "resourceVersion": "7"}, "status": {}});
        assert!(Template::of(pod.to_string().as_bytes()).unwrap().is_none());
        assert!(Template::of(b"{}").is_err());
    }
}
