//! pod_template
