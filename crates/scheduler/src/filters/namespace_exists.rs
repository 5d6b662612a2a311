//! The target namespace must be there, or be made.

use super::{Detail, Finding, Plural};
use crate::case::{Case, Namespace};

const NAMESPACES: Plural = ("namespaces", "命名空间");

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let name = &case.ask.namespace;
    let created = case.ask.create_namespace || case.ask.creates_namespaces.contains(name);
    match case.prepared.namespace {
        Namespace::Found(row) if row.phase.as_ref() == "Terminating" => Finding::reject(Detail {
            objects: vec![name.clone()],
            ..Detail::new(
                "NamespaceTerminating",
                (format!("namespace {name} is being deleted"), format!("命名空间 {name} 正在删除")),
                ("wait until it is gone", "等待其删除完成"),
            )
        }),
        Namespace::Found(_) | Namespace::Granted => Finding::PASS,
        Namespace::Missing if created => Finding::PASS,
        Namespace::Missing => Finding::reject(Detail {
            objects: vec![name.clone()],
            ..Detail::new(
                "NamespaceMissing",
                (format!("namespace {name} does not exist"), format!("命名空间 {name} 不存在")),
                ("create it, or set createNamespace", "创建它，或设置 createNamespace"),
            )
        }),
        Namespace::Forbidden => Finding::reject(Detail {
            objects: vec![name.clone()],
            ..Detail::new(
                "NamespaceForbidden",
                (
                    format!("the credential is limited to other namespaces than {name}"),
                    format!("凭据仅限于 {name} 以外的命名空间"),
                ),
                ("use a credential for this namespace", "使用适用于此命名空间的凭据"),
            )
        }),
        Namespace::NotSynced => Finding::not_synced(NAMESPACES),
        Namespace::NotAllowed => Finding::not_allowed(NAMESPACES),
    }
}
