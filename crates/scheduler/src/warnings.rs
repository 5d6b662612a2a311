//! What does not stand in the way of a placement but should be known.

use crate::ask::Ask;
use crate::case::{Case, Namespace};
use crate::filters;
use crate::text::{Text, counted};

pub(crate) fn of(ask: &Ask, winner: Option<&Case<'_>>) -> Vec<Text> {
    let mut warnings = of_template(ask);
    if let Some(case) = winner {
        warnings.extend(of_target(ask, case));
    }
    warnings
}

fn of_template(ask: &Ask) -> Vec<Text> {
    let spec = &ask.template.spec;
    let mut warnings = Vec::new();
    let claims = spec.volumes.iter().filter_map(|volume| volume.persistent_volume_claim.as_ref());
    let claims: Vec<&str> = claims.map(|claim| claim.claim_name.as_str()).collect();
    if !claims.is_empty() {
        let claims = claims.join(", ");
        warnings.push(Text::from((
            format!("volumes are not checked: {claims} may pin pods to some nodes"),
            format!("未检查存储卷：{claims} 可能将 Pod 限制在部分 Node 上"),
        )));
    }
    if let Some(class) = &spec.runtime_class_name {
        warnings.push(Text::from((
            format!("runtime class {class} is not checked: its overhead and node selector are not counted"),
            format!("未检查 RuntimeClass {class}：其额外开销与 Node 选择器未计入"),
        )));
    }
    if !spec.scheduling_gates.is_empty() {
        warnings.push(Text::from((
            "the pods carry scheduling gates: they stay pending until these are removed",
            "Pod 带有 schedulingGates：移除之前会一直等待",
        )));
    }
    warnings
}

fn of_target(ask: &Ask, case: &Case<'_>) -> Vec<Text> {
    let name = &case.view.name;
    let mut warnings = Vec::new();
    let (spare, surge) = (case.fit().saturating_sub(ask.replicas), ask.surge);
    if spare < surge {
        warnings.push(Text::from((
            format!(
                "{name} has room for {}, but a rolling update runs {surge} on top: it would wait or hang",
                counted(spare, "more replica")
            ),
            format!("{name} 只能再容纳 {spare} 个副本，而滚动更新会额外运行 {surge} 个：更新会等待或卡住"),
        )));
    }
    if let Some(stuck) = case.scan.as_ref().map(|scan| scan.stuck).filter(|stuck| *stuck > 0) {
        let ahead = filters::stuck(stuck);
        warnings.push(Text::from((format!("{name}: {}", ahead.en), format!("{name}：{}", ahead.zh))));
    }
    if matches!(case.prepared.namespace, Namespace::Missing) {
        let namespace = &ask.namespace;
        warnings.push(Text::from((
            format!("namespace {namespace} will be new in {name}: quotas that a controller puts there are not known"),
            format!("{name} 中将新建命名空间 {namespace}：控制器在其中设置的配额尚不可知"),
        )));
    }
    warnings
}
