//! What was put in lately, by name, and not more than so much of it.
//!
//! Invariant: bounded, and what was just put in stays for a while: the older half goes when the younger is full.

use std::collections::HashMap;

pub(super) struct Recent<T> {
    most: usize,
    young: HashMap<String, T>,
    old: HashMap<String, T>,
}

impl<T> Recent<T> {
    /// Keeps so many at most.
    pub(super) fn new(most: usize) -> Self {
        Self { most, young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.young.get(name).or_else(|| self.old.get(name))
    }

    pub(super) fn insert(&mut self, name: String, value: T) {
        self.old.remove(&name);
        if self.young.len() >= self.most / 2 && !self.young.contains_key(&name) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, value);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.young.remove(name);
        self.old.remove(name);
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.young.retain(|_, value| keep(value));
        self.old.retain(|_, value| keep(value));
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn the_newest_half_is_always_there_and_never_more_than_the_whole() {
        let mut recent = Recent::new(10);
        for number in 0..1_000 {
            recent.insert(number.to_string(), number);
            assert!(recent.len() <= 10);
            for before in (number - 4).max(0)..=number {
                assert_eq!(recent.get(&before.to_string()), Some(&before), "after {number}");
            }
        }
        recent.insert("999".to_owned(), 0);
        assert_eq!(recent.get("999"), Some(&0));
        recent.remove("999");
        assert_eq!(recent.get("999"), None);
        recent.retain(|number| *number == 998);
        assert_eq!(recent.len(), 1);
        recent.clear();
        assert_eq!(recent.len(), 0);
    }
}
