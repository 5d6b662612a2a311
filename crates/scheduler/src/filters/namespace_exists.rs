//! The target namespace must be there, or be made.

use super::{Detail, Finding};
use crate::case::{Case, Namespace};

pub(super) fn evaluate(case: &Case<'_>) -> Finding {
    let name = &case.ask.namespace;
    let created = case.ask.create_namespace || case.ask.creates_namespaces.contains(name);
    match case.prepared.namespace {
        Namespace::Found(row) if row.phase.as_ref() == "Terminating" => Finding::reject(Detail {
            objects: vec![name.clone()],
            ..Detail::new("NamespaceTerminating", format!("namespace {name} is being deleted"), "wait until it is gone")
        }),
        Namespace::Found(_) | Namespace::Granted => Finding::PASS,
        Namespace::Missing if created => Finding::PASS,
        Namespace::Missing => Finding::reject(Detail {
            objects: vec![name.clone()],
            ..Detail::new(
                "NamespaceMissing",
                format!("namespace {name} does not exist"),
                "create it, or set createNamespace",
            )
        }),
        Namespace::Forbidden => Finding::reject(Detail {
            objects: vec![name.clone()],
            ..Detail::new(
                "NamespaceForbidden",
                format!("the credential is limited to other namespaces than {name}"),
                "use a credential for this namespace",
            )
        }),
        Namespace::NotSynced => Finding::unknown(Detail::new(
            "NotSynced",
            "namespaces of this cluster are not known yet",
            "wait until the cluster is synced",
        )),
        Namespace::NotAllowed => Finding::unknown(Detail::new(
            "NotAllowed",
            "the credential may not see namespaces",
            "let the cluster's credential list and watch namespaces",
        )),
    }
}
