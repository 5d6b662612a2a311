//! Lists of views of one type, whatever they are made of: a list's code is in the browser once, and not once for each
//! element that is listed.

use leptos::prelude::*;

pub trait CollectAny {
    /// The views in their order.
    fn collect_any(self) -> Vec<AnyView>;
}

impl<I> CollectAny for I
where
    I: IntoIterator,
    I::Item: IntoAny,
{
    fn collect_any(self) -> Vec<AnyView> {
        self.into_iter().map(IntoAny::into_any).collect()
    }
}
