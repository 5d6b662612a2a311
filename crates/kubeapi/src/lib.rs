//! kubeapi
