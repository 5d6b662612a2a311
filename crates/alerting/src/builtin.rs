//! The rules that exist from the start. They can be changed and switched off, not deleted.

use model::wire::alerting::{AlertRule, Severity};

/// Every one of them, by name.
pub fn rules() -> Vec<AlertRule> {
    vec![
        Draft {
            name: "ApiLatencyHigh",
            // One second is the service level that Kubernetes sets itself for its API.
            expr: "apiLatencyP95 > 1",
            hold: "2m",
            keep_firing_for: "1m",
            severity: Severity::Warning,
            summary: "The API server of {{ $labels.cluster }} is slow",
            summary_zh: "集群 {{ $labels.cluster }} 的 API 服务器响应缓慢",
            description: "95 % of its requests take up to {{ $value | humanizeDuration }}; the limit is {{ $threshold | humanizeDuration }}.",
            description_zh: "95% 的请求耗时达到 {{ $value | humanizeDuration }}，上限为 {{ $threshold | humanizeDuration }}。",
        },
        Draft {
            name: "ClusterAbnormal",
            expr: "syncFailures >= 3",
            hold: "0s",
            keep_firing_for: "10s",
            severity: Severity::Critical,
            summary: "Cluster {{ $labels.cluster }} cannot be watched",
            summary_zh: "集群 {{ $labels.cluster }} 无法同步",
            description: "{{ $value }} probes or syncs in a row failed: {{ $labels.reason }}.",
            description_zh: "探测或同步已连续失败 {{ $value }} 次：{{ $labels.reason }}。",
        },
        Draft {
            name: "CredentialExpiring",
            expr: "credentialDaysLeft <= 30 info, <= 7 warning, <= 1 critical",
            hold: "0s",
            keep_firing_for: "0s",
            severity: Severity::Info,
            summary: "The credential of {{ $labels.cluster }} ends soon",
            summary_zh: "集群 {{ $labels.cluster }} 的凭据即将到期",
            description: "It ends at {{ $labels.expires }}.",
            description_zh: "到期时间：{{ $labels.expires }}。",
        },
        Draft {
            name: "EtcdLeaderFlapping",
            expr: "etcdLeaderChanges > 3",
            hold: "0s",
            keep_firing_for: "0s",
            severity: Severity::Warning,
            summary: "etcd of {{ $labels.cluster }} keeps changing its leader",
            summary_zh: "集群 {{ $labels.cluster }} 的 etcd 频繁切换主节点",
            description: "{{ $value }} changes within an hour.",
            description_zh: "一小时内切换 {{ $value }} 次。",
        },
        Draft {
            name: "NodeReadyLow",
            expr: "nodeReadyRatio < 0.9 warning, < 0.5 critical",
            hold: "1m",
            keep_firing_for: "30s",
            severity: Severity::Warning,
            summary: "Too few nodes of {{ $labels.cluster }} are ready",
            summary_zh: "集群 {{ $labels.cluster }} 就绪节点过少",
            description: "{{ $value | humanizePercentage }} of its nodes are ready.",
            description_zh: "仅有 {{ $value | humanizePercentage }} 的节点就绪。",
        },
        Draft {
            name: "PodStartFailure",
            expr: "podStartSuccessRatio < 0.85",
            hold: "2m",
            keep_firing_for: "1m",
            severity: Severity::Warning,
            summary: "Too many pods of {{ $labels.cluster }} fail to start",
            summary_zh: "集群 {{ $labels.cluster }} 的 Pod 启动失败过多",
            description: "{{ $value | humanizePercentage }} of the pods of the last 10 minutes started; {{ $threshold | humanizePercentage }} are expected.",
            description_zh: "最近 10 分钟内 Pod 启动成功率为 {{ $value | humanizePercentage }}，预期不低于 {{ $threshold | humanizePercentage }}。",
        },
        Draft {
            name: "ScheduleFailed",
            expr: "scheduleFailed > 0",
            hold: "0s",
            keep_firing_for: "0s",
            severity: Severity::Warning,
            summary: "{{ $labels.namespace }}/{{ $labels.workload }} could not be placed",
            summary_zh: "{{ $labels.namespace }}/{{ $labels.workload }} 调度失败",
            description: "Its decision is {{ $labels.phase }}.",
            description_zh: "该调度决策的状态为 {{ $labels.phase }}。",
        },
    ]
    .into_iter()
    .map(Draft::rule)
    .collect()
}

struct Draft {
    name: &'static str,
    expr: &'static str,
    hold: &'static str,
    keep_firing_for: &'static str,
    severity: Severity,
    summary: &'static str,
    summary_zh: &'static str,
    description: &'static str,
    description_zh: &'static str,
}

impl Draft {
    fn rule(self) -> AlertRule {
        let annotations = [
            ("summary", self.summary),
            ("summary_zh", self.summary_zh),
            ("description", self.description),
            ("description_zh", self.description_zh),
        ];
        AlertRule {
            name: self.name.into(),
            expr: self.expr.into(),
            hold: self.hold.into(),
            keep_firing_for: self.keep_firing_for.into(),
            severity: self.severity,
            labels: Default::default(),
            annotations: annotations.map(|(name, text)| (name.to_string(), text.to_string())).into(),
            enabled: true,
            builtin: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rule;

    #[test]
    fn every_builtin_rule_reads_well_and_the_contract_has_them_all() {
        let rules = rules();
        for rule in &rules {
            Rule::try_from(rule).unwrap_or_else(|error| panic!("{}: {error}", rule.name));
        }
        let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "ApiLatencyHigh",
                "ClusterAbnormal",
                "CredentialExpiring",
                "EtcdLeaderFlapping",
                "NodeReadyLow",
                "PodStartFailure",
                "ScheduleFailed",
            ]
        );
    }

    #[test]
    fn a_field_that_does_not_read_well_is_named() {
        let rule = rules().remove(0);
        let table = [
            (AlertRule { expr: "up == 0".into(), ..rule.clone() }, "expr: column 1"),
            (AlertRule { hold: "2".into(), ..rule.clone() }, "for: not a duration"),
            (AlertRule { keep_firing_for: "".into(), ..rule.clone() }, "keepFiringFor: not a duration"),
            (
                AlertRule { annotations: [("summary".into(), "{{ x }}".into())].into(), ..rule },
                "annotations.summary: column 1",
            ),
        ];
        for (rule, message) in table {
            let error = Rule::try_from(&rule).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
