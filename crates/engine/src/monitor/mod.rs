//! SLIs, rules, alerts.
