//! The steps of a list that verifies the rows.

use super::Keeper;
use super::verify::{Verdict, Verification};
use crate::stream::kept::Kept;
use kubeapi::listwatch::Step;
use std::sync::atomic::Ordering;

impl<R: Kept> Keeper<R> {
    pub(super) fn verifying_step(&mut self, step: Step<R>) {
        // A list of the stream's own is under way: it verifies all there is to verify.
        if self.version.is_none() {
            return;
        }
        match (step, &mut self.verification) {
            // What outlives its object is in no list.
            (Step::ListStarted, slot) if !R::OUTLIVES => *slot = Some(Verification::begin(&mut self.table)),
            (Step::Page { objects, skipped, bytes }, Some(verification)) => {
                verification.page(&mut self.table, objects);
                self.count(skipped, bytes);
            }
            (Step::ListFinished { version }, Some(verification)) => {
                verification.listed(&version);
                self.judge_if_due();
            }
            _ => {}
        }
    }

    /// Holds the list against the rows once the watch has come as far.
    pub(super) fn judge_if_due(&mut self) {
        let position = self.version.clone().unwrap_or_default();
        let table = &self.table;
        let Some(verification) = self.verification.take_if(|verification| verification.is_due(table, &position)) else {
            return;
        };
        let Verdict { set, remove } = verification.judge(&self.table);
        let corrections = set.len() + remove.len();
        set.into_iter().for_each(|object| self.set(object));
        remove.into_iter().for_each(|gone| self.remove(gone));
        let life = &self.task.cell.life;
        life.listed();
        life.counters.corrections.fetch_add(corrections as u64, Ordering::Relaxed);
        if corrections > 0 {
            life.reopen.notify_one();
            tracing::warn!(
                cluster = %self.task.key.cluster, kind = %R::KIND, corrections, "the watch had lost changes"
            );
        }
    }
}
